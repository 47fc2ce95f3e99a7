//! Which chip a device is: the rows of the id table that fit it, and of those the most specific of each driver.

use super::chip::{Certainty, Chip, Gap, Kind};
use super::device::{Device, hex8, hex16};
use super::ids::{IdRow, id_rows};
use super::usb::usb_rows;
use super::{Bus, Catalogue};

/// What a device is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity<'c> {
    /// The chips that it may be, or all that it holds (a modem has a network and a serial side); never empty.
    pub chips: Vec<&'c Chip>,
    /// How sure this is.
    pub certainty: Certainty,
    /// The device's name in pci.ids or usb.ids; may be empty.
    pub name: &'static str,
    /// What decided, and what could not be decided.
    pub notes: Vec<String>,
}

/// How a row fits a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It does not.
    No,
    /// It may: the listing does not show what would decide.
    Maybe,
    /// It does.
    Yes,
}

impl Fit {
    pub(super) fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

/// The rows of one driver that fit.
struct Claim<'c> {
    driver: &'static str,
    rows: Vec<(IdRow, Fit)>,
    chips: Vec<&'c Chip>,
    certainty: Certainty,
    open: bool,
}

impl Identity<'_> {
    /// What the user must know: what a sure row notes is where it comes from.
    pub(super) fn notes_if_unsure(&self) -> impl Iterator<Item = &String> {
        self.notes.iter().filter(|_| self.certainty < Certainty::High)
    }
}

impl Catalogue {
    /// The chip or chips that a device is; `None` when the table has no row for it.
    pub fn identify(&self, device: &Device) -> Option<Identity<'_>> {
        let Fitting { rows, doubt } = match device.id.bus {
            Bus::Usb => usb_rows(self, device),
            _ => bus_rows(device),
        };
        let mut claims = self.claims(rows, device);
        keep_likely(&mut claims, device);
        let least = claims.iter().map(|claim| claim.certainty).min()?;
        // Several drivers of which none is sure to fit leave the chip as open as one driver's several rows do.
        let undecided = device.id.bus != Bus::Usb && claims.len() > 1 && !claims.iter().any(is_sure);
        let certainty = if doubt.is_some() || undecided { Certainty::Low } else { least };
        let mut notes: Vec<String> = doubt.into_iter().collect();
        for claim in claims.iter().filter(|claim| claim.open) {
            notes.push(open_note(claim, device));
        }
        if undecided {
            notes.push("several drivers know this id; the subsystem id decides".to_owned());
        }
        let name = claims
            .iter()
            .flat_map(|claim| &claim.rows)
            .map(|(row, _)| row.name)
            .find(|name| !name.is_empty());
        notes.extend(row_notes(&claims));
        let mut chips: Vec<&Chip> = Vec::new();
        for chip in claims.into_iter().flat_map(|claim| claim.chips) {
            if !chips.contains(&chip) {
                chips.push(chip);
            }
        }
        Some(Identity { chips, certainty, name: name.unwrap_or(""), notes })
    }

    /// Sorts rows by driver, and keeps of each driver the most specific.
    fn claims(&self, rows: Vec<(IdRow, Fit)>, device: &Device) -> Vec<Claim<'_>> {
        let mut claims: Vec<Claim<'_>> = Vec::new();
        for (row, fit) in rows {
            let Some(chip) = row.chips.iter().find_map(|name| self.chip(name)) else { continue };
            let driver = chip.modules.iter().next().unwrap_or(chip.name);
            match claims.iter_mut().find(|claim| claim.driver == driver) {
                Some(claim) => claim.rows.push((row, fit)),
                None => claims.push(Claim {
                    driver,
                    rows: vec![(row, fit)],
                    chips: vec![],
                    certainty: Certainty::High,
                    open: false,
                }),
            }
        }
        for claim in &mut claims {
            narrow(&mut claim.rows, device);
            claim.chips = self.chips_by_weight(&claim.rows);
            claim.open = claim.chips.len() > 1 && device.id.bus != Bus::Usb;
            let least = claim.rows.iter().map(|(row, _)| row.certainty).min().unwrap_or(Certainty::Low);
            claim.certainty = if claim.open { Certainty::Low } else { least };
        }
        claims
    }

    /// The chips of the rows, those with most rows first.
    fn chips_by_weight(&self, rows: &[(IdRow, Fit)]) -> Vec<&Chip> {
        let mut weights: Vec<(&Chip, usize)> = Vec::new();
        for chip in rows.iter().flat_map(|(row, _)| row.chips.iter()).filter_map(|name| self.chip(name)) {
            match weights.iter_mut().find(|(known, _)| known.name == chip.name) {
                Some((_, weight)) => *weight += 1,
                None => weights.push((chip, 1)),
            }
        }
        weights.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        weights.into_iter().map(|(chip, _)| chip).collect()
    }
}

