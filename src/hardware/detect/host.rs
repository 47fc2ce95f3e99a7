//! What a host says of passing its devices on: IOMMU groups, devices that are reserved or given to a guest, and whose
//! processor it has.

use std::collections::HashMap;

use super::scan::{hex_word, id_pair, is_slot};
use super::{MAX_DEVICES, Slot};
use crate::hardware::{Device, Hypervisor};

/// One thing that a line says of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLine {
    /// Line of the text.
    pub line: usize,
    /// What it says.
    pub fact: HostFact,
}

/// What a line says of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostFact {
    /// A device is in this IOMMU group.
    Group {
        /// Its place.
        slot: Slot,
        /// The number of the group.
        group: u32,
    },
    /// A configuration gives what is there to a guest.
    Given {
        /// The place.
        slot: Slot,
    },
    /// The devices with these numbers are reserved for guests.
    Reserved { vendor: u16, device: u16 },
    /// vfio-pci holds what is there.
    Held {
        /// The place.
        slot: Slot,
    },
    /// What is there does not answer any more.
    Dead {
        /// The place.
        slot: Slot,
    },
    /// The maker of the processor.
    Cpu(Maker),
}

/// A maker of processors, by whom the IOMMU is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// Its IOMMU is AMD-Vi.
    Amd,
    /// Its IOMMU is VT-d.
    Intel,
}

/// What the lines so far have told.
#[derive(Default)]
pub(super) struct HostReader {
    pub found: Vec<HostLine>,
    pub hypervisor: Option<Hypervisor>,
    /// The group whose devices stand indented below its line.
    heading: Option<u32>,
    /// What addresses in XML are of.
    addresses: Addresses,
}

/// What an `<address domain=…/>` of libvirt's is of.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Addresses {
    /// Nothing that matters here.
    #[default]
    Other,
    /// A member of a group.
    Group(u32),
    /// What a guest is given.
    Given,
}

