//! What can be wrong with an ADB file, and where.

use std::fmt;
use std::io;

use super::BlockKind;

/// An ADB file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read or does not unpack.
    #[error(transparent)]
    Io(io::Error),
    /// It breaks the format.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl From<io::Error> for Error {
    /// A block that ends early is found by a reader, which can only say so as an I/O error.
    fn from(error: io::Error) -> Error {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Malformed>());
        match inner.cloned() {
            Some(malformed) => Error::Malformed(malformed),
            None => Error::Io(error),
        }
    }
}

/// A breach of the format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} {at}: {defect}")]
pub struct Malformed {
    /// What the offset counts from.
    pub(crate) place: Place,
    /// The offset in bytes.
    pub(crate) at: u64,
    pub(crate) defect: Defect,
}

/// What an offset counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The start of the unpacked file.
    File,
    /// The start of the ADB payload: where values point to.
    Payload,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Place::File => "offset",
            Place::Payload => "payload offset",
        })
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Defect {
    /// The file is none of this format.
    #[error("not an ADB file: it starts with {found:02x?}")]
    NotAdb {
        /// Its first bytes.
        found: Vec<u8>,
    },
    /// It is packed in a way that is not known.
    #[error("packed with the unknown algorithm {algorithm}")]
    UnknownPacking {
        /// The algorithm's number or letter.
        algorithm: u8,
    },
    /// The file ends within a header or a block.
    #[error("the file ends {missing} bytes early")]
    Truncated {
        /// How many bytes are missing, at the least.
        missing: u64,
    },
    /// A block is smaller than its own header, or larger than a file can be.
    #[error("a block of size {size}")]
    BlockSize {
        /// The size it states.
        size: u64,
    },
    /// A block is larger than the reader is willing to hold.
    #[error("a block of {length} bytes, where at most {cap} are read")]
    BlockTooLarge {
        /// The length of its payload.
        length: u64,
        /// The reader's limit.
        cap: u64,
    },
    /// A block of a kind that does not exist.
    #[error("a block of the unknown kind {kind}")]
    UnknownBlock {
        /// The kind's number.
        kind: u32,
    },
    /// A block that may not stand where it does.
    #[error("{found} block out of order")]
    BlockOrder { found: BlockKind },
    /// There is no block at all.
    #[error("no block")]
    NoBlock,
    /// The padding behind a block holds something.
    #[error("the padding behind a block is not zero")]
    Padding,
    /// The payload has no room for its header.
    #[error("a payload of {length} bytes, where at least 16 are needed")]
    ShortPayload { length: u64 },
    /// The payload is of a later, incompatible version.
    #[error("compatibility version {found}, where 0 is known")]
    Version {
        /// The version it states.
        found: u8,
    },
    /// A value of a tag that does not exist.
    #[error("the unknown value {word:#010x}")]
    UnknownValue { word: u32 },
    /// A value is of another type than the schema has there.
    #[error("{found} where {expected} belongs")]
    WrongType {
        /// What the schema has.
        expected: &'static str,
        /// What the value is.
        found: &'static str,
    },
    /// A value points outside of the payload, or reaches out of it.
    #[error("the value at offset {offset} reaches to {end}, past the end at {length}")]
    OutOfBounds {
        /// Where it starts.
        offset: u64,
        /// Where it would end.
        end: u64,
        /// The payload's length.
        length: u64,
    },
    /// A value points to an offset that is no multiple of its size.
    #[error("the value at offset {offset} is not aligned to {alignment}")]
    Misaligned {
        /// Where it points to.
        offset: u64,
        /// What the offset should be a multiple of.
        alignment: u64,
    },
    /// A list whose count does not even count itself.
    #[error("a list with a count of 0")]
    NoSlots,
}
