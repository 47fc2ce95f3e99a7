//! Builds a payload, values first, the ones that hold them after.

use std::collections::HashMap;
use std::ops::Range;

/// A value as it is stored: a number, or where in the payload it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u32);

impl Word {
    /// What is absent.
    pub const NULL: Word = Word(0);
}

/// The largest offset that a value can hold, in bytes: the limit of a payload.
const LIMIT: usize = 1 << 28;

/// A payload that outgrew the 256 MiB that offsets reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the payload outgrows the 256 MiB that ADB allows")]
pub struct PayloadTooLarge;

/// A payload being built. Equal bytes are stored once, in the order in which they first come: given the same
/// values in the same order, apk builds the same payload.
#[derive(Debug)]
pub struct Writer {
    payload: Vec<u8>,
    stored: HashMap<Vec<u8>, usize>,
    outgrown: bool,
}

impl Default for Writer {
    fn default() -> Writer {
        Writer::new()
    }
}

impl Writer {
    /// Starts a payload with its header.
    pub fn new() -> Writer {
        Writer { payload: vec![0; 8], stored: HashMap::new(), outgrown: false }
    }

    /// A truth.
    pub fn bool(&mut self, truth: bool) -> Word {
        Word(if truth { 1 } else { 2 })
    }

    /// A number, in the shortest form that holds it.
    pub fn int(&mut self, number: u64) -> Word {
        match u32::try_from(number) {
            Ok(small) if small < 1 << 28 => Word(0x1 << 28 | small),
            Ok(number) => self.stored(0x2, number.to_le_bytes().to_vec(), 4),
            Err(_) => self.stored(0x3, number.to_le_bytes().to_vec(), 4),
        }
    }

    /// Bytes; NULL if there are none.
    pub fn blob(&mut self, bytes: &[u8]) -> Word {
        let (tag, mut data) = match bytes.len() {
            0 => return Word::NULL,
            length @ ..=0xff => (0x8, vec![length as u8]),
            length @ ..=0xffff => (0x9, (length as u16).to_le_bytes().to_vec()),
            length if length < LIMIT => (0xa, (length as u32).to_le_bytes().to_vec()),
            _ => {
                self.outgrown = true;
                return Word::NULL;
            }
        };
        let width = data.len();
        data.extend_from_slice(bytes);
        self.stored(tag, data, width)
    }

    /// Zeros to be filled in once the payload is complete, at most 255 of them; shared with nothing. Also tells
    /// where they stand in the payload.
    pub(crate) fn blank(&mut self, length: u8) -> (Word, Range<usize>) {
        let start = self.append(&[length], 1) + 1;
        let end = start + usize::from(length);
        self.payload.resize(end, 0);
        (Word(0x8 << 28 | (start - 1) as u32 & 0x0fff_ffff), start..end)
    }

    /// An object or array of the given slots, the first of them slot 1; NULL if nothing but NULL is in it. apk
    /// tags its arrays as objects too.
    pub fn list(&mut self, slots: &[Word]) -> Word {
        let used = slots.iter().rposition(|slot| *slot != Word::NULL).map_or(0, |last| last + 1);
        if used == 0 {
            return Word::NULL;
        }
        let words = std::iter::once(used as u32 + 1).chain(slots[..used].iter().map(|slot| slot.0));
        let data = words.flat_map(u32::to_le_bytes).collect();
        self.stored(0xe, data, 4)
    }

    /// The payload, once its root is known.
    pub fn finish(mut self, root: Word) -> Result<Vec<u8>, PayloadTooLarge> {
        self.payload[4..8].copy_from_slice(&root.0.to_le_bytes());
        match self.outgrown || self.payload.len() > LIMIT {
            true => Err(PayloadTooLarge),
            false => Ok(self.payload),
        }
    }

    /// Stores data, or finds it where it was stored with the alignment that is wanted.
    fn stored(&mut self, tag: u32, data: Vec<u8>, alignment: usize) -> Word {
        let offset = match self.stored.get(&data) {
            Some(&offset) if offset % alignment == 0 => offset,
            _ => {
                let offset = self.append(&data, alignment);
                self.stored.insert(data, offset);
                offset
            }
        };
        Word(tag << 28 | offset as u32 & 0x0fff_ffff)
    }

    fn append(&mut self, data: &[u8], alignment: usize) -> usize {
        let offset = self.payload.len().next_multiple_of(alignment);
        self.outgrown |= offset + data.len() > LIMIT;
        if !self.outgrown {
            self.payload.resize(offset, 0);
            self.payload.extend_from_slice(data);
        }
        offset
    }
}
