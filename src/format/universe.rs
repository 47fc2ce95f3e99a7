//! Every package of every feed, joined: what can be chosen from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;

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
    packages: Vec<Package<'i>>,
    answering: HashMap<&'i str, Vec<PackageId>, RandomState>,
    superseders: HashMap<&'i str, &'i str>,
    conditional: Vec<PackageId>,
    foreign: Vec<(&'i str, &'i str)>,
    looked_at: AtomicU64,
}

/// After how many looks at packages the model of a client gives up on a request.
pub(super) const MOST_LOOKS: u64 = 20_000_000;

/// Name, version and architecture: what tells entries apart.
type Entry<'i> = (&'i str, &'i str, &'i str);

impl<'i> Universe<'i> {
    /// Joins the indexes of the feeds, in the order in which the client is told about them. Packages of other
    /// architectures are left out, and of equal entries the one that the format lets count is kept.
    pub fn join(
        format: &'static dyn Format,
        arch: &str,
        indexes: impl IntoIterator<Item = (Feed, Parsed<'i>)>,
    ) -> Universe<'i> {
        let mut universe = Universe {
            format,
            arch: arch.to_owned(),
            feeds: Vec::new(),
            packages: Vec::new(),
            answering: HashMap::default(),
            superseders: HashMap::new(),
            conditional: Vec::new(),
            foreign: Vec::new(),
            looked_at: AtomicU64::new(0),
        };
        let mut entries = HashMap::default();
        for (feed, parsed) in indexes {
            universe.feeds.push(feed);
            let mut packages = parsed.packages;
            for package in &packages {
                for name in &package.supersedes {
                    universe.superseders.entry(name).or_insert(package.name);
                }
            }
            // Real indexes are sorted; the others are to give no other answers.
            packages.sort_by(|a, b| a.name.cmp(b.name).then_with(|| format.compare(a.version, b.version)));
            packages.into_iter().for_each(|package| universe.add(package, &mut entries));
        }
        for (id, package) in (0..).map(PackageId).zip(&universe.packages) {
            if !package.install_if.is_empty() {
                universe.conditional.push(id);
            }
            for name in package.names() {
                let ids = universe.answering.entry(name).or_default();
                if ids.last() != Some(&id) {
                    ids.push(id);
                }
            }
        }
        universe
    }

    /// Adds a package, or puts it in the place of an equal entry.
    fn add(&mut self, package: Package<'i>, entries: &mut HashMap<Entry<'i>, usize, RandomState>) {
        if !self.format.fits(package.arch, &self.arch) {
            self.foreign.push((package.name, package.arch));
            return;
        }
        let end = self.packages.len();
        let place = *entries.entry((package.name, package.version, package.arch)).or_insert(end);
        if place == end {
            self.packages.push(package);
        } else if self.format.facts().duplicate == Duplicate::LastWins {
            self.packages[place] = package;
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
        &self.packages[id.0 as usize]
    }

    /// Every package, by feed, name and version.
    pub fn packages(&self) -> impl ExactSizeIterator<Item = (PackageId, &Package<'i>)> {
        self.packages.iter().enumerate().map(|(position, package)| (PackageId(position as u32), package))
    }

    /// The packages that answer to a name, by their own or by one they provide, in the order of the indexes.
    pub fn answering(&self, name: &str) -> &[PackageId] {
        let answering = self.answering.get(name).map_or(&[][..], Vec::as_slice);
        self.count_work(1 + answering.len() as u64);
        answering
    }

    /// The packages of exactly this name: its versions.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = PackageId> + 'a {
        self.answering(name).iter().copied().filter(move |&id| self.package(id).name == name)
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
