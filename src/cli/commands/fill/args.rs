//! What can be typed after `owpkg fill`.

use clap::Args;

use crate::cli::args::{OutputArgs, SelectionArgs, SourceArgs};

#[derive(Debug, Args)]
#[command(
    mut_arg("detect", |arg| arg.hide(true)),
    mut_arg("release", |arg| arg.help("With --with-image: the release to go to; the router's own without it")),
    mut_arg("target", |arg| arg.hide(true)),
    mut_arg("profile", |arg| arg.hide(true)),
    mut_arg("installed", |arg| arg.hide(true)),
    after_help = "Examples:\n  owpkg request > request.sh           run it on the router: sh request.sh\n  \
                  owpkg fill owpkg-request.txt pkgs.img\n  \
                  owpkg fill /media/stick/owpkg-request.txt /media/stick/pkgs/ --add tcpdump\n  \
                  owpkg fill owpkg-request.txt stick.img --with-image --release 25.12.0\n  \
                  owpkg fill requests/ stick.img       one stick for all routers that asked"
)]
pub(crate) struct FillArgs {
    /// The router's request, owpkg-request.txt; - reads standard input. Of several, or of a folder of them (*.txt), one disk
    /// is made whose install.sh finds what is for the router that it runs on
    #[arg(value_name = "REQUEST|-", required = true, num_args = 1..)]
    pub(crate) requests: Vec<String>,
    /// The image (.img), tar (.tar, .tar.gz) or folder (ending in /) to write; - writes to standard output
    pub(crate) out: String,
    /// Print what would be fetched and written, with sizes, and write nothing
    #[arg(long, conflicts_with = "with_image")]
    pub(crate) dry_run: bool,
    /// Bring the release's image along, with all packages that the router's user added: an upgrade, or a way back
    #[arg(long, conflicts_with = "sbom")]
    pub(crate) with_image: bool,
    /// Keep no configuration over the upgrade
    #[arg(long, requires = "with_image")]
    pub(crate) fresh: bool,
    /// The kind of image, where the request does not say it: combined-efi, combined, sysupgrade
    #[arg(long, value_name = "KIND", requires = "with_image")]
    pub(crate) kind: Option<String>,
    /// The file system of the image, where the request does not say it: squashfs, ext4
    #[arg(long, value_name = "FS", requires = "with_image")]
    pub(crate) filesystem: Option<String>,
    /// The tree of the router's own release, where the request does not say what its user added and --tree is the new one
    #[arg(long, value_name = "URL|DIR", requires = "with_image")]
    pub(crate) old_tree: Option<String>,
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
