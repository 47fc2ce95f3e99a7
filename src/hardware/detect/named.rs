//! Devices that a listing names without showing their ids.

use super::Slot;
use crate::hardware::Bus;

/// A network device of which a listing shows only the name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// Line of the text.
    pub line: usize,
    /// How it is attached, where the listing tells.
    pub bus: Option<Bus>,
    /// Hex digits of its class, as far as its words tell; may be empty.
    pub class: String,
    /// The listing's words for it; printable.
    pub name: String,
    /// The driver that holds it now, where the listing shows one.
    pub driver: Option<String>,
    /// Where it is on its host, where the listing shows that.
    pub slot: Option<Slot>,
    /// The revision that iwlwifi read from the card.
    pub hw_revision: Option<u16>,
}

impl Named {
    /// Whether its class or its words say that it is a network device.
    pub(super) fn is_network(&self) -> bool {
        !self.name.is_empty()
            && (self.class.starts_with("02") || self.class.starts_with("0d") || says_network(&self.name))
    }
}

/// Words of which the name of a network device has one.
const NETWORK: [&str; 20] = [
    "802.11",
    "wi-fi",
    "wifi",
    "wireless",
    "wlan",
    "bluetooth",
    "ethernet",
    "network",
    "modem",
    "lte",
    "wwan",
    "hspa",
    "5g",
    "4g",
    "3g",
    "mobile broadband",
    "mobile boardband",
    "gigabit",
    "10/100",
    "gbe",
];
/// Words of wireless devices that are none.
const OTHER: [&str; 16] = [
    "mouse",
    "keyboard",
    "headset",
    "headphone",
    "gamepad",
    "joystick",
    "presenter",
    "receiver",
    "charger",
    "audio",
    "xbox",
    "tablet",
    "root hub",
    "storage",
    "camera",
    "bridge",
];

/// Whether the words of a listing are those of a network device.
pub(crate) fn says_network(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    NETWORK.iter().any(|word| has_word(&words, word)) && !OTHER.iter().any(|word| words.contains(word))
}

/// Whether a text has a word; short ones only as a whole, so that `5g` is not found in `0x25gb`.
fn has_word(text: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(is_letter);
        let after = text[at + word.len()..].chars().next().is_some_and(is_letter);
        word.len() > 4 || !before && !after
    })
}
