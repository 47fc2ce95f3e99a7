//! The plan: what to add, in install order, with reasons.

use serde::Serialize;

use super::links::{Links, root_requirement};
use super::order::install_order;
use super::{AbiMismatch, Eligibility, Replaced, Root, RootReason, Upgrade, runs};
use crate::format::{Package, PackageId, Universe};

/// What to add to the router.
#[derive(Debug)]
pub struct Plan<'u> {
    /// What can be chosen from.
    pub universe: &'u Universe<'u>,
    /// The packages to add, dependencies first.
    pub steps: Vec<Step>,
    /// The names to give to the router's client, run by run, so that it makes just this plan.
    pub install: Vec<Vec<String>>,
    /// Whether the client makes just this plan of these names, rehearsed or in earnest; if not, no names make it.
    pub is_followed: bool,
    /// Roots that the router holds already.
    pub already_held: Vec<Root>,
    /// Libraries of the plan that the router holds with another binary interface: the feeds moved on.
    pub abi_mismatches: Vec<AbiMismatch>,
    /// Packages of the router that steps replace; none but with [`Request::allow_upgrade`](super::Request::allow_upgrade).
    pub upgrades: Vec<Upgrade>,
    /// Packages of the router that make room, as the request names them.
    pub replaced: Vec<Replaced>,
}

/// What follows from a plan that its maker may not expect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum PlanWarning {
    /// A library comes beside another interface of it that the router holds.
    AbiMismatch(AbiMismatch),
    /// Packages of the router are replaced.
    Replaces {
        /// Each with its versions.
        upgrades: Vec<Upgrade>,
    },
    /// Packages of the router make room, as was asked for.
    TakesAway {
        /// Each with the one that takes its place.
        replaced: Vec<Replaced>,
    },
    /// The router's own client would choose otherwise.
    NotFollowed { client: &'static str },
    /// The router may not be able to mount a FAT disk.
    CannotMountFat {
        /// The packages that it lacks for it.
        lacks: Vec<&'static str>,
    },
    /// Packages of the router that no feed lists: modules that only these need will not be loaded any more.
    UnlistedModules { packages: Vec<String> },
    /// Services that no package of the router or of the plan is called like.
    UnknownServices {
        /// Their names.
        services: Vec<String>,
    },
    /// The answer is from the facts built into owpkg, not from a release.
    BuiltInFacts {
        /// The release of the facts.
        release: String,
        /// Their target.
        target: String,
        /// The day on which they were taken.
        date: String,
        /// Days since then; none: the clock is behind them.
        age_days: Option<i64>,
    },
}

/// One package of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The package.
    pub id: PackageId,
    /// Who asked for it, where anybody did.
    pub because: Vec<RootReason>,
    /// The packages of the plan that need it, by name.
    pub needed_by: Vec<String>,
}

impl<'u> Plan<'u> {
    /// The package of a step.
    pub fn package(&self, step: &Step) -> &'u Package<'u> {
        self.universe.package(step.id)
    }

    /// What follows from it that its maker may not expect.
    pub fn warnings(&self) -> Vec<PlanWarning> {
        let mut warnings: Vec<PlanWarning> =
            self.abi_mismatches.iter().cloned().map(PlanWarning::AbiMismatch).collect();
        if !self.replaced.is_empty() {
            warnings.push(PlanWarning::TakesAway { replaced: self.replaced.clone() });
        }
        if !self.upgrades.is_empty() {
            warnings.push(PlanWarning::Replaces { upgrades: self.upgrades.clone() });
        } else if !self.is_followed {
            warnings.push(PlanWarning::NotFollowed { client: self.universe.format().name() });
        }
        warnings
    }

    /// The bytes of all package files, if the indexes state them all.
    pub fn download_size(&self) -> Option<u64> {
        self.steps.iter().map(|step| self.package(step).size).sum()
    }
}

/// Makes the plan of packages that can stand.
pub(super) fn make<'u>(eligibility: &Eligibility<'u, '_>, links: &Links) -> Plan<'u> {
    let universe = eligibility.universe;
    let roots = eligibility.request.roots.iter();
    let held = roots.filter(|root| eligibility.is_met(&root_requirement(root)));

    let mut by_name: Vec<PackageId> = links.reached.iter().copied().collect();
    by_name.sort_by_key(|&id| universe.package(id).name);
    let pairs = links.needed_by.iter().flat_map(|(&to, from)| from.iter().map(move |&from| (from, to)));
    let after = |(from, to)| if links.unasked.contains(&to) { (to, from) } else { (from, to) };
    let edges: Vec<(PackageId, PackageId)> = pairs.map(after).collect();
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
    let (install, is_followed) = runs::of(eligibility, &steps);
    let packages = steps.iter().map(|step| universe.package(step.id));
    let abi_mismatches =
        packages.filter_map(|package| AbiMismatch::beside_held(package, eligibility.installed)).collect();
    let already_held = held.cloned().collect();
    let (upgrades, replaced) = (Vec::new(), Vec::new());
    Plan { universe, steps, install, is_followed, already_held, abi_mismatches, upgrades, replaced }
}
