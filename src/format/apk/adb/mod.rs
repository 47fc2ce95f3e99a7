//! ADB, the binary format of apk-tools 3: read without copying, written without surprises.
//!
//! The format has three layers, each with its own module, and none of them knows what a package is:
//!
//! | layer | reading | writing |
//! |---|---|---|
//! | wrapper: stored, deflate or zstd | [`unpack`] | [`pack`] |
//! | blocks: a schema, one ADB payload, signatures, data | [`Blocks`] | [`BlockWriter`] |
//! | values: integers, blobs and lists, told by offsets in the payload | [`Adb`], [`Value`], [`List`] | [`Writer`] |
//!
//! Input is hostile until somebody checks its signature, so every offset, count and size is checked before it is
//! used, nothing is allocated or inflated beyond a limit that the caller sets, and no call recurses: a list that
//! holds itself is a value like any other, and how deep to follow it is the caller's choice.
//!
//! Everything is little-endian. Facts that the code leans on, found by reading and running apk-tools 3.0.6:
//!
//! * a block starts with `u32 kind << 30 | size`, where the size counts these four bytes but not the padding to a
//!   multiple of eight behind the payload; kind 3 says that the real kind and a 64-bit size follow;
//! * a payload starts with a compatibility version (0), a version, two reserved bytes and the root value;
//! * a value is four bits of tag and 28 bits that are the value itself or its offset in the payload;
//! * objects and arrays are the same thing, a count that counts itself and that many values less one, and both
//!   tags occur for both: the reader takes either, the writer writes what apk writes;
//! * what is absent is NULL: empty blobs, empty lists and the slots behind an object's last one.

mod blocks;
mod error;
mod value;
mod wrapper;
mod write_blocks;
mod writer;

pub use blocks::{Block, BlockKind, Blocks};
pub(crate) use error::{Defect, Place};
pub use error::{Error, Malformed};
pub use value::{Adb, Content, Items, List, Value};
pub use wrapper::{Unpacked, pack, unpack};
pub use write_blocks::BlockWriter;
pub use writer::{PayloadTooLarge, Word, Writer};
