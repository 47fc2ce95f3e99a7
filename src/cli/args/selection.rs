//! What to install, as it was typed.

use clap::Args;

use super::choice;
use crate::hardware::Variant;

/// What to install, shared by the commands that make a plan.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to install")]
pub(crate) struct SelectionArgs {
    /// A chip or a family: iwl7265d, AX210, ath10k; repeat it for several
    #[arg(long, value_name = "NAME")]
    pub(crate) chip: Vec<String>,
    /// A device by its id: 8086:095a, pci:8086:095a:8086:5010@59, usb:0bda:c811; repeat it for several
    #[arg(long, value_name = "ID")]
    pub(crate) device: Vec<String>,
    /// The network devices of a listing (see owpkg detect); - reads standard input, /sys this machine
    #[arg(long, value_name = "FILE|-")]
    pub(crate) detect: Option<String>,
    /// A package; repeat it for several
    #[arg(long, value_name = "PKG")]
    pub(crate) add: Vec<String>,
    /// A list of packages: a name a line, apk's world, opkg's or uci's saved lists; - reads standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) add_file: Vec<String>,
    /// A package of the router, and the one that is to take its place: dnsmasq=dnsmasq-full; repeat it for several
    #[arg(long, value_name = "OLD=NEW")]
    pub(crate) replace: Vec<String>,
    /// A package to go without; repeat it for several
    #[arg(long, value_name = "PKG")]
    pub(crate) omit: Vec<String>,
    /// Let packages that the router holds be replaced, where there is no plan without
    #[arg(long)]
    pub(crate) allow_upgrade: bool,
    /// The wpad package for Wi-Fi chips, or none; the release's default without it
    #[arg(long, value_name = "PKG")]
    pub(crate) wpa: Option<String>,
    /// Which driver to take where a chip has two
    #[arg(long, value_parser = choice::variant(), value_name = "VARIANT")]
    pub(crate) variant: Option<Variant>,
}

impl SelectionArgs {
    /// Whether anything is to be installed.
    pub(crate) fn is_empty(&self) -> bool {
        self.chip.is_empty()
            && self.device.is_empty()
            && self.detect.is_none()
            && self.add.is_empty()
            && self.add_file.is_empty()
            && self.replace.is_empty()
    }

    /// Whether nothing was typed that changes a plan.
    pub(crate) fn is_untouched(&self) -> bool {
        let has_choice = self.wpa.is_some() || self.variant.is_some() || self.allow_upgrade;
        self.is_empty() && self.omit.is_empty() && !has_choice
    }
}
