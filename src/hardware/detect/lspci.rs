//! `lspci` with `-n`, `-nn`, `-k`, `-v`, `-mm` or nothing: one line a device, more about it indented below.

use super::scan::{bracketed_id, bracketed_number, class_code, id_pair, is_slot, name};
use super::{Named, Place, Slot};
use crate::hardware::device::{hex8, hex16};
use crate::hardware::{Bus, Device, DeviceId};

/// The device of a line such as
/// `02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a] (rev 59)`,
/// `02:00.0 0280: 8086:095a (rev 59)` or
/// `02:00.0 "Network controller [0280]" "Intel Corporation [8086]" "Wireless 7265 [095a]" -r59 "" ""`.
pub(super) fn device(line: &str) -> Option<Device> {
    let (slot, rest) = split(line);
    let place = slot.and_then(Slot::of_linux).map(Place::Pci);
    if slot.is_some() && rest.starts_with('"') {
        return Some(Device { place, ..quoted(rest)? });
    }
    let mut device = if slot.is_some() { numeric(rest).or_else(|| unnamed(rest)) } else { None }
        .or_else(|| bracketed(rest))?;
    device.id.revision = revision(rest);
    Some(Device { place, ..device })
}

/// The slot that a line starts with, and the rest.
fn split(line: &str) -> (Option<&str>, &str) {
    let slot = line.split_once([' ', '\t']).filter(|(word, _)| is_slot(word));
    slot.map_or((None, line), |(slot, rest)| (Some(slot), rest.trim_start()))
}

/// `CLASS [cccc]: NAME [vvvv:dddd] …`; without a slot too, for people paste parts of lines.
fn bracketed(text: &str) -> Option<Device> {
    let (before, vendor, product) = bracketed_id(text)?;
    let (class, words) = before.split_once("]: ")?;
    let (_, class) = class.rsplit_once('[')?;
    hex16(class)?;
    let id = DeviceId::new(Bus::Pci, vendor, product);
    Some(Device { class: class.to_ascii_lowercase(), name: name(words), ..Device::of_id(id) })
}

/// `cccc: vvvv:dddd …`
fn numeric(text: &str) -> Option<Device> {
    let (class, rest) = text.split_once(": ")?;
    let class = class.strip_prefix("Class ").unwrap_or(class);
    hex16(class)?;
    let (vendor, product) = id_pair(rest.split_whitespace().next()?)?;
    Some(Device {
        class: class.to_ascii_lowercase(),
        ..Device::of_id(DeviceId::new(Bus::Pci, vendor, product))
    })
}

/// `CLASS: Device vvvv:dddd …`: an id that pci.ids does not know, without `-nn`.
fn unnamed(text: &str) -> Option<Device> {
    let (class, rest) = text.split_once(": ")?;
    let (vendor, product) = id_pair(rest.strip_prefix("Device ")?.split_whitespace().next()?)?;
    let class = class_code(class).unwrap_or("").to_owned();
    Some(Device { class, ..Device::of_id(DeviceId::new(Bus::Pci, vendor, product)) })
}

/// The fields of `lspci -mm`: class, vendor, device, then options, subsystem vendor and device.
fn quoted(text: &str) -> Option<Device> {
    let fields: Vec<&str> = text.split('"').skip(1).step_by(2).take(5).collect();
    let number =
        |at: usize| fields.get(at).and_then(|field| bracketed_number(field).or(Some(*field))).and_then(hex16);
    let class = fields
        .first()
        .and_then(|field| bracketed_number(field).or(Some(*field)))
        .filter(|digits| hex16(digits).is_some())?;
    let mut id = DeviceId::new(Bus::Pci, number(1)?, number(2)?);
    id.subsystem = number(3).zip(number(4));
    id.revision = text.split("\" -r").nth(1).and_then(|rest| hex8(rest.split(' ').next()?));
    Some(Device { class: class.to_ascii_lowercase(), name: name(fields[2]), ..Device::of_id(id) })
}

fn revision(text: &str) -> Option<u8> {
    let (_, rest) = text.rsplit_once("(rev ")?;
    hex8(rest.split(')').next()?.trim())
}

/// Takes an indented line about `device`: its subsystem or its driver.
pub(super) fn more(line: &str, device: &mut Device) -> bool {
    if let Some(rest) = line.strip_prefix("Subsystem:") {
        let bare = rest.trim();
        device.id.subsystem = bracketed_id(rest)
            .map(|(_, vendor, product)| (vendor, product))
            .or_else(|| id_pair(bare.strip_prefix("Device ").unwrap_or(bare)));
        return true;
    }
    if line.starts_with("(rev ") && device.id.revision.is_none() {
        device.id.revision = revision(line);
        return true;
    }
    if let Some(driver) = line.strip_prefix("Kernel driver in use:") {
        device.driver = Some(name(driver));
        return true;
    }
    if let Some(modules) = line.strip_prefix("Kernel modules:") {
        device.modules = modules.split(',').map(name).filter(|module| !module.is_empty()).collect();
        return true;
    }
    if let Some(group) = line.strip_prefix("IOMMU group:") {
        device.iommu_group = group.trim().parse().ok();
        return true;
    }
    line.starts_with("Flags:") || line.starts_with("Capabilities:")
}

/// Whether a line about a device breaks off before the id that `-nn` puts at its end.
pub(super) fn is_cut(line: &str) -> bool {
    line.strip_prefix("Subsystem:").is_some_and(|rest| !rest.contains('[') && id_pair(rest.trim()).is_none())
}

/// A network device without an id: `03:00.0 Ethernet controller: Realtek … RTL8125 2.5GbE Controller (rev 05)`.
pub(super) fn named(line: usize, text: &str) -> Option<Named> {
    let (slot, rest) = split(text);
    let slot = Slot::of_linux(slot?);
    let (class, words) = rest.split_once(": ")?;
    let words = words.rsplit_once(" (rev ").map_or(words, |(words, _)| words);
    let class = match bracketed_number(class) {
        Some(digits) => digits.to_ascii_lowercase(),
        None => class_code(class).unwrap_or("").to_owned(),
    };
    let (name, bus) = (name(words), Some(Bus::Pci));
    Some(Named { line, bus, class, name, driver: None, slot, hw_revision: None })
}

/// Takes an indented line about a device without an id.
pub(super) fn more_of_named(line: &str, named: &mut Named) -> bool {
    if let Some(driver) = line.strip_prefix("Kernel driver in use:") {
        named.driver = Some(name(driver));
        return true;
    }
    ["Subsystem:", "Kernel modules:", "Flags:", "Capabilities:"].iter().any(|key| line.starts_with(key))
}

/// What to run instead of a plain `lspci`, whose lines have no ids.
pub(super) fn hint(named: &Named) -> Option<&'static str> {
    named.class.starts_with("02").then_some("this listing has no ids: `lspci -nnk` shows them")
}
