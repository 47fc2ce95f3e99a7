//! Who needs whom among chosen packages, and whether they can stand as a plan.
//!
//! A plan is closed (every requirement is met), free of conflicts, and founded: each package has a reason, which is
//! the request, or another package that has one and asks for it in a way for which the client would take it. It is
//! also minimal: nothing can be left out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Candidate, Eligibility, Root, RootReason};
use crate::format::{Dependency, PackageId, Requirement, Universe};

/// The reasons of the packages among `reached`, followed from the request.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The packages that have a reason.
    pub(super) reached: BTreeSet<PackageId>,
    /// Who asked for a package, where it was asked for.
    pub(super) because: BTreeMap<PackageId, Vec<RootReason>>,
    /// The packages that need a package.
    pub(super) needed_by: BTreeMap<PackageId, BTreeSet<PackageId>>,
    /// The packages among them that come unasked, after those by which their conditions hold.
    pub(super) unasked: BTreeSet<PackageId>,
    /// The packages of which a requirement is not met by a package that has a reason; none stands for the request.
    unmet: BTreeSet<Option<PackageId>>,
    /// Packages that are the only ones to meet some requirement.
    sole: BTreeSet<PackageId>,
    /// Packages that are the favourite among those chosen for some requirement.
    favourites: BTreeSet<PackageId>,
}

/// What a root asks for.
pub(super) fn root_requirement(root: &Root) -> Requirement<'_> {
    Dependency::on(&root.name).into()
}

impl Links {
    /// Follows the request through the chosen packages.
    pub(super) fn follow(eligibility: &Eligibility<'_, '_>, chosen: &BTreeSet<PackageId>) -> Links {
        let universe = eligibility.universe;
        let mut links = Links::default();
        let mut open = Vec::new();
        // Those that meet a requirement only if they have another reason.
        let mut leaning: Vec<(Option<PackageId>, Vec<PackageId>)> = Vec::new();
        for root in &eligibility.request.roots {
            let requirement = root_requirement(root);
            if eligibility.is_met(&requirement) {
                continue;
            }
            let (firm, rest) = pick(eligibility, &requirement, chosen);
            // Whoever names a package wants that package.
            links.sole.extend(firm.iter().filter(|id| universe.package(**id).name == root.name));
            for id in firm.iter().chain(&rest) {
                let because = links.because.entry(*id).or_default();
                if !because.contains(&root.because) {
                    because.push(root.because.clone());
                }
            }
            links.note(None, firm, rest, &mut open, &mut leaning);
        }
        loop {
            while let Some(id) = open.pop() {
                if !links.reached.insert(id) {
                    continue;
                }
                let package = universe.package(id);
                for requirement in eligibility.hard(package) {
                    let (firm, rest) = pick(eligibility, requirement, chosen);
                    links.note(Some(id), firm, rest, &mut open, &mut leaning);
                }
                for requirement in eligibility.soft(package) {
                    let (mut firm, _) = pick(eligibility, requirement, chosen);
                    if requirement.greedy {
                        links.sole.extend(&firm);
                    } else {
                        links.sole.extend(firm.first().filter(|_| firm.len() == 1));
                        firm.truncate(1);
                    }
                    for needed in firm {
                        links.needed_by.entry(needed).or_default().insert(id);
                        open.push(needed);
                    }
                }
            }
            open = links.triggered(eligibility, chosen);
            if open.is_empty() {
                break;
            }
        }
        for (of, rest) in leaning {
            let founded: Vec<PackageId> = rest.into_iter().filter(|id| links.reached.contains(id)).collect();
            match founded[..] {
                [] => drop(links.unmet.insert(of)),
                [only] => drop(links.sole.insert(only)),
                _ => {}
            }
            for id in founded {
                links.needed_by.entry(id).or_default().extend(of.filter(|of| *of != id));
            }
        }
        links.because.retain(|id, _| links.reached.contains(id));
        links
    }

    fn note(
        &mut self,
        of: Option<PackageId>,
        firm: Vec<PackageId>,
        rest: Vec<PackageId>,
        open: &mut Vec<PackageId>,
        leaning: &mut Vec<(Option<PackageId>, Vec<PackageId>)>,
    ) {
        self.favourites.extend(firm.first());
        if firm.is_empty() {
            leaning.push((of, rest));
        } else if firm.len() + rest.len() == 1 {
            self.sole.extend(&firm);
        }
        for &id in &firm {
            self.needed_by.entry(id).or_default().extend(of.filter(|of| *of != id));
        }
        open.extend(firm);
    }

