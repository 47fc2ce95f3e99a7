//! An offline mirror: a subset of the server's own tree, with the upstream indexes and signatures byte for byte, so
//! that a stock router uses it by changing only the host's name.
//!
//! A mirror is made of [`MirrorFolder`]s, each a folder with a signed index and files that it vouches for: a feed, or a
//! target's `sha256sums` with its metadata and images. [`Mirror::sync`] brings a [`Store`] to hold them: files first,
//! and when all are there, every index at once. [`verify()`] checks a mirror down to the last byte.
//!
//! One machine is not the limit. A [`Bucket`] takes many writers, each of other releases, targets or feeds (`--releases`,
//! `--archs`, `--feeds`): their parts are disjoint, their indexes change by conditional puts, and no lock is needed. Any
//! HTTP server or CDN in front of the bucket then serves it, as the paths are the upstream server's own; packages may be
//! cached for long, indexes must be revalidated.
//!
//! ```text
//! releases/25.12.5/packages/x86_64/base/   packages.adb, and the packages that were asked for
//! feeds/mine/                              a feed that is no part of a server's tree, whole
//! keys/<its file on a router>              the public key of such a feed, which official images lack
//! .versions.json, releases/25.12.5/.targets.json, .overview.json   what is here, in the server's own forms
//! .owpkg/archive/<folder>/<n>/             each index that was ever mirrored, and `files`: what is here of it
//! .owpkg/seen/<folder>                     which files were found good, so that a rerun need not read them
//! .owpkg/incoming/                         downloads under way
//! .owpkg/public/<n>/, .owpkg/current       what readers see of what changes (folders only)
//! ```

mod archive;
#[cfg(feature = "s3")]
mod bucket;
mod contents;
mod copy;
mod covered;
mod custom;
mod error;
mod files;
mod fill;
mod folder;
mod holdings;
mod list;
mod lists;
mod look;
mod place;
mod progress;
mod prune;
mod public;
mod repair;
mod stamps;
mod store;
mod summary;
mod sync;
mod target;
mod verify;

#[cfg(feature = "s3")]
pub use bucket::Bucket;
pub use contents::{Contents, MirrorWarning};
pub use copy::verify_copy;
pub use covered::{Earlier, MirrorFolder, of_release};
pub(crate) use custom::keys_of;
pub use custom::{CustomFeed, CustomKey};
pub use error::MirrorError;
pub use folder::Folder;
pub(crate) use folder::OWN;
pub use holdings::{ChangedFile, Changes, Holdings};
pub use list::Listed;
pub use place::Place;
pub(crate) use place::is_bucket;
pub use repair::repair;
pub use store::{Change, Depth, Guard, Stat, Store, StoreError};
pub use summary::{Gaps, MissingFile, Preview, Prune, Summary};
pub use sync::Mirror;
pub use target::{Images, of_target};
pub use verify::verify;

/// The most bytes that are read of an index or of a list of digests.
const INDEX_CAP: u64 = 32 << 20;
