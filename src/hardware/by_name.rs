//! Devices by the words of a listing, where it shows no ids: never sure, for names are not.

use super::chip::{Certainty, Chip};
use super::detect::Named;
use super::device::{Device, DeviceId};
use super::identify::{Identity, stepping};
use super::{Bus, Catalogue, ids, plain};

/// Shortest name that is looked for inside other words.
const MIN_NAME: usize = 5;

impl Catalogue {
    /// The chips that a device is by its name; `None` when no table knows the words.
    pub fn identify_named(&self, named: &Named) -> Option<Identity<'_>> {
        let on_bus = |bus: Bus| named.bus.is_none_or(|own| own == bus);
        let words = plain(&named.name);
        let (chips, name) = self
            .by_listed_name(&words, &on_bus)
            .or_else(|| self.by_product(&words, &on_bus).map(|chips| (chips, "")))
            .or_else(|| self.by_chip_name(named, &words, &on_bus).map(|chips| (chips, "")))?;
        let chips = self.twins(chips, named, &words);
        let notes = vec!["found by its name alone: an id would be sure".to_owned()];
        Some(Identity { chips, certainty: Certainty::Low, name, notes })
    }

    /// For a 7265 both that and the 7265D, unless the words or what iwlwifi read tell the one.
    fn twins<'c>(&'c self, chips: Vec<&'c Chip>, named: &Named, words: &str) -> Vec<&'c Chip> {
        if !chips.iter().all(|chip| TWINS.contains(&chip.name)) || words.contains("7265d") {
            return chips;
        }
        let id = DeviceId::new(Bus::Pci, 0x8086, 0x095a);
        let device = Device { hw_revision: named.hw_revision, ..Device::of_id(id) };
        let [plain, later] = TWINS;
        let told = match stepping(&device) {
            None => &TWINS[..],
            Some(0x59) => &[later],
            Some(_) => &[plain],
        };
        told.iter().filter_map(|name| self.chip(name)).collect()
    }

    /// By the longest name of pci.ids or usb.ids that the words have in them.
    fn by_listed_name(
        &self,
        words: &str,
        on_bus: &dyn Fn(Bus) -> bool,
    ) -> Option<(Vec<&Chip>, &'static str)> {
        let mut best: Vec<&(String, ids::IdRow)> = Vec::new();
        for each in ids::named_rows().iter().filter(|(name, row)| says_model(name) && on_bus(row.bus)) {
            let longest = best.first().map_or(MIN_NAME, |(name, _)| name.len());
            if each.0.len() >= longest && words.contains(&each.0) {
                if each.0.len() > longest {
                    best.clear();
                }
                best.push(each);
            }
        }
        let name = best.first()?.1.name;
        let chips =
            unique(best.iter().flat_map(|(_, row)| row.chips.iter()).filter_map(|name| self.chip(name)));
        (!chips.is_empty()).then_some((chips, name))
    }

    /// By a product whose name the words have in them.
    fn by_product(&self, words: &str, on_bus: &dyn Fn(Bus) -> bool) -> Option<Vec<&Chip>> {
        let has = |name: &str| {
            let (_, model) = name.split_once(' ').unwrap_or(("", name));
            let model = plain(model);
            model.len() >= MIN_NAME && says_model(&model) && words.contains(&model)
        };
        let product = self
            .products()
            .iter()
            .filter(|product| has(product.name))
            .max_by_key(|product| product.name.len())?;
        let names = self.chips_of(product);
        let chips = unique(names.iter().filter_map(|name| self.chip(name)).filter(|chip| on_bus(chip.bus)));
        (!chips.is_empty()).then_some(chips)
    }

    /// By the longest name or alias of a chip in the words; short ones must be words of their own.
    fn by_chip_name(&self, named: &Named, words: &str, on_bus: &dyn Fn(Bus) -> bool) -> Option<Vec<&Chip>> {
        let own: Vec<String> =
            named.name.split(|c: char| c.is_whitespace() || "()/,;".contains(c)).map(plain).collect();
        let meets = |chip: &Chip| {
            std::iter::once(chip.name)
                .chain(chip.aliases.iter())
                .map(|name| {
                    plain(name.split(" on ").next().unwrap_or(name).split(" (").next().unwrap_or(name))
                })
                .filter(|name| name.len() >= 4 && says_model(name))
                .filter(|name| {
                    own.contains(name) || name.len() >= 2 * MIN_NAME && words.contains(name.as_str())
                })
                .map(|name| name.len())
                .max()
        };
        let found: Vec<(usize, &Chip)> = self
            .chips()
            .iter()
            .filter(|chip| on_bus(chip.bus))
            .filter_map(|chip| Some((meets(chip)?, chip)))
            .collect();
        let longest = found.iter().map(|(length, _)| *length).max()?;
        Some(found.into_iter().filter(|(length, _)| *length == longest).map(|(_, chip)| chip).collect())
    }
}

/// Two chips of one name in listings, of which what iwlwifi read tells the one.
const TWINS: [&str; 2] = ["iwl7265", "iwl7265d"];

/// Whether a name is that of a model: one without a digit, such as `Ethernet`, says nothing.
fn says_model(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_digit()) && name.contains(|c: char| c.is_ascii_alphabetic())
}

fn unique<'c>(chips: impl Iterator<Item = &'c Chip>) -> Vec<&'c Chip> {
    let mut found: Vec<&Chip> = Vec::new();
    for chip in chips {
        if !found.iter().any(|known| known.name == chip.name) {
            found.push(chip);
        }
    }
    found
}
