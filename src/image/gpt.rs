//! The GUID partition table: read, and moved to the new end of an image that grew.
//!
//! The layout is that of the UEFI specification 2.10, chapter 5. OpenWrt's images (firmware-utils' ptgen) have the
//! table at their start alone: its copy at the end is named, and not there.

use std::io::{self, Read, Seek};
use std::ops::Range;

use flate2::Crc;

use super::LayoutError;
use super::bytes::{le, read};
use super::change::{Bytes, Change};

pub(super) const SECTOR: u64 = 512;
const MAGIC: &[u8; 8] = b"EFI PART";
const HEADER: usize = 92;
/// More than the entries of any table have, in bytes.
const MOST_ENTRIES: u64 = 1 << 20;

/// The table at the start of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gpt {
    /// The sector of its header, the second one of the image.
    header: Vec<u8>,
    /// Its entries, to the end of their last sector.
    entries: Vec<u8>,
}

impl Gpt {
    /// Reads the table; none where there is none.
    pub(super) fn read(image: &mut (impl Read + Seek)) -> Result<Option<Gpt>, LayoutError> {
        let header = read(image, SECTOR, SECTOR as usize)?;
        if header[..8] != *MAGIC {
            return Ok(None);
        }
        let damaged = |what| LayoutError::Damaged { what };
        if le(&header[12..16]) != HEADER as u64 || le(&header[16..20]) != u64::from(own_crc(&header)) {
            return Err(damaged("the checksum of the GPT's header"));
        }
        let gpt = Gpt { header, entries: Vec::new() };
        let size = gpt.entry_size().saturating_mul(gpt.number(80..84));
        if gpt.entry_size() < 128 || size > MOST_ENTRIES {
            return Err(damaged("the GPT's entries"));
        }
        let sectors = size.next_multiple_of(SECTOR) as usize;
        let entries = read(image, gpt.number(72..80).saturating_mul(SECTOR), sectors)?;
        if u64::from(crc(&entries[..size as usize])) != gpt.number(88..92) {
            return Err(damaged("the checksum of the GPT's entries"));
        }
        Ok(Some(Gpt { entries, ..gpt }))
    }

    /// Number, start and length in bytes of each partition.
    pub(super) fn partitions(&self) -> Vec<(u32, u64, u64)> {
        let entries = self.entries.chunks_exact(self.entry_size() as usize).zip(1..);
        let used = entries.filter(|(entry, _)| entry[..16] != [0; 16]);
        used.filter_map(|(entry, number)| {
            let (first, last) = (le(&entry[32..40]), le(&entry[40..48]));
            let length = last.checked_sub(first)?.checked_add(1)?.checked_mul(SECTOR)?;
            Some((number, first.checked_mul(SECTOR)?, length))
        })
        .collect()
    }

    /// What becomes other when the image grows to `size` bytes: the copy of the table goes to the new end, and what
    /// says where it is and how far the disk reaches follows. The disk's GUID and its partitions stay.
    pub(super) fn grow(&self, image: &mut (impl Read + Seek), size: u64) -> io::Result<Vec<Change>> {
        let last = size / SECTOR - 1;
        let entries_at = last.saturating_sub(self.entries.len() as u64 / SECTOR);
        let partitions = self.partitions();
        if partitions.iter().any(|(_, start, length)| start.saturating_add(*length) > entries_at * SECTOR) {
            // There is no room for a copy: the table stays as it is.
            return Ok(Vec::new());
        }
        let mut header = self.header.clone();
        header[32..40].copy_from_slice(&last.to_le_bytes());
        header[48..56].copy_from_slice(&(entries_at - 1).to_le_bytes());
        let mut copy = header.clone();
        copy[24..32].copy_from_slice(&last.to_le_bytes());
        copy[32..40].copy_from_slice(&1_u64.to_le_bytes());
        copy[72..80].copy_from_slice(&entries_at.to_le_bytes());
        for header in [&mut header, &mut copy] {
            let crc = own_crc(header);
            header[16..20].copy_from_slice(&crc.to_le_bytes());
        }
        let mut protective = read(image, 446, 16)?;
        let reach = u32::try_from(last).unwrap_or(u32::MAX);
        protective[12..16].copy_from_slice(&reach.to_le_bytes());
        let made = |at, bytes| Change { at, bytes: Bytes::Made(bytes) };
        let mut changes = vec![made(446, protective), made(SECTOR, header)];
        changes.extend(
            self.old_copy(image)?.map(|old| made(old.start, vec![0; (old.end - old.start) as usize])),
        );
        changes.push(made(entries_at * SECTOR, [self.entries.clone(), copy].concat()));
        Ok(changes)
    }

    /// Where the copy of the table lies, where there is one.
    fn old_copy(&self, image: &mut (impl Read + Seek)) -> io::Result<Option<Range<u64>>> {
        let header_at = self.number(32..40).saturating_mul(SECTOR);
        let there = match read(image, header_at, SECTOR as usize) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        };
        let entries_at = le(&there[72..80]).saturating_mul(SECTOR);
        let whole =
            there[..8] == *MAGIC && entries_at.checked_add(self.entries.len() as u64) == Some(header_at);
        Ok(whole.then_some(entries_at..header_at + SECTOR))
    }

    fn entry_size(&self) -> u64 {
        self.number(84..88)
    }

    fn number(&self, at: Range<usize>) -> u64 {
        le(&self.header[at])
    }
}

/// The checksum of a header, taken as if it had none.
fn own_crc(header: &[u8]) -> u32 {
    let mut header = header[..HEADER].to_vec();
    header[16..20].fill(0);
    crc(&header)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
