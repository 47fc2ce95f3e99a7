//! Files on their way into an output: each made here, vouched for by a key, or the user's own.

use std::io::{self, Read};

use super::Contents;
use crate::trust::{self, Artifact, SignedFile, Verified};

/// The files of an output, by path.
#[derive(Debug, Default)]
pub(crate) struct FileTree {
    entries: Vec<Entry>,
}

/// A file of an output.
#[derive(Debug)]
pub struct Entry {
    /// Its path, parts separated by `/`.
    pub path: String,
    /// What it holds.
    pub content: Content,
}

/// What a file holds.
#[derive(Debug)]
pub enum Content {
    /// Text that owpkg makes itself: the install script, the lock.
    Made(String),
    /// A file of the user's own.
    Own(Contents),
    /// A file of an index.
    Index(Verified<SignedFile>),
    /// A package file.
    Package(Verified<Artifact>),
}

impl FileTree {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: impl Into<String>, content: Content) {
        self.entries.push(Entry { path: path.into(), content });
    }

    /// The files, sorted by path.
    pub(crate) fn into_sorted(mut self) -> Vec<Entry> {
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
        self.entries
    }

    /// The digests of all files so far, as `sha256sum -c` reads them, sorted by path.
    pub(crate) fn sha256sums(&self) -> String {
        sha256sums(self.entries.iter().map(|entry| (entry.path.as_str(), entry.content.sha256())))
    }
}

/// The digests of files, as `sha256sum -c` reads them, sorted by path.
pub(crate) fn sha256sums<'p>(files: impl IntoIterator<Item = (&'p str, [u8; 32])>) -> String {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_unstable();
    files.iter().map(|(path, sha256)| format!("{}  {path}\n", trust::Digest::sha256(*sha256).hex())).collect()
}

impl Content {
    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Content::Made(text) => text.len() as u64,
            Content::Own(contents) => contents.len() as u64,
            Content::Index(file) => file.bytes.len() as u64,
            Content::Package(artifact) => artifact.size(),
        }
    }

    /// Reads it; a package file that changed since it was checked makes the read fail.
    pub fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Content::Made(text) => Box::new(text.as_bytes()),
            Content::Own(contents) => Box::new(&contents[..]),
            Content::Index(file) => Box::new(file.bytes.as_slice()),
            Content::Package(artifact) => Box::new(artifact.open()?),
        })
    }

    /// SHA-256 of it.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        match self {
            Content::Made(text) => trust::sha256(text.as_bytes()),
            Content::Own(contents) => trust::sha256(contents),
            Content::Index(file) => trust::sha256(&file.bytes),
            Content::Package(artifact) => artifact.sha256(),
        }
    }
}
