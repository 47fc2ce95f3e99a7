//! Reading numbers out of an image.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes from a place on; an error where there are fewer.
pub(super) fn read(image: &mut (impl Read + Seek), at: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    image.seek(SeekFrom::Start(at))?;
    image.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A number of up to eight bytes, the lowest first.
pub(super) fn le(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
