//! What a mirror holds at some time, to tell what changed from then on.

use std::collections::BTreeMap;

use super::archive::{self, Archive};
use super::store::{Depth, Stat, Store, StoreError};
use super::{custom, lists};
use crate::trust::{self, Digest};

const CAP: u64 = 64 << 20;

/// The files of a mirror by path: those that readers see and what is published vouches for, indexes among them.
///
/// What a run that was ended put there without publishing it is none of them, so that the next one tells of it.
#[derive(Debug, Default)]
pub struct Holdings(BTreeMap<String, Digest>);

/// What is other than it was.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that were not there.
    pub added: Vec<ChangedFile>,
    /// Files that had other bytes.
    pub changed: Vec<ChangedFile>,
    /// The paths of files that are gone.
    pub removed: Vec<String>,
}

/// A file as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
}

impl Holdings {
    /// What a mirror holds now.
    ///
    /// # Errors
    /// When its place cannot be read.
    pub fn read(store: &dyn Store) -> Result<Holdings, StoreError> {
        let archive = Archive::read(store)?;
        let mut held = BTreeMap::new();
        let mut made: Vec<String> = lists::texts(store, &archive, &[])?.into_keys().collect();
        for (folder, generations) in &archive.folders {
            let Some(published) = archive.published(store, folder)? else { continue };
            made.extend(published.index.iter().map(|name| format!("{folder}/{name}")));
            for generation in generations.iter().filter(|other| other.number <= published.number).rev() {
                made.extend(custom::archived_keys(store, folder, generation)?.into_keys());
                for file in archive::read_list(store, folder, generation.number)? {
                    // A name that a later index gives to other bytes is of the later one.
                    held.entry(format!("{folder}/{}", file.name)).or_insert(file.digest);
                }
            }
        }
        for path in made {
            if let Some(bytes) = store.read(&path, CAP)? {
                held.insert(path, Digest::sha256(trust::sha256(&bytes)));
            }
        }
        Ok(Holdings(held))
    }

    /// What changed in the mirror from then to now.
    ///
    /// # Errors
    /// When its place cannot be read.
    pub fn changes(&self, store: &dyn Store) -> Result<Changes, StoreError> {
        let Holdings(now) = Holdings::read(store)?;
        let stats = store.list("", Depth::Tree)?;
        let sizes: BTreeMap<&str, u64> =
            stats.iter().map(|Stat { path, size, .. }| (path.as_str(), *size)).collect();
        let mut changes = Changes::default();
        for (path, digest) in &now {
            let file = || ChangedFile {
                path: path.clone(),
                size: sizes.get(path.as_str()).copied().unwrap_or_default(),
            };
            match self.0.get(path) {
                None => changes.added.push(file()),
                Some(before) if before != digest => changes.changed.push(file()),
                Some(_) => {}
            }
        }
        changes.removed = self.0.keys().filter(|path| !now.contains_key(*path)).cloned().collect();
        Ok(changes)
    }
}

impl Changes {
    /// The bytes of what was added or changed.
    pub fn bytes(&self) -> u64 {
        self.added.iter().chain(&self.changed).map(|file| file.size).sum()
    }
}
