//! From what is selected to the roots that a release is asked for.

use std::cmp::Reverse;

use super::{ChipSaving, Selection, SelectionError, SelectionWarning, Warning, Wpad};
use crate::format::{Installed, Universe};
use crate::hardware::detect::MissingFirmware;
use crate::hardware::{
    Availability, Card, Catalogue, Chip, ChipPackages, ChipWarning, Device, DeviceUnsupported, Found, Limit,
    Role, authenticator, firmware_packages, passthrough_limits,
};
use crate::release::{Release, ReleaseFacts};
use crate::resolve::{Request, Root, RootReason};

impl Selection {
    /// The packages that a release is asked for, the cards that they are for, and what the user should know first.
    ///
    /// # Errors
    /// When a chip cannot work with the release, or none of the devices can.
    pub(crate) fn request(
        &self,
        facts: &ReleaseFacts,
        universe: &Universe<'_>,
        installed: &Installed,
    ) -> Result<(Request, Vec<Card>, Vec<Warning>), SelectionError> {
        let catalogue = Catalogue::builtin();
        let has = |package: &str| universe.holds(package);
        let available = self.availability(facts, &has);
        let mut draft = Draft::new(self, universe, installed);
        let mut cards = Vec::new();
        let holds = |name: &str| installed.get(name).is_some();
        for (old, by) in &self.replace {
            draft.add(by, &RootReason::Replace(old.clone()));
        }
        for found in &self.chips {
            let chosen = catalogue.wanted(*found, available.variant, available.has, available.series)?;
            draft.take(&chosen);
            cards.extend(Card::of_name(found).into_iter().map(|card| card.with(&chosen, holds)));
            if let Found::Chip(chip) | Found::Device(_, chip) = found {
                draft.warn(self.against_passing(chip));
            }
            draft.warn(narrower(universe, found.name(), &chosen));
        }
        let mut refused = Vec::new();
        for device in &self.devices {
            let listed = || self.listed.iter().find(|(known, _)| known == device);
            match catalogue.wanted_for(device, available) {
                Ok(chosen) => {
                    draft.take(&chosen);
                    let chips = catalogue.identify(device).map_or(Vec::new(), |identity| identity.chips);
                    chips.into_iter().for_each(|chip| draft.warn(self.against_passing(chip)));
                    cards.push(Card::of_device(device).with(&chosen, holds));
                }
                Err(reason) => match listed() {
                    Some((_, chosen)) => {
                        draft.take(chosen);
                        cards.push(Card::of_device(device).with(chosen, holds));
                    }
                    None if self.is_unknown(&reason) => return Err(SelectionError::Devices(vec![reason])),
                    None => refused.push(reason),
                },
            }
        }
        for missing in &self.firmware {
            draft.take_firmware(missing);
        }
        for name in &self.packages {
            draft.add(name, &RootReason::Add);
        }
        for (old, successor) in &self.follow {
            draft.add(successor, &RootReason::Held(old.clone()));
        }
        // What the kernel drives by itself is no refusal.
        if draft.request.roots.is_empty() && refused.iter().any(|reason| !reason.is_built_in()) {
            return Err(SelectionError::Devices(refused));
        }
        draft.warn(refused.into_iter().map(|reason| SelectionWarning::DeviceLeftOut { reason }));
        Ok((draft.request, cards, draft.warnings))
    }

    /// The devices that no table has a driver for in a release: its own modules may list them. What its kernel has
    /// inside is none of them.
    pub fn undriven(&self, facts: &ReleaseFacts, universe: &Universe<'_>) -> Vec<Device> {
        let has = |package: &str| universe.holds(package);
        let available = self.availability(facts, &has);
        let refused = |device: &&Device| match Catalogue::builtin().wanted_for(device, available) {
            Ok(_) => false,
            Err(reason) => !reason.is_built_in(),
        };
        self.devices.iter().filter(refused).cloned().collect()
    }

    fn availability<'a>(&self, facts: &ReleaseFacts, has: &'a dyn Fn(&str) -> bool) -> Availability<'a> {
        let series = facts.release.as_ref().and_then(Release::series);
        Availability { has, series, variant: self.variant }
    }

    /// Whether it is about a device that was named by its id, and that nothing is known of.
    fn is_unknown(&self, reason: &DeviceUnsupported) -> bool {
        matches!(reason, DeviceUnsupported::Unknown { id } if self.named_ids.contains(id))
    }
}

