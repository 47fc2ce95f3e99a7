//! What a package is for, told by OpenWrt's rules for names: what drawings colour by.

use serde::Serialize;

/// What a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageKind {
    /// A kernel module that drives hardware, or a part of such a driver.
    Driver,
    /// What a driver loads into its device, or reads beside it, by the kernel's firmware loader.
    Firmware,
    /// A program, or what goes with one.
    Userspace,
    /// Code for others to use: shared libraries, script modules, and the kernel's algorithms.
    Library,
}

/// Parts of names of packages that hold firmware; `wireless-regdb` is loaded as firmware too.
const FIRMWARE: [&str; 5] = ["-firmware", "-microcode", "ath10k-board-", "brcmfmac-nvram-", "wireless-regdb"];

/// Starts of names of packages that hold code for others.
const LIBRARY: [&str; 8] =
    ["lib", "kmod-crypto-", "kmod-lib-", "kmod-nls-", "kmod-asn1-", "ucode-mod-", "lua-", "rpcd-mod-"];

impl PackageKind {
    /// Every kind, in the order of a legend.
    pub const ALL: [PackageKind; 4] =
        [PackageKind::Driver, PackageKind::Firmware, PackageKind::Userspace, PackageKind::Library];

    /// The kind of the package of that name.
    pub fn of(name: &str) -> PackageKind {
        if FIRMWARE.iter().any(|part| name.contains(part)) {
            PackageKind::Firmware
        } else if LIBRARY.iter().any(|start| name.starts_with(start)) {
            PackageKind::Library
        } else if name.starts_with("kmod-") {
            PackageKind::Driver
        } else {
            PackageKind::Userspace
        }
    }

    /// One word.
    pub fn word(self) -> &'static str {
        match self {
            PackageKind::Driver => "driver",
            PackageKind::Firmware => "firmware",
            PackageKind::Userspace => "userspace",
            PackageKind::Library => "library",
        }
    }
}
