//! Which modules list a device.

use serde::Serialize;

use super::matching::{Fit, fit_pci, fit_sdio, fit_usb};
use super::{Contents, PackagedModule};
use crate::hardware::{Bus, Device};
use crate::kmod::{DriverData, IdTable, Ids, Via};

/// A package and what was read of it.
#[derive(Debug, Clone, Copy)]
pub struct ReadPackage<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds.
    pub contents: &'a Contents,
}

/// What is known of packages' bytes.
#[derive(Debug, Clone, Default)]
pub struct Evidence<'a> {
    /// The packages of the plan that were read.
    pub plan: Vec<ReadPackage<'a>>,
    /// The names of those that were not.
    pub unread: Vec<&'a str>,
    /// Packages that the router holds, as far as they were read.
    pub router: Vec<ReadPackage<'a>>,
}

impl<'a> Evidence<'a> {
    /// The packages of a plan; those that are damaged prove nothing.
    pub fn of(packages: impl Iterator<Item = (&'a str, &'a Contents)>) -> Evidence<'a> {
        let (plan, damaged): (Vec<_>, Vec<_>) = packages
            .map(|(name, contents)| ReadPackage { name, contents })
            .partition(|package| package.contents.damaged.is_none());
        Evidence { plan, unread: damaged.iter().map(|package| package.name).collect(), router: Vec::new() }
    }
}

/// A module that lists a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedBy {
    /// The module.
    pub module: String,
    /// Its package.
    pub package: String,
    /// The entry of its table: `8086:095a:*:5010`, `2c7c:0125 interface ff/ff/ff`.
    pub entry: String,
    /// Whether the entry fits all that is known of the device, and asks for nothing that is not known.
    pub sure: bool,
}

/// A module that lists a device, with what its entries lead to.
pub(super) struct Found<'a> {
    pub(crate) listed: ListedBy,
    pub(crate) module: &'a PackagedModule,
    pub(crate) data: Vec<&'a DriverData>,
    /// Whether it lists no more than a class that the device may be of.
    pub(crate) by_class: bool,
}

/// The modules among these packages that list a device, each once by its closest entry.
pub fn listed_by(device: &Device, packages: &[ReadPackage<'_>]) -> Vec<ListedBy> {
    find(device, packages).into_iter().filter(|found| !found.by_class).map(|found| found.listed).collect()
}

pub(super) fn find<'a>(device: &Device, packages: &[ReadPackage<'a>]) -> Vec<Found<'a>> {
    let modules = packages
        .iter()
        .flat_map(|package| package.contents.modules.iter().map(move |module| (package.name, module)));
    modules.filter_map(|(package, module)| in_module(device, package, module)).collect()
}

/// An entry that fits.
struct Hit<'a> {
    fit: Fit,
    /// How much it asks for: ids first, then the rest.
    closeness: (usize, usize),
    entry: String,
    data: Option<&'a DriverData>,
}

fn in_module<'a>(device: &Device, package: &str, module: &'a PackagedModule) -> Option<Found<'a>> {
    let tables = |via: Via| module.module.tables.iter().filter(move |table| table.via == via);
    let hits = |via: Via| -> Vec<Hit<'a>> {
        tables(via).flat_map(|table| hits(device, table, &module.module.data)).collect()
    };
    let mut own = hits(Via::Driver);
    let is_sure = |hit: &Hit<'_>| hit.closeness.0 == 2 || hit.fit == Fit::Yes;
    let mut by_class = !own.iter().any(is_sure);
    if by_class && !own.is_empty() {
        // By its class alone, a driver may be for devices that are none of its own, unless it knows the very device.
        let named: Vec<Hit<'_>> = hits(Via::Probe).into_iter().filter(|hit| hit.closeness.0 == 2).collect();
        if !named.is_empty() {
            (own, by_class) = (named, false);
        }
    }
    let best = own.iter().map(|hit| (hit.fit, hit.closeness)).max()?;
    let data = own.iter().filter(|hit| hit.fit == best.0).filter_map(|hit| hit.data).collect();
    let hit = own.into_iter().find(|hit| (hit.fit, hit.closeness) == best)?;
    let listed = ListedBy {
        module: module.name.clone(),
        package: package.to_owned(),
        entry: hit.entry,
        sure: hit.fit == Fit::Yes,
    };
    Some(Found { listed, module, data, by_class })
}

/// The entries of a table that fit a device.
fn hits<'a>(device: &Device, table: &'a IdTable, data: &'a [DriverData]) -> Vec<Hit<'a>> {
    let hit = |fit, entry: &dyn std::fmt::Display, closeness, at: &Option<usize>| {
        let data = at.and_then(|at| data.get(at));
        (fit > Fit::No).then(|| Hit { fit, closeness, entry: entry.to_string(), data })
    };
    match (&table.ids, device.id.bus) {
        (Ids::Pci(ids), Bus::Pci) => {
            ids.iter().filter_map(|(id, at)| hit(fit_pci(id, device), id, id.closeness(), at)).collect()
        }
        (Ids::Usb(ids), Bus::Usb) => {
            ids.iter().filter_map(|(id, at)| hit(fit_usb(id, device), id, id.closeness(), at)).collect()
        }
        (Ids::Sdio(ids), Bus::Sdio) => {
            ids.iter().filter_map(|(id, at)| hit(fit_sdio(id, device), id, id.closeness(), at)).collect()
        }
        _ => Vec::new(),
    }
}
