//! What is said of each device of a listing: the rows of `owpkg detect`, and its JSON.

use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};

use super::chip::{Alternative, Bus, Certainty, Chip, Gap, Kind};
use super::detect::{Detected, DriverSeen, MissingFirmware};
use super::device::Device;
use super::{Availability, Catalogue, ChipPackages, Found, Role, Unsupported, firmware_packages, limits};

/// What `owpkg detect --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DevicesReport {
    /// `owpkg.devices/1`.
    pub schema: &'static str,
    /// One entry a network device, in the order of the listing.
    pub devices: Vec<DeviceReport>,
}

/// What is said of one device, or of one firmware file that a kernel log misses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct DeviceReport {
    /// Line of the listing, from 1; 0 for the machine's own devices.
    pub line: usize,
    /// How it is attached, where the listing tells.
    pub bus: Option<Bus>,
    /// `8086:095a:8086:5010`, where the listing tells.
    pub id: Option<String>,
    /// PCI revision, two hex digits.
    pub revision: Option<String>,
    /// The chip, or the chips where the id leaves several open or the device needs several.
    pub chip: ChipNames,
    /// The listing's own words, or else those of pci.ids or usb.ids.
    pub name: String,
    /// Kernel module packages.
    pub kmods: Vec<String>,
    /// Firmware packages.
    pub firmware: Vec<String>,
    /// Programs.
    pub userspace: Vec<String>,
    /// Whether the release can drive it.
    pub status: Status,
    /// How sure the chip is.
    pub certainty: Certainty,
    /// What decided, what is missing, limits, other choices.
    pub notes: DeviceNotes,
}

/// What is noted of a device; in JSON one list of sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct DeviceNotes {
    /// What decided, what is missing, limits.
    pub facts: Vec<String>,
    /// Other packages for its chips.
    pub choices: Vec<Alternative>,
}

impl From<Vec<String>> for DeviceNotes {
    fn from(facts: Vec<String>) -> DeviceNotes {
        DeviceNotes { facts, choices: Vec::new() }
    }
}

impl Serialize for DeviceNotes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.facts.iter().cloned().chain(self.choices.iter().map(ToString::to_string)))
    }
}

