//! What can be typed after `owpkg verify`.

use clap::Args;

use crate::cli::args::PatienceArgs;
use crate::release::OFFICIAL_SERVER;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg verify pkgs.img\n  owpkg verify openwrt.img\n  owpkg verify ./mirror --repair\n  \
                        owpkg verify owpkg.lock"
)]
pub(crate) struct VerifyArgs {
    /// A mirror (folder or s3://bucket/prefix), a disk (image, tar or folder), an image that carries a disk, or a lock
    #[arg(value_name = "THING")]
    pub(crate) thing: String,
    /// Fetch what is missing or damaged in a mirror
    #[arg(long)]
    pub(crate) repair: bool,
    /// The server to repair from
    #[arg(long, value_name = "URL|DIR", default_value = OFFICIAL_SERVER)]
    pub(crate) mirror: Option<String>,
    /// The release tree with the official image, by URL or folder; the one that the image was made from without it
    #[arg(long, value_name = "URL|DIR", conflicts_with_all = ["mirror", "repair", "demo"])]
    pub(crate) tree: Option<String>,
    /// The release built into owpkg
    #[arg(long, conflicts_with = "mirror")]
    pub(crate) demo: bool,
    /// A public key to trust beside the official ones
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<String>,
    /// Take the index of this feed although no trusted key signed it; all: of every feed, as of a build of one's own
    #[arg(long, value_name = "FEED|all")]
    pub(crate) accept_unsigned: Vec<String>,
    /// Use only what the cache holds
    #[arg(long)]
    pub(crate) offline: bool,
    /// The download cache (also OWPKG_CACHE)
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<String>,
    /// How patient to be with servers.
    #[command(flatten)]
    pub(crate) patience: PatienceArgs,
    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
