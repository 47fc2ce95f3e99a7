//! Unpacks a release's image into a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};

use camino::{Utf8Path, Utf8PathBuf};
use flate2::Crc;
use flate2::bufread::GzDecoder;

use super::fwtool::{Appended, BadTail, LARGEST_TAIL, read_tail};
use crate::files::{OutputError, replace_file};
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

/// An image that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenImage {
    /// Size of the image in bytes.
    pub image: u64,
    /// Size of the file in bytes.
    pub file: u64,
    /// What was appended to the packed image, and is not in the file.
    pub appended: Vec<Appended>,
}

/// Why an image could not be unpacked. Nothing is left of it.
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
    /// The image is larger than the size that was asked for.
    #[error("the image has {found} bytes, more than the size of {asked} that was asked for")]
    TooSmall {
        /// What was asked for, in bytes.
        asked: u64,
        /// What the image has, in bytes.
        found: u64,
    },
}

impl UnpackError {
    /// What the user can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            UnpackError::Output(error) => error.help(),
            UnpackError::Tail { .. } => Some("whoever built this image put something behind it".into()),
            UnpackError::TooSmall { found, .. } => {
                Some(format!("leave out --size, or give at least {}K", found.div_ceil(1024)))
            }
            UnpackError::Gzip { .. } | UnpackError::TooLarge { .. } => None,
        }
    }
}

/// Writes an image to `path`, in place of an earlier file of that name, and lets the file grow to `size` bytes.
///
/// # Errors
/// When the image is not whole, does not fit into `size`, or the file cannot be written.
pub fn write_image(
    image: &Verified<Artifact>,
    packing: Packing,
    size: Option<u64>,
    path: &Utf8Path,
) -> Result<WrittenImage, UnpackError> {
    let mut done = None;
    let written = replace_file(path, |file| {
        let outcome = fill(image, packing, size, file);
        let failed = match &outcome {
            Err(Trouble::Write(error)) => Err(io::Error::new(error.kind(), error.to_string())),
            Err(Trouble::Image(_)) => Err(io::ErrorKind::InvalidData.into()),
            Ok(_) => Ok(()),
        };
        done = Some(outcome);
        failed
    });
    match (done, written) {
        (Some(Err(Trouble::Image(error))), _) => Err(error),
        (Some(Ok((image, appended))), Ok(file)) => Ok(WrittenImage { image, file, appended }),
        (_, Err(error)) => Err(error.into()),
        // A file in place was filled.
        (_, Ok(file)) => Ok(WrittenImage { image: file, file, appended: Vec::new() }),
    }
}

/// Whose fault it is.
enum Trouble {
    Image(UnpackError),
    Write(io::Error),
}

fn fill(
    artifact: &Verified<Artifact>,
    packing: Packing,
    size: Option<u64>,
    file: &mut File,
) -> Result<(u64, Vec<Appended>), Trouble> {
    let image = || artifact.path().to_owned();
    let unreadable = |source| Trouble::Image(UnpackError::Gzip { image: image(), source });
    let packed = Summed { inner: BufReader::new(artifact.open().map_err(unreadable)?), crc: Crc::new() };
    let (length, appended) = match packing {
        Packing::Whole => (copy(packed, artifact, file)?.1, Vec::new()),
        Packing::Gzip => {
            let (decoder, length) = copy(GzDecoder::new(packed), artifact, file)?;
            let Summed { inner, crc } = decoder.into_inner();
            let mut tail = Vec::new();
            inner.take(LARGEST_TAIL as u64 + 1).read_to_end(&mut tail).map_err(unreadable)?;
            let refused = |source| Trouble::Image(UnpackError::Tail { image: image(), source });
            (length, read_tail(crc, &tail).map_err(refused)?)
        }
    };
    if let Some(asked) = size.filter(|asked| *asked < length) {
        return Err(Trouble::Image(UnpackError::TooSmall { asked, found: length }));
    }
    file.set_len(size.unwrap_or(length)).map_err(Trouble::Write)?;
    Ok((length, appended))
}

/// Copies everything, leaving holes where there are zeros; answers with the reader and the number of bytes.
fn copy<R: Read>(mut from: R, artifact: &Artifact, to: &mut File) -> Result<(R, u64), Trouble> {
    let mut buffer = vec![0; CHUNK];
    let mut length = 0;
    loop {
        let mut filled = 0;
        while filled < CHUNK {
            match from.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => {
                    let image = artifact.path().to_owned();
                    return Err(Trouble::Image(UnpackError::Gzip { image, source }));
                }
            }
        }
        let chunk = &buffer[..filled];
        length += filled as u64;
        if length > LARGEST {
            return Err(Trouble::Image(UnpackError::TooLarge { image: artifact.path().to_owned() }));
        }
        let put = match chunk.iter().all(|byte| *byte == 0) {
            true => to.seek(SeekFrom::Current(filled as i64)).map(|_| ()),
            false => to.write_all(chunk),
        };
        put.map_err(Trouble::Write)?;
        if filled < CHUNK {
            return Ok((from, length));
        }
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
