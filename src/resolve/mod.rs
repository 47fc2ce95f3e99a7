//! From what was asked for to the packages that must be added, in the order in which they install.
//!
//! [`resolve`] is pure: no clock, no network, no file. The search is `resolvo`'s; the preference among candidates
//! is the router's own client's ([`Format::prefer`](crate::index::Format::prefer)), so the plan is the one that
//! the client itself would make wherever that one is sound. What the router holds stays as it is: a held package
//! is never upgraded, downgraded or removed, which also pins every kernel module to the router's very kernel.

mod baseline;
mod diff;
mod eligible;
mod graph;
mod kind;
mod order;
mod paths;
mod plan;
mod refusal;
mod request;
mod solver;

use std::collections::HashSet;

use crate::index::{Installed, Universe};

pub use baseline::{Baseline, BaselineError, BaselineSource};
pub use diff::{Change, Diff, Direction, base_name};
pub use eligible::{Eligibility, Unfit};
pub use graph::{Graph, Node, NodeId};
pub use kind::PackageKind;
pub use paths::{LeftOut, Paths};
pub use plan::{Plan, Step};
pub use refusal::Refusal;
pub use request::{Request, Root};

/// Finds what must be added to a router that holds `installed` so that every root of the request is there.
pub fn resolve<'u>(
    universe: &'u Universe<'_>,
    installed: &Installed,
    request: &Request,
) -> Result<Plan<'u>, Refusal> {
    let asked: HashSet<&str> = request.roots.iter().map(|root| root.name.as_str()).collect();
    let eligibility = Eligibility::new(universe, installed, request, asked);
    refusal::unknown_root(&eligibility, request)?;
    let chosen = solver::solve(&eligibility, request)
        .map_err(|conflict| refusal::explain(&eligibility, request, conflict))?;
    Ok(plan::make(&eligibility, request, chosen))
}
