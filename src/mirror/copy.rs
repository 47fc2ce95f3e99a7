//! Checks a copy of any part of a server that others made, by rsync or wget: whatever indexes, lists of digests and files
//! there are.
//!
//! Nothing says what such a copy should hold, so that what an index offers and the copy lacks is told apart from damage,
//! and what nothing vouches for is listed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::files::is_absent;
use super::folder::{Folder, failed};
use super::store::{Store, StoreError};
use super::verify::{check_bytes, check_file, open};
use super::{INDEX_CAP, Listed};
use crate::audit::{Audit, Wrong};
use crate::format::FORMATS;
use crate::parallel;
use crate::release::Sums;
use crate::release::metadata::SUMS;
use crate::trust::{Authority, Digest, Keyring, SignedFile, UnsignedFeeds};

/// What an index or a list of a copy vouches for.
#[derive(Default)]
struct Vouched {
    audit: Audit,
    /// Index files, by path, that were checked already.
    index: Vec<String>,
    /// The other files, by path.
    files: Vec<(String, Listed)>,
    /// Files that only a list names which nobody signs and nobody has to: they can be found damaged, no more.
    loose: Vec<(String, Listed)>,
}

/// Checks a folder of somebody else's making. None: nothing in it vouches for anything.
///
/// # Errors
/// When the folder cannot be read; faults of the copy itself are in the answer.
pub fn verify_copy(
    root: &Utf8Path,
    keyring: &Keyring,
    unsigned: &UnsignedFeeds,
) -> Result<Option<Audit>, StoreError> {
    let mut audit = Audit::default();
    let here = walk(root, &mut audit).map_err(failed(root))?;
    let store = Folder::new(root);
    let copy = Copy { store: &store, here: &here, keyring, unsigned };
    let sources = copy.sources();
    if sources.is_empty() {
        return Ok(None);
    }
    let found = parallel::map(&sources, parallel::processors(), |source| copy.read(source));
    let mut index = HashSet::new();
    let (mut files, mut loose) = (BTreeMap::new(), Vec::new());
    // What an index says of a file is what a router believes; the lists, which repeat it, come after all of them.
    for vouched in found {
        let vouched = vouched?;
        audit.add(vouched.audit);
        index.extend(vouched.index);
        loose.extend(vouched.loose);
        for (path, listed) in vouched.files {
            files.entry(path).or_insert(listed);
        }
    }
    loose.retain(|(path, _)| here.contains(path) && !files.contains_key(path) && !index.contains(path));
    let broken =
        parallel::map(&loose, parallel::processors(), |(path, listed)| check_file(&store, path, listed));
    for ((path, _), result) in loose.iter().zip(broken) {
        if let Err(wrong) = result {
            audit.fault(path, wrong);
        }
    }
    files.retain(|path, _| !index.contains(path));
    let jobs: Vec<(String, Listed)> = files.into_iter().collect();
    let results =
        parallel::map(&jobs, parallel::processors(), |(path, listed)| check_file(&store, path, listed));
    let vouched: HashSet<&str> =
        index.iter().chain(jobs.iter().map(|(path, _)| path)).map(String::as_str).collect();
    audit.unvouched.extend(here.iter().filter(|path| !vouched.contains(path.as_str())).cloned());
    for ((path, _), result) in jobs.iter().zip(results) {
        match result {
            Ok(bytes) => {
                audit.files += 1;
                audit.bytes += bytes;
            }
            Err(wrong) => audit.fault(path, wrong),
        }
    }
    Ok(Some(audit.sorted()))
}

/// A copy, and whom to believe.
struct Copy<'a> {
    store: &'a Folder,
    here: &'a BTreeSet<String>,
    keyring: &'a Keyring,
    unsigned: &'a UnsignedFeeds,
}

/// Something that may vouch for files: an index or a list of digests, and its signature.
struct Source<'a> {
    folder: &'a str,
    names: Vec<&'static str>,
}

