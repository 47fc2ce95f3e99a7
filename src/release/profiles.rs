//! `profiles.json`: what the build says of a target. Only what owpkg needs; everything may be missing.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Kernel;

/// A target's `profiles.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[doc(hidden)]
pub struct Profiles {
    /// The architecture of its packages: `x86_64`.
    pub(crate) arch_packages: Option<String>,
    /// What every image of the target holds.
    pub(crate) default_packages: Vec<String>,
    /// The kernel; absent before late 2024.
    pub(crate) linux_kernel: Option<Kernel>,
    /// The devices.
    pub(crate) profiles: BTreeMap<String, Profile>,
    /// `23.05.2`, `SNAPSHOT`.
    pub(crate) version_number: Option<String>,
    /// `r23630-842932a63d`.
    pub(crate) version_code: Option<String>,
    /// When the source was committed, in seconds since 1970.
    pub(crate) source_date_epoch: Option<u64>,
}

/// One device of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Profile {
    /// What its image holds besides.
    pub(crate) device_packages: Vec<String>,
    pub(crate) images: Vec<ListedImage>,
    /// The names by which routers know themselves as this device.
    pub(crate) supported_devices: Vec<String>,
}

/// An image as `profiles.json` lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct ListedImage {
    /// Its file name.
    pub(crate) name: String,
    /// `combined-efi`, `sysupgrade`, …
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// `ext4`, `squashfs`.
    pub(crate) filesystem: Option<String>,
}
