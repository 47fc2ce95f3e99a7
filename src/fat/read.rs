//! Reads an image with bounds: no cluster twice, no byte beyond the image, no loop that the image can make endless.
//!
//! The reader is as strict as the writer is exact: a chain that is shorter or longer than its file, two tables that
//! differ, or a name that [`plan`](super::plan) would refuse are damage, not something to make the best of.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use super::damage::FatDamage;
use super::directory::{DIRECTORY, MAX_SLOTS, SLOT_BYTES};
use super::geometry::{FATS, RESERVED_ENTRIES};
use super::slots::{Listed, Slots};
use super::{FatKind, partition};

/// Folders within folders; owpkg makes far fewer.
const DEEPEST: usize = 128;

/// What of each table is held in memory, in bytes: a multiple of 2, 3 and 4, so that no entry lies across an end.
const WINDOW: usize = 12 << 10;

/// The file system of an image.
pub struct FatReader<R> {
    disk: BufReader<R>,
    position: u64,
    shape: Shape,
    /// A part of each table, with where it starts.
    windows: [(u64, Vec<u8>); FATS as usize],
    /// A bit for each cluster that some chain went through.
    seen: Vec<u64>,
}

/// Where things are, in bytes from the start of the image.
struct Shape {
    kind: FatKind,
    cluster_bytes: u64,
    clusters: u32,
    tables: u64,
    table_bytes: u64,
    root: u64,
    root_slots: usize,
    root_cluster: u32,
    data: u64,
}

/// Told about each file, by its path in the image.
type Visit<'v> = &'v mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>;

impl<R: Read + Seek> FatReader<R> {
    /// Reads the boot sector: the first one of the image, or of the first partition where there is a table.
    ///
    /// # Errors
    /// When the image cannot be read, or is none; a [`FatDamage`] inside the error says why.
    pub fn new(mut image: R) -> io::Result<FatReader<R>> {
        let size = image.seek(SeekFrom::End(0))?;
        let first = sector(&mut image, 0..size)?;
        let shape = match (Shape::read(&first, 0..size), partition::first(&first)) {
            (Err(FatDamage::NotFat(_)), Some(start)) => {
                Shape::read(&sector(&mut image, start..size)?, start..size)?
            }
            (shape, _) => shape?,
        };
        image.seek(SeekFrom::Start(0))?;
        let seen = vec![0; (shape.clusters as usize + RESERVED_ENTRIES as usize).div_ceil(64)];
        let windows = [const { (0, Vec::new()) }; FATS as usize];
        Ok(FatReader { disk: BufReader::with_capacity(64 << 10, image), position: 0, shape, windows, seen })
    }

    /// Tells of every file once, in the order of the image. A file that is damaged makes its own reads fail.
    ///
    /// # Errors
    /// When the image cannot be read, or a folder of it is damaged; and what `visit` answers with.
    pub fn visit(mut self, visit: Visit<'_>) -> io::Result<()> {
        // None stands for the root.
        let mut folders = vec![(None, String::new(), 0)];
        while let Some((first, prefix, depth)) = folders.pop() {
            let slots = match first {
                None => self.root()?,
                Some(first) => self.folder(first)?,
            };
            for listed in Slots::new(&slots) {
                let Listed { name, attributes, first, size } = listed?;
                let path = format!("{prefix}{name}");
                if attributes & DIRECTORY == 0 {
                    visit(&path, &mut Contents::new(&mut self, first, size))?;
                } else if depth < DEEPEST {
                    folders.push((Some(first), path + "/", depth + 1));
                } else {
                    return Err(FatDamage::TooDeep { path }.into());
                }
            }
        }
        Ok(())
    }

    fn root(&mut self) -> io::Result<Vec<u8>> {
        if self.shape.kind == FatKind::Fat32 {
            return self.folder(self.shape.root_cluster);
        }
        let mut slots = vec![0; self.shape.root_slots * SLOT_BYTES];
        self.read_at(self.shape.root, &mut slots)?;
        Ok(slots)
    }

