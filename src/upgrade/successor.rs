//! What becomes of each package that a user added, in another release.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Had, HadPackage};
use crate::format::{Installed, Mark, Package, Universe};
use crate::hardware::{Series, authenticator};
use crate::release::{Became, became};
use crate::resolve::{base_name, exclude_each_other};
use crate::selection::{Selection, Wpad};

/// What becomes of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is there under its own name.
    Kept,
    /// Others are known to be its successors.
    Became(Became),
    /// No table knows of it: others seem to be its successors.
    Guessed(Guess),
    /// It came for others; what still needs it, or its like, brings it along.
    Needed,
    /// The user goes without it.
    Omitted,
    /// Nothing takes its place.
    Gone,
}

/// What a guess goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guess {
    /// The other says that it provides it.
    Provides,
    /// The other has the same name but for an ABI version.
    BaseName,
}

/// A package that a user added, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// Its name before.
    pub old: String,
    /// Its version before; empty where the list has none.
    pub version: String,
    /// The names after, where there are any.
    pub new: Vec<String>,
    /// Whether the new image holds all of these already.
    pub in_image: bool,
    /// How that came.
    pub fate: Fate,
}

/// Follows packages from one series to a later one, which offers `universe` and whose image holds `stock`.
pub fn follow(had: &Had, series: [Series; 2], universe: &Universe<'_>, stock: &Installed) -> Vec<Successor> {
    let mut by_base: BTreeMap<&str, &str> = BTreeMap::new();
    for (_, package) in universe.packages() {
        by_base.entry(base_name(package.name)).or_insert(package.name);
    }
    let follower = Follower { series, universe, stock, by_base };
    had.added.iter().map(|package| follower.follow(package)).collect()
}

struct Follower<'a, 'u> {
    series: [Series; 2],
    universe: &'a Universe<'u>,
    stock: &'a Installed,
    by_base: BTreeMap<&'a str, &'a str>,
}

impl Follower<'_, '_> {
    fn follow(&self, package: &HadPackage) -> Successor {
        let (new, fate) = self.successors(package);
        let in_image = !new.is_empty() && new.iter().all(|name| self.stock.get(name).is_some());
        Successor { old: package.name.clone(), version: package.version.clone(), new, in_image, fate }
    }

    fn successors(&self, package: &HadPackage) -> (Vec<String>, Fate) {
        let name = package.name.as_str();
        let offers = |name: &str| self.universe.holds(name) || self.stock.get(name).is_some();
        let base = base_name(name);
        if package.mark == Some(Mark::Needed) {
            return (Vec::new(), Fate::Needed);
        }
        if let Some((new, how)) = became(name, base, self.series, offers) {
            return (new, Fate::Became(how));
        }
        if offers(name) {
            return (vec![name.to_owned()], Fate::Kept);
        }
        if let Some(provider) = self.provider(name) {
            return (vec![provider.to_owned()], Fate::Guessed(Guess::Provides));
        }
        match self.by_base.get(base) {
            // A library whose ABI version is in its name is there for others.
            Some(_) if base != name && package.mark.is_none() => (Vec::new(), Fate::Needed),
            Some(other) => (vec![(*other).to_owned()], Fate::Guessed(Guess::BaseName)),
            None => (Vec::new(), Fate::Gone),
        }
    }

    /// A package that answers to a name, one of the image before others.
    fn provider(&self, name: &str) -> Option<&str> {
        let answering = || self.universe.answering(name).iter().map(|id| self.universe.package(*id).name);
        answering().find(|name| self.stock.get(name).is_some()).or_else(|| answering().next())
    }
}

/// Leaves out what a selection omits, by the name before or one after.
pub fn leave_out(successors: &mut [Successor], selection: &Selection) {
    for successor in successors {
        let names = std::iter::once(&successor.old).chain(&successor.new);
        if names.into_iter().any(|name| selection.omits(name)) && successor.fate != Fate::Gone {
            successor.fate = Fate::Omitted;
            successor.in_image = false;
            successor.new.clear();
        }
    }
}

/// The packages that are lost: their names before.
pub fn lost(successors: &[Successor]) -> Vec<&str> {
    let gone = successors.iter().filter(|successor| successor.fate == Fate::Gone);
    gone.map(|successor| successor.old.as_str()).collect()
}

/// The packages to install beside the new image, each once, in the order of the old ones.
pub fn roots<'s>(successors: &'s [Successor], stock: &Installed) -> Vec<&'s str> {
    let mut roots: Vec<&str> = Vec::new();
    for name in successors.iter().flat_map(|successor| &successor.new) {
        if stock.get(name).is_none() && !roots.contains(&name.as_str()) {
            roots.push(name);
        }
    }
    roots
}

/// The packages of the new image whose place one of the roots takes, each with that root.
pub fn in_the_way<'a>(
    roots: &[&'a str],
    universe: &'a Universe<'_>,
    stock: &'a Installed,
) -> Vec<(&'a str, &'a str)> {
    let mut pairs = Vec::new();
    for (name, _) in stock.iter() {
        let Some(held) = entry(universe, name) else { continue };
        let takes =
            |root: &&str| entry(universe, root).is_some_and(|package| takes_place(universe, package, held));
        pairs.extend(roots.iter().copied().find(takes).map(|root| (name, root)));
    }
    pairs
}

/// Adds to a selection what is to be installed beside the new image.
#[must_use]
pub fn select(
    selection: Selection,
    successors: &[Successor],
    universe: &Universe<'_>,
    stock: &Installed,
) -> Selection {
    let roots = roots(successors, stock);
    let mut selection = selection;
    if let Some(wpad) = roots.iter().find(|name| is_wpad(name)) {
        selection = selection.wpad(Wpad::Package((*wpad).to_owned()));
    }
    for (old, by) in in_the_way(&roots, universe, stock) {
        selection = selection.replace(old, by);
    }
    for successor in successors {
        for name in successor.new.iter().filter(|name| roots.contains(&name.as_str())) {
            selection = selection.follow(&successor.old, name);
        }
    }
    selection
}

fn entry<'a>(universe: &'a Universe<'_>, name: &str) -> Option<&'a Package<'a>> {
    let id = universe.answering(name).iter().copied().rfind(|id| universe.package(*id).name == name)?;
    Some(universe.package(id))
}

/// Joins and serves: what OpenWrt calls a wpad.
fn is_wpad(name: &str) -> bool {
    authenticator(name).is_some_and(|can| can.joins && can.serves)
}

/// Whether a package cannot stand beside one of the image, or is there for the same.
fn takes_place(universe: &Universe<'_>, package: &Package<'_>, held: &Package<'_>) -> bool {
    package.answers_to(held.name)
        || (is_wpad(package.name) && is_wpad(held.name))
        || exclude_each_other(universe.format(), package, held)
}
