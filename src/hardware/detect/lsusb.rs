//! `lsusb`, `lsusb -v` and `lsusb -t`.

use super::scan::{id_pair, name};
use crate::hardware::{Bus, Device, DeviceId, UsbInterface};

/// The device of `Bus 001 Device 004: ID 0bda:c811 Realtek …`, or of the second line of a `lsusb -tv` entry,
/// `ID 0bda:c811 Realtek …`.
pub(super) fn device(line: &str) -> Option<Device> {
    let rest = match line.split_once(": ID ") {
        Some((before, rest)) if before.starts_with("Bus ") => rest,
        _ => line.strip_prefix("ID ")?,
    };
    let (pair, words) = rest.split_at_checked(9)?;
    let (vendor, product) = id_pair(pair)?;
    Some(Device { name: name(words), ..Device::of_id(DeviceId::new(Bus::Usb, vendor, product)) })
}

/// Whether a line breaks off before the id.
pub(super) fn is_cut(line: &str) -> bool {
    line.starts_with("Bus ") && line.contains(" Device ") && line.ends_with(": ID")
}

/// The driver of a tree line: `|__ Port 3: Dev 2, If 0, Class=Vendor Specific Class, Driver=rtl8xxxu, 480M`.
pub(super) fn tree_driver(line: &str) -> Option<String> {
    let line = line.strip_prefix("|__ ")?;
    let (_, driver) = line.split_once("Driver=")?;
    let driver = name(driver.split([',', '/', ' ']).next()?);
    (!driver.is_empty() && driver != "[none]").then_some(driver)
}

/// Where the descriptors of `lsusb -v` stand: it lists all configurations, of which the device is in the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Descriptors {
    configurations: u8,
    class: [Option<u8>; 3],
    number: Option<u8>,
}

impl Descriptors {
    /// Nothing read yet.
    pub(super) const NONE: Self = Self { configurations: 0, class: [None; 3], number: None };

    /// Takes an indented line about the device.
    pub(super) fn more(&mut self, bare: &str, device: &mut Device) -> bool {
        if bare == "Configuration Descriptor:" {
            self.configurations = self.configurations.saturating_add(1);
            return true;
        }
        let mut words = bare.split_whitespace();
        let (Some(key), value) = (words.next(), words.next()) else { return false };
        let number = value.and_then(|value| value.parse::<u8>().ok());
        match key {
            "bDeviceClass" | "bDeviceSubClass" | "bDeviceProtocol" => {
                if let Some(number) = number {
                    device.class.push_str(&format!("{number:02x}"));
                    device.class.truncate(6);
                }
            }
            "bInterfaceNumber" => self.number = number,
            "bInterfaceClass" => self.class = [number, None, None],
            "bInterfaceSubClass" => self.class[1] = number,
            "bInterfaceProtocol" => {
                if let ([Some(class), Some(subclass), _], Some(protocol)) = (self.class, number) {
                    let interface = UsbInterface { number: self.number, class: [class, subclass, protocol] };
                    if self.configurations <= 1
                        && device.interfaces.len() < 32
                        && !device.interfaces.contains(&interface)
                    {
                        device.interfaces.push(interface);
                    }
                }
                self.class = [None; 3];
            }
            _ => {}
        }
        is_key(key) || bare.ends_with("Descriptor:")
    }
}

/// Whether a word is the name of a descriptor's field: `bLength`, `idVendor`, `wMaxPower`.
fn is_key(word: &str) -> bool {
    let field = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
    word.starts_with(['b', 'i', 'w'])
        && word.len() > 3
        && field.len() < word.len()
        && field.starts_with(|c: char| c.is_ascii_uppercase())
}
