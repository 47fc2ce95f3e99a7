//! Arrays that look like tables of ids and are none, or that a structure like a driver's leads to and that hold none:
//! what a reader that went by looks would be fooled by.

use std::collections::BTreeSet;

use super::driver::{self, Bus};
use super::image::{Image, Place};
use super::{ModuleError, tables};

/// An array that was not taken for a table of ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The kind of its ids: `pci`, `usb` or `sdio`.
    pub bus: &'static str,
    /// Its first entry.
    pub first: String,
    /// How many entries it would have.
    pub entries: usize,
}

impl Rejected {
    /// The arrays of a module, the bytes of a `.ko` file, that hold as tables and that no driver leads to.
    ///
    /// # Errors
    /// When the bytes are no module.
    pub fn read(bytes: &[u8]) -> Result<Vec<Rejected>, ModuleError> {
        let image = Image::read(bytes)?;
        let taken: BTreeSet<(Place, &str)> = driver::candidates(&image)
            .iter()
            .filter_map(|candidate| Some((candidate.table, word(candidate.bus)?)))
            .collect();
        let arrays = image.starts().flat_map(|place| {
            let shown = [
                tables::pci(&image, place).map(|ids| of("pci", &ids)),
                tables::usb(&image, place).map(|ids| of("usb", &ids)),
                tables::sdio(&image, place).map(|ids| of("sdio", &ids)),
            ];
            shown.into_iter().flatten().map(move |array| (place, array))
        });
        let rejected = arrays.filter(|(place, array)| !taken.contains(&(*place, array.bus)));
        Ok(rejected.map(|(_, array)| array).collect())
    }
}

fn of<T: std::fmt::Display>(bus: &'static str, ids: &tables::Entries<T>) -> Rejected {
    let first = ids.first().map_or(String::new(), |(id, _)| id.to_string());
    Rejected { bus, first, entries: ids.len() }
}

/// The name of a bus; compatible strings are no ids.
fn word(bus: Bus) -> Option<&'static str> {
    match bus {
        Bus::Pci => Some("pci"),
        Bus::Usb => Some("usb"),
        Bus::Sdio => Some("sdio"),
        Bus::Of => None,
    }
}
