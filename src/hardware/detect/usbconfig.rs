//! FreeBSD's `usbconfig`, whose `dump_device_desc` and `dump_curr_config_desc` show ids and interfaces.

use super::draft::Draft;
use super::scan::{hex_after, name, number8, number16};
use super::{Block, Seen};
use crate::hardware::{Bus, UsbInterface};

/// What to run instead of a plain `usbconfig`, whose lines have no ids.
const HINT: &str = "this listing has no ids: `usbconfig dump_device_desc` shows them";

/// The lines of one device so far.
struct Usbconfig {
    draft: Draft,
    number: Option<u8>,
    interface: [Option<u8>; 2],
}

/// A block starts with `ugen0.2: <Realtek 802.11n NIC> at usbus0, …`.
pub(super) fn start(line: usize, text: &str) -> Option<Box<dyn Block>> {
    let (unit, rest) = text.split_once(": <")?;
    let unit = unit.strip_prefix("ugen")?;
    let (words, rest) = rest.split_once('>')?;
    let is_unit = unit.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let starts = is_unit && rest.contains(" usbus") && !words.starts_with("vendor 0x");
    starts.then(|| {
        let draft = Draft { bus: Some(Bus::Usb), name: name(words), ..Draft::at(line) };
        Box::new(Usbconfig { draft, number: None, interface: [None; 2] }) as Box<dyn Block>
    })
}

impl Block for Usbconfig {
    fn more(&mut self, text: &str) -> bool {
        let Some((key, _)) = text.split_once(" = ") else { return is_heading(text) };
        let digits = hex_after(text, " = ").filter(|_| text.contains(" = 0x"));
        let (byte, word) = (digits.and_then(number8), digits.and_then(number16));
        match key {
            "idVendor" => self.draft.vendor = word,
            "idProduct" => self.draft.device = word,
            "bDeviceClass" | "bDeviceSubClass" | "bDeviceProtocol" => {
                if let Some(byte) = byte.filter(|_| self.draft.class.len() < 6) {
                    self.draft.class.push_str(&format!("{byte:02x}"));
                }
            }
            "bInterfaceNumber" => self.number = byte,
            "bInterfaceClass" => self.interface = [byte, None],
            "bInterfaceSubClass" => self.interface[1] = byte,
            "bInterfaceProtocol" => {
                if let ([Some(class), Some(subclass)], Some(protocol)) = (self.interface, byte) {
                    let class = [class, subclass, protocol];
                    self.draft.interface(UsbInterface { number: self.number, class });
                }
            }
            _ => return key.starts_with(['b', 'i', 'w']),
        }
        true
    }

    /// A listing of usbconfig has empty lines inside.
    fn ends_at_blank(&self) -> bool {
        false
    }

    fn finish(self: Box<Self>) -> Option<Seen> {
        self.draft.finish()
    }

    fn hint(&self) -> Option<&'static str> {
        self.draft.vendor.is_none().then_some(HINT)
    }
}

fn is_heading(text: &str) -> bool {
    let words = ["Configuration index", "Interface ", "Endpoint ", "Additional Descriptor", "RAW dump"];
    words.into_iter().any(|word| text.starts_with(word))
}
