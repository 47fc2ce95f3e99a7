//! FreeBSD's `pciconf -l` and `-lv`, with the old `chip=0x095a8086` and the new `vendor=0x8086 device=0x095a` forms.

use super::scan::{hex_after, name, number8, number16};
use super::{Place, Slot};
use crate::hardware::{Bus, Device, DeviceId};

/// The device of a line such as
/// `ppt0@pci0:2:0:0: class=0x028000 rev=0x59 hdr=0x00 vendor=0x8086 device=0x095a subvendor=0x8086 subdevice=0x5010`.
pub(super) fn device(line: &str) -> Option<Device> {
    let class = hex_after(line, "class=")?;
    let mut id = match hex_after(line, "chip=") {
        Some(chip) => {
            let (device, vendor) = halves(chip)?;
            let mut id = DeviceId::new(Bus::Pci, vendor, device);
            id.subsystem = hex_after(line, "card=").and_then(halves).map(|(device, vendor)| (vendor, device));
            id
        }
        None => {
            let number = |key| hex_after(line, key).and_then(number16);
            let mut id = DeviceId::new(Bus::Pci, number("vendor=")?, number(" device=")?);
            id.subsystem = number("subvendor=").zip(number("subdevice="));
            id
        }
    };
    id.revision = hex_after(line, "rev=").and_then(number8);
    // A card without a subsystem shows zeros.
    id.subsystem = id.subsystem.filter(|subsystem| *subsystem != (0, 0));
    let driver =
        line.split_once('@').map(|(driver, _)| name(driver.trim_end_matches(|c: char| c.is_ascii_digit())));
    let class = class.get(..6.min(class.len())).unwrap_or("").to_ascii_lowercase();
    let place = line.split_once("@pci").and_then(|(_, rest)| rest.split_whitespace().next());
    let place = place.and_then(|word| Slot::of_freebsd(word.trim_end_matches(':'))).map(Place::Pci);
    Some(Device { class, place, driver: driver.filter(|driver| driver != "none"), ..Device::of_id(id) })
}

/// The high and the low half of eight hex digits.
fn halves(digits: &str) -> Option<(u16, u16)> {
    if digits.len() != 8 {
        return None;
    }
    Some((number16(&digits[..4])?, number16(&digits[4..])?))
}

/// Whether a line breaks off before the id.
pub(super) fn is_cut(line: &str) -> bool {
    line.contains("@pci") && line.contains("class=")
}

/// Takes a line below the first: `device     = 'Wireless 7265'`; or what was folded off it.
pub(super) fn more(line: &str, found: &mut Device) -> bool {
    let number = |key| hex_after(line, key).and_then(number16);
    if let Some(subsystem) = number("subvendor=").zip(number("subdevice=")).filter(|_| device(line).is_none())
    {
        found.id.subsystem = Some(subsystem).filter(|subsystem| *subsystem != (0, 0));
        return true;
    }
    let Some((key, value)) = line.split_once('=') else { return false };
    match key.trim() {
        "device" => found.name = name(value.trim().trim_matches('\'')),
        "vendor" | "class" | "subclass" => {}
        _ => return false,
    }
    value.starts_with(' ')
}
