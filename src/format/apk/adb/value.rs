//! The innermost layer: values that point to each other by their offset in the payload.

use super::{Defect, Malformed, Place};

/// The values of a payload.
#[derive(Debug, Clone, Copy)]
pub struct Adb<'a> {
    payload: &'a [u8],
}

/// A value: a word of four bits of tag and 28 bits of content, and where the word itself stands.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    payload: &'a [u8],
    word: u32,
    at: usize,
}

/// What a value holds.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// Nothing: it is absent.
    Null,
    /// A truth.
    Bool(bool),
    /// A number.
    Int(u64),
    /// Bytes; text has no other type.
    Blob(&'a [u8]),
    /// An object or an array.
    List(List<'a>),
}

/// An object or an array: slots of values, numbered from 1.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    payload: &'a [u8],
    /// The offset of slot 0, the count.
    at: usize,
    /// The number of slots, slot 0 included.
    slots: usize,
}

/// The root value stands behind the versions.
const ROOT: usize = 4;

impl<'a> Adb<'a> {
    /// Takes a payload, if it has room for a header and is of the version that is known.
    pub fn new(payload: &'a [u8]) -> Result<Adb<'a>, Malformed> {
        if payload.len() < 16 {
            return Err(malformed(0, Defect::ShortPayload { length: payload.len() as u64 }));
        }
        match payload[0] {
            0 => Ok(Adb { payload }),
            found => Err(malformed(0, Defect::Version { found })),
        }
    }

    /// The value that all others hang from.
    pub fn root(self) -> Value<'a> {
        Value::at_word(self.payload, ROOT)
    }
}

impl<'a> Value<'a> {
    /// The value whose word stands at an offset of a payload; an absent one where that is outside.
    pub(crate) fn at_word(payload: &'a [u8], at: usize) -> Value<'a> {
        Value { payload, word: bytes_at(payload, at).map_or(0, u32::from_le_bytes), at }
    }

    /// Where the list stands that it should hold; none if it is no list, or the offset cannot be one's.
    pub(crate) fn list_offset(self) -> Option<usize> {
        let offset = (self.word & 0x0fff_ffff) as usize;
        let fits = offset.is_multiple_of(4) && offset < self.payload.len();
        (matches!(self.word >> 28, 0xd | 0xe) && fits).then_some(offset)
    }

    /// What it holds. Nothing behind its own bytes is looked at: a list's items are not followed.
    pub fn content(self) -> Result<Content<'a>, Malformed> {
        let content = self.word & 0x0fff_ffff;
        let offset = content as usize;
        Ok(match (self.word >> 28, content) {
            (0x0, 0) => Content::Null,
            (0x0, 1) => Content::Bool(true),
            (0x0, 2) => Content::Bool(false),
            (0x1, _) => Content::Int(u64::from(content)),
            (0x2, _) => Content::Int(u64::from(u32::from_le_bytes(self.fixed(offset, 4)?))),
            (0x3, _) => Content::Int(u64::from_le_bytes(self.fixed(offset, 4)?)),
            (0x8, _) => {
                Content::Blob(self.blob_at(offset, 1, u8::from_le_bytes(self.fixed(offset, 1)?).into())?)
            }
            (0x9, _) => {
                Content::Blob(self.blob_at(offset, 2, u16::from_le_bytes(self.fixed(offset, 2)?).into())?)
            }
            (0xa, _) => Content::Blob(self.blob_at(offset, 4, u32::from_le_bytes(self.fixed(offset, 4)?))?),
            (0xd | 0xe, _) => Content::List(self.list_at(offset)?),
            _ => return Err(self.malformed(Defect::UnknownValue { word: self.word })),
        })
    }

    /// Whether it is absent.
    pub(crate) fn is_null(self) -> bool {
        self.word == 0
    }

    /// The number that it holds; 0 if it is absent.
    pub(crate) fn int(self) -> Result<u64, Malformed> {
        // Most slots of most objects are absent.
        if self.is_null() {
            return Ok(0);
        }
        match self.content()? {
            Content::Int(number) => Ok(number),
            other => Err(self.wrong_type("a number", other)),
        }
    }

