//! Checks a disk that owpkg wrote, as an image, a tar or a folder: signatures, digests, texts, and that nothing else is
//! there.
//!
//! The lock on the disk vouches for nothing: its packages must stand in the signed indexes beside it, the packages'
//! bytes must be those, and every text must be what owpkg writes for that lock.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

pub use source::DiskSource;

use crate::audit::{Audit, Wrong};
use crate::disk::{self, contents};
use crate::format::{is_package_file, measure};
use crate::lock::{Lock, LockedPackage, bundle};
use crate::overlay::FOLDER;
use crate::proof::{CardProof, Contents, Evidence, Proofs};
use crate::trust::{Authority, Digest, DigestKind, Keyring, Sha256Reader, SignedFile, UnsignedFeeds};

const LOCK: &str = "owpkg.lock";
const SUMS: &str = "SHA256SUMS";
/// Texts and indexes are kept in memory while the rest is read: this many bytes of them together.
const KEPT_CAP: u64 = 64 << 20;

/// A file of the disk.
struct FileRead {
    size: u64,
    sha256: Digest,
    /// Its bytes, unless it is a package or the user's own.
    bytes: Vec<u8>,
}

/// The lock on a disk, which vouches for nothing; none where it has none.
///
/// # Errors
/// When the disk cannot be read, or its lock is none.
pub(crate) fn lock(source: &DiskSource) -> io::Result<Option<Lock>> {
    let mut text = None;
    source.visit(&mut |path, file| {
        if path == LOCK {
            let mut bytes = Vec::new();
            file.take(KEPT_CAP).read_to_end(&mut bytes)?;
            text = Some(String::from_utf8_lossy(&bytes).into_owned());
        }
        Ok(())
    })?;
    text.map(|text| Lock::parse(&text).map_err(io::Error::other)).transpose()
}

/// Checks everything on a disk.
///
/// # Errors
/// When the disk cannot be read at all; faults of what is on it are in the answer.
pub fn check(source: &DiskSource, keyring: &Keyring, unsigned: &UnsignedFeeds) -> io::Result<Audit> {
    let mut audit = Audit::default();
    let found = read_all(source, &mut audit)?;
    let lock = match found.get(LOCK).map(|lock| Lock::parse(&String::from_utf8_lossy(&lock.bytes))) {
        None => Err(Wrong::Missing),
        Some(parsed) => parsed.map_err(|error| Wrong::Text(error.to_string())),
    };
    let lock = match lock {
        Ok(lock) => lock,
        Err(wrong) => {
            audit.fault(LOCK, wrong);
            return Ok(audit.sorted());
        }
    };
    let mut expected: BTreeSet<String> = [SUMS.to_owned()].into();
    check_indexes(&lock, &found, keyring, unsigned, &mut expected, &mut audit);
    check_packages(source, &lock, &found, &mut expected, &mut audit)?;
    check_keys(&lock, &found, keyring, &mut expected, &mut audit);
    let proofs = prove(source, &lock)?;
    check_texts(&lock, &proofs, &found, &mut expected, &mut audit);
    check_own(&lock, &found, &mut expected, &mut audit);
    let sums: String = found
        .iter()
        .filter(|(path, _)| *path != SUMS && expected.contains(*path))
        .map(|(path, file)| format!("{}  {path}\n", file.sha256.hex()))
        .collect();
    check_text(SUMS, &sums, &found, &mut audit);
    for path in found.keys().filter(|path| !expected.contains(*path)) {
        audit.fault(path, Wrong::Extra);
    }
    Ok(audit.sorted())
}

