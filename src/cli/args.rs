//! What was typed: the commands, and the arguments that they share.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::cache::CacheArgs;
use super::chips::ChipsArgs;
use super::detect::DetectArgs;
use super::diff::DiffArgs;
use super::disk::DiskArgs;
use super::image::ImageArgs;
use super::index::IndexArgs;
use super::key::KeyArgs;
use super::manual::{CompletionsArgs, ManArgs};
use super::mirror::MirrorArgs;
use super::resolve::ResolveArgs;
use super::serve::ServeArgs;
use super::stick::FillArgs;
use super::tree::TreeArgs;
use super::update::UpdateArgs;
use super::verify::VerifyArgs;
use super::vm::VmArgs;
use super::why::WhyArgs;
use crate::fetch::Options;

/// From the network card in your hand to a disk that a stock OpenWrt accepts with no network.
#[derive(Debug, Parser)]
#[command(name = "owpkg", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the plan for a card or for packages, and write it to owpkg.lock
    Resolve(ResolveArgs),
    /// Write the disk: of a selection, or of owpkg.lock when none is given
    Disk(Box<DiskArgs>),
    /// Print the script that writes down, on a router with no network, what it is and which cards it has
    #[command(
        after_help = "Example:\n  owpkg request > request.sh           then on the router: sh request.sh"
    )]
    Request,
    /// Write the disk for the router that made a request, and for it alone
    Fill(Box<FillArgs>),
    /// Fetch, verify and unpack the release's own firmware image; without OUT, list which there are
    Image(ImageArgs),
    /// Print how to run OpenWrt in a virtual machine with the card passed through: files to edit and a script
    Vm(VmArgs),
    /// Name the network cards of a listing (lspci, pciconf, lsusb, dmesg, …) or of this machine, and their packages
    Detect(DetectArgs),
    /// Search the catalogue of network chips
    Chips(ChipsArgs),
    /// Say why a package is in the plan: every way from what was asked for, the shortest first
    Why(WhyArgs),
    /// Print who needs whom in the plan, with sizes
    Tree(TreeArgs),
    /// Print what changes between two locks, or for a selection between two releases
    Diff(DiffArgs),
    /// Make or update an offline mirror: of a selection, of locks, or of whole feeds
    Mirror(Box<MirrorArgs>),
    /// Serve a mirror over HTTP to the routers of a network
    Serve(ServeArgs),
    /// Check a mirror, a disk or a lock down to the last byte
    Verify(VerifyArgs),
    /// Fetch and verify the indexes of a release, so that later commands need no network
    Update(UpdateArgs),
    /// Show what the download cache holds, or clear it
    Cache(CacheArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all commands
    Man(ManArgs),
    /// Make and sign the index of a folder of packages, so that it is a feed
    Index(IndexArgs),
    /// Make keys for feeds of one's own; print a key's public half or its id
    Key(KeyArgs),
}

/// What to install, shared by the commands that make a plan.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to install")]
pub struct SelectionArgs {
    /// A chip or a family: iwl7265d, AX210, ath10k
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub chip: Vec<String>,
    /// A device by its id: 8086:095a, pci:8086:095a:8086:5010@59, usb:0bda:c811
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub device: Vec<String>,
    /// The network devices of a listing (see owpkg detect); - reads standard input, /sys this machine
    #[arg(long, value_name = "FILE|-")]
    pub detect: Option<String>,
    /// A package
    #[arg(long, value_name = "PKG", num_args = 1..)]
    pub add: Vec<String>,
    /// A package to go without
    #[arg(long, value_name = "PKG", num_args = 1..)]
    pub omit: Vec<String>,
    /// Let packages that the router holds be replaced, where there is no plan without
    #[arg(long)]
    pub allow_upgrade: bool,
    /// The wpad package for Wi-Fi chips, or none; the release's default without it
    #[arg(long, value_name = "PKG")]
    pub wpa: Option<String>,
    /// Which driver to take where a chip has two
    #[arg(long, value_enum, value_name = "VARIANT")]
    pub variant: Option<VariantArg>,
}

/// Which driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VariantArg {
    /// The kernel's own
    Mainline,
    /// Candela Technologies'
    Ct,
}

/// Where packages come from, and what the router is.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Where from")]
pub struct SourceArgs {
    /// The release: 24.10.2, 24.10-SNAPSHOT, SNAPSHOT; the latest stable one without it
    #[arg(long, value_name = "R")]
    pub release: Option<String>,
    /// The target
    #[arg(long, value_name = "T/S")]
    pub target: Option<String>,
    /// The device, where images differ by device
    #[arg(long, value_name = "P")]
    pub profile: Option<String>,
    /// What the router holds: an image's manifest, `opkg list-installed`, an opkg status file
    #[arg(long, value_name = "FILE")]
    pub installed: Option<String>,
    /// A further feed, as owpkg index makes one
    #[arg(long, value_name = "NAME=URL|DIR")]
    pub feed: Vec<String>,
    /// A server or folder that holds releases/ and snapshots/
    #[arg(long, value_name = "URL|DIR", default_value = super::session::OFFICIAL)]
    pub mirror: String,
    /// One release tree: a URL or folder that holds targets/ and packages/
    #[arg(long, value_name = "URL|DIR", conflicts_with = "mirror")]
    pub tree: Option<String>,
    /// A small release built into owpkg, for a look around with no network
    #[arg(long, conflicts_with_all = ["mirror", "tree"])]
    pub demo: bool,
    /// Use only what the cache holds
    #[arg(long)]
    pub offline: bool,
    /// A public key to trust beside the official ones
    #[arg(long, value_name = "FILE")]
    pub key: Vec<String>,
    /// Take indexes that no trusted key signed
    #[arg(long)]
    pub accept_unsigned: bool,
    /// The download cache (also OWPKG_CACHE)
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<String>,
    /// How patient to be with servers.
    #[command(flatten)]
    pub patience: PatienceArgs,
}

/// How patient to be with servers.
#[derive(Debug, Clone, Args)]
pub struct PatienceArgs {
    /// The least that a server must send, in bytes a second; 0: anything
    #[arg(long, value_name = "BYTES", default_value_t = 256)]
    pub min_speed: u64,
    /// How many seconds one file may take; 0: as long as it does
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub max_time: u64,
}

impl PatienceArgs {
    /// Tells a fetcher.
    pub fn tell(&self, options: &mut Options) {
        options.min_speed = self.min_speed;
        options.max_time = Some(self.max_time).filter(|seconds| *seconds > 0).map(Duration::from_secs);
    }
}

impl SelectionArgs {
    /// Whether anything is to be installed.
    pub fn is_empty(&self) -> bool {
        self.chip.is_empty() && self.device.is_empty() && self.detect.is_none() && self.add.is_empty()
    }
}
