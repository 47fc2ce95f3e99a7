//! About cards, and how virtual machines get them.

use super::Help;
use crate::hardware::UnknownChip;
use crate::hardware::detect::NoSysfs;
use crate::vm::{ImageProblem, MachineError, VmError};

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

/// The listings of a host that show its cards with their places.
const LISTINGS: &str =
    "`pciconf -lv` (FreeBSD), `lspci -nnk` (Linux) or `pvesh get /nodes/localhost/hardware/pci` (Proxmox)";

impl Help for VmError {
    fn help(&self) -> Option<String> {
        Some(match self {
            VmError::NoCard => format!("paste all of {LISTINGS}; `lsusb` too for an adapter on USB"),
            VmError::InGuest { .. } => format!("run it on the host: {LISTINGS}"),
            VmError::NoPlace { .. } => format!("paste lines from their start: {LISTINGS} show the place there"),
            VmError::NoId { .. } => format!("add the host's own listing to the text: {LISTINGS}"),
            VmError::OnUsb { controllers, .. } => {
                let lines: Vec<String> = controllers
                    .iter()
                    .map(|(slot, line)| format!("--card {} passes the controller and all on it: {line}", slot.bhyve()))
                    .collect();
                match lines.is_empty() {
                    true => "with the controller's line in the listing (its class is 0c03), --card takes its place; QEMU \
                             and Proxmox pass the adapter alone, by -device usb-host: owpkg vm qemu"
                        .to_owned(),
                    false => format!("{}; QEMU and Proxmox pass the adapter alone", lines.join("; ")),
                }
            }
            VmError::WhichCard { .. } => {
                "name the one you mean with --card, by its place: 2/0/0, 02:00.0, on USB 1-4.2; --card may be repeated"
                    .to_owned()
            }
            VmError::WhichPort { .. } => {
                "`lsusb -t` shows their ports, and `dmesg` lines such as \"usb 1-4.2: New USB device found\" are read: add \
                 them to the text, then --card 1-4.2"
                    .to_owned()
            }
            VmError::NotThere { .. } | VmError::NoSuchId { .. } => {
                "name a card of the listing with --card, by its place: 2/0/0, 02:00.0, on USB 1-4.2".to_owned()
            }
            VmError::Path { .. } => "move the file to another place".to_owned(),
            VmError::Domain { .. } => return None,
            VmError::Forbidden { told, .. } => format!("told in {told}; --anyway prints the recipe nevertheless"),
            VmError::Form { form, host } => format!("owpkg vm {} --form {}", host.word(), form.word()),
            VmError::Machine(error) => match error {
                MachineError::Memory(_) => "like --memory 256, in MiB".to_owned(),
                MachineError::Cpus(_) => "like --cpus 2".to_owned(),
                MachineError::Bridge(_) => "like --bridge br0".to_owned(),
                MachineError::Slot(_) => "like --slot 7".to_owned(),
            },
            VmError::Image { path, problem } => match problem {
                ImageProblem::Packed { .. } => {
                    format!("gunzip -k {path}, or fetch it unpacked: owpkg image openwrt.img")
                }
                _ => "fetch it: owpkg image openwrt.img".to_owned(),
            },
            VmError::Format { path, .. } => {
                format!("qemu-img convert -O raw {path} openwrt.img, or fetch it: owpkg image openwrt.img")
            }
            VmError::NoPackages { .. } => "make it carry them: owpkg image openwrt.img --detect FILE; or give --disk, as \
                                           owpkg disk makes it"
                .to_owned(),
            VmError::Read { .. } => "is the name right?".to_owned(),
        })
    }
}