impl Copy<'_> {
    /// All indexes, and after them all lists of digests.
    fn sources(&self) -> Vec<Source<'_>> {
        let folders: BTreeSet<&str> = self.here.iter().map(|path| folder_of(path)).collect();
        let mut kinds: Vec<Vec<&'static str>> = FORMATS
            .iter()
            .map(|format| format.facts().index_files.iter().map(|file| file.name).collect())
            .collect();
        kinds.push(SUMS.to_vec());
        let mut sources = Vec::new();
        for names in kinds {
            for folder in &folders {
                let is_here = |name: &&'static str| self.here.contains(&join(folder, name));
                let there: Vec<&'static str> = names.iter().copied().filter(is_here).collect();
                // A signature alone vouches for nothing.
                if there.first() == names.first() {
                    sources.push(Source { folder, names: there });
                }
            }
        }
        sources
    }

    fn read(&self, source: &Source<'_>) -> Result<Vouched, StoreError> {
        let Source { folder, names } = source;
        let mut vouched = Vouched::default();
        let mut files = Vec::new();
        // The folder's whole name tells what it is, also where the copy begins in the middle of the tree.
        let whole =
            self.store.root.canonicalize_utf8().unwrap_or_else(|_| self.store.root.clone()).join(folder);
        let is_loose = names[..] == SUMS[..1] && !is_target(&whole);
        for name in names {
            let path = join(folder, name);
            match self.store.read(&path, INDEX_CAP) {
                Ok(bytes) => files.extend(bytes.map(|bytes| SignedFile { name, bytes })),
                Err(error @ (StoreError::Io { .. } | StoreError::TooLarge { .. })) => {
                    vouched.audit.fault(&path, Wrong::Unreadable(error.to_string()));
                }
                Err(error) => return Err(error),
            }
            if !is_loose {
                vouched.index.push(path);
            }
        }
        if is_loose {
            let text = files.first().map(|file| String::from_utf8_lossy(&file.bytes)).unwrap_or_default();
            let sums = Sums::parse(&text);
            let listed = sums.iter().map(|(name, digest)| (name.to_owned(), (None, Digest::sha256(*digest))));
            vouched.loose = below(folder, listed);
            return Ok(vouched);
        }
        let first = join(folder, names[0]);
        let (signed, offered) = match open(self.keyring, self.unsigned, whole.as_str(), files.clone()) {
            Ok(opened) => opened,
            Err(wrong) => {
                vouched.audit.fault(first, wrong);
                return Ok(vouched);
            }
        };
        if *signed.by() == Authority::Nobody {
            vouched.audit.unsigned.push(first.clone());
        }
        for file in &files {
            vouched.audit.files += 1;
            vouched.audit.bytes += file.bytes.len() as u64;
        }
        // Beside its packed index a server has the same text as it is.
        if let Some(plain) = first.strip_suffix(".gz").filter(|plain| self.here.contains(*plain)) {
            check_bytes(self.store, plain, &signed.message, &mut vouched.audit)?;
            vouched.index.push(plain.to_owned());
        }
        vouched.files = below(folder, offered.into_iter());
        Ok(vouched)
    }
}

/// The files of a folder that something names, by path; none outside of the folder.
fn below(
    folder: &str,
    offered: impl Iterator<Item = (String, (Option<u64>, Digest))>,
) -> Vec<(String, Listed)> {
    let goes_down = |name: &str| name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let offered = offered.filter(|(name, _)| goes_down(name));
    offered.map(|(name, (size, digest))| (join(folder, &name), Listed { name, size, digest })).collect()
}

/// Whether a folder is a target's own, whose list of digests every server signs.
fn is_target(folder: &Utf8Path) -> bool {
    folder.ancestors().nth(2).and_then(Utf8Path::file_name) == Some("targets")
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// The paths of all files. Links to folders are gone through: servers have such, and a copy may have kept them.
fn walk(root: &Utf8Path, audit: &mut Audit) -> io::Result<BTreeSet<String>> {
    let whole = root.canonicalize_utf8()?;
    let mut seen: HashSet<Utf8PathBuf> = HashSet::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    let mut paths = BTreeSet::new();
    while let Some((place, below)) = folders.pop() {
        for entry in fs::read_dir(&place)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                let name = entry.file_name().to_string_lossy().into_owned();
                audit.unvouched.push(join(&below, &name));
                continue;
            };
            let (at, path) = (place.join(&name), join(&below, &name));
            let kind = entry.file_type()?;
            let is_folder = match kind.is_symlink() {
                false => kind.is_dir(),
                true => match at.metadata() {
                    Ok(found) if found.is_dir() => {
                        // What lies in the copy itself is gone through in its own place.
                        let real = at.canonicalize_utf8()?;
                        if real.starts_with(&whole) || whole.starts_with(&real) || !seen.insert(real) {
                            continue;
                        }
                        true
                    }
                    Ok(_) => false,
                    Err(error) if is_absent(&error) => {
                        audit.fault(path, Wrong::Missing);
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            match is_folder {
                true => folders.push((at, path)),
                false => drop(paths.insert(path)),
            }
        }
    }
    Ok(paths)
}
