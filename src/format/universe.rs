//! Every package of every feed, joined: what can be chosen from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::answering::{Answering, Slot, Slots};
use super::index::{Listed, Source};
use super::{Dependency, Duplicate, FeedId, Format, Package, PackageId, Parsed};

/// A feed: one index and its packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// `core`, `kmods`, `base`, `luci`, …
    pub name: String,
    /// The folder of the index and its packages, as a URL or path.
    pub location: String,
    /// Whether it is one that the user named beside those of the release.
    pub custom: bool,
}

/// The packages of all feeds, under the names they answer to.
#[derive(Debug)]
pub struct Universe<'i> {
    format: &'static dyn Format,
    arch: String,
    feeds: Vec<Feed>,
    /// The index of each feed, as far as packages are still to be read from it.
    sources: Vec<Option<Source<'i>>>,
    packages: Vec<Listed<'i>>,
    answering: Answering<'i>,
    superseders: HashMap<&'i str, &'i str>,
    conditional: Vec<PackageId>,
    foreign: Vec<(&'i str, &'i str)>,
    looked_at: AtomicU64,
}

/// After how many looks at packages the model of a client gives up on a request.
pub(super) const MOST_LOOKS: u64 = 20_000_000;

impl<'i> Universe<'i> {
    /// Joins the indexes of the feeds, in the order in which the client is told about them. Packages of other
    /// architectures are left out, and of equal entries the one that the format lets count is kept.
    pub fn join(
        format: &'static dyn Format,
        arch: &str,
        indexes: impl IntoIterator<Item = (Feed, Parsed<'i>)>,
    ) -> Universe<'i> {
        let (feeds, indexes): (Vec<Feed>, Vec<Parsed<'i>>) = indexes.into_iter().unzip();
        let count = indexes.iter().map(|index| index.listed.len()).sum();
        let provided: usize = indexes.iter().map(|index| index.provided.len()).sum();
        let mut universe = Universe {
            format,
            arch: arch.to_owned(),
            feeds,
            sources: indexes.iter().map(|index| index.source).collect(),
            packages: Vec::with_capacity(count),
            answering: Answering::default(),
            superseders: HashMap::new(),
            conditional: Vec::new(),
            foreign: Vec::new(),
            looked_at: AtomicU64::new(0),
        };
        let mut slots = Slots::with_capacity(count + provided);
        let mut named = Named::default();
        let mut provided = Vec::with_capacity(indexes.len());
        for (feed, index) in (0..).map(FeedId).zip(indexes) {
            for (name, by) in index.superseded {
                universe.superseders.entry(name).or_insert(by);
            }
            let mut listed = index.listed;
            // Real indexes are sorted; the others are to give no other answers.
            let order = |a: &Listed<'_>, b: &Listed<'_>| {
                a.name.cmp(b.name).then_with(|| format.compare(a.version, b.version))
            };
            if !listed.is_sorted_by(|a, b| order(a, b).is_le()) {
                listed.sort_by(order);
            }
            for mut package in listed {
                package.feed = feed;
                universe.add(package, &mut slots, &mut named);
            }
            provided.push(index.provided);
        }
        let mut pairs = Vec::with_capacity(slots.len());
        for ((id, package), own) in (0..).map(PackageId).zip(&universe.packages).zip(&named.slots) {
            if package.conditional {
                universe.conditional.push(id);
            }
            pairs.push((*own, id));
            let range = package.provided.start as usize..package.provided.end as usize;
            let names = provided.get(usize::from(package.feed.0)).and_then(|names| names.get(range));
            pairs.extend(names.into_iter().flatten().map(|name| (slots.of(name), id)));
        }
        universe.answering = Answering::new(slots, pairs);
        universe
    }

    /// Adds a package, or puts it in the place of an equal entry.
    fn add(&mut self, package: Listed<'i>, slots: &mut Slots<'i>, named: &mut Named) {
        if !self.format.fits(package.arch, &self.arch) {
            self.foreign.push((package.name, package.arch));
            return;
        }
        let slot = slots.of(package.name);
        let same = |place: &usize| {
            let other = &self.packages[*place];
            (other.version, other.arch) == (package.version, package.arch)
        };
        let equal = named.of(slot).find(same);
        match equal {
            None => {
                named.push(slot);
                self.packages.push(package);
            }
            Some(place) if self.format.facts().duplicate == Duplicate::LastWins => {
                self.packages[place] = package
            }
            Some(_) => {}
        }
    }

    /// How many packages were looked at so far: the measure of work on this universe, the same on any machine.
    pub(crate) fn looked_at(&self) -> u64 {
        self.looked_at.load(Ordering::Relaxed)
    }

    /// Counts work that is no look at a package.
    pub(crate) fn count_work(&self, looks: u64) {
        self.looked_at.fetch_add(looks, Ordering::Relaxed);
    }

    /// The format of the indexes.
    pub fn format(&self) -> &'static dyn Format {
        self.format
    }

