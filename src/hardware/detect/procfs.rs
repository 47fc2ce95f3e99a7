//! `/proc/bus/pci/devices`, which a stock OpenWrt image has although it has no `lspci`.

use super::scan::{name, number16};
use crate::hardware::device::is_hex;
use crate::hardware::{Bus, Device, DeviceId};

/// Slot, ids and interrupt, then base addresses and sizes of seven regions; the driver may follow.
const FIELDS: usize = 17;

/// The device of a line such as `0200<tab>8086095a<tab>12<tab>…<tab>iwlwifi`.
pub(super) fn device(line: &str) -> Option<Device> {
    let mut fields = line.split_ascii_whitespace();
    let slot = fields.next()?;
    let ids = fields.next()?;
    if slot.len() != 4 || !is_hex(slot) || ids.len() != 8 || !is_hex(ids) {
        return None;
    }
    let rest: Vec<&str> = fields.take(FIELDS - 1).collect();
    if rest.len() < FIELDS - 2 || !rest[..FIELDS - 2].iter().all(|field| is_hex(field)) {
        return None;
    }
    let id = DeviceId::new(Bus::Pci, number16(&ids[..4])?, number16(&ids[4..])?);
    Some(Device { driver: rest.get(FIELDS - 2).map(|driver| name(driver)), ..Device::of_id(id) })
}
