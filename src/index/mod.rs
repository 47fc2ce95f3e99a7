//! Package indexes: what a feed says it holds.
//!
//! Two formats exist, [`opkg`] (up to 24.10) and apk (25.12 and later). Both stand behind the [`Format`]
//! trait; the list of them, [`FORMATS`], is the only place that names them.

mod format;
mod installed;
pub mod opkg;
mod package;
mod universe;

pub use format::{Duplicate, Format, IndexError, IndexFile, Parsed, Warning};
pub use installed::{Held, Installed, InstalledError};
pub use package::{Constraint, Dependency, FeedId, Package, PackageId, Provide, Relation, Requirement};
pub use universe::{Feed, Universe};

/// Whether a name may become a file, a part of a URL and a quoted word of a script: 1 to 255 bytes, no blank, slash,
/// quote or control character, and neither a dot nor a hyphen at its start.
pub fn is_plain(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"/\\\"'`$".contains(&byte) || byte >= 0x80;
    !name.is_empty() && name.len() <= 255 && !name.starts_with(['.', '-']) && name.bytes().all(allowed)
}

/// Every index format, newest first. A release tree's format is the first one whose index it holds.
pub const FORMATS: [&dyn Format; 1] = [&opkg::Opkg];

/// The format of that name (`opkg`, `apk`), as a lock records it.
pub fn format_named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.into_iter().find(|format| format.name() == name)
}
