//! What an upgrade asks of a router, beside its packages.

use super::LineError;

/// What an upgrade asks of a router; none: it did not say, or does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct System {
    /// What starts it, where that differs between machines of one target.
    pub boot: Option<Boot>,
    /// The file system of its root: `squashfs`, `ext4`.
    pub root: Option<String>,
    /// The version of its layout and configuration, as `system.@system[0].compat_version` says it; none: `1.0`.
    pub compat: Option<String>,
    /// The memory that is available, in units of 1024 bytes.
    pub memory_kb: Option<u64>,
    /// The size of the file system for its changes, in units of 1024 bytes.
    pub flash_kb: Option<u64>,
}

/// What starts a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boot {
    /// UEFI.
    Efi,
    Bios,
}

pub(super) fn read_boot(text: &str) -> Result<Option<Boot>, LineError> {
    match text {
        "" => Ok(None),
        "efi" => Ok(Some(Boot::Efi)),
        "bios" => Ok(Some(Boot::Bios)),
        _ => Err(LineError::Other { expected: "efi or bios", found: text.chars().take(60).collect() }),
    }
}
