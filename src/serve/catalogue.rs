//! What a folder holds for routers: releases, targets, feeds and packages.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::base::BaseUrl;
use super::feed::{Index, ServedFeed};
use crate::format::Format;
use crate::mirror::{CustomFeed, keys_of};

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

#[derive(Deserialize)]
struct Profiles {
    arch_packages: Option<String>,
}

impl Catalogue {
    /// Looks through a folder.
    pub fn read(root: &Utf8Path) -> Catalogue {
        Catalogue::default().read_again(root)
    }

    /// The same after a while: indexes that are still the same are not read again.
    fn read_again(&self, root: &Utf8Path) -> Catalogue {
        let known = self.feeds().map(|feed| (feed.folder.as_str(), &feed.index)).collect();
        let reader = Reader { root, known };
        let mut trees: Vec<String> =
            reader.folders("releases").into_iter().map(|name| format!("releases/{name}")).collect();
        trees.push("snapshots".to_owned());
        let targets = trees.iter().flat_map(|tree| reader.tree(tree)).collect();
        let custom = reader.folders("feeds").into_iter().filter_map(|name| reader.custom(name)).collect();
        Catalogue { targets, custom }
    }

    /// All feeds; one that several targets share occurs with each of them.
    pub(super) fn feeds(&self) -> impl Iterator<Item = &ServedFeed> {
        let of_targets = self.targets.iter().flat_map(|target| &target.feeds);
        of_targets.chain(self.custom.iter().map(|custom| &custom.feed)).map(AsRef::as_ref)
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

    fn folders(&self) -> impl Iterator<Item = &str> {
        self.feeds.iter().map(|feed| feed.folder.as_str())
    }
}

/// Looks through a folder, where the indexes of some feeds are known by their folders.
struct Reader<'a> {
    root: &'a Utf8Path,
    known: HashMap<&'a str, &'a Arc<Index>>,
}

impl Reader<'_> {
    /// What a release holds. A router needs the feeds of its target and those of its architecture.
    fn tree(&self, tree: &str) -> Vec<ServedTarget> {
        let of_arch = |arch: String| {
            let feeds = self.folders(&format!("{tree}/packages/{arch}"));
            let feeds = feeds.into_iter().filter_map(|name| {
                let folder = format!("{tree}/packages/{arch}/{name}");
                self.feed(name, folder)
            });
            let feeds = feeds.collect();
            (arch, feeds)
        };
        let archs = self.folders(&format!("{tree}/packages")).into_iter().map(of_arch);
        let archs: BTreeMap<String, Vec<Arc<ServedFeed>>> = archs.collect();
        let only = archs.keys().next().filter(|_| archs.len() == 1);
        let mut found = Vec::new();
        for (target, mut feeds) in self.targets(tree) {
            let of_index = || feeds.iter().find_map(|feed| feed.arch()).map(str::to_owned);
            let stated = self.stated_arch(&format!("{tree}/targets/{target}"));
            let arch = stated.or_else(of_index).or_else(|| only.cloned());
            let shared = arch.as_ref().and_then(|arch| archs.get(arch));
            feeds.extend(shared.into_iter().flatten().cloned());
            found.extend(served(tree, Some(target), arch, feeds));
        }
        let shown: BTreeSet<&str> = found.iter().flat_map(ServedTarget::folders).collect();
        let alone =
            archs.iter().filter(|(_, feeds)| !feeds.iter().any(|feed| shown.contains(feed.folder.as_str())));
        let alone: Vec<_> =
            alone.filter_map(|(arch, feeds)| served(tree, None, Some(arch.clone()), feeds.clone())).collect();
        found.extend(alone);
        found
    }

    /// The targets of a release, each with the feeds that are its own.
    fn targets(&self, tree: &str) -> Vec<(String, Vec<Arc<ServedFeed>>)> {
        let mut found = Vec::new();
        for target in self.folders(&format!("{tree}/targets")) {
            for subtarget in self.folders(&format!("{tree}/targets/{target}")) {
                let folder = format!("{tree}/targets/{target}/{subtarget}");
                let mut feeds: Vec<_> =
                    self.feed("core".to_owned(), format!("{folder}/packages")).into_iter().collect();
                for kernel in self.folders(&format!("{folder}/kmods")) {
                    feeds.extend(self.feed("kmods".to_owned(), format!("{folder}/kmods/{kernel}")));
                }
                found.push((format!("{target}/{subtarget}"), feeds));
            }
        }
        found
    }

    fn feed(&self, name: String, folder: String) -> Option<Arc<ServedFeed>> {
        let known = self.known.get(folder.as_str()).copied();
        ServedFeed::look(self.root, name, folder, known)
    }

    /// A feed of one's own, with those keys of it that are here.
    fn custom(&self, name: String) -> Option<ServedCustomFeed> {
        let feed = self.feed(name.clone(), format!("feeds/{name}"))?;
        // What cannot be read is signed by nobody, and said at the feed.
        let keys = keys_of(feed.format, feed.index.files().unwrap_or_default());
        let here = keys.into_iter().filter(|(path, _)| self.root.join(path).is_file());
        let keys = here.map(|(_, id)| id).collect();
        Some(ServedCustomFeed { custom: CustomFeed { name, format: feed.format, keys }, feed })
    }

    /// The architecture of a target as its metadata states it.
    fn stated_arch(&self, folder: &str) -> Option<String> {
        let place = self.root.join(folder).join("profiles.json");
        let fits = place.metadata().is_ok_and(|found| found.is_file() && found.len() <= PROFILES_CAP);
        let bytes = fits.then(|| std::fs::read(&place).ok()).flatten()?;
        serde_json::from_slice::<Profiles>(&bytes).ok()?.arch_packages
    }

    /// The folders in a folder, sorted; without hidden ones.
    fn folders(&self, folder: &str) -> Vec<String> {
        let entries = self.root.join(folder).read_dir_utf8().into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.path().is_dir() && !entry.file_name().starts_with('.'));
        let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_owned()).collect();
        names.sort();
        names
    }
}

/// A router of one kind, if there are feeds for it. It has one client: feeds of another format are not for it.
fn served(
    tree: &str,
    target: Option<String>,
    arch: Option<String>,
    mut feeds: Vec<Arc<ServedFeed>>,
) -> Option<ServedTarget> {
    let format = feeds.first()?.format;
    feeds.retain(|feed| feed.format.name() == format.name());
    Some(ServedTarget { tree: tree.to_owned(), target, arch, format, feeds })
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
                let known = last.take().map(|(_, catalogue)| catalogue).unwrap_or_default();
                let catalogue = Arc::new(known.read_again(&self.root));
                *last = Some((Instant::now(), catalogue.clone()));
                catalogue
            }
        }
    }
}
