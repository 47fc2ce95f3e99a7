//! The names of the releases that were opened: kept in the cache, so that shells can complete them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::error::Failure;
use crate::fetch::{FetchError, Fetcher};
use crate::format::Universe;
use crate::release::ReleaseFacts;

/// Its place among what the cache keeps.
const PLACE: &str = "last-release/2";

/// The names of the last release that was opened, and which others were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastRelease {
    /// All releases that were opened.
    pub releases: BTreeSet<String>,
    /// All targets that were opened.
    pub targets: BTreeSet<String>,
    /// The feeds.
    pub feeds: Vec<String>,
    /// The packages, a blank between two: every run compares them, and hardly one needs them apart.
    packages: String,
}

impl LastRelease {
    /// Keeps the names of a release, if it is a real one.
    ///
    /// # Errors
    /// When the cache cannot be read or written.
    pub(super) fn keep(
        fetcher: &Fetcher,
        facts: &ReleaseFacts,
        universe: &Universe<'_>,
    ) -> Result<(), Failure> {
        if facts.is_demo() {
            return Ok(());
        }
        let kept = LastRelease::read(fetcher)?;
        let mut packages = String::with_capacity(kept.packages.len());
        universe.packages().for_each(|(_, package)| packages.extend([package.name, " "]));
        let mut names = LastRelease {
            releases: kept.releases.clone(),
            targets: kept.targets.clone(),
            feeds: facts.feeds.iter().map(|feed| feed.name.clone()).collect(),
            packages,
        };
        names.releases.extend(facts.release.as_ref().map(ToString::to_string));
        names.targets.insert(facts.target.to_string());
        match names == kept {
            true => Ok(()),
            false => Ok(fetcher.keep_findings(PLACE, &names)?),
        }
    }

    /// The names that were kept last.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub(super) fn read(fetcher: &Fetcher) -> Result<LastRelease, FetchError> {
        let kept = fetcher.findings(PLACE)?;
        // What an owpkg of another age kept is not read.
        Ok(kept.and_then(|kept| serde_json::from_slice(&kept).ok()).unwrap_or_default())
    }

    /// The names of the packages, sorted.
    pub(super) fn packages(&self) -> BTreeSet<&str> {
        self.packages.split_whitespace().collect()
    }
}
