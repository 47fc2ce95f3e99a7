//! The way from a listing of the host's hardware to a virtual machine with the card passed through: text alone, nothing
//! is run.
//!
//! [`HostHardware::find`] finds the card in the listing, with the line that each value comes from; [`Disks::look`] looks at
//! the files that the machine starts from; [`recipe()`] says what to put where and which script to run. What is said in
//! sentences is a [`Task`], a [`VmWarning`] or a [`VmError`].
//!
//! | host | its forms |
//! |---|---|
//! | `bhyve` | a script, the `.conf` of vm-bhyve |
//! | `qemu` | a script, the XML of libvirt |
//! | `proxmox` | a script of `qm` |

mod bhyve;
mod disks;
mod error;
mod listing;
mod machine;
mod proxmox;
mod qemu;
mod recipe;
mod script;
mod steps;
mod warning;

pub use disks::{Disks, ImageProblem};
pub use error::VmError;
pub use listing::{
    Adapter, Card, CardName, Conflict, CpuSeen, DriverSeen, Function, HostHardware, Member, NotACard,
};
pub use machine::{Machine, MachineError};
pub use recipe::{Body, Recipe, Source, Step, Task};
pub use warning::{VmWarning, warnings};

pub use crate::hardware::Hypervisor;

/// What a recipe comes as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A script of the host's own commands.
    Script,
    /// The configuration of vm-bhyve.
    VmBhyve,
    /// The XML of a domain of libvirt's.
    Libvirt,
}

impl Form {
    /// Each of them.
    pub const ALL: [Form; 3] = [Form::Script, Form::VmBhyve, Form::Libvirt];

    /// The word by which it is named.
    pub fn word(self) -> &'static str {
        match self {
            Form::Script => "script",
            Form::VmBhyve => "vm-bhyve",
            Form::Libvirt => "libvirt",
        }
    }

    /// The host that it is for; none where it is for each.
    pub fn host(self) -> Option<Hypervisor> {
        match self {
            Form::Script => None,
            Form::VmBhyve => Some(Hypervisor::Bhyve),
            Form::Libvirt => Some(Hypervisor::Qemu),
        }
    }
}

/// What a recipe is made from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What runs the machine.
    pub hypervisor: Hypervisor,
    /// What the recipe comes as.
    pub form: Form,
    /// What is passed through.
    pub hardware: &'a HostHardware,
    /// What the machine starts from.
    pub disks: &'a Disks,
    /// What it is given.
    pub machine: &'a Machine,
    /// What the user calls the listing.
    pub listing: &'a str,
}

/// Says how to run OpenWrt with what was found.
///
/// # Errors
/// When the host has no such form, cannot pass what was found, or has no place left for it.
pub fn recipe(request: Request<'_>) -> Result<Recipe, VmError> {
    let Request { hypervisor, form, hardware, machine, .. } = request;
    if let Some(host) = form.host().filter(|host| *host != hypervisor) {
        return Err(VmError::Form { form, host });
    }
    machine.fits(hardware)?;
    match (hypervisor, form) {
        (Hypervisor::Bhyve, Form::VmBhyve) => bhyve::conf(request),
        (Hypervisor::Bhyve, _) => bhyve::script(request),
        (Hypervisor::Qemu, Form::Libvirt) => Ok(qemu::libvirt(request)),
        (Hypervisor::Qemu, _) => Ok(qemu::script(request)),
        (Hypervisor::Proxmox, _) => Ok(proxmox::script(request)),
    }
}
