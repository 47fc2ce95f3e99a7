//! `owpkg mirror`: makes and updates an offline mirror.

mod args;
mod changes;
mod folders;
mod names;
mod preview;
mod report;
mod wanted;

use std::time::Instant;

use self::args::MirrorAction;
pub(crate) use self::args::MirrorArgs;
use self::folders::folders;
use self::report::Report;
use super::verify;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::session::Session;
use crate::cli::writing::write_sbom;
use crate::mirror::{Gaps, Holdings, Mirror, MirrorError, Place, Prune, Summary};
use crate::sbom::Sbom;

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &MirrorArgs) -> Result<(), Failure> {
    if let Some(MirrorAction::Verify(args)) = &args.action {
        return verify::run(env, args);
    }
    if args.dry_run {
        return preview::run(env, args);
    }
    let started = Instant::now();
    let mut session = Session::new(env, &args.source)?;
    session.upstream.fetcher.ask_once();
    let Place { store, incoming } =
        Place::open(args.dest.as_deref().unwrap_or_default(), &env.cwd, &env.vars)?;
    let incoming = incoming.filter(|_| !session.is_offline()).map(|dir| session.fetcher_with_cache(dir));
    let gaps = if args.keep_going { Gaps::Published } else { Gaps::HeldBack };
    let prune = match (args.prune, args.only) {
        (false, _) => Prune::Nothing,
        (true, false) => Prune::Keeping(args.keep),
        (true, true) => Prune::Only(args.keep),
    };
    let attempt = |env: &mut Env, session: &mut Session| {
        let folders = folders(env, args, session, &*store)?;
        let mirror =
            Mirror { store: &*store, fetcher: &session.upstream.fetcher, incoming: incoming.as_ref() };
        let done = mirror.sync(&folders, prune, gaps);
        Ok::<_, Failure>((folders, done))
    };
    let before = args.report.as_ref().map(|_| Holdings::read(&*store)).transpose()?;
    let (mut folders, mut done) = attempt(env, &mut session)?;
    let mut first = Summary::default();
    // The server may be in the middle of an update, or a cache before it serve an old index.
    if done.as_ref().is_err_and(MirrorError::is_drift) && !session.is_offline() {
        if let Err(MirrorError::NotWhole { summary, .. }) = &done {
            first = *summary;
        }
        session.distrust_caches();
        (folders, done) = attempt(env, &mut session)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let (summary, missing, unpublished) = match &done {
        Ok(summary) => (summary.after(&first), &[][..], &[][..]),
        Err(MirrorError::NotWhole { summary, missing, unpublished }) => {
            (summary.after(&first), &missing[..], &unpublished[..])
        }
        Err(_) => return done.map(drop).map_err(Failure::from),
    };
    folders.retain(|folder| !unpublished.contains(&folder.folder));
    if let Some(file) = &args.sbom {
        write_sbom(env, file, &Sbom::of_mirror(&session.upstream, &folders)?)?;
    }
    if let (Some(file), Some(before)) = (&args.report, &before) {
        changes::write(env, file, &*store, before)?;
    }
    let report = Report { store: &*store, folders: &folders, summary, missing, unpublished, seconds };
    report.show(env, args.json).map_err(Failure::stdout)?;
    done.map(drop).map_err(|error| Failure::from(error).answered())
}
