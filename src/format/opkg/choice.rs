//! Which package opkg takes where several would do, and what it would install for a list of names.
//!
//! The rules, as its code has them; each stands as a case in `tests/resolve/case`:
//!
//! | rule | case |
//! |---|---|
//! | an installed provider that fits is kept | `met-by-the-router` |
//! | the highest score wins: one point for the very name, one for a name that the user asks for | `opkg-asked-provider-counts` |
//! | then the name that sorts last | `opkg-provider-sorts-last` |
//! | but of the providers of a name on the command line the one that sorts first | `opkg-virtual-name-asked-for` |
//! | then the highest version, then the better architecture | `architecture-of-any` |
//! | of a name on the command line the first version counts only if all that it needs can be had | `opkg-kernel-of-two-builds` |
//! | alternatives: an installed one, else the leftmost that there is | `opkg-alternatives` |
//! | a constraint on a virtual name is compared with the provider's own version | `opkg-constraint-on-a-virtual-name` |
//! | equal versions satisfy every constraint | `opkg-equal-version-always-fits` |
//! | what both replaces and conflicts with a package stands for it | `opkg-superseded` |
//! | a star takes every provider that can be had | `opkg-greedy` |
//! | what is recommended comes along | `opkg-recommends` |
//! | the closure of a name is computed before anything of it is installed | `opkg-two-providers` |
//! | of which nothing is installed if something cannot be had | `opkg-provider-lacks-something` |
//! | a rehearsal marks nothing as installed, so what one name brings meets nothing of the next | `opkg-rehearsal` |
//! | nothing is ever taken back | `opkg-conflict-needs-backtracking` |
//! | conflicts are with packages, not with what they provide | `opkg-conflict-with-a-virtual-name` |

use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};

use super::version;
use crate::format::{Dependency, Installed, MOST_LOOKS, Package, PackageId, Requirement, Universe};

/// Sorts candidates for a dependency on `name`, opkg's favourite first.
pub(crate) fn prefer(
    universe: &Universe<'_>,
    name: &str,
    asked: &HashSet<&str>,
    candidates: &mut [PackageId],
) {
    let names: HashSet<&str> = candidates.iter().map(|&id| universe.package(id).name).collect();
    let superseded = |package: &Package<'_>| {
        let by = universe.superseder(package.name).filter(|by| *by != package.name);
        by.is_some_and(|by| names.contains(by))
    };
    let standing: HashMap<PackageId, bool> =
        candidates.iter().map(|&id| (id, !superseded(universe.package(id)))).collect();
    candidates.sort_by(|&a, &b| {
        let rank = |id| (standing[&id], score(universe.package(id), name, asked));
        rank(b).cmp(&rank(a)).then_with(|| later(universe, b, a))
    });
}

fn score(package: &Package<'_>, name: &str, asked: &HashSet<&str>) -> u8 {
    u8::from(package.name == name) + u8::from(asked.contains(package.name))
}

/// The order in which opkg sorts packages before it takes the last of the best score.
fn later(universe: &Universe<'_>, a: PackageId, b: PackageId) -> Ordering {
    let (a, b) = (universe.package(a), universe.package(b));
    let native = |package: &Package<'_>| package.arch == universe.arch();
    a.name
        .cmp(b.name)
        .then_with(|| version::compare(a.version, b.version))
        .then_with(|| native(a).cmp(&native(b)))
}

/// How opkg is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// `--noaction`: nothing is marked as installed.
    Rehearsal,
    /// In earnest.
    Install,
}

/// What opkg adds when told to install `names` one after the other.
pub(crate) fn run(
    universe: &Universe<'_>,
    installed: &Installed,
    names: &[&str],
    run: Run,
) -> Vec<PackageId> {
    let mut client = Client {
        universe,
        installed,
        run,
        asked: names.iter().copied().collect(),
        visited: HashSet::new(),
        order: Vec::new(),
        chosen: HashSet::new(),
        end: universe.looked_at() + MOST_LOOKS,
    };
    for name in names {
        if installed.get(name).is_none()
            && let Some(candidate) = client.best_named(&Dependency::on(name))
        {
            client.install(candidate);
        }
    }
    client.order
}

#[derive(Clone)]
struct Client<'a, 'i> {
    universe: &'a Universe<'i>,
    installed: &'a Installed,
    run: Run,
    asked: HashSet<&'a str>,
    /// Packages whose dependencies have been looked at: opkg does it once in its life.
    visited: HashSet<&'i str>,
    /// What it was told to install so far, with all that it needs, and in which order.
    chosen: HashSet<PackageId>,
    order: Vec<PackageId>,
    /// When there was enough work.
    end: u64,
}

/// A package whose dependencies are being looked at, and how many have been.
struct Visit<'a, 'i> {
    package: PackageId,
    requirements: Vec<&'a Requirement<'i>>,
    next: usize,
}

impl<'a, 'i> Client<'a, 'i> {
    /// Installs a package with its closure, which is computed before the first package of it is unpacked; nothing if a
    /// part of it cannot be had.
    fn install(&mut self, package: PackageId) {
        let visited = self.visited.clone();
        match self.closure(package) {
            Some(closure) => {
                for id in closure {
                    if self.chosen.insert(id) {
                        self.order.push(id);
                    }
                }
            }
            // opkg saw it coming, with marks of their own.
            None => self.visited = visited,
        }
    }

