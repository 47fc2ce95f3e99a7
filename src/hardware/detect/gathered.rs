//! What a listing shows, gathered: devices and what is told of them, each once.

use std::collections::{HashMap, HashSet};

use super::host::{HostFact, HostLine, HostReader, tell};
use super::{Detected, DriverSeen, LooseId, MAX_DEVICES, MissingFirmware, Named, Seen, Slot, iwlwifi, scan};
use crate::hardware::{Bus, Device, DeviceId, Hypervisor, ids};

#[derive(Default)]
pub(super) struct Gathered {
    all: Detected,
    /// The line of a `lsusb -t` tree whose id may follow.
    tree: Option<DriverSeen>,
    /// The devices of a kernel log by where they sit.
    places: HashMap<String, usize>,
    seen_firmware: HashSet<String>,
    seen_loose: HashSet<(u16, u16)>,
    /// Devices that stand in running text, of which a listing may tell more.
    loose_devices: Vec<Device>,
}

impl Gathered {
    /// The device last found.
    pub(super) fn last(&mut self) -> Option<&mut Device> {
        self.all.devices.last_mut()
    }

    /// Takes a line that tells of the router itself.
    pub(super) fn board(&mut self, bare: &str) -> bool {
        self.all.board.take(bare)
    }

    /// The next device found sits where this line of a kernel log says.
    pub(super) fn place_next(&mut self, bare: &str) {
        if let Some(slot) = iwlwifi::slot(bare) {
            self.places.insert(slot.to_owned(), self.all.devices.len());
        }
    }

    /// A line of a `lsusb -t` tree, whose id may follow.
    pub(super) fn tree(&mut self, seen: DriverSeen) {
        self.tree = Some(seen);
    }

    /// No id followed the line of a tree.
    pub(super) fn end_tree(&mut self) {
        if let Some(seen) = self.tree.take()
            && self.all.drivers.len() < MAX_DEVICES
        {
            self.all.drivers.push(seen);
        }
    }

    /// Adds to a device of the same log what iwlwifi says of it.
    pub(super) fn refine(&mut self, bare: &str, told: &Device) -> bool {
        let is_it = |known: &Device| {
            (known.id.bus, known.id.vendor, known.id.device) == (told.id.bus, told.id.vendor, told.id.device)
                && known.id.subsystem.is_none_or(|own| Some(own) == told.id.subsystem)
        };
        let place = iwlwifi::slot(bare).and_then(|slot| self.places.get(slot).copied());
        let place = place.or_else(|| self.all.devices.iter().rposition(is_it));
        let Some(known) = place.and_then(|at| self.all.devices.get_mut(at)).filter(|known| is_it(known))
        else {
            return false;
        };
        known.id.subsystem = told.id.subsystem;
        known.hw_revision = told.hw_revision;
        known.place = known.place.take().or_else(|| told.place.clone());
        true
    }

    pub(super) fn detected_by_iwlwifi(
        &mut self,
        line: usize,
        bare: &str,
        name: String,
        hw_revision: Option<u16>,
    ) {
        let place = iwlwifi::slot(bare).and_then(|slot| self.places.get(slot).copied());
        let wireless = |device: &Device| device.id.vendor == 0x8086 && device.class.starts_with("0280");
        let place = place.or_else(|| self.all.devices.iter().rposition(wireless));
        if let Some(known) = place.and_then(|at| self.all.devices.get_mut(at)) {
            known.hw_revision = hw_revision;
            if known.name.is_empty() {
                known.name = name;
            }
            return;
        }
        let class = "0280".to_owned();
        let driver = Some("iwlwifi".to_owned());
        let slot = iwlwifi::slot(bare).and_then(Slot::of_linux);
        self.push(Seen::Named(Named { line, bus: Some(Bus::Pci), class, name, driver, slot, hw_revision }));
    }

