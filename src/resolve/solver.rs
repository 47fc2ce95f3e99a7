//! The search, by `resolvo`.
//!
//! Every candidate of a requirement becomes a version set of its own, and the requirement their union in the
//! client's order of preference, so the solver tries them in just that order. A conflict constrains the other
//! package's name to the versions that are not meant by it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fmt::{self, Display};

use resolvo::utils::{Pool, VersionSet};
use resolvo::{
    Candidates, Condition, ConditionId, ConditionalRequirement, Dependencies, DependencyProvider, Interner,
    KnownDependencies, NameId, Problem, SolvableId, Solver, SolverCache, StringId, UnsolvableOrCancelled,
    VersionSetId, VersionSetUnionId,
};

use super::{Eligibility, Request};
use crate::index::{Dependency, PackageId, Requirement};

/// Two packages that cannot stand together, each needed by the request.
pub(super) struct Conflict {
    pub(super) packages: Option<(PackageId, PackageId)>,
}

/// Chooses the packages to add.
pub(super) fn solve(
    eligibility: &Eligibility<'_, '_>,
    request: &Request,
) -> Result<Vec<PackageId>, Conflict> {
    let mut wished: BTreeSet<PackageId> = BTreeSet::new();
    loop {
        let chosen = solve_once(eligibility, request, &wished)?;
        let before = wished.len();
        wished.extend(recommended(eligibility, &chosen));
        if wished.len() == before {
            return Ok(chosen);
        }
    }
}

/// What the chosen packages recommend and nothing among them brings.
fn recommended(eligibility: &Eligibility<'_, '_>, chosen: &[PackageId]) -> Vec<PackageId> {
    let universe = eligibility.universe;
    let mut wished = Vec::new();
    for &id in chosen {
        let package = universe.package(id);
        let greedy = package.depends.iter().filter(|requirement| requirement.greedy);
        for requirement in greedy {
            wished.extend(eligibility.candidates(requirement));
        }
        for requirement in package.recommends.iter().filter(|requirement| !eligibility.is_met(requirement)) {
            let candidates = eligibility.candidates(requirement);
            if !candidates.iter().any(|candidate| chosen.contains(candidate)) {
                wished.extend(candidates.first());
            }
        }
    }
    wished
}

fn solve_once(
    eligibility: &Eligibility<'_, '_>,
    request: &Request,
    wished: &BTreeSet<PackageId>,
) -> Result<Vec<PackageId>, Conflict> {
    let provider = Provider::new(eligibility);
    let roots = request.roots.iter().map(|root| Requirement::from(Dependency::on(&root.name)));
    let roots = roots.filter(|root| !eligibility.is_met(root));
    let requirements = roots.map(|root| provider.requirement(&root)).collect();
    let wished: Vec<SolvableId> = wished.iter().map(|&id| provider.solvable(id)).collect();
    let problem = Problem::new().requirements(requirements).soft_requirements(wished);
    let mut solver = Solver::new(provider);
    match solver.solve(problem) {
        Ok(chosen) => Ok(chosen.into_iter().map(|solvable| solver.provider().package(solvable)).collect()),
        Err(UnsolvableOrCancelled::Unsolvable(conflict)) => {
            Err(Conflict { packages: conflicting_pair(&conflict, &solver) })
        }
        // Nothing cancels: the provider never answers `should_cancel_with_value`.
        Err(UnsolvableOrCancelled::Cancelled(_)) => Err(Conflict { packages: None }),
    }
}

/// The first pair of packages in the solver's proof that exclude each other.
fn conflicting_pair(
    conflict: &resolvo::conflict::Conflict,
    solver: &Solver<Provider<'_, '_, '_>>,
) -> Option<(PackageId, PackageId)> {
    use resolvo::conflict::{ConflictEdge, ConflictNode};
    let graph = conflict.graph(solver).graph;
    let package = |node| match graph[node] {
        ConflictNode::Solvable(solvable) => Some(solver.provider().package(solvable)),
        _ => None,
    };
    graph.edge_indices().find_map(|edge| {
        let (from, to) = graph.edge_endpoints(edge)?;
        match graph[edge] {
            ConflictEdge::Conflict(_) => Some((package(from)?, package(to)?)),
            ConflictEdge::Requires(_) => None,
        }
    })
}

/// A set of packages of one name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Versions(Vec<PackageId>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Record(PackageId);

impl Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.0)
    }
}

impl Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl VersionSet for Versions {
    type V = Record;
}

struct Provider<'e, 'u, 'r> {
    eligibility: &'e Eligibility<'u, 'r>,
    pool: Pool<Versions, String>,
    solvables: RefCell<HashMap<PackageId, SolvableId>>,
}

