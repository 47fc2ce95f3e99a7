//! `lspci -vmm` with `-n` or `-nn`: a block of `Key:<tab>value` lines a device.

use super::scan::{bracketed_number, is_slot, name};
use crate::hardware::device::{hex8, hex16};
use crate::hardware::{Bus, Device, DeviceId};

/// The lines of one device so far.
#[derive(Debug, Default)]
pub(super) struct Block {
    line: usize,
    class: String,
    vendor: Option<u16>,
    device: Option<u16>,
    subvendor: Option<u16>,
    subdevice: Option<u16>,
    revision: Option<u8>,
    name: String,
    driver: Option<String>,
}

impl Block {
    /// A block starts with `Slot:`.
    pub(super) fn start(line: usize, text: &str) -> Option<Self> {
        let slot = text.strip_prefix("Slot:")?.trim();
        is_slot(slot).then(|| Self { line, ..Self::default() })
    }

    /// Takes one more line; `false` when it is none of this format.
    pub(super) fn more(&mut self, text: &str) -> bool {
        let Some((key, value)) = text.split_once(':') else { return false };
        let value = value.trim();
        let digits = bracketed_number(value).unwrap_or(value);
        match key {
            "Class" => self.class = hex16(digits).map(|_| digits.to_ascii_lowercase()).unwrap_or_default(),
            "Vendor" => self.vendor = hex16(digits),
            "Device" => {
                self.device = hex16(digits);
                self.name = value
                    .strip_suffix(']')
                    .and_then(|value| value.rsplit_once('['))
                    .map_or(String::new(), |(words, _)| name(words));
            }
            "SVendor" => self.subvendor = hex16(digits),
            "SDevice" => self.subdevice = hex16(digits),
            "Rev" => self.revision = hex8(value),
            "Driver" => self.driver = Some(name(value)),
            "PhySlot" | "ProgIf" | "Module" | "NUMANode" | "IOMMUGroup" | "DTNode" => {}
            _ => return false,
        }
        true
    }

    /// The device, if its numbers were shown.
    pub(super) fn finish(self) -> Option<Device> {
        let mut id = DeviceId::new(Bus::Pci, self.vendor?, self.device?);
        id.subsystem = self.subvendor.zip(self.subdevice);
        // lspci leaves out a revision of zero.
        id.revision = Some(self.revision.unwrap_or(0));
        Some(Device {
            line: self.line,
            class: self.class,
            name: self.name,
            driver: self.driver,
            ..Device::of_id(id)
        })
    }
}
