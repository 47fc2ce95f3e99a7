//! What a release's modules say that the catalogue's tables do not, and the other way round.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::PackagedModule;
use super::firmware::plain;
use super::listing::ReadPackage;
use crate::hardware::{BadTable, Bus, Catalogue, Chip, IdRow, Series, all_id_rows, history};
use crate::kmod::{Ids, PciId, UsbId, Via};

/// The difference between the modules of a release and the tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// How many rows of `ids.tsv` have their module among those that were read.
    pub compared: usize,
    /// How many of these a module lists.
    pub confirmed: usize,
    /// The others.
    pub not_listed: Vec<NotListed>,
    /// Ids of the catalogue's modules that no row is for.
    pub new_ids: Vec<NewId>,
    /// Modules with tables of ids that no chip names.
    pub new_modules: Vec<NewModule>,
    /// Packages that the release holds and `history.tsv` says otherwise.
    pub new_packages: Vec<NewPackage>,
}

/// A row that no module lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotListed {
    /// The row.
    pub row: IdRow,
    /// The modules that were read for it.
    pub modules: Vec<String>,
}

/// An id that no row is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewId {
    /// The first seven columns of `ids.tsv`.
    pub columns: [String; 7],
    /// The chips that the module drives: one of them, or a new one.
    pub chips: Vec<&'static str>,
    /// The module.
    pub module: String,
}

/// A module that no chip names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewModule {
    /// The module.
    pub module: String,
    /// Its package.
    pub package: String,
    /// The first columns of `ids.tsv` for each of its ids.
    pub ids: Vec<[String; 7]>,
}

/// A package that the tables do not know in this series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPackage {
    /// The package.
    pub package: String,
    /// The series in which `history.tsv` has it; none: it does not follow it.
    pub known: Option<String>,
}

