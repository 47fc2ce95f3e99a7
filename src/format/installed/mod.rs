//! What a router already holds, read from any list of it that people have at hand.

use std::collections::{BTreeMap, HashMap};

mod join;
mod list;

use super::{Dependency, FORMATS, Format, Package, Universe};

pub(crate) use join::Joined;

/// An installed package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstalledPackage {
    pub version: String,
    /// Further names it answers to, each with the version it is provided at where there is one.
    pub provides: Vec<(String, Option<String>)>,
}

/// How a package came onto a router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The image holds it.
    Image,
    /// It was installed later.
    Added,
    /// Something else needs it, and nobody asked for it by its name.
    Needed,
}

/// The installed packages of a router.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    packages: BTreeMap<String, InstalledPackage>,
    /// The packages that provide a name beside their own.
    providers: HashMap<String, Vec<String>>,
    /// Whether the list leaves out what was installed because something else needs it.
    partial: bool,
    /// How packages came onto the router, where the list says so.
    marks: BTreeMap<String, Mark>,
}

/// A list of installed packages that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstalledError {
    /// A line fits none of the known forms.
    #[error(
        "line {line}: {text:?} is in none of the known forms (image manifest, names alone, owut's table, JSON of rpcd or an upgrade server, {})",
        known_lists()
    )]
    UnknownForm {
        /// The line, counted from 1.
        line: usize,
        /// How it starts.
        text: String,
    },
    /// JSON that is no list of packages.
    #[error("as JSON: {problem}")]
    Json {
        /// What is wrong with it.
        problem: String,
    },
    /// There is no package in it.
    #[error("it lists no package")]
    Empty,
}

impl InstalledPackage {
    /// A package of an index, once it is installed.
    pub fn of(package: &Package<'_>) -> InstalledPackage {
        let provides = package.provides.iter().map(|p| (p.name.to_owned(), p.version.map(str::to_owned)));
        InstalledPackage { version: package.version.to_owned(), provides: provides.collect() }
    }
}

impl Installed {
    /// Reads a list in any known form: an image's manifest (`name - version` or `name version` a line), one of a format's
    /// own ([`FormatFacts::installed_lists`](super::FormatFacts::installed_lists)), `/etc/backup/installed_packages.txt`
    /// and other lists of names, the JSON of rpcd's `packagelist` and of requests to upgrade servers, owut's table. Names
    /// without versions have an empty one.
    ///
    /// # Errors
    /// Names the line that fits no form.
    pub fn parse(text: &str) -> Result<Installed, InstalledError> {
        let installed = list::read(text)?;
        match installed.packages.is_empty() {
            true => Err(InstalledError::Empty),
            false => Ok(installed),
        }
    }

    /// Adds a package, in place of another of its name.
    pub fn insert(&mut self, name: &str, held: InstalledPackage) {
        for (provided, _) in &held.provides {
            let providers = self.providers.entry(provided.clone()).or_default();
            if !providers.iter().any(|provider| provider == name) {
                providers.push(name.to_owned());
            }
        }
        self.packages.insert(name.to_owned(), held);
    }

    /// Takes a package out.
    pub(crate) fn remove(&mut self, name: &str) -> Option<InstalledPackage> {
        self.packages.remove(name)
    }

    /// Notes how a package came onto the router.
    pub fn mark(&mut self, name: &str, mark: Mark) {
        self.marks.insert(name.to_owned(), mark);
    }

    /// How a package came onto the router; none where the list does not say.
    pub fn mark_of(&self, name: &str) -> Option<Mark> {
        self.marks.get(name).copied()
    }

    /// The package of that name.
    pub fn get(&self, name: &str) -> Option<&InstalledPackage> {
        self.packages.get(name)
    }

    /// Every package, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &InstalledPackage)> {
        self.packages.iter().map(|(name, held)| (name.as_str(), held))
    }

    /// The number of packages.
    pub fn len(&self) -> usize {
        self.packages.len()
    }

    /// Whether the list leaves something out that the stock image's manifest has: packages, or their versions.
    pub fn needs_manifest(&self) -> bool {
        self.partial || self.packages.values().any(|held| held.version.is_empty())
    }

    /// Whether it lists nothing.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// The package that meets a dependency, if one does.
    pub fn meeting(&self, format: &dyn Format, dependency: &Dependency<'_>) -> Option<&str> {
        let providers = self.providers.get(dependency.name).into_iter().flatten().map(String::as_str);
        std::iter::once(dependency.name)
            .chain(providers)
            .filter_map(|name| self.packages.get_key_value(name))
            .find(|(name, held)| {
                let provides =
                    held.provides.iter().map(|(name, version)| (name.as_str(), version.as_deref()));
                format.answers((name, &held.version), provides, dependency)
            })
            .map(|(name, _)| name.as_str())
    }

    /// Adds the names that the packages provide, from their entries in the indexes: manifests state none.
    pub(crate) fn learn_provides(&mut self, universe: &Universe<'_>) {
        let mut learned = Vec::new();
        for (name, held) in &self.packages {
            let same_version = |id: &_| universe.package(*id).version == held.version;
            let entry = universe.named(name).find(same_version).or_else(|| universe.named(name).last());
            let Some(package) = entry.map(|id| universe.package(id)) else { continue };
            let provides = package.provides.iter().map(|p| (p.name.to_owned(), p.version.map(str::to_owned)));
            let provides: Vec<_> = provides.filter(|provided| !held.provides.contains(provided)).collect();
            if !provides.is_empty() {
                learned.push((name.clone(), provides));
            }
        }
        for (name, provides) in learned {
            let mut held = self.packages.remove(&name).unwrap_or_default();
            held.provides.extend(provides);
            self.insert(&name, held);
        }
    }
}

/// What is known besides what every release has.
fn known_lists() -> String {
    FORMATS
        .iter()
        .rev()
        .flat_map(|format| format.facts().installed_lists)
        .copied()
        .collect::<Vec<_>>()
        .join(", ")
}
