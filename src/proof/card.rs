//! What the bytes show of a card that was asked for.

use serde::Serialize;

use super::firmware::{FirmwareProof, firmware};
use super::listing::{Evidence, Found, ListedBy, ReadPackage, find, listed_by};
use super::{SharedIds, shared_ids};
use crate::hardware::Card;

/// The most ids that are named one by one.
const MOST_NAMED: usize = 8;

/// What the bytes of a plan's packages show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proofs {
    /// Of each card that was asked for.
    pub cards: Vec<CardProof>,
    /// Of drivers that are for the same cards.
    pub shared: Vec<SharedIds>,
}

impl Proofs {
    /// Proves cards; `elsewhere` are packages of the release's feeds that are neither in the plan nor on the router.
    pub fn of(cards: &[Card], evidence: &Evidence<'_>, elsewhere: &[ReadPackage<'_>]) -> Proofs {
        Proofs {
            cards: cards.iter().filter_map(|card| prove(card, evidence, elsewhere)).collect(),
            shared: shared_ids(evidence),
        }
    }
}

/// What the bytes show of a card that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardProof {
    /// The card, as it was asked for: an id or the name of a chip.
    pub card: String,
    /// What drives it.
    pub driver: DriverProof,
    /// How many ids were looked for, where a chip was asked for by its name.
    pub ids: Option<IdCount>,
    /// Its firmware.
    pub firmware: FirmwareProof,
}

/// What the bytes show of a card's driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum DriverProof {
    /// These modules of the plan or the router list it.
    Driven {
        /// The modules.
        by: Vec<ListedBy>,
    },
    /// No module that was read lists it.
    NotListed {
        /// The modules of the packages that were chosen for it.
        modules: Vec<String>,
        /// What else that was read lists it.
        instead: Vec<ListedBy>,
    },
    /// These packages hold no module that could be read: it may be part of the kernel.
    NoModule { packages: Vec<String> },
    /// These packages were not read.
    NotRead { packages: Vec<String> },
}

/// The ids of a chip that the catalogue knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdCount {
    /// How many.
    pub known: usize,
    /// How many of them a module lists.
    pub listed: usize,
    /// Some that none does.
    pub not_listed: Vec<String>,
}

/// Proves a card that was asked for; none where the catalogue knows no id of the chip. `elsewhere` are packages of the
/// release's feeds that are not part of the plan.
pub fn prove(card: &Card, evidence: &Evidence<'_>, elsewhere: &[ReadPackage<'_>]) -> Option<CardProof> {
    let devices = card.devices();
    let first = devices.first()?;
    let held: Vec<_> = evidence.plan.iter().chain(&evidence.router).copied().collect();
    let mut found: Vec<Found<'_>> = Vec::new();
    let (mut listed, mut not_listed) = (0, Vec::new());
    for device in &devices {
        let mut own = find(device, &held);
        // A driver that is for a class of devices counts if it was chosen for this one, and no other names it.
        let names_it = own.iter().any(|each| !each.by_class);
        own.retain(|each| match names_it {
            true => !each.by_class,
            false => card.drivers.contains(&each.listed.package),
        });
        match own.is_empty() {
            true => not_listed.push(device.id.to_string()),
            false => listed += 1,
        }
        for each in own {
            let known = |other: &Found<'_>| other.listed.module == each.listed.module;
            if !found.iter().any(known) {
                found.push(each);
            }
        }
    }
    let read = |name: &String| held.iter().any(|package| package.name == name);
    // What was left out of the plan, and is not on the router either, is nowhere.
    let somewhere =
        |name: &&String| evidence.unread.contains(&name.as_str()) || card.on_router.contains(name);
    let unread: Vec<String> =
        card.drivers.iter().filter(|name| !read(name)).filter(somewhere).cloned().collect();
    let driver = if !found.is_empty() {
        DriverProof::Driven { by: found.iter().map(|each| each.listed.clone()).collect() }
    } else if !unread.is_empty() {
        DriverProof::NotRead { packages: unread }
    } else {
        let chosen = held.iter().filter(|package| card.drivers.iter().any(|name| name == package.name));
        let modules: Vec<String> = chosen
            .clone()
            .flat_map(|package| &package.contents.modules)
            .map(|module| module.name.clone())
            .collect();
        match modules.is_empty() || chosen.clone().any(|package| !package.contents.unread.is_empty()) {
            true => DriverProof::NoModule { packages: card.drivers.clone() },
            false => DriverProof::NotListed { modules, instead: listed_by(first, elsewhere) },
        }
    };
    let on_router = card.firmware.iter().any(|name| !read(name) && card.on_router.contains(name));
    let firmware = match &driver {
        DriverProof::Driven { .. } => firmware(&found, evidence, &card.firmware, on_router),
        _ => FirmwareProof::NotRead,
    };
    not_listed.truncate(MOST_NAMED);
    let ids = card.id.is_none().then_some(IdCount { known: devices.len(), listed, not_listed });
    Some(CardProof { card: card.asked.clone(), driver, ids, firmware })
}
