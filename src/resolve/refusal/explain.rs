//! Finds the reason in the solver's proof.

use super::{AbiMismatch, Chain, Known, Refusal, Rejected, lacking};
use crate::format::{Package, PackageId, Requirement};
use crate::release::Kernel;
use crate::resolve::Eligibility;
use crate::resolve::links::root_requirement;
use crate::resolve::solver::Proof;
use crate::suggest::near;

/// Refuses a root that no feed holds and the router does not either.
pub(crate) fn unknown_root(eligibility: &Eligibility<'_, '_>) -> Result<(), Refusal> {
    let universe = eligibility.universe;
    for root in &eligibility.request.roots {
        if !universe.answering(&root.name).is_empty() || eligibility.is_met(&root_requirement(root)) {
            continue;
        }
        let (name, because) = (root.name.clone(), root.because.clone());
        let archs: Vec<String> = universe.foreign(&name).map(str::to_owned).collect();
        return Err(match archs.is_empty() {
            false => Refusal::OtherArchitecture { name, because, archs, router: universe.arch().to_owned() },
            true => Refusal::UnknownPackage {
                near: near(&name, universe.packages().map(|(_, package)| package.name)),
                known: Known::of(&name).map(Box::new),
                only_facts: false,
                also: lacking::beside(eligibility, &name),
                name,
                because,
            },
        });
    }
    Ok(())
}

/// Names the reason: the nearest dependency that nothing meets, else the nearest two packages that exclude each
/// other.
pub(crate) fn explain(eligibility: &Eligibility<'_, '_>, proof: &Proof) -> Refusal {
    let search = Search { eligibility, proof };
    let found = match (proof.lacking, proof.rivals) {
        (Some(Some(id)), _) => search.lack_of(id),
        (Some(None), _) => search.lack_of_root(),
        (None, Some((one, other))) => Some(search.conflict(one, other)),
        (None, None) => None,
    };
    found.unwrap_or_else(|| Refusal::Contradiction { roots: eligibility.root_names() })
}

struct Search<'s, 'u, 'r> {
    eligibility: &'s Eligibility<'u, 'r>,
    proof: &'s Proof,
}

impl<'u> Search<'_, 'u, '_> {
    fn package(&self, id: PackageId) -> &'u Package<'u> {
        self.eligibility.universe.package(id)
    }

    /// The way from the request down to a package.
    fn chain(&self, package: PackageId) -> Chain {
        let mut ids = vec![package];
        while let Some(&Some(from)) = ids.last().and_then(|last| self.proof.asked_by.get(last)) {
            ids.push(from);
        }
        let first = ids[ids.len() - 1];
        let roots = &self.eligibility.request.roots;
        let asks = |name: &str| roots.iter().find(|root| root.name == name);
        let by_name = asks(self.package(first).name);
        let root = by_name.or_else(|| roots.iter().find(|root| self.package(first).answers_to(&root.name)));
        Chain {
            because: root.map(|root| root.because.clone()),
            packages: ids.iter().rev().map(|&id| self.package(id).name.to_owned()).collect(),
        }
    }

    /// What a package lacks.
    fn lack_of(&self, id: PackageId) -> Option<Refusal> {
        let hard: Vec<&Requirement<'_>> = self.eligibility.hard(self.package(id)).collect();
        let found = hard.iter().find_map(|each| self.unmet(|| self.chain(id), each));
        found.or_else(|| hard.iter().find_map(|each| self.unchosen(|| self.chain(id), each)))
    }

    fn lack_of_root(&self) -> Option<Refusal> {
        let roots = self.eligibility.request.roots.iter();
        let open = roots.filter(|root| !self.eligibility.is_met(&root_requirement(root)));
        let mut open = open.map(|root| {
            (root_requirement(root), || Chain { because: Some(root.because.clone()), packages: Vec::new() })
        });
        open.find_map(|(root, chain)| self.unmet(chain, &root).or_else(|| self.unchosen(chain, &root)))
    }

    /// The refusal, if the client would take none of the candidates by itself.
    fn unchosen(&self, chain: impl Fn() -> Chain, requirement: &Requirement<'_>) -> Option<Refusal> {
        let candidates = self.eligibility.candidates(requirement);
        let providers = candidates.iter().map(|each| self.package(each.id).name.to_owned()).collect();
        let wanted = requirement.to_string();
        let is_so = candidates.iter().all(|each| !each.by_itself);
        is_so.then(|| Refusal::Unchosen { chain: chain(), wanted, providers })
    }

    fn conflict(&self, one: PackageId, other: PackageId) -> Refusal {
        let (a, b) = (self.package(one), self.package(other));
        let format = self.eligibility.universe.format();
        let states = |a: &Package<'_>, b| a.conflicts.iter().any(|conflict| format.hits(conflict, b));
        let over = match states(a, b) || states(b, a) {
            true => None,
            false => a.names().find(|name| b.answers_to(name)).map(str::to_owned),
        };
        Refusal::Conflict { one: self.chain(one), other: self.chain(other), over }
    }

    /// The refusal, if there is no candidate.
    fn unmet(&self, chain: impl Fn() -> Chain, requirement: &Requirement<'_>) -> Option<Refusal> {
        if !self.eligibility.candidates(requirement).is_empty() {
            return None;
        }
        let chain = chain();
        let Eligibility { universe, installed, .. } = *self.eligibility;
        let kernel = requirement.alternatives().find(|alternative| alternative.name == "kernel");
        if let Some(constraint) = kernel.and_then(|kernel| kernel.constraint) {
            let router = installed.get("kernel").map(|held| held.version.clone());
            let folder = router.as_deref().and_then(Kernel::parse).map(|kernel| kernel.folder());
            return Some(Refusal::KernelMismatch {
                chain,
                wanted: constraint.version.to_owned(),
                router,
                folder,
            });
        }
        let (mut rejected, mut other_versions) = (Vec::new(), Vec::new());
        for alternative in requirement.alternatives() {
            for &id in universe.answering(alternative.name) {
                let package = universe.package(id);
                match (universe.format().meets(package, alternative), self.eligibility.check(package)) {
                    (true, Err(why)) => rejected.push(Rejected {
                        name: package.name.to_owned(),
                        version: package.version.to_owned(),
                        why,
                    }),
                    _ => other_versions.push(package.to_string()),
                }
            }
        }
        let name = requirement.first.name;
        let is_missing = rejected.is_empty() && other_versions.is_empty();
        let abi_mismatch =
            is_missing.then(|| AbiMismatch::of_missing(name, universe, installed)).flatten().map(Box::new);
        let missing_feed = is_missing.then(|| Known::missing_feed(name, universe)).flatten();
        let also = match is_missing {
            true => lacking::beside(self.eligibility, &requirement.to_string()),
            false => Box::default(),
        };
        Some(Refusal::Unmet {
            chain,
            wanted: requirement.to_string(),
            rejected,
            other_versions: other_versions.into(),
            abi_mismatch,
            missing_feed,
            also,
        })
    }
}
