//! Package files on disk, checked against the digest that a verified index states.

use std::fs::File;
use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Authority, Digest, DigestKind, Verified};

/// Takes the digest of a file in the way that its kind says. An error of kind `InvalidData` or `UnexpectedEof` means
/// that the file is no package.
pub type Measure = fn(DigestKind, &mut dyn Read) -> io::Result<Digest>;

/// A package file as an index describes it.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Its size in bytes, where the index states it.
    pub size: Option<u64>,
    pub digest: Digest,
    /// Who vouches for the index.
    pub by: Authority,
    /// How the digest is taken.
    pub measure: Measure,
}

/// That some bytes are the ones expected, wherever they will be kept.
#[derive(Debug, Clone)]
pub struct Proof {
    size: u64,
    sha256: [u8; 32],
    by: Authority,
}

/// A package file whose bytes have the digest that its index states.
///
/// The file is hashed once more while it is copied out ([`Artifact::open`]), so a file that changes between
/// the check and the copy, or another one than was checked, cannot reach an output either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    path: Utf8PathBuf,
    size: u64,
    sha256: [u8; 32],
}

impl Expected {
    /// Reads a file to its end; none if it is another one than expected.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn check(&self, file: &mut dyn Read) -> io::Result<Option<Proof>> {
        let mut file = super::Sha256Reader::new(file);
        let found = match (self.measure)(self.digest.kind, &mut file) {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                return Ok(None);
            }
            found => found?,
        };
        io::copy(&mut file, &mut io::sink())?;
        let (sha256, size) = file.finish();
        let fits = found == self.digest && self.size.is_none_or(|expected| expected == size);
        Ok(fits.then(|| Proof { size, sha256, by: self.by.clone() }))
    }
}

impl Proof {
    /// The checked bytes, as they are kept in the file at `path`.
    pub fn kept_at(self, path: &Utf8Path) -> Verified<Artifact> {
        let Proof { size, sha256, by } = self;
        Verified { value: Artifact { path: path.to_owned(), size, sha256 }, by }
    }
}

impl Artifact {
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
