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
        let taken: BTreeSet<(&str, Place)> = driver::candidates(&image)
            .iter()
            .filter_map(|candidate| array(&image, candidate.bus, candidate.table))
            .map(|(array, end)| (array.bus, end))
            .collect();
        let buses = [Bus::Pci, Bus::Usb, Bus::Sdio];
        let arrays = image.starts().flat_map(|place| buses.map(|bus| array(&image, bus, place)));
        // What ends where a table does is a part of it.
        let rejected = arrays.flatten().filter(|(array, end)| !taken.contains(&(array.bus, *end)));
        Ok(rejected.map(|(array, _)| array).collect())
    }
}

/// What would be a table at a place, and where its last entry lies.
fn array(image: &Image<'_>, bus: Bus, place: Place) -> Option<(Rejected, Place)> {
    match bus {
        Bus::Pci => of("pci", &tables::pci(image, place)?),
        Bus::Usb => of("usb", &tables::usb(image, place)?),
        Bus::Sdio => of("sdio", &tables::sdio(image, place)?),
        // Compatible strings are no ids.
        Bus::Of => None,
    }
}

fn of<T: std::fmt::Display>(bus: &'static str, ids: &tables::Entries<T>) -> Option<(Rejected, Place)> {
    let ((first, _), (_, end)) = (ids.first()?, ids.last()?);
    Some((Rejected { bus, first: first.to_string(), entries: ids.len() }, *end))
}
