//! Goes through a text line by line, and keeps what its lines are part of.

use std::collections::{HashMap, HashSet};

use super::host::{HostFact, HostLine, HostReader};
use super::noise::{clean, pieces};
use super::{
    Block, Detected, DriverSeen, LooseId, MAX_DEVICES, MissingFirmware, Named, Seen, Slot, bsd, dmesg, inxi,
    iwlwifi, keyed, lspci, lsusb, modalias, pciconf, procfs, pvesh, scan, usbconfig, usbdevices, virsh,
    windows,
};
use crate::hardware::{Bus, Device, DeviceId, Hypervisor, ids};

/// Most lines that a fold is looked for in.
const MAX_FOLDS: u8 = 3;

/// Reads the device of a line.
type Read = fn(&str) -> Option<Device>;

/// Programs with a device a line: what reads the line, and what reads those below it.
const LINES: [(Read, Program); 10] = [
    (pvesh::row, Program::Proxmox),
    (pciconf::device, Program::Pciconf),
    (lspci::device, Program::Lspci),
    (lsusb::device, Program::Lsusb(lsusb::Descriptors::NONE)),
    (procfs::device, Program::Other),
    (iwlwifi::device, Program::Iwlwifi),
    (dmesg::device, Program::Other),
    (windows::device, Program::Windows),
    (bsd::device, Program::Bsd),
    (modalias::device, Program::Modalias),
];

/// Whose lines those below a device's first are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    Lspci,
    Pciconf,
    Lsusb(lsusb::Descriptors),
    Iwlwifi,
    Windows,
    Bsd,
    Modalias,
    Proxmox,
    Other,
}

/// What the lines before this one were part of.
#[derive(Default)]
enum Part {
    /// Nothing in particular.
    #[default]
    None,
    /// The device last found, in the listing of this program.
    Device(Program),
    /// A device of lspci without an id.
    Named(Named),
    /// A block that names a device's numbers one a line.
    Block(Box<dyn Block>),
}

/// A line that its program has more of, which a mail or a form may have folded.
struct Open {
    line: usize,
    text: String,
    folds: u8,
}

#[derive(Default)]
pub(super) struct Reader {
    found: Detected,
    part: Part,
    host: HostReader,
    open: Option<Open>,
    /// The last line that ends in a colon, without it.
    heading: String,
    /// The line of a `lsusb -t` tree whose id may follow.
    tree: Option<DriverSeen>,
    /// The devices of a kernel log by where they sit.
    places: HashMap<String, usize>,
    seen_firmware: HashSet<String>,
    seen_loose: HashSet<(u16, u16)>,
    /// Devices that stand in running text, of which a listing may tell more.
    loose_devices: Vec<Device>,
}

impl Reader {
    pub(super) fn line(&mut self, number: usize, line: &str) {
        let line = clean(line);
        let bare = scan::unquote(&line);
        if bare.is_empty() {
            if !matches!(&self.part, Part::Block(block) if !block.ends_at_blank()) {
                self.close();
            }
            return;
        }
        let indented = line.trim_start_matches(['>', '|']).starts_with([' ', '\t']);
        for piece in pieces(bare) {
            let piece = self.host.line(number, piece.trim(), indented);
            if !piece.is_empty() {
                self.piece(number, piece);
            }
        }
    }

    /// Takes the devices of a text that is JSON.
    pub(super) fn entries(&mut self, number: usize, text: &str, entries: Vec<pvesh::Entry>) {
        self.close();
        for entry in entries {
            let before = text.find(&entry.mark()).map_or(0, |at| text[..at].matches('\n').count());
            if let Some(device) = entry.device(number + before) {
                self.host.hypervisor = Some(Hypervisor::Proxmox);
                self.push(Seen::Device(device));
            }
        }
    }

    fn piece(&mut self, number: usize, bare: &str) {
        if self.continues(number, bare) || self.block(number, bare) || self.device(number, bare) {
            self.open = self.open.take().filter(|open| open.line == number);
            return;
        }
        if self.folded(bare) {
            return;
        }
        if let Some(missing) = dmesg::missing_firmware(number, bare) {
            self.missing_firmware(missing);
        } else if let Some(driver) = lsusb::tree_driver(bare) {
            self.close();
            self.tree = Some(DriverSeen { line: number, driver });
        } else if let Some(named) = lspci::named(number, bare) {
            self.close();
            if let Some(hint) = lspci::hint(&named) {
                self.hint(hint);
            }
            self.part = Part::Named(named);
            self.open(number, bare);
        } else if lsusb::is_cut(bare) || pciconf::is_cut(bare) {
            self.close();
            self.open(number, bare);
        } else if let Some((name, revision)) = iwlwifi::detected(bare) {
            self.detected_by_iwlwifi(number, bare, name, revision);
        } else if let Some(named) = virsh::passthru(number, bare) {
            self.close();
            self.host.hypervisor = Some(Hypervisor::Bhyve);
            self.push(Seen::Named(named));
        } else if let Some(named) = bsd::named(number, bare) {
            self.push(Seen::Named(named));
        } else if !self.found.board.take(bare) {
            self.heading = bare.strip_suffix(':').unwrap_or("").to_owned();
            self.loose_ids(number, bare);
        }
    }

