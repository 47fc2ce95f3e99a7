//! The seam between the package formats: everything in which they behave differently.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::io::{self, Read};

use super::{
    Constraint, Dependency, FeedId, FormatFacts, Indescribable, IndexEntry, IndexError, Installed, Package,
    PackageId, Parsed, Relation, Universe, UnpackBudget,
};
use crate::trust::{SecretKey, Signed, SignedFile, Verified};

/// Names of packages, to be found among many.
pub type Names<'n> = foldhash::HashSet<&'n [u8]>;

/// A package format: its constants, and what it does in its own way.
pub trait Format: Versions + Choice + IndexFiles + PackageFiles + InstalledLists + fmt::Debug + Sync {
    /// Its constants.
    fn facts(&self) -> &'static FormatFacts;
}

/// How versions are compared, and what they mean for names that several packages have.
pub trait Versions {
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
}

/// How the client chooses packages.
pub trait Choice {
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

    /// The word by which the client, told to install, removes a package in the same step; none if it can only be removed
    /// before.
    fn without(&self, _name: &str) -> Option<String> {
        None
    }

    /// What the router's own client would add, in its order, when told to install `names` one after the other, which may
    /// be what [`Choice::exactly`] says; a name or a dependency that it cannot meet adds nothing.
    fn install(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId>;

    /// What it says that it would add when it only rehearses that (`--simulate`, `--noaction`).
    fn rehearse(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
        self.install(universe, installed, names)
    }
}

/// The files of a feed's index.
pub trait IndexFiles {
    /// Splits a downloaded index into the bytes that were signed and the signatures over them. The files come
    /// in the order of [`FormatFacts::index_files`], without those that the feed lacks. Indexes that are held at the
    /// same time share a budget.
    fn open_within(&self, files: Vec<SignedFile>, budget: &UnpackBudget) -> Result<Signed, IndexError>;

    /// The same for one index alone, with a budget of its own.
    fn open(&self, files: Vec<SignedFile>) -> Result<Signed, IndexError> {
        self.open_within(files, &UnpackBudget::default())
    }

    /// Reads the packages of an index.
    fn parse<'i>(&self, index: &'i Verified<Signed>, feed: FeedId) -> Result<Parsed<'i>, IndexError>;

    /// Reads the packages of these names alone, as strictly as [`IndexFiles::parse`] does; the others are passed over.
    fn find<'i>(
        &self,
        index: &'i Verified<Signed>,
        names: &Names<'_>,
        feed: FeedId,
    ) -> Result<Vec<Package<'i>>, IndexError> {
        let packages = self.parse(index, feed)?.into_packages();
        Ok(packages.filter(|package| names.contains(package.name.as_bytes())).collect())
    }

    /// Makes the files of an index of these packages, which are in the order of their files' names; the same packages
    /// and key always give the same bytes.
    ///
    /// # Errors
    /// When the key is of another scheme than [`FormatFacts::scheme`], or there is too much for an index.
    fn make_index(&self, packages: &[IndexEntry], key: Option<&SecretKey>) -> io::Result<Vec<SignedFile>>;

    /// The line for a feed whose folder has this URL, in the router's files of feeds.
    fn feed_line(&self, name: &str, url: &str) -> String;
}

/// The files of packages.
pub trait PackageFiles {
    /// The name of the file of a package, as OpenWrt's feeds have it.
    fn file_name(&self, name: &str, version: &str, arch: &str) -> String;

    /// Reads a package file of this name to its end: what an index tells of it.
    ///
    /// # Errors
    /// What is wrong with it, in words: it is damaged, or the client would not find or take it.
    fn describe(&self, name: &str, file: &mut dyn Read) -> Result<IndexEntry, Indescribable>;

    /// Shows each file and link of a package to `visit`, by its path on the router without the first slash. The package
    /// is read to its end.
    ///
    /// # Errors
    /// When it cannot be read, is damaged (`InvalidData`, `UnexpectedEof`), or `visit` fails.
    fn visit_files(&self, package: &mut dyn Read, visit: &mut VisitFile<'_>) -> io::Result<()>;
}

/// What is done with a file of a package, of which it may read the content.
pub(crate) type VisitFile<'v> = dyn FnMut(&str, &mut dyn Read) -> io::Result<()> + 'v;

/// The client's own lists of what is installed.
pub trait InstalledLists {
    /// Reads the client's database of installed packages; none: the text is not in its form.
    fn read_database(&self, text: &str) -> Option<Installed>;

    /// Reads a line of what the client prints, where that is more than a name and a version.
    fn read_line<'l>(&self, _line: &'l str) -> Option<ListedLine<'l>> {
        None
    }
}

/// What a line of a client's listing says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedLine<'l> {
    /// This package is installed, at this version.
    Installed(&'l str, &'l str),
    /// A package that is not installed.
    Other,
}

impl dyn Format + '_ {
    /// The name of its client: `opkg`, `apk`.
    pub fn name(&self) -> &'static str {
        self.facts().name
    }

    /// The name of the index in the feed's folder.
    pub fn index_name(&self) -> &'static str {
        self.facts().index_files[0].name
    }

    /// The name that the router's file of the key with this id has, in [`FormatFacts::keys_folder`].
    pub fn key_file(&self, id: &str) -> String {
        format!("{id}{}", self.facts().key_ending)
    }

    /// Whether a package of this architecture installs on a router of the release's architecture.
    pub fn fits(&self, package_arch: &str, release_arch: &str) -> bool {
        package_arch == release_arch || self.facts().any_arch.contains(&package_arch)
    }

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
        (self.facts().conflicts_hit_providers || conflict.name == package.name)
            && self.meets(package, conflict)
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
