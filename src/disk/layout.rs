//! Where the files of a disk's feeds lie.

use crate::lock::{Lock, LockedFile, LockedIndex, LockedPackage};
use crate::trust::Digest;

/// How many hex digits of a file's digest stand before its name in the pool: 128 bits, which no two files share.
const DIGITS: usize = 32;

/// Where the files of a disk's feeds lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Below its own `feeds/`.
    Own,
    /// In the pool of a stick for many routers, which the disks on it share. FAT has no links, so that a file's name there
    /// is made of its digest and its own name, and the install script puts links into the feeds' places.
    Pool,
}

/// The pool, on its stick.
pub(crate) const POOL: &str = "pool";
/// The same, seen from a disk on the stick.
pub(crate) const TO_POOL: &str = "../../pool";

/// A file of a feed, and the one in the pool that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PoolFile {
    /// Its place below `feeds/`.
    pub(crate) place: String,
    /// Its name in the pool.
    pub(crate) name: String,
    /// Its size in bytes, where it is known.
    pub(crate) size: Option<u64>,
}

impl Layout {
    /// Where a file of a feed's index is.
    pub(crate) fn index(self, feed: &LockedIndex, file: &LockedFile) -> String {
        self.place(&feed.name, &file.name, Digest::sha256(file.sha256))
    }

    /// Where a package is.
    pub(crate) fn package(self, package: &LockedPackage) -> String {
        self.place(&package.feed, &package.file, package.digest())
    }

    /// Where a feed's file of that digest is.
    pub(super) fn place(self, feed: &str, name: &str, digest: Digest) -> String {
        match self {
            Layout::Own => format!("feeds/{feed}/{name}"),
            Layout::Pool => format!("{TO_POOL}/{}", pool_name(name, digest)),
        }
    }
}

/// All that a lock takes from the pool, feed by feed.
pub(crate) fn pool_files(lock: &Lock) -> Vec<PoolFile> {
    let mut files = Vec::new();
    for feed in &lock.feeds {
        let place = |name: &str| format!("{}/{name}", feed.name);
        files.extend(feed.files.iter().map(|file| PoolFile {
            place: place(&file.name),
            name: pool_name(&file.name, Digest::sha256(file.sha256)),
            size: Some(file.size),
        }));
        files.extend(lock.carried().filter(|package| package.feed == feed.name).map(|package| PoolFile {
            place: place(&package.file),
            name: pool_name(&package.file, package.digest()),
            size: package.size,
        }));
    }
    files
}

fn pool_name(name: &str, digest: Digest) -> String {
    format!("{}-{name}", &digest.hex()[..DIGITS])
}
