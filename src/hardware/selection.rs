//! Which packages to ask a release for, given a chip and the names that the release's feeds hold.

use serde::Serialize;

use super::chip::{Chip, Gap, How, Kind};
use super::limits::own_limits;
use super::names::{Name, Release, existed};
use super::switch::{SWITCH_PACKAGE, Switch};
use super::{
    Catalogue, ChipWarning, DeviceId, Found, KNOWN_SERIES, Limit, Series, Unsupported, default_wpad,
};

/// Which of two drivers to take, where a chip has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variant {
    /// The kernel's own driver and its firmware.
    Mainline,
    /// Candela Technologies' driver and firmware (`kmod-ath10k-ct`).
    Ct,
}

impl Variant {
    /// All of them.
    pub(crate) const ALL: [Variant; 2] = [Variant::Mainline, Variant::Ct];

    /// The name of the choice in the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mainline => "mainline",
            Self::Ct => "ct",
        }
    }
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// What a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Kernel modules.
    Driver,
    /// Firmware for the driver to load.
    Firmware,
    /// A program that makes the device useful.
    Userspace,
    /// The release's default wpad, which the user may replace by another or by none.
    Wpad,
}

/// What a package is to make work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedFor {
    /// A chip, by its name in the catalogue.
    Chip(&'static str),
    Family(&'static str),
    /// A device by its id: a disk until it is switched, or one that modules of the release list.
    Device(DeviceId),
}

/// One package to ask the release for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its name in this release.
    pub package: String,
    /// Whom it is for.
    pub because: WantedFor,
    /// What it is for.
    pub role: Role,
}

/// What to ask a release for, and what the user should know first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChipPackages {
    /// Packages: drivers, firmware, userspace; no name twice.
    pub wanted: Vec<Wanted>,
    /// What is not as one would expect.
    pub warnings: Vec<ChipWarning>,
    /// For a family: what each member alone would not need.
    pub narrower: Vec<Narrower>,
    /// For a family: members that this release does not support.
    pub left_out: Vec<Unsupported>,
}

/// A member of a family and the packages that naming it instead would spare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrower {
    /// The chip to name.
    pub chip: &'static str,
    /// Packages of the family's selection that it does not need.
    pub spares: Vec<String>,
}

impl Catalogue {
    /// What to ask a release for, for a chip or a family.
    ///
    /// `has` says whether any feed of the release holds a package name, `series` which release it is where that is
    /// known. A package that the series ought to have is wanted even where no feed holds it, so that the plan can name
    /// it.
    ///
    /// # Errors
    /// [`Unsupported`] when no set of packages can make the chip work.
    pub fn wanted(
        &self,
        found: Found<'_>,
        variant: Option<Variant>,
        has: &dyn Fn(&str) -> bool,
        series: Option<Series>,
    ) -> Result<ChipPackages, Unsupported> {
        let release = Release { has, series };
        match found {
            Found::Chip(chip) => self.for_chip(chip, variant, &release),
            Found::Family(family) => self.for_family(family, variant, &release),
            Found::Product(product) => {
                self.for_devices(&product.devices(), &product.chips, variant, &release)
            }
            Found::Device(id, _) => self.for_devices(&[id], &[], variant, &release),
        }
    }

    pub(super) fn for_chip(
        &self,
        chip: &Chip,
        variant: Option<Variant>,
        release: &Release<'_>,
    ) -> Result<ChipPackages, Unsupported> {
        match chip.gap {
            Some(Gap::NoDriver) => return Err(Unsupported::NoDriver { chip: chip.name, note: chip.note }),
            Some(Gap::BuiltIn) => {
                return Err(Unsupported::BuiltIn { chip: chip.name, targets: chip.targets.iter().collect() });
            }
            Some(Gap::NoFirmware) | None => {}
        }
        let mut selection = ChipPackages::default();
        let packages = match self.packages(chip, variant) {
            Choice::Own(packages) | Choice::Other(packages) => packages,
            Choice::Lacking { packages, variant } => {
                selection.warnings.push(ChipWarning::NoVariant { chip: chip.name, variant });
                packages
            }
        };
        for package in packages {
            let role = role(package);
            match release.name(package) {
                Name::Is(name) => selection.add(name, role, chip.name),
                Name::None if role == Role::Firmware && chip.kind != Kind::Wifi => {
                    selection.warnings.push(ChipWarning::NoFirmwarePackage { chip: chip.name, package });
                }
                Name::None => return Err(self.missing(chip, package, variant, release)),
            }
        }
        if !chip.targets.is_empty()
            && let Some(package) = chip.kmods.iter().find(|package| !(release.has)(package))
        {
            let targets = chip.targets.iter().collect();
            return Err(Unsupported::OtherTarget { chip: chip.name, package, targets });
        }
        for package in chip.userspace.iter() {
            selection.add(package, Role::Userspace, chip.name);
        }
        if chip.kind == Kind::Wifi {
            selection.add(default_wpad(release.has, release.series), Role::Wpad, chip.name);
        }
        selection.warnings.extend(gap_warning(chip));
        let limit = |limit: Limit| ChipWarning::Limit { chips: vec![chip.name], text: limit.text };
        selection.warnings.extend(own_limits(chip).map(limit));
        selection.warnings.extend(driver_age_warning(chip, release.series));
        Ok(selection)
    }