/// Compares the modules of packages with the tables. `names` are those of all packages of the release, whose series is
/// given where it is known.
///
/// # Errors
/// When `ids.tsv` cannot be read.
pub fn compare(
    packages: &[ReadPackage<'_>],
    names: &BTreeSet<&str>,
    series: Option<Series>,
) -> Result<Comparison, BadTable> {
    let modules: Vec<(&str, &PackagedModule)> = packages
        .iter()
        .flat_map(|package| package.contents.modules.iter().map(move |module| (package.name, module)))
        .collect();
    let mut by_name: HashMap<String, Vec<&PackagedModule>> = HashMap::new();
    for (_, module) in &modules {
        by_name.entry(plain(&module.name)).or_default().push(module);
    }
    let mut comparison = Comparison::default();
    let rows = all_id_rows()?;
    let known: HashSet<(Bus, &str, &str)> =
        rows.iter().map(|row| (row.bus, row.vendor, row.device)).collect();
    for row in &rows {
        // What a vendor's modems usually are is a guess for those that no table lists.
        if row.interface == "modem" {
            continue;
        }
        let of_row = modules_of(row);
        let read: Vec<&PackagedModule> =
            of_row.iter().filter_map(|name| by_name.get(name)).flatten().copied().collect();
        if read.is_empty() {
            continue;
        }
        comparison.compared += 1;
        match read.iter().any(|module| lists(module, row)) {
            true => comparison.confirmed += 1,
            false => comparison.not_listed.push(NotListed {
                row: *row,
                modules: read.iter().map(|module| module.name.clone()).collect(),
            }),
        }
    }
    let mut new_ids = BTreeSet::new();
    for (package, module) in modules {
        let name = plain(&module.name);
        let ids = columns(module);
        let chips: Vec<&Chip> = Catalogue::builtin()
            .chips()
            .iter()
            .filter(|chip| chip.modules.iter().any(|own| plain(own) == name))
            .collect();
        if chips.is_empty() {
            if !ids.is_empty() {
                let (module, package) = (module.name.clone(), package.to_owned());
                comparison.new_modules.push(NewModule { module, package, ids });
            }
            continue;
        }
        for columns in ids {
            let Some(bus) = Bus::from_word(&columns[0]) else { continue };
            if !known.contains(&(bus, columns[1].as_str(), columns[2].as_str())) {
                let chips = chips.iter().filter(|chip| chip.bus == bus).map(|chip| chip.name).collect();
                new_ids.insert(NewId { columns, chips, module: module.name.clone() });
            }
        }
    }
    comparison.new_ids = new_ids.into_iter().collect();
    comparison.new_packages = new_packages(names, series);
    Ok(comparison)
}

/// The modules that a row can be confirmed by: those of its chips, and the bridge that it stands behind.
fn modules_of(row: &IdRow) -> BTreeSet<String> {
    let chips = row.chips.iter().filter_map(|name| Catalogue::builtin().chip(name));
    let bridge = row.interface.strip_prefix("bridge=").map(str::to_owned);
    chips.flat_map(|chip| chip.modules.iter().map(plain)).chain(bridge).collect()
}

/// Whether a module lists what a row says, as far as ids and subsystems go.
fn lists(module: &PackagedModule, row: &IdRow) -> bool {
    let is = |column: &str, id: Option<u16>| match id {
        Some(id) => column == format!("{id:04x}"),
        None => column == "*",
    };
    // A masked subdevice, or one that the driver tells apart by itself, stands in no table.
    let may_be = |column: &str, id: Option<u16>| {
        column.starts_with('&') || column == "*" || id.is_none() || is(column, id)
    };
    module.module.tables.iter().any(|table| match (&table.ids, row.bus) {
        (Ids::Pci(ids), Bus::Pci) => ids.iter().any(|(id, _)| {
            is(row.vendor, id.vendor)
                && is(row.device, id.device)
                && may_be(row.subvendor, id.subvendor)
                && may_be(row.subdevice, id.subdevice)
        }),
        (Ids::Usb(ids), Bus::Usb) => {
            ids.iter().any(|(id, _)| is(row.vendor, id.vendor) && is(row.device, id.product))
        }
        (Ids::Sdio(ids), Bus::Sdio) => {
            ids.iter().any(|(id, _)| is(row.vendor, id.vendor) && is(row.device, id.device))
        }
        _ => false,
    })
}

/// The first columns of `ids.tsv` for the ids that a module's drivers list, without those for whole classes.
fn columns(module: &PackagedModule) -> Vec<[String; 7]> {
    let part = |id: Option<u16>| id.map_or("*".to_owned(), |id| format!("{id:04x}"));
    let any = || "*".to_owned();
    let mut found = Vec::new();
    for table in module.module.tables.iter().filter(|table| table.via == Via::Driver) {
        match &table.ids {
            Ids::Pci(ids) => {
                found.extend(ids.iter().filter(|(id, _)| id.closeness().0 == 2).map(|(id, _)| {
                    let [vendor, device] = [id.vendor, id.device].map(part);
                    let [subvendor, subdevice] = [id.subvendor, id.subdevice].map(part);
                    ["pci".to_owned(), vendor, device, subvendor, subdevice, any(), class_column(id)]
                }))
            }
            Ids::Usb(ids) => {
                found.extend(ids.iter().filter(|(id, _)| id.closeness().0 == 2).map(|(id, _)| {
                    let [vendor, product] = [id.vendor, id.product].map(part);
                    ["usb".to_owned(), vendor, product, any(), any(), any(), interface_column(id)]
                }))
            }
            Ids::Sdio(ids) => {
                found.extend(ids.iter().filter(|(id, _)| id.closeness().0 == 2).map(|(id, _)| {
                    let [vendor, device] = [id.vendor, id.device].map(part);
                    let class = id.class.map_or("*".to_owned(), |class| format!("class={class:02x}"));
                    ["sdio".to_owned(), vendor, device, any(), any(), any(), class]
                }))
            }
            Ids::Of(_) => {}
        }
    }
    found
}

/// A class as far as its mask goes: `class=0280`.
fn class_column(id: &PciId) -> String {
    let digits = format!("{:06x}", id.class);
    match id.class_mask {
        0 => "*".to_owned(),
        mask if mask & 0xff == 0 => format!("class={}", &digits[..4]),
        _ => format!("class={digits}"),
    }
}

fn interface_column(id: &UsbId) -> String {
    let text = |class: [Option<u8>; 3]| {
        class.map(|byte| byte.map_or("*".to_owned(), |byte| format!("{byte:02x}"))).join("/")
    };
    if let Some(number) = id.interface {
        format!("ifnum={number:02x}")
    } else if id.interface_class != [None; 3] {
        format!("ifclass={}", text(id.interface_class))
    } else if id.device_class != [None; 3] {
        format!("devclass={}", text(id.device_class))
    } else {
        "*".to_owned()
    }
}

/// The packages of chips, and firmware, that the release holds and the history does not know of it.
fn new_packages(names: &BTreeSet<&str>, series: Option<Series>) -> Vec<NewPackage> {
    let chips = Catalogue::builtin().chips();
    let asked: BTreeMap<&str, ()> = chips
        .iter()
        .flat_map(|chip| chip.kmods.iter().chain(chip.firmware.iter()))
        .map(|name| (name, ()))
        .collect();
    let mut found = Vec::new();
    for name in names {
        let known = history(name);
        let is_missing = match known {
            Some(releases) => series.is_some_and(|series| !releases.contain(series)),
            None => asked.contains_key(name) || name.ends_with("-firmware") && !name.starts_with("kmod-"),
        };
        if is_missing {
            let known = known.map(|releases| releases.to_string());
            found.push(NewPackage { package: (*name).to_owned(), known });
        }
    }
    found
}
