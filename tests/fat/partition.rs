//! A partition table before the file system: made and read by us, judged by `sfdisk`, `fsck.fat` and mtools.

use std::fs;
use std::io::Cursor;
use std::process::Command;

use owpkg::fat::{FatDamage, FatError, Options, Size, plan};

use super::image::{
    Files, Found, Image, KINDS, MIB, bytes, entries, exactly, files, noise, options, smallest,
};
use super::judges::{self, mtools, run, same};
use super::reading::read;
use crate::support::judges::tool;

fn with_table(options: Options) -> Options {
    Options { partition: true, ..options }
}

fn some() -> Files {
    files([
        ("install.sh", b"#!/bin/sh\n"),
        ("feeds/base/a long name+with~signs_1.0-r1.ipk", &noise(7, 70_000)),
        ("feeds/core/Packages.gz", &noise(8, 511)),
    ])
}

fn sfdisk(image: &Image, word: &str) -> String {
    let output = Command::new(tool("sfdisk")).args([word, image.path()]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn others_see_one_partition_and_a_clean_file_system_in_it() {
    let files = some();
    let expected: Found = files.iter().cloned().collect();
    let sizes = [Size::Smallest, Size::Exactly(40 * MIB)];
    for (kind, word) in KINDS.into_iter().zip(["1", "e", "c"]) {
        for size in sizes {
            let image = Image::of(&files, &with_table(options(size, Some(kind))));
            let sectors = image.plan.size() / 512 - 2048;
            let table = sfdisk(&image, "-d");
            assert!(table.contains("label: dos") && table.contains("label-id: 0x1234abcd"), "{table}");
            let line = table.lines().last().unwrap().split_once(" : ").unwrap().1;
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let size = format!("size= {sectors:>11}");
            assert_eq!(fields, ["start=        2048", &size, &format!("type={word}")], "{table}");
            assert!(!sfdisk(&image, "--verify").to_lowercase().contains("warning"));

            same("owpkg", &read(image.open()).unwrap(), &expected);
            let folder = tempfile::tempdir().unwrap();
            let offset = format!("{}@@1M", image.path());
            let mut copy = mtools("mcopy", &image);
            copy.args(["-i", &offset, "-s", "-n", "::*"]).arg(folder.path());
            assert!(run(&mut copy).status.success());
            for (path, bytes) in &files {
                assert!(fs::read(folder.path().join(path)).unwrap() == *bytes, "{path}");
            }
            // The partition alone, as the kernel shows it.
            let whole = fs::read(image.path()).unwrap();
            fs::write(image.path(), &whole[MIB as usize..]).unwrap();
            judges::fsck(&image);
        }
    }
}

#[test]
fn the_file_system_is_the_one_without_a_table() {
    let files = some();
    let (plain, table) = (bytes(&files, &smallest()), bytes(&files, &with_table(smallest())));
    let (before, behind) = table.split_at(MIB as usize);
    assert!(before[512..].iter().all(|byte| *byte == 0));
    // The count of sectors before it is in its boot sector, and nothing else is other.
    assert_eq!(behind[28..32], 2048_u32.to_le_bytes());
    assert!(behind[..28] == plain[..28] && behind[32..] == plain[32..]);
}

#[test]
fn a_size_is_that_of_the_whole() {
    let files = some();
    let entries = entries(&files);
    for size in [4 * MIB, 4 * MIB + 512, 64 * MIB] {
        assert_eq!(plan(&entries, &with_table(exactly(size))).unwrap().size(), size);
    }
    let least = plan(&entries, &with_table(smallest())).unwrap().size();
    assert_eq!(least, plan(&entries, &smallest()).unwrap().size() + MIB);
    assert_eq!(plan(&entries, &with_table(exactly(least))).unwrap().size(), least);
    for size in [1, 512, MIB, least - 512] {
        let error = plan(&entries, &with_table(exactly(size))).unwrap_err();
        assert!(matches!(error, FatError::TooSmall { needed, .. } if needed == least), "{size}: {error:?}");
    }
}

#[test]
fn a_table_of_others_is_read_too() {
    let files = some();
    let mut disk = vec![0; 63 * 512];
    disk.extend(bytes(&files, &smallest()));
    disk.resize(3 * MIB as usize, 0);
    for kind in ["1", "4", "6", "b", "c", "e"] {
        let image = tempfile::NamedTempFile::new().unwrap();
        fs::write(image.path(), &disk).unwrap();
        let table = format!("label: dos\nstart=63, type={kind}\n");
        let script = image.path().with_extension("table");
        fs::write(&script, table).unwrap();
        let mut sfdisk = Command::new(tool("sfdisk"));
        sfdisk.args(["-q", "--no-reread", "--no-tell-kernel"]).arg(image.path());
        let done = sfdisk.stdin(fs::File::open(&script).unwrap()).status().unwrap();
        fs::remove_file(script).unwrap();
        assert!(done.success());
        same("owpkg", &read(image.reopen().unwrap()).unwrap(), &files.iter().cloned().collect());
    }
}

#[test]
fn a_table_that_leads_nowhere_is_damage() {
    let whole = bytes(&some(), &with_table(smallest()));
    for (start, length) in
        [(0, whole.len()), (1, whole.len()), (u32::MAX, whole.len()), (2048, 1 << 20), (2048, 512)]
    {
        let mut image = whole[..length].to_vec();
        image[454..458].copy_from_slice(&start.to_le_bytes());
        let error = read(Cursor::new(image)).unwrap_err();
        let damage = error.get_ref().and_then(|inner| inner.downcast_ref::<FatDamage>());
        assert!(matches!(damage, Some(FatDamage::NotFat(_))), "{start} {length}: {error:?}");
    }
    let mut cut = whole;
    cut.truncate((MIB + 1024) as usize);
    assert!(read(Cursor::new(cut)).is_err());
}
