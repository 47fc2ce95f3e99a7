//! Both doors, in every kind of image.

use std::fs;
use std::process::Command;

use owpkg::image::Door;

use super::build::{Boot, Made, Recipe, Root, done, mtools, recipe};
use super::{archive, carry, same_but};
use crate::support::judges::tool;

/// fsck.fat and mtools find the file, and nothing else that is new.
#[track_caller]
fn boot_holds(made: &Made, before: &[u8], archive: &[u8]) {
    let files = |fat: &camino::Utf8Path| done(mtools("mdir", fat).args(["-/", "-b", "::"]));
    let old = made.file("old");
    fs::write(&old, &before[made.boot as usize..(made.boot + made.boot_size) as usize]).unwrap();
    let fat = made.part(made.boot, made.boot_size);
    let said = done(Command::new(tool("fsck.fat")).arg("-n").arg(&fat));
    assert_eq!(said.lines().count(), 2, "{said}");
    assert_eq!(files(&fat).replace("::/sysupgrade.tgz\n", ""), files(&old));
    let out = made.file("out");
    done(mtools("mcopy", &fat).args(["-n", "::sysupgrade.tgz"]).arg(&out));
    assert!(fs::read(&out).unwrap() == archive, "mtools reads other bytes");
    for name in ["::boot/vmlinuz", "::efi/boot/bootx64.efi"] {
        done(mtools("mcopy", &fat).args(["-n", name]).arg(&out));
        assert_eq!(fs::read(&out).unwrap(), vec![7; 90_000]);
    }
}

/// What those say that check tables.
fn table_judges(made: &Made) -> (String, String) {
    let run = |name: &str, word: &str| {
        let output = Command::new(tool(name)).arg(word).arg(made.path()).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    (run("sgdisk", "-v"), run("sfdisk", "--verify"))
}

#[track_caller]
fn enters_by_boot(recipe: &Recipe, target: &str, archive: &[u8]) {
    let made = recipe.make();
    let (before, said) = (made.bytes(), table_judges(&made));
    let plan = carry(&made, target, archive, None).unwrap();
    assert_eq!((plan.door, plan.size), (Door::BootPartition, before.len() as u64));
    let boot = made.boot..made.boot + made.boot_size;
    same_but(&before, &made.bytes(), &[boot]);
    boot_holds(&made, &before, archive);
    assert_eq!(table_judges(&made), said);
}

#[test]
fn the_boot_partition_is_the_door_where_it_is_fat() {
    for root in [Root::Ext4, Root::Squashfs] {
        enters_by_boot(&recipe(Boot::Efi, root), "x86/64", &archive(700_000));
        enters_by_boot(&recipe(Boot::Card, root), "bcm27xx/bcm2711", &archive(10));
    }
}

#[test]
fn every_kind_of_fat_takes_it() {
    for (bits, mib) in [(12, 2), (16, 16), (32, 40)] {
        let recipe = Recipe { fat: Some(bits), boot_mib: mib, ..recipe(Boot::Efi, Root::Ext4) };
        for size in [1, 512, 700_001] {
            enters_by_boot(&recipe, "x86/64", &archive(size));
        }
    }
}

#[track_caller]
fn enters_behind(recipe: &Recipe, target: &str, archive: &[u8]) {
    let made = recipe.make();
    let before = made.bytes();
    let plan = carry(&made, target, archive, None).unwrap();
    assert_eq!((plan.door, plan.size), (Door::BehindSquashfs, before.len() as u64));
    let after = made.bytes();
    let used = u64::from_le_bytes(before[made.root as usize + 40..][..8].try_into().unwrap());
    let at = made.root + used.next_multiple_of(64 << 10);
    let added = at..at + archive.len() as u64;
    same_but(&before, &after, &[added]);
    assert!(after[at as usize..].starts_with(archive));
    assert_eq!(archive[..4], [0x1f, 0x8b, 8, 0], "as fstools knows it");
    let offset = made.root.to_string();
    let listed = done(Command::new(tool("unsquashfs")).args(["-lls", "-o", &offset]).arg(made.path()));
    assert!(listed.contains("squashfs-root/etc/openwrt_release"), "{listed}");
    // As fstools does it, in blocks and with whatever follows.
    let unpack = format!(
        "dd if={} bs=512 skip={} 2>/dev/null | busybox gzip -cd 2>/dev/null | busybox tar tf -",
        made.path(),
        at / 512
    );
    assert_eq!(done(Command::new("sh").args(["-c", &unpack])), "etc/noise\n");
}

#[test]
fn behind_a_squashfs_is_the_door_where_the_boot_partition_is_none() {
    for size in [1, 5 << 20] {
        let archive = archive(size);
        let root_mib = 32;
        for boot in [Boot::Bios, Boot::None] {
            enters_behind(&Recipe { root_mib, ..recipe(boot, Root::Squashfs) }, "x86/64", &archive);
        }
        // Nothing shows that this target looks at its boot partition.
        enters_behind(&Recipe { root_mib, ..recipe(Boot::Card, Root::Squashfs) }, "ath79/generic", &archive);
    }
}

#[test]
fn a_boot_partition_that_is_too_small_leaves_the_other_door() {
    let recipe = Recipe { root_mib: 32, ..recipe(Boot::Efi, Root::Squashfs) };
    enters_behind(&recipe, "x86/64", &archive(4 << 20));
}

#[test]
fn the_marker_of_an_end_is_no_obstacle() {
    let made = recipe(Boot::Bios, Root::Squashfs).make();
    let bytes = made.bytes();
    let used = u64::from_le_bytes(bytes[made.root as usize + 40..][..8].try_into().unwrap());
    made.put(made.root + used.next_multiple_of(64 << 10), &[0xde, 0xad, 0xc0, 0xde]);
    assert_eq!(carry(&made, "x86/64", &archive(9000), None).unwrap().door, Door::BehindSquashfs);
}

#[test]
fn the_same_again_is_the_same() {
    let made = recipe(Boot::Efi, Root::Ext4).make();
    let again = super::copy(&made, "again");
    carry(&made, "x86/64", &archive(90_000), None).unwrap();
    let plan = owpkg::image::plan(&mut &again, "x86/64", super::load(&archive(90_000)), None).unwrap();
    let mut again = again;
    plan.apply(&mut std::io::Cursor::new(archive(90_000)), &mut again).unwrap();
    assert!(fs::read(made.file("again")).unwrap() == made.bytes());
}
