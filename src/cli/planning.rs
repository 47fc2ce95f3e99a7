//! What a plan is made of: the release that the arguments name or, with no network, the facts built in.

use std::io::Write as _;

use super::args::{SelectionArgs, SourceArgs};
use super::env::Env;
use super::error::{Exit, Failure};
use super::last_release::LastRelease;
use super::learned;
use super::selection;
use super::session::{self, Session};
use super::ui::choice;
use super::ui::status;
use super::ui::warnings::{sentence, warn, warn_of};
use crate::fetch::FetchError;
use crate::files::replace_file;
use crate::format::{Installed, Universe};
use crate::lock::{Bundle, Lock, PlanError};
use crate::proof::{self, Proofs, RouterContents, Survey, SurveyError};
use crate::release::snapshot::Snapshot;
use crate::release::{OFFICIAL_SERVER, OpenRelease, Release, ReleaseFacts, ReleaseWarning, Upstream};
use crate::resolve::{Baseline, Refusal};
use crate::selection::{PlanSource, Planned, Selection, Warning};

/// What a plan is made of.
pub(crate) enum Opened {
    /// A release tree, read and verified.
    Release(Box<OpenRelease>),
    /// The facts built into owpkg: for orientation, they make no lock and no disk.
    Snapshot(Box<Snapshot>, Box<ReleaseFacts>),
}

/// The packages of what was opened, and what was passed over in its indexes.
pub(crate) struct Joined<'o> {
    opened: &'o Opened,
    /// The packages.
    pub(crate) universe: Universe<'o>,
    passed_over: Vec<ReleaseWarning>,
}

/// Reads the selection that was typed, and opens the release that it is for.
pub(crate) fn open(
    env: &mut Env,
    args: &SelectionArgs,
    source: &SourceArgs,
) -> Result<(Selection, Session, Opened), Failure> {
    let selection = selection::read(env, args, source)?;
    let session = Session::new(env, source)?;
    let opened = Opened::new(env, &session, source).map_err(|failure| match selection.unknown() {
        Some(unknown) if failure.is_no_network() => {
            let message = format!("{unknown}, and no release could be asked: {}", failure.message);
            Failure::new(Exit::Unknown, message, failure.help)
        }
        _ => failure,
    })?;
    Ok((selection, session, opened))
}

impl Opened {
    /// Opens the release that the arguments name; without a network, and if they may mean these, the facts built in.
    pub(crate) fn new(env: &mut Env, session: &Session, source: &SourceArgs) -> Result<Opened, Failure> {
        match session.open(env, source) {
            Err(failure) if failure.is_no_network() => match built_in(env, source)? {
                Some(snapshot) => {
                    let facts =
                        ReleaseFacts { installed: session::installed(env, source)?, ..snapshot.facts()? };
                    Ok(Opened::Snapshot(Box::new(snapshot), Box::new(facts)))
                }
                None => Err(failure),
            },
            release => Ok(Opened::release(release?)),
        }
    }

    /// A release that was opened.
    pub(crate) fn release(release: OpenRelease) -> Opened {
        Opened::Release(Box::new(release))
    }

    /// The release tree.
    ///
    /// # Errors
    /// When it is of the facts built in.
    pub(crate) fn release_of(&self) -> Result<&OpenRelease, Failure> {
        match self {
            Opened::Release(release) => Ok(release),
            Opened::Snapshot(..) => Err(PlanError::BuiltInFacts.into()),
        }
    }

    fn source(&self) -> PlanSource<'_> {
        match self {
            Opened::Release(release) => PlanSource::Release(release),
            Opened::Snapshot(_, facts) => PlanSource::Snapshot(facts),
        }
    }

    /// Reads the packages.
    pub(crate) fn join(&self) -> Result<Joined<'_>, Failure> {
        let (universe, passed_over) = match self {
            Opened::Release(release) => release.universe()?,
            Opened::Snapshot(snapshot, facts) => (snapshot.universe(facts), Vec::new()),
        };
        Ok(Joined { opened: self, universe, passed_over })
    }
}

