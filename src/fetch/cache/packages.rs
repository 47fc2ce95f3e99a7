//! Whole package files, by the digest that the index gives for them.

use std::fs::File;
use std::io;

use camino::Utf8PathBuf;

use super::super::{Cached, FetchError, Want};
use super::{CacheDir, PARTIAL, Part, cache_error};
use crate::fetch::CacheKey;

/// The store of package files.
#[derive(Clone, Debug)]
pub(in crate::fetch) struct Packages {
    dir: CacheDir,
}

/// What the store holds of a wanted file.
pub(in crate::fetch) enum Held {
    /// The file, which passed its check.
    Good(Cached),
    /// Another file under its name: it was damaged after it had been stored.
    Damaged,
    /// Nothing.
    Nothing,
}

/// What came of a finished download.
pub(in crate::fetch) enum Settled {
    /// It passed its check.
    Stored(Cached),
    /// It is another file.
    Refused(Part),
}

impl Packages {
    pub(in crate::fetch) fn new(dir: CacheDir) -> Self {
        Self { dir }
    }

    fn path(&self, key: &CacheKey) -> Utf8PathBuf {
        self.dir.folder("packages").join(key.shard()).join(key.as_str())
    }

    /// Looks a file up and checks it again. A damaged file is left for [`Self::settle`] to replace: removing it here
    /// could remove the good one that another process has just put in its place.
    pub(in crate::fetch) fn get(&self, want: &Want) -> Result<Held, FetchError> {
        let path = self.path(&want.key);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Held::Nothing),
            Err(error) => return Err(cache_error(&path)(error)),
        };
        let size = file.metadata().map_err(cache_error(&path))?.len();
        if want.size.is_none_or(|expected| expected == size)
            && want.accepts(&mut file).map_err(cache_error(&path))?
        {
            return Ok(Held::Good(Cached { path, size }));
        }
        Ok(Held::Damaged)
    }

    /// Stores a file that is in memory and passed its check.
    pub(in crate::fetch) fn put(&self, key: &CacheKey, bytes: &[u8]) -> Result<Cached, FetchError> {
        let path = self.path(key);
        self.dir.write(&path, &[bytes])?;
        Ok(Cached { path, size: bytes.len() as u64 })
    }

    /// Takes up the download of a file where an earlier run left it, or starts it.
    pub(in crate::fetch) fn part(&self, key: &CacheKey) -> Result<Part, FetchError> {
        let folder = self.dir.folder(PARTIAL);
        self.dir.prepare(&folder)?;
        Part::claim(&folder, key).map_err(cache_error(&folder))
    }

    /// Judges a finished download, and stores it if it is the wanted file.
    pub(in crate::fetch) fn settle(&self, want: &Want, mut part: Part) -> Result<Settled, FetchError> {
        let path = self.path(&want.key);
        let verdict = part.rewound().and_then(|file| want.accepts(file));
        if !verdict.map_err(cache_error(&path))? {
            return Ok(Settled::Refused(part));
        }
        let size = part.length();
        if let Some(folder) = path.parent() {
            self.dir.prepare(folder)?;
        }
        part.keep_as(&path).map_err(cache_error(&path))?;
        // Killed runs may have left others.
        let folder = self.dir.folder(PARTIAL);
        Part::sweep(&folder, &want.key).map_err(cache_error(&folder))?;
        Ok(Settled::Stored(Cached { path, size }))
    }
}
