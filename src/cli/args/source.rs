//! Where packages come from, and what the router is, as it was typed.

use std::time::Duration;

use camino::Utf8PathBuf;
use clap::Args;

use super::size;
use crate::cli::env::Env;
use crate::cli::settings::Key;
use crate::fetch::{Options, RateLimit};
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
    /// A server or folder that holds releases/ and snapshots/; OpenWrt's own without it
    #[arg(long, value_name = "URL|DIR")]
    pub(crate) mirror: Option<String>,
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
    /// The folder of this machine that --mirror serves; never typed.
    #[arg(skip)]
    pub(crate) served_from: Option<Utf8PathBuf>,
}

impl SourceArgs {
    /// The server or folder of releases.
    pub(crate) fn mirror<'a>(&'a self, env: &'a Env) -> &'a str {
        self.mirror.as_deref().or(env.setting(Key::Mirror)).unwrap_or(OFFICIAL_SERVER)
    }

    /// The release that is asked for, if one is.
    pub(crate) fn release<'a>(&'a self, env: &'a Env) -> Option<&'a str> {
        self.release.as_deref().or_else(|| self.setting(env, Key::Release))
    }

    /// The target that is asked for, if one is.
    pub(crate) fn target<'a>(&'a self, env: &'a Env) -> Option<&'a str> {
        self.target.as_deref().or_else(|| self.setting(env, Key::Target))
    }

    /// Whether nothing was typed of the router, and no feed.
    pub(crate) fn is_untouched(&self) -> bool {
        let router = [&self.release, &self.target, &self.profile, &self.installed];
        router.iter().all(|word| word.is_none()) && self.feed.is_empty() && self.prefer.is_empty()
    }

    /// What the user set for all runs is about the releases of a server: a tree says itself what it holds.
    fn setting<'a>(&self, env: &'a Env, key: Key) -> Option<&'a str> {
        env.setting(key).filter(|_| self.tree.is_none() && !self.demo)
    }
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
    /// The most to take from servers, in bytes a second: 500K, 2M; then --max-time does not count
    #[arg(long, value_name = "RATE", value_parser = size::bytes)]
    pub(crate) limit_rate: Option<u64>,
}

impl PatienceArgs {
    /// Tells a fetcher.
    pub(crate) fn tell(&self, options: &mut Options) {
        options.min_speed = self.min_speed;
        options.max_time = Some(self.max_time).filter(|seconds| *seconds > 0).map(Duration::from_secs);
        options.limit_rate = self.limit_rate.map(RateLimit::new);
    }
}
