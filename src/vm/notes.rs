//! What speaks against passing a card through, told before anything is done.

use super::HostHardware;
use super::found::usb_ways;
use crate::hardware::{Catalogue, Device, Gap, Kind, limits};

/// What the user should know of the card that was found, in sentences.
pub fn notes(found: &HostHardware) -> Vec<String> {
    let catalogue = Catalogue::builtin();
    let identity = catalogue.identify(&Device::of_id(found.card.id));
    let chips = identity.map_or(Vec::new(), |identity| identity.chips);
    let mut notes = Vec::new();
    if let Some(chip) = chips.first()
        && chips.iter().all(|chip| chip.gap == Some(Gap::NoDriver))
    {
        let because = if chip.note.is_empty() { String::new() } else { format!(" ({})", chip.note) };
        notes.push(format!(
            "OpenWrt has no driver package for {}{because}: no guest of it can use this card",
            chip.name
        ));
    }
    for chip in &chips {
        let limits = limits(chip).filter(|limit| limit.topic == "passthrough");
        notes.extend(limits.map(|limit| format!("{}: {}", chip.name, limit.text)));
    }
    if let Some(adapter) = found.usb
        && !chips.iter().any(|chip| chip.kind == Kind::Wifi)
    {
        notes.push(format!(
            "the card is no Wi-Fi card, and the Wi-Fi adapter {adapter} is on USB, not on PCI: {}",
            usb_ways(adapter)
        ));
    }
    notes
}
