//! Unpacks a release's image into a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};

use camino::{Utf8Path, Utf8PathBuf};
use flate2::Crc;
use flate2::bufread::GzDecoder;

use super::fwtool::{Appended, BadTail, LARGEST_TAIL, read_tail};
use crate::files::OutputError;
use crate::trust::{Artifact, Verified};

/// Most bytes that an image unpacks to.
const LARGEST: u64 = 64 << 30;

/// How much is unpacked at once; as much that is all zeros becomes a hole in the file.
const CHUNK: usize = 64 << 10;

/// How to write an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// One layer of gzip, which is taken off together with what fwtool appended to it.
    Gzip,
    /// None that is to be taken off: every byte is written.
    Whole,
}

/// An image that was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unpacked {
    /// Its size in bytes.
    pub(crate) size: u64,
    /// What was appended to the packed image, and is not in the file.
    pub(crate) appended: Vec<Appended>,
}

/// Why an image could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The image cannot be read, or is no whole gzip.
    #[error("{image} cannot be unpacked: {source}")]
    Gzip {
        /// The packed image.
        image: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something follows the image that fwtool did not put there.
    #[error("{image}: {source}")]
    Tail {
        /// The packed image.
        image: Utf8PathBuf,
        /// What.
        source: BadTail,
    },
    /// It unpacks to more than is written.
    #[error("{image} unpacks to more than {LARGEST} bytes")]
    TooLarge {
        /// The packed image.
        image: Utf8PathBuf,
    },
}

/// Unpacks an image into an empty file, which is `path` where that cannot be written.
///
/// # Errors
/// When the image is not whole, or the file cannot be written.
pub(crate) fn unpack(
    artifact: &Verified<Artifact>,
    packing: Packing,
    file: &mut File,
    path: &Utf8Path,
) -> Result<Unpacked, UnpackError> {
    let image = || artifact.path().to_owned();
    let unreadable = |source| UnpackError::Gzip { image: image(), source };
    let packed = Summed { inner: BufReader::new(artifact.open().map_err(unreadable)?), crc: Crc::new() };
    let mut to = Target { file, path, image: artifact.path() };
    let (size, appended) = match packing {
        Packing::Whole => (to.copy(packed)?.1, Vec::new()),
        Packing::Gzip => {
            let (decoder, size) = to.copy(GzDecoder::new(packed))?;
            let Summed { inner, crc } = decoder.into_inner();
            let mut tail = Vec::new();
            inner.take(LARGEST_TAIL as u64 + 1).read_to_end(&mut tail).map_err(unreadable)?;
            let refused = |source| UnpackError::Tail { image: image(), source };
            (size, read_tail(crc, &tail).map_err(refused)?)
        }
    };
    to.file.set_len(size).map_err(|source| to.unwritable(source))?;
    Ok(Unpacked { size, appended })
}

/// The file, and what errors are about.
struct Target<'a> {
    file: &'a mut File,
    path: &'a Utf8Path,
    image: &'a Utf8Path,
}

impl Target<'_> {
    /// Copies everything, leaving holes where there are zeros; answers with the reader and the number of bytes.
    fn copy<R: Read>(&mut self, mut from: R) -> Result<(R, u64), UnpackError> {
        let mut buffer = vec![0; CHUNK];
        let mut length = 0;
        loop {
            let mut filled = 0;
            while filled < CHUNK {
                match from.read(&mut buffer[filled..]) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(source) => return Err(UnpackError::Gzip { image: self.image.to_owned(), source }),
                }
            }
            let chunk = &buffer[..filled];
            length += filled as u64;
            if length > LARGEST {
                return Err(UnpackError::TooLarge { image: self.image.to_owned() });
            }
            let put = match chunk.iter().all(|byte| *byte == 0) {
                true => self.file.seek(SeekFrom::Current(filled as i64)).map(|_| ()),
                false => self.file.write_all(chunk),
            };
            put.map_err(|source| self.unwritable(source))?;
            if filled < CHUNK {
                return Ok((from, length));
            }
        }
    }

    fn unwritable(&self, source: io::Error) -> UnpackError {
        OutputError::Io { path: self.path.to_owned(), source }.into()
    }
}

/// A reader that takes the checksum of what is consumed, and of nothing that is only looked at.
struct Summed<R> {
    inner: R,
    crc: Crc,
}

impl<R: BufRead> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.crc.update(&buffer[..count]);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Summed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // What is consumed was looked at before, so this reads nothing anew.
        if let Ok(seen) = self.inner.fill_buf() {
            self.crc.update(&seen[..count.min(seen.len())]);
        }
        self.inner.consume(count);
    }
}
