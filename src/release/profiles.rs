//! `profiles.json`: what the build says of a target. Only what owpkg needs; everything may be missing.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Kernel;

/// A target's `profiles.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Profiles {
    /// The architecture of its packages: `x86_64`.
    pub arch_packages: Option<String>,
    /// What every image of the target holds.
    pub default_packages: Vec<String>,
    /// The kernel; absent before late 2024.
    pub linux_kernel: Option<Kernel>,
    /// The devices.
    pub profiles: BTreeMap<String, Profile>,
    /// `23.05.2`, `SNAPSHOT`.
    pub version_number: Option<String>,
    /// `r23630-842932a63d`.
    pub version_code: Option<String>,
    /// When the source was committed, in seconds since 1970.
    pub source_date_epoch: Option<u64>,
}

/// One device of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// What its image holds besides.
    pub device_packages: Vec<String>,
    /// Its images.
    pub images: Vec<ListedImage>,
    /// The names by which routers know themselves as this device.
    pub supported_devices: Vec<String>,
}

/// An image as `profiles.json` lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListedImage {
    /// Its file name.
    pub name: String,
    /// `combined-efi`, `sysupgrade`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `ext4`, `squashfs`.
    pub filesystem: Option<String>,
}
