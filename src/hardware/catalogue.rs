//! The catalogue of chips, and finding one by the name that a user has for it.

use std::sync::OnceLock;

use super::chip::{Alternative, Bus, Certainty, Chip, Family, Gap, How, Kind, List};
use super::product::{self, Product};
use super::table::{self, Malformed};
use super::{DeviceId, Series};
use crate::suggest;

const CHIPS: &str = include_str!("../../indexes/hardware/chips.tsv");
const FAMILIES: &str = include_str!("../../indexes/hardware/families.tsv");
const ALTERNATIVES: &str = include_str!("../../indexes/hardware/alternatives.tsv");

/// The chips, families and alternatives that ship with owpkg.
#[derive(Debug)]
pub struct Catalogue {
    chips: Vec<Chip>,
    families: Vec<Family>,
    alternatives: Vec<Alternative>,
    pub(super) products: Vec<Product>,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'c> {
    Chip(&'c Chip),
    /// A family of chips.
    Family(&'c Family),
    /// What is sold under the name.
    Product(&'c Product),
    /// A device, by its id or by its name in usb.ids or pci.ids, and the first chip that it may be.
    Device(DeviceId, &'c Chip),
}

impl Found<'_> {
    /// The catalogue's own name; that of its first chip for a device.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Chip(chip) => chip.name,
            Self::Family(family) => family.name,
            Self::Product(product) => product.name,
            Self::Device(_, chip) => chip.name,
        }
    }
}

/// No one thing has this name: none, or versions of a product with different chips.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", said(.name, .versions))]
pub struct UnknownChip {
    /// The name asked for.
    pub name: String,
    /// Similar names, nearest first; may be empty.
    pub near: Vec<String>,
    /// The versions of the product, where they have different chips: `v2 (rtl8188eu usb:2357:010c)`.
    pub versions: Vec<String>,
}

fn said(name: &str, versions: &[String]) -> String {
    match versions {
        [] => format!("the catalogue has no chip or family named {name:?}, and no product"),
        _ => format!("{name} is sold with different chips: {}", versions.join(", ")),
    }
}

/// A table in the source tree that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("indexes/hardware/{file}, line {line}: {problem}")]
pub struct BadTable {
    /// File name.
    pub file: &'static str,
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: &'static str,
}

impl Catalogue {
    /// The catalogue compiled in, read on first use.
    ///
    /// # Panics
    /// When a table of the source tree is malformed, which the test of [`Catalogue::read`] rules out.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalogue> = OnceLock::new();
        BUILTIN.get_or_init(|| Self::read().unwrap_or_else(|bad| panic!("{bad}")))
    }

    /// Reads the tables that are compiled in.
    ///
    /// # Errors
    /// Names the file and line of a row that has the wrong shape.
    #[doc(hidden)]
    pub fn read() -> Result<Self, BadTable> {
        Ok(Self {
            chips: read_table("chips.tsv", CHIPS, chip)?,
            families: read_table("families.tsv", FAMILIES, family)?,
            alternatives: read_table("alternatives.tsv", ALTERNATIVES, alternative)?,
            products: product::read()?,
        })
    }

    /// All chips, sorted by name.
    pub fn chips(&self) -> &[Chip] {
        &self.chips
    }

    /// All families, sorted by name.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// The chip with exactly this catalogue name.
    pub fn chip(&self, name: &str) -> Option<&Chip> {
        self.chips.binary_search_by(|chip| chip.name.cmp(name)).ok().map(|at| &self.chips[at])
    }

