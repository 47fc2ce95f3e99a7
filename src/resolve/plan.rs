//! The plan: what to add, in install order, with reasons.

use std::collections::{BTreeMap, BTreeSet};

use super::order::install_order;
use super::{Eligibility, Request, Root};
use crate::index::{Dependency, Package, PackageId, Requirement, Universe};

/// What to add to the router.
#[derive(Debug)]
pub struct Plan<'u> {
    /// What can be chosen from.
    pub universe: &'u Universe<'u>,
    /// The packages to add, dependencies first.
    pub steps: Vec<Step>,
    /// The names to give to the router's client, in this order, so that it makes just this plan.
    pub install: Vec<String>,
    /// Roots that the router holds already.
    pub already_held: Vec<Root>,
}

/// One package of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The package.
    pub id: PackageId,
    /// Why it was asked for, where it was: `chip iwl7265d`, `--add`.
    pub because: Vec<String>,
    /// The packages of the plan that need it, by name.
    pub needed_by: Vec<String>,
}

impl<'u> Plan<'u> {
    /// The package of a step.
    pub fn package(&self, step: &Step) -> &'u Package<'u> {
        self.universe.package(step.id)
    }

    /// The bytes of all package files, if the indexes state them all.
    pub fn download_size(&self) -> Option<u64> {
        self.steps.iter().map(|step| self.package(step).size).sum()
    }
}

/// Makes the plan of the packages that the solver chose.
pub(super) fn make<'u>(
    eligibility: &Eligibility<'u, '_>,
    request: &Request,
    chosen: Vec<PackageId>,
) -> Plan<'u> {
    let universe = eligibility.universe;
    let (held, wanted): (Vec<&Root>, Vec<&Root>) =
        request.roots.iter().partition(|root| eligibility.is_met(&root_requirement(root)));
    let links = Links::follow(eligibility, &wanted, &chosen);

    let mut by_name: Vec<PackageId> = links.reached.iter().copied().collect();
    by_name.sort_by_key(|&id| (universe.package(id).name, id));
    let edges: Vec<(PackageId, PackageId)> =
        links.needed_by.iter().flat_map(|(&to, from)| from.iter().map(move |&from| (from, to))).collect();
    let name = |id: &PackageId| universe.package(*id).name.to_owned();
    let steps: Vec<Step> = install_order(&by_name, &edges)
        .into_iter()
        .map(|id| {
            let mut needed_by: Vec<String> =
                links.needed_by.get(&id).into_iter().flatten().map(name).collect();
            needed_by.sort();
            Step { id, because: links.because.get(&id).cloned().unwrap_or_default(), needed_by }
        })
        .collect();
    let install = names_to_install(eligibility, &steps);
    Plan { universe, steps, install, already_held: held.into_iter().cloned().collect() }
}

fn root_requirement(root: &Root) -> Requirement<'_> {
    Dependency::on(&root.name).into()
}

/// The roots alone where the client, told to install them, would make this very plan; else every package, in
/// order, so that each finds its dependencies in place and leaves the client no choice.
fn names_to_install(eligibility: &Eligibility<'_, '_>, steps: &[Step]) -> Vec<String> {
    let universe = eligibility.universe;
    let names = |steps: &mut dyn Iterator<Item = &Step>| -> Vec<String> {
        steps.map(|step| universe.package(step.id).name.to_owned()).collect()
    };
    let roots = names(&mut steps.iter().filter(|step| !step.because.is_empty()));
    let asked: Vec<&str> = roots.iter().map(String::as_str).collect();
    let own: BTreeSet<PackageId> =
        universe.format().rehearse(universe, eligibility.installed, &asked).into_iter().collect();
    match own == steps.iter().map(|step| step.id).collect() {
        true => roots,
        false => names(&mut steps.iter()),
    }
}

/// Who needs whom among the chosen packages, followed from the roots: what is not reached is not needed.
#[derive(Default)]
struct Links {
    reached: BTreeSet<PackageId>,
    because: BTreeMap<PackageId, Vec<String>>,
    needed_by: BTreeMap<PackageId, BTreeSet<PackageId>>,
}

impl Links {
    fn follow(eligibility: &Eligibility<'_, '_>, wanted: &[&Root], chosen: &[PackageId]) -> Links {
        let universe = eligibility.universe;
        let chosen: BTreeSet<PackageId> = chosen.iter().copied().collect();
        let pick = |requirement: &Requirement<'_>| {
            let mut candidates = eligibility.candidates(requirement);
            candidates.retain(|candidate| chosen.contains(candidate));
            if !requirement.greedy {
                candidates.truncate(1);
            }
            candidates
        };
        let mut links = Links::default();
        let mut open = Vec::new();
        for root in wanted {
            for id in pick(&root_requirement(root)) {
                let because = links.because.entry(id).or_default();
                if !because.contains(&root.because) {
                    because.push(root.because.clone());
                }
                open.push(id);
            }
        }
        while let Some(id) = open.pop() {
            if !links.reached.insert(id) {
                continue;
            }
            let package = universe.package(id);
            let recommends = package.recommends.iter().filter(|requirement| !eligibility.is_met(requirement));
            for requirement in eligibility.open_requirements(package).chain(recommends) {
                for needed in pick(requirement) {
                    if needed != id {
                        links.needed_by.entry(needed).or_default().insert(id);
                    }
                    open.push(needed);
                }
            }
        }
        links
    }
}
