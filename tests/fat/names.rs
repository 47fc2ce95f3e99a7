//! Long names, the short names behind them, and names that are the same to FAT.

use std::collections::BTreeSet;

use super::image::{Files, Image, KINDS, bytes, files, noise, options, smallest};
use super::judges;
use owpkg::fat::Size;

/// Contents that tell the files apart.
fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Files {
    (0..).zip(names).map(|(seed, name)| (name.to_owned(), noise(seed, 20 + seed as usize))).collect()
}

/// The 8.3 names of a whole image, in order, by their slots.
fn short_names(files: &Files) -> Vec<String> {
    let image = bytes(files, &smallest());
    image
        .chunks_exact(32)
        .filter(|slot| slot[11] == 0x20 && slot[12] == 0 && slot[22..24] == [0x5c, 0x64])
        .map(|slot| String::from_utf8(slot[..11].to_vec()).unwrap())
        .collect()
}

#[test]
fn package_names_survive_on_every_kind() {
    let files = named([
        "install.sh",
        "README.txt",
        "SHA256SUMS",
        "owpkg.lock",
        "feeds/kmods/Packages.gz",
        "feeds/kmods/Packages.sig",
        "feeds/kmods/kmod-mt76x02-common_5.15.137+2023-09-11-f1e1e67d-4_x86_64.ipk",
        "feeds/kmods/kmod-mt76x02-usb_5.15.137+2023-09-11-f1e1e67d-4_x86_64.ipk",
        "feeds/core/a~498f6e26_B.ipk",
        "feeds/core/A~498F6E27_b.ipk",
        "feeds/core/packages.adb",
        "feeds/core/iwl7265-firmware-20240811-r1.apk",
    ]);
    for kind in KINDS {
        judges::all(&Image::of(&files, &options(Size::Smallest, Some(kind))), &files);
    }
}

#[test]
fn long_and_unusual_names_survive() {
    let longest = "x".repeat(255);
    let files = named([
        longest.as_str(),
        "exactly13chrs",
        "twenty-six characters.name",
        " leading space",
        ".hidden",
        "..hidden",
        "two  spaces. and. dots",
        "a,b;c=d[e]'f'",
        "UPPER.TXT",
        "no-extension",
        "Grüße.ipk",
        "пакет.ipk",
        "包.ipk",
        "e\u{301}.ipk",
    ]);
    judges::all(&Image::of(&files, &smallest()), &files);
}

/// 255 UTF-16 units are up to 765 bytes, more than the host of mtools has room for, and mtools shows `__` for a
/// pair of surrogates.
#[test]
fn the_longest_name_counts_utf_16_units() {
    let files =
        named(["ж".repeat(255).as_str(), "😀".repeat(127).as_str(), "包".repeat(254).as_str(), "a😀b.ipk"]);
    let image = Image::of(&files, &smallest());
    judges::fsck(&image);
    let expected = files.iter().cloned().collect();
    judges::same("fatfs", &judges::by_fatfs(&image), &expected);
    judges::same("hadris-fat", &judges::by_hadris(&image), &expected);
}

#[test]
fn short_names_follow_custom() {
    let names = [
        ("SHA256", "SHA256     "),
        ("Packages.gz", "PACKAGESGZ "),
        ("Packages.sig", "PACKAGESSIG"),
        ("README.text", "README~1TEX"),
        ("a+b.c", "A_B~1   C  "),
        ("kmod-iwlwifi_1.ipk", "KMOD-I~1IPK"),
        ("kmod-iwlwifi_2.ipk", "KMOD-I~2IPK"),
        (".profile", "PROFIL~1   "),
        ("a.b.c", "AB~1    C  "),
        ("包.ipk", "_~1     IPK"),
    ];
    let expected: Vec<String> = names.iter().map(|(_, short)| (*short).to_owned()).collect();
    assert_eq!(short_names(&named(names.map(|(name, _)| name))), expected);
}

/// A reader asked for `KMOD-I~1.IPK` looks at both forms, so the tail must not take a name that comes later.
#[test]
fn a_tail_keeps_off_real_names() {
    let files =
        named(["kmod-iwlwifi_1.ipk", "kmod-iwlwifi_2.ipk", "kmod-i~1.ipk", "KMOD-I~2.IPK", "KMOD-I~4.ipk"]);
    assert_eq!(
        short_names(&files),
        ["KMOD-I~3IPK", "KMOD-I~5IPK", "KMOD-I~1IPK", "KMOD-I~2IPK", "KMOD-I~4IPK"]
    );
    judges::all(&Image::of(&files, &smallest()), &files);
}

#[test]
fn three_thousand_names_with_one_prefix_stay_apart() {
    let names: Vec<String> =
        (0..3_000).map(|i| format!("feeds/base/kmod-collision-{i:04}_x86_64.ipk")).collect();
    let files = named(names.iter().map(String::as_str));
    let shorts = short_names(&files);
    assert_eq!(shorts.iter().collect::<BTreeSet<_>>().len(), 3_000);
    assert_eq!(shorts[0], "KMOD-C~1IPK");
    assert_eq!(shorts[2_999], "KMO~3000IPK");
    judges::all(&Image::of(&files, &smallest()), &files);
}

#[test]
fn the_same_name_in_two_directories_is_fine() {
    let files =
        files([("a/Same name", b"1"), ("b/Same name", b"2"), ("Same name", b"3"), ("a/b/Same name", b"4")]);
    judges::all(&Image::of(&files, &smallest()), &files);
}
