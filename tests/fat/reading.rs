//! The reader: whole images come back as they were written, and no damage makes it go on for ever or pass for whole.

use std::io::{self, Cursor, Read};

use owpkg::fat::{FatDamage, FatReader, Options, Size};

use super::image::{Files, Found, Image, KINDS, bytes, exactly, files, noise, options, smallest};
use super::judges;

/// What the reader makes of an image: its files, or the first error.
pub fn read(image: impl Read + io::Seek) -> io::Result<Found> {
    let mut found = Found::new();
    FatReader::new(image)?.visit(&mut |path, file| {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        assert!(found.insert(path.to_owned(), bytes).is_none(), "{path} twice");
        Ok(())
    })?;
    Ok(found)
}

/// A whole small image.
fn image(files: &Files, options: &Options) -> Vec<u8> {
    let mut image = bytes(files, options);
    let size = owpkg::fat::plan(&super::image::entries(files), options).unwrap().size();
    image.resize(size as usize, 0);
    image
}

fn some() -> Files {
    files([
        ("install.sh", b"#!/bin/sh\n"),
        ("EMPTY", b""),
        ("feeds/base/a long name+with~signs_1.0-r1.ipk", &[7; 2000]),
        ("feeds/base/Packages.gz", &[8; 511]),
        ("feeds/core/deeper/x", &[9; 513]),
    ])
}

fn damage(image: Vec<u8>) -> FatDamage {
    let error = read(Cursor::new(image)).unwrap_err();
    let damage = error.get_ref().and_then(|inner| inner.downcast_ref::<FatDamage>());
    damage.unwrap_or_else(|| panic!("{error:?}")).clone()
}

#[test]
fn what_was_written_is_read() {
    for kind in KINDS {
        let files: Files = (0..200)
            .map(|number| {
                (
                    format!("feeds/f{}/package-{number}_1.0.ipk", number % 7),
                    noise(number, 37 * number as usize),
                )
            })
            .collect();
        let image = Image::of(&files, &options(Size::Smallest, Some(kind)));
        judges::same("owpkg", &read(image.open()).unwrap(), &files.into_iter().collect());
    }
}

#[test]
fn each_way_to_be_damaged_is_told() {
    let whole = image(&some(), &smallest());
    assert_eq!(read(Cursor::new(whole.clone())).unwrap(), some().into_iter().collect());
    let with = |at: usize, new: &[u8]| {
        let mut image = whole.clone();
        image[at..at + new.len()].copy_from_slice(new);
        image
    };
    assert!(matches!(damage(vec![0; 100]), FatDamage::NotFat(_)));
    assert!(matches!(damage(vec![0; 4096]), FatDamage::NotFat(_)));
    assert!(matches!(damage(whole[..whole.len() - 512].to_vec()), FatDamage::CutShort { .. }));
    for (at, nonsense) in [(11, 3), (13, 0), (13, 3), (14, 0), (16, 0), (16, 1), (16, 200)] {
        let mut image = whole.clone();
        image[at] = nonsense;
        assert!(
            matches!(damage(image), FatDamage::NotFat(_) | FatDamage::CutShort { .. }),
            "{at} {nonsense}"
        );
    }
    // One sector, then the tables of one sector each: the chain of the first folder starts at cluster 2.
    let tables = [512 + 3, 512 + 512 + 3];
    assert!(matches!(damage(with(tables[0], &[0x03])), FatDamage::TablesDiffer { cluster: 2 }));
    let both = |new: &[u8]| {
        let mut image = with(tables[0], new);
        image[tables[1]..tables[1] + new.len()].copy_from_slice(new);
        image
    };
    // Cluster 2 after itself, and a free one.
    assert!(matches!(damage(both(&[0x02, 0xf0])), FatDamage::UsedTwice { cluster: 2 }));
    assert!(matches!(damage(both(&[0x00, 0xf0])), FatDamage::NoCluster { cluster: 0 }));
}

#[test]
fn no_changed_byte_makes_it_endless_or_more_than_the_image() {
    let whole = image(&some(), &exactly(64 << 10));
    for at in (0..512).chain(512..4096).chain((4096..20_000).step_by(7)) {
        for mask in [0xff, 0x01, 0x10, 0xe5] {
            let mut image = whole.clone();
            image[at] ^= mask;
            let mut total = 0;
            let visited = FatReader::new(Cursor::new(image)).and_then(|reader| {
                reader.visit(&mut |_, file| {
                    // A damaged file is no reason to stop.
                    total += io::copy(file, &mut io::sink()).unwrap_or(0);
                    Ok(())
                })
            });
            assert!(total <= whole.len() as u64, "byte {at}: {visited:?}");
        }
    }
}

#[test]
fn folders_that_hold_each_other_end() {
    let mut image = image(&files([("a/b/c/file", b"x")]), &smallest());
    // The entry of b in a leads to a.
    let entry = image.windows(11).position(|name| name == b"B          ");
    let entry = entry.or_else(|| image.windows(11).position(|name| name == b"B~1        ")).unwrap();
    let own = image.windows(11).position(|name| name == b".          ").unwrap();
    let (low, high) = (image[own + 26], image[own + 27]);
    (image[entry + 26], image[entry + 27]) = (low, high);
    assert!(matches!(damage(image), FatDamage::UsedTwice { .. }));
}
