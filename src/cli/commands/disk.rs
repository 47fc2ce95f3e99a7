//! `owpkg disk`: writes the disk of a selection or of a lock.

use clap::Args;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::locks;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::writing::{DiskOptions, ImageOptions, OutputArgs};
use crate::lock::Bundle;

/// `owpkg disk`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg disk pkgs.img --chip iwl7265d\n  owpkg disk pkgs.img --size 5M\n  owpkg disk stick.img --partition\n  \
                        owpkg disk pkgs.tar --chip mt7921e"
)]
pub(crate) struct DiskArgs {
    /// The image (.img), tar (.tar, .tar.gz) or folder (ending in /) to write; - writes to standard output
    pub(crate) out: String,
    /// The lock to read when nothing is selected
    #[arg(long, value_name = "FILE", default_value = "owpkg.lock")]
    pub(crate) lock: String,
    /// What to install.
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// What to write.
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &DiskArgs) -> Result<(), Failure> {
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    let wishes =
        DiskOptions::read(env, &args.output, &args.out, &[&args.selection.detect, &args.source.installed])?;
    let mut session = Session::new(env, &args.source)?;
    if args.selection.is_empty() {
        let lock = locks::read(env, &args.lock)?;
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
    let (lock, setup) = wishes.plan(env, &session.upstream, &joined, &selection)?;
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(env, &session.upstream, &bundle, setup.router())?;
    setup.write(env, &session.upstream, &bundle, &proofs, &args.out, &settings)
}
