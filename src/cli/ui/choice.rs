//! What was chosen for a plan, line by line, for those who ask with `-v`.

use super::status;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::resolve::{BaselineSource, Step};
use crate::selection::Planned;

/// Tells which release it is of, what the router is taken to hold, and which packages were chosen.
pub(crate) fn tell(env: &mut Env, planned: &Planned<'_>) -> Result<(), Failure> {
    let facts = planned.facts();
    let release = facts.release.as_ref().map_or("of unknown release".to_owned(), ToString::to_string);
    let from = facts.root.to_string();
    status::detail(env, format_args!("chosen: OpenWrt {release}, {}, of {from}", facts.target))?;
    let held = planned.baseline.installed.len();
    let list = match planned.baseline.source {
        BaselineSource::Manifest => "its stock image's manifest",
        BaselineSource::Installed => "the list that was given",
        BaselineSource::DefaultPackages => "the packages of every image",
    };
    status::detail(env, format_args!("the router holds {held} packages, by {list}"))?;
    for step in &planned.plan.steps {
        let text = sentence(planned, step);
        match step.because.is_empty() {
            false => status::detail(env, text)?,
            true => status::trace(env, text)?,
        }
    }
    Ok(())
}

fn sentence(planned: &Planned<'_>, step: &Step) -> String {
    let package = planned.plan.package(step);
    let feed = &planned.plan.universe.feed(package.feed).name;
    let why: Vec<String> = match step.because.as_slice() {
        [] => step.needed_by.iter().map(|name| format!("needed by {name}")).collect(),
        reasons => reasons.iter().map(ToString::to_string).collect(),
    };
    format!("chosen: {} {} of the feed {feed}: {}", package.name, package.version, why.join(", "))
}