impl Selection {
    /// What stands against passing a chip to the guest that the router is.
    fn against_passing(&self, chip: &'static Chip) -> Vec<ChipWarning> {
        let limits = self.hypervisor.map(|host| passthrough_limits(chip, host));
        let warning = |limit: Limit| ChipWarning::Limit { chips: vec![chip.name], text: limit.text };
        limits.into_iter().flatten().map(warning).collect()
    }
}

/// A request in the making.
struct Draft<'a, 'u> {
    universe: &'a Universe<'u>,
    wpad: &'a Wpad,
    router_holds_wpad: bool,
    feeds_hold_wpad: bool,
    request: Request,
    warnings: Vec<Warning>,
}

impl<'a, 'u> Draft<'a, 'u> {
    fn new(selection: &'a Selection, universe: &'a Universe<'u>, installed: &Installed) -> Draft<'a, 'u> {
        let Selection { omit, allow_upgrade, .. } = selection;
        Draft {
            universe,
            wpad: &selection.wpad,
            // A router that holds a wpad of any kind needs no second one, and could not have it: they exclude each
            // other.
            router_holds_wpad: installed.iter().any(|(name, _)| is_wpad(name)),
            feeds_hold_wpad: universe.packages().any(|(_, package)| is_wpad(package.name)),
            request: Request { omit: omit.clone(), allow_upgrade: *allow_upgrade, ..Request::default() },
            warnings: selection.warnings.clone(),
        }
    }

    /// Adds what a chip or a device needs.
    fn take(&mut self, chosen: &ChipPackages) {
        self.warn(chosen.warnings.iter().cloned());
        for wanted in &chosen.wanted {
            match (wanted.role, self.wpad) {
                (Role::Wpad, Wpad::None) => {}
                (Role::Wpad, Wpad::Package(other)) => self.add(other, &RootReason::Wpa),
                (Role::Wpad, Wpad::OfRelease) if self.router_holds_wpad => {}
                (Role::Wpad, Wpad::OfRelease) if !self.feeds_hold_wpad => {
                    self.warn([SelectionWarning::NoWpad]);
                }
                _ => self.add(&wanted.package, &wanted.because.into()),
            }
        }
    }

    /// Adds what holds a firmware file that a driver asked for in vain.
    fn take_firmware(&mut self, missing: &MissingFirmware) {
        let packages = firmware_packages(&missing.file);
        let held: Vec<&str> = packages.into_iter().filter(|package| self.universe.holds(package)).collect();
        for package in &held {
            self.add(package, &RootReason::Firmware(missing.file.clone()));
        }
        if held.is_empty() {
            self.warn([SelectionWarning::NoFirmware { file: missing.file.clone() }]);
        }
    }

    fn add(&mut self, name: &str, because: &RootReason) {
        if self.request.omit.contains(name) {
            let (package, because) = (name.to_owned(), because.clone());
            self.warn([SelectionWarning::Omitted { package, because }]);
        } else if !self.request.roots.iter().any(|root| root.name == name) {
            self.request.roots.push(Root { name: name.to_owned(), because: because.clone() });
        }
    }

    /// Keeps warnings, each once; what is true of several chips is said of them together.
    fn warn(&mut self, warnings: impl IntoIterator<Item = impl Into<Warning>>) {
        for warning in warnings.into_iter().map(Into::into) {
            if let Warning::Chip(ChipWarning::Limit { chips, text }) = &warning {
                let same = self.warnings.iter_mut().find_map(|known| match known {
                    Warning::Chip(ChipWarning::Limit { chips, text: known }) if known == text => Some(chips),
                    _ => None,
                });
                if let Some(known) = same {
                    let new: Vec<&str> = chips.iter().copied().filter(|chip| !known.contains(chip)).collect();
                    known.extend(new);
                    continue;
                }
            }
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }
}

/// Joins and serves: what OpenWrt calls a wpad.
fn is_wpad(name: &str) -> bool {
    authenticator(name).is_some_and(|can| can.joins && can.serves)
}

/// What naming a member would save, for a family.
fn narrower(universe: &Universe<'_>, family: &str, chosen: &ChipPackages) -> Option<SelectionWarning> {
    let size = |package: &String| universe.named(package).filter_map(|id| universe.package(id).size).max();
    let mut saves: Vec<ChipSaving> = chosen
        .narrower
        .iter()
        .map(|member| ChipSaving { chip: member.chip, bytes: member.spares.iter().filter_map(size).sum() })
        .filter(|saving| saving.bytes > 0)
        .collect();
    saves.sort_by_key(|saving| (Reverse(saving.bytes), saving.chip));
    (!saves.is_empty()).then(|| SelectionWarning::Narrower { family: family.to_owned(), saves })
}
