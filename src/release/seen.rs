//! What was seen of an index before: a mirror that serves an older one, with the old signature, would else be believed.
//!
//! Neither format has a time in its indexes, so all that can be noticed is that something went back. Beside the cached
//! documents stands, for each index, a line of JSON and then `NAME VERSION` of every package of the newest one.

use std::cmp::Ordering;
use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ReleaseError, ReleaseWarning, Upstream};
use crate::fetch::{Fetched, Freshness, Location};
use crate::format::{FeedId, Format};
use crate::trust::{Signed, Verified};

/// A loss of more packages than one in so many is none that happens every day.
const TOLERATED: usize = 10;

/// How an index is older than one that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum WentBack {
    /// A package has a lower version.
    Version {
        package: String,
        /// The version that was seen.
        seen: String,
        /// The version that it has now.
        now: String,
    },
    /// There are fewer packages.
    Count {
        /// How many were seen.
        seen: usize,
        /// How many there are now.
        now: usize,
    },
}

/// The first line of what is kept.
#[derive(Serialize, Deserialize)]
struct Header {
    /// When the newest index was seen, in seconds since 1970.
    seen: i64,
    /// How the one that came last is older.
    #[serde(skip_serializing_if = "Option::is_none")]
    went_back: Option<WentBack>,
}

/// Compares a verified index with what was seen at its place before, and keeps the newer of the two in mind.
pub(super) fn compare(
    upstream: &Upstream,
    format: &dyn Format,
    document: &Fetched,
    index: &Verified<Signed>,
) -> Result<Option<ReleaseWarning>, ReleaseError> {
    let at = &document.location;
    if !upstream.fetcher.keeps(at) {
        return Ok(None);
    }
    let Some(kept) = upstream.fetcher.kept(at)? else {
        if document.freshness == Freshness::Fresh {
            keep(upstream, at, Timestamp::now().as_second(), None, &listing(format, index, at)?)?;
        }
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&kept);
    let (header, list) = text.split_once('\n').unwrap_or((&text, ""));
    // What cannot be read was not written by us.
    let Ok(header) = serde_json::from_str::<Header>(header) else { return Ok(None) };
    let went_back = match document.freshness {
        Freshness::Fresh => {
            let new = listing(format, index, at)?;
            let went_back = older(format, list, &new);
            match went_back {
                Some(_) => keep(upstream, at, header.seen, went_back.clone(), list)?,
                None => keep(upstream, at, Timestamp::now().as_second(), None, &new)?,
            }
            went_back
        }
        // The copy in the cache is what came last.
        Freshness::Revalidated | Freshness::Offline => header.went_back,
    };
    let Some(how) = went_back else { return Ok(None) };
    let warning = ReleaseWarning::WentBack { index: at.to_string(), seen: date(header.seen), how };
    match upstream.require_fresh {
        true => Err(ReleaseError::NotFresh(warning)),
        false => Ok(Some(warning)),
    }
}

fn keep(
    upstream: &Upstream,
    at: &Location,
    seen: i64,
    went_back: Option<WentBack>,
    list: &str,
) -> Result<(), ReleaseError> {
    let header = serde_json::to_string(&Header { seen, went_back })
        .map_err(|source| ReleaseError::NotJson { at: at.to_string(), source })?;
    Ok(upstream.fetcher.keep(at, format!("{header}\n{list}").as_bytes())?)
}

/// `NAME VERSION` a line, the highest version of each package.
fn listing(format: &dyn Format, index: &Verified<Signed>, at: &Location) -> Result<String, ReleaseError> {
    let parsed = format.parse(index, FeedId(0));
    let parsed = parsed.map_err(|source| ReleaseError::Index { at: at.to_string(), source })?;
    let mut highest: HashMap<&str, &str> = HashMap::new();
    for package in parsed.listed() {
        let version = highest.entry(package.name).or_insert(package.version);
        if format.compare(package.version, version) == Ordering::Greater {
            *version = package.version;
        }
    }
    let mut lines: Vec<String> =
        highest.iter().map(|(name, version)| format!("{name} {version}\n")).collect();
    lines.sort_unstable();
    Ok(lines.concat())
}

/// How a listing is older than an earlier one.
fn older(format: &dyn Format, seen: &str, now: &str) -> Option<WentBack> {
    let pairs = |text| str::lines(text).filter_map(|line| line.split_once(' '));
    let newer: HashMap<&str, &str> = pairs(now).collect();
    let lower = pairs(seen).find_map(|(name, version)| {
        let now = newer.get(name).filter(|now| format.compare(now, version) == Ordering::Less)?;
        Some(WentBack::Version { package: name.to_owned(), seen: version.to_owned(), now: (*now).to_owned() })
    });
    let (before, after) = (seen.lines().count(), now.lines().count());
    let fewer = after + before / TOLERATED < before;
    lower.or_else(|| fewer.then_some(WentBack::Count { seen: before, now: after }))
}

fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |time| time.strftime("%Y-%m-%d").to_string())
}
