//! Packages of feeds of one's own that would take the place of the release's.

use super::PlanSource;
use crate::format::{Package, Universe};
use crate::release::FeedOrigin;
use crate::resolve::{Plan, Refusal, Shadow};

/// Refuses a plan in which a feed that the user gave, and did not prefer, decides over what the release has.
pub(super) fn refuse(
    source: PlanSource<'_>,
    universe: &Universe<'_>,
    plan: &Plan<'_>,
) -> Result<(), Refusal> {
    let origin = |package: &Package<'_>| source.facts().feeds[usize::from(package.feed.0)].origin;
    let is_of_release = |package: &Package<'_>| origin(package) == FeedOrigin::Release;
    for step in &plan.steps {
        let package = plan.package(step);
        if origin(package) != FeedOrigin::Custom {
            continue;
        }
        let mut named = universe.named(package.name).map(|id| universe.package(id));
        let shadow = if let Some(own) = named.find(|other| is_of_release(other)) {
            Shadow::TakesPlace { version: own.version.to_owned() }
        } else if !package.install_if.is_empty() && step.because.is_empty() {
            Shadow::Unasked
        } else if let Some(by) = stands_in(universe, plan, package, &step.needed_by, is_of_release) {
            Shadow::StandsIn { needed_by: by }
        } else {
            continue;
        };
        return Err(Refusal::Shadowed {
            name: package.name.to_owned(),
            version: package.version.to_owned(),
            feed: universe.feed(package.feed).name.clone(),
            shadow,
        });
    }
    Ok(())
}

/// The package of the release that would get this one for what the release itself has.
fn stands_in(
    universe: &Universe<'_>,
    plan: &Plan<'_>,
    package: &Package<'_>,
    needed_by: &[String],
    is_of_release: impl Fn(&Package<'_>) -> bool,
) -> Option<String> {
    let format = universe.format();
    let needing = plan.steps.iter().map(|step| plan.package(step));
    let mut needing =
        needing.filter(|other| is_of_release(other) && needed_by.iter().any(|by| by == other.name));
    let release_has = |needing: &&Package<'_>| {
        let mut met = needing.depends.iter().flat_map(|need| need.alternatives());
        met.any(|need| {
            format.meets(package, need)
                && universe.meeting(need).into_iter().any(|id| is_of_release(universe.package(id)))
        })
    };
    needing.find(release_has).map(|needing| needing.name.to_owned())
}
