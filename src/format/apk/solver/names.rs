//! The names that a request reaches, and the packages that answer to them: what the solver works on.

use std::collections::HashMap;
use std::ops::{Index, IndexMut};

use super::queues::Queue;
use crate::format::apk::depends::Clause;
use crate::format::{
    Constraint, Dependency, Installed, InstalledPackage, Package, PackageId, Provide, Relation, Universe,
};

/// The position of a name in [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NameId(usize);

/// The position of a candidate in [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CandidateId(usize);

/// An option for a name, and the version at which it answers to it; none: virtually.
pub(crate) type Answer<'a> = (CandidateId, Option<&'a str>);

/// A package that could be installed, or is.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    /// Its entry in the indexes; none: it is installed and no feed has it.
    pub(crate) id: Option<PackageId>,
    pub(crate) name: NameId,
    pub(crate) version: &'a str,
    /// Its rank among providers.
    pub(crate) priority: u32,
    pub(crate) installed: bool,
    /// The names that it answers to, its own first, with the version at which it does; none: virtually.
    pub(crate) answers: Vec<(NameId, Option<&'a str>)>,
    /// What it depends on and conflicts with.
    pub(crate) needs: Vec<Need<'a>>,
    /// Whether it can no longer be had.
    pub(crate) out: bool,
}

/// A dependency or a conflict of a package, or of the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need<'a> {
    pub(crate) name: NameId,
    /// The versions that will do, or that are in conflict.
    pub(crate) constraint: Option<Constraint<'a>>,
    pub(crate) conflict: bool,
}

/// A name and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Name<'a> {
    /// The name.
    pub(crate) text: &'a str,
    /// Who answers to it.
    pub(crate) options: Vec<Answer<'a>>,
    /// The names of the packages that depend on it or conflict with it, provided ones included; some occur twice.
    pub(crate) needed_by: Vec<NameId>,
    /// Its turn, when several names could be decided: the highest comes first.
    pub(crate) turn: u64,
    /// Whether something requires it.
    pub(crate) required: bool,
    /// What it was decided for.
    pub(crate) decided: Option<Answer<'a>>,
    /// Whether it waits to be looked at again, and whether the needs of its options must be too.
    pub(crate) dirty: bool,
    /// See `dirty`.
    pub(crate) recheck: bool,
    /// Whether more than one option is left.
    pub(crate) open: bool,
    /// Whether one of its options may be taken by itself.
    pub(crate) choosable: bool,
    /// Whether everything that needs it is decided.
    pub(crate) settled: bool,
    /// The queue that it waits in to be decided.
    pub(crate) queue: Option<Queue>,
}

/// All names that a request reaches.
#[derive(Debug)]
pub(crate) struct Names<'a, 'i> {
    universe: &'a Universe<'i>,
    installed: &'a Installed,
    names: Vec<Name<'a>>,
    candidates: Vec<Candidate<'a>>,
    by_text: HashMap<&'a str, NameId>,
    by_package: HashMap<PackageId, CandidateId>,
}

impl<'a, 'i> Names<'a, 'i> {
    /// Starts with the installed packages.
    pub(crate) fn new(universe: &'a Universe<'i>, installed: &'a Installed) -> Names<'a, 'i> {
        let mut names = Names {
            universe,
            installed,
            names: Vec::new(),
            candidates: Vec::new(),
            by_text: HashMap::new(),
            by_package: HashMap::new(),
        };
        for (name, held) in installed.iter() {
            names.add_held(name, held);
        }
        names
    }

    /// The position of a name.
    pub(crate) fn intern(&mut self, text: &'a str) -> NameId {
        *self.by_text.entry(text).or_insert_with(|| {
            self.names.push(Name { text, ..Name::default() });
            NameId(self.names.len() - 1)
        })
    }

    /// Whether `need`, of the package `of`, is met by what a name was decided for, or could be.
    pub(crate) fn meets(&self, of: Option<CandidateId>, need: &Need<'a>, by: Option<Answer<'a>>) -> bool {
        let Some((option, version)) = by else { return need.conflict };
        if need.conflict && of == Some(option) {
            return true;
        }
        let matches = match &need.constraint {
            None => true,
            Some(Constraint { relation: Relation::Identity, version }) => {
                let package = self[option].id.map(|id| self.universe.package(id));
                package.is_some_and(|package| self.universe.format().identifies(package, version))
            }
            Some(constraint) => self.universe.format().satisfies(version.unwrap_or_default(), constraint),
        };
        matches != need.conflict
    }

