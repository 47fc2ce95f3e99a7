//! VMware's format, one sparse file (VMware: Virtual Disk Format 1.1): header, description, tables twice, blocks.

use super::Blocks;
use crate::image::gpt::SECTOR;

pub(super) const MAGIC: [u8; 4] = *b"KDMV";
/// The bytes of a block.
pub(super) const GRAIN: u64 = 64 << 10;

const VERSION: u32 = 1;
/// Ends of lines are to be checked, and there is a second table.
const FLAGS: u32 = 3;
const DESCRIPTION_AT: u64 = 1;
const DESCRIPTION_SECTORS: u64 = 20;
const TABLE_ENTRIES: u64 = 512;
const TABLE_SECTORS: u64 = 4 * TABLE_ENTRIES / SECTOR;
/// What shows that a file was carried over as text.
const LINE_ENDS: [u8; 4] = *b"\n \r\n";

/// Where the tables are, in sectors.
struct Places {
    tables: u64,
    directory_sectors: u64,
    data: u64,
}

impl Places {
    fn of(size: u64) -> Places {
        let tables = size.div_ceil(GRAIN).div_ceil(TABLE_ENTRIES);
        let directory_sectors = (4 * tables).div_ceil(SECTOR);
        let end = DESCRIPTION_AT + DESCRIPTION_SECTORS + 2 * (directory_sectors + tables * TABLE_SECTORS);
        Places { tables, directory_sectors, data: end.next_multiple_of(GRAIN / SECTOR) }
    }

    /// Where the first or the second directory is. Its tables follow it.
    fn directory(&self, number: u64) -> u64 {
        let each = self.directory_sectors + self.tables * TABLE_SECTORS;
        DESCRIPTION_AT + DESCRIPTION_SECTORS + number * each
    }
}

/// Where the blocks begin.
pub(super) fn data_start(size: u64) -> u64 {
    Places::of(size).data * SECTOR
}

/// The header, the description and the tables.
pub(super) fn tables(disk: &Blocks<'_>) -> Vec<(u64, Vec<u8>)> {
    let places = Places::of(disk.size);
    let mut bytes = MAGIC.to_vec();
    bytes.extend([VERSION, FLAGS].into_iter().flat_map(u32::to_le_bytes));
    let numbers = [disk.size / SECTOR, GRAIN / SECTOR, DESCRIPTION_AT, DESCRIPTION_SECTORS];
    bytes.extend(numbers.into_iter().flat_map(u64::to_le_bytes));
    bytes.extend((TABLE_ENTRIES as u32).to_le_bytes());
    let numbers = [places.directory(0), places.directory(1), places.data];
    bytes.extend(numbers.into_iter().flat_map(u64::to_le_bytes));
    // Shut down in good order.
    bytes.push(0);
    bytes.extend(LINE_ENDS);
    bytes.resize(SECTOR as usize, 0);
    bytes.extend(description(disk).bytes());
    for number in 0..2 {
        bytes.resize((places.directory(number) * SECTOR) as usize, 0);
        let tables = places.directory(number) + places.directory_sectors;
        let table = |table: u64| (tables + table * TABLE_SECTORS) as u32;
        bytes.extend((0..places.tables).flat_map(|number| table(number).to_le_bytes()));
        bytes.resize((tables * SECTOR) as usize, 0);
        let grain = |place: u32| places.data + u64::from(place) * (GRAIN / SECTOR);
        let grain = |place: &Option<u32>| place.map_or(0, |place| grain(place) as u32).to_le_bytes();
        bytes.extend(disk.places.iter().flat_map(grain));
    }
    bytes.resize((places.data * SECTOR) as usize, 0);
    vec![(0, bytes)]
}

fn description(disk: &Blocks<'_>) -> String {
    let (heads, track) = (16, 63);
    let sectors = disk.size / SECTOR;
    let cylinders = (sectors / (heads * track)).min(16_383);
    let [a, b, c, ..] = disk.digest;
    // The name stands between quotes.
    let is_plain = !disk.name.contains(|c: char| c == '"' || c.is_control());
    let name = if is_plain { disk.name } else { "disk.vmdk" };
    format!(
        "# Disk DescriptorFile\n\
         version=1\n\
         CID=00{a:02x}{b:02x}{c:02x}\n\
         parentCID=ffffffff\n\
         createType=\"monolithicSparse\"\n\
         \n\
         # Extent description\n\
         RW {sectors} SPARSE \"{name}\"\n\
         \n\
         # The Disk Data Base\n\
         #DDB\n\
         \n\
         ddb.virtualHWVersion = \"4\"\n\
         ddb.geometry.cylinders = \"{cylinders}\"\n\
         ddb.geometry.heads = \"{heads}\"\n\
         ddb.geometry.sectors = \"{track}\"\n\
         ddb.adapterType = \"ide\"\n"
    )
}
