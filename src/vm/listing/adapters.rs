//! Adapters on USB: by their numbers where these are one's own, else by their ports.

use super::choose::{Choice, Shown, is_wifi};
use super::{Adapter, VmError};
use crate::hardware::detect::UsbPort;
use crate::hardware::{Bus, Device, Hypervisor};

impl<'d> Shown<'d, '_> {
    /// The Wi-Fi adapters on USB, each place once.
    pub(super) fn adapters(&self) -> Vec<&'d Device> {
        let mut found: Vec<&Device> = Vec::new();
        for device in
            self.detected.devices.iter().filter(|device| device.id.bus == Bus::Usb && is_wifi(device))
        {
            let same = |other: &&Device| match (&device.place, &other.place) {
                _ if other.id != device.id => false,
                (None, None) => (self.line)(device.line) == (self.line)(other.line),
                (own, of_other) => own == of_other,
            };
            // A log beside a list shows one adapter twice, once with its port.
            let known_by_port = found.iter().any(|other| other.id == device.id && other.place.is_some());
            let is_known = found.iter().any(same) || device.place.is_none() && known_by_port;
            if !is_known {
                if device.place.is_some() {
                    found.retain(|other| other.id != device.id || other.place.is_some());
                }
                found.push(device);
            }
        }
        found
    }

    /// Takes an adapter by its numbers where they are its own, else by its port.
    pub(super) fn take_alike(&self, device: &'d Device, choice: &mut Choice<'d>) -> Result<(), VmError> {
        let alike: Vec<&Device> = self.adapters().into_iter().filter(|other| other.id == device.id).collect();
        match alike[..] {
            [_, _, ..] if alike.iter().all(|device| device.place.is_some()) => Err(VmError::WhichCard {
                cards: alike
                    .iter()
                    .filter_map(|device| Some(format!("{} ({})", device.place.as_ref()?, device.id)))
                    .collect(),
            }),
            [_, _, ..] => Err(VmError::WhichPort { adapter: device.id }),
            _ => self.take_adapter(device, None, choice),
        }
    }

    pub(super) fn take_adapter(
        &self,
        device: &'d Device,
        port: Option<UsbPort>,
        choice: &mut Choice<'d>,
    ) -> Result<(), VmError> {
        if self.host == Hypervisor::Bhyve {
            return Err(self.none(&[device]));
        }
        let (line, id) = (device.line, device.id);
        choice.adapters.push(Adapter { id, port, line, text: (self.line)(line) });
        Ok(())
    }
}
