//! One more file in the root folder of a FAT that is there already, changed in place.
//!
//! Only the tables, the slots of the file's name and the clusters that were free change. What there is was made by
//! others (`mkfs.fat`, mtools), so every number of it is checked before it leads anywhere.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::damage::FatDamage;
use super::directory::{self, SLOT_BYTES};
use super::geometry::RESERVED_ENTRIES;
use super::short_names::{self, ShortName};
use super::slots::{DELETED, Listed, Slots};
use super::{FatKind, Timestamp, names};

/// More than any table of a boot partition has, in bytes.
const LARGEST_TABLE: u64 = 8 << 20;
/// More than any root folder of one has, in bytes.
const LARGEST_ROOT: u64 = 2 << 20;

/// A FAT in an image.
#[derive(Debug)]
pub struct Volume {
    kind: FatKind,
    /// Where it starts in the image, in bytes.
    at: u64,
    cluster: u64,
    tables: Vec<u64>,
    table: Vec<u8>,
    /// Where the clusters start, from its own start, in bytes.
    data: u64,
    clusters: u32,
    root: Root,
    /// The sector with the number of free clusters, which FAT32 has.
    info: Option<u64>,
}

/// The root folder: its bytes, and where they lie in the image.
#[derive(Debug)]
struct Root {
    bytes: Vec<u8>,
    runs: Vec<Run>,
    /// Its clusters, where it is made of such.
    chain: Vec<u32>,
}

/// Bytes of a file that lie one behind the other in the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where, in bytes from the start of the image.
    pub at: u64,
    /// Which bytes of the file.
    pub bytes: Range<u64>,
}

/// A file that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its size in bytes.
    pub size: u64,
    /// Its bytes, from the first to the last.
    pub runs: Vec<Run>,
}

/// What changes when a file is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// New bookkeeping: where it goes in the image, and its bytes.
    pub made: Vec<(u64, Vec<u8>)>,
    /// Where the file's own bytes go.
    pub file: Vec<Run>,
}

