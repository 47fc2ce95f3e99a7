//! Files that are replaced whole or not at all, who may read them, and what they hold.

mod content;
mod contents;
mod folder;
mod key_pair;
mod permissions;
pub(crate) mod replace;
mod staged;

pub use content::{Content, Entry};
pub(crate) use content::{FileTree, sha256sums};
pub use contents::Contents;
pub(crate) use folder::place_folder;
pub(crate) use key_pair::KeyFiles;
pub use permissions::Permissions;
pub use replace::{OutputError, WrittenFile};
pub(crate) use replace::{place_file, replace_file};
pub(crate) use staged::abandon;
