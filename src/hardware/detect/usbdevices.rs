//! `/sys/kernel/debug/usb/devices`: a block of `T:`, `D:`, `P:`, `S:`, `C:` and `I:` lines a device.

use super::scan::{hex_after, name, number8, number16};
use crate::hardware::{Bus, Device, DeviceId, UsbInterface};

/// The lines of one device so far.
#[derive(Debug, Default)]
pub(super) struct Block {
    line: usize,
    class: String,
    id: Option<(u16, u16)>,
    name: String,
    interfaces: Vec<UsbInterface>,
    driver: Option<String>,
}

impl Block {
    /// A block starts with its `T:` line, or with `P:` where somebody cut that off.
    pub(super) fn start(line: usize, text: &str) -> Option<Self> {
        let mut block = Self { line, ..Self::default() };
        let starts = text.starts_with("T:") && text.contains("Bus=")
            || text.starts_with("P:") && text.contains("Vendor=");
        (starts && (text.starts_with("T:") || block.more(text))).then_some(block)
    }

    /// Takes one more line; `false` when it is none of this format, or starts the next device.
    pub(super) fn more(&mut self, text: &str) -> bool {
        let byte = |key| hex_after(text, key).and_then(number8);
        match text.get(..2) {
            Some("D:") => {
                let class: Option<Vec<u8>> = ["Cls=", "Sub=", "Prot="].into_iter().map(byte).collect();
                self.class = class.unwrap_or_default().iter().map(|part| format!("{part:02x}")).collect();
            }
            Some("P:") if self.id.is_none() => {
                let number = |key| hex_after(text, key).and_then(number16);
                self.id = number("Vendor=").zip(number("ProdID="));
            }
            Some("S:") => {
                if let Some((_, product)) = text.split_once("Product=") {
                    self.name = name(product);
                }
            }
            Some("I:") => self.interface(text),
            Some("C:" | "E:" | "B:" | "A:") => {}
            _ => return false,
        }
        true
    }

    /// Only the interfaces of the active configuration and setting carry a star.
    fn interface(&mut self, text: &str) {
        let padded = text.replace("= ", "=");
        let byte = |key| hex_after(&padded, key).and_then(number8);
        if let (true, Some(class), Some(subclass), Some(protocol)) =
            (text.starts_with("I:*"), byte("Cls="), byte("Sub="), byte("Prot="))
            && self.interfaces.len() < 32
        {
            // Numbers are decimal here, but no device has ten interfaces with drivers of interest.
            let number = hex_after(&padded, "If#=").and_then(|digits| digits.parse().ok());
            self.interfaces.push(UsbInterface { number, class: [class, subclass, protocol] });
            let driver = text.split_once("Driver=").map(|(_, driver)| name(driver));
            self.driver = self.driver.take().or(driver).filter(|driver| driver != "(none)");
        }
    }

    /// The device, if its numbers were shown.
    pub(super) fn finish(self) -> Option<Device> {
        let (vendor, product) = self.id?;
        Some(Device {
            line: self.line,
            id: DeviceId::new(Bus::Usb, vendor, product),
            class: self.class,
            interfaces: self.interfaces,
            name: self.name,
            driver: self.driver,
        })
    }
}
