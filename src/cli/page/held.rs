//! What the mirror holds: releases, targets, devices, packages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use serde::Serialize;

use super::made;
use super::workshop::Desk;
use crate::cli::error::Failure;
use crate::cli::session::Session;
use crate::format::Package;
use crate::release::Release;
use crate::serve::{Catalogue, ServedTarget};

/// For how long the packages of a release are kept in mind.
const FRESH: Duration = Duration::from_secs(30);
/// Of how many releases and targets they are.
const MOST_KEPT: usize = 6;
/// How many packages a search tells.
pub(super) const MOST_FOUND: usize = 30;

/// A release for a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    pub(super) release: String,
    pub(super) target: String,
    /// The architecture, where anything tells it.
    pub(super) arch: Option<String>,
    /// The format of its packages.
    pub(super) format: &'static str,
    /// The names of its feeds.
    pub(super) feeds: Vec<String>,
}

impl Place {
    /// As the form's one field has it.
    pub(super) fn value(&self) -> String {
        format!("{} {}", self.release, self.target)
    }
}

/// A package of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) feed: String,
    /// The size of its file in bytes, where the index states it.
    pub(super) size: Option<u64>,
    pub(super) description: String,
}

/// The releases and targets of a mirror, the newest release first.
pub(super) fn places(mirror: &Utf8Path) -> Vec<Place> {
    let place = |target: ServedTarget| {
        Some(Place {
            release: match target.tree.strip_prefix("releases/") {
                Some(release) => release.to_owned(),
                None => "SNAPSHOT".to_owned(),
            },
            target: target.target?,
            arch: target.arch,
            format: target.format.name(),
            feeds: target.feeds.iter().map(|feed| feed.name.clone()).collect(),
        })
    };
    let mut places: Vec<Place> = Catalogue::read(mirror).targets.into_iter().filter_map(place).collect();
    let age = |place: &Place| Release::parse(&place.release).ok().and_then(|release| release.version());
    places.sort_by(|a, b| age(b).cmp(&age(a)).then_with(|| a.target.cmp(&b.target)));
    places
}

/// The devices of a release and target, by their names in `profiles.json`; none where it has none.
pub(super) fn profiles(desk: &Desk<'_>) -> Result<Vec<String>, Failure> {
    let source = made::source(desk)?;
    let (mut env, _) = desk.env();
    let session = Session::new(&env, &source)?;
    session.profiles(&mut env, &source)
}

/// The packages of the releases that were asked about last.
#[derive(Default)]
pub(super) struct Packages {
    kept: Mutex<BTreeMap<String, Reading>>,
}

/// When the packages of a release and target were read, and which they are.
type Reading = (Instant, Arc<Vec<Entry>>);

impl Packages {
    /// The packages of a release and target, by name.
    ///
    /// # Errors
    /// When it cannot be read, or is not vouched for.
    pub(super) fn of(&self, desk: &Desk<'_>) -> Result<Arc<Vec<Entry>>, Failure> {
        let place = desk.order.place().unwrap_or_default();
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, entries)) = kept().get(&place).filter(|(read, _)| read.elapsed() < FRESH) {
            return Ok(entries.clone());
        }
        let entries = Arc::new(read(desk)?);
        let mut kept = kept();
        kept.retain(|_, (read, _)| read.elapsed() < FRESH);
        if kept.len() < MOST_KEPT {
            kept.insert(place, (Instant::now(), entries.clone()));
        }
        Ok(entries)
    }
}

fn read(desk: &Desk<'_>) -> Result<Vec<Entry>, Failure> {
    let source = made::source(desk)?;
    let (mut env, _) = desk.env();
    let release = Session::new(&env, &source)?.open(&mut env, &source)?;
    let (universe, _) = release.universe()?;
    let entry = |package: &Package<'_>| Entry {
        name: package.name.to_owned(),
        version: package.version.to_owned(),
        feed: universe.feed(package.feed).name.clone(),
        size: package.size,
        description: package.description.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let mut entries: Vec<Entry> = universe.packages().map(|(id, _)| entry(universe.package(id))).collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries.dedup_by(|a, b| a.name == b.name);
    Ok(entries)
}

/// The packages that have all the words in their name or description, the likeliest first; and how many there are.
pub(super) fn search<'e>(entries: &'e [Entry], words: &str) -> (Vec<&'e Entry>, usize) {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let rank = |entry: &Entry| {
        let (name, about) = (entry.name.to_lowercase(), entry.description.to_lowercase());
        let in_name = words.iter().all(|word| name.contains(word));
        let fits = in_name || words.iter().all(|word| name.contains(word) || about.contains(word));
        let starts = words.first().is_some_and(|word| name.starts_with(word));
        fits.then_some((!in_name, !starts, name.len()))
    };
    let mut found: Vec<_> = entries.iter().filter_map(|entry| Some((rank(entry)?, entry))).collect();
    found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.name.cmp(&other.name)));
    let count = if words.is_empty() { 0 } else { found.len() };
    (found.into_iter().take(count.min(MOST_FOUND)).map(|(_, entry)| entry).collect(), count)
}