    /// Takes a line that goes on about the device last found.
    fn continues(&mut self, number: usize, bare: &str) -> bool {
        if let Part::Named(named) = &mut self.part {
            return lspci::more_of_named(bare, named);
        }
        let (Part::Device(program), Some(device)) = (&mut self.part, self.found.devices.last_mut()) else {
            return false;
        };
        let taken = match program {
            Program::Lspci => lspci::more(bare, device),
            Program::Pciconf => pciconf::more(bare, device),
            Program::Lsusb(descriptors) => descriptors.more(bare, device),
            Program::Windows => windows::more(bare, device),
            Program::Bsd => bsd::more(bare, device),
            Program::Modalias | Program::Iwlwifi | Program::Proxmox | Program::Other => false,
        };
        if taken && lspci::is_cut(bare) {
            self.open(number, bare);
        }
        taken
    }

    /// Takes a line of a block, or the first of one.
    fn block(&mut self, number: usize, bare: &str) -> bool {
        if let Part::Block(block) = &mut self.part
            && block.more(bare)
        {
            return true;
        }
        let block = None
            .or_else(|| keyed::start(number, bare, &self.heading))
            .or_else(|| inxi::start(number, bare))
            .or_else(|| usbconfig::start(number, bare))
            .or_else(|| usbdevices::start(number, bare))
            .or_else(|| virsh::start(number, bare));
        let Some(block) = block else { return false };
        self.close();
        self.part = Part::Block(block);
        true
    }

    /// Takes a line that shows a device.
    fn device(&mut self, number: usize, bare: &str) -> bool {
        let found = LINES.iter().find_map(|(read, program)| Some((read(bare)?, *program)));
        let Some((device, program)) = found else { return false };
        let device = Device { line: number, ..device };
        match program {
            Program::Pciconf => self.host.hypervisor = Some(Hypervisor::Bhyve),
            Program::Proxmox => self.host.hypervisor = Some(Hypervisor::Proxmox),
            _ => {}
        }
        if self.belongs_to_last(program, &device, bare) {
            return true;
        }
        self.close();
        if program == Program::Iwlwifi && self.refine(bare, &device) {
            return true;
        }
        if let Some(slot) = iwlwifi::slot(bare) {
            self.places.insert(slot.to_owned(), self.found.devices.len());
        }
        self.push(Seen::Device(device));
        self.part = Part::Device(program);
        true
    }

    /// Several lines may show one device by its id in several widths.
    fn belongs_to_last(&mut self, program: Program, device: &Device, line: &str) -> bool {
        let Some(last) = self.found.devices.last_mut() else { return false };
        let same = matches!(self.part, Part::Device(Program::Windows))
            && program == Program::Windows
            && windows::is_same(last, device, line);
        if same {
            windows::join(last, device);
        }
        same
    }

    /// Adds to a device of the same log what iwlwifi says of it.
    fn refine(&mut self, bare: &str, told: &Device) -> bool {
        let is_it = |known: &Device| {
            (known.id.bus, known.id.vendor, known.id.device) == (told.id.bus, told.id.vendor, told.id.device)
                && known.id.subsystem.is_none_or(|own| Some(own) == told.id.subsystem)
        };
        let place = iwlwifi::slot(bare).and_then(|slot| self.places.get(slot).copied());
        let place = place.or_else(|| self.found.devices.iter().rposition(is_it));
        let Some(known) = place.and_then(|at| self.found.devices.get_mut(at)).filter(|known| is_it(known))
        else {
            return false;
        };
        known.id.subsystem = told.id.subsystem;
        known.hw_revision = told.hw_revision;
        known.place = known.place.take().or_else(|| told.place.clone());
        true
    }

