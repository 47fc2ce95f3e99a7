//! From what was asked for to the packages that must be added, in the order in which they install.
//!
//! [`resolve`] is pure: no clock, no network, no file. The router's own client has the last word, so its choice, as
//! its model ([`Format::install`](crate::format::Choice::install)) has it, is the plan wherever it is sound: closed,
//! free of conflicts, founded, minimal, and without a touch to what the router holds. Where it is not, or the client
//! would fail, `resolvo` searches in the client's order of preference, and [`Plan::install`] names what makes the
//! client follow.
//!
//! A held package is never upgraded, downgraded or removed, which also pins every kernel module to the router's very
//! kernel; only [`Request::allow_upgrade`] lets a plan replace one, the kernel never, and only where there is no plan
//! without.

mod baseline;
#[doc(hidden)]
pub mod case;
mod diff;
mod eligible;
mod graph;
mod idle;
mod kind;
mod links;
mod order;
mod paths;
mod plan;
mod provider;
mod refusal;
mod replaced;
mod request;
mod runs;
mod solver;
mod upgrade;

use std::collections::BTreeSet;

use crate::format::{Installed, Universe};

pub use baseline::{Baseline, BaselineError, BaselineSource, BaselineWarning};
#[doc(hidden)]
pub use diff::base_name;
pub use diff::{Change, Diff, Direction};
pub use eligible::Ineligible;
pub(crate) use eligible::{Candidate, Eligibility, exclude_each_other};
pub use graph::{Graph, Node, NodeId};
pub(crate) use idle::{IdleModules, serves};
pub use kind::PackageKind;
pub use paths::{LeftOut, Paths};
pub use plan::{Plan, PlanWarning, Step};
pub use refusal::{
    AbiMismatch, Chain, Known, Lacking, NotReplaceable, Refusal, RefusalReport, Rejected, Shadow, Upgrade,
};
pub use replaced::Replaced;
pub use request::{NotAReason, Request, Root, RootReason};

/// After how many steps, each a look at a package, the search for a plan is given up; long chains get more. Steps and
/// not seconds, so that the answer is the same on any machine.
const MOST_STEPS: u64 = 50_000_000;

/// Finds what must be added to a router that holds `installed` so that every root of the request is there.
///
/// # Errors
/// Why there is no plan.
pub fn resolve<'u>(
    universe: &'u Universe<'u>,
    installed: &Installed,
    request: &Request,
) -> Result<Plan<'u>, Refusal> {
    let kept = replaced::kept(installed, request)?;
    let plan = add(universe, &kept, request)?;
    let replaced = replaced::of(installed, &kept, request, &plan)?;
    Ok(Plan { replaced, ..plan })
}

/// Finds what to add, and what to upgrade if there is no other way.
fn add<'u>(
    universe: &'u Universe<'u>,
    installed: &Installed,
    request: &Request,
) -> Result<Plan<'u>, Refusal> {
    let end = universe.looked_at() + MOST_STEPS;
    let refusal = match attempt(universe, installed, request, end) {
        Ok(plan) => return Ok(plan),
        Err(refusal) => refusal,
    };
    match upgrade::find(universe, installed, request, &refusal, end) {
        Some((plan, upgrades)) if request.allow_upgrade => Ok(Plan { upgrades, ..plan }),
        Some((_, upgrades)) => Err(Refusal::NeedsUpgrade { upgrades, without: Box::new(refusal) }),
        None => Err(refusal),
    }
}

/// Finds a plan that leaves alone what the router holds, before the universe was looked at `end` times.
fn attempt<'u>(
    universe: &'u Universe<'u>,
    installed: &Installed,
    request: &Request,
    end: u64,
) -> Result<Plan<'u>, Refusal> {
    let eligibility = Eligibility::new(universe, installed, request, end);
    refusal::unknown_root(&eligibility)?;
    let links = match own_choice(&eligibility) {
        Some(links) => Ok(links),
        None => solver::solve(&eligibility),
    };
    match links {
        // Whatever came of it was cut short.
        _ if eligibility.is_over() => {
            Err(Refusal::TooHard { roots: eligibility.root_names(), steps: MOST_STEPS })
        }
        Ok(links) => Ok(plan::make(&eligibility, &links)),
        Err(proof) => Err(refusal::explain(&eligibility, &proof)),
    }
}

/// What the client would choose, if that is sound.
fn own_choice(eligibility: &Eligibility<'_, '_>) -> Option<links::Links> {
    let universe = eligibility.universe;
    let roots = eligibility.request.roots.iter();
    let roots = roots.filter(|root| !eligibility.is_met(&links::root_requirement(root)));
    let names: Vec<&str> = roots.map(|root| root.name.as_str()).collect();
    let own = universe.format().install(universe, eligibility.installed, &names);
    let own: BTreeSet<_> = own.into_iter().collect();
    if !links::go_together(eligibility, &own) {
        return None;
    }
    links::settle(eligibility, &own).ok().filter(|links| links.reached == own)
}
