//! FreeBSD's `usbconfig`, whose `dump_device_desc` and `dump_curr_config_desc` show ids and interfaces.

use super::scan::{hex_after, name, number8, number16};
use crate::hardware::{Bus, Device, DeviceId, UsbInterface};

/// What to run instead of a plain `usbconfig`, whose lines have no ids.
pub(super) const HINT: &str = "this listing has no ids: `usbconfig dump_device_desc` shows them";

/// The lines of one device so far.
#[derive(Debug, Default)]
pub(super) struct Block {
    line: usize,
    name: String,
    vendor: Option<u16>,
    product: Option<u16>,
    class: String,
    number: Option<u8>,
    interface: [Option<u8>; 2],
    interfaces: Vec<UsbInterface>,
}

impl Block {
    /// A block starts with `ugen0.2: <Realtek 802.11n NIC> at usbus0, …`.
    pub(super) fn start(line: usize, text: &str) -> Option<Self> {
        let (unit, rest) = text.split_once(": <")?;
        let unit = unit.strip_prefix("ugen")?;
        let (words, rest) = rest.split_once('>')?;
        let is_unit = unit.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        (is_unit && rest.contains(" usbus")).then(|| Self { line, name: name(words), ..Self::default() })
    }

    /// Takes one more line; `false` when it is none of this format.
    pub(super) fn more(&mut self, text: &str) -> bool {
        let Some((key, _)) = text.split_once(" = ") else { return is_heading(text) };
        let digits = hex_after(text, " = ").filter(|_| text.contains(" = 0x"));
        let (byte, word) = (digits.and_then(number8), digits.and_then(number16));
        match key {
            "idVendor" => self.vendor = word,
            "idProduct" => self.product = word,
            "bDeviceClass" | "bDeviceSubClass" | "bDeviceProtocol" => {
                if let Some(byte) = byte.filter(|_| self.class.len() < 6) {
                    self.class.push_str(&format!("{byte:02x}"));
                }
            }
            "bInterfaceNumber" => self.number = byte,
            "bInterfaceClass" => self.interface = [byte, None],
            "bInterfaceSubClass" => self.interface[1] = byte,
            "bInterfaceProtocol" => {
                if let ([Some(class), Some(subclass)], Some(protocol)) = (self.interface, byte)
                    && self.interfaces.len() < 32
                {
                    self.interfaces
                        .push(UsbInterface { number: self.number, class: [class, subclass, protocol] });
                }
            }
            _ => return key.starts_with(['b', 'i', 'w']),
        }
        true
    }

    /// The device, if its numbers were shown.
    pub(super) fn finish(self) -> Option<Device> {
        Some(Device {
            line: self.line,
            id: DeviceId::new(Bus::Usb, self.vendor?, self.product?),
            class: self.class,
            interfaces: self.interfaces,
            name: self.name,
            driver: None,
        })
    }
}

fn is_heading(text: &str) -> bool {
    let words = ["Configuration index", "Interface ", "Endpoint ", "Additional Descriptor", "RAW dump"];
    words.into_iter().any(|word| text.starts_with(word))
}
