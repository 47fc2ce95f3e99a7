//! What is missing or odd about a release, and was got over.

use serde::Serialize;

use super::WentBack;

/// What a target's metadata decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decided {
    /// What the router holds.
    Baseline,
    /// Which kernel it runs.
    Kernel,
    /// Which release it runs.
    Release,
    /// The architecture of its packages.
    Arch,
}

impl Decided {
    /// In a word, as the lock has it.
    pub fn word(self) -> &'static str {
        match self {
            Decided::Baseline => "baseline",
            Decided::Kernel => "kernel",
            Decided::Release => "release",
            Decided::Arch => "arch",
        }
    }
}

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
    /// A feed of the tree that no list names is left unread.
    UnreadFeed {
        /// Its folder, by URL or path.
        at: String,
        /// Its name.
        feed: String,
        why: String,
    },
    /// Nobody vouches for metadata that decided something.
    Unvouched {
        /// The target's folder, by URL or path.
        at: String,
        /// Why nobody does.
        why: String,
        /// What it decided.
        decided: Vec<Decided>,
    },
    /// An index is older than one that was seen at its place before.
    WentBack {
        /// The index, by URL or path.
        index: String,
        /// The day on which the newer one was seen.
        seen: String,
        /// How it is older.
        how: WentBack,
    },
    /// Entries of an index were passed over, as the client would.
    PassedOver {
        /// The index, by URL or path.
        index: String,
        /// Where the first one is: a line, or an offset in the ADB payload.
        at: u64,
        why: &'static str,
        /// How many more there are.
        more: usize,
    },
}
