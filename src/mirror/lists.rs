//! What is in a mirror, in the forms in which a server says it: `.versions.json` at the root, `.targets.json` and
//! `.overview.json` for each release.
//!
//! Servers do not sign these lists and neither does a mirror: they help to find things and vouch for nothing. What they
//! say of a target comes from its `profiles.json`, as far as the archived `sha256sums` has its digest.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::archive::{self, Archive};
use super::store::{Change, Store, StoreError};
use crate::files::Content;
use crate::hardware::Series;
use crate::release::metadata::{PROFILES, SUMS};
use crate::release::{OVERVIEW, Release, Sums, TARGETS, VERSIONS};
use crate::trust;

/// The most bytes that are read of a list, or of what it is made of.
const CAP: u64 = 64 << 20;
/// How often another writer of a bucket may come between.
const TRIES: usize = 5;

/// `.versions.json`: releases by name, the newest first; texts that would name none are empty. What the development is at
/// now is named where there is nothing else.
#[derive(Default, Serialize)]
struct VersionsJson<'a> {
    stable_version: &'a str,
    oldstable_version: &'a str,
    upcoming_version: &'a str,
    versions_list: Vec<&'a str>,
}

/// `.overview.json`: the devices that a release has images for.
#[derive(Serialize)]
struct OverviewJson<'a> {
    release: &'a str,
    profiles: Vec<DeviceJson<'a>>,
}

#[derive(Serialize)]
struct DeviceJson<'a> {
    id: &'a str,
    target: &'a str,
    titles: &'a [Value],
}

/// What the lists repeat of a `profiles.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Profiles {
    arch_packages: Option<String>,
    profiles: BTreeMap<String, Device>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Device {
    titles: Vec<Value>,
}

/// What a mirror has of a release.
#[derive(Default)]
struct Held<'a> {
    targets: BTreeSet<&'a str>,
    archs: BTreeSet<&'a str>,
}

/// Makes readers see changes, and the lists as they are with them.
pub(super) fn publish(store: &dyn Store, mut changes: Vec<Change>) -> Result<(), StoreError> {
    changes.extend(stale(store, &Archive::read(store)?, &changes)?);
    let mut published = store.publish(&changes);
    for _ in 0..TRIES {
        match &published {
            // Every writer of a bucket writes the lists, each by what it sees: whoever comes last sees all.
            Err(StoreError::Changed { path }) if is_one(path) => {
                published = store.publish(&stale(store, &Archive::read(store)?, &[])?);
            }
            _ => break,
        }
    }
    published
}

/// The lists that are other than they should be once `pending` is done.
pub(super) fn stale(
    store: &dyn Store,
    archive: &Archive,
    pending: &[Change],
) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::new();
    let texts = texts(store, archive, pending)?;
    if texts.is_empty() && store.read(VERSIONS, CAP)?.is_some() {
        changes.push(Change { path: VERSIONS.to_owned(), content: None });
    }
    for (path, text) in texts {
        if store.read(&path, CAP)?.as_deref() != Some(text.as_bytes()) {
            changes.push(Change { path, content: Some(Content::Made(text)) });
        }
    }
    Ok(changes)
}

/// Whether a path of a mirror is that of a list.
fn is_one(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    [VERSIONS, TARGETS, OVERVIEW].contains(&name)
}

/// The lists of a mirror, by path.
pub(super) fn texts(
    store: &dyn Store,
    archive: &Archive,
    pending: &[Change],
) -> Result<BTreeMap<String, String>, StoreError> {
    let held = held(archive);
    let mut texts = BTreeMap::new();
    if held.is_empty() {
        return Ok(texts);
    }
    let mut versions = versions(held.keys().copied());
    if versions.versions_list.is_empty() {
        versions.versions_list.extend(held.keys().map(|root| name(root)));
    }
    texts.insert(VERSIONS.to_owned(), text(VERSIONS, &versions)?);
    for (root, Held { targets, archs }) in held {
        let mut found = BTreeMap::new();
        for target in targets {
            found.insert(target, profiles(store, archive, pending, &format!("{root}/targets/{target}"))?);
        }
        let only_arch = archs.first().filter(|_| archs.len() == 1).copied();
        let arch = |of: &Profiles| of.arch_packages.as_deref().or(only_arch).map(str::to_owned);
        let archs: BTreeMap<&str, String> =
            found.iter().filter_map(|(target, of)| Some((*target, arch(of)?))).collect();
        let devices = found.iter().flat_map(|(target, of)| {
            of.profiles.iter().map(|(id, device)| DeviceJson { id, target, titles: &device.titles })
        });
        let overview = OverviewJson { release: name(root), profiles: devices.collect() };
        let (targets, of_devices) = (format!("{root}/{TARGETS}"), format!("{root}/{OVERVIEW}"));
        let archs = text(&targets, &archs)?;
        let overview = text(&of_devices, &overview)?;
        texts.extend([(targets, archs), (of_devices, overview)]);
    }
    Ok(texts)
}

