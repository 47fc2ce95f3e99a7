//! What a listing says of the host: the card, and whose IOMMU there is.

use crate::hardware::detect::{self, Slot};
use crate::hardware::{Bus, Catalogue, Device, DeviceId, Identity, Kind};

/// Longest piece of a pasted line that is shown.
const MAX_SHOWN: usize = 120;

/// What a listing says of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostHardware {
    /// The card to pass through.
    pub card: Card,
    /// The maker of the processor, where the listing shows it.
    pub cpu: Option<CpuSeen>,
    /// A Wi-Fi adapter on USB, which is not passed through with the card.
    pub usb: Option<DeviceId>,
}

/// A card and the lines that tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Where it is on the host.
    pub slot: Slot,
    /// Its numbers.
    pub id: DeviceId,
    /// Line of the listing.
    pub line: usize,
    /// That line, printable.
    pub text: String,
    /// The driver that holds it.
    pub driver: Option<DriverSeen>,
    /// The place of another card with the same numbers.
    pub twin: Option<Slot>,
}

/// A driver that a listing shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverSeen {
    /// Its name.
    pub name: String,
    /// Line of the listing.
    pub line: usize,
    /// That line, printable.
    pub text: String,
}

/// The maker of the host's processor, and the line that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpuSeen {
    pub vendor: Vendor,
    /// Line of the listing.
    pub line: usize,
    /// That line, printable.
    pub text: String,
}

/// A maker of processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Its IOMMU is AMD-Vi.
    Amd,
    /// Its IOMMU is VT-d.
    Intel,
}

/// Why there is no virtual machine to describe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VmError {
    /// No network card on PCI.
    #[error("the listing shows no network card on PCI with its place")]
    NoCard,
    /// Only a Wi-Fi adapter on USB.
    #[error("the listing shows the Wi-Fi adapter {adapter} on USB, and no network card on PCI")]
    OnUsb {
        /// Its numbers.
        adapter: DeviceId,
    },
    /// Several, of which one must be meant.
    #[error("the listing shows several network cards: {}", .cards.join(", "))]
    WhichCard {
        /// Their places and numbers.
        cards: Vec<String>,
    },
    /// Nothing where the user says that the card is.
    #[error("the listing shows no device at {slot}")]
    NotThere {
        /// The place.
        slot: Slot,
    },
    /// bhyve names places without a domain.
    #[error("bhyve cannot reserve the card at {}: it is not in PCI domain 0", .slot.freebsd())]
    Domain {
        /// The place.
        slot: Slot,
    },
    /// A path that would be taken apart.
    #[error(
        "the path of the {what} holds a comma or a control character, which end an argument of the hypervisor: {path:?}"
    )]
    Path {
        /// Which file.
        what: &'static str,
        path: String,
    },
}

impl HostHardware {
    /// Finds the card at a place, or else the only Wi-Fi card, or else the only network card.
    ///
    /// # Errors
    /// When there is none, or several are left.
    pub fn in_text(text: &str, wanted: Option<Slot>) -> Result<HostHardware, VmError> {
        let lines: Vec<&str> = text.lines().collect();
        let line = |number: usize| number.checked_sub(1).and_then(|at| lines.get(at)).copied();
        let devices = detect::read(text).devices;
        let mut placed: Vec<(Slot, &Device)> = Vec::new();
        for device in devices.iter().filter(|device| device.id.bus == Bus::Pci) {
            let Some(slot) = line(device.line).and_then(Slot::of_line) else { continue };
            // Of a listing pasted twice the later one counts: the card may have been reserved in between.
            placed.retain(|(known, _)| *known != slot);
            placed.push((slot, device));
        }
        let usb = devices.iter().find(|device| is_usb_wifi(device)).map(|device| device.id);
        let (slot, device) = choose(&placed, wanted).map_err(|error| match (error, usb) {
            (VmError::NoCard, Some(adapter)) => VmError::OnUsb { adapter },
            (error, _) => error,
        })?;
        let shown = |number: usize| line(number).map(printable).unwrap_or_default();
        let says_driver = |text: &str| text.contains("Kernel driver in use:");
        let driver_line = (device.line..)
            .map_while(|number| line(number + 1).map(|text| (number + 1, text)))
            .take_while(|(_, text)| Slot::of_line(text).is_none())
            .find(|(_, text)| says_driver(text))
            .map_or(device.line, |(number, _)| number);
        let same = |id: DeviceId| (id.vendor, id.device) == (device.id.vendor, device.id.device);
        let twin = placed.iter().find(|(other, each)| *other != slot && same(each.id));
        let card = Card {
            slot,
            id: device.id,
            line: device.line,
            text: shown(device.line),
            driver: device.driver.clone().filter(|name| is_module(name)).map(|name| DriverSeen {
                name,
                line: driver_line,
                text: shown(driver_line),
            }),
            twin: twin.map(|(slot, _)| *slot),
        };
        let cpu = of_bridges(&devices).or_else(|| of_words(&lines));
        let cpu = cpu.map(|(vendor, line)| CpuSeen { vendor, line, text: shown(line) });
        // Who names the controller means the adapter.
        let usb = usb.filter(|_| device.is_network());
        Ok(HostHardware { card, cpu, usb })
    }
}