    /// Every candidate.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = &Candidate<'a>> {
        self.candidates.iter()
    }

    /// Whether a package that was discovered can still be had.
    pub(crate) fn can_be_had(&self, id: PackageId) -> bool {
        self.by_package.get(&id).is_some_and(|option| !self[*option].out)
    }

    /// Adds the packages of the indexes that answer to a name, and puts its options in order: what is installed first,
    /// then as the indexes have it.
    pub(crate) fn load(&mut self, name: NameId) {
        for &id in self.universe.answering(self[name].text) {
            if !self.by_package.contains_key(&id) {
                self.add_listed(id);
            }
        }
        let candidates = &self.candidates;
        self.names[name.0].options.sort_by_key(|(option, _)| {
            let candidate = &candidates[option.0];
            (!candidate.installed, candidate.id)
        });
    }

    fn add_held(&mut self, name: &'a str, held: &'a InstalledPackage) {
        let universe = self.universe;
        let listed = universe.named(name).find(|id| universe.package(*id).version == held.version);
        let provides = held.provides.iter().map(|(name, version)| (name.as_str(), version.as_deref()));
        let mut provides: Vec<_> = provides.collect();
        if let Some(id) = listed {
            let stated = universe.package(id).provides.iter().map(|provide| (provide.name, provide.version));
            provides
                .extend(stated.filter(|provide| !held.provides.iter().any(|(name, _)| name == provide.0)));
        }
        self.add(listed, name, &held.version, &provides, true);
    }

    fn add_listed(&mut self, id: PackageId) {
        let universe = self.universe;
        let package = universe.package(id);
        let provides: Vec<_> =
            package.provides.iter().map(|Provide { name, version }| (*name, *version)).collect();
        self.add(Some(id), package.name, package.version, &provides, false);
    }

    fn add(
        &mut self,
        id: Option<PackageId>,
        name: &'a str,
        version: &'a str,
        provides: &[(&'a str, Option<&'a str>)],
        installed: bool,
    ) {
        let option = CandidateId(self.candidates.len());
        let own = self.intern(name);
        let provided: Vec<_> = provides.iter().map(|(name, version)| (self.intern(name), *version)).collect();
        let answers: Vec<_> = std::iter::once((own, Some(version))).chain(provided).collect();
        for (name, version) in &answers {
            self[*name].options.push((option, *version));
        }
        let universe = self.universe;
        let package: Option<&'a Package<'i>> = id.map(|id| universe.package(id));
        // apk keeps both in one list, sorted by name.
        let clauses = package.into_iter().flat_map(clauses).filter(|clause| {
            // What an installed package lacks, it has lived without so far.
            !installed || clause.conflict || self.is_held(&clause.dependency)
        });
        let mut clauses: Vec<_> = clauses.collect();
        clauses.sort_by_key(|clause| clause.dependency.name);
        let needs: Vec<Need<'a>> = clauses.iter().map(|clause| self.need(clause)).collect();
        for need in &needs {
            for (name, _) in &answers {
                self[need.name].needed_by.push(*name);
            }
        }
        let priority = package.map_or(0, |package| package.provider_priority);
        self.by_package.extend(id.map(|id| (id, option)));
        self.candidates.push(Candidate {
            id,
            name: own,
            version,
            priority,
            installed,
            answers,
            needs,
            out: false,
        });
    }

    fn is_held(&self, dependency: &Dependency<'_>) -> bool {
        self.installed.meeting(self.universe.format(), dependency).is_some()
    }

    /// A clause with its name's position.
    pub(crate) fn need(&mut self, clause: &Clause<'a>) -> Need<'a> {
        let Dependency { name, constraint } = clause.dependency;
        Need { name: self.intern(name), constraint, conflict: clause.conflict }
    }
}

impl<'a> Index<NameId> for Names<'a, '_> {
    type Output = Name<'a>;

    fn index(&self, name: NameId) -> &Name<'a> {
        &self.names[name.0]
    }
}

impl IndexMut<NameId> for Names<'_, '_> {
    fn index_mut(&mut self, name: NameId) -> &mut Self::Output {
        &mut self.names[name.0]
    }
}

impl<'a> Index<CandidateId> for Names<'a, '_> {
    type Output = Candidate<'a>;

    fn index(&self, candidate: CandidateId) -> &Candidate<'a> {
        &self.candidates[candidate.0]
    }
}

impl IndexMut<CandidateId> for Names<'_, '_> {
    fn index_mut(&mut self, candidate: CandidateId) -> &mut Self::Output {
        &mut self.candidates[candidate.0]
    }
}

/// What a package depends on and what it conflicts with.
fn clauses<'a>(package: &'a Package<'_>) -> impl Iterator<Item = Clause<'a>> {
    let depends = package.depends.iter().flat_map(|requirement| requirement.alternatives());
    let depends = depends.map(|dependency| Clause { dependency: *dependency, conflict: false });
    let conflicts = package.conflicts.iter();
    depends.chain(conflicts.map(|dependency| Clause { dependency: *dependency, conflict: true }))
}
