//! Where a mirror lies: a folder, or a bucket of an object store.

use std::fmt;
use std::io::{self, Read};

use crate::fetch::Redacted;
use crate::files::Content;
use crate::trust::{Artifact, Verified};

/// A place for the files of a mirror. Paths are relative, their parts separated by `/`.
///
/// A file is visible whole or not at all. Only verified content can be put: see [`Content`].
pub trait Store: Send + Sync {
    /// The place as the user named it.
    fn name(&self) -> String;

    /// Keeps other writers out for as long as the guard lives, where the place can do that.
    fn lock(&self) -> Result<Guard, StoreError>;

    /// The files in a folder, or at any depth below it; none if there is no such folder.
    fn list(&self, folder: &str, depth: Depth) -> Result<Vec<Stat>, StoreError>;

    /// The paths of all files at any depth, in no order.
    fn paths(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.list("", Depth::Tree)?.into_iter().map(|stat| stat.path).collect())
    }

    /// A small file; nothing if there is none.
    fn read(&self, path: &str, cap: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// A file to be read from its start; nothing if there is none.
    fn open(&self, path: &str) -> Result<Option<Box<dyn Read + '_>>, StoreError>;

    /// Puts a file in its place, whatever was there.
    fn put(&self, path: &str, content: &Content) -> Result<Stat, StoreError>;

    /// The same with a file that nobody needs at its old place any more.
    fn adopt(&self, path: &str, artifact: Verified<Artifact>) -> Result<Stat, StoreError> {
        let from = artifact.path().to_owned();
        let stat = self.put(path, &Content::Package(artifact))?;
        std::fs::remove_file(&from).map_err(|source| StoreError::Io { path: from.into_string(), source })?;
        Ok(stat)
    }

    /// Gives a file a second place, stored once where the place can do that, else as a copy; nothing where there is no
    /// such file.
    fn duplicate(&self, from: &str, to: &str) -> Result<Option<Stat>, StoreError>;

    /// Makes readers see all these files instead of what was there: at once where the place can do that, else one
    /// after the other, refusing to replace what another writer has just put there. No content: no such file.
    fn publish(&self, changes: &[Change]) -> Result<(), StoreError>;

    /// Removes a file, if it is there.
    fn remove(&self, path: &str) -> Result<(), StoreError>;
}

/// A file that readers are to see from now on; without content it is to be gone.
#[derive(Debug)]
pub struct Change {
    pub path: String,
    /// What it holds.
    pub content: Option<Content>,
}

/// How far a listing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The files of the folder itself.
    Folder,
    /// Those of all folders below it too.
    Tree,
}

/// A file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Another whenever the file is replaced: a time, an ETag.
    pub stamp: String,
}

/// Keeps other writers out while it lives.
pub struct Guard(pub(super) Option<std::fs::File>);

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Guard(held)" } else { "Guard(none)" })
    }
}

/// Why the place of a mirror cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file cannot be read or written.
    #[error("{path} cannot be read or written: {source}")]
    Io {
        /// The file or folder.
        path: String,
        source: io::Error,
    },
    /// Another process writes to the mirror.
    #[error("{path} is being written by another owpkg")]
    Busy {
        /// The mirror.
        path: String,
    },
    /// Another writer replaced a file while it was looked at.
    #[error("{path} was changed by another writer just now")]
    Changed {
        /// The file.
        path: String,
    },
    /// The object store refused.
    #[error("{path}: the object store refuses: {why}")]
    Bucket {
        /// The object.
        path: String,
        /// Why, in its own words and those of its server.
        why: Redacted,
    },
    /// A text that names no bucket.
    #[error("{text:?} names no bucket: {why}")]
    NoBucket {
        /// What was given.
        text: Redacted,
        /// What is wrong with it.
        why: Redacted,
    },
    /// A bucket, of which a build without the feature `s3` knows nothing.
    #[error("{text:?} is a bucket, and this owpkg is built without them")]
    WithoutBuckets {
        /// What was given.
        text: Redacted,
    },
    /// A name that no file of a mirror has.
    #[error("{path:?} is no path of a mirror")]
    BadPath {
        /// What was given.
        path: String,
    },
    /// A file larger than any of its kind.
    #[error("{path} is too large: at most {cap} bytes are taken")]
    TooLarge {
        /// The file.
        path: String,
        /// The most that is taken, in bytes.
        cap: u64,
    },
}

impl StoreError {
    /// What the user can do about it.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            StoreError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "make room and run it again: what is here is kept, and readers see the mirror as it was"
                    .into()
            }
            StoreError::Io { .. } => "name a folder that you may write to, new or a mirror".into(),
            StoreError::Busy { .. } => "wait for it to end".into(),
            StoreError::Changed { .. } => "run it again".into(),
            StoreError::NoBucket { .. } => {
                "write s3://bucket or s3://bucket/prefix; credentials come from AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, the server from AWS_ENDPOINT_URL"
                    .into()
            }
            StoreError::WithoutBuckets { .. } => {
                "name a folder, or build owpkg with its feature s3, which is on by default".into()
            }
            _ => return None,
        })
    }
}
