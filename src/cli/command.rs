//! The commands: the one file, beside its own, that a new command edits.

use clap::{Arg, ArgAction, CommandFactory as _, Parser, Subcommand};

use super::commands::{
    cache, catalogue, chips, completions, config, detect, diff, disk, fill, image, index, key, man, mirror,
    request, resolve, serve, tree, update, verify, vm, why,
};
use super::completing;
use super::env::Env;
use super::error::Failure;
use super::help;
use super::page;

/// From the network card in your hand to a disk that a stock OpenWrt accepts with no network.
#[derive(Debug, Parser)]
#[command(name = "owpkg", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say less: answers, warnings and errors alone
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = GLOBAL)]
    quiet: bool,
    /// Say more: what is fetched, from where, and what is chosen; -vv: also what comes from the cache, and every package
    #[arg(long, short, global = true, action = ArgAction::Count, help_heading = GLOBAL)]
    verbose: u8,
    /// When to use colours; without it, as the terminal, NO_COLOR, CLICOLOR and CLICOLOR_FORCE say
    #[arg(long, global = true, value_name = "WHEN", help_heading = GLOBAL)]
    color: Option<clap::ColorChoice>,
}

/// The heading of what goes with every command.
const GLOBAL: &str = "Global options";

impl Cli {
    /// How much is to be said: -1 less, 0, 1 more, 2 all.
    ///
    /// # Errors
    /// When less and more are asked for; clap sees that only where both stand on one side of the command.
    pub(crate) fn verbosity(&self) -> Result<i8, Failure> {
        match (self.quiet, self.verbose) {
            (true, 1..) => Err(Failure::usage("--quiet and --verbose are opposites", "give one of them")),
            (true, 0) => Ok(-1),
            (false, times) => Ok(i8::try_from(times.min(2)).unwrap_or(2)),
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the plan for a card or for packages, and write it to owpkg.lock
    Resolve(Box<resolve::ResolveArgs>),
    /// Write the disk: of a selection, or of owpkg.lock when none is given
    Disk(Box<disk::DiskArgs>),
    /// Print the script that writes down, on a router with no network, what it is and which cards it has
    #[command(
        after_help = "Example:\n  owpkg request > request.sh           then on the router: sh request.sh"
    )]
    Request,
    /// Write the disk for the router that made a request, and for it alone
    Fill(Box<fill::FillArgs>),
    /// Fetch, verify and unpack the release's own firmware image; with a selection, one that installs itself; without OUT, a list
    Image(Box<image::ImageArgs>),
    /// Print how to run OpenWrt in a virtual machine with the card passed through: files to edit and a script
    Vm(vm::VmArgs),
    /// Name the network cards of a listing (lspci, pciconf, lsusb, dmesg, …) or of this machine, and their packages
    Detect(detect::DetectArgs),
    /// Search the catalogue of network chips
    Chips(chips::ChipsArgs),
    /// Compare the catalogue with what the kernel modules of releases list
    Catalogue(Box<catalogue::CatalogueArgs>),
    /// Say why a package is in the plan: every way from what was asked for, the shortest first
    Why(Box<why::WhyArgs>),
    /// Print who needs whom in the plan, with sizes
    Tree(Box<tree::TreeArgs>),
    /// Print what changes between two locks, or for a selection between two releases
    Diff(Box<diff::DiffArgs>),
    /// Make or update an offline mirror: of a selection, of locks, or of whole feeds
    Mirror(Box<mirror::MirrorArgs>),
    /// Serve a mirror over HTTP to the routers of a network
    Serve(serve::ServeArgs),
    /// Check a mirror, a disk, an image or a lock down to the last byte
    Verify(verify::VerifyArgs),
    /// Fetch and verify the indexes of a release, so that later commands need no network
    Update(update::UpdateArgs),
    /// Show what the download cache holds, or clear it
    Cache(cache::CacheArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page, or write those of all commands
    Man(man::ManArgs),
    /// Show what is set for all runs, and where each value comes from
    Config(config::ConfigArgs),
    /// Make and sign the index of a folder of packages, so that it is a feed
    Index(index::IndexArgs),
    /// Trust keys; make keys for feeds of one's own; print a key's public half or its id
    Key(key::KeyArgs),
}

/// What may be typed. `--json` goes with every command: where there is no answer to print, an error is one.
pub(crate) fn program() -> clap::Command {
    let json = Arg::new("json").long("json").global(true).action(ArgAction::SetTrue);
    let json = json.help("Print an error as JSON").help_heading(GLOBAL);
    completing::attach(help::shorten(Cli::command().arg(json)))
}

/// Runs the command that was typed.
pub(crate) fn dispatch(env: &mut Env, cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Resolve(args) => resolve::run(env, *args),
        Command::Disk(args) => disk::run(env, *args),
        Command::Request => request::run(env),
        Command::Fill(args) => fill::run(env, &args),
        Command::Image(args) => image::run(env, *args),
        Command::Vm(args) => vm::run(env, &args),
        Command::Detect(args) => detect::run(env, &args),
        Command::Chips(args) => chips::run(env, &args),
        Command::Catalogue(args) => catalogue::run(env, &args),
        Command::Why(args) => why::run(env, *args),
        Command::Tree(args) => tree::run(env, *args),
        Command::Diff(args) => diff::run(env, &args),
        Command::Mirror(args) => mirror::run(env, &args),
        Command::Serve(args) => serve::run(env, &args, page::open),
        Command::Verify(args) => verify::run(env, &args),
        Command::Update(args) => update::run(env, &args),
        Command::Cache(args) => cache::run(env, &args),
        Command::Completions(args) => completions::run(env, &args),
        Command::Man(args) => man::run(env, &args, program()),
        Command::Config(args) => config::run(env, &args),
        Command::Index(args) => index::run(env, &args),
        Command::Key(args) => key::run(env, &args),
    }
}
