//! Why there is no virtual machine to describe.

use super::{Form, Hypervisor, ImageProblem, MachineError};
use crate::hardware::DeviceId;
use crate::hardware::detect::{Place, Slot};
use crate::image::DiskFormat;

/// Why there is no virtual machine to describe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VmError {
    /// No network card that could be passed.
    #[error("the listing shows no network card")]
    NoCard,
    /// It was taken in a virtual machine, not on its host.
    #[error(
        "line {line} shows that the listing was taken inside a virtual machine ({guest}), not on its host"
    )]
    InGuest {
        /// Line of the listing.
        line: usize,
        /// Whose virtual machine it is.
        guest: &'static str,
    },
    /// A card, and not where it is.
    #[error("the listing shows the card {card}, and not where it is")]
    NoPlace {
        /// Its numbers.
        card: DeviceId,
    },
    /// A place, and not which card is there.
    #[error("the listing names {place}, and does not show the numbers of the card there")]
    NoId { place: Slot },
    /// Only a Wi-Fi adapter on USB, which bhyve cannot pass.
    #[error("the Wi-Fi adapter {adapter} is on USB: bhyve passes no USB device, only a whole controller")]
    OnUsb {
        /// Its numbers.
        adapter: DeviceId,
        /// The controllers that the listing shows, with their lines.
        controllers: Vec<(Slot, String)>,
    },
    /// Several, of which one must be meant.
    #[error("the listing shows several network cards: {}", .cards.join(", "))]
    WhichCard {
        /// Their places and numbers.
        cards: Vec<String>,
    },
    /// Several adapters with the same numbers, and not where each is.
    #[error("the listing shows several adapters {adapter}, and not the port of each")]
    WhichPort {
        /// Their numbers.
        adapter: DeviceId,
    },
    /// Nothing where the user says that the card is.
    #[error("the listing shows no device at {place}")]
    NotThere { place: Place },
    /// Nothing with the numbers that the user gave.
    #[error("the listing shows no device {id}")]
    NoSuchId {
        /// The numbers.
        id: DeviceId,
    },
    /// bhyve names places without a domain.
    #[error("bhyve cannot reserve the card at {}: it is not in PCI domain 0", .slot.freebsd())]
    Domain {
        /// The place.
        slot: Slot,
    },
    /// No guest can use the card, and the host is at risk.
    #[error("{chip}: {text}, and no guest of OpenWrt's can use the card")]
    Forbidden {
        chip: &'static str,
        /// What happens.
        text: &'static str,
        /// Where that is told.
        told: &'static str,
    },
    /// Another host's form.
    #[error("{} is a form of {}", .form.word(), .host.word())]
    Form {
        form: Form,
        /// Whose it is.
        host: Hypervisor,
    },
    /// What the machine is to be given cannot be given.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// A path that would be taken apart.
    #[error("the path of the {what} holds a character that ends an argument or a value: {path:?}")]
    Path {
        /// Which file.
        what: &'static str,
        path: String,
    },
    /// A file that no machine starts from.
    #[error("{path} {problem}")]
    Image {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: ImageProblem,
    },
    /// A kind of file that the host cannot read.
    #[error("{path} is a {} image, and {} reads only raw ones", .format.word(), .host.word())]
    Format {
        /// The file.
        path: String,
        /// What it is.
        format: DiskFormat,
        /// What cannot read it.
        host: Hypervisor,
    },
    /// Nothing to install.
    #[error("{image} carries no disk of packages, and none is beside it")]
    NoPackages { image: String },
    /// A file cannot be read.
    #[error("{path} cannot be read: {problem}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        problem: String,
    },
}
