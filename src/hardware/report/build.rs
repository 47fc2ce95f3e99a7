//! Putting a report together.

use super::{ChipNames, DeviceNotes, DeviceReport, PassedOver, Status, Why};
use crate::hardware::chip::{Alternative, Certainty, Chip};
use crate::hardware::{ChipPackages, Device, Role};

impl PassedOver {
    pub(super) fn of(device: &Device) -> Self {
        let why = if device.class.is_empty() && device.interfaces.is_empty() {
            Why::UnknownId
        } else {
            Why::OtherClass
        };
        Self { line: device.line, id: device.id.to_string(), name: device.name.clone(), why }
    }
}

impl DeviceReport {
    /// Takes the word of a release's own modules: packages, each with what it lists.
    pub(crate) fn learn(&mut self, listed: &[(String, String)]) {
        self.status = Status::Ok;
        self.certainty = Certainty::High;
        self.chip = ChipNames::None;
        self.firmware.clear();
        self.kmods = listed.iter().map(|(package, _)| package.clone()).collect();
        self.kmods.dedup();
        self.notes = listed.iter().map(|(_, note)| note.clone()).collect::<Vec<_>>().into();
    }

    pub(super) fn empty(line: usize, name: String) -> Self {
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
            offers: Vec::new(),
        }
    }

    /// The same for a device that differs only in its place and its words.
    pub(super) fn of(mut self, device: &Device) -> Self {
        self.line = device.line;
        if !device.name.is_empty() {
            self.name.clone_from(&device.name);
        }
        self
    }

    pub(super) fn add(&mut self, selection: &ChipPackages, chip: &Chip) {
        extend(&mut self.kmods, packages(selection, &[Role::Driver]));
        extend(&mut self.firmware, packages(selection, &[Role::Firmware]));
        extend(&mut self.userspace, packages(selection, &[Role::Userspace, Role::Wpad]));
        for warning in &selection.warnings {
            self.note(&warning.of_chip(chip.name));
        }
    }

    /// Adds what a chip of the device needs.
    pub(super) fn merge(&mut self, chip: &Self) {
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
    pub(super) fn note(&mut self, note: &str) {
        if !self.notes.facts.iter().any(|known| known.contains(note)) {
            self.notes.facts.push(note.to_owned());
        }
    }
}

pub(super) fn packages<'s>(selection: &'s ChipPackages, roles: &'s [Role]) -> impl Iterator<Item = &'s str> {
    selection.wanted.iter().filter(|each| roles.contains(&each.role)).map(|each| each.package.as_str())
}

pub(super) fn extend<'p>(list: &mut Vec<String>, packages: impl Iterator<Item = &'p str>) {
    for package in packages {
        if !list.iter().any(|each| each == package) {
            list.push(package.to_owned());
        }
    }
}
