//! How an image is made up: its partitions, and what they hold.

use std::io::{self, Read, Seek, SeekFrom};

use super::bytes::{le, read};
use super::change::Change;
use super::gpt::{Gpt, SECTOR};

/// How an image is made up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(hidden)]
pub struct Layout {
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its partitions by their numbers, or all of it as partition 0 where it is one file system.
    pub(crate) partitions: Vec<Partition>,
    gpt: Option<Gpt>,
}

/// A part of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partition {
    /// Its number in the table.
    pub(crate) number: u32,
    /// Where it starts, in bytes.
    pub(crate) start: u64,
    /// Its length in bytes, which may go beyond the end of the image.
    pub(crate) length: u64,
    /// What is in it.
    pub(crate) holds: Holds,
}

/// What a partition holds, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Fat,
    /// An ext4, or another of its family.
    Ext4 {
        /// Free space in bytes.
        free: u64,
        /// How often it was mounted.
        mounts: u64,
    },
    Squashfs {
        /// How many bytes it takes.
        used: u64,
    },
    /// Something else.
    Other,
}

/// Why an image cannot be read as a disk.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// It cannot be read.
    #[error("the image cannot be read")]
    Read(#[from] io::Error),
    /// A number in it is wrong.
    #[error("the image is damaged: {what}")]
    Damaged {
        /// Which.
        what: &'static str,
    },
    /// There is no partition table, and no file system that fills it.
    #[error("the image is no disk: it has no partition table")]
    NoTable,
}

impl Layout {
    /// Reads how an image is made up.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or is no disk.
    pub fn read(image: &mut (impl Read + Seek)) -> Result<Layout, LayoutError> {
        let size = image.seek(SeekFrom::End(0))?;
        if size < 3 * SECTOR {
            return Err(LayoutError::NoTable);
        }
        let gpt = Gpt::read(image)?;
        let places = match (&gpt, holds(image, 0, size)?) {
            (Some(gpt), _) => gpt.partitions(),
            (None, Holds::Other) => master_boot_record(image)?,
            (None, _) => vec![(0, 0, size)],
        };
        let mut partitions = Vec::new();
        for (number, start, length) in places {
            if start.checked_add(length).is_none() {
                return Err(LayoutError::Damaged { what: "a partition without end" });
            }
            let holds = holds(image, start, length)?;
            partitions.push(Partition { number, start, length, holds });
        }
        match partitions.is_empty() {
            true => Err(LayoutError::NoTable),
            false => Ok(Layout { size, partitions, gpt }),
        }
    }

    /// The partition with this number.
    pub(crate) fn partition(&self, number: u32) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.number == number)
    }

    /// The root of OpenWrt: the only file system there is, or the one behind the boot partition.
    pub(crate) fn root(&self) -> Option<&Partition> {
        let is_root = |holds| matches!(holds, Holds::Ext4 { .. } | Holds::Squashfs { .. });
        self.partitions.iter().find(|partition| partition.number != 1 && is_root(partition.holds))
    }

    /// The part of the image that a byte belongs to.
    pub(super) fn part_at(&self, at: u64) -> String {
        let is_in = |part: &&Partition| (part.start..part.start + part.length).contains(&at);
        match self.partitions.iter().find(is_in) {
            Some(part) => format!("partition {}", part.number),
            None => "outside of the partitions".to_owned(),
        }
    }

    /// What becomes other when the image grows to `size` bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn grow(&self, image: &mut (impl Read + Seek), size: u64) -> io::Result<Vec<Change>> {
        match &self.gpt {
            Some(gpt) if size > self.size => gpt.grow(image, size),
            _ => Ok(Vec::new()),
        }
    }
}

/// Whether a place holds a file system that OpenWrt puts over a squashfs: ext4, or f2fs (Linux: include/linux/f2fs_fs.h).
pub(super) fn has_overlay(image: &mut (impl Read + Seek), at: u64) -> io::Result<bool> {
    let f2fs = match read(image, at + 1024, 4) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        magic => le(&magic?) == 0xf2f5_2010,
    };
    Ok(f2fs || matches!(holds(image, at, u64::MAX)?, Holds::Ext4 { .. }))
}

/// Number, start and length in bytes of each of the four partitions of the older table that is there.
fn master_boot_record(image: &mut (impl Read + Seek)) -> Result<Vec<(u32, u64, u64)>, LayoutError> {
    let sector = read(image, 0, SECTOR as usize)?;
    if sector[510..] != [0x55, 0xaa] {
        return Err(LayoutError::NoTable);
    }
    let entries = sector[446..510].chunks_exact(16).zip(1..);
    let used = entries.filter(|(entry, _)| entry[4] != 0);
    Ok(used
        .map(|(entry, number)| (number, le(&entry[8..12]) * SECTOR, le(&entry[12..16]) * SECTOR))
        .collect())
}

/// Tells a file system by its first bytes.
fn holds(image: &mut (impl Read + Seek), start: u64, length: u64) -> io::Result<Holds> {
    let mut head = Vec::new();
    image.seek(SeekFrom::Start(start))?;
    image.take(length.min(2048)).read_to_end(&mut head)?;
    head.resize(2048, 0);
    // Linux: fs/squashfs/squashfs_fs.h, fs/ext4/ext4.h.
    if head[..4] == *b"hsqs" {
        let used = le(&head[40..48]);
        return Ok(if used <= length { Holds::Squashfs { used } } else { Holds::Other });
    }
    let ext4 = &head[1024..];
    if ext4[56..58] == [0x53, 0xef] {
        let block = 1024 << le(&ext4[24..28]).min(6);
        let is_wide = le(&ext4[96..100]) & 0x80 != 0;
        let high = if is_wide { le(&ext4[344..348]) } else { 0 };
        let free = (high << 32 | le(&ext4[12..16])).saturating_mul(block);
        return Ok(Holds::Ext4 { free, mounts: le(&ext4[52..54]) });
    }
    let says_fat = head[54..57] == *b"FAT" || head[82..85] == *b"FAT";
    Ok(if says_fat && head[510..512] == [0x55, 0xaa] { Holds::Fat } else { Holds::Other })
}
