//! What reading a feed's index comes to.

use std::ops::Range;
use std::sync::OnceLock;

use super::{FeedId, Package};
use crate::trust::usign::UsignError;

/// What a feed's index holds. Every entry was checked to its end; all but its names is read when it is asked for.
#[derive(Debug, Default)]
pub struct Parsed<'i> {
    /// What was passed over.
    pub warnings: Vec<Warning>,
    /// The packages, in the index's order.
    pub(super) listed: Vec<Listed<'i>>,
    /// The further names that packages answer to.
    pub(super) provided: Vec<&'i str>,
    /// The names of packages that are taken over, each with the package that does.
    pub(super) superseded: Vec<(&'i str, &'i str)>,
    /// Where the packages are read from; none: all of them are there.
    pub(super) source: Option<Source<'i>>,
    /// How many dependencies of all kinds they have.
    dependencies: usize,
}

/// A package that an index lists: what tells it apart, and the rest once it was asked for.
#[derive(Debug)]
pub struct Listed<'i> {
    pub name: &'i str,
    /// Its version, in its format's own grammar.
    pub version: &'i str,
    /// Its architecture: the release's own, or the format's word for any.
    pub arch: &'i str,
    /// The feed that lists it.
    pub feed: FeedId,
    /// Whether conditions under which it is installed unasked come with it.
    pub(super) conditional: bool,
    /// Which of the provided names are its own.
    pub(super) provided: Range<u32>,
    /// Where the index has it.
    pub(super) at: u32,
    whole: OnceLock<Box<Package<'i>>>,
}

/// Why a package is at hand where there is no index to read it from.
const WITHOUT_INDEX: &str = "a package that no index is needed for is there";

/// An index in which every entry was checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'i> {
    /// The bytes that were signed.
    pub(super) bytes: &'i [u8],
    /// Reads the package that stands at a place of them.
    pub(super) read: for<'b> fn(&'b [u8], u32, FeedId) -> Package<'b>,
}

/// The parts of an entry that tell it apart.
pub(super) struct Head<'i> {
    pub(super) name: &'i str,
    pub(super) version: &'i str,
    pub(super) arch: &'i str,
    /// Whether conditions under which it is installed unasked come with it.
    pub(super) conditional: bool,
    /// Where the index has it.
    pub(super) at: u32,
    /// How many dependencies of all kinds it has.
    pub(super) dependencies: usize,
}

impl<'i> Parsed<'i> {
    /// Nothing yet of an index whose packages are read when they are asked for.
    pub(super) fn of(source: Source<'i>) -> Parsed<'i> {
        Parsed { source: Some(source), ..Parsed::default() }
    }

    /// Adds an entry, whose provided names were put behind those of the one before.
    pub(super) fn push(&mut self, head: Head<'i>, feed: FeedId) {
        let Head { name, version, arch, conditional, at, dependencies } = head;
        self.dependencies += dependencies;
        let start = self.listed.last().map_or(0, |last| last.provided.end);
        let provided = start..self.provided.len() as u32;
        let whole = OnceLock::new();
        self.listed.push(Listed { name, version, arch, feed, conditional, provided, at, whole });
    }

    /// The packages, in the index's order.
    pub fn packages(&self) -> Vec<&Package<'i>> {
        self.listed.iter().map(|listed| self.package(listed)).collect()
    }

    /// The packages, in the index's order, each held no longer than it is looked at.
    pub fn into_packages(self) -> impl Iterator<Item = Package<'i>> {
        let source = self.source;
        self.listed.into_iter().map(move |listed| match (listed.whole.into_inner(), source) {
            (Some(package), _) => *package,
            (None, Some(Source { bytes, read })) => read(bytes, listed.at, listed.feed),
            (None, None) => unreachable!("{WITHOUT_INDEX}"),
        })
    }

    /// What tells the packages apart, in the index's order.
    pub fn listed(&self) -> &[Listed<'i>] {
        &self.listed
    }

    /// A package that it lists.
    pub fn package<'p>(&self, listed: &'p Listed<'i>) -> &'p Package<'i> {
        listed.package(self.source)
    }

    /// How many dependencies of all kinds it has, and packages, of which each counts for four: what it costs to hold it.
    pub fn entries(&self) -> usize {
        4 * self.listed.len() + self.dependencies
    }
}

impl<'i> From<Vec<Package<'i>>> for Parsed<'i> {
    /// Packages that no index is needed for.
    fn from(packages: Vec<Package<'i>>) -> Parsed<'i> {
        let mut parsed = Parsed::default();
        for package in packages {
            parsed.provided.extend(package.provides.iter().map(|provide| provide.name));
            parsed.superseded.extend(package.supersedes.iter().map(|name| (*name, package.name)));
            let Package { name, version, arch, feed, .. } = package;
            let conditional = !package.install_if.is_empty();
            parsed.push(Head { name, version, arch, conditional, at: 0, dependencies: 0 }, feed);
            if let Some(listed) = parsed.listed.last_mut() {
                listed.whole = OnceLock::from(Box::new(package));
            }
        }
        parsed
    }
}

impl<'i> Listed<'i> {
    /// All that the index says of it.
    pub(super) fn package(&self, source: Option<Source<'i>>) -> &Package<'i> {
        self.whole.get_or_init(|| match source {
            Some(Source { bytes, read }) => Box::new(read(bytes, self.at, self.feed)),
            None => unreachable!("{WITHOUT_INDEX}"),
        })
    }
}

/// An entry that was passed over, as the client would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where, in the inflated index: a line, counted from 1, or an offset in the ADB payload.
    pub at: u64,
    pub why: &'static str,
}

/// An index that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// It does not unpack.
    #[error("{file} does not unpack: {why}")]
    Packing {
        file: &'static str,
        /// What the unpacker says.
        why: String,
    },
    /// It unpacks to more than an index may hold.
    #[error("{file} unpacks to more than {cap} bytes")]
    TooLarge {
        file: &'static str,
        /// The limit in bytes.
        cap: u64,
    },
    /// All indexes together unpack to more than there is memory set aside for.
    #[error("{file} unpacks to more than the {budget} bytes that all indexes may have together")]
    Budget {
        /// The file that was one too many.
        file: &'static str,
        /// The limit in bytes.
        budget: u64,
    },
    /// All indexes together list more than there is memory set aside for.
    #[error("the feeds together list more packages and dependencies than owpkg reads")]
    TooManyEntries,
    /// It breaks the format.
    #[error("{unit} {at}: {why}")]
    Malformed {
        /// `line`, `offset` in the inflated file, or `payload offset` in its ADB payload.
        unit: &'static str,
        /// Where, in the inflated index.
        at: u64,
        why: String,
    },
    /// Its signature file is none.
    #[error("{file} is not a signature: {source}")]
    Signature { file: &'static str, source: UsignError },
}
