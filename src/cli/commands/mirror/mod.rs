//! `owpkg mirror`: makes and updates an offline mirror.

pub(super) mod custom;
mod folders;

use std::io::Write as _;
use std::time::Instant;

use clap::{Args, Subcommand};
use serde::Serialize;

use self::folders::folders;
use super::verify::{self, VerifyArgs};
use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::session::Session;
use crate::cli::ui::json;
use crate::cli::ui::plan;
use crate::mirror::{CustomFeed, Mirror, MirrorError, MirrorFolder, Place, Prune, Store, Summary};

/// `owpkg mirror`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:\n  owpkg mirror ./mirror --chip iwl7265d\n  owpkg mirror ./mirror --full \
                        --releases 24.10.2 --releases 25.12.0 --prune\n  owpkg mirror ./mirror \
                        --full --archs x86_64 --feeds base --feeds luci --release 24.10.2\n\nA feed of --feed is carried \
                        whole, in feeds/, and its public key in keys/.\n\nWithout a selection, --full or --images it mirrors what \
                        owpkg.lock names. A mirror only grows: what an earlier run asked for \
                        stays as long as its index offers it.")]
pub struct MirrorArgs {
    /// What else to do with a mirror.
    #[command(subcommand)]
    pub action: Option<MirrorAction>,
    /// The folder to mirror to, or s3://bucket/prefix
    #[arg(value_name = "DEST", required = true)]
    pub dest: Option<String>,
    /// A lock to mirror the packages of; repeat it for several
    #[arg(long, value_name = "FILE")]
    pub lock: Vec<String>,
    /// The firmware images too; with --profile, those of one device
    #[arg(long)]
    pub images: bool,
    /// Remove what no index refers to any more
    #[arg(long)]
    pub prune: bool,
    /// With --prune: keep so many older indexes of each feed, and their packages
    #[arg(long, value_name = "N", default_value_t = 0, requires = "prune")]
    pub keep: usize,
    /// Print what was done as JSON
    #[arg(long)]
    pub json: bool,
    /// What to mirror.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// What else to mirror.
    #[command(flatten)]
    pub whole: WholeArgs,
}

/// What else to do with a mirror.
#[derive(Debug, Subcommand)]
pub enum MirrorAction {
    /// Check a mirror down to the last byte
    Verify(VerifyArgs),
}

/// Whole feeds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Whole feeds")]
pub struct WholeArgs {
    /// Every package of the feeds
    #[arg(long)]
    pub full: bool,
    /// A release; repeat it for several
    #[arg(long, value_name = "R", conflicts_with_all = ["release", "tree"])]
    pub releases: Vec<String>,
    /// A target; repeat it for several
    #[arg(long, value_name = "T/S", conflicts_with = "target")]
    pub targets: Vec<String>,
    /// Only this feed: core, kmods, base, luci, packages, routing, telephony; repeat it for several
    #[arg(long, value_name = "NAME", requires = "full")]
    pub feeds: Vec<String>,
    /// The feeds of an architecture, without a target; repeat it for several
    #[arg(long, value_name = "ARCH", requires = "full")]
    pub archs: Vec<String>,
}

/// Runs the command.
pub fn run(env: &mut Env, args: &MirrorArgs) -> Result<(), Failure> {
    if let Some(MirrorAction::Verify(args)) = &args.action {
        return verify::run(env, args);
    }
    let started = Instant::now();
    let mut session = Session::new(env, &args.source)?;
    let Place { store, incoming } =
        Place::open(args.dest.as_deref().unwrap_or_default(), &env.cwd, &env.vars)?;
    let incoming = incoming.filter(|_| !session.is_offline()).map(|dir| session.fetcher_with_cache(dir));
    let mut attempt = |session: &mut Session| -> Result<(Vec<MirrorFolder>, Summary), Failure> {
        let folders = folders(env, args, session, &*store)?;
        let mirror =
            Mirror { store: &*store, fetcher: &session.upstream.fetcher, incoming: incoming.as_ref() };
        let prune = if args.prune { Prune::Keeping(args.keep) } else { Prune::Nothing };
        let summary = match mirror.sync(&folders, prune) {
            // The server may be in the middle of an update, or a cache before it serve an old index.
            Err(error) if error.is_drift() && !session.is_offline() => {
                session.distrust_caches();
                return Err(again(error));
            }
            summary => summary?,
        };
        Ok((folders, summary))
    };
    let (folders, summary) = match attempt(&mut session) {
        Err(failure) if failure.is_worth_another_try() => attempt(&mut session)?,
        done => done?,
    };
    let seconds = started.elapsed().as_secs_f64();
    show(env, args, &*store, &folders, &summary, seconds).map_err(Failure::stdout)
}

fn again(error: MirrorError) -> Failure {
    Failure::from(error).worth_another_try()
}

/// `owpkg.mirror/1`.
#[derive(Serialize)]
struct MirrorJson<'a> {
    schema: &'static str,
    dest: String,
    new: usize,
    linked: usize,
    kept: usize,
    removed: usize,
    published: usize,
    bytes: u64,
    seconds: f64,
    folders: Vec<FolderJson<'a>>,
    own_feeds: Vec<custom::CustomFeedJson>,
}

#[derive(Serialize)]
struct FolderJson<'a> {
    folder: &'a str,
    files: usize,
    size: u64,
    signed_by: Vec<String>,
}

fn show(
    env: &mut Env,
    args: &MirrorArgs,
    store: &dyn Store,
    folders: &[MirrorFolder],
    summary: &Summary,
    seconds: f64,
) -> std::io::Result<()> {
    let Summary { new, linked, kept, removed, published, bytes } = *summary;
    let feeds: Vec<CustomFeed> = folders.iter().filter_map(MirrorFolder::custom_feed).collect();
    if args.json {
        let signed_by =
            |own: &MirrorFolder| own.index.first().map(|file| file.by().key_ids()).unwrap_or_default();
        let folders = folders.iter().map(|own| FolderJson {
            folder: &own.folder,
            files: own.files.len(),
            size: own.size(),
            signed_by: signed_by(own),
        });
        let json = MirrorJson {
            schema: "owpkg.mirror/1",
            dest: store.name(),
            new,
            linked,
            kept,
            removed,
            published,
            bytes,
            seconds,
            folders: folders.collect(),
            own_feeds: feeds.iter().map(custom::CustomFeedJson::of).collect(),
        };
        return json::print(&mut env.out, &json);
    }
    for own in folders {
        writeln!(env.out, "  {}: {} files", own.folder, own.files.len())?;
    }
    let shared = if linked == 0 { String::new() } else { format!(" ({linked} the same as others)") };
    writeln!(
        env.out,
        "{}: {new} new{shared}, {kept} kept, {removed} removed, {published} index files published, {} in {seconds:.1} s",
        store.name(),
        plan::size(bytes),
    )?;
    feeds.iter().try_for_each(|feed| custom::show(&mut env.out, feed, "http://HOST"))?;
    match feeds.is_empty() {
        true => Ok(()),
        false => {
            writeln!(env.out, "\nHOST is where this mirror is served; owpkg serve prints these lines with it")
        }
    }
}