/// Why a FAT cannot be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InPlaceError {
    /// It cannot be read.
    #[error("the FAT cannot be read")]
    Read(#[from] io::Error),
    /// A name of its root folder is none.
    #[error("it is no sound FAT: {0}")]
    Names(FatDamage),
    /// It is none, or a damaged one.
    #[error("it is no sound FAT: {0}")]
    Damaged(&'static str),
    /// The name is taken.
    #[error("there is a file {name} on the FAT already")]
    Taken { name: String },
    /// There is too little room.
    #[error("the FAT has {free} bytes free, and {needed} are needed")]
    Full {
        /// What is needed, in bytes of whole clusters.
        needed: u64,
        /// What is free, in bytes.
        free: u64,
    },
}

use InPlaceError::Damaged;

impl Volume {
    /// Reads the bookkeeping of the FAT that lies in these bytes of an image.
    ///
    /// # Errors
    /// When it cannot be read, or is no sound FAT.
    pub fn open(image: &mut (impl Read + Seek), within: Range<u64>) -> Result<Volume, InPlaceError> {
        let boot = read(image, within.start, 512)?;
        let (byte, short) = (|at: usize| u64::from(boot[at]), |at: usize| le(&boot[at..at + 2]));
        let long = |at: usize| le(&boot[at..at + 4]);
        let or = |short: u64, long: u64| if short == 0 { long } else { short };
        let (sector, cluster_sectors, reserved, tables) = (short(11), byte(13), short(14), byte(16));
        let (root_slots, sectors) = (short(17), or(short(19), long(32)));
        let table_sectors = or(short(22), long(36));
        if boot[510..] != [0x55, 0xaa] || ![512, 1024, 2048, 4096].contains(&sector) {
            return Err(Damaged("no boot sector"));
        }
        if !cluster_sectors.is_power_of_two() || reserved == 0 || !(1..=2).contains(&tables) {
            return Err(Damaged("the boot sector's numbers"));
        }
        let root_bytes = (root_slots * SLOT_BYTES as u64).next_multiple_of(sector);
        let data = (reserved + tables * table_sectors) * sector + root_bytes;
        let (size, table_bytes) = (sectors * sector, table_sectors * sector);
        if size > within.end - within.start || data >= size || table_bytes > LARGEST_TABLE {
            return Err(Damaged("it is larger than its partition"));
        }
        let cluster = cluster_sectors * sector;
        let clusters = u32::try_from((size - data) / cluster).map_err(|_| Damaged("its size"))?;
        // The number of clusters alone tells the kind.
        let kind = match clusters {
            0..4_085 => FatKind::Fat12,
            4_085..65_525 => FatKind::Fat16,
            _ => FatKind::Fat32,
        };
        let starts = |index| within.start + (reserved + index * table_sectors) * sector;
        let table = read(image, starts(0), table_bytes)?;
        let mut volume = Volume {
            kind,
            at: within.start,
            cluster,
            tables: (0..tables).map(starts).collect(),
            table,
            data,
            clusters,
            root: Root { bytes: Vec::new(), runs: Vec::new(), chain: Vec::new() },
            info: None,
        };
        if volume.entry_end(clusters + RESERVED_ENTRIES - 1) > volume.table.len() {
            return Err(Damaged("its table is too short"));
        }
        if kind == FatKind::Fat32 {
            volume.info = (1..reserved).contains(&short(48)).then(|| within.start + short(48) * sector);
            volume.root.chain = volume.chain(long(44) as u32)?;
            volume.root.runs = volume.runs(&volume.root.chain, volume.root.chain.len() as u64 * cluster);
        } else {
            let at = within.start + data - root_bytes;
            volume.root.runs = vec![Run { at, bytes: 0..root_bytes }];
        }
        let root_bytes = volume.root.runs.last().map_or(0, |run| run.bytes.end);
        if root_bytes == 0 || root_bytes > LARGEST_ROOT {
            return Err(Damaged("its root folder"));
        }
        for run in volume.root.runs.clone() {
            volume.root.bytes.extend(read(image, run.at, run.bytes.end - run.bytes.start)?);
        }
        Ok(volume)
    }

    /// Bytes of free clusters.
    pub fn free(&self) -> u64 {
        self.free_clusters().count() as u64 * self.cluster
    }

    /// The file of this name in the root folder.
    ///
    /// # Errors
    /// When its clusters lead nowhere.
    pub fn find(&self, name: &str) -> Result<Option<Place>, InPlaceError> {
        for listed in Slots::new(&self.root.bytes) {
            let Listed { name: other, first, size, .. } = listed.map_err(InPlaceError::Names)?;
            if names::fold(&other) != names::fold(name) {
                continue;
            }
            let size = u64::from(size);
            // Other kinds than FAT32 have something else where the upper half of the number is there.
            let first = if self.kind == FatKind::Fat32 { first } else { first & 0xffff };
            let chain = if size == 0 { Vec::new() } else { self.chain(first)? };
            if (chain.len() as u64) * self.cluster < size {
                return Err(Damaged("a file ends before its end"));
            }
            return Ok(Some(Place { size, runs: self.runs(&chain, size) }));
        }
        Ok(None)
    }

    /// Whether a file of this name was in the root folder, and is gone.
    pub(crate) fn had(&self, name: &str) -> bool {
        let Some(short) = short_names::beside(HashSet::new(), name) else { return false };
        self.root.slots().any(|slot| slot[0] == DELETED && slot[1..11] == short[1..])
    }

    /// Plans a further file of `size` bytes in the root folder, in the lowest clusters that are free.
    ///
    /// # Errors
    /// When the name is taken, or there is too little room.
    pub fn add(&self, name: &str, size: u64, time: Timestamp) -> Result<Addition, InPlaceError> {
        if self.find(name)?.is_some() {
            return Err(InPlaceError::Taken { name: name.to_owned() });
        }
        let slots = directory::slots_of(name);
        let first_slot = self.root.free_slots(slots);
        let beyond = ((first_slot + slots) * SLOT_BYTES).saturating_sub(self.root.bytes.len()) as u64;
        let more_root = beyond.div_ceil(self.cluster);
        let wanted = size.div_ceil(self.cluster);
        let full = InPlaceError::Full { needed: (wanted + more_root) * self.cluster, free: self.free() };
        if more_root > 0 && self.root.chain.is_empty() {
            return Err(full);
        }
        let length = u32::try_from(size).ok();
        let (Some(length), Ok(count)) = (length, usize::try_from(wanted + more_root)) else {
            return Err(full);
        };
        let taken: Vec<u32> = self.free_clusters().take(count).collect();
        if taken.len() < count {
            return Err(full);
        }
        let (own, more_root) = taken.split_at(wanted as usize);

        let mut table = self.table.clone();
        self.link(&mut table, own);
        let mut chain = self.root.chain.clone();
        chain.extend(more_root);
        if !more_root.is_empty() {
            self.link(&mut table, &chain);
        }
        let mut made: Vec<(u64, Vec<u8>)> = self.tables.iter().map(|at| (*at, table.clone())).collect();

        let short = self.root.short_name(name).ok_or(Damaged("its names"))?;
        let first = own.first().copied().unwrap_or(0);
        let named = directory::file_slots(name, &short, first, length, time);
        let mut root = self.root.bytes.clone();
        root.resize(root.len() + more_root.len() * self.cluster as usize, 0);
        let end = first_slot * SLOT_BYTES + named.len();
        root[first_slot * SLOT_BYTES..end].copy_from_slice(&named);
        // What the end of the folder kept from sight stays so.
        if end > self.root.end() * SLOT_BYTES && end < root.len() {
            root[end] = 0;
        }
        let runs = match chain.is_empty() {
            true => self.root.runs.clone(),
            false => self.runs(&chain, root.len() as u64),
        };
        let part = |run: &Run| (run.at, root[run.bytes.start as usize..run.bytes.end as usize].to_vec());
        made.extend(runs.iter().map(part));
        made.extend(self.info.map(|at| (at + 488, self.info_after(taken.len() as u32))));
        Ok(Addition { made, file: self.runs(own, size) })
    }

    /// The clusters in use by something, in their order.
    fn chain(&self, first: u32) -> Result<Vec<u32>, InPlaceError> {
        let mut chain = Vec::new();
        let mut at = first;
        while chain.len() <= self.clusters as usize {
            if !self.is_cluster(at) {
                return Err(Damaged("a chain of clusters leads nowhere"));
            }
            chain.push(at);
            at = self.entry(at);
            if at >= self.end_marks() {
                return Ok(chain);
            }
        }
        Err(Damaged("a chain of clusters runs in a circle"))
    }

    fn is_cluster(&self, cluster: u32) -> bool {
        (RESERVED_ENTRIES..self.clusters + RESERVED_ENTRIES).contains(&cluster)
    }

    fn free_clusters(&self) -> impl Iterator<Item = u32> {
        (RESERVED_ENTRIES..self.clusters + RESERVED_ENTRIES).filter(|cluster| self.entry(*cluster) == 0)
    }

    /// Where the first bytes of something lie, in as few runs as there are.
    fn runs(&self, chain: &[u32], size: u64) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (index, cluster) in chain.iter().enumerate() {
            let at = self.at + self.data + u64::from(cluster - RESERVED_ENTRIES) * self.cluster;
            let start = index as u64 * self.cluster;
            let end = (start + self.cluster).min(size);
            match runs.last_mut() {
                Some(run) if run.at + (run.bytes.end - run.bytes.start) == at => run.bytes.end = end,
                _ => runs.push(Run { at, bytes: start..end }),
            }
        }
        runs
    }

    fn end_marks(&self) -> u32 {
        match self.kind {
            FatKind::Fat12 => 0xff8,
            FatKind::Fat16 => 0xfff8,
            FatKind::Fat32 => 0x0fff_fff8,
        }
    }

    /// Where the entry of a cluster starts in the table, and how many bytes hold it.
    fn entry_place(&self, cluster: u32) -> (usize, usize) {
        let cluster = cluster as usize;
        match self.kind {
            FatKind::Fat12 => (cluster + cluster / 2, 2),
            FatKind::Fat16 => (cluster * 2, 2),
            FatKind::Fat32 => (cluster * 4, 4),
        }
    }

    fn entry_end(&self, cluster: u32) -> usize {
        let (start, length) = self.entry_place(cluster);
        start + length
    }

    fn entry(&self, cluster: u32) -> u32 {
        let (start, length) = self.entry_place(cluster);
        let value = le(&self.table[start..start + length]) as u32;
        match self.kind {
            FatKind::Fat12 if cluster.is_multiple_of(2) => value & 0xfff,
            FatKind::Fat12 => value >> 4,
            FatKind::Fat16 => value,
            FatKind::Fat32 => value & 0x0fff_ffff,
        }
    }

    /// Makes clusters a chain.
    fn link(&self, table: &mut [u8], chain: &[u32]) {
        for (index, &cluster) in chain.iter().enumerate() {
            let next = chain.get(index + 1).copied().unwrap_or(self.end_marks() | 7);
            let (start, length) = self.entry_place(cluster);
            let there = &mut table[start..start + length];
            let old = le(there) as u32;
            let new = match self.kind {
                FatKind::Fat12 if cluster.is_multiple_of(2) => old & 0xf000 | next,
                FatKind::Fat12 => old & 0xf | next << 4,
                FatKind::Fat16 => next,
                FatKind::Fat32 => old & 0xf000_0000 | next,
            };
            there.copy_from_slice(&new.to_le_bytes()[..length]);
        }
    }

    /// FAT32's hints after so many clusters were taken: how many are free, and where to look for them.
    fn info_after(&self, taken: u32) -> Vec<u8> {
        let free = self.free_clusters().count() as u32 - taken;
        let next = self.free_clusters().nth(taken as usize).unwrap_or(u32::MAX);
        [free.to_le_bytes(), next.to_le_bytes()].concat()
    }
}

impl Root {
    fn slots(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(SLOT_BYTES)
    }

    /// The slot behind the last one in use.
    fn end(&self) -> usize {
        self.slots().position(|slot| slot[0] == 0).unwrap_or(self.slots().count())
    }

    /// The first of so many free slots in a row, some of which may lie beyond the folder.
    fn free_slots(&self, count: usize) -> usize {
        let mut start = 0;
        for (index, slot) in self.slots().take(self.end()).enumerate() {
            if slot[0] != DELETED {
                start = index + 1;
            } else if index + 1 - start == count {
                break;
            }
        }
        start
    }

    fn short_name(&self, name: &str) -> Option<ShortName> {
        let taken: HashSet<ShortName> = self.slots().take_while(|slot| slot[0] != 0).map(short_of).collect();
        short_names::beside(taken, name)
    }
}

fn short_of(slot: &[u8]) -> ShortName {
    let mut short = ShortName::default();
    short.copy_from_slice(&slot[..11]);
    short
}

fn read(image: &mut (impl Read + Seek), at: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    image.seek(SeekFrom::Start(at))?;
    image.take(length).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// A number of up to eight bytes, the lowest first.
fn le(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
