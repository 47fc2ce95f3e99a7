//! A device in the making, as the lines of a block name its numbers one by one.

use super::modalias;
use super::scan::{hex_word, name};
use super::{Named, Place, Seen};
use crate::hardware::{Bus, Device, DeviceId, UsbInterface};

/// Most interfaces that are taken of one device.
const MAX_INTERFACES: usize = 32;

/// What the lines of a block have told of a device so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(crate) line: usize,
    pub(crate) bus: Option<Bus>,
    pub(crate) vendor: Option<u16>,
    pub(crate) device: Option<u16>,
    pub(crate) subvendor: Option<u16>,
    pub(crate) subdevice: Option<u16>,
    pub(crate) revision: Option<u8>,
    pub(crate) class: String,
    pub(crate) name: String,
    pub(crate) driver: Option<String>,
    pub(crate) modules: Vec<String>,
    pub(crate) place: Option<Place>,
    pub(crate) iommu_group: Option<u32>,
    pub(crate) interfaces: Vec<UsbInterface>,
}

impl Draft {
    pub(super) fn at(line: usize) -> Self {
        Self { line, ..Self::default() }
    }

    /// Takes what a modalias says, and keeps what only the block knew.
    pub(super) fn modalias(&mut self, text: &str) {
        let Some(told) = modalias::device(text) else { return };
        self.bus = Some(told.id.bus);
        (self.vendor, self.device) = (Some(told.id.vendor), Some(told.id.device));
        if let Some((vendor, device)) = told.id.subsystem {
            (self.subvendor, self.subdevice) = (Some(vendor), Some(device));
        }
        if !told.class.is_empty() {
            self.class = told.class;
        }
        told.interfaces.into_iter().for_each(|interface| self.interface(interface));
    }

    pub(super) fn interface(&mut self, interface: UsbInterface) {
        if self.interfaces.len() < MAX_INTERFACES && !self.interfaces.contains(&interface) {
            self.interfaces.push(interface);
        }
    }

    /// Two numbers such as `8086:095a` or `bda/c811`, where leading zeros may be left out.
    pub(super) fn pair(&mut self, text: &str, separator: char) {
        let mut parts = text.split(separator).map(hex_word);
        (self.vendor, self.device) = (parts.next().flatten(), parts.next().flatten());
    }

    /// The device where its numbers were told, else its name where there is one.
    pub(super) fn finish(self) -> Option<Seen> {
        let (Some(vendor), Some(device)) = (self.vendor, self.device) else {
            let named = Named {
                line: self.line,
                bus: self.bus,
                class: self.class,
                name: name(&self.name),
                driver: self.driver,
                slot: self.place.as_ref().and_then(Place::slot),
                hw_revision: None,
            };
            return named.is_network().then_some(Seen::Named(named));
        };
        let mut id = DeviceId::new(self.bus.unwrap_or(Bus::Pci), vendor, device);
        let mut class = self.class;
        if id.bus == Bus::Usb && class.len() == 4 && class.starts_with(['0']) {
            // A class in words is PCI's number of it.
            class.clear();
        }
        if id.bus == Bus::Pci {
            id.subsystem = self.subvendor.zip(self.subdevice).filter(|pair| *pair != (0, 0));
            id.revision = self.revision;
        }
        Some(Seen::Device(Device {
            line: self.line,
            class,
            interfaces: self.interfaces,
            name: name(&self.name),
            driver: self.driver,
            modules: self.modules,
            place: self.place,
            iommu_group: self.iommu_group,
            ..Device::of_id(id)
        }))
    }
}
