//! A device as a listing shows it, and how users write its id.

use std::fmt;
use std::str::FromStr;

use super::Bus;
use super::detect::{Place, Slot, says_network};
use super::ids;

/// The numbers by which a driver knows a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceId {
    /// PCI, USB or SDIO.
    pub bus: Bus,
    /// Vendor id.
    pub vendor: u16,
    /// Device or product id.
    pub device: u16,
    /// PCI subsystem vendor and device, where the listing shows them.
    pub subsystem: Option<(u16, u16)>,
    /// PCI revision, where the listing shows it.
    pub revision: Option<u8>,
}

impl DeviceId {
    /// An id without subsystem and revision.
    pub fn new(bus: Bus, vendor: u16, device: u16) -> Self {
        Self { bus, vendor, device, subsystem: None, revision: None }
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:04x}", self.vendor, self.device)?;
        match self.subsystem {
            Some((vendor, device)) => write!(f, ":{vendor:04x}:{device:04x}"),
            None => Ok(()),
        }
    }
}

/// A device id that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a device id: {problem}")]
pub struct BadDeviceId {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl BadDeviceId {
    /// The next step for the user.
    pub fn help(&self) -> Option<String> {
        Some("write it as 8086:095a, pci:8086:095a:8086:5010@59 or usb:0bda:c811".to_owned())
    }
}

impl FromStr for DeviceId {
    type Err = BadDeviceId;

    /// Reads `[pci:|usb:|sdio:]VENDOR:DEVICE[:SUBVENDOR:SUBDEVICE][@REVISION]`, all in hex.
    ///
    /// Without a bus it is the first of PCI, USB and SDIO that knows the id, and PCI when none does.
    fn from_str(text: &str) -> Result<Self, BadDeviceId> {
        let bad = |problem| BadDeviceId { text: text.chars().take(80).collect(), problem };
        let (numbers, revision) = match text.split_once('@') {
            Some((numbers, revision)) => {
                (numbers, Some(hex8(revision).ok_or_else(|| bad("the revision is not two hex digits"))?))
            }
            None => (text, None),
        };
        let mut parts: Vec<&str> = numbers.split(':').collect();
        let bus = match parts.first().and_then(|word| Bus::from_word(word)) {
            Some(bus @ (Bus::Pci | Bus::Usb | Bus::Sdio)) => {
                parts.remove(0);
                Some(bus)
            }
            _ => None,
        };
        let numbers: Vec<u16> = parts
            .iter()
            .map(|part| hex16(part))
            .collect::<Option<_>>()
            .ok_or_else(|| bad("a part is not four hex digits"))?;
        let (vendor, device, subsystem) = match *numbers {
            [vendor, device] => (vendor, device, None),
            [vendor, device, subvendor, subdevice] => (vendor, device, Some((subvendor, subdevice))),
            _ => return Err(bad("it has neither two nor four parts")),
        };
        let pci_only = subsystem.is_some() || revision.is_some();
        let bus = match bus {
            Some(bus) if bus != Bus::Pci && pci_only => {
                return Err(bad("only PCI ids have a subsystem and a revision"));
            }
            Some(bus) => bus,
            None if pci_only => Bus::Pci,
            None => ids::bus_of(vendor, device),
        };
        Ok(Self { bus, vendor, device, subsystem, revision })
    }
}

/// Exactly four hex digits.
pub(crate) fn hex16(text: &str) -> Option<u16> {
    (text.len() == 4 && is_hex(text)).then(|| u16::from_str_radix(text, 16).ok()).flatten()
}

/// One or two hex digits.
pub(crate) fn hex8(text: &str) -> Option<u8> {
    (matches!(text.len(), 1 | 2) && is_hex(text)).then(|| u8::from_str_radix(text, 16).ok()).flatten()
}

pub(crate) fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// One function of a USB device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UsbInterface {
    /// Its number, where the listing shows it.
    pub number: Option<u8>,
    /// Class, subclass and protocol.
    pub class: [u8; 3],
}

/// A device that a listing shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Device {
    /// Line of the listing, from 1; 0 when it was read from the machine itself.
    pub line: usize,
    /// Its numbers.
    pub id: DeviceId,
    /// Hex digits of its class, as many as the listing shows: up to six for PCI and USB, two for SDIO; may be empty.
    pub class: String,
    /// The interfaces of a USB device's current configuration, where the listing shows them.
    pub interfaces: Vec<UsbInterface>,
    /// The listing's words for it; printable, and may be empty.
    pub name: String,
    /// The driver that holds it now, where the listing shows one.
    pub driver: Option<String>,
    /// The kernel modules that could drive it, where the listing shows them.
    pub modules: Vec<String>,
    /// Where it is on its host, where the listing shows it.
    pub place: Option<Place>,
    /// The number of its IOMMU group, where the listing shows it: what is in one group goes to one guest.
    pub iommu_group: Option<u32>,
    /// The revision that iwlwifi read from the card, where a log shows it.
    pub hw_revision: Option<u16>,
}

impl Device {
    /// A device of which only the id is known.
    pub fn of_id(id: DeviceId) -> Self {
        Self {
            line: 0,
            id,
            class: String::new(),
            interfaces: Vec::new(),
            name: String::new(),
            driver: None,
            modules: Vec::new(),
            place: None,
            iommu_group: None,
            hw_revision: None,
        }
    }

    /// The device without its place and its words, by which two of a kind are told to be alike; the words stay where
    /// nothing else says whether it is one of the network.
    pub(crate) fn alike(&self) -> Self {
        let named_only = self.class.is_empty() && self.interfaces.is_empty();
        let name = if named_only && self.is_network() { "network" } else { "" };
        Self {
            line: 0,
            name: name.to_owned(),
            driver: None,
            modules: Vec::new(),
            place: None,
            iommu_group: None,
            ..self.clone()
        }
    }

    /// Where it is on PCI, where the listing shows it.
    pub fn slot(&self) -> Option<Slot> {
        self.place.as_ref().and_then(Place::slot)
    }

    /// Whether its class says that it is a network device of a kind that the catalogue covers, or, where its class
    /// says nothing, its name.
    pub fn is_network(&self) -> bool {
        let by_interface = |each: &UsbInterface| matches!(each.class, [0xe0, 1, _] | [2, 6 | 0x0c..=0x0e, _]);
        let by_name = || says_network(&self.name);
        match self.id.bus {
            Bus::Pci if self.class.is_empty() => by_name(),
            Bus::Pci => self.class.starts_with("02") || self.class.starts_with("0d"),
            Bus::Usb => {
                self.class.starts_with("e001") || self.interfaces.iter().any(by_interface) || by_name()
            }
            _ => false,
        }
    }
}
