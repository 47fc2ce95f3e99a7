//! What runs virtual machines.

/// What runs the virtual machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hypervisor {
    /// FreeBSD's.
    Bhyve,
    /// QEMU with KVM on Linux.
    Qemu,
    /// The same under Proxmox VE.
    Proxmox,
}

impl Hypervisor {
    /// Each of them.
    pub const ALL: [Hypervisor; 3] = [Hypervisor::Bhyve, Hypervisor::Qemu, Hypervisor::Proxmox];

    /// The word by which it is named.
    pub fn word(self) -> &'static str {
        match self {
            Hypervisor::Bhyve => "bhyve",
            Hypervisor::Qemu => "qemu",
            Hypervisor::Proxmox => "proxmox",
        }
    }

    /// What in the kernel does the work, as the tables of limits name it.
    pub(super) fn kernel(self) -> &'static str {
        match self {
            Hypervisor::Bhyve => "bhyve",
            Hypervisor::Qemu | Hypervisor::Proxmox => "kvm",
        }
    }
}