impl<'o> Joined<'o> {
    /// Makes the plan for a selection.
    pub(crate) fn plan(
        &'o self,
        env: &mut Env,
        upstream: &Upstream,
        selection: &Selection,
    ) -> Result<Planned<'o>, Failure> {
        self.plan_for(env, upstream, selection, None)
    }

    /// The same for a router that holds these packages, if any are told, whichever the release was opened for.
    pub(crate) fn plan_for(
        &'o self,
        env: &mut Env,
        upstream: &Upstream,
        selection: &Selection,
        router: Option<&Installed>,
    ) -> Result<Planned<'o>, Failure> {
        let source = self.opened.source();
        let selection = self.with_listed(env, upstream, selection)?;
        let router = router.or(source.facts().installed.as_ref());
        let mut planned = match Planned::for_router(source, &self.universe, &selection, router) {
            Ok(planned) => planned,
            Err(error) => {
                let warnings = source.facts().warnings.iter().chain(&self.passed_over);
                return Err(with_unread(env, error.into(), warnings)?);
            }
        };
        planned.warnings.extend(self.passed_over.iter().cloned().map(Warning::from));
        if let Opened::Snapshot(snapshot, _) = self.opened {
            planned.warn_of_snapshot(snapshot, env.now);
        }
        choice::tell(env, &planned)?;
        Ok(planned)
    }

    /// What the router holds, or its stock image where nobody said it.
    pub(crate) fn baseline(&'o self) -> Result<Baseline, Failure> {
        Ok(Baseline::determine(self.opened.source().facts(), &self.universe)?)
    }

    /// A selection with what the release's own modules list of the devices that no table has a driver for.
    fn with_listed(
        &self,
        env: &mut Env,
        upstream: &Upstream,
        selection: &Selection,
    ) -> Result<Selection, Failure> {
        let mut selection = selection.clone();
        let facts = self.opened.source().facts();
        let undriven = selection.undriven(facts, &self.universe);
        let Opened::Release(release) = self.opened else { return Ok(selection) };
        // The demo's packages hold no modules.
        if undriven.is_empty() || facts.is_demo() {
            return Ok(selection);
        }
        let survey = match learned::survey(env, &upstream.fetcher, release, &self.universe) {
            Ok(survey) => survey,
            // Without them it is as the tables say.
            Err(failure) => {
                let why = failure.message;
                warn_of(env, format_args!("what this release's modules list could not be read: {why}"))?;
                return Ok(selection);
            }
        };
        let series = facts.release.as_ref().and_then(Release::series);
        for device in undriven {
            if let Some((bus, packages)) = survey.wanted_for(&device, &self.universe, series) {
                selection = selection.listed(&device, bus, packages);
            }
        }
        Ok(selection)
    }

    /// What the release's modules were found to list, where an earlier run looked.
    fn survey(&self, upstream: &Upstream) -> Result<Option<Survey>, Failure> {
        match self.opened {
            Opened::Release(release) => Ok(Survey::known(&upstream.fetcher, release)?),
            Opened::Snapshot(..) => Ok(None),
        }
    }

    /// What is known of the packages of a plan, with nothing fetched for it.
    pub(crate) fn proofs(&self, upstream: &Upstream, planned: &Planned<'_>) -> Result<Proofs, Failure> {
        self.keep_names(upstream)?;
        Ok(proof::of_plan(&upstream.fetcher, planned, self.survey(upstream)?.as_ref())?)
    }

    /// What the packages of a bundle show for a router that holds these packages. What of it the router holds already is
    /// fetched, where it can be had.
    pub(crate) fn proofs_of(
        &self,
        env: &mut Env,
        upstream: &Upstream,
        bundle: &Bundle,
        router: Option<&Installed>,
    ) -> Result<Proofs, Failure> {
        let (Opened::Release(release), Some(router)) = (self.opened, router) else {
            return Ok(bundle.proofs.clone());
        };
        let (fetcher, cards) = (&upstream.fetcher, &bundle.lock.cards);
        let held = match RouterContents::read(fetcher, release, &self.universe, router, cards) {
            Ok(held) => held,
            // It is on the router, not on the disk: the proof says that it was not read.
            Err(error) => {
                if !matches!(error, SurveyError::Fetch(FetchError::Offline { .. })) {
                    warn_of(env, format_args!("what the router holds for its cards was not read: {error}"))?;
                }
                RouterContents::known(fetcher, &self.universe, router, cards)?
            }
        };
        Ok(proof::of_contents(cards, &bundle.contents, self.survey(upstream)?.as_ref(), router, &held))
    }

    /// Lets shells complete the names of the release.
    fn keep_names(&self, upstream: &Upstream) -> Result<(), Failure> {
        match self.opened {
            Opened::Release(release) => LastRelease::keep(&upstream.fetcher, &release.facts, &self.universe),
            Opened::Snapshot(..) => Ok(()),
        }
    }

    /// The verified bytes of a lock that was made of the release.
    pub(crate) fn bundle(&self, upstream: &Upstream, lock: Lock) -> Result<Bundle, Failure> {
        self.keep_names(upstream)?;
        match self.opened {
            Opened::Release(release) => Ok(Bundle::of_release(upstream, release, &self.universe, lock)?),
            Opened::Snapshot(..) => Err(PlanError::BuiltInFacts.into()),
        }
    }

    /// Writes the request, with all that it depends on, and what comes of it, also where that is a refusal.
    pub(crate) fn save_case(
        &'o self,
        env: &mut Env,
        upstream: &Upstream,
        path: &str,
        selection: &Selection,
    ) -> Result<(), Failure> {
        let facts = self.opened.source().facts();
        let selection = self.with_listed(env, upstream, selection)?;
        let mut case = Planned::case(facts, &self.universe, &selection)?;
        let release = facts.release.as_ref().map_or("an unnamed release".to_owned(), ToString::to_string);
        case.remarks
            .push(format!("OpenWrt {release}, {}. What is wrong with what comes of it?", facts.target));
        replace_file(&env.path(path), |file| file.write_all(case.to_string().as_bytes()))?;
        status::note(env, format_args!("wrote {path}"))
    }
}

