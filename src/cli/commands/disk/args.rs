//! What can be typed after `owpkg disk`.

use clap::Args;

use crate::cli::args::{OutputArgs, SelectionArgs, SourceArgs};
use crate::cli::locks;
use crate::cli::sets::SetArgs;

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
    /// One disk for all sets of owpkg.toml, whose install.sh finds what is for the router that it runs on
    #[arg(long, conflicts_with_all = ["set", "lock"])]
    pub(crate) all_sets: bool,
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
