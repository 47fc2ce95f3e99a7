//! The seam between the package formats: everything that differs between opkg and apk.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::io::{self, Read};

use super::{Constraint, Dependency, Described, FeedId, Installed, Package, PackageId, Relation, Universe};
use crate::demo::{Blueprint, FeedFile, PackageSpec, SigningKeys};
use crate::trust::usign::UsignError;
use crate::trust::{Scheme, SecretKey, Signed, SignedFile, Verified};

/// A package format: its files, its versions, and the way its client chooses.
pub trait Format: fmt::Debug + Sync {
    /// `opkg` or `apk`.
    fn name(&self) -> &'static str;

    /// The files of a feed's index, under their names in the feed's folder; the index itself comes first.
    fn index_files(&self) -> &'static [IndexFile];

    /// Splits a downloaded index into the bytes that were signed and the signatures over them. The files come
    /// in the order of [`Format::index_files`], without those that the feed lacks.
    fn open(&self, files: Vec<SignedFile>) -> Result<Signed, IndexError>;

    /// Reads the packages of an index.
    fn parse<'i>(&self, index: &'i Verified<Signed>, feed: FeedId) -> Result<Parsed<'i>, IndexError>;

    /// The order of versions.
    fn compare(&self, a: &str, b: &str) -> Ordering;

    /// Whether a version satisfies a constraint.
    fn satisfies(&self, version: &str, constraint: &Constraint<'_>) -> bool;

    /// The version at which a package of version `own` answers to a name that it provides at version
    /// `provided`; none: the name meets no constraint.
    fn provided_version<'v>(&self, own: &'v str, provided: Option<&'v str>) -> Option<&'v str>;

    /// Whether the very package is meant by the identity that a [`Relation::Identity`] names.
    fn identifies(&self, _package: &Package<'_>, _identity: &str) -> bool {
        false
    }

    /// Whether two packages may be installed together although both answer to one name, told by the versions at
    /// which they do (none: as a virtual name). Conflicts that they state are another matter.
    fn may_share(&self, _a: Option<&str>, _b: Option<&str>) -> bool {
        true
    }

    /// Whether a conflict with a name also hits the packages that only provide it.
    fn conflicts_hit_providers(&self) -> bool;

    /// Whether the client installs what a package recommends.
    fn heeds_recommends(&self) -> bool;

    /// Whether a package of this architecture installs on a router of the release's architecture.
    fn fits(&self, package_arch: &str, release_arch: &str) -> bool;

    /// Names that every router holds although no index lists them.
    fn implied(&self) -> &'static [&'static str] {
        &[]
    }

    /// Which of two entries of the same name, version and architecture counts.
    fn duplicate(&self) -> Duplicate;

    /// Sorts the packages that meet `dependency` into the client's order of preference, the best one first.
    /// `asked` holds the names that the user asks for.
    fn prefer(
        &self,
        universe: &Universe<'_>,
        dependency: &Dependency<'_>,
        asked: &HashSet<&str>,
        candidates: &mut [PackageId],
    );

    /// Whether the client takes `candidate` for `dependency` by itself; otherwise only if something else requires the
    /// very package.
    fn may_choose(
        &self,
        _universe: &Universe<'_>,
        _dependency: &Dependency<'_>,
        _candidate: PackageId,
    ) -> bool {
        true
    }

    /// How the client is told to install this very version of a package; none if it cannot be told.
    fn exactly(&self, _package: &Package<'_>) -> Option<String> {
        None
    }

    /// What the router's own client would add, in its order, when told to install `names` one after the other, which may
    /// be what [`Format::exactly`] says; a name or a dependency that it cannot meet adds nothing.
    fn install(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId>;

    /// What it says that it would add when it only rehearses that (`--simulate`, `--noaction`).
    fn rehearse(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
        self.install(universe, installed, names)
    }

    /// Makes the files of a feed: its packages and its signed index.
    ///
    /// # Errors
    /// When a package cannot be packed.
    fn make_feed(
        &self,
        of: &Blueprint,
        articles: &[PackageSpec],
        signers: &SigningKeys,
    ) -> io::Result<Vec<FeedFile>>;

    /// How the names of package files end.
    fn package_ending(&self) -> &'static str;

    /// Packages that no index lists although their files stand beside it.
    fn unlisted(&self) -> &'static [&'static str] {
        &[]
    }

    /// Reads a package file of this name to its end: what an index tells of it.
    ///
    /// # Errors
    /// What is wrong with it, in words: it is damaged, or the client would not find or take it.
    fn describe(&self, name: &str, file: &mut dyn Read) -> Result<Described, String>;

    /// Makes the files of an index of these packages, which are in the order of their files' names; the same packages
    /// and key always give the same bytes.
    ///
    /// # Errors
    /// When the key is of another scheme than [`Format::scheme`], or there is too much for an index.
    fn make_index(&self, packages: &[Described], key: Option<&SecretKey>) -> io::Result<Vec<SignedFile>>;

    /// The name of the index's text, where it stands in the feed's folder for people to read.
    fn plain_index(&self) -> Option<&'static str> {
        None
    }

    /// How indexes are signed.
    fn scheme(&self) -> Scheme;

    /// The name that the router's file of the key with this id has, in [`Format::keys_folder`].
    fn key_file(&self, id: &str) -> String;

    /// The folder of the keys that the router trusts.
    fn keys_folder(&self) -> &'static str;

    /// The file in which a router names the feeds of its release.
    fn feeds_file(&self) -> &'static str;

    /// The file in which a router names further feeds.
    fn own_feeds_file(&self) -> &'static str;

    /// The line of either file for a feed whose folder has this URL.
    fn feed_line(&self, name: &str, url: &str) -> String;

    /// The part of the disk's install script that speaks to this client, in POSIX sh;
    /// `disk::script` tells what it must define.
    fn install_steps(&self) -> &'static str;
}