    /// The architecture of the release.
    pub fn arch(&self) -> &str {
        &self.arch
    }

    /// The feeds, in their order.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }

    /// The feed that lists a package.
    pub fn feed(&self, id: FeedId) -> &Feed {
        &self.feeds[usize::from(id.0)]
    }

    /// A package.
    pub fn package(&self, id: PackageId) -> &Package<'i> {
        let listed = self.listed(id);
        listed.package(self.sources[usize::from(listed.feed.0)])
    }

    /// What tells a package apart; the rest of it need not be read for that.
    pub fn listed(&self, id: PackageId) -> &Listed<'i> {
        &self.packages[id.0 as usize]
    }

    /// Every package, by feed, name and version.
    pub fn packages(&self) -> impl ExactSizeIterator<Item = (PackageId, &Listed<'i>)> {
        self.packages.iter().enumerate().map(|(position, listed)| (PackageId(position as u32), listed))
    }

    /// The packages that answer to a name, by their own or by one they provide, in the order of the indexes.
    pub fn answering(&self, name: &str) -> &[PackageId] {
        let answering = self.answering.to(name);
        self.count_work(1 + answering.len() as u64);
        answering
    }

    /// The packages of exactly this name: its versions.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = PackageId> + 'a {
        self.answering(name).iter().copied().filter(move |&id| self.listed(id).name == name)
    }

    /// Whether a feed holds a package of this name.
    pub fn holds(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// The packages that meet a dependency, in the order of the indexes.
    pub fn meeting(&self, dependency: &Dependency<'_>) -> Vec<PackageId> {
        let candidates = self.answering(dependency.name).iter().copied();
        candidates.filter(|&id| self.format.meets(self.package(id), dependency)).collect()
    }

    /// The package that takes over a name: the first in the order of the indexes that says so.
    pub(crate) fn superseder(&self, name: &str) -> Option<&'i str> {
        self.superseders.get(name).copied()
    }

    /// The packages that are installed unasked where their conditions hold.
    pub(crate) fn conditional(&self) -> &[PackageId] {
        &self.conditional
    }

    /// The architectures of the packages of that name that were left out.
    pub(crate) fn foreign(&self, name: &str) -> impl Iterator<Item = &'i str> {
        self.foreign.iter().filter(move |(own, _)| *own == name).map(|(_, arch)| *arch)
    }
}

/// The packages of each name, while they are added.
#[derive(Debug, Default)]
struct Named {
    /// The position of each package's name.
    slots: Vec<Slot>,
    /// For each package the one of its name that came before.
    before: Vec<Option<usize>>,
    /// For each name the package that came last.
    last: Vec<Option<usize>>,
}

impl Named {
    /// The packages of a name, the last one first.
    fn of(&self, slot: Slot) -> impl Iterator<Item = usize> {
        let last = self.last.get(slot as usize).copied().flatten();
        std::iter::successors(last, |place| self.before[*place])
    }

    /// Notes the name of the next package.
    fn push(&mut self, slot: Slot) {
        let slot_place = slot as usize;
        if self.last.len() <= slot_place {
            self.last.resize(slot_place + 1, None);
        }
        self.before.push(self.last[slot_place].replace(self.slots.len()));
        self.slots.push(slot);
    }
}
