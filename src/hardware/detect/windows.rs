//! Windows' hardware ids: `PCI\VEN_14C3&DEV_7961&SUBSYS_E0AB105B&REV_00`, `USB\VID_0E8D&PID_7961&MI_00`,
//! `SD\VID_02D0&PID_A9A6`, alone or in the lists of `pnputil`, the device manager and PowerShell.

use super::scan::{hex_after, name, number8, number16};
use crate::hardware::{Bus, Device, DeviceId};

/// How the ids of a bus begin.
pub(super) const MARKS: [(&str, Bus); 3] =
    [("PCI\\VEN_", Bus::Pci), ("USB\\VID_", Bus::Usb), ("SD\\VID_", Bus::Sdio)];

/// The device of a line that holds a hardware id anywhere.
pub(super) fn device(line: &str) -> Option<Device> {
    let upper = line.to_ascii_uppercase();
    let (at, mark, bus) = MARKS.iter().find_map(|(mark, bus)| Some((upper.find(mark)?, mark, *bus)))?;
    let id = upper[at..].split([' ', '\t', ',', ';', '"', '\'', '}']).next()?;
    let device = if bus == Bus::Pci { "&DEV_" } else { "&PID_" };
    let number = |key| hex_after(id, key).filter(|digits| digits.len() == 4).and_then(number16);
    let mut found = Device::of_id(DeviceId::new(bus, number(mark)?, number(device)?));
    if bus == Bus::Pci {
        found.id.subsystem =
            hex_after(id, "&SUBSYS_").filter(|digits| digits.len() == 8).and_then(|digits| {
                Some((number16(&digits[4..])?, number16(&digits[..4])?)).filter(|pair| *pair != (0, 0))
            });
        found.id.revision = hex_after(id, "&REV_").filter(|digits| digits.len() == 2).and_then(number8);
        found.class = hex_after(id, "&CC_").unwrap_or("").to_ascii_lowercase();
    }
    // A table of PowerShell has the name in the column before.
    let column = line[..at].trim_end().rsplit("  ").next().unwrap_or("").trim();
    if !column.ends_with(':') && !column.contains(['{', '"', '=']) {
        found.name = name(column);
    }
    Some(found)
}

/// Whether a line is of the device before it: Windows lists the ids of one device from the closest to the widest.
pub(super) fn is_same(last: &Device, next: &Device, line: &str) -> bool {
    let (last, next) = (last.id, next.id);
    let agree = last.subsystem.is_none() || next.subsystem.is_none() || last.subsystem == next.subsystem;
    let wider = match next.bus {
        Bus::Pci => last != next && (next.revision.is_none() || last.revision == next.revision),
        _ => !line.to_ascii_uppercase().contains("&REV_"),
    };
    (last.bus, last.vendor, last.device) == (next.bus, next.vendor, next.device) && agree && wider
}

/// Takes what another id of the same device tells beside the first.
pub(super) fn join(last: &mut Device, next: &Device) {
    last.id.subsystem = last.id.subsystem.or(next.id.subsystem);
    last.id.revision = last.id.revision.or(next.id.revision);
    if last.class.len() < next.class.len() {
        last.class.clone_from(&next.class);
    }
}

/// Takes a line below the id: its name.
pub(super) fn more(line: &str, device: &mut Device) -> bool {
    let Some((key, value)) = line.split_once(':') else { return false };
    if !["Device Description", "FriendlyName", "Name", "Caption", "Description"].contains(&key.trim()) {
        return false;
    }
    if device.name.is_empty() {
        device.name = name(value);
    }
    true
}
