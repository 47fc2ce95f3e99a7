//! Reports of devices: by their ids, or by their names alone.

use std::collections::{BTreeMap, HashMap};

use super::build::extend;
use super::{ChipNames, DeviceReport, DevicesReport, PassedOver, Status, Why};
use crate::hardware::chip::{Bus, Chip, Kind};
use crate::hardware::detect::{Detected, Named};
use crate::hardware::identify::Identity;
use crate::hardware::limits::own_limits;
use crate::hardware::switch::{SWITCH_PACKAGE, Switch};
use crate::hardware::{Availability, Catalogue, Device, Found, bluetooth_halves, passthrough_limits};

impl Catalogue {
    /// What is said of each network device, driver and missing firmware file of a listing, in its order.
    pub fn report(&self, detected: &Detected, offer: Availability<'_>) -> DevicesReport {
        // Listings name one card many times over, in logs above all.
        let mut known: HashMap<Device, Option<DeviceReport>> = HashMap::new();
        let mut chips = ChipReports::new();
        let mut devices = Vec::new();
        let mut passed_over = Vec::new();
        let shows_bluetooth = detected.devices.iter().any(|device| self.is_bluetooth(device));
        for device in &detected.devices {
            let alike = device.alike();
            let report = known.entry(alike).or_insert_with(|| {
                let mut report = self.device(device, offer, &mut chips)?;
                if let (Some(host), Some(identity)) = (detected.hypervisor, self.identify(device)) {
                    let limits = identity.chips.iter().flat_map(|chip| passthrough_limits(chip, host));
                    limits.for_each(|limit| report.note(limit.text));
                }
                Some(report)
            });
            match report {
                Some(report) => {
                    let mut report = report.clone().of(device);
                    if shows_bluetooth {
                        report.offers.clear();
                    }
                    devices.push(report);
                }
                None => passed_over.push(PassedOver::of(device)),
            }
        }
        passed_over.extend(detected.loose.iter().map(|loose| PassedOver {
            line: loose.line,
            id: format!("{:04x}:{:04x}", loose.vendor, loose.device),
            name: String::new(),
            why: Why::UnknownId,
        }));
        let mut by_name: HashMap<Named, DeviceReport> = HashMap::new();
        for named in &detected.named {
            let alike = Named { line: 0, ..named.clone() };
            let report = by_name.entry(alike).or_insert_with(|| self.report_named(named, offer, &mut chips));
            devices.push(DeviceReport { line: named.line, ..report.clone() });
        }
        devices.extend(detected.drivers.iter().filter_map(|seen| self.report_driver(seen, offer)));
        devices.extend(detected.firmware.iter().map(|missing| self.report_firmware(missing, offer)));
        devices.sort_by_key(|device| device.line);
        DevicesReport { schema: "owpkg.devices/1", devices, passed_over }
    }

    /// What is said of one device; `None` when it is no network device.
    fn device(
        &self,
        device: &Device,
        offer: Availability<'_>,
        known: &mut ChipReports,
    ) -> Option<DeviceReport> {
        if let Some(switch) = Switch::of(device) {
            return Some(DeviceReport {
                userspace: vec![SWITCH_PACKAGE.to_owned()],
                status: Status::Ok,
                notes: vec![switch.note()].into(),
                ..DeviceReport::unknown(device)
            });
        }
        let Some(identity) = self.identify(device) else {
            return device.is_network().then(|| DeviceReport::unknown(device));
        };
        Some(self.report_identity(identity, DeviceReport::unknown(device), offer, known))
    }

    /// A device that the listing only names.
    fn report_named(&self, named: &Named, offer: Availability<'_>, known: &mut ChipReports) -> DeviceReport {
        // The words of a class are those of PCI.
        let bus = named.bus.or(if named.class.is_empty() { None } else { Some(Bus::Pci) });
        let empty = DeviceReport { bus, ..DeviceReport::empty(named.line, named.name.clone()) };
        match self.identify_named(named) {
            Some(identity) => self.report_identity(identity, empty, offer, known),
            None => DeviceReport { notes: vec![UNKNOWN_NAME.to_owned()].into(), ..empty },
        }
    }

    /// What is said of a device of which the chips are known; `bare` has its place and its words.
    fn report_identity(
        &self,
        identity: Identity<'_>,
        bare: DeviceReport,
        offer: Availability<'_>,
        known: &mut ChipReports,
    ) -> DeviceReport {
        let mut report = DeviceReport { certainty: identity.certainty, notes: identity.notes.into(), ..bare };
        if report.name.is_empty() {
            report.name = identity.name.to_owned();
        }
        let is_half = |chip: &str| identity.chips.iter().any(|own| own.name == chip);
        for (_, id, _) in bluetooth_halves().filter(|(chip, ..)| is_half(chip)) {
            extend(&mut report.offers, std::iter::once(format!("{}:{id}", id.bus).as_str()));
        }
        report.chip = match identity.chips.as_slice() {
            [only] => ChipNames::One(only.name),
            several => ChipNames::Several(several.iter().map(|chip| chip.name).collect()),
        };
        let mut kinds: BTreeMap<Kind, Status> = BTreeMap::new();
        for chip in identity.chips {
            let own = known.entry(chip.name).or_insert_with(|| self.report_chip(chip, offer));
            report.merge(own);
            kinds.entry(chip.kind).and_modify(|best| *best = own.status.min(*best)).or_insert(own.status);
        }
        // One driver of a kind is enough; a device with two kinds of radio needs both.
        report.status = kinds.into_values().max().unwrap_or(Status::Unknown);
        report
    }

    /// What one chip needs, and what is known of it.
    fn report_chip(&self, chip: &Chip, offer: Availability<'_>) -> DeviceReport {
        let wanted = self.wanted(Found::Chip(chip), offer.variant, offer.has, offer.series);
        let mut report =
            DeviceReport { status: Status::of(chip, &wanted), ..DeviceReport::empty(0, String::new()) };
        match wanted {
            Ok(selection) => report.add(&selection, chip),
            Err(reason) => {
                extend(&mut report.kmods, chip.kmods.iter());
                extend(&mut report.firmware, chip.firmware.iter());
                report.note(&reason.to_string());
                reason.help().iter().for_each(|help| report.note(help));
            }
        }
        report.note(chip.note);
        if report.status > Status::FirmwareMissing {
            own_limits(chip).for_each(|limit| report.note(limit.text));
        }
        report.notes.choices = self.alternatives(chip).copied().collect();
        report
    }
}

/// What is said of each chip, whichever devices have it.
type ChipReports = HashMap<&'static str, DeviceReport>;

const UNKNOWN_NAME: &str = "no table has this name, and the listing shows no id: `lspci -nn` or `lsusb` does";
const UNKNOWN: &str = "the catalogue has no row for this id; the driver may be part of the kernel";

impl DeviceReport {
    /// A device that no table knows.
    pub(crate) fn unknown(device: &Device) -> DeviceReport {
        DeviceReport {
            bus: Some(device.id.bus),
            id: Some(device.id.to_string()),
            revision: device.id.revision.map(|revision| format!("{revision:02x}")),
            notes: vec![UNKNOWN.to_owned()].into(),
            ..DeviceReport::empty(device.line, device.name.clone())
        }
    }
}
