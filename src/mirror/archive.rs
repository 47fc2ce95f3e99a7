//! Every index that was ever mirrored, by folder and in order.

use std::collections::BTreeMap;

use super::list::{self, BadList, Listed};
use super::store::{Depth, Store, StoreError};
use super::{INDEX_CAP, MirrorFolder, OWN};
use crate::files::Content;

const FILES: &str = "files";
const LIST_CAP: u64 = 64 << 20;

/// The archive of a mirror.
#[derive(Debug, Default)]
pub(super) struct Archive {
    /// By the folder that an index is of: its generations, in order.
    pub(super) folders: BTreeMap<String, Vec<Generation>>,
}

/// An archived index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Generation {
    /// Its number; later ones have higher numbers.
    pub(super) number: u32,
    /// The names of the index and its signature.
    pub(super) index: Vec<String>,
}

impl Archive {
    pub(super) fn read(store: &dyn Store) -> Result<Archive, StoreError> {
        let mut found: BTreeMap<(String, u32), Vec<String>> = BTreeMap::new();
        let root = format!("{OWN}/archive");
        for stat in store.list(&root, Depth::Tree)? {
            let path = stat.path.strip_prefix(&root).and_then(|path| path.strip_prefix('/'));
            let Some((rest, name)) = path.and_then(|path| path.rsplit_once('/')) else { continue };
            let Some((folder, number)) = rest.rsplit_once('/') else { continue };
            let Ok(number) = number.parse() else { continue };
            found.entry((folder.to_owned(), number)).or_default().push(name.to_owned());
        }
        let mut archive = Archive::default();
        for ((folder, number), mut index) in found {
            // The list is written last: without it, the generation is not whole.
            if let Some(at) = index.iter().position(|name| name == FILES) {
                index.remove(at);
                archive.folders.entry(folder).or_default().push(Generation { number, index });
            }
        }
        Ok(archive)
    }

    /// The generation of a folder that readers see.
    pub(super) fn published(
        &self,
        store: &dyn Store,
        folder: &str,
    ) -> Result<Option<&Generation>, StoreError> {
        for generation in self.folders.get(folder).into_iter().flatten().rev() {
            let mut same = !generation.index.is_empty();
            for name in &generation.index {
                let public = store.read(&format!("{folder}/{name}"), INDEX_CAP)?;
                same =
                    same && public.is_some() && public == read_index(store, folder, generation.number, name)?;
            }
            if same {
                return Ok(Some(generation));
            }
        }
        Ok(None)
    }

    /// Archives a part's index with the list of those of its files that are here, unless it is there already.
    pub(super) fn add<'l>(
        &mut self,
        store: &dyn Store,
        part: &MirrorFolder,
        files: impl Iterator<Item = &'l Listed>,
    ) -> Result<(), StoreError> {
        let generations = self.folders.entry(part.folder.clone()).or_default();
        let text = list::to_text(files);
        let names: Vec<String> = part.index.iter().map(|file| file.name.to_owned()).collect();
        let newest = generations.last();
        let mut same = newest.is_some_and(|generation| {
            generation.index.len() == names.len() && names.iter().all(|name| generation.index.contains(name))
        });
        if let Some(newest) = newest.filter(|_| same) {
            for file in &part.index {
                let archived = read_index(store, &part.folder, newest.number, file.name)?;
                same = same && archived.as_ref() == Some(&file.bytes);
            }
        }
        let number = match newest {
            Some(newest) if same => newest.number,
            newest => newest.map_or(1, |newest| newest.number + 1),
        };
        let at = |name: &str| place(&part.folder, number, name);
        if !same {
            for file in &part.index {
                store.put(&at(file.name), &Content::Index(file.clone()))?;
            }
            generations.push(Generation { number, index: names });
        }
        if !same || store.read(&at(FILES), LIST_CAP)?.as_deref() != Some(text.as_bytes()) {
            store.put(&at(FILES), &Content::Made(text))?;
        }
        Ok(())
    }

    /// Forgets a generation.
    pub(super) fn remove(store: &dyn Store, folder: &str, generation: &Generation) -> Result<(), StoreError> {
        // The list first: what is left of the generation then does not count.
        store.remove(&place(folder, generation.number, FILES))?;
        generation.index.iter().try_for_each(|name| store.remove(&place(folder, generation.number, name)))
    }
}

/// An archived file of an index.
pub(super) fn read_index(
    store: &dyn Store,
    folder: &str,
    number: u32,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    store.read(&place(folder, number, name), INDEX_CAP)
}

/// Which files of a generation are here. A damaged list counts as an empty one: the files are then found by reading.
pub(super) fn read_list(store: &dyn Store, folder: &str, number: u32) -> Result<Vec<Listed>, StoreError> {
    let text = store.read(&place(folder, number, FILES), LIST_CAP)?;
    Ok(text.and_then(|text| list::parse(&text).ok()).unwrap_or_default())
}

/// The same, or what is wrong with it.
pub(super) fn read_checked_list(
    store: &dyn Store,
    folder: &str,
    number: u32,
) -> Result<Result<Vec<Listed>, BadList>, StoreError> {
    Ok(list::parse(&store.read(&place(folder, number, FILES), LIST_CAP)?.unwrap_or_default()))
}

/// Where a generation's list is.
pub(super) fn list_path(folder: &str, number: u32) -> String {
    place(folder, number, FILES)
}

/// Where a generation's index is.
pub(super) fn index_path(folder: &str, generation: &Generation) -> String {
    place(folder, generation.number, generation.index.first().map_or(FILES, String::as_str))
}

fn place(folder: &str, number: u32, name: &str) -> String {
    format!("{OWN}/archive/{folder}/{number:06}/{name}")
}