    pub(super) fn push(&mut self, seen: Seen) {
        let held = self.all.devices.len() + self.all.named.len();
        match seen {
            Seen::Device(device)
                if self.all.devices.last_mut().is_some_and(|last| join_interfaces(last, &device)) => {}
            _ if held >= MAX_DEVICES => self.all.truncated = true,
            Seen::Device(mut device) => {
                if let Some(seen) = self.tree.take() {
                    device.driver.get_or_insert(seen.driver);
                }
                self.all.devices.push(device);
            }
            Seen::Named(named) if named.is_network() => self.all.named.push(named),
            Seen::Named(_) => {}
        }
    }

    pub(super) fn missing_firmware(&mut self, missing: MissingFirmware) {
        if self.seen_firmware.contains(&missing.file) {
            return;
        }
        if self.all.firmware.len() < MAX_DEVICES {
            self.seen_firmware.insert(missing.file.clone());
            self.all.firmware.push(missing);
        } else {
            self.all.truncated = true;
        }
    }

    /// Ids in running text: a device where a table knows them, else only said.
    pub(super) fn loose_ids(&mut self, line: usize, bare: &str) {
        for (vendor, device) in scan::loose_ids(bare) {
            if self.seen_loose.len() >= MAX_DEVICES || !self.seen_loose.insert((vendor, device)) {
                continue;
            }
            let bus = ids::bus_of(vendor, device);
            if ids::knows(bus, vendor, device) {
                let id = DeviceId::new(bus, vendor, device);
                self.loose_devices.push(Device { line, ..Device::of_id(id) });
            } else {
                self.all.loose.push(LooseId { line, vendor, device });
            }
        }
    }

    pub(super) fn hint(&mut self, hint: &'static str) {
        if !self.all.hints.contains(&hint) {
            self.all.hints.push(hint);
        }
    }

    /// Ids that a configuration reserves: devices where a table knows them.
    fn reserved(&mut self, host: &[HostLine]) {
        for HostLine { line, fact } in host {
            let HostFact::Reserved { vendor, device } = *fact else { continue };
            if self.seen_loose.len() < MAX_DEVICES
                && self.seen_loose.insert((vendor, device))
                && ids::knows(Bus::Pci, vendor, device)
            {
                let id = DeviceId::new(Bus::Pci, vendor, device);
                self.loose_devices.push(Device { line: *line, ..Device::of_id(id) });
            }
        }
    }

    /// All of it, with what was told of the host.
    pub(super) fn finish(mut self, host: HostReader) -> Detected {
        self.reserved(&host.found);
        for loose in std::mem::take(&mut self.loose_devices) {
            let numbers = |device: &Device| (device.id.vendor, device.id.device);
            if !self.all.devices.iter().any(|known| numbers(known) == numbers(&loose)) {
                self.push(Seen::Device(loose));
            }
        }
        self.all.devices.sort_by_key(|device| device.line);
        tell(&mut self.all.devices, &host.found);
        let held = |device: &Device| device.driver.as_deref() == Some("vfio-pci");
        let by_driver = self.all.devices.iter().any(held).then_some(Hypervisor::Qemu);
        (self.all.hypervisor, self.all.host) = (host.hypervisor.or(by_driver), host.found);
        // A tree beside a listing with ids says nothing new.
        if self.all.devices.iter().any(|device| device.id.bus == Bus::Usb) {
            self.all.drivers.clear();
        }
        if !self.all.devices.is_empty() {
            self.all.hints.clear();
        }
        self.all
    }
}

/// Adds the interfaces of a USB device to what is known of it, where they are others than the known ones: the same
/// interface once more is another device's.
fn join_interfaces(last: &mut Device, next: &Device) -> bool {
    let joins = last.id == next.id
        && last.id.bus == Bus::Usb
        && !next.interfaces.is_empty()
        && next.interfaces.iter().all(|interface| !last.interfaces.contains(interface));
    if joins {
        last.interfaces.extend(&next.interfaces);
        last.driver = last.driver.take().or_else(|| next.driver.clone());
    }
    joins
}
