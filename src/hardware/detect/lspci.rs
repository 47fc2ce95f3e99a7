//! `lspci -n`, `-nn`, `-nnk`, `-mm`: one line a device, more about it indented below.

use super::scan::{bracketed_id, bracketed_number, id_pair, is_slot, name};
use crate::hardware::device::{hex8, hex16};
use crate::hardware::{Bus, Device, DeviceId};

/// The device of a line such as
/// `02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a] (rev 59)`,
/// `02:00.0 0280: 8086:095a (rev 59)` or
/// `02:00.0 "Network controller [0280]" "Intel Corporation [8086]" "Wireless 7265 [095a]" -r59 "" ""`.
pub(super) fn device(line: &str) -> Option<Device> {
    let (slot, rest) = line
        .split_once([' ', '\t'])
        .filter(|(word, _)| is_slot(word))
        .map_or((None, line), |(slot, rest)| (Some(slot), rest));
    let rest = rest.trim_start();
    if slot.is_some() && rest.starts_with('"') {
        return quoted(rest);
    }
    let mut device = if slot.is_some() { numeric(rest) } else { None }.or_else(|| named(rest))?;
    device.id.revision = revision(rest);
    Some(device)
}

/// `CLASS [cccc]: NAME [vvvv:dddd] …`; without a slot too, for people paste parts of lines.
fn named(text: &str) -> Option<Device> {
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
        device.id.subsystem =
            bracketed_id(rest).map(|(_, vendor, product)| (vendor, product)).or_else(|| id_pair(rest.trim()));
        return true;
    }
    if let Some(driver) = line.strip_prefix("Kernel driver in use:") {
        device.driver = Some(name(driver));
        return true;
    }
    line.starts_with("Kernel modules:") || line.starts_with("Flags:") || line.starts_with("Capabilities:")
}

/// What to run instead of a plain `lspci`, whose lines have no ids.
pub(super) fn hint(line: &str) -> Option<&'static str> {
    let (slot, rest) = line.split_once(' ')?;
    let plain = is_slot(slot)
        && (rest.starts_with("Network controller:") || rest.starts_with("Ethernet controller:"));
    plain.then_some("this listing has no ids: `lspci -nnk` shows them")
}
