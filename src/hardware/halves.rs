//! Cards that are two devices: the Bluetooth half of a Wi-Fi card, on USB, and second functions on PCI.

use super::chip::Kind;
use super::device::{Device, DeviceId};
use super::{Bus, Catalogue, table};

const HALVES: &str = include_str!("../../indexes/hardware/bluetooth-halves.tsv");

const SECOND_FUNCTIONS: &str = include_str!("../../indexes/hardware/second-functions.tsv");

/// The first and the second function of cards that have two ids on PCI, and where that comes from.
pub fn second_functions() -> impl Iterator<Item = (DeviceId, DeviceId, &'static str)> {
    let id = |text: &str| format!("pci:{text}").parse().ok();
    table::rows::<3>(SECOND_FUNCTIONS)
        .filter_map(Result::ok)
        .filter_map(move |(_, [first, second, source])| Some((id(first)?, id(second)?, source)))
}

/// Chips of Wi-Fi with the USB id of their Bluetooth half, and where that comes from.
pub fn bluetooth_halves() -> impl Iterator<Item = (&'static str, DeviceId, &'static str)> {
    table::rows::<3>(HALVES)
        .filter_map(Result::ok)
        .filter_map(|(_, [chip, id, source])| Some((chip, format!("usb:{id}").parse().ok()?, source)))
}

impl Catalogue {
    /// Whether a device is for Bluetooth alone.
    pub fn is_bluetooth(&self, device: &Device) -> bool {
        self.identify(device)
            .is_some_and(|identity| identity.chips.iter().all(|chip| chip.kind == Kind::Bluetooth))
    }

    /// Whether a device is a Wi-Fi card on PCI, which may have its Bluetooth half on USB.
    fn is_wifi_card(&self, device: &Device) -> bool {
        device.id.bus == Bus::Pci
            && self
                .identify(device)
                .is_some_and(|identity| identity.chips.iter().any(|chip| chip.kind == Kind::Wifi))
    }

    /// The devices of a listing that are offered and not taken: the Bluetooth halves of Wi-Fi cards that it shows too.
    pub fn offered<'d>(&self, devices: &'d [Device]) -> Vec<&'d Device> {
        if !devices.iter().any(|device| self.is_wifi_card(device)) {
            return Vec::new();
        }
        devices.iter().filter(|device| device.id.bus == Bus::Usb && self.is_bluetooth(device)).collect()
    }
}
