//! Real modules, judged by another build of the same drivers: the aliases that Debian leaves in its modules.
//!
//! `OWPKG_REAL_ALIASES` names a file of lines `alias ALIAS MODULE`, as `modules.alias` has them; `README.md` of
//! `indexes/hardware` tells how to make one.

use std::collections::{BTreeMap, BTreeSet};

use owpkg::hardware::{Bus, all_id_rows};
use owpkg::kmod::{Ids, Module, Rejected, Via};

use super::real::modules;

/// An id: its bus, vendor and device.
type Id = (Bus, String, String);

/// The ids that a module lists, for all that its class or interface is, by the modules' names.
fn aliases() -> Option<BTreeMap<String, BTreeSet<Id>>> {
    let Some(file) = std::env::var_os("OWPKG_REAL_ALIASES") else {
        crate::support::judges::skipped("no OWPKG_REAL_ALIASES");
        return None;
    };
    let text = std::fs::read_to_string(file).unwrap();
    let mut found: BTreeMap<String, BTreeSet<Id>> = BTreeMap::new();
    for line in text.lines() {
        let [_, alias, module] = line.split(' ').collect::<Vec<_>>()[..] else { continue };
        let hex = |key: char| {
            let (_, rest) = alias.split_once(':').unwrap();
            let at = rest.find(key)? + 1;
            let digits = rest[at..].split(|letter: char| !letter.is_ascii_hexdigit()).next()?;
            // `d` begins a device, and is a digit too: a vendor has four or eight.
            let digits = if alias.starts_with("pci") { digits.get(4..8) } else { digits.get(..4) };
            Some(digits?.to_ascii_lowercase())
        };
        let (bus, device) = match alias.split(':').next() {
            Some("pci") => (Bus::Pci, 'd'),
            Some("usb") => (Bus::Usb, 'p'),
            Some("sdio") => (Bus::Sdio, 'd'),
            _ => continue,
        };
        if let (Some(vendor), Some(device)) = (hex('v'), hex(device)) {
            found.entry(module.replace('-', "_")).or_default().insert((bus, vendor, device));
        }
    }
    Some(found)
}

/// The whole ids of a table.
fn ids(ids: &Ids) -> Vec<Id> {
    let id = |bus, vendor: Option<u16>, device: Option<u16>| {
        Some((bus, format!("{:04x}", vendor?), format!("{:04x}", device?)))
    };
    match ids {
        Ids::Pci(ids) => ids.iter().filter_map(|(each, _)| id(Bus::Pci, each.vendor, each.device)).collect(),
        Ids::Usb(ids) => ids.iter().filter_map(|(each, _)| id(Bus::Usb, each.vendor, each.product)).collect(),
        Ids::Sdio(ids) => ids.iter().filter_map(|(each, _)| id(Bus::Sdio, each.vendor, each.device)).collect(),
        Ids::Of(_) => Vec::new(),
    }
}

/// A table that is none would have ids that no other build lists. So each table has at least one that another does: the
/// same module of Debian's kernel, or, of drivers that Debian does not build, a row of our own tables, which are from
/// the sources.
#[test]
fn every_table_is_one() {
    let (Some(all), Some(aliases)) = (modules("25.12.2-x86-64"), aliases()) else { return };
    let rows: BTreeSet<Id> = all_id_rows()
        .unwrap()
        .iter()
        .map(|row| (row.bus, row.vendor.to_owned(), row.device.to_owned()))
        .collect();
    let (mut tables, mut entries, mut judged) = (0, 0, 0);
    let mut alone = Vec::new();
    for (name, bytes) in &all {
        let module = Module::read(bytes).unwrap();
        let own = aliases.get(&name.replace('-', "_"));
        for table in module.tables.iter().filter(|table| table.via == Via::Driver) {
            let ids = ids(&table.ids);
            let Some(first) = ids.first() else { continue };
            let listed = |id: &&Id| own.is_some_and(|own| own.contains(id)) || rows.contains(id);
            let count = ids.iter().filter(listed).count();
            (tables, entries, judged) = (tables + 1, entries + ids.len(), judged + count);
            if count == 0 {
                alone.push(format!("{name} {}:{}:{} and {} more", first.0, first.1, first.2, ids.len() - 1));
            }
        }
    }
    println!("{tables} tables, {entries} entries, {judged} of them listed by others");
    alone.iter().for_each(|table| println!("listed by nobody else: {table}"));
    assert_eq!(alone.len(), ALONE.len(), "{alone:#?}");
    for (own, expected) in alone.iter().zip(ALONE) {
        assert!(own.starts_with(expected), "{own}");
    }
    assert!(judged * 100 >= entries * 97, "{judged} of {entries}");
}

/// Tables of drivers that Debian does not build and that drive no network card, looked up in their sources.
const ALONE: [&str; 0] = [];

/// What looks like a table and was not taken for one: no other build has any of its ids for that module either.
#[test]
fn what_was_rejected_is_no_table() {
    let (Some(all), Some(aliases)) = (modules("25.12.2-x86-64"), aliases()) else { return };
    let mut missed = Vec::new();
    let mut fooled = BTreeSet::new();
    for (name, bytes) in &all {
        for array in Rejected::read(bytes).unwrap() {
            println!("{name}\t{}\t{} entries\t{}", array.bus, array.entries, array.first);
            fooled.insert(name.as_str());
            let bus = Bus::from_word(array.bus).unwrap();
            let mut parts = array.first.split([':', ' ']);
            let (vendor, device) = (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned());
            let own = aliases.get(&name.replace('-', "_"));
            if own.is_some_and(|own| own.contains(&(bus, vendor, device))) {
                missed.push(format!("{name} {}", array.first));
            }
        }
    }
    println!("{} modules hold arrays that look like tables and are none", fooled.len());
    assert_eq!(missed, MISSED, "tables that no driver was found to have");
    assert!(fooled.contains("ath10k_core"), "{fooled:?}");
}

/// Tables that are no driver's, but list ids of one.
const MISSED: [&str; 0] = [];
