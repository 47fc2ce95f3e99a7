//! Why a release tree cannot be used.

use crate::fetch::{FetchError, LocationError};
use crate::format::{IndexError, InstalledError};
use crate::hardware::Series;
use crate::trust::TrustError;

use super::{Release, ReleaseWarning};

/// Why a release tree cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// A file could not be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A name in the tree cannot become a path.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// An index is not vouched for.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// An index cannot be read.
    #[error("{at}: {source}")]
    Index {
        /// The index, by URL or path.
        at: String,
        /// What is wrong with it.
        source: IndexError,
    },
    /// There is no package index where the target's own should be.
    #[error("{at} holds no package index ({})", .expected.join(" or "))]
    NoIndex {
        /// The folder, by URL or path.
        at: String,
        /// The names an index may have.
        expected: Vec<&'static str>,
    },
    /// The tree lists more feeds than a release has.
    #[error("{at} lists {listed} feeds in its feeds.conf, and at most {most} are read")]
    TooManyFeeds {
        /// The tree.
        at: String,
        /// How many it lists.
        listed: usize,
        /// The most that are read.
        most: usize,
    },
    /// The tree is of several targets.
    #[error("{at} holds several targets: {}", .targets.join(", "))]
    WhichTarget {
        /// The tree.
        at: String,
        /// What it holds.
        targets: Vec<String>,
    },
    /// The tree is of no target.
    #[error("{at} is no release tree: it holds no targets/<target>/<subtarget>/")]
    NoTarget {
        /// The tree.
        at: String,
    },
    /// The tree is of another release than was asked for.
    #[error("{at} is of another release: expected {asked}, found {found}")]
    OtherRelease {
        /// The tree.
        at: String,
        /// What was asked for.
        asked: Release,
        /// What its `profiles.json` says.
        found: Release,
    },
    /// A file is not JSON of the expected shape.
    #[error("{at} is not what it should be: {source}")]
    NotJson {
        /// The file, by URL or path.
        at: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The manifest of the stock image cannot be read.
    #[error("{at}: {source}")]
    Manifest {
        /// The file, by URL or path.
        at: String,
        /// What is wrong with it.
        source: InstalledError,
    },
    /// The manifest or `profiles.json` is not the one whose digest the signed sha256sums states.
    #[error("{at} is not the file that the signed sha256sums lists")]
    MetadataDigest {
        /// The file, by URL or path.
        at: String,
    },
    /// The server does not say which release is the latest, and a folder holds none.
    #[error("{at} does not say which release is the latest")]
    NoLatest {
        /// The file that would say it.
        at: String,
    },
    /// There is no release of a series.
    #[error("{at} has no release of {series}")]
    NoneOfSeries {
        /// The server's root or the folder.
        at: String,
        series: Series,
    },
    /// A further feed that was named has no index.
    #[error("the feed {name} cannot be read: {at} {}", if *.is_there { "has no index" } else { "is not there" })]
    NoFeedIndex {
        name: String,
        /// Its folder, by URL or path.
        at: String,
        /// Whether there is such a folder, as far as that can be told.
        is_there: bool,
        /// The file that there should be.
        index: &'static str,
        /// The format of the release.
        format: &'static str,
    },
    /// A further feed has the name of another one: on a disk they would share a folder.
    #[error("{at} cannot be the feed {name}: the release has one of that name")]
    FeedTwice {
        name: String,
        /// The further feed, by URL or path.
        at: String,
    },
    /// Nobody vouches for the metadata of a release of the official keys, and something would be decided by it.
    #[error("{at}: nobody vouches for the metadata of this official release: {why}")]
    Unvouched {
        /// The target's folder, by URL or path.
        at: String,
        /// Why nobody does.
        why: String,
    },
    /// The signed sha256sums of an official release lists a file that is not there.
    #[error("{at} is not there, although the signed sha256sums lists it")]
    Withheld {
        /// The file, by URL or path.
        at: String,
    },
    /// An index is older than one that was seen before, and that is not to be.
    #[error("an index is older than one that was seen before")]
    NotFresh(ReleaseWarning),
    /// An index is unsigned that has no feed of the release.
    #[error("there is no feed {name}, whose index may be unsigned")]
    NoSuchFeed {
        name: String,
        /// The feeds that there are.
        known: Vec<String>,
    },
    /// There is no such device.
    #[error("{at} knows no profile {asked}")]
    UnknownProfile {
        /// The `profiles.json`.
        at: String,
        /// What was asked for.
        asked: String,
        /// Names like it.
        near: Vec<String>,
    },
    /// No feed says what architecture the packages are for.
    #[error("{at} does not say what architecture its packages are for")]
    NoArch {
        /// The tree.
        at: String,
    },
    /// A tree without targets has several architectures, and no list says which one a target is of.
    #[error("{at} holds {}, and does not say which one {target} is of", archs.join(", "))]
    WhichArch {
        /// The tree.
        at: String,
        target: String,
        /// The architectures.
        archs: Vec<String>,
    },
}

impl ReleaseError {
    /// The failure that a `profiles.json` knows no device of that name, but these.
    pub(super) fn unknown_profile<'k>(at: String, asked: &str, known: impl Iterator<Item = &'k str>) -> Self {
        ReleaseError::UnknownProfile { at, asked: asked.to_owned(), near: crate::suggest::near(asked, known) }
    }
}
