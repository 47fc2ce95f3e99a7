//! How large an image becomes, of which kind, and with how many clusters.

use super::image::{
    Fields, Files, Image, KINDS, MIB, bytes, entries, exactly, files, noise, options, plan_of, smallest,
};
use super::judges;
use owpkg::fat::{FatKind, Size, plan};

/// What every reader needs of a boot sector, for an image of this many bytes.
fn check(fields: &Fields, kind: FatKind, size: u64) {
    assert_eq!(fields.kind, kind, "{fields:?}");
    assert!(fields.sectors * 512 <= size, "{fields:?}");
    let bits = match kind {
        FatKind::Fat12 => 12,
        FatKind::Fat16 => 16,
        FatKind::Fat32 => 32,
    };
    assert!((fields.clusters + 2) * bits <= fields.fat_sectors * 512 * 8, "{fields:?}");
    // Windows takes these for FAT12.
    assert!(![4_085, 4_086].contains(&fields.clusters), "{fields:?}");
}

/// Files of a byte, each in a cluster of its own, with names that take one slot each.
fn crumbs(count: usize) -> Files {
    (0..count).map(|i| (format!("D{:02}/{i:05}", i / 4_000), vec![b'x'])).collect()
}

#[test]
fn nothing_at_all_is_still_a_disk() {
    for kind in KINDS {
        let image = Image::of(&Files::new(), &options(Size::Smallest, Some(kind)));
        check(&image.fields(), kind, image.plan.size());
        judges::all(&image, &Files::new());
    }
}

#[test]
fn the_usual_kind_for_the_size() {
    let files = files([("feeds/core/Packages.gz", b"x"), ("install.sh", b"#!/bin/sh\n")]);
    for (size, kind, cluster) in [
        (64 * 1024, FatKind::Fat12, 512),
        (5_000_000, FatKind::Fat12, 2048),
        (5 * MIB, FatKind::Fat12, 2048),
        (64 * MIB, FatKind::Fat16, 1024),
        (200 * MIB, FatKind::Fat16, 4096),
        (2048 * MIB, FatKind::Fat32, 4096),
        (32 * 1024 * MIB, FatKind::Fat32, 32768),
    ] {
        let image = Image::of(&files, &exactly(size));
        assert_eq!(image.plan.size(), size);
        assert_eq!(image.file.as_file().metadata().unwrap().len(), size);
        assert_eq!((image.plan.kind(), image.plan.cluster_size()), (kind, cluster), "{size}");
        check(&image.fields(), kind, size);
        judges::all(&image, &files);
    }
}

#[test]
fn every_kind_at_the_sizes_it_can_have() {
    let files = files([("feeds/core/Packages.gz", &noise(1, 70_000)), ("install.sh", b"#!/bin/sh\n")]);
    for (kind, sizes) in [
        (FatKind::Fat12, [5 * MIB, 16 * MIB, 128 * MIB]),
        (FatKind::Fat16, [5 * MIB, 200 * MIB, 2048 * MIB]),
        (FatKind::Fat32, [40 * MIB, 200 * MIB, 600 * MIB]),
    ] {
        for size in sizes {
            let image = Image::of(&files, &options(Size::Exactly(size), Some(kind)));
            check(&image.fields(), kind, size);
            judges::all(&image, &files);
        }
    }
}

/// 4,084 clusters are FAT12, 4,087 are FAT16, and what lies between is never made.
#[test]
fn crumbs_around_the_limit_of_fat12() {
    // Two directories of 4,000 and some slots take 251 clusters and a few.
    for (count, kind) in [(3_820, FatKind::Fat12), (3_850, FatKind::Fat16)] {
        let files = crumbs(count);
        let image = Image::of(&files, &smallest());
        check(&image.fields(), kind, image.plan.size());
        judges::all(&image, &files);
    }
    let limit = (3_820..3_850).find(|&count| {
        let files = crumbs(count);
        plan(&entries(&files), &smallest()).unwrap().kind() == FatKind::Fat16
    });
    let last = bytes(&crumbs(limit.unwrap() - 1), &smallest());
    let first = bytes(&crumbs(limit.unwrap()), &smallest());
    assert_eq!(Fields::of(&last).clusters, 4_084);
    assert_eq!(Fields::of(&first).clusters, 4_087);
}

