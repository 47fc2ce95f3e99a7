//! What a folder holds for routers: releases, targets, feeds and packages.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::base::BaseUrl;
use crate::format::{FORMATS, Format, IndexFile, is_package_file};
use crate::mirror::{CustomFeed, keys_of};
use crate::trust::SignedFile;

/// For how long a reading of the folder is good enough for the page.
const FRESH: Duration = Duration::from_secs(5);
const PROFILES_CAP: u64 = 8 << 20;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// By release and target, and the architectures of which there is no target.
    pub targets: Vec<ServedTarget>,
    /// The feeds that are no part of a release.
    pub custom: Vec<ServedCustomFeed>,
}

/// A feed that is no part of a release.
#[derive(Debug)]
pub struct ServedCustomFeed {
    /// What a router is told of it.
    pub custom: CustomFeed,
    /// Its files.
    pub feed: Arc<ServedFeed>,
}

/// What a router of one kind can be given.
#[derive(Debug)]
pub struct ServedTarget {
    /// The release's folder: `releases/25.12.0`, `snapshots`.
    pub tree: String,
    /// The target; none: only feeds of an architecture.
    pub target: Option<String>,
    /// The architecture, where anything tells it.
    pub arch: Option<String>,
    /// The format of the feeds.
    pub format: &'static dyn Format,
    /// The feeds, in the order in which a router is told about them.
    pub feeds: Vec<Arc<ServedFeed>>,
}

#[derive(Debug)]
pub struct ServedFeed {
    /// Its name: `core`, `kmods`, `base`.
    pub name: String,
    pub folder: String,
    /// The names of the package files that are there, sorted.
    pub files: Vec<String>,
}

#[derive(Deserialize)]
struct Profiles {
    arch_packages: Option<String>,
}

impl Catalogue {
    /// Looks through a folder.
    pub fn read(root: &Utf8Path) -> Catalogue {
        let mut trees: Vec<String> =
            names(root, "releases").into_iter().map(|name| format!("releases/{name}")).collect();
        trees.push("snapshots".to_owned());
        let targets = trees.iter().flat_map(|tree| read_tree(root, tree)).collect();
        let custom = names(root, "feeds").into_iter().filter_map(|name| read_custom(root, name)).collect();
        Catalogue { targets, custom }
    }

    /// The lines that tell a router about the feeds of this target, where `base` is how it reaches this server.
    pub fn lines(target: &ServedTarget, base: &BaseUrl) -> Vec<String> {
        let line = |feed: &Arc<ServedFeed>| {
            target.format.feed_line(&format!("openwrt_{}", feed.name), &format!("{base}/{}", feed.folder))
        };
        target.feeds.iter().map(line).collect()
    }
}

impl ServedTarget {
    /// The release: `25.12.0`, `snapshots`.
    pub fn release(&self) -> &str {
        self.tree.strip_prefix("releases/").unwrap_or(&self.tree)
    }

    /// The target, or the architecture where there is no target.
    pub fn kind(&self) -> &str {
        self.target.as_deref().or(self.arch.as_deref()).unwrap_or_default()
    }
}

