//! A recipe: what to do, and what to put.

use serde::Serialize;

use crate::hardware::detect::{Maker, Slot};

/// What to do, in order, for a virtual machine with a card of the host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// What comes of it.
    pub title: String,
    /// Where the values come from.
    pub sources: Vec<Source>,
    /// The script or the configuration that starts the virtual machine.
    pub script: String,
    /// What to do.
    pub steps: Vec<Step>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Line of the listing, from 1; 0 where it is a machine's own sysfs.
    pub line: usize,
    /// What was taken from it.
    pub value: String,
    /// The line.
    pub text: String,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub task: Task,
    /// What to put or run.
    pub body: Body,
}

/// What a step is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Reserve the card on FreeBSD; the maker of the processor where it is known.
    ReservePpt(Option<Maker>),
    /// Restart, after which the card is reserved.
    Restart,
    /// See that it is reserved, as a line of the listing shows.
    SeeReserved(usize),
    /// Install the EFI firmware.
    InstallFirmware,
    /// Install vm-bhyve, and say where machines are.
    InstallVmBhyve,
    /// Save the script as an executable file; it needs these packages of Debian's.
    SaveScript(&'static str),
    SaveConfiguration,
    /// Let the IOMMU work; by a line of the listing where the maker is known.
    Iommu(Option<(Maker, usize)>),
    /// The same on Proxmox.
    IommuOnProxmox(Option<(Maker, usize)>),
    /// Reserve the card by its numbers; where a line shows that it is reserved, that keeps it so.
    ReserveIds(Option<usize>),
    /// Load the driver that reserves; another card has the same numbers.
    ReserveByPlace(Slot),
    /// Bring what was reserved into the initramfs.
    Initramfs,
    /// Make the network between host and guest.
    MakeNetwork,
    /// Make the machine.
    Create,
    /// Start it once, with the disk of packages.
    InstallBoot {
        /// How one leaves its console.
        leave: &'static str,
    },
    /// What to type in the guest, for the disk of packages.
    InGuest,
    /// Take the disk of packages away.
    TakeDiskAway,
    /// Start it, with the card.
    Run {
        /// How one leaves its console.
        leave: &'static str,
        /// Whether that start installs what the image carries.
        installs: bool,
    },
    /// Start it with the host.
    StartWithHost,
    /// Stop it before a laptop sleeps.
    BeforeSleep,
    /// Start it when a laptop wakes.
    AfterSleep,
    /// Let the guest give the card back when it shuts down.
    GiveBack,
    /// How OpenWrt calls the radio, where the machine's places are known.
    Radio(Option<String>),
    /// What to do when the radio is dead.
    DeadRadio,
    /// Remove a file that holds secrets.
    Wipe,
    /// Let the host go out through the guest.
    WayOut,
}

/// What to put or run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// Lines of a file.
    File {
        /// The file.
        path: &'static str,
        /// The lines.
        text: String,
    },
    /// The recipe's script or configuration, saved as a file.
    Script {
        /// The file.
        path: &'static str,
    },
    /// One each.
    Commands(Vec<String>),
}

impl Step {
    pub(super) fn file(task: Task, path: &'static str, text: impl Into<String>) -> Step {
        Step { task, body: Body::File { path, text: text.into() } }
    }

    pub(super) fn script(task: Task, path: &'static str) -> Step {
        Step { task, body: Body::Script { path } }
    }

    pub(super) fn commands<const N: usize>(task: Task, commands: [&str; N]) -> Step {
        Step { task, body: Body::Commands(commands.map(str::to_owned).to_vec()) }
    }
}
