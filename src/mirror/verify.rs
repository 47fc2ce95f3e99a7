//! Checks a mirror down to the last byte: signatures, indexes, digests, and that nothing else is there.

use std::collections::BTreeMap;

use foldhash::{HashSet, HashSetExt as _};

use super::archive::{self, Archive, Generation};
use super::store::{Store, StoreError};
use super::{INDEX_CAP, Listed, OWN, custom, lists};
use crate::audit::{Audit, Wrong};
use crate::format::measure;
use crate::format::{FORMATS, FeedId, IndexError};
use crate::parallel;
use crate::release::Sums;
use crate::release::feeds;
use crate::release::metadata::{self, SUMS};
use crate::trust::{
    self, Authority, Digest, DigestKind, Keyring, Signed, SignedFile, UnsignedFeeds, Verified,
};

/// Checks everything. Neither the archive's lists nor what earlier runs saw is believed: the chain is key, index,
/// digest, bytes.
///
/// # Errors
/// When the mirror's place cannot be read; faults of the mirror itself are in the answer.
pub fn verify(store: &dyn Store, keyring: &Keyring, unsigned: &UnsignedFeeds) -> Result<Audit, StoreError> {
    let archive = Archive::read(store)?;
    let mut audit = Audit::default();
    let (mut index, mut jobs) = (Vec::new(), Vec::new());
    let mut keys = BTreeMap::new();
    let folders: Vec<&String> = archive.folders.keys().collect();
    let checked = parallel::map(&folders, parallel::processors(), |folder| {
        check_folder(store, keyring, unsigned, &archive, folder)
    });
    for found in checked {
        let found = found?;
        audit.add(found.audit);
        index.extend(found.index);
        keys.extend(found.keys);
        jobs.extend(found.files);
    }
    custom::check_keys(store, keyring, &keys, &mut audit)?;
    let lists = lists::texts(store, &archive, &[])?;
    for (path, text) in &lists {
        check_bytes(store, path, text.as_bytes(), &mut audit)?;
    }
    let files = jobs.iter().map(|(path, _)| path);
    let expected: HashSet<&str> =
        index.iter().chain(keys.keys()).chain(lists.keys()).chain(files).map(String::as_str).collect();
    let (here, results) = std::thread::scope(|scope| {
        // Listing and reading share the processors.
        let here = scope.spawn(|| store.paths());
        let results =
            parallel::map(&jobs, parallel::processors(), |(path, listed)| check_file(store, path, listed));
        (here.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), results)
    });
    for path in here? {
        let ours = path.strip_prefix(OWN).is_some_and(|rest| rest.starts_with('/'));
        if !ours && !expected.contains(path.as_str()) {
            audit.fault(path, Wrong::Extra);
        }
    }
    drop(expected);
    for ((path, _), result) in jobs.into_iter().zip(results) {
        match result {
            Ok(bytes) => {
                audit.files += 1;
                audit.bytes += bytes;
            }
            Err(wrong) => audit.fault(path, wrong),
        }
    }
    Ok(audit.sorted())
}

/// What the indexes of a folder say should be there.
#[derive(Default)]
struct Vouched {
    audit: Audit,
    /// The paths of the index that readers see, and of its signature.
    index: Vec<String>,
    /// The files to check, by path.
    files: Vec<(String, Listed)>,
    keys: BTreeMap<String, String>,
}

/// Checks the indexes of a folder.
fn check_folder(
    store: &dyn Store,
    keyring: &Keyring,
    unsigned: &UnsignedFeeds,
    archive: &Archive,
    folder: &str,
) -> Result<Vouched, StoreError> {
    let mut found = Vouched::default();
    let generations = archive.folders.get(folder).map_or(&[][..], Vec::as_slice);
    let Some(published) = archive.published(store, folder)?.or(generations.last()) else { return Ok(found) };
    check_public(store, folder, published, &mut found.audit)?;
    found.index.extend(published.index.iter().map(|name| format!("{folder}/{name}")));
    let mut names = HashSet::new();
    let until = generations.iter().filter(|generation| generation.number <= published.number);
    for generation in until.rev() {
        found.keys.extend(custom::archived_keys(store, folder, generation)?);
        for listed in check_generation(store, keyring, unsigned, folder, generation, &mut found.audit)? {
            // A name that a later index gives to other bytes is of the later one.
            if names.insert(listed.name.clone()) {
                found.files.push((format!("{folder}/{}", listed.name), listed));
            }
        }
    }
    Ok(found)
}

/// What readers see of an index must be what is archived.
fn check_public(
    store: &dyn Store,
    folder: &str,
    generation: &Generation,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    for name in &generation.index {
        let archived = archive::read_index(store, folder, generation.number, name)?.unwrap_or_default();
        check_bytes(store, &format!("{folder}/{name}"), &archived, audit)?;
    }
    Ok(())
}

