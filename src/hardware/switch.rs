//! Sticks and modems that show themselves as a disk with their Windows driver first.

use super::device::{Device, DeviceId};
use super::{Bus, table};

const SWITCHES: &str = include_str!("../../indexes/hardware/modeswitch.tsv");

/// The package whose program turns the disk into the device.
pub(super) const SWITCH_PACKAGE: &str = "usb-modeswitch";

/// A device in CD-ROM mode: one row of `modeswitch.tsv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// The id of the disk.
    pub id: DeviceId,
    /// The ids that it may have then, as `vendor:product`; empty where nothing is known of them.
    pub after: Vec<&'static str>,
}

impl Switch {
    /// The row of a device, unless it shows no disk.
    pub fn of(device: &Device) -> Option<Self> {
        let key = device.id.to_string();
        let row = table::lines_with(SWITCHES, &format!("{key}\t")).next()?;
        let is_disk =
            device.interfaces.is_empty() || device.interfaces.iter().any(|each| each.class[0] == 0x08);
        let after = row.split('\t').nth(1).unwrap_or("").split(' ').filter(|id| !id.is_empty()).collect();
        (device.id.bus == Bus::Usb && is_disk).then_some(Self { id: device.id, after })
    }

    /// What to do, in a sentence.
    pub fn note(&self) -> String {
        let then = match self.after.as_slice() {
            [] => String::new(),
            [one] => format!(": it should be {one} then"),
            some => format!(": it should be one of {} then", some[..some.len().min(4)].join(", ")),
        };
        format!(
            "this is its CD-ROM mode, a disk with a driver for Windows: {SWITCH_PACKAGE} switches it, and then its new id \
             tells the driver{then}"
        )
    }
}

/// Every row, for the checks of the table.
pub fn all_switches() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    table::rows::<2>(SWITCHES)
        .filter_map(Result::ok)
        .map(|(_, [id, after])| (id, after.split(' ').filter(|id| !id.is_empty()).collect()))
}
