//! The last resort: plans that replace what the router holds.
//!
//! Packages of the router that stand in the way are given up one after the other, as the refusals name them, and asked for
//! again in a version of the feeds. Never the kernel: modules fit the one that runs.

use std::collections::BTreeSet;

use super::refusal::{Refusal, Rejected, Upgrade};
use super::{Ineligible, Plan, Request, Root, RootReason, attempt};
use crate::format::{Installed, Requirement, Universe};

/// Packages that no plan replaces.
pub(super) const FIXED: [&str; 2] = ["kernel", "libc"];

/// The most packages that are given up before the search is; a router whose every package is old needs an image.
const MOST: usize = 64;

/// Finds a plan that replaces held packages, if there is one.
pub(super) fn find<'u>(
    universe: &'u Universe<'u>,
    installed: &Installed,
    request: &Request,
    refusal: &Refusal,
    end: u64,
) -> Option<(Plan<'u>, Vec<Upgrade>)> {
    let mut kept = installed.clone();
    let mut request = request.clone();
    let mut in_the_way = blockers(refusal);
    while !in_the_way.is_empty() && request.roots.len() < MOST {
        for name in in_the_way {
            kept.remove(&name)?;
            request.roots.push(Root { because: RootReason::Held(name.clone()), name });
        }
        in_the_way = match attempt(universe, &kept, &request, end) {
            Err(refusal) => blockers(&refusal),
            Ok(plan) => match broken(universe, installed, &kept, &plan) {
                broken if broken.is_empty() => {
                    return upgrades(installed, &kept, &plan).map(|list| (plan, list));
                }
                broken => broken,
            },
        };
    }
    None
}

/// The held packages that a refusal names as in the way.
fn blockers(refusal: &Refusal) -> BTreeSet<String> {
    let Refusal::Unmet { rejected, .. } = refusal else { return BTreeSet::new() };
    let name = |Rejected { name, why, .. }: &Rejected| match why {
        Ineligible::Held { .. } => Some(name.clone()),
        Ineligible::ConflictsWithHeld { held } => Some(held.clone()),
        Ineligible::Omitted | Ineligible::Replaced | Ineligible::NoDigest => None,
    };
    let first = rejected.iter().find_map(name);
    first.into_iter().filter(|name| !FIXED.contains(&name.as_str())).collect()
}

/// The packages that stay and would lack something that they had.
fn broken(
    universe: &Universe<'_>,
    installed: &Installed,
    kept: &Installed,
    plan: &Plan<'_>,
) -> BTreeSet<String> {
    let format = universe.format();
    let had = |installed: &Installed, requirement: &Requirement<'_>| {
        requirement.alternatives().any(|each| installed.meeting(format, each).is_some())
    };
    let brought = |requirement: &Requirement<'_>| {
        let meets = |each| plan.steps.iter().any(|step| format.meets(plan.package(step), each));
        requirement.alternatives().any(meets)
    };
    let stay = kept.iter().filter(|(name, held)| {
        let mut entries = universe.named(name).map(|id| universe.package(id));
        entries.any(|entry| {
            entry.version == held.version
                && entry.depends.iter().any(|requirement| {
                    had(installed, requirement) && !had(kept, requirement) && !brought(requirement)
                })
        })
    });
    stay.map(|(name, _)| name.to_owned()).filter(|name| !FIXED.contains(&name.as_str())).collect()
}

/// What the plan replaces; none if it would leave something out that the router held.
fn upgrades(installed: &Installed, kept: &Installed, plan: &Plan<'_>) -> Option<Vec<Upgrade>> {
    let gone = installed.iter().filter(|(name, _)| kept.get(name).is_none());
    let upgrade = |(name, held): (&str, &crate::format::InstalledPackage)| {
        let step = plan.steps.iter().find(|step| plan.package(step).name == name)?;
        let to = plan.package(step).version.to_owned();
        Some(Upgrade { name: name.to_owned(), held: held.version.clone(), to })
    };
    gone.map(upgrade).collect()
}
