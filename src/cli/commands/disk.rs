//! `owpkg disk`: writes the disk of a selection or of a lock.

use clap::Args;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::request::Selection;
use crate::cli::session::Session;
use crate::cli::subject;
use crate::cli::writing::{DiskJob, DiskOptions, ImageOptions, OutputArgs};

/// `owpkg disk`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg disk pkgs.img --chip iwl7265d\n  owpkg disk pkgs.img --size 5M\n  \
                        owpkg disk pkgs.tar --format tar --chip mt7921e"
)]
pub struct DiskArgs {
    /// The image, tar or folder to write
    pub out: String,
    /// The lock to read when nothing is selected
    #[arg(long, value_name = "FILE", default_value = "owpkg.lock")]
    pub lock: String,
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
pub fn run(env: &mut Env, args: &DiskArgs) -> Result<(), Failure> {
    let settings = ImageOptions::read(&args.output)?;
    let wishes = DiskOptions::read(env, &args.output, &[&args.selection.detect, &args.source.installed])?;
    let mut session = Session::new(env, &args.source)?;
    let order = match args.selection.is_empty() {
        true => DiskJob::of_lock(env, subject::read_lock(env, &args.lock)?, wishes)?,
        false => {
            let selection = Selection::read(env, &args.selection, &args.source)?;
            let release = session.open(env, &args.source)?;
            DiskJob::of_selection(env, &session, &release, &selection, wishes)?
        }
    };
    if order.lock.demo && session.built_in.is_none() {
        session.turn_to_demo()?;
    }
    order.write(env, &session, &args.out, &settings, args.output.format.next())
}
