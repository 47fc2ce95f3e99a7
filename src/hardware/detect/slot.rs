//! Where a device sits on its host.

use std::fmt;
use std::str::FromStr;

use super::scan;

/// Where a device is on its host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// On PCI.
    Pci(Slot),
    /// On USB.
    Usb(UsbPort),
}

/// The socket that a USB device is in: `1-4.2` is bus 1, port 4, and port 2 of the hub there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UsbPort {
    /// Bus, from 1.
    pub bus: u8,
    /// The port of each hub on the way.
    pub ports: Vec<u8>,
}

/// The place of a PCI device on its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// PCI domain, 0 on all but large machines.
    pub domain: u16,
    pub bus: u8,
    /// Device on the bus, below 32.
    pub device: u8,
    /// Function of the device, below 8.
    pub function: u8,
}

/// A text that names no place of a PCI device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no place of a PCI device: expected one like 2/0/0, pci0:2:0:0 or 02:00.0")]
pub struct NotASlot(pub String);

impl Slot {
    /// `0:2:0:0`, in decimal digits.
    pub(super) fn of_freebsd(text: &str) -> Option<Slot> {
        let mut parts = text.split(':');
        let mut next = |most: u16| parts.next()?.parse().ok().filter(|number| *number <= most);
        let (domain, bus, device, function) = (next(u16::MAX)?, next(255)?, next(31)?, next(7)?);
        let slot = Slot { domain, bus: bus as u8, device: device as u8, function: function as u8 };
        parts.next().is_none().then_some(slot)
    }

    /// `02:00.0` or `0000:02:00.0`, in hex digits.
    pub(super) fn of_linux(text: &str) -> Option<Slot> {
        if !scan::is_slot(text) {
            return None;
        }
        let (place, function) = text.split_once('.')?;
        let mut parts = place.rsplit(':').map(|part| u16::from_str_radix(part, 16).ok());
        let (device, bus) = (parts.next()??, parts.next()??);
        let domain = parts.next().unwrap_or(Some(0))?;
        let function = u8::from_str_radix(function, 16).ok()?;
        let fits = device < 32 && function < 8;
        fits.then_some(Slot { domain, bus: bus as u8, device: device as u8, function })
    }

    /// The place as bhyve takes it: `2/0/0`; there is no domain in it.
    pub(crate) fn bhyve(&self) -> String {
        format!("{}/{}/{}", self.bus, self.device, self.function)
    }

    /// The place as FreeBSD's `pciconf` shows it: `pci0:2:0:0`.
    pub(crate) fn freebsd(&self) -> String {
        format!("pci{}:{}:{}:{}", self.domain, self.bus, self.device, self.function)
    }
}

impl Place {
    /// The place on PCI, if it is there.
    pub fn slot(&self) -> Option<Slot> {
        match self {
            Place::Pci(slot) => Some(*slot),
            Place::Usb(_) => None,
        }
    }
}

impl UsbPort {
    /// The ports as Linux and QEMU write them: `4.2`.
    pub fn ports(&self) -> String {
        self.ports.iter().map(u8::to_string).collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for UsbPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.bus, self.ports())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Pci(slot) => slot.fmt(f),
            Place::Usb(port) => port.fmt(f),
        }
    }
}

impl FromStr for UsbPort {
    type Err = NotASlot;

    /// Reads `1-4.2`.
    fn from_str(text: &str) -> Result<UsbPort, NotASlot> {
        let read = || {
            let (bus, ports) = text.split_once('-')?;
            let number = |digits: &str| digits.parse().ok().filter(|number| *number > 0);
            let ports = ports.split('.').map(number).collect::<Option<Vec<u8>>>()?;
            (ports.len() <= 7).then_some(UsbPort { bus: number(bus)?, ports })
        };
        read().ok_or_else(|| NotASlot(text.chars().take(80).collect()))
    }
}

impl fmt::Display for Slot {
    /// The place as Linux shows it: `0000:02:00.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:02x}:{:02x}.{}", self.domain, self.bus, self.device, self.function)
    }
}

impl FromStr for Slot {
    type Err = NotASlot;

    /// Reads any of the three forms.
    fn from_str(text: &str) -> Result<Slot, NotASlot> {
        let freebsd = text.strip_prefix("pci").map(|place| place.trim_end_matches(':').to_owned());
        let bhyve = text.contains('/').then(|| format!("0:{}", text.replace('/', ":")));
        let slot = match freebsd.or(bhyve) {
            Some(place) => Slot::of_freebsd(&place),
            None => Slot::of_linux(text),
        };
        slot.ok_or_else(|| NotASlot(text.chars().take(80).collect()))
    }
}
