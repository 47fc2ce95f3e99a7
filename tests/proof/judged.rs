//! Real modules, judged by another build of the same drivers: the aliases that Debian leaves in its modules.
//!
//! `OWPKG_REAL_ALIASES` names a file of lines `alias ALIAS MODULE`, as `modules.alias` has them; `README.md` of
//! `indexes/hardware` tells how to make one.

use std::collections::{BTreeMap, BTreeSet};

use owpkg::hardware::{Bus, all_id_rows};
use owpkg::kmod::{Ids, Module, Rejected, Via};
use owpkg::proof::compare;

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
        Ids::Sdio(ids) => {
            ids.iter().filter_map(|(each, _)| id(Bus::Sdio, each.vendor, each.device)).collect()
        }
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
    alone.sort();
    let mut known = ALONE;
    known.sort_unstable();
    assert_eq!(alone.len(), known.len(), "{alone:#?}");
    for (own, expected) in alone.iter().zip(known) {
        assert!(own.starts_with(expected), "{own}");
    }
    assert!(judged * 100 >= entries * 97, "{judged} of {entries}");
}

/// Tables of drivers that Debian does not build for PCs, and that we have no rows of: each of ids of the maker whose devices
/// the driver is for.
const ALONE: [&str; 6] = [
    // STMicroelectronics.
    "c_can_pci pci:104a:cc11",
    // FTDI, whose chips are in the adapters.
    "dmx_usb usb:0403:6001",
    // Texas Instruments.
    "wlcore_sdio sdio:0097:4076",
    // Atheros, before the card has its own id.
    "ath9k_pci_owl_loader pci:168c:ff1c",
    // Cologne Chip.
    "dahdi_hfcs pci:1397:2bd0",
    // WCH.
    "ch348 usb:1a86:55d9",
];

/// What looks like a table and was not taken for one is none of a driver's: no other build has any of its ids for that
/// module, but for tables that code alone looks into.
#[test]
fn what_was_rejected_is_no_drivers_table() {
    let (Some(all), Some(aliases)) = (modules("25.12.2-x86-64"), aliases()) else { return };
    let (mut arrays, mut real) = (0, BTreeSet::new());
    for (name, bytes) in &all {
        for array in Rejected::read(bytes).unwrap() {
            arrays += 1;
            println!("{name}\t{}\t{} entries\t{}", array.bus, array.entries, array.first);
            let bus = match array.bus {
                "pci" => Bus::Pci,
                "usb" => Bus::Usb,
                _ => Bus::Sdio,
            };
            let mut parts = array.first.split([':', ' ']);
            let (vendor, device) = (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned());
            let own = aliases.get(&name.replace('-', "_"));
            if own.is_some_and(|own| own.contains(&(bus, vendor, device))) {
                real.insert(name.as_str());
            }
        }
    }
    println!("{arrays} arrays look like tables and are no driver's");
    assert!(arrays > 1000, "{arrays}");
    assert_eq!(real, BTreeSet::from(LOOKED_INTO));
}

/// Modules with tables of ids that no driver's structure has.
const LOOKED_INTO: [&str; 11] = [
    // Cards with lights, quirks of boards, power saving: compared with a device that the driver has already.
    "ath5k",
    "i915",
    "intel-lpss-pci",
    "snd-hda-intel",
    // A watchdog of the chipset, which no bus calls the driver for.
    "sp5100_tco",
    // What joins the tables of several serial drivers, each of which has its own too.
    "cypress_m8",
    "io_edgeport",
    "keyspan",
    "ti_usb_3410_5052",
    "usb-serial-simple",
    "visor",
];

/// Where a row of our tables is in no table of its module, the module does not hold its bytes anywhere.
#[test]
fn what_modules_do_not_list_they_do_not_hold() {
    for tree in ["25.12.2-x86-64", "23.05.2-mvebu"] {
        let Some(all) = modules(tree) else { return };
        let contents = super::real::contents(tree).unwrap();
        let comparison = compare(&super::real::read(&contents), &BTreeSet::new(), None).unwrap();
        let mut held = BTreeSet::new();
        for not in &comparison.not_listed {
            let id = |text: &str| u16::from_str_radix(text, 16);
            let (Ok(vendor), Ok(device)) = (id(not.row.vendor), id(not.row.device)) else { continue };
            let bytes = match not.row.bus {
                // Of a row with a subsystem, all of it: older modules list the device with others.
                Bus::Pci => {
                    let subsystem = match [id(not.row.subvendor), id(not.row.subdevice)] {
                        [Err(_), Err(_)] => Vec::new(),
                        either => either.map(|part| part.map_or(u32::MAX, u32::from)).to_vec(),
                    };
                    let words = [u32::from(vendor), u32::from(device)].into_iter().chain(subsystem);
                    words.flat_map(u32::to_le_bytes).collect()
                }
                _ => [vendor.to_le_bytes(), device.to_le_bytes()].concat(),
            };
            let modules = all.iter().filter(|(name, _)| not.modules.contains(name));
            for (name, _) in modules.filter(|(_, module)| memchr::memmem::find(module, &bytes).is_some()) {
                held.insert(format!("{name} {}:{}", not.row.vendor, not.row.device));
            }
        }
        println!("{tree}: {} rows not listed, {held:?} of them held", comparison.not_listed.len());
        assert!(held.is_empty(), "{tree}: {held:?}");
    }
}