    fn detected_by_iwlwifi(&mut self, line: usize, bare: &str, name: String, hw_revision: Option<u16>) {
        let place = iwlwifi::slot(bare).and_then(|slot| self.places.get(slot).copied());
        let wireless = |device: &Device| device.id.vendor == 0x8086 && device.class.starts_with("0280");
        let place = place.or_else(|| self.found.devices.iter().rposition(wireless));
        if let Some(known) = place.and_then(|at| self.found.devices.get_mut(at)) {
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

    /// Takes a line that is the rest of the one before.
    fn folded(&mut self, bare: &str) -> bool {
        let Some(mut open) = self.open.take() else { return false };
        let joined = format!("{} {bare}", open.text);
        let named = matches!(self.part, Part::Named(_));
        let part = if named { std::mem::take(&mut self.part) } else { Part::None };
        if self.continues(open.line, &joined) || self.device(open.line, &joined) {
            return true;
        }
        if named {
            self.part = part;
        }
        open.folds += 1;
        open.text = joined;
        // What takes the line for itself is still to be asked.
        self.open = Some(open).filter(|open| open.folds < MAX_FOLDS && open.text.len() < 512);
        false
    }

    fn open(&mut self, line: usize, text: &str) {
        self.open = Some(Open { line, text: text.to_owned(), folds: 0 });
    }

    /// Ends what the lines so far were part of.
    fn close(&mut self) {
        match std::mem::take(&mut self.part) {
            Part::Block(block) => {
                let hint = block.hint();
                let seen = block.finish();
                if !matches!(seen, Some(Seen::Device(_))) {
                    hint.into_iter().for_each(|hint| self.hint(hint));
                }
                seen.into_iter().for_each(|seen| self.push(seen));
            }
            Part::Named(named) => self.push(Seen::Named(named)),
            Part::None | Part::Device(_) => {}
        }
        self.open = None;
        if let Some(seen) = self.tree.take()
            && self.found.drivers.len() < MAX_DEVICES
        {
            self.found.drivers.push(seen);
        }
    }

    fn push(&mut self, seen: Seen) {
        let held = self.found.devices.len() + self.found.named.len();
        match seen {
            Seen::Device(device)
                if self.found.devices.last_mut().is_some_and(|last| join_interfaces(last, &device)) => {}
            _ if held >= MAX_DEVICES => self.found.truncated = true,
            Seen::Device(mut device) => {
                if let Some(seen) = self.tree.take() {
                    device.driver.get_or_insert(seen.driver);
                }
                self.found.devices.push(device);
            }
            Seen::Named(named) if named.is_network() => self.found.named.push(named),
            Seen::Named(_) => {}
        }
    }

    fn missing_firmware(&mut self, missing: MissingFirmware) {
        if self.seen_firmware.contains(&missing.file) {
            return;
        }
        if self.found.firmware.len() < MAX_DEVICES {
            self.seen_firmware.insert(missing.file.clone());
            self.found.firmware.push(missing);
        } else {
            self.found.truncated = true;
        }
    }

    /// Ids in running text: a device where a table knows them, else only said.
    fn loose_ids(&mut self, line: usize, bare: &str) {
        for (vendor, device) in scan::loose_ids(bare) {
            if self.seen_loose.len() >= MAX_DEVICES || !self.seen_loose.insert((vendor, device)) {
                continue;
            }
            let bus = ids::bus_of(vendor, device);
            if ids::knows(bus, vendor, device) {
                let id = DeviceId::new(bus, vendor, device);
                self.loose_devices.push(Device { line, ..Device::of_id(id) });
            } else {
                self.found.loose.push(LooseId { line, vendor, device });
            }
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

    fn hint(&mut self, hint: &'static str) {
        if !self.found.hints.contains(&hint) {
            self.found.hints.push(hint);
        }
    }

    pub(super) fn finish(mut self) -> Detected {
        self.close();
        let host = std::mem::take(&mut self.host);
        self.reserved(&host.found);
        for loose in std::mem::take(&mut self.loose_devices) {
            let numbers = |device: &Device| (device.id.vendor, device.id.device);
            if !self.found.devices.iter().any(|known| numbers(known) == numbers(&loose)) {
                self.push(Seen::Device(loose));
            }
        }
        self.found.devices.sort_by_key(|device| device.line);
        tell_of_host(&mut self.found.devices, &host.found);
        let held = |device: &Device| device.driver.as_deref() == Some("vfio-pci");
        let by_driver = self.found.devices.iter().any(held).then_some(Hypervisor::Qemu);
        (self.found.hypervisor, self.found.host) = (host.hypervisor.or(by_driver), host.found);
        // A tree beside a listing with ids says nothing new.
        if self.found.devices.iter().any(|device| device.id.bus == Bus::Usb) {
            self.found.drivers.clear();
        }
        if !self.found.devices.is_empty() {
            self.found.hints.clear();
        }
        self.found
    }
}

/// Adds to the devices what the host's other lines say of them.
fn tell_of_host(devices: &mut [Device], host: &[HostLine]) {
    let mut places: HashMap<Slot, Vec<usize>> = HashMap::new();
    for (at, device) in devices.iter().enumerate() {
        if let Some(slot) = device.slot() {
            places.entry(slot).or_default().push(at);
        }
    }
    let vfio = || Some("vfio-pci".to_owned());
    for HostLine { fact, .. } in host {
        let there = |slot: Slot| places.get(&slot).into_iter().flatten().copied();
        match *fact {
            HostFact::Group { slot, group } => {
                there(slot).for_each(|at| devices[at].iommu_group = Some(group));
            }
            HostFact::Held { slot } => there(slot).for_each(|at| devices[at].driver = vfio()),
            HostFact::Reserved { vendor, device: product } => {
                let same = |each: &&mut Device| (each.id.vendor, each.id.device) == (vendor, product);
                let unheld = devices.iter_mut().filter(same).filter(|device| device.driver.is_none());
                unheld.for_each(|device| device.driver = vfio());
            }
            HostFact::Given { .. } | HostFact::Dead { .. } | HostFact::Cpu(_) => {}
        }
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
