//! QEMU's format, version 3 (QEMU: docs/interop/qcow2.rst). The header comes first, then the blocks, the tables last, as
//! only then it is known how many there are.

use super::Blocks;

pub(super) const MAGIC: [u8; 4] = *b"QFI\xfb";
/// The bytes of a cluster, of which a block is one.
pub(super) const CLUSTER: u64 = 1 << CLUSTER_BITS;

const CLUSTER_BITS: u32 = 16;
const VERSION: u32 = 3;
const HEADER: u32 = 104;
/// Each count of references has 2 to this power bits.
const REFCOUNT_ORDER: u32 = 4;
/// How many entries a cluster of a table holds, and how many counts one of references.
const ENTRIES: u64 = CLUSTER / 8;
const COUNTS: u64 = CLUSTER / 2;
/// Nothing else refers to the cluster, so it may be written to.
const OWN: u64 = 1 << 63;

/// The header and the tables, each with its place.
pub(super) fn tables(disk: &Blocks<'_>) -> Vec<(u64, Vec<u8>)> {
    let first = 1 + u64::from(disk.written);
    // The second tables, each after the other: those with a block in them.
    let (mut first_table, mut second_tables) = (Vec::new(), Vec::new());
    for places in disk.places.chunks(ENTRIES as usize) {
        let is_used = places.iter().any(Option::is_some);
        let at = first + second_tables.len() as u64 / CLUSTER;
        entry(&mut first_table, is_used.then_some(at));
        if is_used {
            places
                .iter()
                .for_each(|place| entry(&mut second_tables, place.map(|place| 1 + u64::from(place))));
            fill(&mut second_tables);
        }
    }
    let first_entries = first_table.len() as u32 / 8;
    fill(&mut first_table);
    let first_table_at = first + second_tables.len() as u64 / CLUSTER;
    let counts_at = first_table_at + first_table.len() as u64 / CLUSTER;

    // The counts of references count their own clusters too.
    let (mut count_clusters, mut count_tables) = (1, 1);
    while counts_at + count_tables + count_clusters > count_clusters * COUNTS {
        count_clusters += 1;
        count_tables = count_clusters.div_ceil(ENTRIES);
    }
    let mut count_table = Vec::new();
    (0..count_clusters)
        .for_each(|number| put(&mut count_table, (counts_at + count_tables + number) * CLUSTER));
    fill(&mut count_table);
    let used = counts_at + count_tables + count_clusters;
    let mut counts: Vec<u8> = (0..used).flat_map(|_| 1_u16.to_be_bytes()).collect();
    fill(&mut counts);

    let mut header = MAGIC.to_vec();
    header.extend(VERSION.to_be_bytes());
    // No file behind it.
    header.extend([0; 12]);
    header.extend(CLUSTER_BITS.to_be_bytes());
    put(&mut header, disk.size);
    // Not encrypted.
    header.extend([0; 4]);
    header.extend(first_entries.to_be_bytes());
    put(&mut header, first_table_at * CLUSTER);
    put(&mut header, counts_at * CLUSTER);
    header.extend((count_tables as u32).to_be_bytes());
    // No snapshots, no features.
    header.extend([0; 12 + 24]);
    header.extend(REFCOUNT_ORDER.to_be_bytes());
    header.extend(HEADER.to_be_bytes());
    fill(&mut header);

    let tables = [second_tables, first_table, count_table, counts].concat();
    vec![(0, header), (first * CLUSTER, tables)]
}

fn put(table: &mut Vec<u8>, number: u64) {
    table.extend(number.to_be_bytes());
}

/// An entry that names a cluster, or none.
fn entry(table: &mut Vec<u8>, cluster: Option<u64>) {
    put(table, cluster.map_or(0, |cluster| (cluster * CLUSTER) | OWN));
}

/// Fills the last cluster up.
fn fill(table: &mut Vec<u8>) {
    table.resize(table.len().next_multiple_of(CLUSTER as usize), 0);
}
