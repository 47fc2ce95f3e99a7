//! VirtualBox's format, version 1.1 (VirtualBox: src/VBox/Storage/VDICore.h; QEMU: block/vdi.c): header, map, blocks.

use super::Blocks;
use crate::image::gpt::SECTOR;

pub(super) const MAGIC: [u8; 4] = 0xbeda_107f_u32.to_le_bytes();
/// Where the magic is, behind a text for people.
pub(super) const MAGIC_AT: usize = 64;
pub(super) const BLOCK: u64 = 1 << 20;

const TEXT: &[u8] = b"<<< OpenWrt Virtual Disk Image >>>\n";
const VERSION: u32 = 0x0001_0001;
/// The bytes of the header after magic and version.
const HEADER: u32 = 400;
/// The file grows as blocks are written.
const DYNAMIC: u32 = 1;
const MAP_AT: u64 = 512;
/// What stands in the map for a block of zeros.
const NOWHERE: u32 = u32::MAX;

/// Where the blocks begin.
pub(super) fn data_start(size: u64) -> u64 {
    (MAP_AT + 4 * size.div_ceil(BLOCK)).next_multiple_of(4096)
}

/// The header and the map.
pub(super) fn tables(disk: &Blocks<'_>) -> Vec<(u64, Vec<u8>)> {
    let mut bytes = TEXT.to_vec();
    bytes.resize(MAGIC_AT, 0);
    bytes.extend(MAGIC);
    let mut put = |number: u32| bytes.extend(number.to_le_bytes());
    [VERSION, HEADER, DYNAMIC, 0].into_iter().for_each(&mut put);
    // A comment.
    (0..64).for_each(|_| put(0));
    // The numbers of cylinders, heads and sectors are of no use today.
    [MAP_AT as u32, data_start(disk.size) as u32, 0, 0, 0, SECTOR as u32, 0].into_iter().for_each(&mut put);
    [disk.size as u32, (disk.size >> 32) as u32].into_iter().for_each(&mut put);
    [BLOCK as u32, 0, disk.places.len() as u32, disk.written].into_iter().for_each(&mut put);
    let (image, change) = disk.digest.split_at(16);
    bytes.extend(uuid(image));
    bytes.extend(uuid(change));
    // No parent.
    bytes.resize(MAP_AT as usize, 0);
    bytes.extend(disk.places.iter().flat_map(|place| place.unwrap_or(NOWHERE).to_le_bytes()));
    bytes.resize(data_start(disk.size) as usize, 0);
    vec![(0, bytes)]
}

/// A UUID of version 8: made of what the disk holds (RFC 9562). The first three numbers stand the lowest byte first.
fn uuid(digest: &[u8]) -> Vec<u8> {
    let mut uuid = digest.to_vec();
    uuid[7] = uuid[7] & 0x0f | 0x80;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    uuid
}
