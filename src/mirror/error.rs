//! Why a mirror cannot be made.

use super::StoreError;
use crate::fetch::{FetchError, LocationError};
use crate::format::IndexError;
use crate::lock::BundleError;
use crate::trust::TrustError;

/// Why a mirror cannot be made. What readers see of it has not changed then.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// A file could not be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The mirror's place cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
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
        matches!(self, MirrorError::Fetch(FetchError::Missing { .. } | FetchError::Mismatch { .. }))
    }
}
