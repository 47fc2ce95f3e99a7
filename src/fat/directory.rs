//! Directory entries, 32 bytes to a slot.

use super::layout::Extent;
use super::short_names::{self, ShortName};
use super::tree::{Child, Directory, Node};
use super::{Label, Plan, Timestamp};

pub(super) const SLOT_BYTES: usize = 32;
/// The root starts with the volume label.
pub(super) const LABEL_SLOTS: usize = 1;
/// Every other directory starts with `.` and `..`.
pub(super) const DOT_SLOTS: usize = 2;
/// The most slots in a directory: what the root of a FAT16 can declare in whole sectors. Other directories may
/// have 16 more, which is not worth a second limit.
pub(super) const MAX_SLOTS: usize = 65_520;

/// UTF-16 units of a long name in one slot.
pub(super) const UNITS_PER_SLOT: usize = 13;
/// Marks the slot with the end of a long name, which comes first.
pub(super) const LAST_LONG_SLOT: u8 = 0x40;

pub(super) const READ_ONLY_HIDDEN_SYSTEM_LABEL: u8 = 0x0f;
pub(super) const VOLUME_LABEL: u8 = 0x08;
pub(super) const DIRECTORY: u8 = 0x10;
const ARCHIVE: u8 = 0x20;

/// The slots that a name takes.
pub(super) fn slots_of(name: &str) -> usize {
    let plain = short_names::exact(name).is_some_and(|short| short_names::says_all(name, &short));
    if plain { 1 } else { 1 + name.encode_utf16().count().div_ceil(UNITS_PER_SLOT) }
}

/// The bytes of one directory, without the free space after its last slot.
pub(super) fn render(plan: &Plan, index: usize) -> Vec<u8> {
    let directory = &plan.tree.directories[index];
    let mut out = Slots { bytes: Vec::with_capacity(directory.slots * SLOT_BYTES), time: plan.time };
    if index == 0 {
        out.label(&plan.label);
    } else {
        out.dots(plan, index, directory);
    }
    for child in &directory.children {
        out.child(plan, child);
    }
    out.bytes
}

/// The slots of one file.
pub(super) fn file_slots(name: &str, short: &ShortName, first: u32, size: u32, time: Timestamp) -> Vec<u8> {
    let mut out = Slots { bytes: Vec::new(), time };
    if !short_names::says_all(name, short) {
        out.long(name, short);
    }
    out.short(short, ARCHIVE, first, size);
    out.bytes
}

struct Slots {
    bytes: Vec<u8>,
    time: Timestamp,
}

impl Slots {
    fn label(&mut self, label: &Label) {
        self.short(label.padded(), VOLUME_LABEL, 0, 0);
    }

    fn dots(&mut self, plan: &Plan, index: usize, directory: &Directory) {
        let own = plan.directories[index].first;
        // The root is cluster 0 here, also on FAT32, where it has a cluster of its own.
        let parent = if directory.parent == 0 { 0 } else { plan.directories[directory.parent].first };
        self.short(b".          ", DIRECTORY, own, 0);
        self.short(b"..         ", DIRECTORY, parent, 0);
    }

    fn child(&mut self, plan: &Plan, child: &Child) {
        if !short_names::says_all(&child.name, &child.short) {
            self.long(&child.name, &child.short);
        }
        match child.node {
            Node::Directory(index) => self.short(&child.short, DIRECTORY, plan.directories[index].first, 0),
            Node::File(index) => {
                let Extent { first, .. } = plan.files[index].extent;
                self.short(&child.short, ARCHIVE, first, plan.files[index].size);
            }
        }
    }

    fn short(&mut self, name: &ShortName, attributes: u8, cluster: u32, size: u32) {
        let [low_0, low_1, high_0, high_1] = cluster.to_le_bytes();
        let (date, time) = (self.time.date().to_le_bytes(), self.time.time().to_le_bytes());
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(&[attributes, 0, self.time.centiseconds()]);
        for field in [time, date, date, [high_0, high_1], time, date, [low_0, low_1]] {
            self.bytes.extend_from_slice(&field);
        }
        self.bytes.extend_from_slice(&size.to_le_bytes());
    }

    /// The slots of a long name, from its end to its start.
    fn long(&mut self, name: &str, short: &ShortName) {
        let units: Vec<u16> = name.encode_utf16().collect();
        let sum = checksum(short);
        let mut flag = LAST_LONG_SLOT;
        for (order, part) in (1_u8..).zip(units.chunks(UNITS_PER_SLOT)).collect::<Vec<_>>().into_iter().rev()
        {
            // A part that is not full ends in one zero and is filled up with ones.
            let mut padded = [0xffff; UNITS_PER_SLOT];
            padded[..part.len()].copy_from_slice(part);
            if let Some(end) = padded.get_mut(part.len()) {
                *end = 0;
            }
            self.bytes.push(order | flag);
            self.units(&padded[..5]);
            self.bytes.extend_from_slice(&[READ_ONLY_HIDDEN_SYSTEM_LABEL, 0, sum]);
            self.units(&padded[5..11]);
            self.bytes.extend_from_slice(&[0, 0]);
            self.units(&padded[11..]);
            flag = 0;
        }
    }

    fn units(&mut self, units: &[u16]) {
        self.bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    }
}

/// Ties the slots of a long name to their short one.
pub(super) fn checksum(short: &ShortName) -> u8 {
    short.iter().fold(0_u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte))
}
