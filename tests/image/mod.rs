//! Images that carry a disk: changed by owpkg, judged by others, and byte by byte outside of what was added.

pub mod build;
pub mod command;
mod doors;
pub mod first_boot;
mod formats;
mod growth;
mod refusals;
mod start;

use std::fs::{self, File};
use std::io::Cursor;

use owpkg::image::{self, DoorError, Load, Plan};

use build::Made;

/// 2026-03-05.
const DATE: i64 = 1_772_668_800;

/// Something that is packed by gzip with no flags, of about so many bytes.
fn archive(size: usize) -> Vec<u8> {
    use std::io::Write;
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let bytes: Vec<u8> = (0..size).map(|_| noise()).collect();
    let mut header = tar::Header::new_gnu();
    header.set_size(size as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "etc/noise", &bytes[..]).unwrap();
    let mut gzip = tar.into_inner().unwrap();
    gzip.flush().unwrap();
    gzip.finish().unwrap()
}

fn load(archive: &[u8]) -> Load {
    let size = archive.len() as u64;
    Load { archive: size, unpacked: size, installed: size, date: DATE }
}

/// Lets an image take an archive in.
fn carry(made: &Made, target: &str, archive: &[u8], size: Option<u64>) -> Result<Plan, DoorError> {
    let plan = image::plan(&mut made.open(), target, load(archive), size)?;
    plan.apply(&mut Cursor::new(archive), &mut made.open()).unwrap();
    Ok(plan)
}

/// The same bytes before and after, but for these ranges.
#[track_caller]
fn same_but(before: &[u8], after: &[u8], but: &[std::ops::Range<u64>]) {
    const CHUNK: usize = 4096;
    let differing = before.chunks(CHUNK).zip(after.chunks(CHUNK)).enumerate().filter(|(_, (a, b))| a != b);
    let mut bytes = differing.flat_map(|(index, (before, after))| {
        let pairs = before.iter().zip(after).enumerate().filter(|(_, (before, after))| before != after);
        pairs.map(move |(at, _)| (index * CHUNK + at) as u64)
    });
    let first = bytes.find(|at| !but.iter().any(|range| range.contains(at)));
    assert_eq!(first, None, "a byte outside of what was added");
}

fn copy(made: &Made, name: &str) -> File {
    let to = made.file(name);
    fs::copy(made.path(), &to).unwrap();
    File::options().read(true).write(true).open(to).unwrap()
}