    /// The slots of a folder.
    fn folder(&mut self, first: u32) -> io::Result<Vec<u8>> {
        let mut slots = Vec::new();
        let mut next = Some(first);
        while let Some(cluster) = next {
            let start = self.enter(cluster)?;
            let from = slots.len();
            if from >= MAX_SLOTS * SLOT_BYTES {
                return Err(FatDamage::FolderTooLarge.into());
            }
            slots.resize(from + self.shape.cluster_bytes as usize, 0);
            self.read_at(start, &mut slots[from..])?;
            next = self.follow(cluster)?;
        }
        Ok(slots)
    }

    /// Where a cluster starts; each is entered once.
    fn enter(&mut self, cluster: u32) -> io::Result<u64> {
        let index = cluster.checked_sub(RESERVED_ENTRIES).filter(|index| *index < self.shape.clusters);
        let index = index.ok_or(FatDamage::NoCluster { cluster })?;
        let (word, bit) = (cluster as usize / 64, 1 << (cluster % 64));
        if self.seen[word] & bit != 0 {
            return Err(FatDamage::UsedTwice { cluster }.into());
        }
        self.seen[word] |= bit;
        Ok(self.shape.data + u64::from(index) * self.shape.cluster_bytes)
    }

    /// The cluster after this one; none: it is the last one.
    fn follow(&mut self, cluster: u32) -> io::Result<Option<u32>> {
        let mut entries = [0; FATS as usize];
        for (table, entry) in entries.iter_mut().enumerate() {
            *entry = self.entry(table, cluster)?;
        }
        if entries.iter().any(|entry| *entry != entries[0]) {
            return Err(FatDamage::TablesDiffer { cluster }.into());
        }
        let end = match self.shape.kind {
            FatKind::Fat12 => 0xff8,
            FatKind::Fat16 => 0xfff8,
            FatKind::Fat32 => 0x0fff_fff8,
        };
        Ok((entries[0] < end).then_some(entries[0]))
    }

    /// What a table says of a cluster.
    fn entry(&mut self, table: usize, cluster: u32) -> io::Result<u32> {
        let cluster = u64::from(cluster);
        let at = match self.shape.kind {
            FatKind::Fat12 => cluster + cluster / 2,
            FatKind::Fat16 => cluster * 2,
            FatKind::Fat32 => cluster * 4,
        };
        let start = at - at % WINDOW as u64;
        if self.windows[table].0 != start || self.windows[table].1.is_empty() {
            let length = (self.shape.table_bytes - start).min(WINDOW as u64);
            let mut bytes = vec![0; length as usize];
            self.read_at(self.shape.tables + table as u64 * self.shape.table_bytes + start, &mut bytes)?;
            self.windows[table] = (start, bytes);
        }
        let bytes = &self.windows[table].1[(at - start) as usize..];
        Ok(match self.shape.kind {
            FatKind::Fat12 if cluster % 2 == 0 => u32::from(u16::from_le_bytes([bytes[0], bytes[1]])) & 0xfff,
            FatKind::Fat12 => u32::from(u16::from_le_bytes([bytes[0], bytes[1]])) >> 4,
            FatKind::Fat16 => u16::from_le_bytes([bytes[0], bytes[1]]).into(),
            FatKind::Fat32 => u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) & 0x0fff_ffff,
        })
    }

    fn read_at(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.disk.seek_relative(at as i64 - self.position as i64)?;
        self.disk.read_exact(bytes)?;
        self.position = at + bytes.len() as u64;
        Ok(())
    }
}

/// The first sector of a place in the image.
fn sector(image: &mut (impl Read + Seek), place: Range<u64>) -> io::Result<[u8; 512]> {
    let mut sector = [0; 512];
    if place.end.saturating_sub(place.start) < sector.len() as u64 {
        return Err(FatDamage::NotFat("it is shorter than a sector").into());
    }
    image.seek(SeekFrom::Start(place.start))?;
    image.read_exact(&mut sector)?;
    Ok(sector)
}

