//! `owpkg disk`: writes the disk of a selection or of a lock.

use std::io::Write as _;

use clap::Args;
use serde::Serialize;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::locks;
use crate::cli::planning::{self, Opened};
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::sets::{self, SetArgs, TakenSet};
use crate::cli::ui::json;
use crate::cli::ui::text::{count, size};
use crate::cli::ui::warnings::warn;
use crate::cli::writing::{DiskOptions, ImageOptions, OutputArgs};
use crate::lock::{Bundle, Outlook};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg disk pkgs.img --chip iwl7265d\n  owpkg disk pkgs.img --detect cards.txt --wifi MyWiFi\n  \
                        owpkg disk stick.img --partition\n  owpkg disk pkgs.img --size 5M\n  \
                        owpkg disk pkgs.tar --chip mt7921e"
)]
pub(crate) struct DiskArgs {
    /// The image (.img), tar (.tar, .tar.gz) or folder (ending in /) to write; - writes to standard output
    pub(crate) out: String,
    /// The lock to read when nothing is selected
    #[arg(long, value_name = "FILE", default_value = locks::DEFAULT)]
    pub(crate) lock: String,
    /// Print what would be fetched and written, with sizes, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Which set.
    #[command(flatten)]
    pub(crate) set: SetArgs,
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
pub(crate) fn run(env: &mut Env, mut args: DiskArgs) -> Result<(), Failure> {
    let set = sets::take(env, &args.set, &args.lock, &mut args.selection, &mut args.source)?;
    if let Some(set) = &set {
        let router = &mut args.output.router;
        set.fill_router(env, &mut router.configuration, &mut router.setup)?;
    }
    let args = &args;
    if args.dry_run {
        return preview(env, args, set.as_ref());
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

/// `owpkg.disk-preview/1`.
#[derive(Serialize)]
struct PreviewJson<'a> {
    schema: &'static str,
    out: &'a str,
    release: Option<&'a str>,
    target: &'a str,
    packages: usize,
    /// Bytes of the packages and indexes on the disk.
    bytes: u64,
    to_fetch: usize,
    bytes_to_fetch: u64,
}

/// Says what the command would do; a lock or the indexes are read for it, and nothing is written.
fn preview(env: &mut Env, args: &DiskArgs, set: Option<&TakenSet>) -> Result<(), Failure> {
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
    let Outlook { packages, bytes, to_fetch, bytes_to_fetch, index_bytes } =
        Outlook::of(&session.upstream, &lock)?;
    if args.output.json {
        let json = PreviewJson {
            schema: "owpkg.disk-preview/1",
            out: &args.out,
            release: lock.release.as_deref(),
            target: &lock.target,
            packages,
            bytes: bytes + index_bytes,
            to_fetch,
            bytes_to_fetch,
        };
        return json::print(&mut env.out, &json).map_err(Failure::stdout);
    }
    let of = locks::title(&lock);
    let on_disk =
        format!("{}, {}, and {} of indexes", count(packages, "package"), size(bytes), size(index_bytes));
    let fetched = format!("{} of {} to fetch", count(to_fetch, "package"), size(bytes_to_fetch));
    writeln!(env.out, "{} would hold, for {of}: {on_disk}; {fetched}", args.out).map_err(Failure::stdout)
}
