//! What speaks against a machine, told before anything is done.

use super::listing::{Conflict, HostHardware};
use super::{Disks, Hypervisor, Machine, VmError};
use crate::hardware::detect::Slot;
use crate::hardware::{Catalogue, Device, DeviceId, Gap, passthrough_limits};

/// What the user should know of a machine first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VmWarning {
    /// OpenWrt has no driver for the chip.
    NoDriver {
        chip: &'static str,
        /// What is known of it.
        note: &'static str,
    },
    /// What happens to the chip, or to the host, when it is passed.
    Limit {
        chip: &'static str,
        /// What happens.
        text: &'static str,
    },
    /// What shares the card's IOMMU group must go with it.
    SharedGroup(Conflict),
    /// The card is no Wi-Fi card, and there is an adapter on USB.
    AdapterLeft(DeviceId),
    /// The card did not answer any more.
    Dead {
        /// Line of the listing.
        line: usize,
        /// Where the card is.
        slot: Slot,
    },
    /// The file is no disk that owpkg wrote, so nothing is known of what it sets.
    UnknownDisk {
        /// The file.
        path: String,
    },
    /// The image was started before, so what it carried cannot be read any more.
    Started {
        /// The file.
        path: String,
    },
    /// The image and the disk of packages are of two releases.
    OtherRelease {
        /// What the image's name says.
        image: String,
        /// What the disk is for.
        disk: String,
    },
    /// The guest's LAN is put on the network of the house.
    HomeBridge { bridge: String },
}

/// What speaks against a machine.
///
/// # Errors
/// When the host itself is at risk and no guest can use the card; the risk is a warning where the user takes it.
pub fn warnings(
    host: Hypervisor,
    hardware: &HostHardware,
    disks: &Disks,
    machine: &Machine,
    anyway: bool,
) -> Result<Vec<VmWarning>, VmError> {
    let mut found = Vec::new();
    let ids =
        hardware.functions().map(|function| function.id).chain(hardware.adapters.iter().map(|each| each.id));
    for id in ids {
        let identity = Catalogue::builtin().identify(&Device::of_id(id));
        let chips = identity.map_or(Vec::new(), |identity| identity.chips);
        let limits =
            || chips.iter().flat_map(|chip| passthrough_limits(chip, host).map(|limit| (chip.name, limit)));
        if let Some((chip, limit)) = limits().find(|(_, limit)| limit.forbids && !anyway) {
            return Err(VmError::Forbidden { chip, text: limit.text, told: limit.source });
        }
        if let Some(chip) = chips.first()
            && chips.iter().all(|chip| chip.gap == Some(Gap::NoDriver))
        {
            found.push(VmWarning::NoDriver { chip: chip.name, note: chip.note });
        }
        for (chip, limit) in limits() {
            let warning = VmWarning::Limit { chip, text: limit.text };
            if !found.contains(&warning) {
                found.push(warning);
            }
        }
    }
    if host != Hypervisor::Bhyve {
        found.extend(hardware.conflicts.iter().cloned().map(VmWarning::SharedGroup));
    }
    found.extend(hardware.adapter_left.map(VmWarning::AdapterLeft));
    found.extend(hardware.dead.iter().map(|(line, slot)| VmWarning::Dead { line: *line, slot: *slot }));
    found.extend(disks.warnings.iter().cloned());
    if let Some(bridge) = machine.bridge.as_ref().filter(|bridge| *bridge == "vmbr0") {
        found.push(VmWarning::HomeBridge { bridge: bridge.clone() });
    }
    Ok(found)
}
