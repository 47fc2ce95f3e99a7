//! Two drivers for one id: the kernel gives the card to the one that is loaded first.

use std::collections::BTreeMap;

use serde::Serialize;

use super::driver::is_serial;
use super::listing::{Evidence, ReadPackage};
use crate::kmod::{Ids, Module, Via};

/// The most ids that are named one by one.
const MOST_NAMED: usize = 4;
/// The class of what its maker alone defines: no driver of a class takes such an interface.
const VENDOR_SPECIFIC: u8 = 0xff;

/// Two modules that list the same ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedIds {
    /// The module that is loaded first at a start, with its package.
    pub first: (String, String),
    /// The other one, with its package.
    pub second: (String, String),
    /// Whether the lists of modules to load tell which is first.
    pub order_known: bool,
    /// Whether one of them is on the router already, and keeps its cards until the next start.
    pub running: Option<String>,
    /// Some of the ids.
    pub ids: Vec<String>,
    /// How many there are.
    pub count: usize,
}

/// A module that lists an id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Lister<'a> {
    package: &'a str,
    module: &'a str,
    /// Under which name it stands among the lists of modules to load.
    autoload: Option<&'a str>,
    on_router: bool,
}

/// The pairs of modules of different packages that list the same ids, at least one of which the plan adds.
pub(crate) fn shared_ids(evidence: &Evidence<'_>) -> Vec<SharedIds> {
    let mut listers: BTreeMap<String, Vec<Lister<'_>>> = BTreeMap::new();
    let packages = evidence.plan.iter().map(|package| (package, false));
    for (package, on_router) in packages.chain(evidence.router.iter().map(|package| (package, true))) {
        for (lister, module) in modules(package, on_router) {
            for id in whole_ids(module) {
                let listers = listers.entry(id).or_default();
                if !listers.contains(&lister) {
                    listers.push(lister);
                }
            }
        }
    }
    let mut pairs: BTreeMap<(Lister<'_>, Lister<'_>), Vec<String>> = BTreeMap::new();
    for (id, mut listers) in listers {
        listers.sort();
        for (at, one) in listers.iter().enumerate() {
            for other in &listers[at + 1..] {
                if one.package != other.package && !(one.on_router && other.on_router) {
                    pairs.entry((*one, *other)).or_default().push(id.clone());
                }
            }
        }
    }
    pairs.into_iter().map(|((one, other), ids)| SharedIds::of(one, other, ids)).collect()
}

fn modules<'a>(package: &ReadPackage<'a>, on_router: bool) -> impl Iterator<Item = (Lister<'a>, &'a Module)> {
    let ReadPackage { name, contents } = *package;
    // The drivers of serial ports and those of a modem's network part each leave the other's interfaces alone.
    let modules = contents.modules.iter().filter(|module| !is_serial(module));
    modules.map(move |module| {
        let loads = |list: &&super::Autoload| list.modules.contains(&module.name);
        let autoload = contents.autoload.iter().find(loads).map(|list| list.file.as_str());
        (Lister { package: name, module: &module.name, autoload, on_router }, &module.module)
    })
}

/// The entries that are for whole cards, of which there can be but one driver.
fn whole_ids(module: &Module) -> Vec<String> {
    let mut found = Vec::new();
    for table in module.tables.iter().filter(|table| table.via == Via::Driver) {
        match &table.ids {
            Ids::Pci(ids) => found.extend(
                ids.iter().filter(|(id, _)| id.closeness().0 == 2).map(|(id, _)| format!("pci {id}")),
            ),
            Ids::Usb(ids) => {
                let whole = ids.iter().filter(|(id, _)| {
                    id.closeness().0 == 2
                        && id.interface.is_none()
                        && id.interface_class[0].is_none_or(|class| class == VENDOR_SPECIFIC)
                });
                found.extend(whole.map(|(id, _)| format!("usb {id}")));
            }
            Ids::Sdio(ids) => found.extend(
                ids.iter().filter(|(id, _)| id.closeness().0 == 2).map(|(id, _)| format!("sdio {id}")),
            ),
            Ids::Of(_) => {}
        }
    }
    found
}

impl SharedIds {
    fn of(one: Lister<'_>, other: Lister<'_>, mut ids: Vec<String>) -> SharedIds {
        let order = one.autoload.cmp(&other.autoload);
        let (first, second) = if order.is_gt() { (other, one) } else { (one, other) };
        let count = ids.len();
        ids.truncate(MOST_NAMED);
        let named = |lister: Lister<'_>| (lister.module.to_owned(), lister.package.to_owned());
        let running = [first, second].into_iter().find(|lister| lister.on_router);
        SharedIds {
            first: named(first),
            second: named(second),
            order_known: one.autoload.is_some() && other.autoload.is_some() && order.is_ne(),
            running: running.map(|lister| lister.module.to_owned()),
            ids,
            count,
        }
    }
}
