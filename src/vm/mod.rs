//! The way from a listing of the host's hardware to a virtual machine with the card passed through: text alone, nothing
//! is run.
//!
//! [`HostHardware::in_text`] finds the card in the listing, with the line that each value comes from; [`recipe()`] says what to
//! put where and which script to run.

mod bhyve;
mod found;
mod notes;
mod proxmox;
mod qemu;
mod recipe;
mod steps;
mod values;

pub(crate) use found::usb_ways;
pub use found::{Card, CpuSeen, DriverSeen, HostHardware, Vendor, VmError};
pub use notes::notes;
pub use recipe::{Body, Recipe, Source, Step};

use crate::uci_defaults::StaticAddress;

/// Memory of the guest in MiB. With 128, GRUB of the EFI image ends with "out of memory".
const MEMORY: u32 = 192;

/// Where the card is in the guest: OpenWrt names a radio by this place.
const GUEST_SLOT: u8 = 7;

/// Where the script goes, on either host.
const SCRIPT_PATH: &str = "/usr/local/sbin/openwrt-vm";

/// What runs the virtual machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hypervisor {
    /// FreeBSD's.
    Bhyve,
    /// QEMU with KVM on Linux.
    Qemu,
}

impl Hypervisor {
    pub const ALL: [Hypervisor; 2] = [Hypervisor::Bhyve, Hypervisor::Qemu];

    pub fn word(self) -> &'static str {
        match self {
            Hypervisor::Bhyve => "bhyve",
            Hypervisor::Qemu => "qemu",
        }
    }
}

/// The files of a virtual machine, by absolute paths on the host.
#[derive(Debug, Clone, Copy)]
pub struct Disks<'a> {
    /// OpenWrt's image, unpacked.
    pub image: &'a str,
    /// The disk of packages.
    pub packages: &'a str,
    /// OpenWrt's own address in its LAN, where the disk sets another.
    pub lan: Option<StaticAddress>,
}

impl Disks<'_> {
    /// OpenWrt's own address in its LAN, and the host's beside it with the length of their network.
    fn addresses(&self) -> (String, String) {
        let set = |lan: StaticAddress| Some((lan.address().to_string(), lan.neighbour()?.to_string()));
        let stock = || ("192.168.1.1".to_owned(), "192.168.1.2/24".to_owned());
        self.lan.and_then(set).unwrap_or_else(stock)
    }
}

/// Says how to run OpenWrt with the card that was found; `listing` is what the user calls the listing.
///
/// # Errors
/// When a path cannot be an argument of the hypervisor, or it cannot reserve a card in that place.
pub fn recipe(
    hypervisor: Hypervisor,
    found: &HostHardware,
    disks: Disks<'_>,
    listing: &str,
) -> Result<Recipe, VmError> {
    for (what, path) in [("image", disks.image), ("disk", disks.packages)] {
        if path.contains(|c: char| c.is_control() || c == ',') {
            return Err(VmError::Path { what, path: path.to_owned() });
        }
    }
    let listing: String = listing.chars().filter(|c| !c.is_control()).collect();
    match hypervisor {
        Hypervisor::Bhyve => bhyve::recipe(found, disks, &listing),
        Hypervisor::Qemu => Ok(qemu::recipe(found, disks, &listing)),
    }
}
