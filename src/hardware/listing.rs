//! What `owpkg chips` says of chips and families, and its JSON.

use serde::Serialize;

use super::chip::{Bus, Certainty, Chip, Family, Gap, How, Kind};
use super::names::existed;
use super::{
    Availability, Catalogue, ChipPackages, Device, DeviceId, Found, KNOWN_SERIES, Limit, Role, Series,
    Status, limits,
};

/// What `owpkg chips --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// `owpkg.chips/1`.
    pub schema: &'static str,
    /// The release series whose packages are named.
    pub release: Option<String>,
    /// Families, best match first.
    pub families: Vec<FamilyEntry>,
    /// Chips, best match first.
    pub chips: Vec<ChipEntry>,
    /// Products and devices of that name, best match first.
    pub products: Vec<ProductEntry>,
}

/// A product, or a device by its name in usb.ids or pci.ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductEntry {
    pub name: &'static str,
    /// Its hardware version; may be empty.
    pub version: &'static str,
    /// Its ids as `bus:vendor:device`; may be empty.
    pub ids: Vec<String>,
    /// The chips that it may hold.
    pub chips: Vec<&'static str>,
    /// Where the fact comes from.
    pub source: &'static str,
}

/// One chip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChipEntry {
    /// Name for `--chip`.
    pub name: &'static str,
    /// Other names.
    pub aliases: Vec<String>,
    /// Maker; may be empty.
    pub vendor: &'static str,
    /// How it is attached.
    pub bus: Bus,
    /// What it is for.
    pub kind: Kind,
    /// Kernel modules.
    pub modules: Vec<String>,
    /// Whether the release can drive it.
    pub status: Status,
    /// Kernel module packages, by the release's names, or by their newest where it lacks them.
    pub kmods: Vec<String>,
    /// Firmware packages, named likewise.
    pub firmware: Vec<String>,
    /// Programs it needs besides wpad.
    pub userspace: Vec<String>,
    /// What OpenWrt does not package for it.
    pub gap: Option<Gap>,
    /// Targets that alone build its driver; empty for no such limit.
    pub targets: Vec<String>,
    /// First release series with all it needs.
    pub first_release: Option<String>,
    /// Last release series with all it needs; none when it still has.
    pub last_release: Option<String>,
    /// Other packages for it.
    pub alternatives: Vec<AlternativeEntry>,
    /// What it or its driver cannot do.
    pub limits: Vec<Limit>,
    /// How sure the facts are.
    pub certainty: Certainty,
    /// Where they come from.
    pub source: &'static str,
    /// What else is known; may be empty.
    pub note: &'static str,
}

/// Other packages for a chip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlternativeEntry {
    /// Name of the choice.
    pub choice: &'static str,
    /// Whether they replace the chip's own packages.
    pub how: How,
    pub packages: Vec<String>,
    /// When it is the right choice.
    pub when: &'static str,
}

/// One family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FamilyEntry {
    /// Name for `--chip`.
    pub name: &'static str,
    /// Other names.
    pub aliases: Vec<String>,
    /// What tells the members apart.
    pub decides: &'static str,
    /// Its chips.
    pub members: Vec<MemberEntry>,
}

/// One chip of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberEntry {
    /// Name of the chip.
    pub chip: &'static str,
    /// Whether the release can drive it.
    pub status: Status,
    /// Its kernel modules and firmware.
    pub packages: Vec<String>,
    /// Bytes to download for these packages alone, where a release's index tells all of their sizes.
    pub size: Option<u64>,
}