/// A feed and the format of its index.
type FoundFeed = (&'static dyn Format, Arc<ServedFeed>);

fn read_tree(root: &Utf8Path, tree: &str) -> Vec<ServedTarget> {
    let archs = names(root, &format!("{tree}/packages"));
    let mut of_arch: Vec<(&str, Vec<FoundFeed>)> = Vec::new();
    for arch in &archs {
        let feeds = names(root, &format!("{tree}/packages/{arch}"));
        let feeds = feeds.into_iter().filter_map(|name| {
            let folder = format!("{tree}/packages/{arch}/{name}");
            read_feed(root, name, folder)
        });
        of_arch.push((arch, feeds.collect()));
    }
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    for target in names(root, &format!("{tree}/targets")) {
        for subtarget in names(root, &format!("{tree}/targets/{target}")) {
            let folder = format!("{tree}/targets/{target}/{subtarget}");
            let mut feeds: Vec<_> =
                read_feed(root, "core".to_owned(), format!("{folder}/packages")).into_iter().collect();
            for kernel in names(root, &format!("{folder}/kmods")) {
                feeds.extend(read_feed(root, "kmods".to_owned(), format!("{folder}/kmods/{kernel}")));
            }
            let only = if let [only] = &archs[..] { Some(only.clone()) } else { None };
            let arch = arch_of(root, &folder).or(only);
            if let Some((name, shared)) = of_arch.iter().find(|(name, _)| Some(*name) == arch.as_deref()) {
                used.insert(*name);
                feeds.extend(shared.iter().cloned());
            }
            found.extend(served(tree, Some(format!("{target}/{subtarget}")), arch, feeds));
        }
    }
    for (arch, feeds) in of_arch.into_iter().filter(|(arch, _)| !used.contains(arch)) {
        found.extend(served(tree, None, Some(arch.to_owned()), feeds));
    }
    found
}

fn served(
    tree: &str,
    target: Option<String>,
    arch: Option<String>,
    feeds: Vec<FoundFeed>,
) -> Option<ServedTarget> {
    let format = feeds.first()?.0;
    let feeds = feeds.into_iter().map(|(_, feed)| feed).collect();
    Some(ServedTarget { tree: tree.to_owned(), target, arch, format, feeds })
}

/// A folder with an index.
fn read_feed(root: &Utf8Path, name: String, folder: String) -> Option<FoundFeed> {
    let place = root.join(&folder);
    let format = FORMATS.into_iter().find(|format| place.join(format.index_name()).is_file())?;
    let entries = place.read_dir_utf8().ok()?.flatten();
    let names = entries.map(|entry| entry.file_name().to_owned());
    let mut files: Vec<String> = names.filter(|name| is_package_file(name)).collect();
    files.sort();
    Some((format, Arc::new(ServedFeed { name, folder, files })))
}

/// A feed of one's own, with those keys of it that are here.
fn read_custom(root: &Utf8Path, name: String) -> Option<ServedCustomFeed> {
    let (format, feed) = read_feed(root, name.clone(), format!("feeds/{name}"))?;
    let read = |file: &IndexFile| {
        let place = root.join(&feed.folder).join(file.name);
        let fits = place.metadata().is_ok_and(|found| found.is_file() && found.len() <= file.cap);
        let bytes = fits.then(|| std::fs::read(&place).ok()).flatten()?;
        Some(SignedFile { name: file.name, bytes })
    };
    let keys = keys_of(format, format.facts().index_files.iter().filter_map(read).collect());
    let here = keys.into_iter().filter(|(path, _)| root.join(path).is_file());
    let keys = here.map(|(_, id)| id).collect();
    Some(ServedCustomFeed { custom: CustomFeed { name, format, keys }, feed })
}

fn arch_of(root: &Utf8Path, folder: &str) -> Option<String> {
    let place = root.join(folder).join("profiles.json");
    let fits = place.metadata().is_ok_and(|found| found.is_file() && found.len() <= PROFILES_CAP);
    let bytes = fits.then(|| std::fs::read(&place).ok()).flatten()?;
    serde_json::from_slice::<Profiles>(&bytes).ok()?.arch_packages
}

/// The folders in a folder, sorted; without hidden ones.
fn names(root: &Utf8Path, folder: &str) -> Vec<String> {
    let entries = root.join(folder).read_dir_utf8().into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir() && !entry.file_name().starts_with('.'));
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_owned()).collect();
    names.sort();
    names
}

/// The catalogue of a folder, read again when it is no longer fresh.
pub(super) struct Cached {
    root: Utf8PathBuf,
    last: Mutex<Option<(Instant, Arc<Catalogue>)>>,
}

impl Cached {
    pub(super) fn new(root: Utf8PathBuf) -> Cached {
        Cached { root, last: Mutex::new(None) }
    }

    pub(super) fn get(&self) -> Arc<Catalogue> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((read, catalogue)) if read.elapsed() < FRESH => catalogue.clone(),
            _ => {
                let catalogue = Arc::new(Catalogue::read(&self.root));
                *last = Some((Instant::now(), catalogue.clone()));
                catalogue
            }
        }
    }
}
