//! The cache on disk. Everything in it may be removed at any time, and nothing in it is believed unchecked.
//!
//! ```text
//! CACHEDIR.TAG  .gitignore
//! v1/documents/<xx>/<sha256 of the URL>      an index or metadata file, under a line that says how to revalidate it
//! v1/packages/<xx>/<key>                     a whole package file
//! v1/findings/<name>                         what was read of files, under a line with its own SHA-256
//! v1/seen/<xx>/<sha256 of the URL>           what was seen there before
//! v1/partial/<key>.<random>.part, .from      a download under way, and the validator (ETag, date) of its source
//! v1/partial/<random>.new                    another file under way
//! ```
//!
//! Files appear under their final name by renaming only, so a killed process leaves the old file or the new one.

mod documents;
mod findings;
mod memory;
mod packages;
mod part;
mod usage;

use std::fs::{self, File};
use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};

use super::FetchError;

pub(super) use documents::{Documents, Validators};
pub(super) use findings::Findings;
pub(super) use memory::Memory;
pub(super) use packages::{Held, Packages, Settled};
pub(super) use part::Part;
pub use usage::{Amount, CacheUsage};

/// The layout's version. Another layout gets another folder, so that old and new programs can share a cache.
const LAYOUT: &str = "v1";

/// The folder of what is not finished.
const PARTIAL: &str = "partial";

const TAG_FILE: &str = "CACHEDIR.TAG";
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This folder is a cache of owpkg and can be removed at any time.\n\
    # About such folders: https://bford.info/cachedir/\n";

/// The folder that the cache lies in.
#[derive(Clone, Debug)]
pub(super) struct CacheDir {
    root: Utf8PathBuf,
}

impl CacheDir {
    pub(super) fn new(root: Utf8PathBuf) -> Self {
        Self { root }
    }

    fn folder(&self, name: &str) -> Utf8PathBuf {
        self.root.join(LAYOUT).join(name)
    }

    /// Makes a folder of the cache, and the cache itself if this is the first one.
    fn prepare(&self, folder: &Utf8Path) -> Result<(), FetchError> {
        if folder.is_dir() {
            return Ok(());
        }
        self.mark().map_err(cache_error(&self.root))?;
        fs::create_dir_all(folder).map_err(cache_error(folder))
    }

    /// Writes a file whole or not at all.
    fn write(&self, path: &Utf8Path, pieces: &[&[u8]]) -> Result<(), FetchError> {
        self.write_file(path, pieces, true)
    }

    /// The same for a file that is worth no waiting for the disk: a power failure may leave a damaged one.
    fn write_lightly(&self, path: &Utf8Path, pieces: &[&[u8]]) -> Result<(), FetchError> {
        self.write_file(path, pieces, false)
    }

    fn write_file(&self, path: &Utf8Path, pieces: &[&[u8]], synced: bool) -> Result<(), FetchError> {
        let partial = self.folder(PARTIAL);
        self.prepare(&partial)?;
        if let Some(folder) = path.parent() {
            self.prepare(folder)?;
        }
        let write = || {
            // Not created privately, as temporary files are by default: the user's umask decides who may share them.
            let mut file = tempfile::Builder::new()
                .prefix("")
                .suffix(".new")
                .make_in(&partial, |name| File::create_new(name))?;
            for piece in pieces {
                file.as_file_mut().write_all(piece)?;
            }
            if synced {
                file.as_file().sync_all()?;
            }
            file.persist(path)?;
            Ok(())
        };
        write().map_err(cache_error(path))
    }

    /// Marks the folder as a cache, unless it already holds something else: then it is somebody's, and backups and
    /// git must go on seeing what is in it.
    fn mark(&self) -> io::Result<()> {
        fs::create_dir_all(&self.root)?;
        let is_empty = fs::read_dir(&self.root)?.next().is_none();
        if is_empty || self.root.join(TAG_FILE).exists() {
            create_once(&self.root.join(TAG_FILE), TAG)?;
            create_once(&self.root.join(".gitignore"), "*\n")?;
        }
        Ok(())
    }
}

fn create_once(path: &Utf8Path, text: &str) -> io::Result<()> {
    match File::create_new(path) {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Turns an I/O error on a file of the cache into an error that names the file.
pub(super) fn cache_error(path: &Utf8Path) -> impl FnOnce(io::Error) -> FetchError {
    let path = path.to_owned();
    move |source| FetchError::Cache { path, source }
}
