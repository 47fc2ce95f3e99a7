//! The devices of a listing in words.

use std::collections::HashMap;

use super::hardware;
use crate::hardware::{Catalogue, DeviceReport, Series, Status};

/// Reports that differ only in the line where they stand, for logs name one card many times over; and firmware files
/// of the same packages, for drivers ask for one version after the other.
pub(crate) struct DeviceGroup<'r> {
    /// The first of them.
    pub(crate) report: &'r DeviceReport,
    /// Where the listing shows them.
    pub(crate) lines: Vec<usize>,
}

impl<'r> DeviceGroup<'r> {
    /// Puts reports together.
    pub(crate) fn group(reports: &'r [DeviceReport]) -> Vec<DeviceGroup<'r>> {
        let mut groups: Vec<DeviceGroup<'r>> = Vec::new();
        let mut known: HashMap<DeviceReport, usize> = HashMap::new();
        for report in reports {
            let mut alike = DeviceReport { line: 0, ..report.clone() };
            if report.bus.is_none() && !report.firmware.is_empty() {
                alike.name.clear();
            }
            let position = *known.entry(alike).or_insert(groups.len());
            match groups.get_mut(position) {
                Some(group) => group.lines.push(report.line),
                None => groups.push(DeviceGroup { report, lines: vec![report.line] }),
            }
        }
        groups
    }

    /// Whether the release has all that it needs.
    pub(crate) fn is_supported(&self) -> bool {
        self.report.status == Status::Ok
    }

    /// What it is, in the words of the listing or else by its chip.
    pub(crate) fn title(&self) -> String {
        let DeviceReport { chip, name, id, .. } = self.report;
        match (name.is_empty(), chip.as_slice(), id) {
            (false, ..) if self.is_firmware() => match self.lines.len() {
                1 => format!("firmware {name}"),
                count => format!("firmware {name} and {} more", count - 1),
            },
            (false, ..) => name.clone(),
            (true, [], Some(id)) => format!("network device {id}"),
            (true, [], None) => String::new(),
            (true, chips, _) => chips.join(", "),
        }
    }

    /// What it is for: each kind once.
    pub(crate) fn kinds(&self) -> String {
        let chips = self.report.chip.as_slice().iter().filter_map(|name| Catalogue::builtin().chip(name));
        let mut kinds: Vec<&str> = Vec::new();
        for kind in chips.map(|chip| hardware::kind(chip.kind)) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.join(" and ")
    }

    /// Line, bus, id and revision, as far as they are known.
    pub(crate) fn place(&self) -> String {
        let report = self.report;
        let bus = report.bus.map(|bus| bus.to_string());
        let revision = report.revision.as_ref().map(|revision| format!("revision {revision}"));
        let device: Vec<String> = [bus, report.id.clone(), revision].into_iter().flatten().collect();
        let line = match (report.line, self.lines.len()) {
            (0, 1) => String::new(),
            (0, count) => format!("{count} of them"),
            (line, 1) => format!("line {line}"),
            (line, 2) => format!("lines {line} and {}", self.lines[1]),
            (line, count) => format!("line {line} and {} more", count - 1),
        };
        let parts: Vec<String> =
            [device.join(" "), line].into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// The device as `--device` takes it.
    pub(crate) fn device_argument(&self) -> Option<String> {
        let (bus, id) = (self.report.bus?, self.report.id.as_ref()?);
        let revision = self.report.revision.as_ref().map_or(String::new(), |revision| format!("@{revision}"));
        Some(format!("{bus}:{id}{revision}"))
    }

    /// Whether it works: with packages of the release, or without any.
    pub(crate) fn works(&self) -> bool {
        self.is_supported() || self.report.status == Status::BuiltIn
    }

    /// Whether it works, in words.
    pub(crate) fn verdict(&self, series: Series) -> String {
        match (self.is_firmware(), self.report.status) {
            (true, Status::Ok) => "packaged".to_owned(),
            (true, Status::FirmwareMissing) => "no package is known".to_owned(),
            (_, status) => hardware::status(status, series),
        }
    }

    /// Whether it is a firmware file that a log misses, and no device.
    pub(crate) fn is_firmware(&self) -> bool {
        self.report.bus.is_none()
    }
}
