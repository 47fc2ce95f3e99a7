//! Files that are replaced whole or not at all, who may read them, and what they hold.

mod content;
mod folder;
mod key_pair;
mod permissions;
pub(crate) mod replace;

pub use content::{Content, Entry, FileTree};
pub use folder::place_folder;
pub use key_pair::KeyFiles;
pub use permissions::Permissions;
pub use replace::{OutputError, WrittenFile, place_file, replace_file};
