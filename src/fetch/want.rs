//! What is asked for and what is given.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::{CacheKey, FetchError, Location};

/// The judge of a whole package file: whether these are the bytes that the index describes. An error of kind
/// `InvalidData` or `UnexpectedEof` counts as a no.
pub type Check = Arc<dyn Fn(&mut dyn Read) -> io::Result<bool> + Send + Sync>;

/// A package file to fetch.
#[derive(Clone)]
pub struct Want {
    /// Where it is.
    pub location: Location,
    /// What to call it in progress messages.
    pub name: String,
    /// Its size in bytes, if the index tells.
    pub size: Option<u64>,
    /// What it is kept under; wants with the same key are the same file.
    pub key: CacheKey,
    /// Whether a file is the one wanted.
    pub check: Check,
}

/// A package file that is here and passed its check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached {
    /// The file: in the cache, or in the folder that it was wanted from.
    pub path: Utf8PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

/// A small file, whole in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Where it was asked for.
    pub location: Location,
    /// How current it is.
    pub freshness: Freshness,
}

/// How current a [`Fetched`] file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Read just now.
    Fresh,
    /// From the cache; the server said just now that it has not changed.
    Revalidated,
    /// From the cache, nobody was asked.
    Offline,
}

impl Want {
    /// Judges a file, read from its start.
    pub(super) fn accepts(&self, file: &mut dyn Read) -> io::Result<bool> {
        match (self.check)(file) {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                Ok(false)
            }
            verdict => verdict,
        }
    }

    /// The error for a file of `found` bytes that is another one.
    pub(super) fn mismatch(&self, found: u64) -> FetchError {
        FetchError::Mismatch { at: self.location.to_string(), key: self.key.clone(), size: self.size, found }
    }
}

impl fmt::Debug for Want {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Want({}, {})", self.location, self.key)
    }
}
