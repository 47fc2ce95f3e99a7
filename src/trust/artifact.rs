//! Package files on disk, checked against the digest that a verified index states.

use std::fs::File;
use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Authority, Digest, Verified};

/// A package file whose bytes have the digest that its index states.
///
/// The file is hashed once more while it is copied out ([`Artifact::open`]), so a file that changes between
/// the check and the copy cannot reach an output either.
#[derive(Debug, Clone)]
pub struct Artifact {
    path: Utf8PathBuf,
    size: u64,
    sha256: [u8; 32],
}

/// The file is not the one that the index lists.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// The file cannot be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The digest differs.
    #[error("{path} is not what the index lists: expected {expected}, found {found}")]
    Digest {
        /// The file.
        path: Utf8PathBuf,
        /// What the index states.
        expected: Digest,
        /// What the file holds.
        found: Digest,
    },
    /// The size differs.
    #[error("{path} is not what the index lists: expected {expected} bytes, found {found}")]
    Size {
        /// The file.
        path: Utf8PathBuf,
        /// What the index states, in bytes.
        expected: u64,
        /// The file's size in bytes.
        found: u64,
    },
}

impl Artifact {
    /// Checks the file at `path` against the `size` and `digest` that an index states, whose authority is `by`.
    ///
    /// `measure` takes the digest of a package file in the way its format states it.
    pub fn check(
        path: &Utf8Path,
        size: Option<u64>,
        digest: &Digest,
        by: &Authority,
        measure: impl FnOnce(&mut dyn Read) -> io::Result<Digest>,
    ) -> Result<Verified<Artifact>, Mismatch> {
        let unreadable = |source| Mismatch::Unreadable { path: path.to_owned(), source };
        let mut file = super::Sha256Reader::new(File::open(path).map_err(unreadable)?);
        let found = measure(&mut file).map_err(unreadable)?;
        io::copy(&mut file, &mut io::sink()).map_err(unreadable)?;
        let (sha256, length) = file.finish();
        if let Some(expected) = size.filter(|size| *size != length) {
            return Err(Mismatch::Size { path: path.to_owned(), expected, found: length });
        }
        if found != *digest {
            return Err(Mismatch::Digest { path: path.to_owned(), expected: *digest, found });
        }
        Ok(Verified { value: Artifact { path: path.to_owned(), size: length, sha256 }, by: by.clone() })
    }

    /// Where the file is.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// SHA-256 of the whole file, whatever its format states.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Reads the file; the read that reaches its end fails unless the bytes are those that were checked.
    pub fn open(&self) -> io::Result<impl Read + use<>> {
        Ok(Rechecked {
            reader: Some(super::Sha256Reader::new(File::open(&self.path)?)),
            expected: self.sha256,
            path: self.path.clone(),
        })
    }
}

struct Rechecked {
    reader: Option<super::Sha256Reader<File>>,
    expected: [u8; 32],
    path: Utf8PathBuf,
}

impl Read for Rechecked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(reader) = &mut self.reader else { return Ok(0) };
        let count = reader.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            let changed = self.reader.take().is_some_and(|reader| reader.finish().0 != self.expected);
            if changed {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{} changed after it was checked", self.path),
                ));
            }
        }
        Ok(count)
    }
}
