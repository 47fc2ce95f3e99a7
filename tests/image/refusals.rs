//! Images that take nothing in.

use owpkg::image::{Door, DoorError, LayoutError, NoDoor};

use super::build::{Boot, MIB, Made, Recipe, Root, SECTOR, recipe};
use super::{archive, carry};

#[track_caller]
fn refused(made: &Made, target: &str, size: usize) -> DoorError {
    let before = made.bytes();
    let error = carry(made, target, &archive(size), None).unwrap_err();
    assert!(made.bytes() == before, "it stays as it was");
    error
}

#[test]
fn an_ext4_beside_a_boot_partition_that_is_no_fat_has_no_door() {
    let made = recipe(Boot::Bios, Root::Ext4).make();
    let error = refused(&made, "x86/64", 9000);
    assert!(matches!(error, DoorError::None { why: NoDoor::BootIsNoFat }), "{error}");
    let made = recipe(Boot::None, Root::Ext4).make();
    let error = refused(&made, "x86/64", 9000);
    assert!(matches!(error, DoorError::None { why: NoDoor::BootIsNoFat }), "{error}");
}

#[test]
fn a_target_that_is_not_known_to_look_there_has_no_door() {
    let made = recipe(Boot::Card, Root::Ext4).make();
    for target in ["ath79/generic", "x86k/64", "imx/cortexa9"] {
        let error = refused(&made, target, 9000);
        assert!(matches!(error, DoorError::None { why: NoDoor::Target }), "{error}");
    }
}

#[test]
fn what_is_too_large_is_refused_with_both_sizes() {
    let made = recipe(Boot::Efi, Root::Ext4).make();
    match refused(&made, "x86/64", 5 << 20) {
        DoorError::TooLarge { door: Door::BootPartition, needed, free } => {
            assert!(needed > 5 * MIB && (3 * MIB..4 * MIB).contains(&free), "{needed} {free}");
        }
        error => panic!("{error}"),
    }
    // Twice on the root, and once more as what is installed.
    match refused(&Recipe { boot_mib: 16, ..recipe(Boot::Efi, Root::Ext4) }.make(), "x86/64", 6 << 20) {
        DoorError::RootTooSmall { needed, free } => {
            assert!(needed > 18 * MIB && (9 * MIB..16 * MIB).contains(&free), "{needed} {free}");
        }
        error => panic!("{error}"),
    }
    match refused(&recipe(Boot::Bios, Root::Squashfs).make(), "x86/64", 17 << 20) {
        DoorError::TooLarge { door: Door::BehindSquashfs, needed, free } => {
            assert!(needed > 17 * MIB && free == 16 * MIB - (64 << 10), "{needed} {free}");
        }
        error => panic!("{error}"),
    }
    let error = refused(&recipe(Boot::Bios, Root::Squashfs).make(), "x86/64", 9 << 20);
    assert!(matches!(error, DoorError::RootTooSmall { .. }), "{error}");
}

#[test]
fn what_is_taken_is_not_taken_again() {
    for (boot, root, door) in [
        (Boot::Efi, Root::Ext4, Door::BootPartition),
        (Boot::Efi, Root::Squashfs, Door::BootPartition),
        (Boot::Bios, Root::Squashfs, Door::BehindSquashfs),
    ] {
        let made = recipe(boot, root).make();
        carry(&made, "x86/64", &archive(9000), None).unwrap();
        match refused(&made, "x86/64", 9000) {
            DoorError::Occupied { door: found } => assert_eq!(found, door),
            error => panic!("{error}"),
        }
    }
}

#[test]
fn what_is_no_disk_or_a_damaged_one_is_refused() {
    let made = recipe(Boot::Efi, Root::Ext4).make();
    let image = made.bytes();
    for at in [512 + 20, 2 * SECTOR as usize + 3, 512 + 80] {
        let mut bytes = image.clone();
        bytes[at] ^= 1;
        made.put(0, &bytes);
        let error = refused(&made, "x86/64", 9000);
        assert!(matches!(error, DoorError::Layout(LayoutError::Damaged { .. })), "{at}: {error}");
    }
    made.put(0, &image);
    // The boot sector of the FAT: its sector size, cluster size, tables, length.
    for (at, byte) in [(11, 3), (13, 3), (14, 0), (16, 9), (20, 0xff), (23, 0xff), (510, 0)] {
        made.put(0, &image);
        made.put(made.boot + at, &[byte]);
        let error = refused(&made, "x86/64", 9000);
        let refused = matches!(error, DoorError::Boot(_) | DoorError::None { why: NoDoor::BootIsNoFat });
        assert!(refused, "{at}: {error}");
    }
    for bytes in [&b"bzImage"[..], &[0; 4096], &[0xff; 70_000]] {
        std::fs::write(made.path(), bytes).unwrap();
        let error = refused(&made, "x86/64", 9000);
        assert!(matches!(error, DoorError::Layout(LayoutError::NoTable)), "{error}");
    }
}
