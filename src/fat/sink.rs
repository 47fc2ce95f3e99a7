//! The buffers between everything that is put into an image, and the image: while one is filled, another is written.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// Large enough that the calls into the system do not count, small enough that all of them stay in the processor's cache.
const BUFFER_BYTES: usize = 128 * 1024;
/// How many buffers there are.
const BUFFERS: usize = 4;

/// Collects what is put, whatever its size, and passes it on in large pieces.
pub(super) struct Sink {
    buffer: Vec<u8>,
    filled: usize,
    full: SyncSender<(Vec<u8>, usize)>,
    emptied: Receiver<Vec<u8>>,
}

/// The other end of a [`Sink`].
pub(super) struct Drain {
    full: Receiver<(Vec<u8>, usize)>,
    emptied: Sender<Vec<u8>>,
}

/// A sink, and what takes its pieces in another thread.
pub(super) fn pipe() -> (Sink, Drain) {
    let (full_sender, full) = sync_channel(BUFFERS);
    let (emptied, emptied_receiver) = channel();
    for _ in 1..BUFFERS {
        // The receiver is there.
        let _ = emptied.send(vec![0; BUFFER_BYTES]);
    }
    let buffer = vec![0; BUFFER_BYTES];
    (Sink { buffer, filled: 0, full: full_sender, emptied: emptied_receiver }, Drain { full, emptied })
}

impl Drain {
    /// Writes what is put into the sink until that is dropped, and flushes.
    pub(super) fn write(self, out: &mut impl Write) -> io::Result<()> {
        for (buffer, filled) in self.full {
            out.write_all(&buffer[..filled])?;
            // Nobody may be left to fill it.
            let _ = self.emptied.send(buffer);
        }
        out.flush()
    }
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

impl Sink {
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

    /// Passes on what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.pass_on()
    }

    /// The free part of the buffer, which is never empty.
    fn room(&mut self) -> io::Result<&mut [u8]> {
        if self.filled == self.buffer.len() {
            self.pass_on()?;
        }
        Ok(&mut self.buffer[self.filled..])
    }

    /// Passes the buffer on, and goes on with another one.
    fn pass_on(&mut self) -> io::Result<()> {
        let broken = || io::Error::from(ErrorKind::BrokenPipe);
        let next = self.emptied.recv().map_err(|_| broken())?;
        let full = std::mem::replace(&mut self.buffer, next);
        let filled = std::mem::take(&mut self.filled);
        self.full.send((full, filled)).map_err(|_| broken())
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
