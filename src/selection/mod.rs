//! What somebody wants: chips, devices, packages. With a release it becomes the roots of a plan, and the plan.
//!
//! ```text
//! Selection + (release, what the router holds) ──request──▶ roots ──resolve──▶ Planned ──lock──▶ Lock
//! ```

mod error;
mod list;
mod planned;
mod request;
mod shadow;
mod warning;

use std::collections::{BTreeSet, HashSet};

pub use error::SelectionError;
pub use list::{NotAPackageList, PackageList};
pub use planned::{PlanSource, Planned};
pub use warning::{ChipSaving, SelectionWarning, Warning};

use crate::hardware::detect::{Detected, MissingFirmware, Named};
use crate::hardware::{
    Bus, Catalogue, ChipPackages, Device, DeviceId, DeviceUnsupported, Found, Gap, Hypervisor, Switch,
    UnknownChip, Variant,
};

/// What to install on a router.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    chips: Vec<Found<'static>>,
    devices: Vec<Device>,
    /// The ids that were named one by one, as opposed to those of a listing.
    named_ids: Vec<DeviceId>,
    /// What the release's own modules tell of devices that no table has a driver for.
    listed: Vec<(Device, ChipPackages)>,
    firmware: Vec<MissingFirmware>,
    packages: Vec<String>,
    replace: Vec<(String, String)>,
    /// Packages of a router, each with its successor in the release.
    follow: Vec<(String, String)>,
    omit: BTreeSet<String>,
    wpad: Wpad,
    variant: Option<Variant>,
    allow_upgrade: bool,
    hypervisor: Option<Hypervisor>,
    warnings: Vec<Warning>,
}

/// Which wpad comes with a Wi-Fi chip.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Wpad {
    /// The release's default, unless the router holds one.
    #[default]
    OfRelease,
    None,
    Package(String),
}

impl Selection {
    /// Nothing yet.
    pub fn new() -> Selection {
        Selection::default()
    }

    /// Adds a chip or a family by its name: `iwl7265d`, `AX210`, `ath10k`.
    ///
    /// # Errors
    /// When the catalogue knows no such name.
    pub fn chip(mut self, name: &str) -> Result<Selection, UnknownChip> {
        self.chips.push(Catalogue::builtin().find(name)?);
        Ok(self)
    }

    /// Adds a device by its id. One that no table knows may still be listed by modules of the release: see
    /// [`Selection::listed`].
    #[must_use]
    pub fn device(mut self, id: DeviceId) -> Selection {
        self.named_ids.push(id);
        self.devices.push(Device::of_id(id));
        self
    }

    /// The first device that was named by an id which no table knows: only the modules of a release can.
    pub fn unknown(&self) -> Option<DeviceUnsupported> {
        let known =
            |device: &Device| Catalogue::builtin().identify(device).is_some() || Switch::of(device).is_some();
        let id = self.named_ids.iter().find(|id| !known(&Device::of_id(**id)))?;
        Some(DeviceUnsupported::Unknown { id: *id })
    }

    /// Tells what the release's own modules say of a device, and on which bus they list it: an id alone does not tell.
    #[must_use]
    pub fn listed(mut self, device: &Device, bus: Bus, packages: ChipPackages) -> Selection {
        for own in self.devices.iter_mut().filter(|own| *own == device) {
            own.id.bus = bus;
        }
        let id = DeviceId { bus, ..device.id };
        self.listed.push((Device { id, ..device.clone() }, packages));
        self
    }

    /// Takes the router for the guest of a host, so that what stands against that is warned of.
    pub fn guest_of(self, host: Hypervisor) -> Selection {
        Selection { hypervisor: Some(host), ..self }
    }

