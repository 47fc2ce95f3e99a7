//! How a user names a card.

use std::str::FromStr;

use crate::hardware::detect::{Slot, UsbPort};
use crate::hardware::{Bus, DeviceId};

/// How a user names a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardName {
    /// By its place on PCI: `2/0/0`, `02:00.0`.
    Slot(Slot),
    /// By its port on USB: `1-4.2`.
    Port(UsbPort),
    /// By its numbers: `0bda:c811`.
    Id(DeviceId),
}

/// A text that names no card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no card: expected a place like 2/0/0 or 02:00.0, a USB port like 1-4.2, or numbers like 0bda:c811"
)]
pub struct NotACard(pub String);

impl FromStr for CardName {
    type Err = NotACard;

    fn from_str(text: &str) -> Result<CardName, NotACard> {
        let slot = || text.parse().map(CardName::Slot).ok();
        let port = || text.parse().map(CardName::Port).ok();
        // The shortest form, which nothing else can be.
        let is_id = text.len() >= 9 && text.contains(':') && !text.contains(['.', '/', '@']);
        let id = || text.parse::<DeviceId>().map(CardName::Id).ok().filter(|_| is_id);
        slot().or_else(port).or_else(id).ok_or_else(|| NotACard(text.chars().take(80).collect()))
    }
}

impl CardName {
    /// The numbers of the bus that an id is of.
    pub(super) fn matches(wanted: DeviceId, id: DeviceId) -> bool {
        (wanted.vendor, wanted.device) == (id.vendor, id.device) && matches!(id.bus, Bus::Pci | Bus::Usb)
    }
}
