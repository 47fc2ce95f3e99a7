//! What OpenWrt's fwtool appends to an image: a description of it, a signature.
//!
//! Each piece is data and then a trailer of 16 bytes, all numbers big-endian: the magic `FWx0`, a CRC-32 of the whole
//! file before the trailer (not complemented at its end, as everybody else's is), a type, three bytes of padding, the
//! length of data and trailer. A description starts with a header of 8 bytes, version and flags, both zero; it is JSON.
//! Pieces stand one behind the other. The format is that of fwtool's own source (`fwimage.h`, `fwtool.c`).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;
use serde::Deserialize;

use crate::trust::{Artifact, Verified};

/// Most bytes of all pieces together: fwtool itself writes 30 KiB of description and 1 KiB of signature at most.
pub(crate) const LARGEST_TAIL: usize = 64 << 10;

const TRAILER: usize = 16;
const HEADER: usize = 8;
const MAGIC: [u8; 4] = *b"FWx0";

/// One piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// A signature by the key of who built the image.
    Signature {
        /// Its length in bytes, trailer and all.
        size: usize,
    },
    /// What the image is.
    Description {
        /// Its length in bytes, trailer and all.
        size: usize,
        /// Distribution, version, revision and target, as far as it says.
        of: String,
    },
}

impl Appended {
    /// Its length in bytes, trailer and all.
    pub(crate) fn size(&self) -> usize {
        match self {
            Appended::Signature { size } | Appended::Description { size, .. } => *size,
        }
    }
}

/// Bytes behind an image that fwtool did not put there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTail {
    /// More than is read.
    #[error("more than {LARGEST_TAIL} bytes follow the image")]
    TooLong,
    /// No trailer where one must end.
    #[error("{left} bytes follow the image that are no metadata of OpenWrt's")]
    NoTrailer {
        /// How many bytes are left unexplained.
        left: usize,
    },
    /// A length that does not fit.
    #[error("appended metadata says that it has {size} bytes, where there are {left}")]
    Size {
        /// What the trailer says.
        size: usize,
        /// What there is.
        left: usize,
    },
    /// A checksum that does not hold.
    #[error("the checksum of appended metadata does not hold: expected {expected:08x}, found {found:08x}")]
    Checksum {
        /// What the trailer says.
        expected: u32,
        /// What the file has.
        found: u32,
    },
    /// A type that fwtool does not know.
    #[error("appended metadata is of the unknown type {0}")]
    Kind(u8),
    /// A description that is none.
    #[error("appended metadata is no description of version 0 in JSON")]
    Description,
}

/// Reads what follows an image; `before` is the checksum of the file up to there. Nothing at all is well too.
///
/// # Errors
/// When the bytes are no chain of pieces from their first to their last.
pub fn read_tail(mut before: Crc, tail: &[u8]) -> Result<Vec<Appended>, BadTail> {
    if tail.len() > LARGEST_TAIL {
        return Err(BadTail::TooLong);
    }
    // From the end, for only trailers tell where a piece starts.
    let mut pieces = Vec::new();
    let mut left = tail;
    while !left.is_empty() {
        let piece = Piece::last_of(left)?;
        left = &left[..piece.start];
        pieces.push(piece);
    }
    let mut appended = Vec::new();
    let mut summed = 0;
    for piece in pieces.into_iter().rev() {
        before.update(&tail[summed..piece.trailer]);
        summed = piece.trailer;
        let found = !before.sum();
        if found != piece.crc {
            return Err(BadTail::Checksum { expected: piece.crc, found });
        }
        appended.push(piece.read(&tail[piece.start..piece.trailer])?);
    }
    Ok(appended)
}

/// Where a piece lies, and what its trailer says.
struct Piece {
    start: usize,
    trailer: usize,
    crc: u32,
    kind: u8,
}

impl Piece {
    fn last_of(bytes: &[u8]) -> Result<Piece, BadTail> {
        let left = bytes.len();
        let (_, trailer) = bytes.split_last_chunk::<TRAILER>().ok_or(BadTail::NoTrailer { left })?;
        let [magic @ .., c0, c1, c2, c3, kind, _, _, _, s0, s1, s2, s3] = *trailer;
        if magic != MAGIC {
            return Err(BadTail::NoTrailer { left });
        }
        let size = u32::from_be_bytes([s0, s1, s2, s3]) as usize;
        if size < TRAILER || size > left {
            return Err(BadTail::Size { size, left });
        }
        let crc = u32::from_be_bytes([c0, c1, c2, c3]);
        Ok(Piece { start: left - size, trailer: left - TRAILER, crc, kind })
    }

    fn read(&self, data: &[u8]) -> Result<Appended, BadTail> {
        let size = data.len() + TRAILER;
        match self.kind {
            0 => Ok(Appended::Signature { size }),
            1 => {
                let (header, json) = data.split_first_chunk::<HEADER>().ok_or(BadTail::Description)?;
                if header[..4] != [0; 4] {
                    return Err(BadTail::Description);
                }
                let about: About = serde_json::from_slice(json).map_err(|_| BadTail::Description)?;
                Ok(Appended::Description { size, of: about.version.in_words() })
            }
            kind => Err(BadTail::Kind(kind)),
        }
    }
}

/// What an image says of itself to the router that is to be upgraded with it; none: it says nothing. The whole file was
/// verified before, so the checksums tell nothing new.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn about(image: &Verified<Artifact>) -> io::Result<Option<About>> {
    let mut file = File::open(image.path())?;
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(size.saturating_sub(LARGEST_TAIL as u64)))?;
    let mut tail = Vec::new();
    file.take(LARGEST_TAIL as u64).read_to_end(&mut tail)?;
    let mut left = &tail[..];
    while let Ok(piece) = Piece::last_of(left) {
        let data = &left[piece.start..piece.trailer];
        if piece.kind == 1 {
            let json = data.get(HEADER..).unwrap_or_default();
            let bad = |_| io::Error::new(io::ErrorKind::InvalidData, BadTail::Description);
            return serde_json::from_slice(json).map(Some).map_err(bad);
        }
        left = &left[..piece.start];
    }
    Ok(None)
}

/// A description (`append-metadata` of OpenWrt's `include/image-commands.mk`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct About {
    version: Version,
    compat_version: Option<String>,
    compat_message: String,
    supported_devices: Vec<String>,
    new_supported_devices: Vec<String>,
}

impl About {
    /// The target, `x86/64`; empty: it does not say.
    pub fn target(&self) -> &str {
        &self.version.target
    }

    /// The version of layout and configuration; none: the first.
    pub fn compat(&self) -> Option<&str> {
        self.compat_version.as_deref().filter(|version| !version.is_empty())
    }

    /// What there is to know of a change of that version.
    pub fn compat_message(&self) -> &str {
        &self.compat_message
    }

    /// The names of the devices that it is for. Where the version is not the first, the list of that name holds a text
    /// for routers that know of no versions.
    pub fn supported(&self) -> &[String] {
        match self.new_supported_devices.is_empty() {
            true => &self.supported_devices,
            false => &self.new_supported_devices,
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Version {
    dist: String,
    version: String,
    revision: String,
    target: String,
}

impl Version {
    fn in_words(&self) -> String {
        let words = [&self.dist, &self.version, &self.revision, &self.target];
        let words: Vec<&str> =
            words.into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        words.join(" ").chars().filter(|c| !c.is_control()).take(200).collect()
    }
}
