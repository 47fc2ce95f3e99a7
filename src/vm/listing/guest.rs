//! Whether a listing was taken inside a virtual machine: its devices are the hypervisor's own.

use crate::hardware::{Bus, Device};

/// Vendors of devices, and of subsystems, that no machine of iron has.
const GUESTS: [(u16, &str); 6] = [
    (0x15ad, "VMware's"),
    (0x1af4, "QEMU's"),
    (0x1b36, "QEMU's"),
    (0x80ee, "VirtualBox's"),
    (0x5853, "Xen's"),
    (0x1414, "Hyper-V's"),
];

/// The first line that shows such a device, and whose machine it is. A passed card keeps its own subsystem.
pub(super) fn seen(devices: &[Device]) -> Option<(usize, &'static str)> {
    devices.iter().filter(|device| device.id.bus == Bus::Pci).find_map(|device| {
        let of = |vendor: u16| GUESTS.iter().find(|(own, _)| *own == vendor);
        // VMware's and Red Hat's numbers stand as subsystem on the emulated chips of others.
        let subsystem = device.id.subsystem.and_then(|(vendor, _)| of(vendor));
        of(device.id.vendor).or(subsystem).map(|(_, whose)| (device.line, *whose))
    })
}
