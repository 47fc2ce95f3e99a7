//! The file allocation table: for every cluster, the one that follows it.

use std::io;

use super::boot::MEDIA;
use super::geometry::SECTOR_BYTES;
use super::layout::Extent;
use super::sink::Sink;
use super::{FatKind, Plan};

/// The end of a chain, in as many bits as the kind has. In the second entry it also says: not dirty, no errors.
const END: u32 = 0x0fff_ffff;

/// Writes one copy of the table.
pub(super) fn write(plan: &Plan, sink: &mut Sink) -> io::Result<()> {
    let head = [END & !0xff | u32::from(MEDIA), END];
    let extents = plan.directories.iter().chain(plan.files.iter().map(|file| &file.extent));
    let entries = head.into_iter().chain(extents.copied().flat_map(chain));
    let written = match plan.geometry.shape.kind {
        FatKind::Fat12 => write_12(entries, sink)?,
        FatKind::Fat16 => write_whole(entries, |entry| (entry as u16).to_le_bytes(), sink)?,
        FatKind::Fat32 => write_whole(entries, u32::to_le_bytes, sink)?,
    };
    sink.zeros(u64::from(plan.geometry.fat_sectors) * u64::from(SECTOR_BYTES) - written)
}

/// The entries of clusters one after the other.
fn chain(extent: Extent) -> impl Iterator<Item = u32> {
    let last = extent.first + extent.clusters.saturating_sub(1);
    (extent.first..extent.first + extent.clusters).map(move |at| if at == last { END } else { at + 1 })
}

fn write_whole<const N: usize>(
    entries: impl Iterator<Item = u32>,
    encode: impl Fn(u32) -> [u8; N],
    sink: &mut Sink,
) -> io::Result<u64> {
    let mut written = 0;
    for entry in entries {
        sink.put(&encode(entry))?;
        written += N as u64;
    }
    Ok(written)
}

/// Two entries of 12 bits in three bytes, or the last one of an odd number in two: the table may end there.
fn write_12(mut entries: impl Iterator<Item = u32>, sink: &mut Sink) -> io::Result<u64> {
    let mut written = 0;
    while let Some(low) = entries.next() {
        let high = entries.next();
        let [a, b, c, _] = (low & 0xfff | (high.unwrap_or(0) & 0xfff) << 12).to_le_bytes();
        let bytes: &[u8] = if high.is_some() { &[a, b, c] } else { &[a, b] };
        sink.put(bytes)?;
        written += bytes.len() as u64;
    }
    Ok(written)
}