impl HostReader {
    /// Notes what a line says, and gives the line without the group before a device.
    pub(super) fn line<'l>(&mut self, number: usize, line: &'l str, indented: bool) -> &'l str {
        if let Some((group, rest)) = group_before(line) {
            self.heading = rest.is_empty().then_some(group);
            if let Some(slot) = rest.split_whitespace().next().and_then(Slot::of_linux) {
                self.add(number, HostFact::Group { slot, group });
            }
            return rest;
        }
        if !indented {
            self.heading = None;
        }
        if let Some((group, slot)) = self.heading.zip(line.split_whitespace().next().and_then(Slot::of_linux))
        {
            self.add(number, HostFact::Group { slot, group });
        }
        self.kernel(number, line);
        self.configuration(number, line);
        self.xml(number, line);
        line
    }

    pub(super) fn add(&mut self, line: usize, fact: HostFact) {
        if self.found.len() < MAX_DEVICES {
            self.found.push(HostLine { line, fact });
        }
    }

    /// Takes what a kernel logs, and `/proc/cpuinfo`.
    fn kernel(&mut self, number: usize, line: &str) {
        let any = |words: &[&str]| words.iter().any(|word| line.contains(word));
        if any(&["AuthenticAMD", "AMD-Vi:", "CPU: AMD "]) {
            self.add(number, HostFact::Cpu(Maker::Amd));
        } else if any(&["GenuineIntel", "DMAR:", "CPU: Intel"]) {
            self.add(number, HostFact::Cpu(Maker::Intel));
        }
        let after = |key: &str| line.split_once(key).map(|(_, rest)| rest);
        let slots = || line.split_whitespace().map(|word| word.trim_end_matches(':'));
        let slot = || slots().find(|word| is_slot(word)).and_then(Slot::of_linux);
        let group = after("Adding to iommu group ").or_else(|| after(" to group "));
        if let Some((group, slot)) = group.and_then(leading_number).zip(slot()) {
            self.add(number, HostFact::Group { slot, group });
        }
        if let Some(rest) = after("vfio-pci ")
            && let Some(slot) = slot()
        {
            self.add(number, HostFact::Held { slot });
            self.hypervisor.get_or_insert(Hypervisor::Qemu);
            if rest.contains("device inaccessible") {
                self.add(number, HostFact::Dead { slot });
            }
        }
        if let Some(rest) = after("vfio_pci: add [").and_then(|rest| rest.get(..9)) {
            self.reserved(number, rest);
        }
    }

    /// Takes a line of a configuration: of the kernel's modules, of bhyve, vm-bhyve and Proxmox.
    fn configuration(&mut self, number: usize, line: &str) {
        let ids = line.split_once("vfio-pci.ids=").or_else(|| line.split_once("vfio-pci ids="));
        if let Some((_, ids)) = ids {
            let end = ids.find(char::is_whitespace).unwrap_or(ids.len());
            ids[..end].split(',').for_each(|id| self.reserved(number, id.trim_matches('"')));
        }
        if let Some((key, value)) = line.split_once('=') {
            let value = value.trim().trim_matches('"');
            if key == "pptdevs" || is_numbered(key, "passthru") {
                let places = value.split_whitespace().filter_map(|word| word.split('=').next());
                places.for_each(|place| self.given(number, place.parse().ok(), Hypervisor::Bhyve));
            }
        }
        if let Some((key, value)) = line.split_once(": ")
            && is_numbered(key, "hostpci")
        {
            let place = value.split([',', ';']).next().unwrap_or_default();
            // Without a function all of them are meant, and 0 is always one.
            let whole = || format!("{place}.0").parse().ok();
            self.given(number, place.parse().ok().or_else(whole), Hypervisor::Proxmox);
        }
    }

    /// Takes a line of libvirt's XML about a device.
    fn xml(&mut self, number: usize, line: &str) {
        if !line.starts_with('<') {
            return;
        }
        let value = |name: &str| super::virsh::attribute(line, name);
        let hex = |name: &str| value(name).and_then(|text| hex_word(text.strip_prefix("0x").unwrap_or(text)));
        if line.starts_with("<iommuGroup ") {
            let group = value("number").and_then(|text| text.parse().ok());
            self.addresses = group.map_or(Addresses::Other, Addresses::Group);
        } else if line.starts_with("<source>") {
            self.addresses = Addresses::Given;
        } else if line.starts_with("</iommuGroup>") || line.starts_with("</source>") {
            self.addresses = Addresses::Other;
        }
        if !line.contains("<address ") || value("type").is_some() {
            return;
        }
        let place = [hex("domain"), hex("bus"), hex("slot"), hex("function")];
        let [Some(domain), Some(bus), Some(device), Some(function)] = place else { return };
        let slot = format!("{domain:04x}:{bus:02x}:{device:02x}.{function:x}").parse().ok();
        match (self.addresses, slot) {
            (Addresses::Group(group), Some(slot)) => self.add(number, HostFact::Group { slot, group }),
            (Addresses::Given, slot) => self.given(number, slot, Hypervisor::Qemu),
            _ => {}
        }
    }

    fn reserved(&mut self, line: usize, id: &str) {
        if let Some((vendor, device)) = id_pair(id) {
            self.add(line, HostFact::Reserved { vendor, device });
            self.hypervisor.get_or_insert(Hypervisor::Qemu);
        }
    }

    fn given(&mut self, line: usize, slot: Option<Slot>, hypervisor: Hypervisor) {
        if let Some(slot) = slot {
            self.add(line, HostFact::Given { slot });
            self.hypervisor = Some(hypervisor);
        }
    }
}

/// Adds to the devices what the host's other lines say of them.
pub(super) fn tell(devices: &mut [Device], host: &[HostLine]) {
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

/// `IOMMU Group 2:` or `IOMMU Group 2 01:00.0 …`: the number, and what stands behind it.
fn group_before(line: &str) -> Option<(u32, &str)> {
    let rest = line.strip_prefix("IOMMU ")?;
    let rest = rest.strip_prefix("Group ").or_else(|| rest.strip_prefix("group "))?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let group = rest[..end].parse().ok()?;
    Some((group, rest[end..].trim_start_matches([':', ' ', '\t', '-'])))
}

/// A word such as `hostpci0`.
fn is_numbered(word: &str, name: &str) -> bool {
    let digits = word.strip_prefix(name);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}