    /// Adds the network devices of a listing, each once, and the firmware that a log misses. Whether there were any.
    pub fn take_listing(&mut self, listing: &Detected) -> bool {
        let before = self.devices.len() + self.chips.len();
        self.hypervisor = self.hypervisor.or(listing.hypervisor);
        let offered = Catalogue::builtin().offered(&listing.devices);
        let own: Vec<Device> =
            listing.devices.iter().filter(|device| !offered.contains(device)).cloned().collect();
        self.take_devices(&own);
        for device in offered {
            self.warn(SelectionWarning::BluetoothOffered { id: device.id });
        }
        listing.named.iter().for_each(|named| self.take_named(named));
        self.warnings.extend(listing.drivers.iter().map(|seen| {
            SelectionWarning::DriverWithoutId { line: seen.line, driver: seen.driver.clone() }.into()
        }));
        self.firmware.extend(listing.firmware.iter().cloned());
        self.devices.len() + self.chips.len() > before || !listing.firmware.is_empty()
    }

    /// Adds the chips that a device is by its name.
    fn take_named(&mut self, named: &Named) {
        let (line, name) = (named.line, named.name.clone());
        let Some(identity) = Catalogue::builtin().identify_named(named) else {
            return self.warn(SelectionWarning::NameUnknown { line, name });
        };
        let chips: Vec<&'static str> = identity.chips.iter().map(|chip| chip.name).collect();
        self.chips.extend(identity.chips.into_iter().map(Found::Chip));
        self.warn(SelectionWarning::ByName { line, name, chips });
    }

    /// Adds the network devices of a router, of which there may be none. One that no row of the catalogue is for but
    /// that a driver has needs no package.
    pub fn take_router(&mut self, devices: &[Device]) {
        let before = self.devices.len();
        self.take_devices(devices);
        let driven = |device: &Device| match Catalogue::builtin().identify(device) {
            Some(identity) => identity.chips.iter().all(|chip| chip.gap == Some(Gap::BuiltIn)),
            None => device.driver.is_some() && Switch::of(device).is_none(),
        };
        let own = self.devices.split_off(before);
        self.devices.extend(own.into_iter().filter(|device| !driven(device)));
    }

    /// Adds the network devices among these, each once.
    fn take_devices(&mut self, devices: &[Device]) {
        let mut seen = HashSet::new();
        for device in devices {
            if seen.insert(device.alike()) && Catalogue::builtin().concerns(device) {
                self.devices.push(device.clone());
            }
        }
    }

    /// Adds a package by its name.
    #[must_use]
    pub fn package(mut self, name: &str) -> Selection {
        self.packages.push(name.to_owned());
        self
    }

    /// Lets a package take the place of one that the router holds.
    #[must_use]
    pub fn replace(mut self, old: &str, by: &str) -> Selection {
        self.replace.push((old.to_owned(), by.to_owned()));
        self
    }

    /// Adds the successor of a package that a router had.
    #[must_use]
    pub fn follow(mut self, old: &str, successor: &str) -> Selection {
        self.follow.push((old.to_owned(), successor.to_owned()));
        self
    }

    /// Whether it goes without a package.
    pub fn omits(&self, name: &str) -> bool {
        self.omit.contains(name)
    }

    /// Goes without a package.
    #[must_use]
    pub fn omit(mut self, name: &str) -> Selection {
        self.omit.insert(name.to_owned());
        self
    }

    /// Chooses the wpad that comes with a Wi-Fi chip.
    #[must_use]
    pub fn wpad(self, wpad: Wpad) -> Selection {
        Selection { wpad, ..self }
    }

    /// Chooses a driver where a chip has two.
    #[must_use]
    pub fn variant(self, variant: Option<Variant>) -> Selection {
        Selection { variant, ..self }
    }

    /// Lets packages that the router holds be replaced where there is no plan without. No disk can be made of that.
    #[must_use]
    pub fn allow_upgrade(self, allow_upgrade: bool) -> Selection {
        Selection { allow_upgrade, ..self }
    }

    /// Notes what the user should know before all else.
    pub fn warn(&mut self, warning: impl Into<Warning>) {
        self.warnings.push(warning.into());
    }

    /// Whether nothing is to be installed.
    pub fn is_empty(&self) -> bool {
        self.chips.is_empty()
            && self.devices.is_empty()
            && self.firmware.is_empty()
            && self.packages.is_empty()
            && self.replace.is_empty()
            && self.follow.is_empty()
    }
}