impl<'e, 'u, 'r> Provider<'e, 'u, 'r> {
    fn new(eligibility: &'e Eligibility<'u, 'r>) -> Provider<'e, 'u, 'r> {
        Provider { eligibility, pool: Pool::default(), solvables: RefCell::default() }
    }

    fn package(&self, solvable: SolvableId) -> PackageId {
        self.pool.resolve_solvable(solvable).record.0
    }

    fn name(&self, id: PackageId) -> NameId {
        self.pool.intern_package_name(self.eligibility.universe.package(id).name)
    }

    fn solvable(&self, id: PackageId) -> SolvableId {
        let name = self.name(id);
        *self.solvables.borrow_mut().entry(id).or_insert_with(|| self.pool.intern_solvable(name, Record(id)))
    }

    fn requirement(&self, requirement: &Requirement<'_>) -> ConditionalRequirement {
        let candidates = self.eligibility.candidates(requirement);
        let mut sets =
            candidates.into_iter().map(|id| self.pool.intern_version_set(self.name(id), Versions(vec![id])));
        match (sets.next(), sets.next()) {
            // A requirement that nothing meets still needs a name: that of its first alternative.
            (None, _) => {
                let name = self.pool.intern_package_name(requirement.first.name);
                resolvo::Requirement::Single(self.pool.intern_version_set(name, Versions(Vec::new()))).into()
            }
            (Some(only), None) => resolvo::Requirement::Single(only).into(),
            (Some(first), Some(second)) => {
                let rest = std::iter::once(second).chain(sets);
                resolvo::Requirement::Union(self.pool.intern_version_set_union(first, rest)).into()
            }
        }
    }

    /// The versions of the packages of `names` that may stand beside something that conflicts with `excluded`.
    fn constraints(&self, excluded: &[PackageId]) -> Vec<VersionSetId> {
        let universe = self.eligibility.universe;
        let names: BTreeSet<&str> = excluded.iter().map(|&id| universe.package(id).name).collect();
        let allowed = |name| universe.named(name).filter(|id| !excluded.contains(id)).collect();
        names
            .into_iter()
            .map(|name| {
                self.pool.intern_version_set(self.pool.intern_package_name(name), Versions(allowed(name)))
            })
            .collect()
    }
}

impl Interner for Provider<'_, '_, '_> {
    type NameId = NameId;
    type SolvableId = SolvableId;

    fn display_solvable(&self, solvable: SolvableId) -> impl Display + '_ {
        self.eligibility.universe.package(self.package(solvable))
    }

    fn display_name(&self, name: NameId) -> impl Display + '_ {
        self.pool.resolve_package_name(name)
    }

    fn display_version_set(&self, version_set: VersionSetId) -> impl Display + '_ {
        self.pool.resolve_version_set(version_set)
    }

    fn display_string(&self, string: StringId) -> impl Display + '_ {
        self.pool.resolve_string(string)
    }

    fn version_set_name(&self, version_set: VersionSetId) -> NameId {
        self.pool.resolve_version_set_package_name(version_set)
    }

    fn solvable_name(&self, solvable: SolvableId) -> NameId {
        self.pool.resolve_solvable(solvable).name
    }

    fn version_sets_in_union(&self, union: VersionSetUnionId) -> impl Iterator<Item = VersionSetId> {
        self.pool.resolve_version_set_union(union)
    }

    fn resolve_condition(&self, condition: ConditionId) -> Condition {
        self.pool.resolve_condition(condition).clone()
    }
}

impl DependencyProvider for Provider<'_, '_, '_> {
    async fn filter_candidates(
        &self,
        candidates: &[SolvableId],
        version_set: VersionSetId,
        inverse: bool,
    ) -> Vec<SolvableId> {
        let Versions(allowed) = self.pool.resolve_version_set(version_set);
        let matches = |solvable: &SolvableId| allowed.contains(&self.package(*solvable)) != inverse;
        candidates.iter().copied().filter(matches).collect()
    }

    async fn get_candidates(&self, name: NameId) -> Option<Candidates> {
        let name = self.pool.resolve_package_name(name);
        let universe = self.eligibility.universe;
        let eligible =
            universe.named(name).filter(|&id| self.eligibility.check(universe.package(id)).is_ok());
        let candidates: Vec<SolvableId> = eligible.map(|id| self.solvable(id)).collect();
        (!candidates.is_empty()).then(|| Candidates { candidates, ..Candidates::default() })
    }

    /// The order stands in the union of each requirement; within a set there is one candidate.
    async fn sort_candidates(&self, _: &SolverCache<Self>, _: &mut [SolvableId]) {}

    async fn get_dependencies(&self, solvable: SolvableId) -> Dependencies {
        let package = self.eligibility.universe.package(self.package(solvable));
        let requirements = self.eligibility.open_requirements(package);
        let requirements = requirements.map(|requirement| self.requirement(requirement)).collect();
        let excluded: Vec<PackageId> = self.eligibility.conflicting(package).collect();
        Dependencies::Known(KnownDependencies { requirements, constrains: self.constraints(&excluded) })
    }
}
