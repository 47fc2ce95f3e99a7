//! The one pass over the image, from its first byte to its last used one.

use std::io::{self, Read, Write};
use std::thread;

use super::geometry::{FATS, SECTOR_BYTES};
use super::layout::File;
use super::sink::{self, CopyError, Sink};
use super::{FatError, FatKind, Plan, boot, directory, partition, table};

impl Plan {
    /// Writes the image from its start to the end of the last cluster in use, [`Plan::used_size`] bytes, and
    /// flushes `out`.
    ///
    /// The rest, up to [`Plan::size`], is free space and may hold anything; in a fresh file,
    /// [`set_len`](std::fs::File::set_len) adds it without writing it. To a pipe, write zeros.
    ///
    /// `open` is called once for every entry, with its index, in order, in a thread of its own: the next piece is read
    /// while one is written. Each source is dropped before the next one is opened, and is never held in memory as a whole.
    ///
    /// # Errors
    ///
    /// [`FatError::Read`] if a source cannot be opened or read, [`FatError::SourceTooShort`] and
    /// [`FatError::SourceTooLong`] if it does not have the planned size, [`FatError::Write`] if `out` fails. What
    /// was written by then is no file system.
    pub fn write<'a>(
        &self,
        out: &mut impl Write,
        open: impl FnMut(usize) -> io::Result<Box<dyn Read + 'a>> + Send,
    ) -> Result<(), FatError> {
        let (sink, drain) = sink::pipe();
        thread::scope(|scope| {
            let filling = scope.spawn(|| self.fill(sink, open));
            let written = drain.write(out);
            let filled = filling.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            // Where the image could not be written, that is why it could not be filled either.
            written.map_err(FatError::Write).and(filled)
        })
    }

    /// Puts everything into a sink.
    fn fill<'a>(
        &self,
        mut sink: Sink,
        mut open: impl FnMut(usize) -> io::Result<Box<dyn Read + 'a>>,
    ) -> Result<(), FatError> {
        self.put_metadata(&mut sink).map_err(FatError::Write)?;
        for (index, file) in self.files.iter().enumerate() {
            let copied = match open(index) {
                Ok(mut source) => sink.copy(&mut *source, file.size.into()),
                Err(error) => Err(CopyError::Read(error)),
            };
            copied.map_err(|error| file.error(error))?;
            sink.zeros(self.padding(file.size.into())).map_err(FatError::Write)?;
        }
        sink.finish().map_err(FatError::Write)
    }

    fn put_metadata(&self, sink: &mut Sink) -> io::Result<()> {
        if self.start > 0 {
            let start = u64::from(self.start);
            let sectors = self.size() / u64::from(SECTOR_BYTES) - start;
            let table = partition::render(self.kind(), sectors, self.volume_id);
            sink.put(&table)?;
            sink.zeros((start - 1) * u64::from(SECTOR_BYTES))?;
        }
        sink.put(&boot::render(self))?;
        for _ in 0..FATS {
            table::write(self, sink)?;
        }
        for index in 0..self.directories.len() {
            let bytes = directory::render(self, index);
            let used = bytes.len() as u64;
            let outside = index == 0 && self.kind() != FatKind::Fat32;
            let padding = if outside {
                u64::from(self.geometry.shape.root_sectors) * u64::from(SECTOR_BYTES) - used
            } else {
                self.padding(used)
            };
            sink.put(&bytes)?;
            sink.zeros(padding)?;
        }
        Ok(())
    }

    /// The bytes from the end of something to the end of its last cluster.
    fn padding(&self, bytes: u64) -> u64 {
        bytes.next_multiple_of(self.cluster_size()) - bytes
    }
}

impl File {
    fn error(&self, error: CopyError) -> FatError {
        let (path, planned) = (self.path.clone(), u64::from(self.size));
        match error {
            CopyError::Read(source) => FatError::Read { path, source },
            CopyError::Write(source) => FatError::Write(source),
            CopyError::Ended(found) => FatError::SourceTooShort { path, planned, found },
            CopyError::GoesOn => FatError::SourceTooLong { path, planned },
        }
    }
}