    /// The kernel modules and firmware of a chip, of the variant asked for where it has that.
    pub(super) fn packages(&self, chip: &Chip, variant: Option<Variant>) -> Choice {
        let own = || chip.kmods.iter().chain(chip.firmware.iter()).collect();
        let Some(variant) = variant else { return Choice::Own(own()) };
        let mut choices = self.alternatives(chip).filter(|each| each.how == How::Instead);
        match choices.find(|each| each.choice == variant.word()) {
            Some(other) => Choice::Other(other.packages.iter().collect()),
            None if (variant == Variant::Ct) == is_ct(chip) => Choice::Own(own()),
            None => Choice::Lacking { packages: own(), variant },
        }
    }

    /// Names the releases that do have all that `chip` needs.
    fn missing(
        &self,
        chip: &Chip,
        package: &'static str,
        variant: Option<Variant>,
        release: &Release<'_>,
    ) -> Unsupported {
        let asked = release.series.unwrap_or(Series::SNAPSHOT);
        let (Choice::Own(packages) | Choice::Other(packages) | Choice::Lacking { packages, .. }) =
            self.packages(chip, variant);
        let complete = |series: &Series| packages.iter().all(|package| existed(package, *series));
        Unsupported::NotInRelease {
            chip: chip.name,
            package,
            release: asked,
            first_later: KNOWN_SERIES.into_iter().find(|series| *series > asked && complete(series)),
            last_earlier: KNOWN_SERIES.into_iter().rfind(|series| *series < asked && complete(series)),
        }
    }
}

/// The packages that a variant comes to.
pub(super) enum Choice {
    /// The chip's own.
    Own(Vec<&'static str>),
    /// Those of an alternative.
    Other(Vec<&'static str>),
    /// The chip's own, for want of the variant.
    Lacking { packages: Vec<&'static str>, variant: Variant },
}

/// Whether the chip's own driver is already the -ct one.
pub(super) fn is_ct(chip: &Chip) -> bool {
    chip.kmods.iter().any(|package| package.ends_with("-ct"))
}

/// The role of a package of a chip's row, by the naming rules of OpenWrt: some firmware is packaged as a kmod.
pub(crate) fn role(package: &str) -> Role {
    if package.starts_with("kmod-") && !package.contains("-firmware") { Role::Driver } else { Role::Firmware }
}

fn gap_warning(chip: &Chip) -> Option<ChipWarning> {
    let unpackaged = || ChipWarning::FirmwareNotPackaged { chip: chip.name, note: chip.note };
    (chip.gap == Some(Gap::NoFirmware)).then(unpackaged)
}

fn driver_age_warning(chip: &Chip, series: Option<Series>) -> Option<ChipWarning> {
    let (since, series) = (chip.since?, series?);
    (series < since).then_some(ChipWarning::OldDriver { chip: chip.name, series, since })
}

impl ChipPackages {
    /// The first driver or firmware of which no feed holds a package.
    pub(super) fn missing_in(&self, release: &Release<'_>) -> Option<String> {
        let needed = |each: &&Wanted| matches!(each.role, Role::Driver | Role::Firmware);
        let missing = |each: &&Wanted| !(release.has)(&each.package);
        self.wanted.iter().filter(needed).find(missing).map(|each| each.package.clone())
    }

    /// Adds what another selection wants; a package that both want keeps its first reason.
    pub(crate) fn merge(&mut self, other: Self) {
        for each in other.wanted {
            self.add_because(&each.package, each.role, each.because);
        }
        for warning in other.warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        self.narrower.extend(other.narrower);
        self.left_out.extend(other.left_out);
    }

    /// Adds what takes a device out of CD-ROM mode.
    pub(super) fn switch(&mut self, switch: &Switch) {
        self.add_because(SWITCH_PACKAGE, Role::Userspace, WantedFor::Device(switch.id));
        self.warnings.push(ChipWarning::Unsure { id: switch.id, note: switch.note() });
    }

    fn add(&mut self, package: &str, role: Role, chip: &'static str) {
        self.add_because(package, role, WantedFor::Chip(chip));
    }

    /// Adds a package, unless it is wanted already.
    pub(crate) fn add_because(&mut self, package: &str, role: Role, because: WantedFor) {
        if !self.wanted.iter().any(|each| each.package == package) {
            self.wanted.push(Wanted { package: package.to_owned(), because, role });
        }
    }
}
