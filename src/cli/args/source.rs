//! Where packages come from, and what the router is, as it was typed.

use std::time::Duration;

use clap::Args;

use crate::fetch::Options;
use crate::release::OFFICIAL_SERVER;

/// Where packages come from, and what the router is.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Where from")]
pub(crate) struct SourceArgs {
    /// The release: 24.10.2, 24.10-SNAPSHOT, SNAPSHOT; the latest stable one without it
    #[arg(long, value_name = "R")]
    pub(crate) release: Option<String>,
    /// The target
    #[arg(long, value_name = "T/S")]
    pub(crate) target: Option<String>,
    /// The device, where images differ by device
    #[arg(long, value_name = "P")]
    pub(crate) profile: Option<String>,
    /// What the router holds: an image's manifest, `opkg list-installed`, an opkg status file
    #[arg(long, value_name = "FILE")]
    pub(crate) installed: Option<String>,
    /// A further feed, as owpkg index makes one
    #[arg(long, value_name = "NAME=URL|DIR")]
    pub(crate) feed: Vec<String>,
    /// A server or folder that holds releases/ and snapshots/
    #[arg(long, value_name = "URL|DIR", default_value = OFFICIAL_SERVER)]
    pub(crate) mirror: String,
    /// One release tree: a URL or folder that holds targets/ and packages/
    #[arg(long, value_name = "URL|DIR", conflicts_with = "mirror")]
    pub(crate) tree: Option<String>,
    /// A small release built into owpkg, for a look around with no network
    #[arg(long, conflicts_with_all = ["mirror", "tree"])]
    pub(crate) demo: bool,
    /// Use only what the cache holds
    #[arg(long)]
    pub(crate) offline: bool,
    /// A public key to trust beside the official ones
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<String>,
    /// Take the index of this feed although no trusted key signed it; all: of every feed, as of a build of one's own
    #[arg(long, value_name = "FEED|all")]
    pub(crate) accept_unsigned: Vec<String>,
    /// Let packages of this --feed go before the release's own
    #[arg(long, value_name = "FEED")]
    pub(crate) prefer: Vec<String>,
    /// Refuse an index that is older than one seen before, instead of a warning
    #[arg(long)]
    pub(crate) require_fresh: bool,
    /// The download cache (also OWPKG_CACHE)
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<String>,
    /// How patient to be with servers.
    #[command(flatten)]
    pub(crate) patience: PatienceArgs,
}

/// How patient to be with servers.
#[derive(Debug, Clone, Args)]
pub(crate) struct PatienceArgs {
    /// The least that a server must send, in bytes a second; 0: anything
    #[arg(long, value_name = "BYTES", default_value_t = 256)]
    pub(crate) min_speed: u64,
    /// How many seconds one file may take; 0: as long as it does
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub(crate) max_time: u64,
}

impl PatienceArgs {
    /// Tells a fetcher.
    pub(crate) fn tell(&self, options: &mut Options) {
        options.min_speed = self.min_speed;
        options.max_time = Some(self.max_time).filter(|seconds| *seconds > 0).map(Duration::from_secs);
    }
}
