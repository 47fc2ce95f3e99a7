//! Which packages may be chosen at all, and why the others may not.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;

use crate::format::{Dependency, Format, Installed, Package, PackageId, Requirement, Universe};

use super::Request;

/// Why a package may not be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Ineligible {
    /// The router holds the package in another version, and held packages stay as they are.
    Held {
        /// The version that the router holds.
        version: String,
    },
    /// It cannot stand beside a package that the router holds.
    ConflictsWithHeld {
        /// That package.
        held: String,
    },
    /// The user said `--omit`.
    Omitted,
    /// It is to make room for another.
    Replaced,
    /// Its index states no digest, so its bytes could not be verified.
    NoDigest,
}

/// A package that would meet a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The package.
    pub(crate) id: PackageId,
    /// Whether the client takes it for this requirement by itself; otherwise it counts only where something else
    /// requires it.
    pub(crate) by_itself: bool,
}

/// The candidates of a request: a view of the universe beside what the router holds.
pub(crate) struct Eligibility<'u, 'r> {
    /// What can be chosen from.
    pub(crate) universe: &'u Universe<'u>,
    /// What the router holds.
    pub(crate) installed: &'r Installed,
    /// What is asked for.
    pub(crate) request: &'r Request,
    asked: HashSet<&'r str>,
    /// What the packages that the router holds conflict with, each with the one that does.
    held_conflicts: Vec<(Dependency<'u>, &'u str)>,
    /// The names that they answer to, each with who does and at which version; none: virtually.
    held_names: HashMap<&'r str, Vec<(&'r str, Option<&'r str>)>>,
    /// How often the universe may have been looked at.
    end: Cell<u64>,
}

impl<'u, 'r> Eligibility<'u, 'r> {
    pub(super) fn new(
        universe: &'u Universe<'u>,
        installed: &'r Installed,
        request: &'r Request,
        end: u64,
    ) -> Eligibility<'u, 'r> {
        let asked = request.roots.iter().map(|root| root.name.as_str()).collect();
        let mut held_conflicts = Vec::new();
        let mut held_names: HashMap<&str, Vec<(&str, Option<&str>)>> = HashMap::new();
        for (name, held) in installed.iter() {
            for &id in universe.answering(name) {
                let entry = universe.package(id);
                if entry.name == name && entry.version == held.version {
                    held_conflicts.extend(entry.conflicts.iter().map(|conflict| (*conflict, entry.name)));
                }
            }
            held_names.entry(name).or_default().push((name, Some(&held.version)));
            for (provided, version) in &held.provides {
                held_names.entry(provided).or_default().push((name, version.as_deref()));
            }
        }
        Eligibility { universe, installed, request, asked, held_conflicts, held_names, end: Cell::new(end) }
    }

    /// Whether the search was long enough: see [`Universe::looked_at`].
    pub(super) fn is_over(&self) -> bool {
        self.universe.looked_at() > self.end.get()
    }

    /// Lets the search be longer by so many looks.
    pub(super) fn prolong(&self, looks: u64) {
        self.end.set(self.end.get() + looks);
    }

    /// The names that are asked for.
    pub(super) fn root_names(&self) -> Vec<String> {
        self.request.roots.iter().map(|root| root.name.clone()).collect()
    }

