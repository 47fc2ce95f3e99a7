//! A solver that tries everything: which sets of packages are an answer.

use owpkg::format::{Dependency, Format, Installed, Package, PackageId, Requirement, Universe};
use owpkg::resolve::Request;

pub struct Oracle<'u, 'r> {
    pub universe: &'u Universe<'u>,
    pub installed: &'r Installed,
    pub request: &'r Request,
}

type Answer<'a> = (&'a str, Option<&'a str>);

fn answers<'a>(package: &'a Package<'_>) -> Vec<Answer<'a>> {
    let provides = package.provides.iter().map(|provide| (provide.name, provide.version));
    std::iter::once((package.name, Some(package.version))).chain(provides).collect()
}

fn rivals(format: &dyn Format, a: &[Answer<'_>], b: &[Answer<'_>]) -> bool {
    a.iter().any(|(name, at)| b.iter().any(|(other, by)| name == other && !format.may_share(*at, *by)))
}

impl<'u> Oracle<'u, '_> {
    fn package(&self, id: PackageId) -> &'u Package<'u> {
        self.universe.package(id)
    }

    fn format(&self) -> &'static dyn Format {
        self.universe.format()
    }

    fn held(&self, dependency: &Dependency<'_>) -> bool {
        self.installed.meeting(self.format(), dependency).is_some()
    }

    fn meets(&self, id: PackageId, requirement: &Requirement<'_>) -> bool {
        requirement.alternatives().any(|each| self.format().meets(self.package(id), each))
    }

    fn needs(&self, id: PackageId) -> Vec<&'u Requirement<'u>> {
        let needs = self.package(id).depends.iter();
        needs.filter(|need| !need.greedy && !need.alternatives().any(|each| self.held(each))).collect()
    }

    fn wanted(&self) -> Vec<Requirement<'_>> {
        let roots = self.request.roots.iter().map(|root| Requirement::from(Dependency::on(&root.name)));
        roots.filter(|root| !root.alternatives().any(|each| self.held(each))).collect()
    }

    /// Whether nothing of the set excludes another part of it, or what the router holds.
    fn is_peaceful(&self, set: &[PackageId]) -> bool {
        let format = self.format();
        set.iter().all(|&id| {
            let package = self.package(id);
            let beside_set = set.iter().filter(|other| **other != id).all(|&other| {
                let other = self.package(other);
                package.name != other.name
                    && !package.conflicts.iter().any(|conflict| format.hits(conflict, other))
                    && !rivals(format, &answers(package), &answers(other))
            });
            let beside_held = self.installed.iter().all(|(name, held)| {
                let mut names = vec![(name, Some(held.version.as_str()))];
                names.extend(held.provides.iter().map(|(name, at)| (name.as_str(), at.as_deref())));
                let entry = self.universe.named(name).map(|id| self.package(id));
                let entry = entry.into_iter().find(|entry| entry.version == held.version);
                let hit = entry.is_some_and(|entry| {
                    entry.conflicts.iter().any(|conflict| format.hits(conflict, package))
                });
                name != package.name && !hit && !rivals(format, &answers(package), &names)
            });
            let by_own_word = package.conflicts.iter().any(|conflict| {
                let held = self.installed.meeting(format, conflict);
                held.is_some_and(|held| format.facts().conflicts_hit_providers || held == conflict.name)
            });
            beside_set && beside_held && !by_own_word
        })
    }

    fn is_closed(&self, set: &[PackageId]) -> bool {
        let met = |need: &Requirement<'_>| set.iter().any(|&other| self.meets(other, need));
        self.wanted().iter().all(met) && set.iter().all(|&id| self.needs(id).into_iter().all(met))
    }

    /// Whether every package has a reason: the request, or one that has a reason and for which the client takes it.
    fn is_founded(&self, set: &[PackageId]) -> bool {
        let taken = |id: PackageId, need: &Requirement<'_>| {
            need.alternatives().any(|each| {
                self.format().meets(self.package(id), each)
                    && self.format().may_choose(self.universe, each, id)
            })
        };
        let mut founded: Vec<PackageId> = Vec::new();
        loop {
            let next = set.iter().copied().find(|id| {
                !founded.contains(id)
                    && (self.wanted().iter().any(|root| taken(*id, root))
                        || founded.iter().any(|by| self.needs(*by).into_iter().any(|need| taken(*id, need))))
            });
            match next {
                Some(id) => founded.push(id),
                None => return founded.len() == set.len(),
            }
        }
    }

    /// Whether the set answers the request.
    pub fn accepts(&self, set: &[PackageId]) -> bool {
        let may_come = |id: &PackageId| {
            let package = self.package(*id);
            !self.request.omit.contains(package.name) && package.digest.is_some()
        };
        set.iter().all(may_come) && self.is_closed(set) && self.is_peaceful(set) && self.is_founded(set)
    }

    /// Every subset of the packages.
    pub fn subsets(packages: &[PackageId]) -> impl Iterator<Item = Vec<PackageId>> + '_ {
        (0..1_u32 << packages.len()).map(|bits| {
            let chosen = packages.iter().zip(0..).filter(|(_, bit)| bits >> bit & 1 == 1);
            chosen.map(|(id, _)| *id).collect()
        })
    }

    /// Whether there is an answer at all.
    pub fn is_solvable(&self) -> bool {
        let all: Vec<PackageId> = self.universe.packages().map(|(id, _)| id).collect();
        Self::subsets(&all).any(|set| self.accepts(&set))
    }
}
