//! The same on Proxmox VE, by its own commands.

use super::recipe::Step;
use super::{Disks, MEMORY};
use crate::hardware::detect::Slot;
use crate::shell::quote;

/// Instead of the script and the unit. The disk of packages goes away after the first boot, then the card comes.
pub(super) fn step(card: Slot, disks: Disks<'_>) -> Step {
    let (image, packages) = (quote(disks.image), quote(disks.packages));
    let what = "On Proxmox VE instead of the script, with a free number for 100 and your storage for local-lvm (VE 7.2 \
                or later). Between the two starts: the install in the guest. The radio's place is then another one: \
                `wifi config` finds it.";
    let create = format!(
        "qm create 100 --name openwrt --ostype l26 --machine q35 --memory {MEMORY} --bios ovmf \
         --efidisk0 local-lvm:0,efitype=4m,pre-enrolled-keys=0 --serial0 socket --net0 virtio,bridge=vmbr0"
    );
    Step::commands(
        what,
        [
            &create,
            &format!("qm set 100 --virtio0 local-lvm:0,import-from={image} --boot order=virtio0"),
            &format!("qm set 100 --virtio1 local-lvm:0,import-from={packages}"),
            "qm start 100 && qm terminal 100",
            "qm set 100 --delete virtio1",
            &format!("qm set 100 --hostpci0 {card},pcie=1 --onboot 1"),
            "qm start 100",
        ],
    )
}
