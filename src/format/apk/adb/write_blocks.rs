//! Writes a file: a header, then blocks.

use std::io::{self, Write};

use super::BlockKind;
use super::blocks::{EXTENDED, EXTENDED_HEADER, MAGIC, SIZE_BITS};

/// A file being written.
#[derive(Debug)]
pub struct BlockWriter<W> {
    out: W,
}

impl<W: Write> BlockWriter<W> {
    /// Writes the header of a file of a schema.
    pub fn new(mut out: W, schema: u32) -> io::Result<BlockWriter<W>> {
        out.write_all(&MAGIC)?;
        out.write_all(&schema.to_le_bytes())?;
        Ok(BlockWriter { out })
    }

    /// Writes a block whose payload is `parts`, one behind the other, and pads it.
    pub fn block(&mut self, kind: BlockKind, parts: &[&[u8]]) -> io::Result<()> {
        let length: u64 = parts.iter().map(|part| part.len() as u64).sum();
        let size = match u32::try_from(length + 4).ok().filter(|size| *size <= SIZE_BITS) {
            Some(size) => {
                self.out.write_all(&(kind.number() << 30 | size).to_le_bytes())?;
                u64::from(size)
            }
            None => {
                self.out.write_all(&(EXTENDED << 30 | kind.number()).to_le_bytes())?;
                self.out.write_all(&0u32.to_le_bytes())?;
                self.out.write_all(&(length + EXTENDED_HEADER).to_le_bytes())?;
                length + EXTENDED_HEADER
            }
        };
        parts.iter().try_for_each(|part| self.out.write_all(part))?;
        let padding = size.next_multiple_of(8) - size;
        self.out.write_all(&[0; 8][..padding as usize])
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}
