//! Removes what nothing refers to any more.

use std::collections::{BTreeSet, HashSet};

use super::archive::{self, Archive};
use super::custom;
use super::store::{Depth, Store, StoreError};

/// Removes older indexes but so many of each folder, and the files that none of those left refers to. Answers with the
/// number of files that readers could see.
pub(super) fn prune(store: &dyn Store, archive: Archive, older: usize) -> Result<usize, StoreError> {
    let mut referred = HashSet::new();
    let mut trees = BTreeSet::new();
    let mut doomed = Vec::new();
    for (folder, generations) in &archive.folders {
        trees.extend(folder.split('/').next());
        if folder.starts_with(custom::FEEDS) {
            trees.insert(custom::KEYS);
        }
        let kept_from = generations.len().saturating_sub(older + 1);
        for (position, generation) in generations.iter().enumerate() {
            if position < kept_from {
                doomed.push((folder, generation));
                continue;
            }
            let files = archive::read_list(store, folder, generation.number)?;
            referred.extend(files.into_iter().map(|file| format!("{folder}/{}", file.name)));
            referred.extend(custom::archived_keys(store, folder, generation)?.into_keys());
        }
        let index = generations.last().map(|generation| generation.index.as_slice()).unwrap_or_default();
        referred.extend(index.iter().map(|name| format!("{folder}/{name}")));
    }
    let mut removed = 0;
    for tree in trees {
        for stat in store.list(tree, Depth::Tree)? {
            if !referred.contains(&stat.path) {
                store.remove(&stat.path)?;
                removed += 1;
            }
        }
    }
    for (folder, generation) in doomed {
        Archive::remove(store, folder, generation)?;
    }
    Ok(removed)
}