    /// The bytes that it holds; none if it is absent.
    pub fn blob(self) -> Result<Option<&'a [u8]>, Malformed> {
        if self.is_null() {
            return Ok(None);
        }
        match self.content()? {
            Content::Blob(bytes) => Ok(Some(bytes)),
            other => Err(self.wrong_type("a blob", other)),
        }
    }

    /// The object or array that it holds; an empty one if it is absent.
    pub fn list(self) -> Result<List<'a>, Malformed> {
        if self.is_null() {
            return Ok(List::EMPTY);
        }
        match self.content()? {
            Content::List(list) => Ok(list),
            other => Err(self.wrong_type("a list", other)),
        }
    }

    /// The offset in the payload at which the value's own word stands, for messages.
    pub(crate) fn at(self) -> u64 {
        self.at as u64
    }

    /// The bytes of a number, or of a length, of which `alignment` the offset must be a multiple.
    fn fixed<const N: usize>(self, offset: usize, alignment: usize) -> Result<[u8; N], Malformed> {
        if !offset.is_multiple_of(alignment) {
            let (offset, alignment) = (offset as u64, alignment as u64);
            return Err(self.malformed(Defect::Misaligned { offset, alignment }));
        }
        bytes_at(self.payload, offset).ok_or_else(|| self.out_of_bounds(offset, N as u64))
    }

    /// The bytes behind a length that takes `width` bytes itself.
    fn blob_at(self, offset: usize, width: usize, length: u32) -> Result<&'a [u8], Malformed> {
        let whole = self.payload.get(offset + width..).and_then(|rest| rest.get(..length as usize));
        whole.ok_or_else(|| self.out_of_bounds(offset, width as u64 + u64::from(length)))
    }

    fn list_at(self, offset: usize) -> Result<List<'a>, Malformed> {
        let count = u32::from_le_bytes(self.fixed(offset, 4)?);
        if count == 0 {
            return Err(self.malformed(Defect::NoSlots));
        }
        let length = u64::from(count) * 4;
        if length > (self.payload.len() - offset) as u64 {
            return Err(self.out_of_bounds(offset, length));
        }
        Ok(List { payload: self.payload, at: offset, slots: count as usize })
    }

    fn out_of_bounds(self, offset: usize, length: u64) -> Malformed {
        let offset = offset as u64;
        let (end, length) = (offset + length, self.payload.len() as u64);
        self.malformed(Defect::OutOfBounds { offset, end, length })
    }

    fn wrong_type(self, expected: &'static str, found: Content<'_>) -> Malformed {
        let found = match found {
            Content::Null => "nothing",
            Content::Bool(_) => "a truth",
            Content::Int(_) => "a number",
            Content::Blob(_) => "a blob",
            Content::List(_) => "a list",
        };
        self.malformed(Defect::WrongType { expected, found })
    }

    fn malformed(self, defect: Defect) -> Malformed {
        malformed(self.at as u64, defect)
    }
}

impl<'a> List<'a> {
    /// No item at all.
    pub(crate) const EMPTY: List<'static> = List { payload: &[], at: 0, slots: 1 };

    /// The value in a slot, counted from 1; NULL behind the last one.
    pub fn get(self, slot: usize) -> Value<'a> {
        let at = self.at.saturating_add(slot.saturating_mul(4));
        let present = (1..self.slots).contains(&slot);
        let word = bytes_at(self.payload, at).filter(|_| present).map_or(0, u32::from_le_bytes);
        Value { payload: self.payload, word, at }
    }

    /// The number of items; their slots count from 1.
    pub(crate) fn len(self) -> usize {
        self.slots - 1
    }

    /// The items of an array, in their order.
    pub fn items(self) -> Items<'a> {
        Items { list: self, next: 1 }
    }
}

/// The items of an array.
#[derive(Debug, Clone)]
pub struct Items<'a> {
    list: List<'a>,
    next: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let slot = self.next;
        (slot < self.list.slots).then(|| {
            self.next += 1;
            self.list.get(slot)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.list.slots - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Items<'_> {}

fn malformed(at: u64, defect: Defect) -> Malformed {
    Malformed { place: Place::Payload, at, defect }
}

fn bytes_at<const N: usize>(payload: &[u8], offset: usize) -> Option<[u8; N]> {
    payload.get(offset..)?.first_chunk().copied()
}
