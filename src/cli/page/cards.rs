//! The cards of what was given and typed, named as `owpkg detect` and `owpkg chips` name them.

use super::line::Line;
use super::order::Given;
use super::workshop::Desk;
use crate::cli::commands::detect::{self, DetectArgs};
use crate::cli::error::Failure;
use crate::cli::ui::device::DeviceGroup;
use crate::cli::ui::hardware::{self, by_history};
use crate::hardware::detect::Detected;
use crate::hardware::{Catalogue, ChipEntry, Device, DeviceId, FamilyEntry, Series, Status};

/// A card, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CardRow {
    pub(super) title: String,
    /// Its numbers, and where the listing shows it.
    pub(super) place: String,
    /// Whether it works.
    pub(super) works: bool,
    /// The same in words.
    pub(super) verdict: String,
    pub(super) chip: String,
    /// The packages that it takes.
    pub(super) packages: String,
    /// What else is to be known.
    pub(super) notes: Vec<String>,
}

/// Names them all.
///
/// # Errors
/// When a listing shows none, or a name or an id is none.
pub(super) fn rows(desk: &Desk<'_>) -> Result<Vec<CardRow>, Failure> {
    let order = desk.order;
    let mut rows = Vec::new();
    if order.given != Given::Nothing {
        let args: DetectArgs = Line::detect(order).read()?;
        let (mut env, _) = desk.env();
        detect::devices(&mut env, &args, |_, _, known, report| {
            rows.extend(
                DeviceGroup::group(&report.devices).iter().map(|device| of_device(device, known.series)),
            );
            Ok(())
        })?;
    }
    let series = hardware::series(order.release.as_deref())?;
    let catalogue = Catalogue::builtin();
    for name in &order.chips {
        let found = [catalogue.find(name)?];
        let listing = by_history(series, |offer| catalogue.listing(&found, offer, &|_| None));
        rows.extend(listing.chips.iter().map(|chip| of_chip(chip, series)));
        rows.extend(listing.families.iter().map(|family| of_family(family, series)));
    }
    for id in &order.devices {
        let seen = Detected { devices: vec![Device::of_id(id.parse::<DeviceId>()?)], ..Detected::default() };
        let report = by_history(series, |offer| catalogue.report(&seen, offer));
        rows.extend(DeviceGroup::group(&report.devices).iter().map(|device| of_device(device, series)));
    }
    Ok(rows)
}

fn of_device(device: &DeviceGroup<'_>, series: Series) -> CardRow {
    let report = device.report;
    let chips = report.chip.as_slice().join(", ");
    CardRow {
        title: device.title(),
        place: device.place(),
        works: device.works(),
        verdict: device.verdict(series),
        chip: if chips.is_empty() { chips } else { format!("{chips} ({})", device.kinds()) },
        packages: [&report.kmods[..], &report.firmware, &report.userspace].concat().join(" "),
        notes: report.notes.facts.iter().filter(|note| !note.is_empty()).cloned().collect(),
    }
}

fn of_chip(chip: &ChipEntry, series: Series) -> CardRow {
    CardRow {
        title: format!("{} {}", chip.vendor, chip.name).trim().to_owned(),
        place: chip.bus.to_string(),
        works: matches!(chip.status, Status::Ok | Status::BuiltIn),
        verdict: hardware::status(chip.status, series),
        chip: format!("{} ({})", chip.name, hardware::kind(chip.kind)),
        packages: [&chip.kmods[..], &chip.firmware, &chip.userspace].concat().join(" "),
        notes: chip.limits.iter().map(|limit| limit.text.to_owned()).collect(),
    }
}

fn of_family(family: &FamilyEntry, series: Series) -> CardRow {
    let best = family.members.iter().map(|member| member.status).find(|status| *status == Status::Ok);
    let status = best.or(family.members.first().map(|member| member.status)).unwrap_or(Status::Unknown);
    CardRow {
        title: family.name.to_owned(),
        place: String::new(),
        works: matches!(status, Status::Ok | Status::BuiltIn),
        verdict: hardware::status(status, series),
        chip: format!("a family of {} chips, all of them", family.members.len()),
        packages: String::new(),
        notes: vec![family.decides.to_owned()],
    }
}
