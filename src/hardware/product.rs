//! What is printed on a box, and what is in it.

use super::chip::List;
use super::device::Device;
use super::device::DeviceId;
use super::table::{self, Malformed};
use super::{BadTable, Catalogue, Found, UnknownChip, ids, plain};

const PRODUCTS: &str = include_str!("../../indexes/hardware/products.tsv");

/// One hardware version of a product: one row of `products.tsv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Maker and model.
    pub name: &'static str,
    /// The hardware version in the maker's words; empty where all have one chip.
    pub version: &'static str,
    /// Its ids as `bus:vendor:device`.
    pub ids: List,
    /// Its chips, where the id is not known or is that of many boards.
    pub chips: Vec<&'static str>,
    /// Where the row comes from.
    pub source: &'static str,
}

impl Product {
    /// Its ids.
    pub fn devices(&self) -> Vec<DeviceId> {
        self.ids.iter().filter_map(|id| id.parse().ok()).collect()
    }

    /// Whether `asked`, without case and punctuation, is its name: with its maker or without, with its version or
    /// without.
    fn is_called(&self, asked: &str) -> bool {
        let version = plain(self.version);
        self.spellings().any(|name| {
            asked.strip_prefix(name.as_str()).is_some_and(|rest| {
                rest.is_empty() || !version.is_empty() && bare_version(rest) == bare_version(&version)
            })
        })
    }

    /// Its name, whole and without its first word or two, which name the maker.
    fn spellings(&self) -> impl Iterator<Item = String> {
        let rest = |text: &'static str| text.split_once(' ').map_or("", |(_, rest)| rest);
        let shorter = rest(self.name);
        [self.name, shorter, rest(shorter)]
            .into_iter()
            .filter(|name| name.len() > 3 && name.contains(|c: char| c.is_ascii_digit()))
            .map(plain)
    }
}

/// A version without the word before it: `v2`, `ver2` and `2` are one.
fn bare_version(version: &str) -> &str {
    let words = ["version", "ver", "v", "revision", "rev"];
    words.iter().find_map(|word| version.strip_prefix(word)).unwrap_or(version)
}

/// Reads the table.
pub(super) fn read() -> Result<Vec<Product>, BadTable> {
    let file = "products.tsv";
    table::rows::<5>(PRODUCTS)
        .map(|row| {
            let bad = |Malformed { line, problem }| BadTable { file, line, problem };
            let (line, [name, version, ids, chips, source]) = row.map_err(bad)?;
            let ids = List::spaces(ids);
            if ids.iter().any(|id| id.parse::<DeviceId>().is_err()) {
                return Err(BadTable { file, line, problem: "an id cannot be read" });
            }
            if ids.is_empty() && chips.is_empty() {
                return Err(BadTable { file, line, problem: "neither an id nor a chip" });
            }
            Ok(Product { name, version, ids, chips: List::commas(chips).iter().collect(), source })
        })
        .collect()
}

impl Catalogue {
    /// Every product.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The names of the chips that a product may hold, sorted.
    pub fn chips_of(&self, product: &Product) -> Vec<&'static str> {
        let by_id = product.devices().into_iter().filter_map(|id| self.identify(&Device::of_id(id)));
        let mut chips: Vec<&str> = by_id.flat_map(|identity| identity.chips).map(|chip| chip.name).collect();
        chips.extend(&product.chips);
        chips.sort_unstable();
        chips.dedup();
        chips
    }

    /// The product, the device in usb.ids and pci.ids, or the id that `name` is; `asked` is its plain form.
    ///
    /// # Errors
    /// [`UnknownChip`] with the versions, where they have different chips.
    pub(super) fn product_or_device(
        &self,
        name: &str,
        asked: &str,
    ) -> Result<Option<Found<'_>>, UnknownChip> {
        let called: Vec<&Product> = self.products.iter().filter(|product| product.is_called(asked)).collect();
        if let Some(first) = called.first() {
            let chips = self.chips_of(first);
            if called.iter().all(|other| self.chips_of(other) == chips) {
                return Ok(Some(Found::Product(first)));
            }
            let version = |product: &&Product| {
                let ids: Vec<&str> = product.ids.iter().collect();
                let ids = if ids.is_empty() { String::new() } else { format!(" {}", ids.join(" ")) };
                let words = if product.version.is_empty() { product.name } else { product.version };
                format!("{words} ({}{ids})", self.chips_of(product).join(", "))
            };
            return Err(UnknownChip {
                name: name.to_owned(),
                near: Vec::new(),
                versions: called.iter().map(version).collect(),
            });
        }
        if let Ok(id) = name.trim().parse::<DeviceId>()
            && let Some(found) = self.found_device(id)
        {
            return Ok(Some(found));
        }
        self.device_called(name, asked)
    }

    /// A device as what a name stands for.
    pub(super) fn found_device(&self, id: DeviceId) -> Option<Found<'_>> {
        let identity = self.identify(&Device::of_id(id))?;
        identity.chips.first().map(|chip| Found::Device(id, chip))
    }

    /// The device that usb.ids or pci.ids call so.
    fn device_called(&self, name: &str, asked: &str) -> Result<Option<Found<'_>>, UnknownChip> {
        if asked.len() < 4 || !asked.contains(|c: char| c.is_ascii_digit()) {
            return Ok(None);
        }
        let is_called = |own: &str| {
            own == asked
                || own.strip_prefix(asked).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let mut found: Vec<(DeviceId, &'static str)> = Vec::new();
        for (own, row) in ids::named_rows().iter().filter(|(own, _)| is_called(own)) {
            if let Some(id) = row.id()
                && !found.iter().any(|(known, _)| *known == id)
            {
                found.push((id, if own == asked { "" } else { row.name }));
            }
        }
        // A name in full is no other's.
        if found.iter().any(|(_, more)| more.is_empty()) {
            found.retain(|(_, more)| more.is_empty());
        }
        let chips = |id: DeviceId| {
            let identity = self.identify(&Device::of_id(id));
            let mut chips: Vec<&str> =
                identity.into_iter().flat_map(|identity| identity.chips).map(|chip| chip.name).collect();
            chips.sort_unstable();
            chips
        };
        let Some((first, _)) = found.first().copied() else { return Ok(None) };
        if found.iter().all(|(id, _)| chips(*id) == chips(first)) {
            return Ok(self.found_device(first));
        }
        let version = |(id, more): &(DeviceId, &str)| {
            let words = if more.is_empty() { name } else { more };
            format!("{words} ({} {}:{id})", chips(*id).join(", "), id.bus)
        };
        let versions = found.iter().take(8).map(version).collect();
        Err(UnknownChip { name: name.to_owned(), near: Vec::new(), versions })
    }
}