    fn format(&self) -> &'static dyn Format {
        self.universe.format()
    }

    /// Whether the router already holds something that meets the requirement.
    pub(crate) fn is_met(&self, requirement: &Requirement<'_>) -> bool {
        requirement.alternatives().any(|alternative| self.is_held(alternative))
    }

    /// Whether the router already holds something that meets the dependency.
    pub(crate) fn is_held(&self, dependency: &Dependency<'_>) -> bool {
        self.installed.meeting(self.format(), dependency).is_some()
    }

    /// The packages that may be chosen for a requirement, the client's favourite first and those that it does not
    /// take by itself last.
    pub(crate) fn candidates(&self, requirement: &Requirement<'_>) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut seen = HashSet::new();
        for alternative in requirement.alternatives() {
            let mut meeting = self.universe.meeting(alternative);
            meeting.retain(|&id| self.check(self.universe.package(id)).is_ok());
            self.format().prefer(self.universe, alternative, &self.asked, &mut meeting);
            for id in meeting {
                if seen.insert(id) {
                    let by_itself = self.format().may_choose(self.universe, alternative, id);
                    candidates.push(Candidate { id, by_itself });
                }
            }
        }
        candidates.sort_by_key(|candidate| !candidate.by_itself);
        candidates
    }

    /// What a package cannot do without, beyond what the router holds.
    pub(crate) fn hard(&self, package: &'u Package<'u>) -> impl Iterator<Item = &'u Requirement<'u>> {
        package.depends.iter().filter(|requirement| {
            !requirement.greedy
                && !self.is_met(requirement)
                && !requirement.alternatives().any(|own| self.format().meets(package, own))
        })
    }

    /// What the client installs with a package where it can.
    pub(crate) fn soft(&self, package: &'u Package<'u>) -> impl Iterator<Item = &'u Requirement<'u>> {
        let heeds = self.format().facts().heeds_recommends;
        let recommends = package.recommends.iter().filter(move |_| heeds);
        let recommends = recommends.filter(|requirement| requirement.greedy || !self.is_met(requirement));
        package.depends.iter().filter(|requirement| requirement.greedy).chain(recommends)
    }

    /// Whether a package may be chosen.
    ///
    /// # Errors
    /// Why it may not.
    pub(crate) fn check(&self, package: &Package<'_>) -> Result<(), Ineligible> {
        if self.request.omit.contains(package.name) {
            return Err(Ineligible::Omitted);
        }
        if self.request.replacements().any(|(old, _)| old == package.name) {
            return Err(Ineligible::Replaced);
        }
        if let Some(held) = self.installed.get(package.name) {
            return Err(Ineligible::Held { version: held.version.clone() });
        }
        if package.digest.is_none() {
            return Err(Ineligible::NoDigest);
        }
        match self.held_against(package) {
            Some(held) => Err(Ineligible::ConflictsWithHeld { held: held.to_owned() }),
            None => Ok(()),
        }
    }

    /// The package of the router that cannot stand beside this one.
    fn held_against(&self, package: &Package<'_>) -> Option<&str> {
        let format = self.format();
        let by_own = package.conflicts.iter().find_map(|conflict| {
            let held = self.installed.meeting(format, conflict)?;
            (format.facts().conflicts_hit_providers || held == conflict.name).then_some(held)
        });
        let by_held = || {
            let mut held = self.held_conflicts.iter();
            held.find(|(conflict, _)| format.hits(conflict, package)).map(|(_, held)| *held)
        };
        let by_name = || {
            answers(package).find_map(|(name, version)| {
                let mut holders = self.held_names.get(name)?.iter();
                holders.find(|(_, at)| !format.may_share(version, *at)).map(|(holder, _)| *holder)
            })
        };
        by_own.or_else(by_held).or_else(by_name)
    }

    /// The packages of other names that cannot stand beside this one: by its own word, or for a name that only one
    /// of them can have.
    pub(crate) fn excluded_by(&self, package: &'u Package<'u>) -> BTreeSet<PackageId> {
        let (universe, format) = (self.universe, self.format());
        let mut excluded = BTreeSet::new();
        for conflict in &package.conflicts {
            let answering = universe.answering(conflict.name).iter().copied();
            excluded.extend(answering.filter(|&id| format.hits(conflict, universe.package(id))));
        }
        for (name, version) in answers(package) {
            let rival = |id: &PackageId| {
                let mut as_name = answers(universe.package(*id)).filter(|(other, _)| *other == name);
                as_name.any(|(_, at)| !format.may_share(version, at))
            };
            excluded.extend(universe.answering(name).iter().copied().filter(rival));
        }
        excluded.retain(|&id| universe.package(id).name != package.name);
        excluded
    }
}

/// Whether two packages cannot stand beside each other: by the word of one of them, or for a name that only one can have.
pub(crate) fn exclude_each_other(format: &dyn Format, one: &Package<'_>, other: &Package<'_>) -> bool {
    let hits = |one: &Package<'_>, other: &Package<'_>| {
        one.conflicts.iter().any(|conflict| format.hits(conflict, other))
    };
    let rivals = answers(one).any(|(name, version)| {
        answers(other).any(|(as_name, at)| as_name == name && !format.may_share(version, at))
    });
    one.name != other.name && (hits(one, other) || hits(other, one) || rivals)
}

/// The names that a package answers to, each with the version at which it does; none: virtually.
fn answers<'p>(package: &'p Package<'_>) -> impl Iterator<Item = (&'p str, Option<&'p str>)> {
    let provides = package.provides.iter().map(|provide| (provide.name, provide.version));
    std::iter::once((package.name, Some(package.version))).chain(provides)
}