fn read_all(source: &DiskSource, audit: &mut Audit) -> io::Result<BTreeMap<String, FileRead>> {
    let mut found = BTreeMap::new();
    let mut room = KEPT_CAP;
    source.visit(&mut |path, file| {
        let is_kept = !path.starts_with("files/") && !is_package_file(path);
        let mut file = Sha256Reader::new(file);
        let mut bytes = Vec::new();
        let read = match is_kept {
            false => Ok(0),
            true => (&mut file).take(room).read_to_end(&mut bytes),
        };
        room -= bytes.len() as u64;
        let read = read.and_then(|_| io::copy(&mut file, &mut io::sink()));
        if let Err(error) = read {
            audit.fault(path, Wrong::Unreadable(error.to_string()));
            return Ok(());
        }
        let (sha256, size) = file.finish();
        audit.files += 1;
        audit.bytes += size;
        if found.insert(path.to_owned(), FileRead { size, sha256: Digest::sha256(sha256), bytes }).is_some() {
            audit.fault(path, Wrong::Text("there twice".to_owned()));
        }
        Ok(())
    })?;
    Ok(found)
}

/// The indexes must be those of the lock, be signed, and list the lock's packages.
fn check_indexes(
    lock: &Lock,
    found: &BTreeMap<String, FileRead>,
    keyring: &Keyring,
    unsigned: &UnsignedFeeds,
    expected: &mut BTreeSet<String>,
    audit: &mut Audit,
) {
    let Ok(format) = lock.format() else { return };
    let mut by = Vec::new();
    for feed in &lock.feeds {
        let folder = format!("feeds/{}", feed.name);
        let mut files = Vec::new();
        for file in format.facts().index_files {
            let Some(locked) = feed.files.iter().find(|locked| locked.name == file.name) else { continue };
            let path = format!("{folder}/{}", file.name);
            match found.get(&path) {
                None => audit.fault(&path, Wrong::Missing),
                Some(here) if here.sha256.value != locked.sha256 => audit.fault(
                    &path,
                    Wrong::Digest { expected: Digest::sha256(locked.sha256), found: here.sha256 },
                ),
                Some(here) => files.push(SignedFile { name: file.name, bytes: here.bytes.clone() }),
            }
            expected.insert(path);
        }
        let at = format!("{folder}/{}", format.index_name());
        // A fault of a file has been noted; the rest of the index cannot be judged without it.
        if files.len() != feed.files.len() {
            continue;
        }
        let index = match format.open(files).map_err(Wrong::from) {
            Ok(signed) => keyring.verify(signed, &at, unsigned.policy(&feed.name)).map_err(Wrong::from),
            Err(wrong) => Err(wrong),
        };
        let judged = index.and_then(|index| {
            let judged = bundle::judge(lock, feed, format, &index)?;
            Ok((index.by().clone(), judged))
        });
        match judged {
            Ok((authority, judged)) => {
                if authority == Authority::Nobody {
                    audit.unsigned.push(feed.name.clone());
                }
                by.push(authority);
                for package in judged.not_offered {
                    audit.fault(place(package), Wrong::NotOffered);
                }
                if let Some(contradiction) = judged.contradiction {
                    audit.fault(LOCK, Wrong::Contradicts(contradiction));
                }
            }
            Err(wrong) => audit.fault(at, wrong),
        }
    }
    // Of indexes that cannot be judged nothing can be said together.
    if by.len() == lock.feeds.len()
        && let Some(contradiction) = lock.contradicts_itself(&by)
    {
        audit.fault(LOCK, Wrong::Contradicts(contradiction));
    }
}

/// The packages must have the bytes that the lock, and so the index, states.
fn check_packages(
    source: &DiskSource,
    lock: &Lock,
    found: &BTreeMap<String, FileRead>,
    expected: &mut BTreeSet<String>,
    audit: &mut Audit,
) -> io::Result<()> {
    let mut unpacked = BTreeMap::new();
    if lock.carried().any(|package| package.digest_kind != DigestKind::Sha256) {
        let packages: BTreeMap<String, &LockedPackage> =
            lock.carried().map(|package| (place(package), package)).collect();
        source.visit(&mut |path, file| {
            if let Some(package) = packages.get(path) {
                unpacked.insert(path.to_owned(), measure(package.digest_kind, file));
            }
            Ok(())
        })?;
    }
    for package in lock.carried() {
        let path = place(package);
        let wrong = match found.get(&path) {
            None => Some(Wrong::Missing),
            Some(here) => match (package.size, unpacked.remove(&path).unwrap_or(Ok(here.sha256))) {
                (Some(expected), _) if expected != here.size => {
                    Some(Wrong::Size { expected, found: here.size })
                }
                (_, Ok(found)) if found == package.digest() => None,
                (_, Ok(found)) => Some(Wrong::Digest { expected: package.digest(), found }),
                (_, Err(error)) => Some(Wrong::Unreadable(error.to_string())),
            },
        };
        if let Some(wrong) = wrong {
            audit.fault(&path, wrong);
        }
        expected.insert(path);
    }
    Ok(())
}

