//! What a listing says of the host: the cards to pass, what shares their IOMMU groups, and whose processor there is.

mod adapters;
mod choose;
mod groups;
mod guest;
mod name;

use crate::hardware::detect::{Detected, HostFact, Maker, Slot, UsbPort};
use crate::hardware::{Catalogue, Device, DeviceId, Hypervisor};

use super::VmError;

pub use groups::{Conflict, Member};
pub use name::{CardName, NotACard};

/// Longest piece of a pasted line that is shown.
const MAX_SHOWN: usize = 120;

/// What a listing says of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostHardware {
    /// The cards to pass through.
    pub cards: Vec<Card>,
    /// The USB adapters to pass through.
    pub adapters: Vec<Adapter>,
    /// The maker of the processor, where the listing shows it.
    pub cpu: Option<CpuSeen>,
    /// What shares an IOMMU group with a card and is not passed.
    pub conflicts: Vec<Conflict>,
    /// A Wi-Fi adapter on USB that is not passed with a card that is none of Wi-Fi.
    pub adapter_left: Option<DeviceId>,
    /// The lines that say that a card does not answer, and its place.
    pub dead: Vec<(usize, Slot)>,
    /// The place of another card with the same numbers as one that is passed.
    pub twin: Option<Slot>,
}

/// A card: its functions, which go together. There is one at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card(Vec<Function>);

/// A function of a card and the lines that tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
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
    /// The kernel modules that could drive it.
    pub modules: Vec<String>,
    /// Whether it is all that the listing shows of its device.
    pub whole: bool,
}

/// An adapter on USB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Its numbers.
    pub id: DeviceId,
    /// The port, by which it is passed where another one has the same numbers or the user names it.
    pub port: Option<UsbPort>,
    /// Line of the listing.
    pub line: usize,
    /// That line, printable.
    pub text: String,
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
    /// Whose it is.
    pub maker: Maker,
    /// Line of the listing.
    pub line: usize,
    /// That line, printable.
    pub text: String,
}

impl Card {
    /// The function that the card is named by.
    pub fn first(&self) -> &Function {
        &self.0[0]
    }
}

impl HostHardware {
    /// Finds the cards that the user names, or else those that the text gives to a guest, or else the only Wi-Fi card, or
    /// else the only network card. `text` is what was read, empty for a machine's own sysfs.
    ///
    /// # Errors
    /// When there is none, several are left, or the text was taken inside a virtual machine.
    pub fn find(
        text: &str,
        detected: &Detected,
        names: &[CardName],
        host: Hypervisor,
    ) -> Result<HostHardware, VmError> {
        if let Some((line, guest)) = guest::seen(&detected.devices) {
            return Err(VmError::InGuest { line, guest });
        }
        let lines: Vec<&str> = text.lines().collect();
        let shown = |line: usize| shown(&lines, line);
        let choice = choose::choose(detected, names, host, &shown)?;
        let passed: Vec<Slot> = choice.cards.iter().flatten().map(|(slot, _)| *slot).collect();
        let is_freebsd = |of: Hypervisor| of == Hypervisor::Bhyve;
        let is_own = detected.hypervisor.is_none_or(|of| is_freebsd(of) == is_freebsd(host));
        let function = |(slot, device): &(Slot, &Device)| Function {
            slot: *slot,
            id: device.id,
            line: device.line,
            text: shown(device.line),
            // The names of another system's drivers are none here.
            driver: driver(device, &detected.devices, &lines).filter(|_| is_own),
            modules: device.modules.iter().filter(|name| is_module(name)).cloned().collect(),
            whole: slot.bus > 0
                && choice.placed.iter().all(|(other, _)| {
                    (other.domain, other.bus, other.device) != (slot.domain, slot.bus, slot.device)
                        || passed.contains(other)
                }),
        };
        let cards: Vec<Card> =
            choice.cards.iter().map(|functions| Card(functions.iter().map(function).collect())).collect();
        let numbers = |id: DeviceId| (id.vendor, id.device);
        let is_passed_id =
            |id| cards.iter().flat_map(|card| &card.0).any(|own| numbers(own.id) == numbers(id));
        let is_twin = |(slot, device): &&(Slot, &Device)| !passed.contains(slot) && is_passed_id(device.id);
        let twin = choice.placed.iter().find(is_twin).map(|(slot, _)| *slot);
        let told = detected.host.iter();
        let dead = told.filter_map(|told| match told.fact {
            HostFact::Dead { slot } if passed.contains(&slot) => Some((told.line, slot)),
            _ => None,
        });
        let cpu = cpu(detected).map(|(maker, line)| CpuSeen { maker, line, text: shown(line) });
        Ok(HostHardware {
            conflicts: groups::conflicts(detected, &choice.placed, &passed, &shown),
            dead: dead.collect(),
            adapter_left: choice.adapter_left,
            adapters: choice.adapters,
            cards,
            cpu,
            twin,
        })
    }

    /// All functions of all cards.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.cards.iter().flat_map(|card| &card.0)
    }

    /// Whether a card's driver reserves more memory than most.
    pub(super) fn needs_memory(&self) -> bool {
        self.functions().any(|function| {
            let identity = Catalogue::builtin().identify(&Device::of_id(function.id));
            let chips = identity.map_or(Vec::new(), |identity| identity.chips);
            chips.iter().any(|chip| chip.modules.iter().any(is_large))
        })
    }
}

/// Whether a module or the package of one is of a driver that reserves much memory.
pub(super) fn is_large(name: &str) -> bool {
    ["ath11k", "ath12k"].iter().any(|driver| name.trim_start_matches("kmod-").starts_with(driver))
}

/// The maker of the processor: by what the text says of it, or else by the host's bridges, which are of the same.
fn cpu(detected: &Detected) -> Option<(Maker, usize)> {
    let by_bridge = detected.devices.iter().find_map(|device| {
        let class = |start: &str| device.class.starts_with(start);
        match device.id.vendor {
            0x1022 if class("06") || class("0806") => Some((Maker::Amd, device.line)),
            0x8086 if class("0600") => Some((Maker::Intel, device.line)),
            _ => None,
        }
    });
    by_bridge.or_else(|| {
        detected.host.iter().find_map(|told| match told.fact {
            HostFact::Cpu(maker) => Some((maker, told.line)),
            _ => None,
        })
    })
}

/// The driver that holds a device, and the line that shows it.
fn driver(device: &Device, devices: &[Device], lines: &[&str]) -> Option<DriverSeen> {
    let name = device.driver.clone().filter(|name| is_module(name))?;
    let next = devices.iter().map(|other| other.line).filter(|line| *line > device.line).min();
    let below = device.line + 1..next.unwrap_or(lines.len() + 1);
    let says = |line: &usize| lines.get(line - 1).is_some_and(|text| text.contains("Kernel driver in use:"));
    let line = below.clone().find(says).unwrap_or(device.line);
    Some(DriverSeen { name, line, text: shown(lines, line) })
}

/// Whether a word can be the name of a kernel module; it is written into a configuration.
fn is_module(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

/// A line of the text, printable.
fn shown(lines: &[&str], number: usize) -> String {
    let line = number.checked_sub(1).and_then(|at| lines.get(at)).copied().unwrap_or_default();
    line.trim().chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).take(MAX_SHOWN).collect()
}
