//! A package as an index lists it, the same for every format. Text is borrowed from the index.

use std::borrow::Cow;
use std::fmt;

use crate::trust::Digest;

/// The position of a package in its [`Universe`](super::Universe).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub u32);

/// The position of a feed in its [`Universe`](super::Universe), which is the order in which the package
/// manager is told about the feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedId(pub u16);

/// One entry of an index.
#[derive(Debug, Clone)]
pub struct Package<'i> {
    pub name: &'i str,
    /// Its version, in its format's own grammar.
    pub version: &'i str,
    /// Its architecture: the release's own, or the format's word for any.
    pub arch: &'i str,
    /// The feed that lists it.
    pub feed: FeedId,
    /// What must be installed with it, in the order in which its index states it.
    pub depends: Vec<Requirement<'i>>,
    /// What is installed with it where it can be.
    pub recommends: Vec<Requirement<'i>>,
    /// What must not be installed beside it.
    pub conflicts: Vec<Dependency<'i>>,
    /// Further names it answers to; its own name is implied.
    pub provides: Vec<Provide<'i>>,
    /// Names of packages that it takes over: opkg installs it in their place.
    pub supersedes: Vec<&'i str>,
    /// Conditions under which apk installs it unasked; none: never.
    pub install_if: Vec<Dependency<'i>>,
    /// apk's rank among providers of a name; 0 if the index states none.
    pub provider_priority: u32,
    /// The package file's name, in the feed's folder.
    pub file: Cow<'i, str>,
    /// The package file's size in bytes, when the index states it.
    pub size: Option<u64>,
    /// The size of the unpacked files in bytes, when the index states it.
    pub installed_size: Option<u64>,
    /// The digest that the index states; without one nothing of the package can be trusted.
    pub digest: Option<Digest>,
    /// What it is, in a sentence or more; bytes that are not UTF-8 are replaced.
    pub description: Cow<'i, str>,
    /// Whose work it is.
    pub provenance: Provenance<'i>,
}

/// Whose work a package is, as its index states it; empty: not stated. Bytes that are not UTF-8 are replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance<'i> {
    /// Its licence, mostly in the terms of SPDX.
    pub license: Cow<'i, str>,
    /// The source package that it is built from.
    pub origin: Cow<'i, str>,
    /// Its name in the lists of known weaknesses, without a version: `cpe:/a:kernel:util-linux`.
    pub cpe: Cow<'i, str>,
}

/// Something that a package needs: any one of several alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement<'i> {
    /// The preferred alternative, nearly always the only one.
    pub first: Dependency<'i>,
    /// The others, in their order of preference.
    pub others: Vec<Dependency<'i>>,
    /// opkg's trailing `*`: every provider that can be had, not just one.
    pub greedy: bool,
}

/// A name, with a constraint on the version where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dependency<'i> {
    /// The name of a package, or a name that packages provide.
    pub name: &'i str,
    /// The versions that will do; none: any.
    pub constraint: Option<Constraint<'i>>,
}

/// Which versions will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Constraint<'i> {
    /// How the version relates to the one named.
    pub relation: Relation,
    /// The version named.
    pub version: &'i str,
}

/// How a version must relate to the one that a constraint names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Earlier (`<<` in opkg, `<` in apk).
    Less,
    /// Earlier or equal.
    LessEqual,
    Equal,
    /// Equal or later.
    GreaterEqual,
    /// Later (`>>` in opkg, `>` in apk).
    Greater,
    /// Equal as far as the version named goes (`~` in apk): 1.2.3 is `~1.2`.
    Fuzzy,
    /// Earlier, or equal as far as the version named goes (`<~` in apk).
    LessFuzzy,
    /// Later, or equal as far as the version named goes (`>~` in apk).
    GreaterFuzzy,
    /// The very package of that digest (`><` in apk), whatever its version.
    Identity,
}

/// A further name that a package answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provide<'i> {
    pub name: &'i str,
    /// The version it is provided at; none: as a virtual name.
    pub version: Option<&'i str>,
}

/// The most packages that are read of a text index: fifteen times what all official feeds of a release hold.
pub(super) const MOST_PACKAGES: usize = 160_000;
/// The most dependencies, of all kinds, that are read of an index: ten times those of all official feeds.
pub(super) const MOST_DEPENDENCIES: usize = 1 << 20;

/// Any graphic sign of ASCII but "/", "\\", quotes and "$". A table: this is asked of every byte of an index's names.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        plain[byte as usize] = !matches!(byte, b'/' | b'\\' | b'"' | b'\'' | b'`' | b'$');
        byte += 1;
    }
    plain
};

/// Whether a name may become a file, a URL segment and a quoted word of a script.
pub(crate) fn is_plain(name: &str) -> bool {
    are_plain(&[name])
}

/// The same for a name that these parts make, of which the first is not empty.
pub(crate) fn are_plain(parts: &[&str]) -> bool {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let starts_well = parts.first().is_some_and(|first| !first.is_empty() && !first.starts_with(['.', '-']));
    starts_well && length <= 255 && parts.iter().all(|part| part.bytes().all(|byte| PLAIN[usize::from(byte)]))
}

/// Whether a version or an architecture is one for any client: graphic signs of ASCII, not too many.
pub(crate) fn is_word(text: &str) -> bool {
    text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl<'i> Dependency<'i> {
    /// A dependency on any version of a name.
    pub fn on(name: &'i str) -> Dependency<'i> {
        Dependency { name, constraint: None }
    }
}

impl<'i> From<Dependency<'i>> for Requirement<'i> {
    fn from(dependency: Dependency<'i>) -> Requirement<'i> {
        Requirement { first: dependency, others: Vec::new(), greedy: false }
    }
}

impl<'i> Requirement<'i> {
    /// The alternatives, the preferred one first.
    pub fn alternatives(&self) -> impl Iterator<Item = &Dependency<'i>> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl<'i> Package<'i> {
    /// The names it answers to, its own first; a name may occur twice.
    pub fn names(&self) -> impl Iterator<Item = &'i str> + '_ {
        std::iter::once(self.name).chain(self.provides.iter().map(|provide| provide.name))
    }

    /// Whether it answers to `name`.
    pub fn answers_to(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }
}

impl fmt::Display for Package<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Relation::Less => "<",
            Relation::LessEqual => "<=",
            Relation::Equal => "=",
            Relation::GreaterEqual => ">=",
            Relation::Greater => ">",
            Relation::Fuzzy => "~",
            Relation::LessFuzzy => "<~",
            Relation::GreaterFuzzy => ">~",
            Relation::Identity => "><",
        })
    }
}

impl fmt::Display for Dependency<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.constraint {
            None => f.write_str(self.name),
            Some(Constraint { relation, version }) => write!(f, "{} {relation} {version}", self.name),
        }
    }
}

impl fmt::Display for Requirement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, alternative) in self.alternatives().enumerate() {
            let separator = if position == 0 { "" } else { " | " };
            write!(f, "{separator}{alternative}")?;
        }
        Ok(())
    }
}
