//! Which packages may be chosen at all, and why the others may not.

use std::collections::HashSet;

use crate::index::{Dependency, Format, Installed, Package, PackageId, Requirement, Universe};

use super::Request;

/// Why a package may not be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The router holds the package in another version, and held packages stay as they are.
    Held {
        /// The version that the router holds.
        version: String,
    },
    /// It conflicts with a package that the router holds.
    ConflictsWithHeld {
        /// That package.
        held: String,
    },
    /// The user said `--omit`.
    Omitted,
    /// Its index states no digest, so its bytes could not be verified.
    NoDigest,
}

/// The candidates of a request: a view of the universe beside what the router holds.
pub struct Eligibility<'u, 'r> {
    /// What can be chosen from.
    pub universe: &'u Universe<'u>,
    /// What the router holds.
    pub installed: &'r Installed,
    request: &'r Request,
    asked: HashSet<&'r str>,
    /// What the packages that the router holds conflict with, each with the one that does.
    held_conflicts: Vec<(Dependency<'u>, &'u str)>,
}

impl<'u, 'r> Eligibility<'u, 'r> {
    pub(super) fn new(
        universe: &'u Universe<'u>,
        installed: &'r Installed,
        request: &'r Request,
        asked: HashSet<&'r str>,
    ) -> Eligibility<'u, 'r> {
        let held = installed.iter().flat_map(|(name, held)| {
            let entries: Vec<PackageId> = universe.named(name).collect();
            entries.into_iter().map(|id| universe.package(id)).filter(|entry| entry.version == held.version)
        });
        let held_conflicts =
            held.flat_map(|entry| entry.conflicts.iter().map(|conflict| (*conflict, entry.name))).collect();
        Eligibility { universe, installed, request, asked, held_conflicts }
    }

    fn format(&self) -> &'static dyn Format {
        self.universe.format()
    }

    /// Whether the router already holds something that meets the requirement.
    pub fn is_met(&self, requirement: &Requirement<'_>) -> bool {
        let alternatives = requirement.alternatives();
        alternatives
            .into_iter()
            .any(|alternative| self.installed.meeting(self.format(), alternative).is_some())
    }

    /// The packages that may be chosen for a requirement, the client's favourite first.
    pub fn candidates(&self, requirement: &Requirement<'_>) -> Vec<PackageId> {
        let mut candidates = Vec::new();
        for alternative in requirement.alternatives() {
            let mut meeting = self.universe.meeting(alternative);
            meeting.retain(|&id| self.check(self.universe.package(id)).is_ok());
            self.format().prefer(self.universe, alternative, &self.asked, &mut meeting);
            for id in meeting {
                if !candidates.contains(&id) {
                    candidates.push(id);
                }
            }
        }
        candidates
    }

    /// What a package needs beyond what the router holds.
    pub fn open_requirements(&self, package: &'u Package<'u>) -> impl Iterator<Item = &'u Requirement<'u>> {
        package.depends.iter().filter(|requirement| {
            !self.is_met(requirement)
                && !requirement.alternatives().any(|own| self.format().meets(package, own))
        })
    }

    /// Whether a package may be chosen.
    pub fn check(&self, package: &Package<'_>) -> Result<(), Unfit> {
        if self.request.omit.contains(package.name) {
            return Err(Unfit::Omitted);
        }
        if let Some(held) = self.installed.get(package.name) {
            return Err(Unfit::Held { version: held.version.clone() });
        }
        if package.digest.is_none() {
            return Err(Unfit::NoDigest);
        }
        let by_own = package.conflicts.iter().find_map(|conflict| {
            let held = self.installed.meeting(self.format(), conflict)?;
            (held == conflict.name).then_some(held)
        });
        let by_held = || {
            let mut held = self.held_conflicts.iter();
            held.find(|(conflict, _)| self.conflicts(conflict, package)).map(|(_, held)| *held)
        };
        match by_own.or_else(by_held) {
            Some(held) => Err(Unfit::ConflictsWithHeld { held: held.to_owned() }),
            None => Ok(()),
        }
    }

    /// Whether a conflict is with this package. opkg's conflicts name packages, not what they provide.
    fn conflicts(&self, conflict: &Dependency<'_>, package: &Package<'_>) -> bool {
        conflict.name == package.name && self.format().meets(package, conflict)
    }

    /// The eligible packages that must not stand beside `package`, by its own word.
    pub fn conflicting(&self, package: &'u Package<'u>) -> impl Iterator<Item = PackageId> {
        package.conflicts.iter().flat_map(move |conflict| {
            let named: Vec<PackageId> = self.universe.named(conflict.name).collect();
            named.into_iter().filter(move |&id| {
                let other = self.universe.package(id);
                other.name != package.name && self.conflicts(conflict, other)
            })
        })
    }
}