impl Shape {
    /// Reads the boot sector of a file system that has this place in the image.
    fn read(boot: &[u8; 512], place: Range<u64>) -> Result<Shape, FatDamage> {
        let size = place.end - place.start;
        let short = |at: usize| u64::from(u16::from_le_bytes([boot[at], boot[at + 1]]));
        let long = |at: usize| u32::from_le_bytes([boot[at], boot[at + 1], boot[at + 2], boot[at + 3]]);
        let either = |at: usize, wide: usize| if short(at) == 0 { long(wide).into() } else { short(at) };
        if boot[510..] != [0x55, 0xaa] {
            return Err(FatDamage::NotFat("its first sector has no signature"));
        }
        let (sector, per_cluster) = (short(11), u64::from(boot[13]));
        let sizes =
            sector.is_power_of_two() && (512..=4096).contains(&sector) && per_cluster.is_power_of_two();
        if !sizes || boot[16] != FATS as u8 {
            return Err(FatDamage::NotFat("its first sector describes no file system"));
        }
        let (reserved, sectors, table) = (short(14), either(19, 32), either(22, 36));
        if sectors.saturating_mul(sector) > size {
            return Err(FatDamage::CutShort { said: sectors.saturating_mul(sector), found: size });
        }
        let root_slots = short(17) as usize;
        let root = reserved + u64::from(FATS) * table;
        let data = root + (root_slots as u64 * SLOT_BYTES as u64).div_ceil(sector);
        let clusters = sectors.checked_sub(data).map_or(0, |left| left / per_cluster);
        let kind = match clusters {
            0..4_085 => FatKind::Fat12,
            4_085..65_525 => FatKind::Fat16,
            _ => FatKind::Fat32,
        };
        let entries = clusters + u64::from(RESERVED_ENTRIES);
        let table_bytes = table * sector;
        let holds = table_bytes.saturating_mul(8) / kind.entry_bits() >= entries;
        // FAT32 has its root in clusters, the others in a place of its own.
        let fits = (kind == FatKind::Fat32) == (root_slots == 0);
        if reserved == 0 || clusters == 0 || clusters > 0x0fff_fff5 || !holds || !fits {
            return Err(FatDamage::NotFat("its first sector describes no file system"));
        }
        Ok(Shape {
            kind,
            cluster_bytes: per_cluster * sector,
            clusters: clusters as u32,
            tables: place.start + reserved * sector,
            table_bytes,
            root: place.start + root * sector,
            root_slots,
            root_cluster: long(44),
            data: place.start + data * sector,
        })
    }
}

/// The bytes of a file.
struct Contents<'a, R> {
    reader: &'a mut FatReader<R>,
    /// The cluster to be entered next; none: the one that is being read is the last.
    next: Option<u32>,
    /// Where in the image the next byte is, and how many the cluster still has.
    at: u64,
    of_cluster: u64,
    left: u64,
}

impl<R: Read + Seek> Contents<'_, R> {
    fn new(reader: &mut FatReader<R>, first: u32, size: u32) -> Contents<'_, R> {
        let next = Some(first).filter(|first| *first != 0);
        Contents { reader, next, at: 0, of_cluster: 0, left: size.into() }
    }
}

impl<R: Read + Seek> Read for Contents<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return match self.next {
                Some(_) => Err(FatDamage::ChainTooLong.into()),
                None => Ok(0),
            };
        }
        if self.of_cluster == 0 {
            let cluster = self.next.ok_or(FatDamage::ChainTooShort { missing: self.left })?;
            self.at = self.reader.enter(cluster)?;
            self.of_cluster = self.reader.shape.cluster_bytes;
            self.next = self.reader.follow(cluster)?;
        }
        let count = (buffer.len() as u64).min(self.of_cluster).min(self.left) as usize;
        self.reader.read_at(self.at, &mut buffer[..count])?;
        self.at += count as u64;
        self.of_cluster -= count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}
