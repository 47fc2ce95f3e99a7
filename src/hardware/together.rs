//! What several chips come to together: those of a family, of a product, of ids.

use super::chip::{Chip, Family, How};
use super::names::Release;
use super::selection::{Choice, is_ct, role};
use super::switch::Switch;
use super::{
    Catalogue, ChipPackages, ChipWarning, Device, DeviceId, Narrower, Role, Unsupported, Variant, Wanted,
    WantedFor,
};

impl Catalogue {
    /// What several ids and chips come to together; a reason only where none of them is supported.
    pub(super) fn for_devices(
        &self,
        ids: &[DeviceId],
        chips: &[&'static str],
        variant: Option<Variant>,
        release: &Release<'_>,
    ) -> Result<ChipPackages, Unsupported> {
        let mut all = ChipPackages::default();
        let mut chips: Vec<&Chip> = chips.iter().filter_map(|name| self.chip(name)).collect();
        for id in ids {
            let device = Device::of_id(*id);
            if let Some(switch) = Switch::of(&device) {
                all.switch(&switch);
            }
            let Some(identity) = self.identify(&device) else { continue };
            let notes = identity.notes_if_unsure().cloned();
            all.warnings.extend(notes.map(|note| ChipWarning::Unsure { id: *id, note }));
            chips.extend(identity.chips);
        }
        let mut reason = None;
        for chip in chips {
            match self.for_chip(chip, variant, release) {
                Ok(own) => all.merge(own),
                Err(own) => reason = reason.or(Some(own)),
            }
        }
        match reason {
            Some(reason) if all.wanted.is_empty() => Err(reason),
            _ => Ok(all),
        }
    }

    /// A family takes the same driver for all of its members: the kernel's own unless asked otherwise.
    pub(super) fn for_family(
        &self,
        family: &Family,
        variant: Option<Variant>,
        release: &Release<'_>,
    ) -> Result<ChipPackages, Unsupported> {
        let variant = variant.unwrap_or(Variant::Mainline);
        let chips: Vec<&Chip> = self.members(family).collect();
        let has_choice =
            chips.iter().any(|chip| matches!(self.packages(chip, Some(variant)), Choice::Other(_)));
        let mut selection = ChipPackages::default();
        let mut alone = Vec::new();
        let builds_any = chips.iter().any(|chip| {
            self.for_chip(chip, Some(variant), release).is_ok_and(|own| own.missing_in(release).is_none())
        });
        for chip in chips {
            let choice = self.packages(chip, Some(variant));
            if variant == Variant::Ct && has_choice && !matches!(choice, Choice::Other(_)) && !is_ct(chip) {
                let (chip, family) = (chip.name, family.name);
                selection.warnings.push(ChipWarning::LeftOutOfFamily { chip, family, variant });
                continue;
            }
            let own =
                self.for_chip(chip, Some(variant), release).and_then(|own| match own.missing_in(release) {
                    // Where the feeds hold none of the family, the plan names what is missing.
                    Some(package) if builds_any => Err(Unsupported::NotBuilt { chip: chip.name, package }),
                    _ => Ok(own),
                });
            match own {
                Ok(own) => {
                    let also = self
                        .alternatives(chip)
                        .filter(|each| each.how == How::Also)
                        .flat_map(|each| each.packages.iter());
                    let added =
                        also.filter(|package| (release.has)(package)).map(|package| (package, role(package)));
                    let packages: Vec<(String, Role)> = own
                        .wanted
                        .into_iter()
                        .map(|each| (each.package, each.role))
                        .chain(added.map(|(package, role)| (package.to_owned(), role)))
                        .collect();
                    for (package, role) in &packages {
                        selection.add_because(package, *role, WantedFor::Family(family.name));
                    }
                    alone.push((chip.name, packages));
                }
                Err(reason) => selection.left_out.push(reason),
            }
        }
        if !selection.wanted.iter().any(|each| each.role == Role::Driver) {
            return Err(Unsupported::NoMember { family: family.name, members: selection.left_out });
        }
        selection.wanted.sort_by_key(|each| each.role);
        if !selection.left_out.is_empty() {
            let reasons = selection.left_out.clone();
            selection.warnings.push(ChipWarning::FamilyWithout { family: family.name, reasons });
        }
        selection.narrower = alone
            .into_iter()
            .map(|(chip, needs)| {
                let spared = |each: &&Wanted| !needs.iter().any(|(package, _)| *package == each.package);
                let spares =
                    selection.wanted.iter().filter(spared).map(|each| each.package.clone()).collect();
                Narrower { chip, spares }
            })
            .filter(|narrower: &Narrower| !narrower.spares.is_empty())
            .collect();
        Ok(selection)
    }
}
