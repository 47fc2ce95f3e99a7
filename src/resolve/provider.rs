//! The request as `resolvo` sees it.
//!
//! Every candidate of a requirement becomes a version set of its own, and the requirement their union in the
//! client's order of preference, so the solver tries them in just that order. Packages that exclude each other
//! constrain each other's name to the versions that are not meant by it.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fmt::{self, Display};

use resolvo::utils::{Pool, VersionSet};
use resolvo::{
    Candidates, Condition, ConditionId, ConditionalRequirement, Dependencies, DependencyProvider, Interner,
    KnownDependencies, NameId, SolvableId, SolverCache, StringId, VersionSetId, VersionSetUnionId,
};

use super::Eligibility;
use crate::format::{PackageId, Requirement};

/// How many looks at packages a propagation of the solver is taken for.
pub(super) const PROPAGATION: u64 = 2_500;

/// What the search learned about reasons.
#[derive(Debug)]
pub(super) struct Limits {
    /// The packages that may come to have a reason.
    pub(super) reachable: BTreeSet<PackageId>,
    /// For packages that were chosen without a reason: of each list one must be chosen too.
    pub(super) supports: HashMap<PackageId, Vec<Vec<PackageId>>>,
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

/// Answers the solver's questions.
pub(super) struct Provider<'e, 'u, 'r> {
    eligibility: &'e Eligibility<'u, 'r>,
    limits: &'e Limits,
    pool: Pool<Versions, String>,
    solvables: RefCell<HashMap<PackageId, SolvableId>>,
}

impl<'e, 'u, 'r> Provider<'e, 'u, 'r> {
    pub(super) fn new(eligibility: &'e Eligibility<'u, 'r>, limits: &'e Limits) -> Provider<'e, 'u, 'r> {
        Provider { eligibility, limits, pool: Pool::default(), solvables: RefCell::default() }
    }

    pub(super) fn package(&self, solvable: SolvableId) -> PackageId {
        self.pool.resolve_solvable(solvable).record.0
    }

    fn name(&self, id: PackageId) -> NameId {
        self.pool.intern_package_name(self.eligibility.universe.package(id).name)
    }

    pub(super) fn solvable(&self, id: PackageId) -> SolvableId {
        let name = self.name(id);
        *self.solvables.borrow_mut().entry(id).or_insert_with(|| self.pool.intern_solvable(name, Record(id)))
    }

    pub(super) fn requirement(&self, requirement: &Requirement<'_>) -> ConditionalRequirement {
        let candidates = self.eligibility.candidates(requirement).into_iter().map(|candidate| candidate.id);
        let in_reach = candidates.filter(|id| self.limits.reachable.contains(id));
        self.any_of(requirement.first.name, in_reach)
    }

    /// A requirement that nothing meets still needs a name.
    fn any_of(&self, name: &str, ids: impl Iterator<Item = PackageId>) -> ConditionalRequirement {
        let mut sets = ids.map(|id| self.pool.intern_version_set(self.name(id), Versions(vec![id])));
        match (sets.next(), sets.next()) {
            (None, _) => {
                let name = self.pool.intern_package_name(name);
                resolvo::Requirement::Single(self.pool.intern_version_set(name, Versions(Vec::new()))).into()
            }
            (Some(only), None) => resolvo::Requirement::Single(only).into(),
            (Some(first), Some(second)) => {
                let rest = std::iter::once(second).chain(sets);
                resolvo::Requirement::Union(self.pool.intern_version_set_union(first, rest)).into()
            }
        }
    }

    /// For each name among the excluded packages, its versions that are not.
    fn constraints(&self, excluded: &BTreeSet<PackageId>) -> Vec<VersionSetId> {
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

    /// Asked before each propagation, whose work cannot be seen from here.
    fn should_cancel_with_value(&self) -> Option<Box<dyn Any>> {
        self.eligibility.universe.count_work(PROPAGATION);
        self.eligibility.is_over().then(|| Box::new(()) as Box<dyn Any>)
    }

    /// The order stands in the union of each requirement; within a set there is one candidate.
    async fn sort_candidates(&self, _: &SolverCache<Self>, _: &mut [SolvableId]) {}

    async fn get_dependencies(&self, solvable: SolvableId) -> Dependencies {
        let id = self.package(solvable);
        let package = self.eligibility.universe.package(id);
        let requirements = self.eligibility.hard(package).map(|requirement| self.requirement(requirement));
        let supports = self.limits.supports.get(&id).into_iter().flatten();
        let supports = supports.map(|ids| self.any_of(package.name, ids.iter().copied()));
        Dependencies::Known(KnownDependencies {
            requirements: requirements.chain(supports).collect(),
            constrains: self.constraints(&self.eligibility.excluded_by(package)),
        })
    }
}