fn choose<'d>(placed: &[(Slot, &'d Device)], wanted: Option<Slot>) -> Result<(Slot, &'d Device), VmError> {
    if let Some(slot) = wanted {
        return placed.iter().find(|(own, _)| *own == slot).copied().ok_or(VmError::NotThere { slot });
    }
    let wireless = |device: &Device| device.class.starts_with("0280") || device.class.starts_with("0d");
    let mut cards: Vec<_> = placed.iter().filter(|(_, device)| device.is_network()).copied().collect();
    if cards.iter().any(|(_, device)| wireless(device)) {
        cards.retain(|(_, device)| wireless(device));
    }
    match cards[..] {
        [] => Err(VmError::NoCard),
        [card] => Ok(card),
        _ => Err(VmError::WhichCard {
            cards: cards.iter().take(8).map(|(slot, device)| format!("{slot} ({})", device.id)).collect(),
        }),
    }
}

fn is_usb_wifi(device: &Device) -> bool {
    let wifi = |identity: Identity<'_>| identity.chips.iter().any(|chip| chip.kind == Kind::Wifi);
    device.id.bus == Bus::Usb && Catalogue::builtin().identify(device).is_some_and(wifi)
}

/// How an adapter on USB comes to a guest.
pub(crate) fn usb_ways(adapter: DeviceId) -> String {
    let DeviceId { vendor, device, .. } = adapter;
    format!(
        "QEMU passes it with -device qemu-xhci -device usb-host,vendorid=0x{vendor:04x},productid=0x{device:04x}, and \
         needs no IOMMU for that; bhyve passes no USB device, only the whole controller, which is on PCI"
    )
}

/// A host's bridges are of the maker of its processor.
fn of_bridges(devices: &[Device]) -> Option<(Vendor, usize)> {
    devices.iter().filter(|device| device.id.bus == Bus::Pci).find_map(|device| {
        let class = |start: &str| device.class.starts_with(start);
        match device.id.vendor {
            0x1022 if class("06") || class("0806") => Some((Vendor::Amd, device.line)),
            0x8086 if class("0600") => Some((Vendor::Intel, device.line)),
            _ => None,
        }
    })
}

/// Kernel logs and `/proc/cpuinfo` name it.
fn of_words(lines: &[&str]) -> Option<(Vendor, usize)> {
    let any = |line: &str, words: &[&str]| words.iter().any(|word| line.contains(word));
    lines.iter().enumerate().find_map(|(at, line)| {
        if any(line, &["AuthenticAMD", "AMD-Vi:", "CPU: AMD "]) {
            Some((Vendor::Amd, at + 1))
        } else if any(line, &["GenuineIntel", "DMAR:", "CPU: Intel"]) {
            Some((Vendor::Intel, at + 1))
        } else {
            None
        }
    })
}

/// Whether a word can be the name of a kernel module; it is written into a configuration.
fn is_module(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

fn printable(line: &str) -> String {
    line.trim().chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).take(MAX_SHOWN).collect()
}
