//! What is missing or odd about a release, and was got over.

use serde::Serialize;

/// What is missing or odd about a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum ReleaseWarning {
    /// There is no `profiles.json`.
    NoProfiles {
        /// The target's folder, by URL or path.
        at: String,
    },
    /// There is no manifest of the stock image.
    NoManifest {
        /// The target's folder, by URL or path.
        at: String,
    },
    /// The tree lacks feeds that it ought to have.
    MissingFeeds {
        /// The tree, by URL or path.
        at: String,
        /// Their names.
        feeds: Vec<String>,
    },
    /// A further feed has no index.
    NoFeedIndex {
        /// Its folder, by URL or path.
        at: String,
        /// Its name.
        feed: String,
        /// The file that there should be.
        index: &'static str,
        /// The format of the release.
        format: &'static str,
    },
    /// Entries of an index were passed over, as the client would.
    PassedOver {
        /// The index, by URL or path.
        index: String,
        /// Where the first one is: a line, or an offset in the ADB payload.
        at: u64,
        /// Why.
        why: &'static str,
        /// How many more there are.
        more: usize,
    },
}