    /// The chosen packages that come unasked, as their conditions now hold.
    fn triggered(
        &mut self,
        eligibility: &Eligibility<'_, '_>,
        chosen: &BTreeSet<PackageId>,
    ) -> Vec<PackageId> {
        let mut triggered = Vec::new();
        for &id in eligibility.universe.conditional() {
            if !chosen.contains(&id) || self.reached.contains(&id) {
                continue;
            }
            if let Some(by) = conditions(eligibility, &self.reached, id) {
                self.needed_by.entry(id).or_default().extend(by);
                self.sole.insert(id);
                self.unasked.insert(id);
                triggered.push(id);
            }
        }
        triggered
    }

    /// The packages without which the others might still stand, the one to spare first in front.
    fn dispensable(&self, universe: &Universe<'_>) -> Vec<PackageId> {
        let mut spare: Vec<PackageId> = self.reached.difference(&self.sole).copied().collect();
        spare.sort_by_key(|id| (self.favourites.contains(id), Reverse(universe.package(*id).name)));
        spare
    }
}

/// The chosen packages that meet a requirement, the client's favourite first: those that it takes by itself, and the
/// others.
fn pick(
    eligibility: &Eligibility<'_, '_>,
    requirement: &Requirement<'_>,
    chosen: &BTreeSet<PackageId>,
) -> (Vec<PackageId>, Vec<PackageId>) {
    let candidates = eligibility.candidates(requirement);
    let (firm, rest): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .filter(|candidate| chosen.contains(&candidate.id))
        .partition(|candidate| candidate.by_itself);
    let ids = |list: Vec<Candidate>| list.into_iter().map(|candidate| candidate.id).collect();
    (ids(firm), ids(rest))
}

/// The packages by which all conditions of a package to come unasked hold; none if one does not.
pub(super) fn conditions(
    eligibility: &Eligibility<'_, '_>,
    present: &BTreeSet<PackageId>,
    id: PackageId,
) -> Option<BTreeSet<PackageId>> {
    let universe = eligibility.universe;
    let mut by = BTreeSet::new();
    for condition in &universe.package(id).install_if {
        if eligibility.is_held(condition) {
            continue;
        }
        let meets = |other: &&PackageId| {
            **other != id && universe.format().meets(universe.package(**other), condition)
        };
        by.insert(*present.iter().find(meets)?);
    }
    Some(by)
}

/// Whether the packages can stand side by side on this router.
pub(super) fn go_together(eligibility: &Eligibility<'_, '_>, chosen: &BTreeSet<PackageId>) -> bool {
    let universe = eligibility.universe;
    let mut names = BTreeSet::new();
    chosen.iter().all(|&id| {
        let package = universe.package(id);
        names.insert(package.name)
            && eligibility.check(package).is_ok()
            && eligibility.excluded_by(package).is_disjoint(chosen)
    })
}

/// The least of the chosen packages that do what the request asks.
///
/// # Errors
/// The packages without a reason, on which a requirement leans all the same.
pub(super) fn settle(
    eligibility: &Eligibility<'_, '_>,
    chosen: &BTreeSet<PackageId>,
) -> Result<Links, BTreeSet<PackageId>> {
    let mut links = Links::follow(eligibility, chosen);
    if !links.unmet.is_empty() {
        return Err(chosen.difference(&links.reached).copied().collect());
    }
    loop {
        let spare = links.dispensable(eligibility.universe);
        let mut spare = spare.into_iter().take_while(|_| !eligibility.is_over());
        match spare.find_map(|id| without(eligibility, &links.reached, id)) {
            Some(fewer) => links = fewer,
            None => return Ok(links),
        }
    }
}

/// What still stands of the chosen packages without one of them, if that is enough.
fn without(eligibility: &Eligibility<'_, '_>, chosen: &BTreeSet<PackageId>, id: PackageId) -> Option<Links> {
    let mut fewer = chosen.clone();
    fewer.remove(&id);
    loop {
        let links = Links::follow(eligibility, &fewer);
        if links.unmet.is_empty() {
            return Some(links);
        }
        for unmet in &links.unmet {
            fewer.remove(&(*unmet)?);
        }
    }
}
