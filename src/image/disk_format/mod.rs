//! The files in which virtual machines keep a disk, written from a raw image.
//!
//! All three are alike: the disk in blocks, those of zeros left out, and tables that say where each block lies. The
//! blocks are written as they are read; what is held in memory are the tables.

mod qcow2;
mod vdi;
mod vmdk;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use camino::Utf8Path;
use sha2::{Digest as _, Sha256};

use super::change::{Bytes, Change, apply};
use super::gpt::SECTOR;

/// The file format of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFormat {
    /// The disk byte for byte: for `dd`, QEMU, bhyve and Proxmox VE.
    Raw,
    /// QEMU's.
    Qcow2,
    /// VirtualBox's.
    Vdi,
    /// VMware's.
    Vmdk,
}

/// The largest disk that all of the formats reach, in bytes.
pub(crate) const LARGEST_DISK: u64 = 2 << 40;

impl DiskFormat {
    /// All of them.
    pub const ALL: [DiskFormat; 4] = [DiskFormat::Raw, DiskFormat::Qcow2, DiskFormat::Vdi, DiskFormat::Vmdk];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            DiskFormat::Raw => "raw",
            DiskFormat::Qcow2 => "qcow2",
            DiskFormat::Vdi => "vdi",
            DiskFormat::Vmdk => "vmdk",
        }
    }

    /// What the ending of a file's name asks for, where it is the name of a format.
    pub fn of_name(name: &str) -> Option<DiskFormat> {
        let ending = Utf8Path::new(name).extension()?;
        DiskFormat::ALL.into_iter().find(|format| format.word().eq_ignore_ascii_case(ending))
    }

    /// Tells by its first bytes which of the formats a file has; none: it is raw, or no disk at all.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_file(path: &Utf8Path) -> io::Result<Option<DiskFormat>> {
        let mut head = Vec::new();
        File::open(path)?.take(SECTOR).read_to_end(&mut head)?;
        let magics = [
            (DiskFormat::Qcow2, 0, &qcow2::MAGIC),
            (DiskFormat::Vdi, vdi::MAGIC_AT, &vdi::MAGIC),
            (DiskFormat::Vmdk, 0, &vmdk::MAGIC),
        ];
        let found = magics.into_iter().find(|(_, at, magic)| head.get(*at..at + 4) == Some(&magic[..]));
        Ok(found.map(|(format, ..)| format))
    }
}

/// Makes the tables of a format: each with its place in the file.
type Tables = fn(&Blocks<'_>) -> Vec<(u64, Vec<u8>)>;

/// A disk whose blocks are written.
struct Blocks<'a> {
    /// The size of the disk in bytes, a multiple of a sector.
    size: u64,
    /// For each block of the disk, which one of the file it is, counted from 0; none: it is all zeros.
    places: Vec<Option<u32>>,
    /// How many there are in the file.
    written: u32,
    /// A digest of what is in them, for ids: the same disk has the same ones.
    digest: [u8; 32],
    /// The name of the file.
    name: &'a str,
}

/// Writes a raw disk into an empty file of another format, whose name is `name`.
///
/// # Errors
/// When the one cannot be read, or the other cannot be written.
pub(super) fn convert(raw: &mut File, format: DiskFormat, name: &str, out: &mut File) -> io::Result<()> {
    let size = raw.seek(SeekFrom::End(0))?.next_multiple_of(SECTOR);
    let (block, start, tables): (u64, u64, Tables) = match format {
        DiskFormat::Raw => {
            raw.rewind()?;
            return io::copy(raw, out).map(drop);
        }
        DiskFormat::Qcow2 => (qcow2::CLUSTER, qcow2::CLUSTER, qcow2::tables),
        DiskFormat::Vdi => (vdi::BLOCK, vdi::data_start(size), vdi::tables),
        DiskFormat::Vmdk => (vmdk::GRAIN, vmdk::data_start(size), vmdk::tables),
    };
    let mut blocks = Blocks { size, places: Vec::new(), written: 0, digest: [0; 32], name };
    let mut digest = Sha256::new_with_prefix(size.to_le_bytes());
    raw.rewind()?;
    out.seek(SeekFrom::Start(start))?;
    let (mut bytes, zeros) = (Vec::with_capacity(block as usize), vec![0; block as usize]);
    for number in 0..size.div_ceil(block) {
        bytes.clear();
        (&*raw).take(block).read_to_end(&mut bytes)?;
        if bytes == zeros[..bytes.len()] {
            blocks.places.push(None);
            continue;
        }
        bytes.resize(block as usize, 0);
        out.write_all(&bytes)?;
        digest.update(number.to_le_bytes());
        digest.update(&bytes);
        blocks.places.push(Some(blocks.written));
        blocks.written += 1;
    }
    blocks.digest = digest.finalize().into();
    let tables = tables(&blocks).into_iter().map(|(at, bytes)| Change { at, bytes: Bytes::Made(bytes) });
    apply(&tables.collect::<Vec<_>>(), &mut io::empty(), out)
}
