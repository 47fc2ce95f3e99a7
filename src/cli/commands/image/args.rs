//! What can be typed after `owpkg image`.

use clap::Args;

use crate::cli::args::{RouterArgs, SelectionArgs, SourceArgs, choice, size};
use crate::cli::sets::SetArgs;
use crate::image::DiskFormat;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  owpkg image\n  owpkg image openwrt.img --release 23.05.2\n  \
                        owpkg image openwrt.img --chip iwl7265d --wifi home\n  \
                        owpkg image openwrt.qcow2 --size 1G\n  \
                        owpkg image openwrt.img --kind combined --filesystem squashfs\n  \
                        owpkg image openwrt.img --from-request owpkg-request.txt --release 25.12.0")]
pub(crate) struct ImageArgs {
    /// The file to write; without it, the images that there are
    pub(crate) out: Option<String>,
    /// The kind of image: combined-efi, combined, rootfs, kernel, …; combined-efi where there is one
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// The file system: ext4, squashfs, …; ext4 where there is one
    #[arg(long, value_name = "FS")]
    pub(crate) filesystem: Option<String>,
    /// The file's format; without it, what OUT ends in: .qcow2, .vdi, .vmdk, and raw otherwise
    #[arg(long, value_parser = choice::disk_format(), value_name = "FORMAT")]
    pub(crate) format: Option<DiskFormat>,
    /// Let the disk grow to a size, like 1G or 512M; the partitions in it stay as they are
    #[arg(long, value_parser = size::bytes, value_name = "SIZE")]
    pub(crate) size: Option<u64>,
    /// A lock whose packages the image's first start is to install
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Option<String>,
    /// Write an SBOM of the image and the disk in it too: CycloneDX 1.6, as JSON
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) sbom: Option<String>,
    /// A request of a router, whose packages the image's first start is to install
    #[arg(long, value_name = "REQUEST|-", conflicts_with = "lock")]
    pub(crate) from_request: Option<String>,
    /// The tree of the router's own release, where the request does not say what its user added and --tree is the new one
    #[arg(long, value_name = "URL|DIR", requires = "from_request")]
    pub(crate) old_tree: Option<String>,
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Which set.
    #[command(flatten)]
    pub(crate) set: SetArgs,
    /// What its first start is to install.
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// What its first start is to set.
    #[command(flatten)]
    pub(crate) router: RouterArgs,
}