    /// What a package needs and lacks, dependencies first, itself last; none if something cannot be had.
    fn closure(&mut self, package: PackageId) -> Option<Vec<PackageId>> {
        let mut closure = Vec::new();
        let mut is_whole = true;
        let mut stack: Vec<Visit<'a, 'i>> = self.visit(package).into_iter().collect();
        let mut entered = HashSet::from([package]);
        while let Some(visit) = stack.last_mut() {
            if self.universe.looked_at() > self.end {
                return None;
            }
            let Some(requirement) = visit.requirements.get(visit.next) else {
                closure.push(visit.package);
                stack.pop();
                continue;
            };
            visit.next += 1;
            let is_wish =
                requirement.greedy || visit.next > self.universe.package(visit.package).depends.len();
            match self.wanted_for(requirement) {
                Some(wanted) => {
                    for id in wanted {
                        if entered.insert(id) {
                            match self.visit(id) {
                                Some(visit) => stack.push(visit),
                                None => closure.push(id),
                            }
                        }
                    }
                }
                None => is_whole &= is_wish,
            }
        }
        if closure.last() != Some(&package) {
            closure.push(package);
        }
        is_whole.then_some(closure)
    }

    fn visit(&mut self, id: PackageId) -> Option<Visit<'a, 'i>> {
        let package = self.universe.package(id);
        let requirements = package.depends.iter().chain(&package.recommends).collect();
        self.visited.insert(package.name).then_some(Visit { package: id, requirements, next: 0 })
    }

    /// The packages to install for a requirement, none of them when it is met; nothing when it cannot be.
    fn wanted_for(&self, requirement: &Requirement<'i>) -> Option<Vec<PackageId>> {
        if requirement.greedy {
            let alternatives = requirement.alternatives();
            let providers = alternatives.flat_map(|alternative| self.universe.answering(alternative.name));
            return Some(providers.copied().filter(|&id| self.is_taken_greedily(id)).collect());
        }
        if self.is_met(requirement) {
            return Some(Vec::new());
        }
        requirement.alternatives().find_map(|alternative| self.best(alternative)).map(|best| vec![best])
    }

    fn is_met(&self, requirement: &Requirement<'_>) -> bool {
        requirement.alternatives().any(|alternative| {
            self.installed.meeting(self.universe.format(), alternative).is_some()
                || (self.run == Run::Install && self.is_answered(alternative))
        })
    }

    /// Whether something that was told to install answers.
    fn is_answered(&self, dependency: &Dependency<'_>) -> bool {
        let answering = self.universe.answering(dependency.name).iter();
        answering.copied().any(|id| self.chosen.contains(&id) && self.meets(id, dependency))
    }

    /// Whether a star takes a package: it is not there, and brings nothing that is not wanted anyway.
    fn is_taken_greedily(&self, id: PackageId) -> bool {
        let package = self.universe.package(id);
        let is_wanted = |id: &PackageId| self.chosen.contains(id);
        !is_wanted(&id)
            && self.installed.get(package.name).is_none()
            && !self.visited.contains(package.name)
            && package.depends.iter().filter(|requirement| !requirement.greedy).all(|requirement| {
                self.wanted_for(requirement).is_some_and(|wanted| wanted.iter().all(is_wanted))
            })
    }

    fn meets(&self, id: PackageId, dependency: &Dependency<'_>) -> bool {
        self.universe.format().meets(self.universe.package(id), dependency)
    }

    /// opkg's choice for a name on the command line.
    fn best_named(&self, dependency: &Dependency<'_>) -> Option<PackageId> {
        let candidates = self.candidates(dependency);
        let named = candidates.iter().copied();
        let mut named: Vec<PackageId> =
            named.filter(|id| self.universe.package(*id).name == dependency.name).collect();
        if let [first, _, ..] = named[..]
            && !self.visited.contains(dependency.name)
            && self.clone().closure(first).is_none()
        {
            named.remove(0);
        }
        if !named.is_empty() {
            return self.favourite(dependency, named);
        }
        // A name that only others provide goes to the one of them that sorts first.
        let native = |id: PackageId| self.universe.package(id).arch == self.universe.arch();
        candidates
            .into_iter()
            .min_by(|&a, &b| Reverse(native(a)).cmp(&Reverse(native(b))).then(later(self.universe, a, b)))
    }

    /// opkg's choice for a dependency.
    fn best(&self, dependency: &Dependency<'_>) -> Option<PackageId> {
        self.favourite(dependency, self.candidates(dependency))
    }

    fn favourite(&self, dependency: &Dependency<'_>, candidates: Vec<PackageId>) -> Option<PackageId> {
        candidates.into_iter().max_by(|&a, &b| {
            let score = |id| score(self.universe.package(id), dependency.name, &self.asked);
            score(a).cmp(&score(b)).then_with(|| later(self.universe, a, b))
        })
    }

    /// The packages of fitting version that stand for a name: those that answer to it, a superseded one replaced by its
    /// successor.
    fn candidates(&self, dependency: &Dependency<'_>) -> Vec<PackageId> {
        let answering = self.universe.answering(dependency.name);
        let mut names: Vec<&str> = answering.iter().map(|&id| self.universe.package(id).name).collect();
        let all: HashSet<&str> = names.iter().copied().collect();
        names.dedup();
        let (mut candidates, mut seen) = (Vec::new(), HashSet::new());
        for name in &names {
            let standing = match self.universe.superseder(name) {
                Some(by) if by != *name && all.contains(by) => continue,
                Some(by) => by,
                None => *name,
            };
            for id in self.universe.named(standing) {
                let package = self.universe.package(id);
                let fits = dependency
                    .constraint
                    .as_ref()
                    .is_none_or(|constraint| self.universe.format().satisfies(package.version, constraint));
                if seen.insert(id) && fits {
                    candidates.push(id);
                }
            }
        }
        candidates
    }
}
