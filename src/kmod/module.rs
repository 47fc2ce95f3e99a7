//! What was read of a module.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

pub use super::driver::Via;
use super::driver::{self, Bus, Candidate};
use super::firmware::FirmwareName;
use super::image::{Image, Place, Target};
use super::tables::{self, PciId, SdioId, UsbId};
use super::versions;

/// How far an object reaches at most whose end nothing tells, in bytes.
const LONGEST_OBJECT: u64 = 4096;
/// How many pointers lead from an entry to the name of its firmware at most.
const DEPTH: usize = 3;

/// A kernel module.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Module {
    /// Its name, where it states one.
    pub name: Option<String>,
    /// The modules that it needs.
    pub depends: Vec<String>,
    /// Its tables of ids.
    pub tables: Vec<IdTable>,
    /// What its tables' entries lead to; entries name it by its place here.
    pub data: Vec<DriverData>,
    /// Whether it asks the kernel for firmware.
    pub asks_firmware: bool,
    /// Names of firmware anywhere in it.
    pub firmware: Vec<FirmwareName>,
    /// Its named objects that lead to names of firmware, which other modules may refer to.
    pub objects: BTreeMap<String, DriverData>,
}

/// A table of ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdTable {
    /// How it was reached.
    pub via: Via,
    /// The driver's name, where the table was reached from its structure.
    pub driver: Option<String>,
    /// Its entries, each with the place in [`Module::data`] of what the driver keeps for it.
    pub ids: Ids,
}

/// The entries of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ids {
    Pci(Vec<(PciId, Option<usize>)>),
    Usb(Vec<(UsbId, Option<usize>)>),
    Sdio(Vec<(SdioId, Option<usize>)>),
    /// Compatible strings of device trees.
    Of(Vec<(String, Option<usize>)>),
}

/// What the driver keeps for an entry, as far as it leads to names of firmware.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DriverData {
    /// The names that it points to.
    pub firmware: Vec<FirmwareName>,
    /// Objects of other modules that it points to, which may lead on.
    pub imports: Vec<String>,
}

