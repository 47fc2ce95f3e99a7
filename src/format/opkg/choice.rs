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
//! | a package counts only if something answers to all that it depends on | `opkg-kernel-of-two-builds` |
//! | alternatives: an installed one, else the leftmost that there is | `opkg-alternatives` |
//! | a constraint on a virtual name is compared with the provider's own version | `opkg-constraint-on-a-virtual-name` |
//! | equal versions satisfy every constraint | `opkg-equal-version-always-fits` |
//! | what both replaces and conflicts with a package stands for it | `opkg-superseded` |
//! | a star takes every provider that can be had | `opkg-greedy` |
//! | what is recommended comes along | `opkg-recommends` |
//! | the closure of a name is computed before anything of it is installed | `opkg-two-providers` |
//! | nothing is ever taken back | `opkg-conflict-needs-backtracking` |
//! | conflicts are with packages, not with what they provide | `opkg-conflict-with-a-virtual-name` |

use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};

use super::version;
use crate::format::{Dependency, Installed, MOST_LOOKS, Package, PackageId, Requirement, Universe};

/// Sorts candidates for a dependency on `name`, opkg's favourite first.
pub fn prefer(universe: &Universe<'_>, name: &str, asked: &HashSet<&str>, candidates: &mut [PackageId]) {
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

/// What opkg would install when told to install `names` one after the other.
pub fn rehearse(universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
    let mut client = Client {
        universe,
        installed,
        asked: names.iter().copied().collect(),
        visited: HashSet::new(),
        order: Vec::new(),
        unpacked: HashSet::new(),
        end: universe.looked_at() + MOST_LOOKS,
    };
    for name in names {
        let dependency = Dependency::on(name);
        if installed.meeting(universe.format(), &dependency).is_none()
            && let Some(candidate) = client.best(&dependency, true)
        {
            client.install(candidate);
        }
    }
    client.order
}

struct Client<'a, 'i> {
    universe: &'a Universe<'i>,
    installed: &'a Installed,
    asked: HashSet<&'a str>,
    /// Packages whose dependencies have been looked at: opkg does it once in its life.
    visited: HashSet<&'i str>,
    /// What is unpacked, in this order.
    order: Vec<PackageId>,
    unpacked: HashSet<PackageId>,
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
    /// Installs a package: its whole closure is computed before the first package of it is unpacked.
    fn install(&mut self, package: PackageId) {
        for id in self.closure(package) {
            if self.unpacked.insert(id) {
                self.order.push(id);
            }
        }
    }

    /// What a package needs and lacks, dependencies first, itself last.
    fn closure(&mut self, package: PackageId) -> Vec<PackageId> {
        let mut closure = Vec::new();
        let mut stack: Vec<Visit<'a, 'i>> = self.visit(package).into_iter().collect();
        let mut entered = HashSet::from([package]);
        while let Some(visit) = stack.last_mut() {
            if self.universe.looked_at() > self.end {
                break;
            }
            let Some(requirement) = visit.requirements.get(visit.next) else {
                closure.push(visit.package);
                stack.pop();
                continue;
            };
            visit.next += 1;
            for id in self.wanted_for(requirement) {
                if entered.insert(id) {
                    match self.visit(id) {
                        Some(visit) => stack.push(visit),
                        None => closure.push(id),
                    }
                }
            }
        }
        if closure.last() != Some(&package) {
            closure.push(package);
        }
        closure
    }

    fn visit(&mut self, id: PackageId) -> Option<Visit<'a, 'i>> {
        let package = self.universe.package(id);
        let requirements = package.depends.iter().chain(&package.recommends).collect();
        self.visited.insert(package.name).then_some(Visit { package: id, requirements, next: 0 })
    }

    /// The packages to install for a requirement; none when it is met, or cannot be.
    fn wanted_for(&self, requirement: &Requirement<'i>) -> Vec<PackageId> {
        if requirement.greedy {
            let alternatives = requirement.alternatives();
            let providers = alternatives.flat_map(|alternative| self.universe.answering(alternative.name));
            let wanted = |id: &PackageId| {
                let package = self.universe.package(*id);
                let is_here = self.unpacked.contains(id) || self.installed.get(package.name).is_some();
                !is_here && self.is_satisfiable(package)
            };
            return providers.copied().filter(wanted).collect();
        }
        let met = |alternative: &&Dependency<'i>| {
            self.installed.meeting(self.universe.format(), alternative).is_some()
                || self.answering_here(alternative)
        };
        match requirement.alternatives().find(met) {
            Some(_) => Vec::new(),
            None => {
                let best = requirement.alternatives().find_map(|alternative| self.best(alternative, false));
                best.into_iter().collect()
            }
        }
    }

    /// Whether something that was unpacked answers.
    fn answering_here(&self, dependency: &Dependency<'_>) -> bool {
        let answering = self.universe.answering(dependency.name).iter();
        answering.copied().any(|id| self.unpacked.contains(&id) && self.meets(id, dependency))
    }

    fn meets(&self, id: PackageId, dependency: &Dependency<'_>) -> bool {
        self.universe.format().meets(self.universe.package(id), dependency)
    }

    /// opkg's choice for a name; `on_command_line` names that only others provide go to the name that sorts first.
    fn best(&self, dependency: &Dependency<'_>, on_command_line: bool) -> Option<PackageId> {
        let candidates = self.candidates(dependency);
        let by_name = |id: &&PackageId| self.universe.package(**id).name == dependency.name;
        if on_command_line && !candidates.iter().any(|id| by_name(&id)) {
            let native = |id: PackageId| self.universe.package(id).arch == self.universe.arch();
            return candidates.into_iter().min_by(|&a, &b| {
                Reverse(native(a)).cmp(&Reverse(native(b))).then(later(self.universe, a, b))
            });
        }
        candidates.into_iter().max_by(|&a, &b| {
            let score = |id| score(self.universe.package(id), dependency.name, &self.asked);
            score(a).cmp(&score(b)).then_with(|| later(self.universe, a, b))
        })
    }

    /// The packages that stand for a name: those that answer to it, a superseded one replaced by its successor,
    /// of fitting version and with dependencies that something answers to.
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
                if seen.insert(id) && fits && self.is_satisfiable(package) {
                    candidates.push(id);
                }
            }
        }
        candidates
    }

    fn is_satisfiable(&self, package: &Package<'i>) -> bool {
        package.depends.iter().all(|requirement| {
            requirement.greedy
                || requirement.alternatives().any(|alternative| {
                    self.installed.meeting(self.universe.format(), alternative).is_some()
                        || self
                            .universe
                            .answering(alternative.name)
                            .iter()
                            .any(|&id| self.meets(id, alternative))
                })
        })
    }
}
