//! Feeds that are no part of a server's tree, in a mirror: `feeds/<name>/`, and in `keys/` what routers need for them.

use std::collections::BTreeMap;

use super::MirrorFolder;
use super::archive::{self, Generation};
use super::store::{Change, Store, StoreError};
use crate::audit::{Audit, Wrong};
use crate::disk::{key_path, router_key_path};
use crate::files::Content;
use crate::format::{FORMATS, Format, format_of};
use crate::trust::{Keyring, SignedFile};

/// The folder of the feeds that are no part of a server's tree.
pub(super) const FEEDS: &str = "feeds";
/// The folder of their keys.
pub(super) const KEYS: &str = "keys";
const KEY_CAP: u64 = 64 << 10;

/// A feed of one's own, as a mirror has it.
#[derive(Debug, Clone)]
pub struct CustomFeed {
    pub name: String,
    /// The format of its index.
    pub format: &'static dyn Format,
    /// The ids of the keys that signed it and that the mirror hands out, as official images lack them.
    pub keys: Vec<String>,
}

/// A public key to be put into a mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomKey {
    pub id: String,
    /// Its file in the mirror.
    pub path: String,
    /// The file's text.
    pub text: String,
}

impl CustomFeed {
    /// Its folder in the mirror.
    pub fn folder(&self) -> String {
        folder(&self.name)
    }

    /// The line that tells a router about it, where `base` is the URL of the mirror.
    pub fn line(&self, base: &str) -> String {
        self.format.feed_line(&self.name, &format!("{base}/{}", self.folder()))
    }

    /// The commands that add its keys, to be given on a router once.
    pub fn key_commands(&self, base: &str) -> Vec<String> {
        let command = |id: &String| {
            format!("wget -O {} {base}/{}", router_key_path(self.format, id), key_path(self.format, id))
        };
        self.keys.iter().map(command).collect()
    }
}

/// The place of a feed in a mirror.
pub(super) fn folder(name: &str) -> String {
    format!("{FEEDS}/{name}")
}

impl MirrorFolder {
    /// Adds the keys that signed it, if it is a feed of one's own and official images lack them.
    pub(crate) fn with_keys(mut self, keyring: &Keyring) -> MirrorFolder {
        let ids = self.authority().key_ids();
        let official = Keyring::official().ids();
        if self.custom_name().is_some() && !ids.iter().any(|id| official.contains(id)) {
            let trusted = ids.iter().filter_map(|id| Some((id, keyring.get(id)?)));
            self.keys = trusted
                .map(|(id, key)| CustomKey {
                    id: id.clone(),
                    path: key_path(format_of(key), id),
                    text: key.to_text(),
                })
                .collect();
        }
        self
    }

    /// The feed of one's own that it is, if it is one.
    pub(crate) fn custom_feed(&self) -> Option<CustomFeed> {
        let name = self.custom_name()?.to_owned();
        let format = format_by_index(self.index.first()?.name)?;
        Some(CustomFeed { name, format, keys: self.keys.iter().map(|key| key.id.clone()).collect() })
    }

    fn custom_name(&self) -> Option<&str> {
        self.folder.strip_prefix(FEEDS)?.strip_prefix('/')
    }

    /// What readers do not see yet of its keys.
    pub(super) fn key_changes(&self, store: &dyn Store) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::new();
        for CustomKey { path, text, .. } in &self.keys {
            if store.read(path, KEY_CAP)?.as_deref() != Some(text.as_bytes()) {
                changes.push(Change { path: path.clone(), content: Some(Content::Made(text.clone())) });
            }
        }
        Ok(changes)
    }

    /// Whether an archived index is of another format than this part's.
    pub(super) fn is_of_another_format(&self, generation: &Generation) -> bool {
        let own = self.index.first().map(|file| file.name);
        self.custom_name().is_some() && own.is_some_and(|own| generation.index.iter().all(|name| name != own))
    }
}

fn format_by_index(name: &str) -> Option<&'static dyn Format> {
    FORMATS.into_iter().find(|format| format.index_name() == name)
}

/// The ids of the keys by which an index of a feed of one's own says to be signed, and the files of those keys.
pub(crate) fn keys_of(format: &dyn Format, files: Vec<SignedFile>) -> BTreeMap<String, String> {
    // What cannot be read is signed by nobody.
    let signatures = format.open(files).map(|signed| signed.signatures).unwrap_or_default();
    let ids = signatures.iter().map(|signature| signature.key_id().to_string());
    ids.map(|id| (key_path(format, &id), id)).collect()
}

/// The same for an archived index; none for one of a server's tree.
pub(super) fn archived_keys(
    store: &dyn Store,
    folder: &str,
    generation: &Generation,
) -> Result<BTreeMap<String, String>, StoreError> {
    let format = generation.index.iter().find_map(|name| format_by_index(name));
    let own = folder.strip_prefix(FEEDS).is_some_and(|rest| rest.starts_with('/'));
    let Some(format) = format.filter(|_| own) else { return Ok(BTreeMap::new()) };
    let mut files = Vec::new();
    for file in format.facts().index_files {
        let bytes = archive::read_index(store, folder, generation.number, file.name)?;
        files.extend(bytes.map(|bytes| SignedFile { name: file.name, bytes }));
    }
    Ok(keys_of(format, files))
}

/// Checks the files of keys by path: a router may be given them, so each must be the very key that is trusted here.
pub(super) fn check_keys(
    store: &dyn Store,
    keyring: &Keyring,
    keys: &BTreeMap<String, String>,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    let official = Keyring::official().ids();
    for (path, id) in keys {
        let found = store.read(path, KEY_CAP)?;
        match (keyring.get(id), found) {
            (_, None) if official.contains(id) => {}
            (Some(_), None) => audit.fault(path, Wrong::Missing),
            // The index that it signed has its own fault.
            (None, None) => {}
            (Some(key), Some(found)) if key.to_text().as_bytes() == found => {
                audit.files += 1;
                audit.bytes += found.len() as u64;
            }
            (_, Some(_)) => audit.fault(path, Wrong::ForeignKey),
        }
    }
    Ok(())
}
