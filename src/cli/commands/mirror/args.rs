//! What can be typed after `owpkg mirror`.

use clap::{Args, Subcommand};

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::commands::verify::VerifyArgs;

/// In place of a device's name: every one.
pub(super) const EVERY: &str = "";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:\n  owpkg mirror ./mirror --chip iwl7265d\n  owpkg mirror ./mirror --full \
                        --releases 24.10.2 --releases 25.12.0 --prune\n  owpkg mirror ./mirror \
                        --full --archs x86_64 --feeds base --feeds luci --release 24.10.2\n  \
                        owpkg mirror ./mirror --full --images generic --limit-rate 2M --report changes.json\n\nA feed of --feed is carried \
                        whole, in feeds/, and its public key in keys/.\n\nWithout a selection, --full or --images it mirrors what \
                        owpkg.toml says, its sets and every [[mirror]], or what owpkg.lock names. A mirror only grows: \
                        what an earlier run asked for stays as long as its index offers it, or until --prune --only.")]
pub(crate) struct MirrorArgs {
    /// What else to do with a mirror.
    #[command(subcommand)]
    pub(crate) action: Option<MirrorAction>,
    /// The folder to mirror to, or s3://bucket/prefix
    #[arg(value_name = "DEST", required = true)]
    pub(crate) dest: Option<String>,
    /// A lock to mirror the packages of; repeat it for several
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Vec<String>,
    /// The firmware images too: of every device, or of this one; repeat it for several
    #[arg(long, value_name = "PROFILE", num_args = 0..=1, default_missing_value = EVERY)]
    pub(crate) images: Vec<String>,
    /// Remove what no index refers to any more
    #[arg(long)]
    pub(crate) prune: bool,
    /// With --prune: keep so many older indexes of each feed, and their packages
    #[arg(long, value_name = "N", default_value_t = 0, requires = "prune")]
    pub(crate) keep: usize,
    /// With --prune: remove the releases, targets, feeds and packages too that this run does not name
    #[arg(long, requires = "prune")]
    pub(crate) only: bool,
    /// Print what would be fetched and put in place, with sizes, and change nothing
    #[arg(long, conflicts_with = "prune")]
    pub(crate) dry_run: bool,
    /// Publish a feed even where the server lacks some of its packages
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Write an SBOM of what is to be there too: CycloneDX 1.6, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) sbom: Option<String>,
    /// Write what was added, changed and removed since the last run, by name, as JSON
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) report: Option<String>,
    /// Print what was done as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// What to mirror.
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// What else to mirror.
    #[command(flatten)]
    pub(crate) whole: WholeArgs,
}

/// What else to do with a mirror.
#[derive(Debug, Subcommand)]
pub(crate) enum MirrorAction {
    /// Check a mirror down to the last byte
    Verify(VerifyArgs),
}

/// Whole feeds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Whole feeds")]
pub(crate) struct WholeArgs {
    /// Every package of the feeds
    #[arg(long)]
    pub(crate) full: bool,
    /// A release; repeat it for several
    #[arg(long, value_name = "R", conflicts_with_all = ["release", "tree"])]
    pub(crate) releases: Vec<String>,
    /// A target; repeat it for several
    #[arg(long, value_name = "T/S", conflicts_with = "target")]
    pub(crate) targets: Vec<String>,
    /// Only this feed: core, kmods, base, luci, packages, routing, telephony; repeat it for several
    #[arg(long, value_name = "NAME", requires = "full")]
    pub(crate) feeds: Vec<String>,
    /// The feeds of an architecture, without a target; repeat it for several
    #[arg(long, value_name = "ARCH", requires = "full")]
    pub(crate) archs: Vec<String>,
}
