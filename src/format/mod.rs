//! What indexes and package files say.
//!
//! Two formats exist, [`opkg`] (up to 24.10) and [`apk`] (25.12 and later). Both stand behind the [`Format`] trait:
//! [`FormatFacts`] is what is constant about a format, the traits that [`Format`] is made of are what it does in its own
//! way. The list of them, [`FORMATS`], is the only place that names them.

mod answering;
#[doc(hidden)]
pub mod apk;
mod behaviour;
mod budget;
mod facts;
mod index;
mod installed;
mod local;
mod measure;
#[doc(hidden)]
pub mod opkg;
mod package;
#[cfg(test)]
pub(crate) mod toy;
mod universe;

pub(crate) use behaviour::VisitFile;
pub use behaviour::{Choice, Format, IndexFiles, InstalledLists, ListedLine, Names, PackageFiles, Versions};
pub use budget::UnpackBudget;
pub use facts::{Duplicate, FormatFacts, IndexFile};
pub use index::{IndexError, Listed, Parsed, Warning};
pub(crate) use installed::Joined;
pub use installed::{Installed, InstalledError, InstalledPackage, Mark};
pub use local::{Indescribable, IndexEntry, LocalFeed, LocalFeedError, NotIndexed, write_index};
#[doc(hidden)]
pub use measure::measure;
pub use package::{
    Constraint, Dependency, FeedId, Package, PackageId, Provenance, Provide, Relation, Requirement,
};
pub(crate) use package::{is_plain, is_word};
use universe::MOST_LOOKS;
pub use universe::{Feed, Universe};

use crate::trust::PublicKey;

/// Every format, newest first. A release tree's format is the first one whose index it holds.
pub const FORMATS: [&dyn Format; 2 + cfg!(test) as usize] = [
    &apk::Apk,
    &opkg::Opkg,
    #[cfg(test)]
    &toy::Toy,
];

/// The format of that name (`opkg`, `apk`), as a lock records it.
pub fn format_named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.into_iter().find(|format| format.name() == name)
}

/// The format whose indexes a key signs.
pub(crate) fn format_of(key: &PublicKey) -> &'static dyn Format {
    let [newest, ..] = FORMATS;
    FORMATS.into_iter().find(|format| format.facts().scheme == key.scheme()).unwrap_or(newest)
}

/// Whether a file is a package of any format, by its name.
pub(crate) fn is_package_file(name: &str) -> bool {
    FORMATS.iter().any(|format| name.ends_with(format.facts().package_ending))
}
