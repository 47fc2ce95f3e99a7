//! The release whose packages are named: by the catalogue's history, or by what its own modules list.

use clap::Args;

use crate::cli::env::Env;
use crate::cli::settings::Key;

use super::source::{PatienceArgs, SourceArgs};

/// The release whose packages are named, and whether its own modules are read for it.
#[derive(Debug, Clone, Args)]
pub(crate) struct LearnArgs {
    /// The release whose packages to name; the latest stable series without it
    #[arg(long, value_name = "R")]
    pub(crate) release: Option<String>,
    /// Read what the release's own modules list; they are fetched once
    #[arg(long, help_heading = "Learn from a release")]
    pub(crate) learn: bool,
    /// The same of one release tree: a URL or folder that holds targets/ and packages/
    #[arg(long, value_name = "URL|DIR", conflicts_with = "mirror", help_heading = "Learn from a release")]
    pub(crate) tree: Option<String>,
    /// The target
    #[arg(long, value_name = "T/S", help_heading = "Learn from a release")]
    pub(crate) target: Option<String>,
    /// A server or folder that holds releases/ and snapshots/; OpenWrt's own without it
    #[arg(long, value_name = "URL|DIR", help_heading = "Learn from a release")]
    pub(crate) mirror: Option<String>,
    /// Use only what the cache holds
    #[arg(long, help_heading = "Learn from a release")]
    pub(crate) offline: bool,
    /// A public key to trust beside the official ones
    #[arg(long, value_name = "FILE", help_heading = "Learn from a release")]
    pub(crate) key: Vec<String>,
    /// Take the index of this feed although no trusted key signed it; all: of every feed
    #[arg(long, value_name = "FEED|all", help_heading = "Learn from a release")]
    pub(crate) accept_unsigned: Vec<String>,
    /// The download cache (also OWPKG_CACHE)
    #[arg(long, value_name = "DIR", help_heading = "Learn from a release")]
    pub(crate) cache_dir: Option<String>,
    /// How patient to be with servers.
    #[command(flatten, next_help_heading = "Learn from a release")]
    pub(crate) patience: PatienceArgs,
}

impl LearnArgs {
    /// The release that is asked for, if one is.
    pub(crate) fn release<'a>(&'a self, env: &'a Env) -> Option<&'a str> {
        let set = env.setting(Key::Release).filter(|_| self.tree.is_none());
        self.release.as_deref().or(set)
    }

    /// Where the release is that is to be read; none: the catalogue's history is to do.
    pub(crate) fn source(&self) -> Option<SourceArgs> {
        (self.learn || self.tree.is_some()).then(|| SourceArgs {
            release: self.release.clone(),
            target: self.target.clone(),
            profile: None,
            installed: None,
            feed: Vec::new(),
            mirror: self.mirror.clone(),
            tree: self.tree.clone(),
            demo: false,
            offline: self.offline,
            key: self.key.clone(),
            accept_unsigned: self.accept_unsigned.clone(),
            prefer: Vec::new(),
            require_fresh: false,
            patience: self.patience.clone(),
            cache_dir: self.cache_dir.clone(),
            served_from: None,
        })
    }
}