impl Catalogue {
    /// Describes what a search found, with the packages of the release that `offer` is of; `size` is what a release's index knows of a package's download size in bytes.
    pub fn listing(
        &self,
        found: &[Found<'_>],
        offer: Availability<'_>,
        size: &dyn Fn(&str) -> Option<u64>,
    ) -> Listing {
        let release = offer.series.map(|series| series.to_string());
        let mut listing = Listing {
            schema: "owpkg.chips/1",
            release,
            families: Vec::new(),
            chips: Vec::new(),
            products: Vec::new(),
        };
        for each in found {
            match each {
                Found::Chip(chip) => listing.chips.push(self.entry(chip, offer)),
                Found::Family(family) => listing.families.push(self.family_entry(family, offer, size)),
                Found::Product(product) => listing.products.push(ProductEntry {
                    name: product.name,
                    version: product.version,
                    ids: product.ids.to_vec(),
                    chips: self.chips_of(product),
                    source: product.source,
                }),
                Found::Device(id, _) => listing.products.extend(self.device_entry(*id)),
            }
        }
        listing
    }

    /// The kernel modules and the firmware of a chip, and whether the release has them.
    fn packages_in(&self, chip: &Chip, offer: Availability<'_>) -> (Status, Vec<String>, Vec<String>) {
        let wanted = self.wanted(Found::Chip(chip), offer.variant, offer.has, offer.series);
        let of = |selection: &ChipPackages, role| {
            let wanted = selection.wanted.iter().filter(|each| each.role == role);
            wanted.map(|each| each.package.clone()).collect()
        };
        let status = Status::of(chip, &wanted);
        match wanted {
            Ok(selection) => (status, of(&selection, Role::Driver), of(&selection, Role::Firmware)),
            Err(_) => (status, chip.kmods.to_vec(), chip.firmware.to_vec()),
        }
    }

    fn device_entry(&self, id: DeviceId) -> Option<ProductEntry> {
        let identity = self.identify(&Device::of_id(id))?;
        let source = if id.bus == Bus::Usb { "usb.ids" } else { "pci.ids" };
        let chips = identity.chips.iter().map(|chip| chip.name).collect();
        let ids = vec![format!("{}:{id}", id.bus)];
        Some(ProductEntry { name: identity.name, version: "", ids, chips, source })
    }

    fn entry(&self, chip: &Chip, offer: Availability<'_>) -> ChipEntry {
        let (first, last) = releases_of(chip);
        let (status, kmods, firmware) = self.packages_in(chip, offer);
        let alternatives = self.alternatives(chip).map(|other| AlternativeEntry {
            choice: other.choice,
            how: other.how,
            packages: other.packages.to_vec(),
            when: other.when,
        });
        ChipEntry {
            name: chip.name,
            aliases: chip.aliases.to_vec(),
            vendor: chip.vendor,
            bus: chip.bus,
            kind: chip.kind,
            modules: chip.modules.to_vec(),
            status,
            kmods,
            firmware,
            userspace: chip.userspace.to_vec(),
            gap: chip.gap,
            targets: chip.targets.to_vec(),
            first_release: first.map(|series| series.to_string()),
            last_release: last.filter(|series| *series != Series::SNAPSHOT).map(|series| series.to_string()),
            alternatives: alternatives.collect(),
            limits: limits(chip).collect(),
            certainty: chip.certainty,
            source: chip.source,
            note: chip.note,
        }
    }

    fn family_entry(
        &self,
        family: &Family,
        offer: Availability<'_>,
        size: &dyn Fn(&str) -> Option<u64>,
    ) -> FamilyEntry {
        let members = self.members(family).map(|chip| {
            let (status, mut packages, firmware) = self.packages_in(chip, offer);
            packages.extend(firmware);
            let sizes = packages.iter().map(|package| size(package));
            let size = sizes.into_iter().try_fold(0_u64, |sum, size| sum.checked_add(size?));
            MemberEntry { chip: chip.name, status, size: size.filter(|_| !packages.is_empty()), packages }
        });
        FamilyEntry {
            name: family.name,
            aliases: family.aliases.to_vec(),
            decides: family.decides,
            members: members.collect(),
        }
    }
}

/// The first and the last series that have all that a chip needs; none when no release ever had.
pub(crate) fn releases_of(chip: &Chip) -> (Option<Series>, Option<Series>) {
    if chip.kmods.is_empty() || chip.gap.is_some() {
        return (None, None);
    }
    let known = |series: &Series| chip.since.is_none_or(|since| *series >= since);
    let needed = || chip.kmods.iter().chain(chip.firmware.iter().filter(|_| chip.kind == Kind::Wifi));
    let complete = |series: &Series| known(series) && needed().all(|package| existed(package, *series));
    (KNOWN_SERIES.into_iter().find(complete), KNOWN_SERIES.into_iter().rfind(complete))
}
