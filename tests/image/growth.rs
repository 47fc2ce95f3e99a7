//! Images that grow.

use std::process::Command;

use owpkg::image::{Door, grow};

use super::build::{Boot, MIB, Recipe, Root, SECTOR, recipe};
use super::{archive, carry, same_but};
use crate::support::judges::tool;

/// What `sgdisk` and `sfdisk` find wrong with a table.
fn complaints(made: &super::Made) -> Vec<String> {
    let mut found = Vec::new();
    for (name, word) in [("sgdisk", "-v"), ("sfdisk", "--verify")] {
        let output = Command::new(tool(name)).arg(word).arg(made.path()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        let is_bad = |line: &&str| {
            let line = line.to_lowercase();
            ["problem:", "caution", "warning", "invalid", "mismatch", "error", "corrupt", "not on the end"]
                .iter()
                .any(|word| line.contains(word))
        };
        found.extend(
            said.lines().filter(|line| *line != "No errors detected.").filter(is_bad).map(str::to_owned),
        );
    }
    found
}

#[test]
fn a_table_that_was_whole_is_whole_at_the_new_end() {
    for more in [33 * SECTOR, MIB, 40 * MIB] {
        let made = Recipe { copy: true, ..recipe(Boot::Efi, Root::Ext4) }.make();
        let before = made.bytes();
        assert_eq!(complaints(&made), [""; 0]);
        let size = before.len() as u64 + more;
        let plan = carry(&made, "x86/64", &archive(90_000), Some(size)).unwrap();
        assert_eq!((plan.door, plan.size), (Door::BootPartition, size));
        assert_eq!(complaints(&made), [""; 0], "{more}");
        let after = made.bytes();
        assert_eq!(after.len() as u64, size);
        let old_copy = before.len() as u64 - 33 * SECTOR..before.len() as u64;
        let boot = made.boot..made.boot + made.boot_size;
        // The reach in the protective record, and of the header its checksum, the copy's place and the last sector.
        let table = [458..462, 512 + 16..512 + 20, 512 + 32..512 + 40, 512 + 48..512 + 56];
        same_but(&before, &after, &[&table[..], &[old_copy.clone(), boot]].concat());
        assert_eq!(after[512 + 56..512 + 72], before[512 + 56..512 + 72], "the disk's GUID");
        let end = (size - 33 * SECTOR) as usize;
        if more > MIB {
            assert!(after[before.len()..end].iter().all(|byte| *byte == 0));
            assert!(after[old_copy.start as usize..before.len()].iter().all(|byte| *byte == 0));
        }
    }
}

#[test]
fn nothing_is_said_of_a_grown_image_that_is_not_said_of_the_official_one() {
    let made = recipe(Boot::Efi, Root::Ext4).make();
    let before = complaints(&made);
    assert!(!before.is_empty(), "OpenWrt's own images have no copy of their table");
    carry(&made, "x86/64", &archive(90_000), None).unwrap();
    assert_eq!(complaints(&made), before);
    carry(&made, "x86/64", &archive(90_000), None).unwrap_err();
    let size = made.bytes().len() as u64 + 3 * MIB;
    grow(&mut made.open(), size).unwrap();
    assert_eq!(complaints(&made), [""; 0]);
}

#[test]
fn without_a_gpt_only_the_file_grows() {
    for boot in [Boot::Bios, Boot::None] {
        let made = recipe(boot, Root::Squashfs).make();
        let before = made.bytes();
        grow(&mut made.open(), before.len() as u64 + MIB).unwrap();
        let after = made.bytes();
        assert!(after.starts_with(&before) && after[before.len()..].iter().all(|byte| *byte == 0));
    }
}

/// What `docs/virtual-machines.md` tells to type.
#[test]
fn the_room_at_the_end_can_be_given_to_the_root() {
    let made = Recipe { copy: true, ..recipe(Boot::Efi, Root::Squashfs) }.make();
    let size = made.bytes().len() as u64 + 8 * MIB;
    grow(&mut made.open(), size).unwrap();
    let root = || {
        let dump = Command::new(tool("sfdisk")).arg("-d").arg(made.path()).output().unwrap();
        let dump = String::from_utf8(dump.stdout).unwrap();
        let line =
            dump.lines().find(|line| line.contains("2 : start=")).unwrap().split_once(" : ").unwrap().1;
        let numbers = line.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
        numbers.take(2).collect::<Vec<u64>>()
    };
    let before = root();
    let mut sh = Command::new("sh");
    sh.args(["-c", "echo ', +' | \"$0\" -q -N 2 \"$1\""]).arg(tool("sfdisk")).arg(made.path());
    assert!(sh.status().unwrap().success());
    let after = root();
    assert_eq!(after.len(), 2, "{after:?}");
    assert_eq!(after[0], before[0]);
    assert!(after[1] * SECTOR > before[1] * SECTOR + 7 * MIB, "{before:?} {after:?}");
    // What sfdisk enlarged ends wherever the room does; sgdisk would have it end where a cylinder does.
    let found = complaints(&made);
    assert!(found.iter().all(|line| line.contains("doesn't end on a")), "{found:?}");
}
