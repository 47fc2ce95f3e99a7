//! The names of the releases that were opened: kept in the cache, so that shells can complete them.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::Failure;
use crate::fetch::{FetchError, Fetcher};
use crate::format::Universe;
use crate::release::ReleaseFacts;
use crate::trust::{Digest, sha256};

/// Their places among what the cache keeps.
const PLACE: &str = "last-release/2";
const PACKAGES: &str = "last-release-packages/2";

/// The names of the last release that was opened, and which others were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastRelease {
    /// All releases that were opened.
    pub releases: BTreeSet<String>,
    /// All targets that were opened.
    pub targets: BTreeSet<String>,
    /// The feeds.
    pub feeds: Vec<String>,
    /// SHA-256 of the names of the packages, in hex: they are many, and kept apart.
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
        let packages = || universe.packages().map(|(_, package)| package.name);
        let mut lines = String::new();
        packages().for_each(|name| lines.extend([name, "\n"]));
        let mut names = LastRelease {
            releases: kept.releases.clone(),
            targets: kept.targets.clone(),
            feeds: facts.feeds.iter().map(|feed| feed.name.clone()).collect(),
            packages: Digest::sha256(sha256(lines.as_bytes())).hex(),
        };
        names.releases.extend(facts.release.as_ref().map(ToString::to_string));
        names.targets.insert(facts.target.to_string());
        if names == kept {
            return Ok(());
        }
        if names.packages != kept.packages {
            fetcher.keep_findings(PACKAGES, &packages().collect::<BTreeSet<_>>())?;
        }
        Ok(fetcher.keep_findings(PLACE, &names)?)
    }

    /// The names that were kept last.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub(super) fn read(fetcher: &Fetcher) -> Result<LastRelease, FetchError> {
        read(fetcher, PLACE)
    }

    /// The packages of the release that was opened last.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub(super) fn packages(fetcher: &Fetcher) -> Result<BTreeSet<String>, FetchError> {
        read(fetcher, PACKAGES)
    }
}

fn read<T: Default + DeserializeOwned>(fetcher: &Fetcher, place: &str) -> Result<T, FetchError> {
    let kept = fetcher.findings(place)?;
    // What an owpkg of another age kept is not read.
    Ok(kept.and_then(|kept| serde_json::from_slice(&kept).ok()).unwrap_or_default())
}
