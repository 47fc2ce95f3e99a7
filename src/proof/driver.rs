//! A device that no table has a driver for, and the packages whose modules list it.

use std::collections::{BTreeSet, HashMap};

use super::firmware::{own_names, plain};
use super::listing::{Found, ReadPackage, find};
use super::{PackagedModule, Survey};
use crate::format::Universe;
use crate::hardware::{
    Bus, ChipPackages, ChipWarning, Device, DeviceId, Role, Series, WantedFor, default_wpad,
    firmware_packages,
};
use crate::kmod::FirmwareName;

/// What the drivers of serial ports depend on; they leave the network part of a modem to its own driver.
const SERIAL: [&str; 2] = ["usbserial", "usb_wwan"];
/// What all drivers of Wi-Fi cards depend on.
const WIFI: &str = "kmod-cfg80211";

impl Survey {
    /// What to ask the release for, for a device that its modules list, and the bus on which they do; none where none
    /// does. Of several drivers for a whole card one is taken, of a modem's one for its network part and one for its
    /// serial ports.
    pub fn wanted_for(
        &self,
        device: &Device,
        universe: &Universe<'_>,
        series: Option<Series>,
    ) -> Option<(Bus, ChipPackages)> {
        let read: Vec<ReadPackage<'_>> = self.packages().collect();
        let buses = [device.id.bus, Bus::Pci, Bus::Usb, Bus::Sdio].into_iter();
        let (bus, found) = buses
            .map(|bus| (bus, named(&Device { id: DeviceId { bus, ..device.id }, ..device.clone() }, &read)))
            .find(|(_, found)| !found.is_empty())?;
        let (serial, network): (Vec<_>, Vec<_>) = found.iter().partition(|found| is_serial(found.module));
        let mut packages = ChipPackages::default();
        for drivers in [network, serial] {
            let Some((first, others)) = drivers.split_first() else { continue };
            self.take(first, others, device, universe, series, &mut packages);
        }
        Some((bus, packages))
    }

    /// Adds a driver and what it comes with, and says so.
    fn take(
        &self,
        driver: &Found<'_>,
        others: &[&Found<'_>],
        device: &Device,
        universe: &Universe<'_>,
        series: Option<Series>,
        packages: &mut ChipPackages,
    ) {
        let because = WantedFor::Device(device.id);
        let listed = &driver.listed;
        packages.add_because(&listed.package, Role::Driver, because);
        for package in self.firmware(driver, universe) {
            packages.add_because(package, Role::Firmware, because);
        }
        if depends_on(universe, &listed.package, WIFI) {
            let has = |name: &str| universe.holds(name);
            packages.add_because(default_wpad(&has, series), Role::Wpad, because);
        }
        packages.warnings.push(ChipWarning::Listed {
            id: device.id,
            package: listed.package.clone(),
            module: listed.module.clone(),
            entry: listed.entry.clone(),
            others: others.iter().map(|other| other.listed.package.clone()).collect(),
        });
    }

    /// The packages that hold the files which the module's entry for the device names.
    fn firmware(&self, driver: &Found<'_>, universe: &Universe<'_>) -> Vec<&'static str> {
        let modules: HashMap<String, &PackagedModule> = self
            .packages()
            .flat_map(|package| &package.contents.modules)
            .map(|module| (plain(&module.name), module))
            .collect();
        let names = own_names(&driver.data, &modules);
        let files = names.iter().filter_map(|name| match name {
            FirmwareName::File(file) => Some(file),
            _ => None,
        });
        let held = |file| firmware_packages(file).into_iter().find(|package| universe.holds(package));
        files.filter_map(|file| held(file)).collect()
    }
}

/// The modules that list the very device, the surest and plainest first, each package once.
fn named<'a>(device: &Device, read: &[ReadPackage<'a>]) -> Vec<Found<'a>> {
    let mut found = find(device, read);
    found.retain(|found| !found.by_class);
    found.sort_by_key(|found| {
        let listed = &found.listed;
        (!listed.sure, listed.package.len(), listed.package.clone())
    });
    let mut seen = BTreeSet::new();
    found.retain(|found| seen.insert(found.listed.package.clone()));
    found
}

/// Whether a module drives serial ports.
pub(super) fn is_serial(module: &PackagedModule) -> bool {
    module.module.depends.iter().any(|needed| SERIAL.contains(&needed.as_str()))
}

/// Whether a package needs another one, itself or through others.
fn depends_on(universe: &Universe<'_>, package: &str, needed: &str) -> bool {
    let mut open = vec![package];
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if name == needed {
            return true;
        }
        if seen.insert(name) {
            let packages = universe.answering(name).iter().map(|id| universe.package(*id));
            open.extend(packages.flat_map(|package| &package.depends).map(|needs| needs.first.name));
        }
    }
    false
}