    /// The chips of a family, in the order of its row.
    pub fn members<'c>(&'c self, family: &Family) -> impl Iterator<Item = &'c Chip> {
        family.members.iter().filter_map(|name| self.chip(name))
    }

    /// Other packages for a chip.
    pub fn alternatives(&self, chip: &Chip) -> impl Iterator<Item = &Alternative> {
        let name = chip.name;
        self.alternatives.iter().filter(move |each| each.chip == name)
    }

    /// Every alternative, sorted by chip.
    #[doc(hidden)]
    pub fn all_alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }

    /// What `name` stands for: a chip, a family, a product, a device's id or its name in usb.ids and pci.ids; case and
    /// punctuation do not count.
    ///
    /// # Errors
    /// [`UnknownChip`], with near names or with the versions of the product.
    pub fn find(&self, name: &str) -> Result<Found<'_>, UnknownChip> {
        if let Some(chip) = self.chip(name) {
            return Ok(Found::Chip(chip));
        }
        let asked = plain(name);
        let called = |own: &str, aliases: List| {
            plain_is(own, &asked) || aliases.iter().any(|alias| plain_is(alias, &asked))
        };
        if !asked.is_empty() {
            if let Some(chip) = self.chips.iter().find(|chip| called(chip.name, chip.aliases)) {
                return Ok(Found::Chip(chip));
            }
            if let Some(family) = self.families.iter().find(|family| called(family.name, family.aliases)) {
                return Ok(Found::Family(family));
            }
            if let Some(found) = self.product_or_device(name, &asked)? {
                return Ok(found);
            }
        }
        Err(UnknownChip { name: name.to_owned(), near: self.near(&asked), versions: Vec::new() })
    }

    /// Names similar to `asked`, nearest first.
    fn near(&self, asked: &str) -> Vec<String> {
        let chips = self.chips.iter().map(|chip| (chip.name, chip.aliases));
        let families = self.families.iter().map(|family| (family.name, family.aliases));
        let spellings = chips.chain(families).flat_map(|(name, aliases)| {
            std::iter::once(name).chain(aliases.iter()).map(move |spelling| (plain(spelling), name))
        });
        suggest::near_spelling(asked, spellings)
    }
}

/// A name without case and punctuation, as names are compared: `IWL-7265D` is `iwl7265d`.
pub fn plain(name: &str) -> String {
    plain_chars(name).collect()
}

fn plain_chars(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase())
}

fn plain_is(name: &str, plain: &str) -> bool {
    plain_chars(name).eq(plain.chars())
}

fn read_table<const N: usize, T>(
    file: &'static str,
    text: &'static str,
    read: impl Fn([&'static str; N]) -> Result<T, &'static str>,
) -> Result<Vec<T>, BadTable> {
    table::rows::<N>(text)
        .map(|row| {
            let (line, columns) =
                row.map_err(|Malformed { line, problem }| BadTable { file, line, problem })?;
            read(columns).map_err(|problem| BadTable { file, line, problem })
        })
        .collect()
}

fn chip(columns: [&'static str; 15]) -> Result<Chip, &'static str> {
    let [
        name,
        aliases,
        vendor,
        bus,
        kind,
        modules,
        kmods,
        firmware,
        userspace,
        gap,
        targets,
        since,
        certainty,
        source,
        note,
    ] = columns;
    Ok(Chip {
        name,
        aliases: List::semicolons(aliases),
        vendor,
        bus: Bus::from_word(bus).ok_or("unknown bus")?,
        kind: Kind::from_word(kind).ok_or("unknown kind")?,
        modules: List::commas(modules),
        kmods: List::commas(kmods),
        firmware: List::commas(firmware),
        userspace: List::commas(userspace),
        gap: optional(gap, Gap::from_word).ok_or("unknown gap")?,
        targets: List::commas(targets),
        since: optional(since, Series::of_release).ok_or("unknown release series")?,
        certainty: Certainty::from_word(certainty).ok_or("unknown certainty")?,
        source,
        note,
    })
}

fn family([name, aliases, decides, members]: [&'static str; 4]) -> Result<Family, &'static str> {
    Ok(Family { name, aliases: List::semicolons(aliases), decides, members: List::commas(members) })
}

fn alternative([chip, choice, how, packages, when]: [&'static str; 5]) -> Result<Alternative, &'static str> {
    let how = match how {
        "instead" => How::Instead,
        "also" => How::Also,
        _ => return Err("unknown how"),
    };
    Ok(Alternative { chip, choice, how, packages: List::commas(packages), when })
}

/// An empty column is `Some(None)`, one that `read` does not know is `None`.
fn optional<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { read(text).map(Some) }
}
