//! Removes what nothing refers to any more.

use std::collections::{BTreeSet, HashSet};

use super::archive::{self, Archive};
use super::store::{Change, Depth, Store, StoreError};
use super::{custom, lists, stamps};

/// Removes the folders that are not wanted any more, older indexes but so many of each other folder, and the files that
/// none of those left refers to. Answers with the number of files that readers could see.
pub(super) fn prune(
    store: &dyn Store,
    mut archive: Archive,
    older: usize,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<usize, StoreError> {
    let mut referred = HashSet::new();
    let mut trees = BTreeSet::new();
    let mut doomed = Vec::new();
    let unwanted: Vec<String> = archive.folders.keys().filter(|folder| !is_wanted(folder)).cloned().collect();
    for (folder, generations) in &mut archive.folders {
        trees.extend(folder.split('/').next().map(str::to_owned));
        if folder.starts_with(custom::FEEDS) {
            trees.insert(custom::KEYS.to_owned());
        }
        let kept = if is_wanted(folder) { older + 1 } else { 0 };
        let from = generations.len().saturating_sub(kept);
        doomed.extend(generations.drain(..from).map(|generation| (folder.clone(), generation)));
        for generation in generations.iter() {
            let files = archive::read_list(store, folder, generation.number)?;
            referred.extend(files.into_iter().map(|file| format!("{folder}/{}", file.name)));
            referred.extend(custom::archived_keys(store, folder, generation)?.into_keys());
        }
        let index = generations.last().map(|generation| generation.index.as_slice()).unwrap_or_default();
        referred.extend(index.iter().map(|name| format!("{folder}/{name}")));
    }
    archive.folders.retain(|_, generations| !generations.is_empty());
    referred.extend(lists::texts(store, &archive, &[])?.into_keys());
    let mut changes = Vec::new();
    for tree in trees {
        let gone = store.list(&tree, Depth::Tree)?.into_iter().filter(|stat| !referred.contains(&stat.path));
        changes.extend(gone.map(|stat| Change { path: stat.path, content: None }));
    }
    let removed = changes.len();
    changes.extend(lists::stale(store, &archive, &[])?);
    // At once: nobody sees an index without its files.
    store.publish(&changes)?;
    for (folder, generation) in doomed {
        Archive::remove(store, &folder, &generation)?;
    }
    unwanted.iter().try_for_each(|folder| stamps::CheckedStamps::remove(store, folder))?;
    Ok(removed)
}
