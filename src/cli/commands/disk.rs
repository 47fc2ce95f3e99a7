//! `owpkg disk`: writes the disk of a selection or of a lock.

use clap::Args;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::locks;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::sets::{self, SetArgs};
use crate::cli::ui::disk::next;
use crate::cli::writing::{DiskOptions, ImageOptions, OutputArgs};
use crate::lock::Bundle;

/// `owpkg disk`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg disk pkgs.img --chip iwl7265d\n  owpkg disk pkgs.img --size 5M\n  \
                        owpkg disk pkgs.tar --chip mt7921e"
)]
pub struct DiskArgs {
    /// The image (.img), tar (.tar, .tar.gz) or folder (ending in /) to write; - writes to standard output
    pub out: String,
    /// The lock to read when nothing is selected
    #[arg(long, value_name = "FILE", default_value = locks::DEFAULT)]
    pub lock: String,
    /// Which set.
    #[command(flatten)]
    pub set: SetArgs,
    /// What to install.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Runs the command.
pub fn run(env: &mut Env, mut args: DiskArgs) -> Result<(), Failure> {
    let set = sets::take(env, &args.set, &args.lock, &mut args.selection, &mut args.source)?;
    if let Some(set) = &set {
        let router = &mut args.output.router;
        set.fill_router(env, &mut router.configuration, &mut router.setup)?;
    }
    let args = &args;
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    let wishes =
        DiskOptions::read(env, &args.output, &args.out, &[&args.selection.detect, &args.source.installed])?;
    let mut session = Session::new(env, &args.source)?;
    let next = next(args.output.format(&args.out));
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
        return setup.write(env, &bundle, &bundle.proofs, &args.out, &settings, next);
    }
    let selection = selection::read(env, &args.selection, &args.source)?;
    let opened = Opened::release(session.open(env, &args.source)?);
    let joined = opened.join()?;
    let (mut lock, setup) = wishes.plan(env, &joined, &selection)?;
    if let Some(set) = &set {
        lock = set.mark(lock);
        set.keep(env, &lock)?;
    }
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(&session.upstream, &bundle, setup.router())?;
    setup.write(env, &bundle, &proofs, &args.out, &settings, next)
}
