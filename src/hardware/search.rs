//! Searching the catalogue by any word: name, driver, package, vendor, id.

use std::cmp::Reverse;

use super::chip::{Chip, Kind};
use super::device::is_hex;
use super::ids::id_rows;
use super::{Bus, Catalogue, Found, ids, plain};

/// How well a word meets a chip, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Meets {
    Note,
    Package,
    PartOfName,
    StartOfName,
    Id,
    Name,
}

impl Catalogue {
    /// Chips and families that every one of `words` meets, best first, and below them products and devices of that name;
    /// all chips and families when there is no word.
    ///
    /// A word is part of a name, alias, vendor, kernel module, package or note, or an id as `8086:2723` or `8086:`.
    /// With a `kind`, families are left out, for their members are listed.
    pub fn search(&self, words: &[&str], kind: Option<Kind>) -> Vec<Found<'_>> {
        let words: Vec<Word> =
            words.iter().map(|word| Word::new(word)).filter(|word| !word.is_empty()).collect();
        let chips = self.chips().iter().filter(|chip| kind.is_none_or(|kind| chip.kind == kind));
        let chips = chips
            .filter_map(|chip| Some((words_meet(&words, |word| word.meets_chip(chip))?, Found::Chip(chip))));
        let families = self.families().iter().filter(|_| kind.is_none()).filter_map(|family| {
            let names = || std::iter::once(family.name).chain(family.aliases.iter());
            Some((words_meet(&words, |word| word.meets_names(names()))?, Found::Family(family)))
        });
        let mut found: Vec<_> = families.chain(chips).collect();
        found.sort_by_key(|(meets, _)| Reverse(*meets));
        let named = found.into_iter().map(|(_, found)| found);
        named.chain(self.sold(&words, kind)).collect()
    }

    /// Products, and devices of usb.ids and pci.ids, whose names have every word; none where there is no word.
    fn sold(&self, words: &[Word], kind: Option<Kind>) -> Vec<Found<'_>> {
        let meets = |name: &str| !words.is_empty() && words.iter().all(|word| name.contains(&word.plain));
        let is_kind = |chips: &[&str]| {
            kind.is_none_or(|kind| {
                chips.iter().filter_map(|name| self.chip(name)).any(|chip| chip.kind == kind)
            })
        };
        let products = self
            .products()
            .iter()
            .filter(|product| meets(&plain(&format!("{} {}", product.name, product.version))))
            .filter(|product| is_kind(&self.chips_of(product)))
            .map(Found::Product);
        let mut ids: Vec<_> = ids::named_rows()
            .iter()
            .filter(|(_, row)| meets(&plain(row.name)) && is_kind(&row.chips.iter().collect::<Vec<_>>()))
            .filter_map(|(_, row)| row.id())
            .collect();
        ids.dedup();
        products.chain(ids.into_iter().filter_map(|id| self.found_device(id))).collect()
    }
}

/// The least that any word meets; `None` when one meets nothing.
fn words_meet(words: &[Word], meets: impl Fn(&Word) -> Option<Meets>) -> Option<Meets> {
    words.iter().map(meets).try_fold(Meets::Name, |least, meets| meets.map(|meets| least.min(meets)))
}

struct Word {
    plain: String,
    /// Chips with the id that the word is, if it is one.
    with_id: Option<Vec<&'static str>>,
}

impl Word {
    fn new(word: &str) -> Self {
        Self { plain: plain(word), with_id: chips_with_id(&word.to_ascii_lowercase()) }
    }

    fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    fn meets_names<'n>(&self, names: impl Iterator<Item = &'n str>) -> Option<Meets> {
        names
            .map(plain)
            .filter_map(|name| match name.find(&self.plain)? {
                0 if name.len() == self.plain.len() => Some(Meets::Name),
                0 => Some(Meets::StartOfName),
                _ => Some(Meets::PartOfName),
            })
            .max()
    }

    fn meets_chip(&self, chip: &Chip) -> Option<Meets> {
        if let Some(chips) = &self.with_id {
            return chips.contains(&chip.name).then_some(Meets::Id);
        }
        let names = self.meets_names(std::iter::once(chip.name).chain(chip.aliases.iter()));
        let has = |text: &str| plain(text).contains(&self.plain);
        names
            .or_else(|| {
                let mut packages = chip.modules.iter().chain(chip.kmods.iter()).chain(chip.firmware.iter());
                packages.any(has).then_some(Meets::Package)
            })
            .or_else(|| {
                (has(chip.vendor)
                    || has(chip.note)
                    || chip.bus.word() == self.plain
                    || chip.kind.word() == self.plain)
                    .then_some(Meets::Note)
            })
    }
}

/// The chips whose rows have the id `word`, when it looks like one: `8086:2723`, or `8086:` for a whole vendor.
fn chips_with_id(word: &str) -> Option<Vec<&'static str>> {
    let (vendor, device) = word.split_once(':')?;
    if vendor.len() != 4 || !is_hex(vendor) || !(device.is_empty() || device.len() == 4 && is_hex(device)) {
        return None;
    }
    let buses = [Bus::Pci, Bus::Usb, Bus::Sdio].into_iter();
    let mut chips: Vec<&str> = if device.is_empty() {
        buses.flat_map(|bus| super::ids::vendor_rows(bus, vendor)).flat_map(|row| row.chips.iter()).collect()
    } else {
        buses.flat_map(|bus| id_rows(bus, vendor, device)).flat_map(|row| row.chips.iter()).collect()
    };
    chips.sort_unstable();
    chips.dedup();
    Some(chips)
}
