//! What iwlwifi says of its card in a kernel log, on Linux and FreeBSD.

use super::scan::{hex_after, hex_word, is_slot, name};
use super::{Place, Slot};
use crate::hardware::{Bus, Device, DeviceId};

/// The vendor of every card of this driver, which its messages leave out.
const INTEL: u16 = 0x8086;

/// The device of `iwlwifi 0000:00:14.3: PCI dev 7a70/0074, rev=0x430, rfid=0x10a100`, and the revision that the driver
/// read from the card.
pub(super) fn device(line: &str) -> Option<Device> {
    let (_, rest) = line.split_once("PCI dev ")?;
    let (device, rest) = rest.split_once('/')?;
    let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
    let (subdevice, rest) = rest.split_at(end);
    let mut id = DeviceId::new(Bus::Pci, INTEL, hex_word(device)?);
    id.subsystem = Some((INTEL, hex_word(subdevice)?));
    let hw_revision = hex_after(rest, "rev=").and_then(hex_word);
    let place = slot(line).and_then(Slot::of_linux).map(Place::Pci);
    Some(Device { hw_revision, class: "0280".to_owned(), place, ..Device::of_id(id) })
}

/// The name and the revision in `iwlwifi 0000:02:00.0: Detected Intel(R) Dual Band Wireless AC 7265, REV=0x210`.
pub(super) fn detected(line: &str) -> Option<(String, Option<u16>)> {
    let (_, rest) = line.split_once("Detected ")?;
    let (words, revision) = rest.split_once(", REV=")?;
    Some((name(words), hex_after(&format!("={revision}"), "=").and_then(hex_word)))
}

/// The slot that a kernel message is about: `iwlwifi 0000:02:00.0: …`.
pub(super) fn slot(line: &str) -> Option<&str> {
    line.split_whitespace().find_map(|word| {
        let word = word.trim_end_matches([':', ',', ']']);
        (is_slot(word) && word.len() >= 12).then_some(word)
    })
}
