//! Where a module's tables are: the structures by which it registers its drivers, and what its probe functions match.
//!
//! | structure | what lies in it, in words |
//! |---|---|
//! | `pci_driver`, `sdio_driver` | name, table, probe (a list's two words come first in `pci_driver` before Linux 6.8) |
//! | `usb_driver` | name, probe, disconnect, six or seven more functions, table |
//! | `usb_serial_driver` | description, table, a list's two words, then a `device_driver`, which its name begins |
//! | `device_driver` | name, …, table of compatible strings |

use super::image::{Image, Place, Target};

/// How a table was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// From the structure by which the driver is registered: what the kernel itself goes by.
    Driver,
    /// From code that compares devices with it, to learn more of those that the driver was given.
    Probe,
}

/// The kind of ids that a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bus {
    Pci,
    Usb,
    Sdio,
    Of,
}

/// A place that should hold a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'d> {
    pub(crate) bus: Bus,
    pub(crate) via: Via,
    /// The driver's name.
    pub(crate) driver: Option<&'d str>,
    pub(crate) table: Place,
}

/// Finds the tables of a module.
pub(crate) fn candidates<'d>(image: &Image<'d>) -> Vec<Candidate<'d>> {
    let mut found = Vec::new();
    for (place, target) in image.pointers() {
        let Target::Inside(to) = target else { continue };
        let Some(name) = image.text(to) else { continue };
        let mut add = |bus, table| found.push(Candidate { bus, via: Via::Driver, driver: Some(name), table });
        for bus in [Bus::Pci, Bus::Sdio] {
            if registers(image, bus)
                && let Some(table) = data_at(image, place, 1)
                && (is_function(image, place, 2) || is_given_probe(image, bus))
            {
                add(bus, table);
            }
        }
        if registers(image, Bus::Usb) {
            let table = [9, 10].into_iter().find_map(|words| data_at(image, place, words));
            if let Some(table) = table
                && is_function(image, place, 1)
            {
                add(Bus::Usb, table);
            }
            if let Some(before) = place.before(3 * image.word)
                && let Some(table) = data_at(image, before, 0)
            {
                add(Bus::Usb, table);
            }
        }
    }
    found.extend(compatible(image));
    found.extend(compared(image));
    found
}

/// Whether the module registers drivers of a bus.
fn registers(image: &Image<'_>, bus: Bus) -> bool {
    let functions: &[&str] = match bus {
        Bus::Pci => &["__pci_register_driver", "ssb_pcihost_register", "mlxsw_pci_driver_register"],
        Bus::Usb => &["usb_register_driver", "usb_serial_register_drivers", "__usb_serial_register_drivers"],
        Bus::Sdio => &["sdio_register_driver", "__sdio_register_driver"],
        Bus::Of => &[],
    };
    functions.iter().any(|name| image.imports(name))
}

/// Whether the probe function of the module's drivers is set by the bus that they are registered through.
fn is_given_probe(image: &Image<'_>, bus: Bus) -> bool {
    let buses = ["ssb_pcihost_register", "mlxsw_pci_driver_register"];
    bus == Bus::Pci && buses.iter().any(|name| image.imports(name) || image.defines(name))
}

/// Tables of compatible strings: each is 200 bytes of text and NUL, which nothing else is.
fn compatible<'d>(image: &Image<'d>) -> impl Iterator<Item = Candidate<'d>> {
    let pointed = image.pointers().filter_map(|(_, target)| match target {
        Target::Inside(table) if image.is_data(table) => Some(table),
        _ => None,
    });
    pointed.map(|table| Candidate { bus: Bus::Of, via: Via::Driver, driver: None, table })
}

/// Tables that code gives to the functions that compare a device with one.
fn compared<'d>(image: &Image<'d>) -> impl Iterator<Item = Candidate<'d>> {
    let is_compared = ["usb_match_id", "usb_match_one_id"].iter().any(|name| image.imports(name));
    let tables = image.references().filter(move |_| is_compared);
    tables.map(|table| Candidate { bus: Bus::Usb, via: Via::Probe, driver: None, table })
}

/// Where the pointer leads that lies some words behind a place.
fn at<'d>(image: &Image<'d>, place: Place, words: u64) -> Option<Target<'d>> {
    image.pointer(place.after(words * image.word))
}

fn data_at(image: &Image<'_>, place: Place, words: u64) -> Option<Place> {
    match at(image, place, words)? {
        Target::Inside(to) if image.is_data(to) => Some(to),
        _ => None,
    }
}

fn is_function(image: &Image<'_>, place: Place, words: u64) -> bool {
    match at(image, place, words) {
        Some(Target::Inside(to)) => image.is_code(to),
        Some(Target::Import(_)) => true,
        None => false,
    }
}
