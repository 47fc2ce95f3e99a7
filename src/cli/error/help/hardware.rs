//! About cards, and how virtual machines get them.

use super::Help;
use crate::hardware::UnknownChip;
use crate::hardware::detect::NoSysfs;
use crate::vm::{VmError, usb_ways};

impl Help for UnknownChip {
    fn help(&self) -> Option<String> {
        if !self.versions.is_empty() {
            return Some("its id decides: `lsusb` or `lspci -nn` shows it, --device takes it".to_owned());
        }
        Some(match self.near.as_slice() {
            [] => "`owpkg chips WORD` searches by chip, driver, package or id".to_owned(),
            near => format!("did you mean {}?", near.join(", ")),
        })
    }
}

impl Help for NoSysfs {
    fn help(&self) -> Option<String> {
        let listing = if cfg!(any(target_os = "freebsd", target_os = "dragonfly")) {
            "pciconf -lv | owpkg detect -"
        } else {
            "lspci -nnk | owpkg detect -"
        };
        Some(format!("give it a listing instead: `{listing}`"))
    }
}

impl Help for VmError {
    fn help(&self) -> Option<String> {
        match self {
            VmError::NoCard => Some(
                "paste all of `pciconf -lv` (FreeBSD) or `lspci -nnk` (Linux), from the start of each line"
                    .into(),
            ),
            VmError::OnUsb { adapter } => {
                Some(format!("{}: name that one's place with --card", usb_ways(*adapter)))
            }
            VmError::WhichCard { .. } | VmError::NotThere { .. } => {
                Some("name its place with --card, like 2/0/0 or 02:00.0".into())
            }
            VmError::Path { .. } => Some("move the file to another place".into()),
            VmError::Domain { .. } => None,
        }
    }
}
