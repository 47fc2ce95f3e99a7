//! `owpkg disk`: writes the disk of a selection or of a lock, or that of all sets.

mod all_sets;
mod args;

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::planning::{self, Opened};
use crate::cli::preview;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::sets::{self, TakenSet};
use crate::cli::ui::warnings::warn;
use crate::cli::writing::{DiskOptions, ImageOptions};
use crate::lock::Bundle;

pub(crate) use args::DiskArgs;

/// Runs the command.
pub(crate) fn run(env: &mut Env, mut args: DiskArgs) -> Result<(), Failure> {
    if args.all_sets {
        return all_sets::run(env, &args);
    }
    let set = sets::take(env, &args.set, &args.lock, &mut args.selection, &mut args.source)?;
    if let Some(set) = &set {
        let router = &mut args.output.router;
        set.fill_router(env, &mut router.configuration, &mut router.setup)?;
    }
    let args = &args;
    if args.dry_run {
        return look_ahead(env, args, set.as_ref());
    }
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    let wishes =
        DiskOptions::read(env, &args.output, &args.out, &[&args.selection.detect, &args.source.installed])?;
    let mut session = Session::new(env, &args.source)?;
    // Which modules may go hangs on what the router holds, which a lock does not tell.
    let needs_plan = set.is_some() && args.output.router.configuration.keep_modules.is_some();
    let lock = match needs_plan {
        true => None,
        false => sets::lock(env, set.as_ref(), &args.lock, &args.selection, &args.source)?,
    };
    if let Some(lock) = lock {
        let (lock, setup) = wishes.join_lock(env, lock)?;
        if lock.demo {
            session.turn_to_demo()?;
        }
        let bundle = Bundle::fetch(&session.upstream, lock)?;
        return setup.write(env, &session.upstream, &bundle, &bundle.proofs, &args.out, &settings);
    }
    let selection = selection::read(env, &args.selection, &args.source)?;
    let opened = Opened::release(session.open(env, &args.source)?);
    let joined = opened.join()?;
    let (mut lock, setup) = wishes.plan(env, &session.upstream, &joined, &selection)?;
    if let Some(set) = &set {
        lock = set.mark(lock);
        set.keep(env, &lock)?;
    }
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(env, &session.upstream, &bundle, setup.router())?;
    setup.write(env, &session.upstream, &bundle, &proofs, &args.out, &settings)
}

/// Says what the command would do; a lock or the indexes are read for it, and nothing is written.
fn look_ahead(env: &mut Env, args: &DiskArgs, set: Option<&TakenSet>) -> Result<(), Failure> {
    let mut session = Session::new(env, &args.source)?;
    let lock = match sets::lock(env, set, &args.lock, &args.selection, &args.source)? {
        Some(lock) => lock,
        None => {
            let selection = selection::read(env, &args.selection, &args.source)?;
            let opened = Opened::release(session.open(env, &args.source)?);
            let joined = opened.join()?;
            let planned = joined.plan(env, &session.upstream, &selection)?;
            warn(env, planned.warnings.iter().cloned())?;
            planning::lock(env, &planned)?
        }
    };
    if lock.demo {
        session.turn_to_demo()?;
    }
    preview::tell(env, &session.upstream, &lock, &args.out, args.output.json)
}
