//! Reports of what a log or a tree of devices names without an id: drivers, and firmware that a driver missed.

use super::build::{extend, packages};
use super::{ChipNames, DeviceReport, Status};
use crate::hardware::chip::{Bus, Certainty, Chip};
use crate::hardware::detect::{DriverSeen, MissingFirmware};
use crate::hardware::{Availability, Catalogue, Found, Role, firmware_packages};

impl Catalogue {
    /// A driver at work on a device without an id: its kernel modules are known, its firmware is not.
    pub(super) fn report_driver(&self, seen: &DriverSeen, offer: Availability<'_>) -> Option<DeviceReport> {
        let chips =
            || self.chips().iter().filter(|chip| chip.bus == Bus::Usb && chip.modules.contains(&seen.driver));
        let mut kmods = Vec::new();
        for chip in chips() {
            if let Ok(selection) = self.wanted(Found::Chip(chip), offer.variant, offer.has, offer.series) {
                extend(&mut kmods, packages(&selection, &[Role::Driver]));
            }
        }
        let names: Vec<&'static str> = chips().map(|chip| chip.name).collect();
        Some(DeviceReport {
            chip: match names[..] {
                [] => return None,
                [only] => ChipNames::One(only),
                // A driver of many chips names none of them.
                _ => ChipNames::None,
            },
            bus: Some(Bus::Usb),
            status: if kmods.is_empty() { Status::NoDriverPackage } else { Status::Ok },
            kmods,
            certainty: Certainty::Low,
            notes: vec![
                "this listing has no ids, and the firmware depends on them: `lsusb` shows them".to_owned(),
            ]
            .into(),
            ..DeviceReport::empty(seen.line, format!("driver {}", seen.driver))
        })
    }

    /// A firmware file that a driver did not find: the package that has it, and the chip where driver and file tell.
    pub(super) fn report_firmware(&self, missing: &MissingFirmware, offer: Availability<'_>) -> DeviceReport {
        let mut report = report_firmware(missing, offer);
        let known = firmware_packages(&missing.file);
        let asks = |chip: &&Chip| {
            let by_driver = missing.driver.as_deref().is_some_and(|driver| chip.modules.contains(driver));
            by_driver && chip.firmware.iter().any(|package| known.contains(&package))
                || chip.note.contains(&missing.file)
        };
        let chips: Vec<&Chip> = self.chips().iter().filter(asks).collect();
        if let [chip] = chips[..] {
            report.chip = ChipNames::One(chip.name);
            report.note(chip.note);
        }
        report
    }
}

fn report_firmware(missing: &MissingFirmware, offer: Availability<'_>) -> DeviceReport {
    let known = firmware_packages(&missing.file);
    let held: Vec<String> =
        known.iter().filter(|package| (offer.has)(package)).map(|package| (*package).to_owned()).collect();
    let (status, note) = match (held.is_empty(), known.as_slice()) {
        (false, _) => (Status::Ok, None),
        (true, []) => (Status::FirmwareMissing, Some("no package is known to install this file".to_owned())),
        (true, others) => {
            (Status::NotInRelease, Some(format!("other releases have it in {}", others.join(", "))))
        }
    };
    DeviceReport {
        firmware: held,
        status,
        certainty: if known.is_empty() { Certainty::Low } else { Certainty::High },
        notes: note
            .into_iter()
            .chain(["a driver asked for this file and did not find it".to_owned()])
            .collect::<Vec<_>>()
            .into(),
        ..DeviceReport::empty(missing.line, missing.file.clone())
    }
}
