//! What becomes other in an image, and nothing else does.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// Bytes of an image that become others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, in bytes from the start of the image.
    pub at: u64,
    /// What comes there.
    pub bytes: Bytes,
}

/// What comes into an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bytes {
    /// Bookkeeping.
    Made(Vec<u8>),
    /// A part of the archive.
    Archive(Range<u64>),
}

impl Change {
    fn length(&self) -> u64 {
        match &self.bytes {
            Bytes::Made(bytes) => bytes.len() as u64,
            Bytes::Archive(part) => part.end - part.start,
        }
    }

    /// Where it ends, in bytes from the start of the image.
    pub(crate) fn end(&self) -> u64 {
        self.at + self.length()
    }

    fn open<'a, A: Read + Seek>(&'a self, archive: &'a mut A, from: u64) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match &self.bytes {
            Bytes::Made(bytes) => Box::new(&bytes[from as usize..]),
            Bytes::Archive(part) => {
                archive.seek(SeekFrom::Start(part.start + from))?;
                Box::new(archive.take(part.end - part.start - from))
            }
        })
    }
}

/// Makes the changes in a file.
///
/// # Errors
/// When the archive cannot be read, or the file cannot be written.
pub(crate) fn apply(
    changes: &[Change],
    archive: &mut (impl Read + Seek),
    image: &mut File,
) -> io::Result<()> {
    for change in changes {
        image.seek(SeekFrom::Start(change.at))?;
        let written = io::copy(&mut change.open(archive, 0)?, image)?;
        if written != change.length() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    image.flush()
}

/// Makes them in a part of an image that was read from `at` on.
///
/// # Errors
/// When the archive cannot be read.
pub(crate) fn overlay(
    changes: &[Change],
    archive: &mut (impl Read + Seek),
    at: u64,
    part: &mut [u8],
) -> io::Result<()> {
    let end = at + part.len() as u64;
    for change in changes {
        let (from, to) = (change.at.max(at), change.end().min(end));
        if from < to {
            let there = &mut part[(from - at) as usize..(to - at) as usize];
            change.open(archive, from - change.at)?.read_exact(there)?;
        }
    }
    Ok(())
}