/// The rows that fit a device.
pub(super) struct Fitting {
    pub(crate) rows: Vec<(IdRow, Fit)>,
    /// Why the rows are only the nearest, where none fits as it stands.
    pub(crate) doubt: Option<String>,
}

/// Rows of PCI and SDIO: those of the very id, or else those of its class.
fn bus_rows(device: &Device) -> Fitting {
    let id = device.id;
    let (vendor, product) = (format!("{:04x}", id.vendor), format!("{:04x}", id.device));
    let own: Vec<IdRow> = id_rows(id.bus, &vendor, &product).collect();
    let of_any_vendor = || id_rows(id.bus, "*", &product);
    let of_class = || id_rows(id.bus, &vendor, "*").chain(id_rows(id.bus, "*", "*"));
    let rows = fitting(&own, device, Fit::Maybe);
    if !rows.is_empty() {
        return Fitting { rows, doubt: None };
    }
    let rows = fitting(&of_any_vendor().collect::<Vec<_>>(), device, Fit::Yes);
    if !rows.is_empty() {
        return Fitting { rows, doubt: None };
    }
    if let Some((subvendor, subdevice)) = id.subsystem {
        let mut any_subsystem = device.clone();
        any_subsystem.id.subsystem = None;
        let rows = fitting(&own, &any_subsystem, Fit::Maybe);
        if !rows.is_empty() {
            let doubt =
                format!("the driver's table does not list the subsystem {subvendor:04x}:{subdevice:04x}");
            return Fitting { rows, doubt: Some(doubt) };
        }
    }
    Fitting { rows: fitting(&of_class().collect::<Vec<_>>(), device, Fit::Yes), doubt: None }
}

fn fitting(rows: &[IdRow], device: &Device, least: Fit) -> Vec<(IdRow, Fit)> {
    rows.iter().map(|row| (*row, fit(row, device, rows))).filter(|(_, fit)| *fit >= least).collect()
}

/// How a PCI or SDIO row fits; `siblings` are the rows of the same id.
fn fit(row: &IdRow, device: &Device, siblings: &[IdRow]) -> Fit {
    subsystem_fit(row, device).min(revision_fit(row, device, siblings)).min(class_fit(row, device))
}

fn subsystem_fit(row: &IdRow, device: &Device) -> Fit {
    if row.subvendor == "*" && row.subdevice == "*" {
        return Fit::Yes;
    }
    let Some((subvendor, subdevice)) = device.id.subsystem else { return Fit::Maybe };
    let vendor_fits = row.subvendor == "*" || hex16(row.subvendor) == Some(subvendor);
    let device_fits = match row.subdevice_mask() {
        Some((mask, value)) => subdevice & mask == value,
        None => row.subdevice == "*" || hex16(row.subdevice) == Some(subdevice),
    };
    Fit::of(vendor_fits && device_fits)
}

fn revision_fit(row: &IdRow, device: &Device, siblings: &[IdRow]) -> Fit {
    if row.revision == "*" {
        return Fit::Yes;
    }
    let Some(revision) = stepping(device) else { return Fit::Maybe };
    if row.revision != "other" {
        return Fit::of(hex8(row.revision) == Some(revision));
    }
    let same_id = |each: &&IdRow| (each.subvendor, each.subdevice) == (row.subvendor, row.subdevice);
    Fit::of(!siblings.iter().filter(same_id).any(|each| hex8(each.revision) == Some(revision)))
}

