//! The disk: what stands on it, and what its install script does.

mod mount;
pub mod script;
