//! Fields that the judges read past: label, id, times, both copies of the table, the hints of FAT32.

use super::image::{Image, KINDS, TIME, bytes, files, options};
use super::judges;
use owpkg::fat::{FatKind, Size, Timestamp};

fn four(image: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(image[at..at + 4].try_into().unwrap())
}

#[test]
fn label_id_and_time_are_what_was_asked_for() {
    let files = files([("a long name.ipk", b"1"), ("directory/file", b"2")]);
    for kind in KINDS {
        let image = Image::of(&files, &options(Size::Smallest, Some(kind)));
        let listing = judges::mdir(&image, "/");
        assert!(listing.contains("Volume in drive : is OPENWRT"), "{listing}");
        assert!(listing.contains("Volume Serial Number is 1234-ABCD"), "{listing}");
        assert_eq!(listing.matches("2023-10-09  12:34").count(), 2, "{listing}");
        assert_eq!(judges::mdir(&image, "/directory").matches("2023-10-09  12:34").count(), 3, "{listing}");
    }
}

/// Years from 1980 on, months and days in the high half; hours, minutes and pairs of seconds in the low one.
#[test]
fn times_outside_of_fat_are_clamped() {
    let stored = |seconds: i64| {
        let mut options = options(Size::Smallest, Some(FatKind::Fat12));
        options.time = Timestamp::from_unix(seconds);
        let image = bytes(&files([("A", b"a")]), &options);
        let slot = image.chunks_exact(32).find(|slot| slot.starts_with(b"A          ")).unwrap().to_vec();
        let moment = |at: usize| {
            let two = |at: usize| u32::from(u16::from_le_bytes([slot[at], slot[at + 1]]));
            two(at + 2) << 16 | two(at)
        };
        assert_eq!(moment(14), moment(22), "made when changed");
        assert_eq!(slot[18..20], slot[24..26], "read when changed");
        (moment(22), slot[13])
    };
    let moment = |y: u32, m: u32, d: u32, h: u32, min: u32, s: u32| {
        ((y - 1980) << 9 | m << 5 | d) << 16 | h << 11 | min << 5 | (s / 2)
    };
    assert_eq!(stored(TIME), (moment(2023, 10, 9, 12, 34, 56), 0));
    assert_eq!(stored(TIME + 1), (moment(2023, 10, 9, 12, 34, 56), 100));
    assert_eq!(stored(951_782_400), (moment(2000, 2, 29, 0, 0, 0), 0));
    for before in [i64::MIN, 0, 315_532_799, 315_532_800] {
        assert_eq!(stored(before), (moment(1980, 1, 1, 0, 0, 0), 0));
    }
    for after in [4_354_819_199, 4_354_819_200, i64::MAX] {
        assert_eq!(stored(after), (moment(2107, 12, 31, 23, 59, 58), 100));
    }
}

#[test]
fn the_boot_sector_says_clean_and_not_bootable() {
    for (kind, name, at) in [
        (FatKind::Fat12, b"FAT12   ", 36),
        (FatKind::Fat16, b"FAT16   ", 36),
        (FatKind::Fat32, b"FAT32   ", 64),
    ] {
        let image = bytes(&files([("a", b"a")]), &options(Size::Smallest, Some(kind)));
        assert_eq!(image[510..512], [0x55, 0xaa]);
        assert_eq!((image[0], image[2], image[21], image[16]), (0xeb, 0x90, 0xf8, 2));
        assert_eq!(image[at..at + 3], [0x80, 0, 0x29], "drive, clean, extended");
        assert_eq!(four(&image, at + 3), 0x1234_abcd);
        assert_eq!(&image[at + 7..at + 18], b"OPENWRT    ");
        assert_eq!(&image[at + 18..at + 26], name);
        let code = 2 + usize::from(image[1]);
        assert_eq!(code, at + 26);
        assert_eq!(image[code..code + 4], [0xcd, 0x18, 0xeb, 0xfe]);
    }
}

#[test]
fn both_tables_are_alike_and_start_with_media_and_clean() {
    let files = files([("a", &[1; 5_000]), ("b/c", &[2; 5_000])]);
    for (kind, head) in [
        (FatKind::Fat12, &[0xf8_u8, 0xff, 0xff][..]),
        (FatKind::Fat16, &[0xf8, 0xff, 0xff, 0xff]),
        (FatKind::Fat32, &[0xf8, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f]),
    ] {
        let options = options(Size::Smallest, Some(kind));
        let image = bytes(&files, &options);
        let fields = Image::of(&files, &options).fields();
        let start = usize::from(u16::from_le_bytes([image[14], image[15]])) * 512;
        let length = fields.fat_sectors as usize * 512;
        assert!(image[start..].starts_with(head));
        assert!(image[start..start + length] == image[start + length..start + 2 * length]);
    }
}

#[test]
fn fat32_has_its_hints_and_a_copy_of_both_sectors() {
    let files = files([("dir/a", &[1; 5_000])]);
    let options = options(Size::Exactly(64 << 20), Some(FatKind::Fat32));
    let image = bytes(&files, &options);
    assert!(image[..1024] == image[6 * 512..8 * 512]);
    let info = &image[512..1024];
    assert_eq!((&info[..4], &info[484..488], &info[510..]), (&b"RRaA"[..], &b"rrAa"[..], &[0x55, 0xaa][..]));
    // Root, directory and ten clusters of the file.
    let clusters = Image::of(&files, &options).fields().clusters as u32;
    assert_eq!((four(info, 488), four(info, 492)), (clusters - 12, 14));
    assert_eq!(four(&image, 44), 2, "the root is the first cluster");
}

#[test]
fn an_empty_file_has_no_cluster() {
    for kind in KINDS {
        let image = bytes(&files([("EMPTY", b""), ("FULL", b"1")]), &options(Size::Smallest, Some(kind)));
        let slot = image.chunks_exact(32).find(|slot| slot.starts_with(b"EMPTY      ")).unwrap();
        assert_eq!((&slot[20..22], &slot[26..32]), (&[0; 2][..], &[0; 6][..]));
    }
}
