//! The commands: the one file, beside its own, that a new command edits.

use clap::{CommandFactory as _, Parser, Subcommand};

use super::commands::{
    cache, catalogue, chips, completions, config, detect, diff, disk, fill, image, index, key, man, mirror,
    request, resolve, serve, tree, update, verify, vm, why,
};
use super::env::Env;
use super::error::Failure;
use super::global::{self, GlobalArgs};
use super::page;
use super::typed::Typed;

/// From the network card in your hand to a disk that a stock OpenWrt accepts with no network.
#[derive(Debug, Parser)]
#[command(name = "owpkg", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// What goes with every command.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

/// The commands. The arguments of one are put together when it is typed.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Print the plan for a card or for packages, and write it to owpkg.lock
    Resolve(Typed<resolve::ResolveArgs>),
    /// Write the disk: of a selection, or of owpkg.lock when none is given
    Disk(Typed<disk::DiskArgs>),
    /// Print the script that writes down, on a router with no network, what it is and which cards it has
    #[command(
        after_help = "Example:\n  owpkg request > request.sh           then on the router: sh request.sh"
    )]
    Request(Typed<request::RequestArgs>),
    /// Write the disk for the router that made a request, and for it alone
    Fill(Typed<fill::FillArgs>),
    /// Fetch, verify and unpack the release's own firmware image; with a selection, one that installs itself; without OUT, a list
    Image(Typed<image::ImageArgs>),
    /// Print how to run OpenWrt in a virtual machine with the card passed through: files to edit and a script
    Vm(Typed<vm::VmArgs>),
    /// Name the network cards of a listing (lspci, pciconf, lsusb, dmesg, …) or of this machine, and their packages
    Detect(Typed<detect::DetectArgs>),
    /// Search the catalogue of network chips
    Chips(Typed<chips::ChipsArgs>),
    /// Compare the catalogue with what the kernel modules of releases list
    Catalogue(Typed<catalogue::CatalogueArgs>),
    /// Say why a package is in the plan: every way from what was asked for, the shortest first
    Why(Typed<why::WhyArgs>),
    /// Print who needs whom in the plan, with sizes
    Tree(Typed<tree::TreeArgs>),
    /// Print what changes between two locks, or for a selection between two releases
    Diff(Typed<diff::DiffArgs>),
    /// Make or update an offline mirror: of a selection, of locks, or of whole feeds
    Mirror(Typed<mirror::MirrorArgs>),
    /// Serve a mirror over HTTP to the routers of a network
    Serve(Typed<serve::ServeArgs>),
    /// Check a mirror, a disk, an image or a lock down to the last byte
    Verify(Typed<verify::VerifyArgs>),
    /// Fetch and verify the indexes of a release, so that later commands need no network
    Update(Typed<update::UpdateArgs>),
    /// Show what the download cache holds, or clear it
    Cache(Typed<cache::CacheArgs>),
    /// Print completions for a shell
    Completions(Typed<completions::CompletionsArgs>),
    /// Print the manual page, or write those of all commands
    Man(Typed<man::ManArgs>),
    /// Show what is set for all runs, and where each value comes from
    Config(Typed<config::ConfigArgs>),
    /// Make and sign the index of a folder of packages, so that it is a feed
    Index(Typed<index::IndexArgs>),
    /// Trust keys; make keys for feeds of one's own; print a key's public half or its id
    Key(Typed<key::KeyArgs>),
}

/// What may be typed.
pub(crate) fn program() -> clap::Command {
    global::with_json(Cli::command())
}

/// Runs the command that was typed.
pub(crate) fn dispatch(env: &mut Env, cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Resolve(Typed(args)) => resolve::run(env, *args),
        Command::Disk(Typed(args)) => disk::run(env, *args),
        Command::Request(_) => request::run(env),
        Command::Fill(Typed(args)) => fill::run(env, &args),
        Command::Image(Typed(args)) => image::run(env, *args),
        Command::Vm(Typed(args)) => vm::run(env, &args),
        Command::Detect(Typed(args)) => detect::run(env, &args),
        Command::Chips(Typed(args)) => chips::run(env, &args),
        Command::Catalogue(Typed(args)) => catalogue::run(env, &args),
        Command::Why(Typed(args)) => why::run(env, *args),
        Command::Tree(Typed(args)) => tree::run(env, *args),
        Command::Diff(Typed(args)) => diff::run(env, &args),
        Command::Mirror(Typed(args)) => mirror::run(env, &args),
        Command::Serve(Typed(args)) => serve::run(env, &args, page::open),
        Command::Verify(Typed(args)) => verify::run(env, &args),
        Command::Update(Typed(args)) => update::run(env, &args),
        Command::Cache(Typed(args)) => cache::run(env, &args),
        Command::Completions(Typed(args)) => completions::run(env, &args),
        Command::Man(Typed(args)) => man::run(env, &args, program()),
        Command::Config(Typed(args)) => config::run(env, &args),
        Command::Index(Typed(args)) => index::run(env, &args),
        Command::Key(Typed(args)) => key::run(env, &args),
    }
}
