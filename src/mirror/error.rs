//! Why a mirror cannot be made.

use super::{MissingFile, StoreError, Summary};
use crate::fetch::{FetchError, LocationError};
use crate::format::IndexError;
use crate::lock::BundleError;
use crate::trust::TrustError;

/// Why a mirror cannot be made. What readers see of it has not changed then, but for folders that are whole.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// A file could not be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The mirror's place cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Files are not to be had; all others are here.
    #[error(
        "{} of the mirrored files {} not to be had{}",
        missing.len(),
        if missing.len() == 1 { "is" } else { "are" },
        held_back(unpublished)
    )]
    NotWhole {
        /// What was done with the others.
        summary: Summary,
        /// The files.
        missing: Vec<MissingFile>,
        /// Their folders, where these were held back.
        unpublished: Vec<String>,
    },
    /// An index is not vouched for.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A name cannot become a path.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// The indexes of a lock cannot be had.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// An index cannot be read.
    #[error("{at}: {source}")]
    Index {
        /// The index, by URL or path.
        at: String,
        /// What is wrong with it.
        source: IndexError,
    },
    /// A `profiles.json` that the signed list of digests vouches for, and that is none.
    #[error("{at} is not what it should be: {source}")]
    NotJson {
        /// The file, by URL or path.
        at: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A feed that is no part of the release tree.
    #[error("the feed at {feed} is not part of the release tree {root}")]
    NotInTree {
        /// The feed's folder.
        feed: String,
        /// The tree.
        root: String,
    },
    /// A feed of one's own in the place of one of the other package format.
    #[error("{folder} of this mirror is a feed of another package format")]
    OtherFormat {
        /// Its folder in the mirror.
        folder: String,
    },
    /// A tree whose release has no name, and so no place on a server.
    #[error("{root} does not say which release it is")]
    NoRelease {
        /// The tree.
        root: String,
    },
}

impl MirrorError {
    /// Whether the server may have been in the middle of an update, or an old copy of its index have come in between:
    /// then reading the indexes anew may help.
    pub fn is_drift(&self) -> bool {
        matches!(self, MirrorError::NotWhole { .. })
            || matches!(self, MirrorError::Fetch(error) if error.is_of_file())
    }
}

/// The folders that are as they were.
fn held_back(folders: &[String]) -> String {
    match folders {
        [] => String::new(),
        folders => format!(", so these feeds are as they were: {}", folders.join(", ")),
    }
}