/// A failure with what the tree lacks, which may be why: in its help where a package is missing, and else beside it.
fn with_unread<'w>(
    env: &mut Env,
    failure: Failure,
    warnings: impl Iterator<Item = &'w ReleaseWarning>,
) -> Result<Failure, Failure> {
    let lacks_package =
        matches!(failure.refusal.as_deref(), Some(Refusal::UnknownPackage { .. } | Refusal::Unmet { .. }));
    let is_of_feeds = |warning: &&ReleaseWarning| {
        matches!(warning, ReleaseWarning::UnreadFeed { .. } | ReleaseWarning::MissingFeeds { .. })
    };
    let (feeds, others): (Vec<_>, Vec<_>) =
        warnings.partition(|warning| lacks_package && is_of_feeds(warning));
    warn(env, others.into_iter().cloned())?;
    let help = feeds.into_iter().map(|warning| sentence(&warning.clone().into()));
    let parts: Vec<String> = failure.help.iter().cloned().chain(help).collect();
    Ok(match parts.is_empty() {
        true => failure,
        false => failure.helped(parts.join("; ")),
    })
}

/// The facts built in, if they are of the release that is asked for, as far as the arguments tell.
fn built_in(env: &Env, source: &SourceArgs) -> Result<Option<Snapshot>, Failure> {
    let snapshot = Snapshot::read()?;
    let is = |asked: Option<&str>, own: &str| asked.is_none_or(|asked| asked == own);
    let meant = source.tree.is_none()
        && source.mirror(env) == OFFICIAL_SERVER
        && is(source.release(env), &snapshot.about.release)
        && is(source.target(env), &snapshot.about.target);
    Ok(meant.then_some(snapshot))
}

/// The plan written down, at the time that `SOURCE_DATE_EPOCH` or the release says.
pub(crate) fn lock(env: &Env, planned: &Planned<'_>) -> Result<Lock, Failure> {
    let date = match env.var("SOURCE_DATE_EPOCH") {
        None => planned.date(),
        Some(text) => text.parse().map_err(|_| {
            Failure::usage(
                format!("SOURCE_DATE_EPOCH is {text:?}"),
                "it must be a number of seconds since 1970",
            )
        })?,
    };
    Ok(Lock::of(planned, date)?)
}
