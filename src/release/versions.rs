//! Which release is the newest: by `.versions.json` at a server's root, or by the folders of a mirror.

use serde::Deserialize;

use super::{Release, ReleaseError};
use crate::fetch::{Fetcher, Location};
use crate::hardware::Series;

/// The official server.
pub const OFFICIAL_SERVER: &str = "https://downloads.openwrt.org";

const FILE: &str = ".versions.json";
const CAP: u64 = 256 << 10;

/// `.versions.json`, which nobody signs.
#[derive(Debug, Deserialize)]
pub struct Versions {
    stable_version: Option<String>,
    #[serde(default)]
    versions_list: Vec<String>,
}

/// The newest release that a server's root or a folder of releases has: of a series, or of all. A final one goes before
/// all candidates for one.
///
/// # Errors
/// When the list of releases cannot be had, or names none.
pub fn newest(fetcher: &Fetcher, mirror: &Location, series: Option<Series>) -> Result<Release, ReleaseError> {
    let at = mirror.join(FILE)?;
    let (stable, names) = match fetcher.file(&at, CAP)? {
        Some(found) => {
            let versions: Versions = serde_json::from_slice(&found.bytes)
                .map_err(|source| ReleaseError::NotJson { at: at.to_string(), source })?;
            (versions.stable_version, versions.versions_list)
        }
        // A folder of releases tells by itself what it holds.
        None => (None, fetcher.list(&mirror.join("releases")?)?.unwrap_or_default()),
    };
    let wanted = |release: &Release| series.is_none() || release.series() == series;
    if let Some(stable) = stable.and_then(|name| Release::parse(&name).ok()).filter(wanted) {
        return Ok(stable);
    }
    let known = names.iter().filter_map(|name| Release::parse(name).ok()).filter(wanted);
    let dated = known
        .filter(|release| !release.is_series())
        .filter_map(|release| Some((release.version()?, release)));
    let newest = dated.max_by(|(a, _), (b, _)| (a.pre.is_empty(), a).cmp(&(b.pre.is_empty(), b)));
    newest.map(|(_, release)| release).ok_or_else(|| match series {
        Some(series) => ReleaseError::NoneOfSeries { at: mirror.to_string(), series },
        None => ReleaseError::NoLatest { at: at.to_string() },
    })
}
