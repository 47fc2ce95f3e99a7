//! What commands about hardware stand on: the history of packages, or a release with what its own modules list.

use super::args::LearnArgs;
use super::env::Env;
use super::error::Failure;
use super::session::Session;
use super::ui::hardware;
use super::ui::status;
use super::ui::text;
use crate::fetch::Fetcher;
use crate::format::Universe;
use crate::hardware::{Availability, Series};
use crate::proof::Survey;
use crate::release::{OpenRelease, Release, ReleaseFacts};

/// What is known of the release whose packages are named.
pub(crate) struct Known<'u> {
    pub(crate) series: Series,
    /// The release and the target, for people: `25.12`, or `25.12.2, x86/64`.
    pub(crate) title: String,
    /// The release itself, where it was read.
    pub(crate) learned: Option<Learned<'u>>,
}

/// A release that was read.
pub(crate) struct Learned<'u> {
    /// Its packages.
    pub(crate) universe: &'u Universe<'u>,
    /// What its modules list.
    pub(crate) survey: Survey,
}

impl Known<'_> {
    /// Asks something with what the release offers: by its own indexes, or else by the history of packages.
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(Availability<'_>) -> T) -> T {
        match &self.learned {
            None => hardware::by_history(self.series, ask),
            Some(learned) => {
                let has = |package: &str| learned.universe.holds(package);
                ask(Availability { has: &has, series: Some(self.series), variant: None })
            }
        }
    }

    /// The size of a package's file in bytes, where an index states it.
    pub(crate) fn size(&self, package: &str) -> Option<u64> {
        let universe = self.learned.as_ref()?.universe;
        universe.named(package).filter_map(|id| universe.package(id).size).max()
    }
}

/// Reads the release that the arguments name, if they want it read, and does something with what is known.
pub(crate) fn with<T>(
    env: &mut Env,
    args: &LearnArgs,
    act: impl FnOnce(&mut Env, &Known<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let series = hardware::series(args.release(env))?;
    let Some(source) = args.source() else {
        return act(env, &Known { series, title: series.to_string(), learned: None });
    };
    let session = Session::new(env, &source)?;
    let release = session.open(env, &source)?;
    let (universe, _) = release.universe()?;
    let facts = &release.facts;
    let title = title(facts);
    let survey = survey(env, &session.upstream.fetcher, &release, &universe)?;
    let series = facts.release.as_ref().and_then(Release::series).unwrap_or(series);
    act(env, &Known { series, title, learned: Some(Learned { universe: &universe, survey }) })
}

/// What the modules of a release list: what an earlier run learned, or else they are fetched and read for it, which is
/// said.
pub(crate) fn survey(
    env: &mut Env,
    fetcher: &Fetcher,
    release: &OpenRelease,
    universe: &Universe<'_>,
) -> Result<Survey, Failure> {
    if let Some(known) = Survey::known(fetcher, release)? {
        return Ok(known);
    }
    let (packages, bytes) = Survey::cost(universe);
    let (title, bytes) = (title(&release.facts), text::size(bytes));
    let packages = text::count(packages, "package");
    let what = format_args!("reading the kernel modules of OpenWrt {title}: {packages}, {bytes}, once");
    status::note(env, what)?;
    Ok(Survey::learn(fetcher, release, universe)?)
}

/// The release and the target, for people.
fn title(facts: &ReleaseFacts) -> String {
    let named = facts.release.as_ref().map_or("of unknown release".to_owned(), ToString::to_string);
    format!("{named}, {}", facts.target)
}
