//! All that is surely needed and in no feed, so that one refusal names it at once.

use std::collections::{BTreeSet, VecDeque};

use serde::Serialize;

use super::Chain;
use crate::format::{PackageId, Requirement};
use crate::resolve::Eligibility;
use crate::resolve::links::root_requirement;

/// The most that is named.
const MOST: usize = 20;

/// Something that is needed and that no feed holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// The name, or the dependency.
    pub wanted: String,
    /// From the request to the package that needs it; no package if it was asked for itself.
    pub chain: Chain,
}

/// What is missing beside `named`, nearest first. Where a dependency can be met in several ways, none of them is sure.
pub(super) fn beside(eligibility: &Eligibility<'_, '_>, named: &str) -> Box<[Lacking]> {
    let mut found: Vec<Lacking> = Vec::new();
    let mut open: VecDeque<(PackageId, Chain)> = VecDeque::new();
    let mut seen = BTreeSet::new();
    let mut look = |requirement: &Requirement<'_>, chain: &Chain, open: &mut VecDeque<_>| {
        let universe = eligibility.universe;
        let is_unknown = requirement.alternatives().all(|each| universe.answering(each.name).is_empty());
        let wanted = requirement.to_string();
        if is_unknown
            && wanted != named
            && found.len() < MOST
            && found.iter().all(|each| each.wanted != wanted)
        {
            found.push(Lacking { wanted, chain: chain.clone() });
        }
        if let [only] = eligibility.candidates(requirement)[..]
            && seen.insert(only.id)
        {
            let mut chain = chain.clone();
            chain.packages.push(universe.package(only.id).name.to_owned());
            open.push_back((only.id, chain));
        }
    };
    for root in &eligibility.request.roots {
        let requirement = root_requirement(root);
        if !eligibility.is_met(&requirement) {
            let chain = Chain { because: Some(root.because.clone()), packages: Vec::new() };
            look(&requirement, &chain, &mut open);
        }
    }
    while let Some((id, chain)) = open.pop_front() {
        for requirement in eligibility.hard(eligibility.universe.package(id)) {
            look(requirement, &chain, &mut open);
        }
    }
    found.into()
}
