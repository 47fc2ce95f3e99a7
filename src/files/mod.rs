//! Files that are replaced whole or not at all, who may read them, and what they hold.

mod content;
mod contents;
mod folder;
mod key_pair;
mod permissions;
pub(crate) mod replace;
mod staged;

pub use content::{Content, Entry, FileTree};
pub use contents::Contents;
pub use folder::place_folder;
pub use key_pair::KeyFiles;
pub use permissions::Permissions;
pub use replace::{OutputError, WrittenFile, place_file, replace_file};
pub(crate) use staged::abandon;
