//! What a release tree says of itself.

use crate::fetch::Location;
use crate::format::{Feed, Format, Installed};

use super::{Decided, Kernel, Release, ReleaseWarning, Target};

/// What a release tree says of itself.
#[derive(Debug, Clone)]
pub struct ReleaseFacts {
    /// The tree.
    pub root: Location,
    /// Its name, where anything tells it.
    pub release: Option<Release>,
    /// The build's revision, `r23630-842932a63d`.
    pub version_code: Option<String>,
    pub target: Target,
    /// The architecture of its packages.
    pub arch: String,
    /// The format of its indexes.
    pub format: &'static dyn Format,
    /// The kernel of its images, where anything tells it.
    pub kernel: Option<Kernel>,
    /// When its source was committed, in seconds since 1970.
    pub source_date_epoch: Option<u64>,
    /// What the router holds, where the user said so.
    pub installed: Option<Installed>,
    /// What its stock image holds, by its manifest.
    pub stock: Option<Installed>,
    /// What every image holds, by `profiles.json`: names only, without what they depend on.
    pub default_packages: Vec<String>,
    /// The feeds, in the order in which the router is told about them.
    pub feeds: Vec<FeedPlace>,
    /// What nobody vouches for among what decides.
    pub unvouched: Vec<Decided>,
    /// What is missing or odd.
    pub warnings: Vec<ReleaseWarning>,
}

impl ReleaseFacts {
    /// Whether it is a release built into owpkg, which no router runs.
    pub fn is_demo(&self) -> bool {
        matches!(self.root, Location::Memory { .. })
    }
}

/// A feed and the folder of its index and packages.
#[derive(Debug, Clone)]
pub struct FeedPlace {
    pub name: String,
    /// Its folder.
    pub location: Location,
    /// Whose it is.
    pub origin: FeedOrigin,
}

/// Whose a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedOrigin {
    /// The release's own: it is part of its tree.
    Release,
    /// The user named it, beside those of the release.
    Custom,
    /// The same, and what it has goes before what the release has.
    Preferred,
}

impl FeedPlace {
    /// The feed as a universe knows it.
    pub fn feed(&self) -> Feed {
        Feed {
            name: self.name.clone(),
            location: self.location.to_string(),
            custom: self.origin != FeedOrigin::Release,
        }
    }
}