/// The PCI revision, or the one that goes with what iwlwifi read from the card: its type, bits 4 to 15, is 0x210 on the
/// 7265D, whose cards show revision 59, and another on the 7265 (linux iwlwifi/iwl-csr.h, CSR_HW_REV_TYPE_7265D).
pub(super) fn stepping(device: &Device) -> Option<u8> {
    let is_7265 = (device.id.vendor, device.id.device & !1) == (0x8086, 0x095a);
    match device.hw_revision.filter(|_| is_7265) {
        Some(read) => Some(if read & 0xfff0 == 0x0210 { 0x59 } else { 0x2b }),
        None => device.id.revision,
    }
}

fn class_fit(row: &IdRow, device: &Device) -> Fit {
    let Some(pattern) = row.interface.strip_prefix("class=") else { return Fit::Yes };
    let pattern = pattern.trim_end_matches('*');
    match device.class.as_str() {
        class if class.starts_with(pattern) => Fit::Yes,
        class if pattern.starts_with(class) => Fit::Maybe,
        _ => Fit::No,
    }
}

/// Keeps the most specific rows. Where the listing shows too little to choose, it keeps all that may fit, without those
/// that are mere guesses if others are not.
fn narrow(rows: &mut Vec<(IdRow, Fit)>, device: &Device) {
    if device.id.bus == Bus::Usb {
        return;
    }
    if device.id.subsystem.is_some() {
        let best = rows.iter().map(|(row, _)| specificity(row)).max();
        rows.retain(|(row, _)| Some(specificity(row)) == best);
    }
    if rows.iter().any(|(_, fit)| *fit == Fit::Maybe)
        && rows.iter().any(|(row, _)| row.certainty > Certainty::Low)
    {
        rows.retain(|(row, _)| row.certainty > Certainty::Low);
    }
}

/// How closely a row names a subsystem; a masked subdevice says less than a whole one.
fn specificity(row: &IdRow) -> u8 {
    let subdevice = match row.subdevice {
        "*" => 0,
        masked if masked.starts_with('&') => 1,
        _ => 2,
    };
    subdevice * 2 + u8::from(row.subvendor != "*")
}

/// Whether a row of a driver fits as it stands.
fn is_sure(claim: &Claim<'_>) -> bool {
    claim.rows.iter().any(|(_, fit)| *fit == Fit::Yes)
}

/// Drops what only may fit beside what does, and drivers that nobody packages beside those of the same kind that
/// somebody does.
fn keep_likely(claims: &mut Vec<Claim<'_>>, device: &Device) {
    if device.id.bus != Bus::Usb && claims.iter().any(is_sure) {
        claims.retain(is_sure);
    }
    let packaged = |chip: &&Chip| chip.gap != Some(Gap::NoDriver);
    let packaged_kinds: Vec<Kind> = claims
        .iter()
        .filter(|claim| device.id.bus == Bus::Usb || is_sure(claim))
        .flat_map(|claim| claim.chips.iter().copied().filter(packaged))
        .map(|chip| chip.kind)
        .collect();
    claims.retain(|claim| {
        claim.chips.iter().any(|chip| packaged(chip) || !packaged_kinds.contains(&chip.kind))
    });
}

fn open_note(claim: &Claim<'_>, device: &Device) -> String {
    let names: Vec<&str> = claim.chips.iter().map(|chip| chip.name).collect();
    let names = names.join(" or ");
    let by_revision = claim.rows.iter().any(|(row, _)| row.revision != "*");
    match (by_revision, stepping(device), device.id.subsystem) {
        (true, None, _) => format!("{names}: the PCI revision decides, and this listing does not show it"),
        (true, Some(revision), _) => format!("{names}: revision {revision:02x} does not decide between them"),
        (false, _, None) => format!("{names}: the subsystem id decides, and this listing does not show it"),
        (false, _, Some(_)) => format!("{names}: the id does not decide between them"),
    }
}

/// The notes of the rows that were chosen, each once.
fn row_notes(claims: &[Claim<'_>]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for (row, _) in claims.iter().filter(|claim| !claim.open).flat_map(|claim| &claim.rows) {
        if !row.note.is_empty() && !notes.iter().any(|note| note == row.note) {
            notes.push(row.note.to_owned());
        }
    }
    notes
}
