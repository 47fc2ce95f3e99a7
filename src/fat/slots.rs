//! The slots of a folder read back: long names joined, deleted entries passed over.

use std::char::{REPLACEMENT_CHARACTER, decode_utf16};

use super::damage::FatDamage;
use super::directory::{
    LAST_LONG_SLOT, READ_ONLY_HIDDEN_SYSTEM_LABEL, SLOT_BYTES, UNITS_PER_SLOT, VOLUME_LABEL, checksum,
};
use super::names;

/// A first byte that ends a folder, and one of an entry that was deleted.
const END: u8 = 0;
pub(super) const DELETED: u8 = 0xe5;
/// What stands for a first byte of 0xe5.
const NOT_DELETED: u8 = 0x05;

/// A file or folder as its folder lists it.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) attributes: u8,
    pub(super) first: u32,
    pub(super) size: u32,
}

/// Goes through the slots of a folder once.
pub(super) struct Slots<'a> {
    slots: std::slice::Iter<'a, [u8; SLOT_BYTES]>,
    long: LongName,
}

/// A long name in the making: its slots stand in reverse before the short one.
#[derive(Default)]
struct LongName {
    units: Vec<[u16; UNITS_PER_SLOT]>,
    /// The number of the slot that has to follow; 0: the short one.
    next: u8,
    sum: u8,
}

impl<'a> Slots<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Slots<'a> {
        Slots { slots: bytes.as_chunks().0.iter(), long: LongName::default() }
    }
}

impl Iterator for Slots<'_> {
    type Item = Result<Listed, FatDamage>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let slot = self.slots.next().filter(|slot| slot[0] != END)?;
            let attributes = slot[11];
            let is_dots = slot.starts_with(b".          ") || slot.starts_with(b"..         ");
            if slot[0] == DELETED {
                self.long = LongName::default();
            } else if attributes & 0x3f == READ_ONLY_HIDDEN_SYSTEM_LABEL {
                self.long.take(slot);
            } else if attributes & VOLUME_LABEL != 0 || is_dots {
                self.long = LongName::default();
            } else {
                return Some(listed(slot, std::mem::take(&mut self.long)));
            }
        }
    }
}

fn listed(slot: &[u8; SLOT_BYTES], long: LongName) -> Result<Listed, FatDamage> {
    let short = |at: usize| u16::from_le_bytes([slot[at], slot[at + 1]]);
    let name = long.name(slot).unwrap_or_else(|| short_name(slot));
    match names::check(&name) {
        Ok(()) if !name.contains('/') => Ok(Listed {
            name,
            attributes: slot[11],
            first: u32::from(short(20)) << 16 | u32::from(short(26)),
            size: u32::from(short(30)) << 16 | u32::from(short(28)),
        }),
        _ => Err(FatDamage::Name { name }),
    }
}

impl LongName {
    fn take(&mut self, slot: &[u8; SLOT_BYTES]) {
        let (number, sum) = (slot[0] & !LAST_LONG_SLOT, slot[13]);
        if slot[0] & LAST_LONG_SLOT != 0 {
            *self = LongName { units: Vec::new(), next: number, sum };
        }
        if number == 0 || number != self.next || sum != self.sum {
            *self = LongName::default();
            return;
        }
        let pairs = slot[1..11].iter().chain(&slot[14..26]).chain(&slot[28..]);
        let bytes: Vec<u8> = pairs.copied().collect();
        let mut units = [0; UNITS_PER_SLOT];
        for (unit, pair) in units.iter_mut().zip(bytes.as_chunks().0) {
            *unit = u16::from_le_bytes(*pair);
        }
        self.units.push(units);
        self.next -= 1;
    }

    /// The name, if it is whole and belongs to this short one.
    fn name(self, slot: &[u8; SLOT_BYTES]) -> Option<String> {
        let short = slot.first_chunk()?;
        if self.units.is_empty() || self.next != 0 || self.sum != checksum(short) {
            return None;
        }
        let units = self.units.into_iter().rev().flatten().take_while(|unit| *unit != 0);
        Some(decode_utf16(units).map(|sign| sign.unwrap_or(REPLACEMENT_CHARACTER)).collect())
    }
}

/// The 8.3 name; the two bits that say "in small letters" are those of Windows and Linux.
fn short_name(slot: &[u8; SLOT_BYTES]) -> String {
    let part = |bytes: &[u8], small: bool| -> String {
        let text = bytes.iter().map(|&byte| match byte {
            byte if !byte.is_ascii() => REPLACEMENT_CHARACTER,
            byte if small => byte.to_ascii_lowercase().into(),
            byte => byte.into(),
        });
        text.collect::<String>().trim_end().to_owned()
    };
    let mut base = slot[..8].to_vec();
    if base[0] == NOT_DELETED {
        base[0] = DELETED;
    }
    let (base, extension) = (part(&base, slot[12] & 0x08 != 0), part(&slot[8..11], slot[12] & 0x10 != 0));
    if extension.is_empty() { base } else { format!("{base}.{extension}") }
}
