//! `.versions.json` at a server's root: which release is the latest.

use serde::Deserialize;

use super::{Release, ReleaseError};
use crate::fetch::{Fetcher, Location};

/// The official server.
pub const OFFICIAL_SERVER: &str = "https://downloads.openwrt.org";

const FILE: &str = ".versions.json";
const CAP: u64 = 256 << 10;

#[derive(Deserialize)]
struct Versions {
    stable_version: Option<String>,
    #[serde(default)]
    versions_list: Vec<String>,
}

/// The latest stable release below a server's root.
///
/// # Errors
/// When the file cannot be fetched, or names none.
pub fn latest_stable(fetcher: &Fetcher, mirror: &Location) -> Result<Release, ReleaseError> {
    let at = mirror.join(FILE)?;
    let unknown = || ReleaseError::NoLatest { at: at.to_string() };
    let found = fetcher.file(&at, CAP)?.ok_or_else(unknown)?;
    let versions: Versions = serde_json::from_slice(&found.bytes)
        .map_err(|source| ReleaseError::NotJson { at: at.to_string(), source })?;
    if let Some(stable) = versions.stable_version.and_then(|name| Release::parse(&name).ok()) {
        return Ok(stable);
    }
    let listed = versions.versions_list.iter().filter_map(|name| Release::parse(name).ok());
    let final_releases = listed.filter_map(|release| Some((release.version()?, release)));
    let newest = final_releases.filter(|(version, _)| version.pre.is_empty()).max_by(|a, b| a.0.cmp(&b.0));
    newest.map(|(_, release)| release).ok_or_else(unknown)
}
