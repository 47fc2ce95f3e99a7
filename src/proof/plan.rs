//! Proof of a plan: by what the cache knows of its packages, or by the packages of its bundle.

use super::listing::Evidence;
use super::{Contents, Proofs, Survey, known_contents};
use crate::fetch::{FetchError, Fetcher};
use crate::format::Installed;
use crate::hardware::Card;
use crate::selection::Planned;

/// What is known of a plan, without fetching anything: packages that no earlier run read prove nothing. What the release
/// was found to list tells of the router's own modules, and of others that list a card.
///
/// # Errors
/// When the cache cannot be read.
pub fn of_plan(
    fetcher: &Fetcher,
    planned: &Planned<'_>,
    survey: Option<&Survey>,
) -> Result<Proofs, FetchError> {
    let mut contents = Vec::new();
    let mut unread = Vec::new();
    for step in &planned.plan.steps {
        let package = planned.plan.package(step);
        let known = package.digest.map(|digest| known_contents(fetcher, &digest)).transpose()?.flatten();
        match known {
            Some(known) => contents.push((package.name, known)),
            None => unread.push(package.name),
        }
    }
    let read = contents.iter().map(|(name, contents)| (*name, contents));
    let mut evidence = Evidence::of(read);
    evidence.unread.extend(unread);
    Ok(with_survey(&planned.cards, evidence, survey, &planned.baseline.installed))
}

/// What the packages of a bundle show for a router that holds these, beside what the release was found to list.
pub fn of_contents(
    cards: &[Card],
    contents: &[(String, Contents)],
    survey: &Survey,
    router: &Installed,
) -> Proofs {
    let evidence = Evidence::of(contents.iter().map(|(name, contents)| (name.as_str(), contents)));
    with_survey(cards, evidence, Some(survey), router)
}

fn with_survey<'a>(
    cards: &[Card],
    mut evidence: Evidence<'a>,
    survey: Option<&'a Survey>,
    router: &Installed,
) -> Proofs {
    let holds = |name: &str| router.get(name).is_some();
    let (router, others) =
        survey.into_iter().flat_map(Survey::packages).partition(|package| holds(package.name));
    evidence.router = router;
    Proofs::of(cards, &evidence, &others)
}