/// What there is of each release, by its folder.
fn held(archive: &Archive) -> BTreeMap<&str, Held<'_>> {
    let mut held: BTreeMap<&str, Held<'_>> = BTreeMap::new();
    for folder in archive.folders.keys() {
        let Some(at) = folder.find("/targets/").or(folder.find("/packages/")) else { continue };
        let (root, below) = folder.split_at(at);
        let mut parts = below.split('/').skip(1);
        let of = held.entry(root).or_default();
        match (parts.next(), parts.next(), parts.next()) {
            (Some("targets"), Some(target), Some(subtarget)) => {
                let start = at + "/targets/".len();
                of.targets.insert(&folder[start..start + target.len() + 1 + subtarget.len()]);
            }
            (Some("packages"), Some(arch), _) => drop(of.archs.insert(arch)),
            _ => {}
        }
    }
    held.retain(|root, _| Release::parse(name(root)).is_ok_and(|release| release.folder() == *root));
    held
}

/// The release of a folder.
fn name(root: &str) -> &str {
    match root.strip_prefix("releases/") {
        Some(name) => name,
        None if root == "snapshots" => "SNAPSHOT",
        None => root,
    }
}

fn versions<'a>(roots: impl Iterator<Item = &'a str>) -> VersionsJson<'a> {
    let names = roots.filter_map(|root| root.strip_prefix("releases/"));
    let named = names.filter_map(|name| Some((Release::parse(name).ok()?, name)));
    let (mut dated, mut undated) = (Vec::new(), Vec::new());
    for (release, name) in named {
        match release.version() {
            Some(version) => dated.push((version, release.series(), name)),
            None => undated.push(name),
        }
    }
    dated.sort_by(|a, b| b.0.cmp(&a.0));
    let mut finals = dated.iter().filter(|(version, ..)| version.pre.is_empty());
    let stable = finals.next();
    let series = |of: &(semver::Version, Option<Series>, &str)| of.1;
    let oldstable = finals.find(|other| stable.is_some_and(|stable| series(stable) != series(other)));
    let upcoming = dated.first().filter(|(version, ..)| !version.pre.is_empty());
    let name = |of: Option<&(semver::Version, Option<Series>, &'a str)>| of.map_or("", |(.., name)| *name);
    VersionsJson {
        stable_version: name(stable),
        oldstable_version: name(oldstable),
        upcoming_version: name(upcoming),
        versions_list: dated.iter().map(|(.., name)| *name).chain(undated.into_iter().rev()).collect(),
    }
}

/// The `profiles.json` of a target as it will be, if the archived list of its digests has it; else nothing is known.
fn profiles(
    store: &dyn Store,
    archive: &Archive,
    pending: &[Change],
    folder: &str,
) -> Result<Profiles, StoreError> {
    let Some(newest) = archive.folders.get(folder).and_then(|generations| generations.last()) else {
        return Ok(Profiles::default());
    };
    let sums = archive::read_index(store, folder, newest.number, SUMS[0])?.unwrap_or_default();
    let sums = Sums::parse(&String::from_utf8_lossy(&sums));
    let path = format!("{folder}/{PROFILES}");
    let bytes = match pending.iter().find(|change| change.path == path) {
        None => store.read(&path, CAP)?,
        Some(Change { content: None, .. }) => None,
        Some(Change { content: Some(content), .. }) => {
            let mut bytes = Vec::new();
            let read = content.open().and_then(|mut file| file.read_to_end(&mut bytes));
            read.map_err(|source| StoreError::Io { path: path.clone(), source })?;
            Some(bytes)
        }
    };
    let good = bytes.filter(|bytes| sums.get(PROFILES) == Some(&trust::sha256(bytes)));
    // What is vouched for and yet none is told by whoever opens the release.
    Ok(good.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

/// The text of the list at a path.
fn text(path: &str, list: &impl Serialize) -> Result<String, StoreError> {
    let text = serde_json::to_string(list)
        .map_err(|error| StoreError::Io { path: path.to_owned(), source: error.into() })?;
    Ok(text + "\n")
}
