//! `owpkg.toml`.

mod file;
mod locks;
