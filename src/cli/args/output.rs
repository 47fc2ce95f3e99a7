//! What to write, and what to set on the router with it.

use clap::Args;
use clap::builder::BoolishValueParser;

use super::choice;
use super::configuration::ConfigurationArgs;
use super::wifi::SetupArgs;
use crate::disk::OutputFormat;
use crate::fat::FatKind;
use crate::hardware::Hypervisor;

/// What to write, shared by the commands that make a disk.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to write")]
pub(crate) struct OutputArgs {
    /// What to write; without it, what OUT ends in: .img, .tar, .tar.gz, or / for a folder
    #[arg(long, value_parser = choice::output_format(), value_name = "FORMAT")]
    pub(crate) format: Option<OutputFormat>,
    /// Size of the image, like 5M (MiB) or 64K (KiB); the smallest that will do without it
    #[arg(long, value_parser = super::size::bytes, value_name = "SIZE")]
    pub(crate) size: Option<u64>,
    /// Kind of FAT; chosen by size without it
    #[arg(long, value_name = "BITS", value_parser = choice::fat_kind())]
    pub(crate) fat: Option<FatKind>,
    /// Label of the image
    #[arg(long, value_name = "LABEL", default_value = "OWPKG")]
    pub(crate) label: String,
    /// Put a partition table before the FAT, as Windows and OpenWrt's automount want it on a stick; the disks of
    /// owpkg fill and of --all-sets have one unless told no
    #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = BoolishValueParser::new())]
    pub(crate) partition: Option<bool>,
    /// Write an SBOM of the disk too: CycloneDX 1.6, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) sbom: Option<String>,
    /// Print what was written as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// What to set on the router beside its packages.
    #[command(flatten)]
    pub(crate) router: RouterArgs,
}

impl OutputArgs {
    /// What to write to `out`.
    pub(crate) fn format(&self, out: &str) -> OutputFormat {
        self.format.or_else(|| OutputFormat::of_name(out)).unwrap_or(OutputFormat::Fat)
    }
}

/// What to set on the router beside its packages.
#[derive(Debug, Clone, Args)]
pub(crate) struct RouterArgs {
    /// Its files, services and modules.
    #[command(flatten)]
    pub(crate) configuration: ConfigurationArgs,
    /// What it is to be set to at its next start.
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
    /// The router is a guest of this host: warn of what its card cannot do there, and give it back at shutdown
    #[arg(long, value_name = "HOST", value_parser = choice::hypervisor())]
    pub(crate) vm: Option<Hypervisor>,
}
