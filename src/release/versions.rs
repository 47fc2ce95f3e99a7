//! Which release is the newest: by `.versions.json` at a server's root, or by the folders of a mirror.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Release, ReleaseError, Target};
use crate::fetch::{Fetcher, Location};
use crate::hardware::Series;

/// The official server.
pub const OFFICIAL_SERVER: &str = "https://downloads.openwrt.org";

/// The list of a server's releases, at its root.
pub(crate) const VERSIONS: &str = ".versions.json";
/// The list of a release's targets, each with its architecture, in the release's folder.
pub(crate) const TARGETS: &str = ".targets.json";
/// The list of a release's devices, beside that of its targets.
pub(crate) const OVERVIEW: &str = ".overview.json";
const CAP: u64 = 256 << 10;

/// `.versions.json`, which nobody signs.
#[derive(Debug, Deserialize)]
pub struct Versions {
    stable_version: Option<String>,
    #[serde(default)]
    versions_list: Vec<String>,
}

/// The newest release that a server's root or a folder of releases has: of a series, or of all. A final one goes before
/// all candidates for one, and any of these before what a branch or the development is at now.
///
/// # Errors
/// When the list of releases cannot be had, or names none.
pub fn newest(fetcher: &Fetcher, mirror: &Location, series: Option<Series>) -> Result<Release, ReleaseError> {
    let at = mirror.join(VERSIONS)?;
    let (stable, names) = match fetcher.file(&at, CAP)? {
        Some(found) => {
            let versions: Versions = serde_json::from_slice(&found.bytes)
                .map_err(|source| ReleaseError::NotJson { at: at.to_string(), source })?;
            (versions.stable_version, versions.versions_list)
        }
        // A folder of releases tells by itself what it holds.
        None => {
            let mut names = fetcher.list(&mirror.join("releases")?)?.unwrap_or_default();
            let has_snapshots = fetcher.list(&mirror.join("snapshots")?)?.is_some();
            names.extend(has_snapshots.then(|| Release::snapshot().to_string()));
            (None, names)
        }
    };
    let wanted = |release: &Release| series.is_none() || release.series() == series;
    if let Some(stable) = stable.and_then(|name| Release::parse(&name).ok()).filter(wanted) {
        return Ok(stable);
    }
    let known: Vec<Release> =
        names.iter().filter_map(|name| Release::parse(name).ok()).filter(|release| wanted(release)).collect();
    let dated = known.iter().filter(|release| !release.is_series());
    let dated = dated.filter_map(|release| Some((release.version()?, release)));
    let newest = dated.max_by(|(a, _), (b, _)| (a.pre.is_empty(), a).cmp(&(b.pre.is_empty(), b)));
    if let Some((_, newest)) = newest {
        return Ok(newest.clone());
    }
    let branch = known.iter().filter(|release| !release.is_series()).max_by_key(|release| release.series());
    match (branch, series) {
        (Some(branch), _) => Ok(branch.clone()),
        (None, Some(series)) => Err(ReleaseError::NoneOfSeries { at: mirror.to_string(), series }),
        (None, None) => Err(ReleaseError::NoLatest { at: at.to_string() }),
    }
}

/// The targets of a release, each with its architecture, by its list of them; none where it has no list.
///
/// # Errors
/// When the list cannot be had, or is none.
pub(super) fn targets(fetcher: &Fetcher, root: &Location) -> Result<BTreeMap<Target, String>, ReleaseError> {
    let at = root.join(TARGETS)?;
    let Some(found) = fetcher.file(&at, CAP)? else { return Ok(BTreeMap::new()) };
    let listed: BTreeMap<String, String> = serde_json::from_slice(&found.bytes)
        .map_err(|source| ReleaseError::NotJson { at: at.to_string(), source })?;
    // Nobody signs the list: what is no name becomes no path.
    let named = listed.into_iter().filter(|(_, arch)| crate::format::is_plain(arch));
    Ok(named.filter_map(|(name, arch)| Some((name.parse().ok()?, arch))).collect())
}
