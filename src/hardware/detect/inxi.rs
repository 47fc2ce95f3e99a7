//! `inxi -N`, `-n`, `-E` with `-xxx`: `Device-1: … bus-ID: 04:00.0 chip-ID: 14c3:0608 class-ID: 0280`, folded anywhere.

use super::draft::Draft;
use super::scan::{hex_word, is_slot};
use super::{Block, Seen};
use crate::hardware::Bus;

/// Longest device in characters.
const MAX_LENGTH: usize = 2048;

/// The lines of one device so far, unfolded.
pub(super) struct Inxi {
    line: usize,
    text: String,
}

/// A device starts with `Device-1:`, in older versions `Card-1:`.
pub(super) fn start(line: usize, text: &str) -> Option<Box<dyn Block>> {
    let (word, rest) = text.split_once(": ")?;
    let (kind, number) = word.rsplit(' ').next()?.split_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_device = is_number && matches!(kind, "Device" | "Card");
    is_device.then(|| Box::new(Inxi { line, text: rest.to_owned() }) as Box<dyn Block>)
}

impl Inxi {
    /// The value of a key, up to the next key.
    fn value(&self, key: &str) -> Option<&str> {
        let lower = self.text.to_ascii_lowercase();
        let at = lower.find(key)? + key.len();
        self.text.get(at..)?.split_whitespace().next()
    }
}

impl Block for Inxi {
    fn more(&mut self, line: &str) -> bool {
        let first = line.split_whitespace().next().unwrap_or("");
        let ends =
            ["IF:", "IF-ID:"].contains(&first) || first.starts_with("Device-") || first.starts_with("Card-");
        // A section's name stands alone on its line.
        let heading = line.ends_with(':') && !line.contains(' ');
        if ends || heading || self.text.len() + line.len() > MAX_LENGTH || is_slot(first) {
            return false;
        }
        self.text.push(' ');
        self.text.push_str(line);
        true
    }

    fn ends_at_blank(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Option<Seen> {
        let mut draft = Draft::at(self.line);
        let id = self.value("chip-id: ").or_else(|| self.value("chip id: "));
        if let Some(id) = id {
            draft.pair(id, ':');
        }
        let place = self.value("bus-id: ").or_else(|| self.value("bus id: "));
        let usb = self.value("type: ").is_some_and(|word| word == "USB")
            || place.is_some_and(|place| !is_slot(place) && place.contains(['-', ':']));
        draft.bus = Some(if usb { Bus::Usb } else { Bus::Pci });
        let class = self.value("class-id: ").filter(|digits| hex_word(digits).is_some());
        draft.class = class.map_or(String::new(), |digits| format!("{digits:0>4}").to_ascii_lowercase());
        draft.driver = self.value("driver: ").filter(|driver| *driver != "N/A").map(super::scan::name);
        let end = [" driver:", " type:", " vendor:", " bus-ID:", " chip-ID:"];
        let end = end.iter().filter_map(|key| self.text.find(key)).min().unwrap_or(self.text.len());
        draft.name = self.text[..end].to_owned();
        draft.finish()
    }
}
