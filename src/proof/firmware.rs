//! Whether the firmware that a driver names is there.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::PackagedModule;
use super::listing::{Evidence, Found, ReadPackage};
use crate::kmod::{DriverData, FirmwareName};

/// How many objects of other modules lead from one to the next at most.
const DEPTH: usize = 3;

/// What the bytes show of a device's firmware.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum FirmwareProof {
    /// The modules ask for none.
    NoneNamed,
    /// A file that they name is there.
    There { files: Vec<FoundFile> },
    /// The module's entry for the device names these files, and none is there.
    Missing {
        files: Vec<String>,
        /// The module that names them.
        module: String,
    },
    /// The modules name some for other devices too, or make up the name when they run.
    Unknown {
        /// Files of the kind that they ask for.
        files: Vec<FoundFile>,
    },
    /// Packages that may hold it were not read.
    NotRead,
}

/// A firmware file that is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FoundFile {
    /// Its name, below `/lib/firmware`.
    pub name: String,
    /// The package that holds it.
    pub package: String,
}

/// Looks for the firmware of a device that these modules list. `packages` are the ones that were chosen to hold it;
/// `elsewhere` says that the router may hold it too.
pub(crate) fn firmware(
    found: &[Found<'_>],
    evidence: &Evidence<'_>,
    packages: &[String],
    elsewhere: bool,
) -> FirmwareProof {
    let all = || evidence.plan.iter().chain(&evidence.router);
    let modules: HashMap<String, &PackagedModule> = all()
        .flat_map(|package| &package.contents.modules)
        .map(|module| (plain(&module.name), module))
        .collect();
    // What the entry itself leads to is for this device and no other.
    for each in found {
        let own = own_names(&each.data, &modules);
        if own.is_empty() {
            continue;
        }
        let files = meeting(&own, all());
        if !files.is_empty() {
            return FirmwareProof::There { files };
        }
        let is_whole = own.iter().all(|name| matches!(name, FirmwareName::File(_)));
        return match (evidence.unread.is_empty() && !elsewhere, is_whole) {
            (false, _) => FirmwareProof::NotRead,
            (true, false) => FirmwareProof::Unknown { files: of_kind(&own, all()) },
            (true, true) => FirmwareProof::Missing {
                files: own.iter().map(|name| name.text().to_owned()).collect(),
                module: each.listed.module.clone(),
            },
        };
    }
    let all_modules: Vec<&PackagedModule> =
        found.iter().flat_map(|each| with_dependencies(each.module, &modules)).collect();
    let names = all_modules.iter().flat_map(|module| module.module.firmware.iter().cloned()).collect();
    let chosen = || all().filter(|package| packages.iter().any(|name| name == package.name));
    let files = meeting(&names, chosen());
    let is_unread = |name: &String| evidence.unread.contains(&name.as_str());
    if !files.is_empty() {
        FirmwareProof::There { files }
    } else if packages.iter().any(is_unread) || elsewhere {
        FirmwareProof::NotRead
    } else if all_modules.iter().any(|module| module.module.asks_firmware) {
        FirmwareProof::Unknown { files: of_kind(&names, chosen()) }
    } else {
        FirmwareProof::NoneNamed
    }
}

/// The names that entries lead to, through objects of other modules too.
pub(super) fn own_names(
    data: &[&DriverData],
    modules: &HashMap<String, &PackagedModule>,
) -> BTreeSet<FirmwareName> {
    let mut names = BTreeSet::new();
    let mut open: Vec<&DriverData> = data.to_vec();
    let mut seen = BTreeSet::new();
    for _ in 0..DEPTH {
        for data in std::mem::take(&mut open) {
            names.extend(data.firmware.iter().cloned());
            let new: Vec<&String> = data.imports.iter().filter(|name| seen.insert(name.as_str())).collect();
            let objects = modules.values().map(|module| &module.module.objects);
            open.extend(objects.flat_map(|objects| new.iter().filter_map(|name| objects.get(name.as_str()))));
        }
    }
    names
}

/// A module and all that it needs, as far as they were read.
fn with_dependencies<'a>(
    module: &'a PackagedModule,
    modules: &HashMap<String, &'a PackagedModule>,
) -> Vec<&'a PackagedModule> {
    let mut found = vec![module];
    let mut at = 0;
    while let Some(module) = found.get(at) {
        let needed = module.module.depends.iter().filter_map(|name| modules.get(&plain(name)).copied());
        let new: Vec<_> =
            needed.filter(|each| !found.iter().any(|known| std::ptr::eq(*known, *each))).collect();
        found.extend(new);
        at += 1;
    }
    found
}

/// The files of these packages by which any of the names is met.
fn meeting<'a>(
    names: &BTreeSet<FirmwareName>,
    packages: impl Iterator<Item = &'a ReadPackage<'a>>,
) -> Vec<FoundFile> {
    files(packages, |file| names.iter().any(|name| name.is_met_by(file)))
}

/// The files of these packages of which any of the names can be the beginning or the pattern.
fn of_kind<'a>(
    names: &BTreeSet<FirmwareName>,
    packages: impl Iterator<Item = &'a ReadPackage<'a>>,
) -> Vec<FoundFile> {
    files(packages, |file| names.iter().any(|name| name.is_kind_of(file)))
}

fn files<'a>(
    packages: impl Iterator<Item = &'a ReadPackage<'a>>,
    is_one: impl Fn(&str) -> bool,
) -> Vec<FoundFile> {
    let mut files: Vec<FoundFile> = packages
        .flat_map(|package| package.contents.firmware.iter().map(move |file| (package.name, file)))
        .filter(|(_, file)| is_one(file))
        .map(|(package, file)| FoundFile { name: file.clone(), package: package.to_owned() })
        .collect();
    files.sort_by(|one, other| (&one.package, &one.name).cmp(&(&other.package, &other.name)));
    files
}

/// A module's name as the kernel compares names.
pub(super) fn plain(name: &str) -> String {
    name.replace('-', "_")
}