/// The user's own files have no other witness than the lock.
fn check_own(
    lock: &Lock,
    found: &BTreeMap<String, FileRead>,
    expected: &mut BTreeSet<String>,
    audit: &mut Audit,
) {
    for file in lock.configuration.iter().flat_map(|configuration| &configuration.files) {
        let path = format!("{FOLDER}/{}", file.path);
        match found.get(&path) {
            None => audit.fault(&path, Wrong::Missing),
            Some(here) if here.sha256.value != file.sha256 => {
                let expected = Digest::sha256(file.sha256);
                audit.fault(&path, Wrong::Digest { expected, found: here.sha256 });
            }
            Some(here) if here.size != file.size => {
                audit.fault(&path, Wrong::Size { expected: file.size, found: here.size });
            }
            Some(_) => {}
        }
        expected.insert(path);
    }
}

/// A key that a router may be given must be the very key that is trusted here: its id alone proves nothing.
fn check_keys(
    lock: &Lock,
    found: &BTreeMap<String, FileRead>,
    keyring: &Keyring,
    expected: &mut BTreeSet<String>,
    audit: &mut Audit,
) {
    let Ok(format) = lock.format() else { return };
    for key in &lock.keys {
        let path = disk::key_path(format, &key.id);
        match keyring.get(&key.id) {
            Some(trusted) => check_text(&path, &trusted.to_text(), found, audit),
            None => audit.fault(&path, Wrong::ForeignKey),
        }
        expected.insert(path);
    }
}

/// What the packages on the disk show of the cards that it is for. One that cannot be read is a fault of its own.
fn prove(source: &DiskSource, lock: &Lock) -> io::Result<Vec<CardProof>> {
    let Ok(format) = lock.format() else { return Ok(Vec::new()) };
    if lock.cards.is_empty() {
        return Ok(Vec::new());
    }
    let mut read = BTreeMap::new();
    source.visit(&mut |path, mut file| {
        if lock.packages.iter().any(|package| place(package) == path)
            && let Ok(contents) = Contents::read(format, &mut file)
        {
            read.insert(path.to_owned(), contents);
        }
        Ok(())
    })?;
    let packages =
        lock.packages.iter().filter_map(|package| Some((package.name.as_str(), read.get(&place(package))?)));
    Ok(Proofs::of(&lock.cards, &Evidence::of(packages), &[]).cards)
}

fn check_texts(
    lock: &Lock,
    proofs: &[CardProof],
    found: &BTreeMap<String, FileRead>,
    expected: &mut BTreeSet<String>,
    audit: &mut Audit,
) {
    check_text(LOCK, &lock.to_text(), found, audit);
    match contents::texts(lock, proofs) {
        Ok(texts) => texts.iter().for_each(|(path, text)| check_text(path, text, found, audit)),
        Err(error) => audit.fault(LOCK, Wrong::Text(error.to_string())),
    }
    expected.extend([LOCK, contents::SCRIPT, contents::README].map(str::to_owned));
}

fn check_text(path: &str, text: &str, found: &BTreeMap<String, FileRead>, audit: &mut Audit) {
    match found.get(path) {
        None => audit.fault(path, Wrong::Missing),
        Some(here) if here.bytes != text.as_bytes() => audit.fault(path, Wrong::NotAsMade),
        Some(_) => {}
    }
}

fn place(package: &LockedPackage) -> String {
    format!("feeds/{}/{}", package.feed, package.file)
}
