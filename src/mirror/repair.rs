//! Mends what a check found: indexes from the archive, keys from the trusted ones, files from where they came from.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::archive::{self, Archive};
use super::fill::want;
use super::store::{Change, Store};
use super::verify::read_signed;
use super::{Listed, MirrorError, custom, lists};
use crate::audit::{Audit, Wrong};
use crate::fetch::{FetchError, Fetcher, Location};
use crate::files::Content;
use crate::trust::{Authority, Digest, Keyring, UnsignedFeeds};

/// Fetches only what a check found missing or damaged, and puts indexes back from the archive, and keys from the
/// keyring. What cannot be mended, because the server does not have it any more or the key is not at hand, stays as it
/// is: check again to know. `upstream` holds `releases/`.
///
/// # Errors
/// When the mirror cannot be written, or the server not be reached.
pub fn repair(
    store: &dyn Store,
    fetcher: &Fetcher,
    keyring: &Keyring,
    unsigned: &UnsignedFeeds,
    upstream: &Location,
    audit: &Audit,
) -> Result<(), MirrorError> {
    let _guard = store.lock()?;
    let broken: BTreeSet<&str> = audit
        .faults
        .iter()
        .filter(|fault| !matches!(fault.wrong, Wrong::Extra | Wrong::NotOffered))
        .map(|fault| fault.path.as_str())
        .collect();
    let archive = Archive::read(store)?;
    let mut changes = Vec::new();
    let mut keys = BTreeMap::new();
    let mut wanted: BTreeMap<String, (Authority, Location, Listed)> = BTreeMap::new();
    for (folder, generations) in &archive.folders {
        for (position, generation) in generations.iter().enumerate() {
            keys.extend(custom::archived_keys(store, folder, generation)?);
            let Ok((index, offered)) = read_signed(store, keyring, unsigned, folder, generation)? else {
                continue;
            };
            if position + 1 == generations.len() {
                for file in index.files() {
                    let path = format!("{folder}/{}", file.name);
                    if broken.contains(path.as_str()) {
                        changes.push(Change { path, content: Some(Content::Index(file)) });
                    }
                }
            }
            for listed in archive::read_list(store, folder, generation.number)? {
                let path = format!("{folder}/{}", listed.name);
                if broken.contains(path.as_str())
                    && offered.get(&listed.name) == Some(&(listed.size, listed.digest))
                {
                    wanted.insert(path, (index.by().clone(), upstream.join(folder)?, listed));
                }
            }
        }
    }
    changes.extend(keys.into_iter().filter(|(path, _)| broken.contains(path.as_str())).filter_map(
        |(path, id)| Some(Change { path, content: Some(Content::Made(keyring.get(&id)?.to_text())) }),
    ));
    store.publish(&changes)?;
    let mut mended: HashMap<Digest, String> = HashMap::new();
    for (path, (by, source, listed)) in wanted {
        if let Some(same) = mended.get(&listed.digest)
            && store.duplicate(same, &path)?.is_some()
        {
            continue;
        }
        match fetcher.artifacts(vec![want(&source, &listed, by)?]) {
            Ok(artifacts) => {
                for artifact in artifacts {
                    store.put(&path, &Content::Package(artifact))?;
                    mended.insert(listed.digest, path.clone());
                }
            }
            Err(FetchError::Missing { .. } | FetchError::Mismatch { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Last, as they tell of files that may have been mended just now.
    Ok(store.publish(&lists::stale(store, &archive, &[])?)?)
}
