//! All that the catalogue knows of one chip or family, for people.

use std::io::{self, Write};

use super::hardware::{self, by_history};
use super::style::Style;
use super::text::{field, table};
use crate::hardware::{
    AlternativeEntry, ChipEntry, FamilyEntry, How, Kind, Series, Status, default_wpad, id_source,
};

/// Prints the card of a chip.
pub(crate) fn chip(out: &mut dyn Write, style: Style, chip: &ChipEntry, series: Series) -> io::Result<()> {
    let supported = chip.status == Status::Ok;
    let status = match sure_since(chip).filter(|since| supported && series < *since) {
        Some(since) => style.bad(&format!("not sure before {since}")),
        None if supported => style.good(&hardware::status(chip.status, series)),
        None => style.bad(&hardware::status(chip.status, series)),
    };
    let maker = if chip.vendor.is_empty() { String::new() } else { format!("{} ", chip.vendor) };
    let what = format!("{maker}{} chip, {}", hardware::kind(chip.kind), chip.bus);
    writeln!(out, "{}: {what}: {status}", style.strong(chip.name))?;
    field(out, style, "names", &chip.aliases.join("; "))?;
    let modules = match chip.modules.join(", ") {
        modules if modules.is_empty() => String::new(),
        modules => format!(" (module {modules})"),
    };
    let driver = if chip.kmods.is_empty() { "no package".to_owned() } else { chip.kmods.join(" ") };
    field(out, style, "driver", &format!("{driver}{modules}"))?;
    field(out, style, "firmware", &chip.firmware.join(" "))?;
    field(out, style, "programs", &programs(chip, series))?;
    field(out, style, "releases", &releases(chip))?;
    field(out, style, "targets", &chip.targets.join(", "))?;
    for limit in &chip.limits {
        let hosts = if limit.hosts.is_empty() { String::new() } else { format!(" (on {})", limit.hosts) };
        field(out, style, "limit", &format!("{}{hosts} [{}]", limit.text, limit.source))?;
    }
    for other in &chip.alternatives {
        field(out, style, "choice", &choice(other))?;
    }
    field(out, style, "note", chip.note)?;
    let source = id_source(chip.source).unwrap_or(chip.source);
    field(out, style, "source", &format!("{source} (certainty {})", chip.certainty))?;
    match supported {
        true => writeln!(out, "\n{} owpkg resolve --chip {}", style.help("next:"), chip.name),
        false => Ok(()),
    }
}

/// The first series sure to drive a chip: before it, the driver may have been there without its ids.
fn sure_since(chip: &ChipEntry) -> Option<Series> {
    chip.first_release.as_deref().and_then(Series::of_release)
}

/// The programs of a chip, with the wpad that each Wi-Fi chip gets by default.
fn programs(chip: &ChipEntry, series: Series) -> String {
    let mut programs = chip.userspace.clone();
    if chip.kind == Kind::Wifi && matches!(chip.status, Status::Ok | Status::FirmwareMissing) {
        programs.push(by_history(series, |offer| default_wpad(offer.has, offer.series)).to_owned());
    }
    programs.join(" ")
}

fn choice(other: &AlternativeEntry) -> String {
    let how = match other.how {
        How::Instead => "instead",
        How::Also => "besides",
    };
    format!("{} ({how}): {}: {}", other.choice, other.packages.join(" "), other.when)
}

/// Prints the card of a family: its members, and what tells them apart.
pub(crate) fn family(
    out: &mut dyn Write,
    style: Style,
    family: &FamilyEntry,
    series: Series,
    wide: bool,
) -> io::Result<()> {
    let count = family.members.len();
    writeln!(out, "{}: a family of {count} chips", style.strong(family.name))?;
    field(out, style, "names", &family.aliases.join("; "))?;
    field(out, style, "decides", family.decides)?;
    writeln!(out)?;
    let rows: Vec<[String; 2]> = family
        .members
        .iter()
        .map(|member| {
            let packages = member.packages.join(" ");
            let packages = match member.status {
                Status::Ok => packages,
                status => {
                    format!("{packages} ({})", hardware::status(status, series)).trim_start().to_owned()
                }
            };
            [member.chip.to_owned(), packages]
        })
        .collect();
    table(out, style, ["CHIP", "PACKAGES"], &rows, wide)?;
    let next = format!("owpkg resolve --chip {}, or with one of its chips for fewer packages", family.name);
    writeln!(out, "\n{} {next}", style.help("next:"))
}

/// The series that have all that a chip needs: `19.07-`, `17.01-22.03`.
pub(crate) fn releases(chip: &ChipEntry) -> String {
    match (&chip.first_release, &chip.last_release) {
        (Some(first), Some(last)) if first == last => first.clone(),
        (Some(first), last) => format!("{first}-{}", last.as_deref().unwrap_or("")),
        (None, _) => "none".to_owned(),
    }
}
