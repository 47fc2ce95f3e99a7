//! Making images for the judges.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, Write};

use owpkg::fat::{FatError, FatKind, FileSize, Label, Options, Plan, Size, Timestamp, plan};
use tempfile::NamedTempFile;

/// 2023-10-09 12:34:56 UTC.
pub const TIME: i64 = 1_696_854_896;
pub const MIB: u64 = 1 << 20;
pub const KINDS: [FatKind; 3] = [FatKind::Fat12, FatKind::Fat16, FatKind::Fat32];

/// Paths and contents, in the order of the image.
pub type Files = Vec<(String, Vec<u8>)>;
/// What a reader found: contents by path.
pub type Found = BTreeMap<String, Vec<u8>>;

pub fn options(size: Size, kind: Option<FatKind>) -> Options {
    Options {
        size,
        kind,
        label: Label::new("OPENWRT").unwrap(),
        volume_id: 0x1234_abcd,
        time: Timestamp::from_unix(TIME),
        partition: false,
    }
}

pub fn smallest() -> Options {
    options(Size::Smallest, None)
}

pub fn exactly(size: u64) -> Options {
    options(Size::Exactly(size), None)
}

pub fn entries(files: &Files) -> Vec<FileSize<'_>> {
    files.iter().map(|(path, bytes)| FileSize { path, size: bytes.len() as u64 }).collect()
}

/// A plan of files that are only their names and sizes.
pub fn plan_of(files: &[(&str, u64)], options: &Options) -> Result<Plan, FatError> {
    let entries: Vec<FileSize<'_>> = files.iter().map(|&(path, size)| FileSize { path, size }).collect();
    plan(&entries, options)
}

pub fn write(plan: &Plan, files: &Files, out: &mut impl Write) {
    plan.write(out, |index| Ok(Box::new(&files[index].1[..]))).unwrap();
}

/// The part of the image that is written.
pub fn bytes(files: &Files, options: &Options) -> Vec<u8> {
    let plan = plan(&entries(files), options).unwrap();
    let mut out = Vec::new();
    write(&plan, files, &mut out);
    assert_eq!(out.len() as u64, plan.used_size());
    out
}

/// A finished image in a file. Free space of a small one is full of `0xd1`, so that a byte left out shows.
pub struct Image {
    pub file: NamedTempFile,
    pub plan: Plan,
}

impl Image {
    pub fn of(files: &Files, options: &Options) -> Self {
        let plan = plan(&entries(files), options).unwrap();
        let mut file = NamedTempFile::new().unwrap();
        if plan.size() <= 8 * MIB {
            file.write_all(&vec![0xd1; plan.size() as usize]).unwrap();
            file.rewind().unwrap();
        }
        write(&plan, files, &mut file);
        file.as_file().set_len(plan.size()).unwrap();
        Self { file, plan }
    }

    pub fn open(&self) -> File {
        File::open(self.file.path()).unwrap()
    }

    pub fn path(&self) -> &str {
        self.file.path().to_str().unwrap()
    }

    pub fn fields(&self) -> Fields {
        let mut sector = [0; 512];
        self.open().read_exact(&mut sector).unwrap();
        Fields::of(&sector)
    }
}

/// The boot sector as a reader takes it.
#[derive(Debug, PartialEq)]
pub struct Fields {
    pub kind: FatKind,
    pub cluster_sectors: u64,
    pub clusters: u64,
    pub sectors: u64,
    pub fat_sectors: u64,
    pub root_slots: u64,
}

impl Fields {
    pub fn of(sector: &[u8]) -> Self {
        let two = |at: usize| u64::from(u16::from_le_bytes([sector[at], sector[at + 1]]));
        let four = |at: usize| two(at) | two(at + 2) << 16;
        let sectors = if two(19) != 0 { two(19) } else { four(32) };
        let fat_sectors = if two(22) != 0 { two(22) } else { four(36) };
        let cluster_sectors = u64::from(sector[13]);
        let data = sectors - two(14) - u64::from(sector[16]) * fat_sectors - two(17) * 32 / 512;
        let clusters = data / cluster_sectors;
        let kind = match clusters {
            ..4_085 => FatKind::Fat12,
            4_085..65_525 => FatKind::Fat16,
            _ => FatKind::Fat32,
        };
        Self { kind, cluster_sectors, clusters, sectors, fat_sectors, root_slots: two(17) }
    }
}

pub fn files<const N: usize>(files: [(&str, &[u8]); N]) -> Files {
    files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect()
}

/// Bytes with no pattern that a swapped cluster could hide in.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut out: Vec<u8> = (0..length.div_ceil(8)).flat_map(|_| next().to_le_bytes()).collect();
    out.truncate(length);
    out
}