#[test]
fn crumbs_around_the_limit_of_fat16() {
    for (count, kind) in [(61_300, FatKind::Fat16), (61_900, FatKind::Fat32)] {
        let files = crumbs(count);
        let image = Image::of(&files, &smallest());
        check(&image.fields(), kind, image.plan.size());
        judges::fsck(&image);
        let expected = files.into_iter().collect();
        judges::same("fatfs", &judges::by_fatfs(&image), &expected);
    }
}

/// Sector by sector around every place where a table grows or the kind ends.
#[test]
fn sizes_around_the_limits_have_valid_tables() {
    let around = |sectors: u64| sectors.saturating_sub(40)..sectors + 40;
    for (kind, sectors) in [
        (FatKind::Fat12, around(200)),
        (FatKind::Fat12, around(3_000)),
        (FatKind::Fat12, around(4_117)),
        (FatKind::Fat12, around(8_201)),
        (FatKind::Fat16, around(4_170)),
        (FatKind::Fat16, around(66_049)),
        (FatKind::Fat16, around(131_600)),
        (FatKind::Fat32, around(66_620)),
        (FatKind::Fat32, around(70_000)),
    ] {
        for size in sectors.map(|sectors| sectors * 512) {
            let Ok(plan) = plan_of(&[], &options(Size::Exactly(size), Some(kind))) else {
                let smallest = plan_of(&[], &options(Size::Smallest, Some(kind))).unwrap();
                assert!(size < smallest.size());
                continue;
            };
            let mut image = Vec::new();
            plan.write(&mut image, |_| unreachable!()).unwrap();
            let fields = Fields::of(&image);
            check(&fields, kind, size);
            let unused = size / 512 - fields.sectors;
            assert!(
                unused <= (fields.cluster_sectors + 1).max(size / 512 / 64),
                "{unused} sectors of {size} are not used: {fields:?}"
            );
        }
    }
}

/// With an odd number of entries the last two bytes of the table may be the last two of its sector.
#[test]
fn a_full_table_of_odd_length() {
    // Table sectors end after 341 1/3 entries, two of which stand for no cluster.
    for clusters in 336..345 {
        let files: Files = (0..clusters).map(|i| (format!("F{i:03}"), vec![1])).collect();
        let image = Image::of(&files, &options(Size::Smallest, Some(FatKind::Fat12)));
        assert_eq!(image.fields().clusters, clusters as u64);
        judges::all(&image, &files);
    }
}

#[test]
fn the_smallest_image_has_no_free_cluster() {
    let files: Files =
        (0..60).map(|i| (format!("feeds/core/kmod-{i}_1.0.ipk"), noise(i, 70_000 + i as usize))).collect();
    let image = Image::of(&files, &smallest());
    assert_eq!(image.plan.size(), image.plan.used_size());
    let content: u64 = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    assert!(image.plan.size() < content + content / 50, "{} for {content}", image.plan.size());
    judges::all(&image, &files);
}

/// An odd size in bytes is kept, and its last part of a sector is outside of the file system.
#[test]
fn a_size_that_is_no_multiple_of_a_sector() {
    let files = files([("a", b"a")]);
    let image = Image::of(&files, &exactly(5_000_001));
    assert_eq!(image.plan.size(), 5_000_001);
    judges::all(&image, &files);
}

#[test]
fn a_large_file_in_a_large_image() {
    let files: Files = vec![
        ("feeds/core/first.ipk".to_owned(), noise(1, 3_000_000)),
        ("feeds/core/large.ipk".to_owned(), noise(2, 40_000_000)),
        ("feeds/core/last.ipk".to_owned(), noise(3, 1)),
    ];
    for size in [200 * MIB, 2048 * MIB] {
        judges::all(&Image::of(&files, &exactly(size)), &files);
    }
}
