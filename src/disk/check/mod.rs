//! Checks a disk that owpkg wrote, as an image, a tar or a folder: signatures, digests, texts, and that nothing else is
//! there.
//!
//! The lock on the disk vouches for nothing: its packages must stand in the signed indexes beside it, the packages'
//! bytes must be those, and every text must be what owpkg writes for that lock. Of a disk for many routers that goes for
//! each folder with what it takes from the pool.

mod one;
mod shared;
mod source;

use std::collections::BTreeMap;
use std::io::{self, Read};

pub use source::DiskSource;

use self::one::Disk;
use crate::audit::{Audit, Wrong};
use crate::disk::contents::LOCK;
use crate::disk::layout::Layout;
use crate::format::{Format, is_package_file, measure};
use crate::lock::Lock;
use crate::overlay::FOLDER;
use crate::proof::Contents;
use crate::trust::{Digest, DigestKind, Keyring, Sha256Reader, UnsignedFeeds};

/// Texts and indexes are kept in memory while the rest is read: this many bytes of them together.
const KEPT_CAP: u64 = 64 << 20;

/// A file of the disk.
struct FileRead {
    size: u64,
    sha256: Digest,
    /// Its bytes, unless it is a package or the user's own.
    bytes: Vec<u8>,
    /// Of a package, the digest that its index states, where that is not of the file.
    unpacked: Option<io::Result<Digest>>,
    /// Of a package, what tells of hardware, where that is asked for. One that cannot be read is a fault of its own.
    contents: Option<Contents>,
}

/// The files of a disk, by their paths.
type Files = BTreeMap<String, FileRead>;

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
    let mut found = read_all(source, &mut audit)?;
    if shared::is_one(&found) {
        shared::check(source, found, (keyring, unsigned), &mut audit)?;
        return Ok(audit.sorted());
    }
    match lock_in(&found, LOCK) {
        Ok(lock) => {
            read_packages(source, &mut found, &wanted(&lock, Layout::Own))?;
            let files = found.iter().map(|(path, file)| (path.clone(), file)).collect();
            Disk { layout: Layout::Own, lock: &lock, files }.check(keyring, unsigned, &mut audit);
        }
        Err(wrong) => audit.fault(LOCK, wrong),
    }
    Ok(audit.sorted())
}

fn lock_in(found: &Files, path: &str) -> Result<Lock, Wrong> {
    let text = String::from_utf8_lossy(&found.get(path).ok_or(Wrong::Missing)?.bytes);
    Lock::parse(&text).map_err(|error| Wrong::Text(error.to_string()))
}

/// A file must be the text that owpkg writes.
fn check_text(path: &str, text: &str, found: Option<&FileRead>, audit: &mut Audit) {
    match found {
        None => audit.fault(path, Wrong::Missing),
        Some(here) if here.bytes != text.as_bytes() => audit.fault(path, Wrong::NotAsMade),
        Some(_) => {}
    }
}

fn read_all(source: &DiskSource, audit: &mut Audit) -> io::Result<Files> {
    let mut found = BTreeMap::new();
    let mut room = KEPT_CAP;
    source.visit(&mut |path, file| {
        let is_kept = !is_own(path) && !is_package_file(path);
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
        let read = FileRead { size, sha256: Digest::sha256(sha256), bytes, unpacked: None, contents: None };
        if found.insert(path.to_owned(), read).is_some() {
            audit.fault(path, Wrong::Text("there twice".to_owned()));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Whether a file is the user's own, by its path on a disk or in a folder of one for many routers.
fn is_own(path: &str) -> bool {
    let own = |path: &str| path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'));
    own(path) || shared::in_folder(path).is_some_and(|(_, path)| own(path))
}

/// What is asked of a package's bytes.
struct Wanted {
    digest_kind: DigestKind,
    /// The format to look for hardware by, where a card was asked for.
    prove: Option<&'static dyn Format>,
}

/// What a lock asks of its packages' bytes, by their paths.
fn wanted(lock: &Lock, layout: Layout) -> BTreeMap<String, Wanted> {
    let proves =
        |name: &str| !lock.cards.is_empty() && lock.packages.iter().any(|package| package.name == name);
    let each = lock.carried().map(|package| {
        let prove = lock.format().ok().filter(|_| proves(&package.name));
        (layout.package(package), Wanted { digest_kind: package.digest_kind, prove })
    });
    each.collect()
}

/// Reads of packages what is asked of their bytes.
fn read_packages(
    source: &DiskSource,
    found: &mut Files,
    wanted: &BTreeMap<String, Wanted>,
) -> io::Result<()> {
    if wanted.values().any(|wanted| wanted.digest_kind != DigestKind::Sha256) {
        source.visit(&mut |path, file| {
            if let (Some(wanted), Some(read)) = (wanted.get(path), found.get_mut(path)) {
                read.unpacked = Some(measure(wanted.digest_kind, file));
            }
            Ok(())
        })?;
    }
    if wanted.values().any(|wanted| wanted.prove.is_some()) {
        source.visit(&mut |path, mut file| {
            let format = wanted.get(path).and_then(|wanted| wanted.prove);
            if let (Some(format), Some(read)) = (format, found.get_mut(path)) {
                read.contents = Contents::read(format, &mut file).ok();
            }
            Ok(())
        })?;
    }
    Ok(())
}