/// Names of chips: none, one, or a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum ChipNames {
    /// The catalogue does not know it.
    None,
    /// One chip.
    One(&'static str),
    /// Several.
    Several(Vec<&'static str>),
}

impl ChipNames {
    /// The names, however many there are.
    pub fn as_slice(&self) -> &[&'static str] {
        match self {
            Self::None => &[],
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// Whether a release can drive a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It can.
    Ok,
    /// The driver is packaged, its firmware is not.
    FirmwareMissing,
    /// Another release has what it needs.
    NotInRelease,
    /// Only other targets build the driver.
    OtherTarget,
    /// No release has a driver package.
    NoDriverPackage,
    /// A network device that the catalogue does not know.
    Unknown,
}

impl Status {
    /// Whether a release can drive a chip, given what there is to ask of it.
    pub(super) fn of(chip: &Chip, wanted: &Result<ChipPackages, Unsupported>) -> Self {
        match wanted {
            Ok(_) if chip.gap == Some(Gap::NoFirmware) => Self::FirmwareMissing,
            Ok(_) => Self::Ok,
            Err(Unsupported::NoDriver { .. }) => Self::NoDriverPackage,
            Err(Unsupported::OtherTarget { .. }) => Self::OtherTarget,
            Err(Unsupported::NotInRelease { .. } | Unsupported::NoMember { .. }) => Self::NotInRelease,
        }
    }
}

impl Catalogue {
    /// What is said of each network device, driver and missing firmware file of a listing, in its order.
    pub fn report(&self, detected: &Detected, offer: Availability<'_>) -> DevicesReport {
        // Listings name one card many times over, in logs above all.
        let mut known: HashMap<Device, Option<DeviceReport>> = HashMap::new();
        let mut chips = ChipReports::new();
        let mut devices = Vec::new();
        for device in &detected.devices {
            let alike = Device { line: 0, name: String::new(), driver: None, ..device.clone() };
            let report = known.entry(alike).or_insert_with_key(|alike| self.device(alike, offer, &mut chips));
            devices.extend(report.clone().map(|report| report.of(device)));
        }
        devices.extend(detected.drivers.iter().filter_map(|seen| self.report_driver(seen, offer)));
        devices.extend(detected.firmware.iter().map(|missing| report_firmware(missing, offer)));
        devices.sort_by_key(|device| device.line);
        DevicesReport { schema: "owpkg.devices/1", devices }
    }

    /// What is said of one device; `None` when it is no network device.
    fn device(
        &self,
        device: &Device,
        offer: Availability<'_>,
        known: &mut ChipReports,
    ) -> Option<DeviceReport> {
        let Some(identity) = self.identify(device) else {
            return device.is_network().then(|| unknown(device));
        };
        let mut report =
            DeviceReport { certainty: identity.certainty, notes: identity.notes.into(), ..unknown(device) };
        if report.name.is_empty() {
            report.name = identity.name.to_owned();
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
        Some(report)
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
            limits(chip).for_each(|limit| report.note(limit.text));
        }
        report.notes.choices = self.alternatives(chip).copied().collect();
        report
    }

    /// A driver at work on a device without an id: its kernel modules are known, its firmware is not.
    fn report_driver(&self, seen: &DriverSeen, offer: Availability<'_>) -> Option<DeviceReport> {
        let chips =
            || self.chips().iter().filter(|chip| chip.bus == Bus::Usb && chip.modules.contains(&seen.driver));
        let mut kmods = Vec::new();
        for chip in chips() {
            if let Ok(selection) = self.wanted(Found::Chip(chip), offer.variant, offer.has, offer.series) {
                extend(&mut kmods, packages(&selection, &[Role::Driver]));
            }
        }
        chips().next()?;
        Some(DeviceReport {
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
}

/// What is said of each chip, whichever devices have it.
type ChipReports = HashMap<&'static str, DeviceReport>;

const UNKNOWN: &str = "the catalogue has no row for this id; the driver may be part of the kernel";

fn unknown(device: &Device) -> DeviceReport {
    DeviceReport {
        bus: Some(device.id.bus),
        id: Some(device.id.to_string()),
        revision: device.id.revision.map(|revision| format!("{revision:02x}")),
        notes: vec![UNKNOWN.to_owned()].into(),
        ..DeviceReport::empty(device.line, device.name.clone())
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

impl DeviceReport {
    fn empty(line: usize, name: String) -> Self {
        Self {
            line,
            bus: None,
            id: None,
            revision: None,
            chip: ChipNames::None,
            name,
            kmods: Vec::new(),
            firmware: Vec::new(),
            userspace: Vec::new(),
            status: Status::Unknown,
            certainty: Certainty::Low,
            notes: DeviceNotes::default(),
        }
    }

    /// The same for a device that differs only in its place and its words.
    fn of(mut self, device: &Device) -> Self {
        self.line = device.line;
        if !device.name.is_empty() {
            self.name.clone_from(&device.name);
        }
        self
    }

    fn add(&mut self, selection: &ChipPackages, chip: &Chip) {
        extend(&mut self.kmods, packages(selection, &[Role::Driver]));
        extend(&mut self.firmware, packages(selection, &[Role::Firmware]));
        extend(&mut self.userspace, packages(selection, &[Role::Userspace, Role::Wpad]));
        for warning in &selection.warnings {
            self.note(&warning.of_chip(chip.name));
        }
    }

    /// Adds what a chip of the device needs.
    fn merge(&mut self, chip: &Self) {
        extend(&mut self.kmods, chip.kmods.iter().map(String::as_str));
        extend(&mut self.firmware, chip.firmware.iter().map(String::as_str));
        extend(&mut self.userspace, chip.userspace.iter().map(String::as_str));
        chip.notes.facts.iter().for_each(|note| self.note(note));
        for choice in &chip.notes.choices {
            // Chips that share their packages share the choice.
            let is_same = |known: &Alternative| *known == Alternative { chip: known.chip, ..*choice };
            if !self.notes.choices.iter().any(is_same) {
                self.notes.choices.push(*choice);
            }
        }
    }

    /// Adds a note that no other one already says.
    fn note(&mut self, note: &str) {
        if !self.notes.facts.iter().any(|known| known.contains(note)) {
            self.notes.facts.push(note.to_owned());
        }
    }
}

fn packages<'s>(selection: &'s ChipPackages, roles: &'s [Role]) -> impl Iterator<Item = &'s str> {
    selection.wanted.iter().filter(|each| roles.contains(&each.role)).map(|each| each.package.as_str())
}

fn extend<'p>(list: &mut Vec<String>, packages: impl Iterator<Item = &'p str>) {
    for package in packages {
        if !list.iter().any(|each| each == package) {
            list.push(package.to_owned());
        }
    }
}
