//! Package indexes: what a feed says it holds.
//!
//! Two formats exist, [`opkg`] (up to 24.10) and [`apk`] (25.12 and later). Both stand behind the [`Format`]
//! trait; the list of them, [`FORMATS`], is the only place that names them.

pub mod apk;
mod installed;
mod local;
mod measure;
pub mod opkg;
mod package;
mod traits;
mod universe;

pub use installed::{Installed, InstalledError, InstalledPackage};
pub use local::{Described, LocalFeed, LocalFeedError, NotIndexed, write_index};
pub use measure::measure;
pub(crate) use package::is_plain;
pub use package::{Constraint, Dependency, FeedId, Package, PackageId, Provide, Relation, Requirement};
pub use traits::{Duplicate, Format, IndexError, IndexFile, Parsed, Warning};
pub use universe::{Feed, Universe};

use crate::trust::PublicKey;

/// Every index format, newest first. A release tree's format is the first one whose index it holds.
pub const FORMATS: [&dyn Format; 2] = [&apk::Apk, &opkg::Opkg];

/// The format of that name (`opkg`, `apk`), as a lock records it.
pub fn format_named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.into_iter().find(|format| format.name() == name)
}

/// The format whose indexes a key signs.
pub fn format_of(key: &PublicKey) -> &'static dyn Format {
    let [newest, ..] = FORMATS;
    FORMATS.into_iter().find(|format| format.scheme() == key.scheme()).unwrap_or(newest)
}
