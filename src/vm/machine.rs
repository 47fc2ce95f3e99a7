//! What a machine is given: memory, processors, a place for the card, a bridge.

use super::HostHardware;
use super::listing::Function;
use crate::hardware::detect::Slot;

/// Memory in MiB that is enough for most cards. With 128, GRUB of the EFI image ends with "out of memory".
pub(super) const MEMORY: u32 = 192;
/// Memory for ath11k and ath12k, which reserve more of it for their firmware.
pub(super) const LARGE_MEMORY: u32 = 512;

/// The first place for a card that no recipe uses for anything else, and the last.
const SLOTS: std::ops::RangeInclusive<u8> = 6..=30;

/// What a machine is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Memory in MiB; none: what the card and the packages need.
    pub memory: Option<u32>,
    /// How many processors.
    pub cpus: u32,
    /// The bridge of the host's that the guest's LAN is on; none: one of its own.
    pub bridge: Option<String>,
    /// Where the first card is in the guest: OpenWrt names a radio by this place.
    pub slot: u8,
}

impl Default for Machine {
    fn default() -> Machine {
        Machine { memory: None, cpus: 1, bridge: None, slot: 7 }
    }
}

/// What a machine cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MachineError {
    /// Too little memory, or more than hosts have.
    #[error("{0} MiB of memory: OpenWrt's EFI image needs 192, and no host has more than 1048576")]
    Memory(u32),
    /// No processor, or too many.
    #[error("{0} processors: expected 1 to 64")]
    Cpus(u32),
    /// No name of an interface.
    #[error("{0:?} is no name of a bridge: expected up to 15 letters, digits and . _ -")]
    Bridge(String),
    /// A place that something else takes, or that there is not.
    #[error("the guest has no place {0} for a card: expected 6 to 30, for all cards one after the other")]
    Slot(u8),
}

impl Machine {
    /// Checks that it can be, with what is passed through.
    pub(super) fn fits(&self, hardware: &HostHardware) -> Result<(), MachineError> {
        if let Some(memory) = self.memory.filter(|memory| !(MEMORY..=1 << 20).contains(memory)) {
            return Err(MachineError::Memory(memory));
        }
        if !(1..=64).contains(&self.cpus) {
            return Err(MachineError::Cpus(self.cpus));
        }
        let is_name = |name: &&String| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            (1..=15).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with(['-', '.'])
        };
        if let Some(name) = self.bridge.as_ref().filter(|name| !is_name(name)) {
            return Err(MachineError::Bridge(name.clone()));
        }
        let last = self.places(hardware).last().map_or(u32::from(self.slot), |(_, place)| place.slot);
        match SLOTS.contains(&self.slot) && last <= u32::from(*SLOTS.end()) {
            true => Ok(()),
            false => Err(MachineError::Slot(self.slot)),
        }
    }

    /// Where each function is in the guest: those of one place on the host stay together, one after the other.
    pub(super) fn places<'h>(&self, hardware: &'h HostHardware) -> Vec<(&'h Function, GuestPlace)> {
        let mut slots: Vec<(u16, u8, u8)> = Vec::new();
        let functions: Vec<&Function> = hardware.functions().collect();
        let place = |Slot { domain, bus, device, .. }: Slot| (domain, bus, device);
        let together = |slot| functions.iter().filter(|other| place(other.slot) == place(slot)).count();
        let mut placed = Vec::new();
        for function in &functions {
            let own = place(function.slot);
            let at = slots.iter().position(|known| *known == own).unwrap_or_else(|| {
                slots.push(own);
                slots.len() - 1
            });
            let before =
                placed.iter().filter(|(other, _): &&(&Function, _)| place(other.slot) == own).count();
            let slot = u32::from(self.slot) + at as u32;
            let several = together(function.slot) > 1;
            placed.push((*function, GuestPlace { slot, function: before as u32, several }));
        }
        placed
    }
}

/// The place of a function in the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GuestPlace {
    pub slot: u32,
    pub function: u32,
    /// Whether it is one of several there.
    pub several: bool,
}

impl GuestPlace {
    /// The radio's path as OpenWrt writes it down, where the guest's bus is the only one.
    pub(super) fn radio(self) -> String {
        format!("pci0000:00/0000:00:{:02x}.{}", self.slot, self.function)
    }
}