impl dyn Format + '_ {
    /// Whether a package meets a dependency, by its own name or by one it provides.
    pub fn meets(&self, package: &Package<'_>, dependency: &Dependency<'_>) -> bool {
        if let Some(Constraint { relation: Relation::Identity, version }) = &dependency.constraint {
            return package.answers_to(dependency.name) && self.identifies(package, version);
        }
        let provides = package.provides.iter().map(|provide| (provide.name, provide.version));
        self.answers((package.name, package.version), provides, dependency)
    }

    /// Whether a conflict is with this package.
    pub fn hits(&self, conflict: &Dependency<'_>, package: &Package<'_>) -> bool {
        (self.conflicts_hit_providers() || conflict.name == package.name) && self.meets(package, conflict)
    }

    /// Whether something of this name, version and provided names meets a dependency.
    pub(crate) fn answers<'p>(
        &self,
        (name, version): (&'p str, &'p str),
        provides: impl IntoIterator<Item = (&'p str, Option<&'p str>)>,
        dependency: &Dependency<'_>,
    ) -> bool {
        let fits = |version: Option<&str>| match &dependency.constraint {
            None => true,
            Some(constraint) => version.is_some_and(|version| self.satisfies(version, constraint)),
        };
        (name == dependency.name && fits(Some(version)))
            || provides
                .into_iter()
                .any(|(provided, at)| provided == dependency.name && fits(self.provided_version(version, at)))
    }
}

/// A file of a feed's index.
#[derive(Debug, Clone, Copy)]
pub struct IndexFile {
    /// Its name in the feed's folder.
    pub name: &'static str,
    /// The most bytes that are read of it.
    pub cap: u64,
}

/// What a feed's index holds.
#[derive(Debug, Default)]
pub struct Parsed<'i> {
    /// The packages, in the index's order.
    pub packages: Vec<Package<'i>>,
    /// What was passed over.
    pub warnings: Vec<Warning>,
}

/// An entry that was passed over, as the client would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where, in the inflated index: a line, counted from 1, or an offset in the ADB payload.
    pub at: u64,
    /// Why.
    pub why: &'static str,
}

/// Which of two entries of the same name, version and architecture counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicate {
    /// The one read first (apk).
    FirstWins,
    /// The one read last (opkg).
    LastWins,
}

/// An index that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// It does not unpack.
    #[error("{file} does not unpack: {why}")]
    Packing {
        /// The file.
        file: &'static str,
        /// What the unpacker says.
        why: String,
    },
    /// It unpacks to more than an index may hold.
    #[error("{file} unpacks to more than {cap} bytes")]
    TooLarge {
        /// The file.
        file: &'static str,
        /// The limit in bytes.
        cap: u64,
    },
    /// It breaks the format.
    #[error("{unit} {at}: {why}")]
    Malformed {
        /// `line`, `offset` in the inflated file, or `payload offset` in its ADB payload.
        unit: &'static str,
        /// Where, in the inflated index.
        at: u64,
        /// What is wrong there.
        why: String,
    },
    /// Its signature file is none.
    #[error("{file} is not a signature: {source}")]
    Signature {
        /// The file.
        file: &'static str,
        /// What is wrong with it.
        source: UsignError,
    },
}
