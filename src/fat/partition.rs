//! A partition table before the file system, for those who want one: Windows on large sticks, OpenWrt's automount.
//!
//! It is the one of IBM's PCs, with a single partition that begins where all of today's tools begin one.

use super::FatKind;

/// The sector where the partition begins: at 1 MiB.
pub(super) const START: u32 = 2048;

const ENTRY: usize = 446;
const SIGNATURE: [u8; 2] = [0x55, 0xaa];
/// Cylinder, head and sector, all at their end: what counts are the sectors.
const BEYOND_CYLINDERS: [u8; 3] = [0xfe, 0xff, 0xff];

/// The first sector of an image whose partition has so many sectors; `id` is what tells the disk from others.
pub(super) fn render(kind: FatKind, sectors: u64, id: u32) -> [u8; 512] {
    let mut sector = [0; 512];
    sector[440..444].copy_from_slice(&id.to_le_bytes());
    let entry = &mut sector[ENTRY..ENTRY + 16];
    entry[1..4].copy_from_slice(&BEYOND_CYLINDERS);
    entry[4] = match kind {
        FatKind::Fat12 => 0x01,
        FatKind::Fat16 => 0x0e,
        FatKind::Fat32 => 0x0c,
    };
    entry[5..8].copy_from_slice(&BEYOND_CYLINDERS);
    entry[8..12].copy_from_slice(&START.to_le_bytes());
    entry[12..].copy_from_slice(&u32::try_from(sectors).unwrap_or(u32::MAX).to_le_bytes());
    sector[510..].copy_from_slice(&SIGNATURE);
    sector
}

/// Where the first partition begins, in bytes, if a table says that it holds a FAT; whoever wrote it.
pub(super) fn first(sector: &[u8; 512]) -> Option<u64> {
    let entry = &sector[ENTRY..ENTRY + 16];
    let is_fat = matches!(entry[4], 0x01 | 0x04 | 0x06 | 0x0b | 0x0c | 0x0e);
    let start = u32::from_le_bytes([entry[8], entry[9], entry[10], entry[11]]);
    (sector[510..] == SIGNATURE && is_fat && start != 0).then_some(u64::from(start) * 512)
}
