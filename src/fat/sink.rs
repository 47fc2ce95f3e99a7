//! One buffer between everything that is written and the image.

use std::io::{self, ErrorKind, Read, Write};

/// Large enough that the calls into the system do not count.
const BUFFER_BYTES: usize = 256 * 1024;

/// Collects what is put, whatever its size, and passes it on in large pieces.
pub(super) struct Sink<W> {
    out: W,
    buffer: Box<[u8]>,
    filled: usize,
}

/// What can go wrong while a source is copied.
pub(super) enum CopyError {
    Read(io::Error),
    Write(io::Error),
    /// The source ended after so many bytes.
    Ended(u64),
    /// The source goes on.
    GoesOn,
}

impl<W: Write> Sink<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, buffer: vec![0; BUFFER_BYTES].into_boxed_slice(), filled: 0 }
    }

    pub(super) fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = self.room()?;
            let (now, later) = bytes.split_at(bytes.len().min(room.len()));
            room[..now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
        }
        Ok(())
    }

    pub(super) fn zeros(&mut self, mut count: u64) -> io::Result<()> {
        while count > 0 {
            let room = self.room()?;
            let now = room.len().min(usize::try_from(count).unwrap_or(usize::MAX));
            room[..now].fill(0);
            self.filled += now;
            count -= now as u64;
        }
        Ok(())
    }

    /// Copies a source that must have exactly so many bytes.
    pub(super) fn copy(&mut self, source: &mut dyn Read, size: u64) -> Result<(), CopyError> {
        let mut left = size;
        while left > 0 {
            let room = self.room().map_err(CopyError::Write)?;
            let wanted = room.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            match read(source, &mut room[..wanted]).map_err(CopyError::Read)? {
                0 => return Err(CopyError::Ended(size - left)),
                count => {
                    self.filled += count;
                    left -= count as u64;
                }
            }
        }
        match read(source, &mut [0]).map_err(CopyError::Read)? {
            0 => Ok(()),
            _ => Err(CopyError::GoesOn),
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.empty()?;
        self.out.flush()
    }

    /// The free part of the buffer, which is never empty.
    fn room(&mut self) -> io::Result<&mut [u8]> {
        if self.filled == self.buffer.len() {
            self.empty()?;
        }
        Ok(&mut self.buffer[self.filled..])
    }

    fn empty(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer[..self.filled])?;
        self.filled = 0;
        Ok(())
    }
}

fn read(source: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
