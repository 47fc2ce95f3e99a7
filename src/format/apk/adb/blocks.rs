//! The middle layer: a header, then blocks.

use std::fmt;
use std::io::{self, Read};

use super::{Defect, Error, Malformed, Place};

/// The kind of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// The ADB payload; the first block, and the only one of its kind.
    Adb,
    /// A signature over the payload.
    Signature,
    /// Data that the payload describes; no signature may follow it.
    Data,
}

impl BlockKind {
    const ALL: [BlockKind; 3] = [BlockKind::Adb, BlockKind::Signature, BlockKind::Data];

    /// The kind's number in a block's header.
    pub(super) fn number(self) -> u32 {
        match self {
            BlockKind::Adb => 0,
            BlockKind::Signature => 1,
            BlockKind::Data => 2,
        }
    }
}

impl fmt::Display for BlockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BlockKind::Adb => "an ADB",
            BlockKind::Signature => "a signature",
            BlockKind::Data => "a data",
        })
    }
}

/// The kind that tells that the real one and a 64-bit size follow.
pub(super) const EXTENDED: u32 = 3;
/// The length of an extended block's header: the first word, a reserved one, the size.
pub(super) const EXTENDED_HEADER: u64 = 16;
/// The bits of a block's first word that hold the size, or an extended block's kind.
pub(super) const SIZE_BITS: u32 = 0x3fff_ffff;
/// What every unpacked file starts with.
pub(super) const MAGIC: [u8; 4] = *b"ADB.";

/// The blocks of an unpacked file, one after the other.
#[derive(Debug)]
pub struct Blocks<R> {
    reader: R,
    schema: u32,
    /// The offset of the next byte.
    at: u64,
    /// What is left of the current block's payload, and of the padding behind it.
    left: u64,
    padding: u64,
    last: Option<BlockKind>,
}

/// One block; what it holds is read from it.
#[derive(Debug)]
pub struct Block<'b, R> {
    pub kind: BlockKind,
    /// The offset of its payload in the unpacked file.
    pub(crate) at: u64,
    /// The length of its payload in bytes.
    pub(crate) length: u64,
    blocks: &'b mut Blocks<R>,
}

impl<R: Read> Blocks<R> {
    /// Reads the header of an unpacked file.
    pub fn open(reader: R) -> Result<Blocks<R>, Error> {
        let mut blocks = Blocks { reader, schema: 0, at: 0, left: 0, padding: 0, last: None };
        let magic = blocks.exactly::<4>()?;
        if magic != MAGIC {
            return Err(malformed(0, Defect::NotAdb { found: magic.to_vec() }));
        }
        blocks.schema = u32::from_le_bytes(blocks.exactly()?);
        Ok(blocks)
    }

    /// The schema that the file states, as a number.
    pub(crate) fn schema(&self) -> u32 {
        self.schema
    }

    /// The next block, after what was not read of the current one; none at the file's end.
    pub fn next_block(&mut self) -> Result<Option<Block<'_, R>>, Error> {
        self.finish_block()?;
        let start = self.at;
        let mut word = Vec::with_capacity(4);
        self.at += self.reader.by_ref().take(4).read_to_end(&mut word)? as u64;
        let Ok(word) = <[u8; 4]>::try_from(&word[..]) else {
            return match (word.is_empty(), self.last) {
                (true, Some(_)) => Ok(None),
                (true, None) => Err(malformed(start, Defect::NoBlock)),
                _ => Err(malformed(start, Defect::Truncated { missing: 4 - word.len() as u64 })),
            };
        };
        let word = u32::from_le_bytes(word);
        let (number, size, header) = match word >> 30 {
            EXTENDED => {
                self.exactly::<4>()?;
                (word & SIZE_BITS, u64::from_le_bytes(self.exactly()?), EXTENDED_HEADER)
            }
            kind => (kind, u64::from(word & SIZE_BITS), 4),
        };
        let kind = BlockKind::ALL.into_iter().find(|kind| kind.number() == number);
        let kind = kind.ok_or_else(|| malformed(start, Defect::UnknownBlock { kind: number }))?;
        let fits = start.checked_add(size).is_some_and(|end| end < i64::MAX as u64);
        let length = size.checked_sub(header).filter(|_| fits);
        let length = length.ok_or_else(|| malformed(start, Defect::BlockSize { size }))?;
        let in_order = match kind {
            BlockKind::Adb => self.last.is_none(),
            BlockKind::Signature => matches!(self.last, Some(BlockKind::Adb | BlockKind::Signature)),
            BlockKind::Data => self.last.is_some(),
        };
        if !in_order {
            return Err(malformed(start, Defect::BlockOrder { found: kind }));
        }
        self.last = Some(kind);
        self.left = length;
        self.padding = size.next_multiple_of(8) - size;
        Ok(Some(Block { kind, at: self.at, length, blocks: self }))
    }

    /// Passes over what is left of the current block and checks the padding behind it.
    fn finish_block(&mut self) -> Result<(), Error> {
        io::copy(&mut Payload(self), &mut io::sink())?;
        let mut padding = Vec::with_capacity(8);
        let count = self.reader.by_ref().take(self.padding).read_to_end(&mut padding)? as u64;
        if count < self.padding {
            return Err(malformed(self.at + count, Defect::Truncated { missing: self.padding - count }));
        }
        if padding.iter().any(|byte| *byte != 0) {
            return Err(malformed(self.at, Defect::Padding));
        }
        self.at += count;
        self.padding = 0;
        Ok(())
    }

    fn exactly<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = Vec::with_capacity(N);
        self.reader.by_ref().take(N as u64).read_to_end(&mut bytes)?;
        let missing = (N - bytes.len()) as u64;
        let end = self.at + bytes.len() as u64;
        let bytes = <[u8; N]>::try_from(bytes).map_err(|_| malformed(end, Defect::Truncated { missing }))?;
        self.at = end;
        Ok(bytes)
    }
}

fn malformed(at: u64, defect: Defect) -> Error {
    Error::Malformed(Malformed { place: Place::File, at, defect })
}

/// The payload of the current block.
struct Payload<'b, R>(&'b mut Blocks<R>);

impl<R: Read> Read for Payload<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.0.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let count = self.0.reader.read(&mut buffer[..wanted])?;
        if count == 0 {
            let defect = Defect::Truncated { missing: self.0.left };
            let cut = Malformed { place: Place::File, at: self.0.at, defect };
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, cut));
        }
        self.0.at += count as u64;
        self.0.left -= count as u64;
        Ok(count)
    }
}

impl<R: Read> Read for Block<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Payload(self.blocks).read(buffer)
    }
}

impl<R: Read> Block<'_, R> {
    /// Reads the payload whole, if it is no longer than `cap` bytes.
    pub fn into_bytes(mut self, cap: u64) -> Result<Vec<u8>, Error> {
        if self.length > cap {
            return Err(malformed(self.at, Defect::BlockTooLarge { length: self.length, cap }));
        }
        // A stated length alone must not cost memory: the bytes have to come first.
        let mut bytes = Vec::with_capacity(self.length.min(4 << 20) as usize);
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