/// Why a file cannot be read as a module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    /// It is no ELF file, or a damaged one.
    #[error("no sound ELF file: {0}")]
    Elf(#[from] object::read::Error),
    /// It is an ELF file of another kind.
    #[error("an ELF file, but no relocatable one")]
    NotRelocatable,
    /// It holds more than any module does.
    #[error("more {what} than a kernel module has")]
    TooMuch { what: &'static str },
}

impl Module {
    /// Reads a module: the bytes of a `.ko` file.
    ///
    /// # Errors
    /// When the bytes are no relocatable ELF file, or hold more than any module does.
    pub fn read(bytes: &[u8]) -> Result<Module, ModuleError> {
        let image = Image::read(bytes)?;
        let mut module = Module {
            name: image.modinfo("name").next().map(str::to_owned),
            depends: image
                .modinfo("depends")
                .flat_map(|names| names.split(','))
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            asks_firmware: image.imports_any(&[
                "request_firmware",
                "firmware_request_",
                "request_partial_firmware",
            ]),
            firmware: names(&image),
            ..Module::default()
        };
        module.read_tables(&image);
        for (name, place, size) in image.objects() {
            let data = driver_data(&image, image.pointers_of(place, size));
            if !data.firmware.is_empty() {
                module.objects.insert(name.to_owned(), data);
            }
        }
        module.tell_versions(&image);
        match image.is_exhausted() {
            true => Err(ModuleError::TooMuch { what: "entries and pointers" }),
            false => Ok(module),
        }
    }

    /// Tells which versions are taken of the firmware whose names it completes by a version.
    fn tell_versions(&mut self, image: &Image<'_>) {
        let ranges = versions::ranges(image);
        let data = self.data.iter_mut().chain(self.objects.values_mut());
        for name in self.firmware.iter_mut().chain(data.flat_map(|data| &mut data.firmware)) {
            if let FirmwareName::Start(start) = name
                && let Some((oldest, newest)) = ranges.get(start.as_str()).copied()
            {
                *name = FirmwareName::Versions { start: std::mem::take(start), oldest, newest };
            }
        }
    }

    fn read_tables(&mut self, image: &Image<'_>) {
        let mut seen = BTreeSet::new();
        let mut kept = HashMap::new();
        for candidate in driver::candidates(image) {
            if !seen.insert((candidate.table, candidate.bus as u8)) {
                continue;
            }
            let Some(ids) = self.ids(image, &candidate, &mut kept) else { continue };
            let driver = candidate.driver.map(str::to_owned);
            self.tables.push(IdTable { via: candidate.via, driver, ids });
        }
    }

    /// Reads a table, and what its entries lead to.
    fn ids(
        &mut self,
        image: &Image<'_>,
        candidate: &Candidate<'_>,
        kept: &mut HashMap<Place, Option<usize>>,
    ) -> Option<Ids> {
        let at = candidate.table;
        let mut data = |place| {
            let Target::Inside(to) = image.pointer(place)? else {
                let target = image.pointer(place).into_iter();
                return keep(&mut self.data, driver_data(image, target));
            };
            *kept.entry(to).or_insert_with(|| keep(&mut self.data, data_at(image, to)))
        };
        Some(match candidate.bus {
            Bus::Pci => {
                Ids::Pci(tables::pci(image, at)?.into_iter().map(|(id, own)| (id, data(own))).collect())
            }
            Bus::Usb => {
                Ids::Usb(tables::usb(image, at)?.into_iter().map(|(id, own)| (id, data(own))).collect())
            }
            Bus::Sdio => {
                Ids::Sdio(tables::sdio(image, at)?.into_iter().map(|(id, own)| (id, data(own))).collect())
            }
            Bus::Of => Ids::Of(tables::of(image, at)?.into_iter().map(|(id, own)| (id, data(own))).collect()),
        })
    }
}

impl Ids {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        match self {
            Ids::Pci(ids) => ids.len(),
            Ids::Usb(ids) => ids.len(),
            Ids::Sdio(ids) => ids.len(),
            Ids::Of(ids) => ids.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Keeps what an entry leads to, each once; none when it leads to nothing.
fn keep(all: &mut Vec<DriverData>, data: DriverData) -> Option<usize> {
    if data == DriverData::default() {
        return None;
    }
    let known = all.iter().position(|other| *other == data);
    Some(known.unwrap_or_else(|| {
        all.push(data);
        all.len() - 1
    }))
}

/// What an object leads to whose place an entry holds: it may be a name itself.
fn data_at(image: &Image<'_>, place: Place) -> DriverData {
    driver_data(image, std::iter::once(Target::Inside(place)))
}

/// The names and imports that pointers lead to, a few steps on.
fn driver_data<'d>(image: &Image<'d>, from: impl Iterator<Item = Target<'d>>) -> DriverData {
    let (mut firmware, mut imports) = (BTreeSet::new(), BTreeSet::new());
    let mut targets: Vec<Target<'d>> = from.collect();
    let mut seen = BTreeSet::new();
    for _ in 0..DEPTH {
        for target in std::mem::take(&mut targets) {
            match target {
                Target::Import(name) => {
                    imports.insert(name.to_owned());
                }
                Target::Inside(place) if image.is_data(place) && seen.insert(place) => {
                    match image.text(place).and_then(FirmwareName::of) {
                        Some(name) => {
                            firmware.insert(name);
                        }
                        None => targets.extend(image.pointers_of(place, LONGEST_OBJECT)),
                    }
                }
                Target::Inside(_) => {}
            }
        }
    }
    DriverData { firmware: firmware.into_iter().collect(), imports: imports.into_iter().collect() }
}

/// The names of firmware among all texts of a module.
fn names(image: &Image<'_>) -> Vec<FirmwareName> {
    let mut found = BTreeSet::new();
    for section in image.data_sections() {
        for text in section.split(|byte| *byte == 0) {
            if let Ok(text) = std::str::from_utf8(text)
                && let Some(name) = FirmwareName::of(text)
            {
                found.insert(name);
            }
        }
    }
    found.into_iter().collect()
}