/// A small file must have the bytes that it should have.
pub(super) fn check_bytes(
    store: &dyn Store,
    path: &str,
    expected: &[u8],
    audit: &mut Audit,
) -> Result<(), StoreError> {
    match store.read(path, INDEX_CAP)? {
        None => audit.fault(path, Wrong::Missing),
        Some(found) if found != expected => {
            let sha256 = |bytes: &[u8]| Digest::sha256(trust::sha256(bytes));
            audit.fault(path, Wrong::Digest { expected: sha256(expected), found: sha256(&found) });
        }
        Some(found) => {
            audit.files += 1;
            audit.bytes += found.len() as u64;
        }
    }
    Ok(())
}

/// An archived index must be signed, and offer every file that its list names. Answers with those files.
fn check_generation(
    store: &dyn Store,
    keyring: &Keyring,
    unsigned: &UnsignedFeeds,
    folder: &str,
    generation: &Generation,
    audit: &mut Audit,
) -> Result<Vec<Listed>, StoreError> {
    let listed = match archive::read_checked_list(store, folder, generation.number)? {
        Ok(listed) => listed,
        Err(bad) => {
            audit.fault(archive::list_path(folder, generation.number), Wrong::Text(bad.to_string()));
            Vec::new()
        }
    };
    let offered = match read_signed(store, keyring, unsigned, folder, generation)? {
        Ok((index, offered)) => {
            if *index.by() == Authority::Nobody {
                audit.unsigned.push(folder.to_owned());
            }
            offered
        }
        Err(wrong) => {
            audit.fault(archive::index_path(folder, generation), wrong);
            return Ok(listed);
        }
    };
    let (known, unknown): (Vec<Listed>, Vec<Listed>) =
        listed.into_iter().partition(|file| offered.get(&file.name) == Some(&(file.size, file.digest)));
    for file in unknown {
        audit.fault(format!("{folder}/{}", file.name), Wrong::NotOffered);
    }
    Ok(known)
}

type Offered = BTreeMap<String, (Option<u64>, Digest)>;

/// An archived index, verified, and what it offers.
pub(super) fn read_signed(
    store: &dyn Store,
    keyring: &Keyring,
    unsigned: &UnsignedFeeds,
    folder: &str,
    generation: &Generation,
) -> Result<Result<(Verified<Signed>, Offered), Wrong>, StoreError> {
    let mut files = Vec::new();
    let names =
        FORMATS.iter().flat_map(|format| format.facts().index_files).map(|file| file.name).chain(SUMS);
    for name in names.filter(|name| generation.index.iter().any(|own| own == name)) {
        let bytes = archive::read_index(store, folder, generation.number, name)?;
        files.extend(bytes.map(|bytes| SignedFile { name, bytes }));
    }
    Ok(open(keyring, unsigned, folder, files))
}

/// An index of a folder, verified, and what it offers.
pub(super) fn open(
    keyring: &Keyring,
    unsigned: &UnsignedFeeds,
    folder: &str,
    files: Vec<SignedFile>,
) -> Result<(Verified<Signed>, Offered), Wrong> {
    let first = files.first().map(|file| file.name);
    let format = FORMATS.into_iter().find(|format| Some(format.index_name()) == first);
    let Some(format) = format else {
        if first != Some(SUMS[0]) {
            return Err(Wrong::Missing);
        }
        let sums = keyring.verify(metadata::split(files), folder, unsigned.policy_of_metadata())?;
        let offered = Sums::parse(&String::from_utf8_lossy(&sums.message));
        let offered = offered.iter().map(|(name, digest)| (name.to_owned(), (None, Digest::sha256(*digest))));
        return Ok((sums, offered.collect()));
    };
    let index = keyring.verify(format.open(files)?, folder, unsigned.policy(feeds::name_of(folder)))?;
    let parsed = format.parse(&index, FeedId(0)).map_err(|error: IndexError| Wrong::from(error))?;
    let offered = parsed
        .into_packages()
        .filter_map(|package| Some((package.file.to_string(), (package.size, package.digest?))));
    let offered = offered.collect();
    Ok((index, offered))
}

/// Reads a file that is listed; answers with its size.
pub(super) fn check_file(store: &dyn Store, path: &str, listed: &Listed) -> Result<u64, Wrong> {
    let unreadable = |error: &dyn std::fmt::Display| Wrong::Unreadable(error.to_string());
    let file = store.open(path).map_err(|error| unreadable(&error))?.ok_or(Wrong::Missing)?;
    let mut file = trust::Counted::new(file);
    let measured = measure(listed.digest.kind, &mut file);
    if measured.is_err() || listed.digest.kind == DigestKind::AdbSha256 {
        // A file that is cut may not be read as what it is, and that it is cut is the cause.
        std::io::copy(&mut file, &mut std::io::sink()).map_err(|error| unreadable(&error))?;
    }
    let size = file.count();
    match listed.size {
        Some(expected) if expected != size => Err(Wrong::Size { expected, found: size }),
        _ => match measured.map_err(|error| unreadable(&error))? {
            found if found != listed.digest => Err(Wrong::Digest { expected: listed.digest, found }),
            _ => Ok(size),
        },
    }
}
