//! The search, by `resolvo`, where the client's own choice does not do.
//!
//! What comes out is closed and free of conflicts, but may hold a package that nothing asks for in a way for which the
//! client would take it, and on which a requirement leans. Then the search is repeated, and each of these packages
//! may come only with another that asks for one of them: no answer is lost, and after finitely many rounds what comes
//! out is founded too. What nothing in reach asks for in such a way is not looked at in the first place.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use resolvo::conflict::{ConflictEdge, ConflictGraph, ConflictNode};
use resolvo::{Problem, SolvableId, Solver, UnsolvableOrCancelled};

use super::Eligibility;
use super::links::{Links, conditions, root_requirement, settle};
use super::provider::{Limits, PROPAGATION, Provider};
use crate::format::{PackageId, Requirement};

/// Why there is no choice, as far as the solver's proof tells.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// For each package of the proof the one that asks for it, none for a root, nearest to the roots first.
    pub(super) asked_by: BTreeMap<PackageId, Option<PackageId>>,
    /// The nearest package that needs what nothing meets; none inside: a root does.
    pub(super) lacking: Option<Option<PackageId>>,
    /// The nearest two packages that exclude each other.
    pub(super) rivals: Option<(PackageId, PackageId)>,
}

/// Chooses the packages to add.
pub(super) fn solve(eligibility: &Eligibility<'_, '_>) -> Result<Links, Proof> {
    let mut wished = BTreeSet::new();
    let mut limits = Limits { reachable: reachable(eligibility), supports: HashMap::new() };
    // Each package is decided at least once.
    eligibility.prolong(2 * PROPAGATION * limits.reachable.len() as u64);
    loop {
        let chosen = search(eligibility, &wished, &limits)?;
        match settle(eligibility, &chosen) {
            // Whoever asks sees that it is over.
            _ if eligibility.is_over() => return Err(Proof::default()),
            Err(unfounded) => demand_support(eligibility, &unfounded, &mut limits),
            Ok(links) => {
                let before = wished.len();
                wished.extend(soft(eligibility, &links.reached));
                if wished.len() == before {
                    return Ok(links);
                }
            }
        }
    }
}

/// What the client would install besides, where it can.
fn soft(eligibility: &Eligibility<'_, '_>, chosen: &BTreeSet<PackageId>) -> Vec<PackageId> {
    let universe = eligibility.universe;
    let mut wished = Vec::new();
    for &id in chosen {
        for requirement in eligibility.soft(universe.package(id)) {
            let candidates = eligibility.candidates(requirement).into_iter();
            let mut candidates =
                candidates.filter(|candidate| candidate.by_itself).map(|candidate| candidate.id);
            if requirement.greedy {
                wished.extend(candidates);
            } else if !candidates.clone().any(|candidate| chosen.contains(&candidate)) {
                wished.extend(candidates.next());
            }
        }
    }
    let is_eligible = |id: &PackageId| eligibility.check(universe.package(*id)).is_ok();
    let conditional = universe.conditional().iter().filter(|id| is_eligible(id));
    wished.extend(conditional.filter(|id| conditions(eligibility, chosen, **id).is_some()));
    wished
}

/// Every package that may come to have a reason.
fn reachable(eligibility: &Eligibility<'_, '_>) -> BTreeSet<PackageId> {
    let mut reachable = BTreeSet::new();
    let roots: Vec<_> = eligibility.request.roots.iter().map(root_requirement).collect();
    let roots = roots.iter().filter(|root| !eligibility.is_met(root));
    let taken = |requirement: &Requirement<'_>| {
        let candidates = eligibility.candidates(requirement).into_iter();
        candidates.filter(|candidate| candidate.by_itself).map(|candidate| candidate.id)
    };
    let mut open: Vec<PackageId> = roots.flat_map(&taken).collect();
    // Whether a package comes unasked is seen only in the end.
    open.extend(eligibility.universe.conditional());
    while let Some(id) = open.pop() {
        if reachable.insert(id) {
            let package = eligibility.universe.package(id);
            open.extend(eligibility.hard(package).chain(eligibility.soft(package)).flat_map(&taken));
        }
    }
    reachable
}

/// Lets each of the packages come only with one that asks for one of them.
fn demand_support(eligibility: &Eligibility<'_, '_>, unfounded: &BTreeSet<PackageId>, limits: &mut Limits) {
    let asks = |id: &PackageId| {
        let mut requirements = eligibility.hard(eligibility.universe.package(*id));
        requirements.any(|requirement| {
            let mut candidates = eligibility.candidates(requirement).into_iter();
            candidates.any(|each| each.by_itself && unfounded.contains(&each.id))
        })
    };
    let asking: Vec<PackageId> = limits.reachable.difference(unfounded).copied().filter(asks).collect();
    for &id in unfounded {
        limits.supports.entry(id).or_default().push(asking.clone());
    }
}

fn search(
    eligibility: &Eligibility<'_, '_>,
    wished: &BTreeSet<PackageId>,
    limits: &Limits,
) -> Result<BTreeSet<PackageId>, Proof> {
    let provider = Provider::new(eligibility, limits);
    let roots = eligibility.request.roots.iter().map(root_requirement);
    let roots = roots.filter(|root| !eligibility.is_met(root));
    let requirements = roots.map(|root| provider.requirement(&root)).collect();
    let wished: Vec<SolvableId> = wished.iter().map(|&id| provider.solvable(id)).collect();
    let problem = Problem::new().requirements(requirements).soft_requirements(wished);
    let mut solver = Solver::new(provider);
    match solver.solve(problem) {
        Ok(chosen) => Ok(chosen.into_iter().map(|solvable| solver.provider().package(solvable)).collect()),
        Err(UnsolvableOrCancelled::Unsolvable(conflict)) => {
            Err(proof(&conflict.graph(&solver), solver.provider()))
        }
        // The provider found that it is over.
        Err(UnsolvableOrCancelled::Cancelled(_)) => Err(Proof::default()),
    }
}

/// Walks the proof from the request down.
fn proof(graph: &ConflictGraph, provider: &Provider<'_, '_, '_>) -> Proof {
    let package = |node: NodeIndex| match graph.graph[node] {
        ConflictNode::Solvable(solvable) => Some(provider.package(solvable)),
        _ => None,
    };
    let mut proof = Proof::default();
    let mut open = VecDeque::from([graph.root_node]);
    let mut rivals = Vec::new();
    while let Some(node) = open.pop_front() {
        // petgraph hands out the edge that was added last first.
        let edges: Vec<_> = graph.graph.edges(node).collect();
        for edge in edges.into_iter().rev() {
            match edge.weight() {
                ConflictEdge::Requires(_) if Some(edge.target()) == graph.unresolved_node => {
                    proof.lacking.get_or_insert(package(node));
                }
                ConflictEdge::Requires(_) => {
                    let Some(needed) = package(edge.target()) else { continue };
                    proof.asked_by.entry(needed).or_insert_with(|| {
                        open.push_back(edge.target());
                        package(node)
                    });
                }
                ConflictEdge::Conflict(_) => rivals.extend(package(node).zip(package(edge.target()))),
            }
        }
    }
    proof.rivals = rivals.into_iter().next();
    proof
}
