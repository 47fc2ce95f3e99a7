//! Proof of a plan: by what the cache knows of its packages, or by the packages of its bundle.

use super::listing::{Evidence, ReadPackage};
use super::store::{known_contents, read_contents};
use super::survey::{SurveyError, want};
use super::{Contents, Proofs, Survey};
use crate::fetch::{FetchError, Fetcher};
use crate::format::{Installed, Package, Universe};
use crate::hardware::Card;
use crate::release::OpenRelease;
use crate::selection::Planned;

/// What is known of the packages that a router holds.
#[derive(Debug, Default)]
pub struct RouterContents(Vec<(String, Contents)>);

impl RouterContents {
    /// What earlier runs read of the drivers and the firmware of cards that the router holds already.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn known(
        fetcher: &Fetcher,
        universe: &Universe<'_>,
        router: &Installed,
        cards: &[Card],
    ) -> Result<RouterContents, FetchError> {
        let mut known = Vec::new();
        for package in held(universe, router, cards) {
            let Some(digest) = package.digest else { continue };
            known.extend(known_contents(fetcher, &digest)?.map(|read| (package.name.to_owned(), read)));
        }
        Ok(RouterContents(known))
    }

    /// The same, with what no run has read yet fetched for it.
    ///
    /// # Errors
    /// When a package cannot be had or read, or the cache cannot be used.
    pub fn read(
        fetcher: &Fetcher,
        release: &OpenRelease,
        universe: &Universe<'_>,
        router: &Installed,
        cards: &[Card],
    ) -> Result<RouterContents, SurveyError> {
        let known = RouterContents::known(fetcher, universe, router, cards)?;
        let is_new = |package: &&&Package<'_>| known.0.iter().all(|(name, _)| name != package.name);
        let held = held(universe, router, cards);
        let new: Vec<&&Package<'_>> =
            held.iter().filter(is_new).filter(|package| package.digest.is_some()).collect();
        let wants = new.iter().filter_map(|package| want(release, package)).collect::<Result<_, _>>()?;
        let artifacts = fetcher.artifacts(wants)?;
        let digests = new.iter().filter_map(|package| package.digest);
        let format = release.facts.format;
        let contents = read_contents(fetcher, format, &digests.zip(&artifacts).collect::<Vec<_>>())?;
        let read = new.iter().map(|package| package.name.to_owned()).zip(contents);
        Ok(RouterContents(known.0.into_iter().chain(read).collect()))
    }

    fn packages(&self) -> impl Iterator<Item = ReadPackage<'_>> {
        self.0.iter().map(|(name, contents)| ReadPackage { name, contents })
    }
}

/// The drivers and the firmware of cards that the router holds in the very version that a feed holds too.
fn held<'u>(universe: &'u Universe<'_>, router: &Installed, cards: &'u [Card]) -> Vec<&'u Package<'u>> {
    let mut names: Vec<&str> = cards.iter().flat_map(|card| &card.on_router).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let in_feed = |name: &'u str| {
        let version = &router.get(name)?.version;
        let packages = universe.named(name).map(|id| universe.package(id));
        packages.into_iter().find(|package| package.version == version.as_str())
    };
    names.into_iter().filter_map(in_feed).collect()
}

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
    let router = &planned.baseline.installed;
    let held = RouterContents::known(fetcher, planned.plan.universe, router, &planned.cards)?;
    let read = contents.iter().map(|(name, contents)| (*name, contents));
    let mut evidence = Evidence::of(read);
    evidence.unread.extend(unread);
    Ok(with_survey(&planned.cards, evidence, survey, router, &held))
}

/// What the packages of a bundle show for a router that holds these, beside what the release was found to list and what
/// is known of the router's own packages.
pub fn of_contents(
    cards: &[Card],
    contents: &[(String, Contents)],
    survey: Option<&Survey>,
    router: &Installed,
    held: &RouterContents,
) -> Proofs {
    let evidence = Evidence::of(contents.iter().map(|(name, contents)| (name.as_str(), contents)));
    with_survey(cards, evidence, survey, router, held)
}

fn with_survey<'a>(
    cards: &[Card],
    mut evidence: Evidence<'a>,
    survey: Option<&'a Survey>,
    router: &Installed,
    held: &'a RouterContents,
) -> Proofs {
    let holds = |name: &str| router.get(name).is_some();
    let (on_router, others): (Vec<_>, Vec<_>) =
        survey.into_iter().flat_map(Survey::packages).partition(|package| holds(package.name));
    let is_new = |package: &ReadPackage<'_>| held.packages().all(|other| other.name != package.name);
    evidence.router = held.packages().chain(on_router.into_iter().filter(is_new)).collect();
    Proofs::of(cards, &evidence, &others)
}
