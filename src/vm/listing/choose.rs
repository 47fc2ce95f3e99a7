//! Which of the devices of a listing are meant.

use super::{Adapter, CardName, VmError};
use crate::hardware::detect::{Detected, HostFact, Place, Slot};
use crate::hardware::{Bus, Catalogue, Device, DeviceId, Hypervisor, Kind, second_functions};

/// What is meant.
pub(super) struct Choice<'d> {
    /// Everything on PCI by its place.
    pub placed: Vec<(Slot, &'d Device)>,
    /// The functions of each card.
    pub cards: Vec<Vec<(Slot, &'d Device)>>,
    /// The adapters on USB.
    pub adapters: Vec<Adapter>,
    /// An adapter that would be meant on another host.
    pub adapter_left: Option<DeviceId>,
}

/// What a listing shows, for the choice among it.
pub(super) struct Shown<'d, 's> {
    placed: Vec<(Slot, &'d Device)>,
    pub(super) detected: &'d Detected,
    pub(super) host: Hypervisor,
    pub(super) line: &'s dyn Fn(usize) -> String,
}

/// Finds what is meant: by its names, by what the text gives to a guest, or as the only one.
pub(super) fn choose<'d>(
    detected: &'d Detected,
    names: &[CardName],
    host: Hypervisor,
    line: &dyn Fn(usize) -> String,
) -> Result<Choice<'d>, VmError> {
    let mut placed: Vec<(Slot, &Device)> = Vec::new();
    for device in detected.devices.iter().filter(|device| device.id.bus == Bus::Pci) {
        let Some(slot) = device.slot() else { continue };
        // Of a listing pasted twice the later one counts: the card may have been reserved in between.
        placed.retain(|(known, _)| *known != slot);
        placed.push((slot, device));
    }
    let mut shown = Shown { placed, detected, host, line };
    let mut choice =
        Choice { placed: Vec::new(), cards: Vec::new(), adapters: Vec::new(), adapter_left: None };
    let given = shown.given()?;
    if !names.is_empty() {
        for name in names {
            shown.named(name, &mut choice)?;
        }
    } else if !given.is_empty() {
        for slot in given {
            shown.named(&CardName::Slot(slot), &mut choice)?;
        }
    } else {
        shown.only(&mut choice)?;
    }
    choice.placed = shown.placed;
    Ok(choice)
}

impl<'d> Shown<'d, '_> {
    /// The places that the text gives to a guest. One place without a card and one card without a place are one.
    fn given(&mut self) -> Result<Vec<Slot>, VmError> {
        let mut given: Vec<Slot> = Vec::new();
        for told in &self.detected.host {
            if let HostFact::Given { slot } = told.fact
                && !given.contains(&slot)
            {
                given.push(slot);
            }
        }
        if let ([slot], [device]) = (&given[..], &self.placeless()[..])
            && self.at(*slot).is_none()
        {
            self.placed.push((*slot, device));
        }
        Ok(given)
    }

    /// The network cards on PCI that the text does not place.
    fn placeless(&self) -> Vec<&'d Device> {
        let cards = self.detected.devices.iter().filter(|device| device.id.bus == Bus::Pci);
        cards.filter(|device| device.slot().is_none() && is_network(device)).collect()
    }

    fn at(&self, slot: Slot) -> Option<&'d Device> {
        self.placed.iter().find(|(own, _)| *own == slot).map(|(_, device)| *device)
    }

    /// Takes what a name means.
    fn named(&self, name: &CardName, choice: &mut Choice<'d>) -> Result<(), VmError> {
        match name {
            CardName::Slot(slot) => match self.at(*slot) {
                Some(device) => self.take(*slot, device, choice),
                None => Err(self.nothing_at(*slot)),
            },
            CardName::Port(port) => {
                let place = Place::Usb(port.clone());
                let there = self.detected.devices.iter().find(|device| device.place.as_ref() == Some(&place));
                match there {
                    Some(device) => self.take_adapter(device, Some(port.clone()), choice),
                    None => Err(VmError::NotThere { place }),
                }
            }
            CardName::Id(id) => {
                let same = |device: &&Device| CardName::matches(*id, device.id);
                let cards: Vec<_> = self.placed.iter().filter(|(_, device)| same(device)).collect();
                match cards[..] {
                    [(slot, device)] => return self.take(*slot, device, choice),
                    [_, ..] => return Err(which(&cards)),
                    [] => {}
                }
                match self.detected.devices.iter().find(same) {
                    Some(device) if device.id.bus == Bus::Usb => self.take_alike(device, choice),
                    Some(device) => Err(VmError::NoPlace { card: device.id }),
                    None => Err(VmError::NoSuchId { id: *id }),
                }
            }
        }
    }

    /// Why there is nothing at a place that was named.
    fn nothing_at(&self, slot: Slot) -> VmError {
        let is_named = self.detected.named.iter().any(|named| named.slot == Some(slot));
        let is_given = self
            .detected
            .host
            .iter()
            .any(|told| matches!(told.fact, HostFact::Given { slot: own } if own == slot));
        match is_named || is_given {
            true => VmError::NoId { place: slot },
            false => VmError::NotThere { place: Place::Pci(slot) },
        }
    }

    /// Takes the only card there is: of Wi-Fi, or else an adapter on USB where the host can pass one, or else any.
    fn only(&self, choice: &mut Choice<'d>) -> Result<(), VmError> {
        let cards: Vec<&(Slot, &Device)> =
            self.placed.iter().filter(|(_, device)| is_network(device) && !self.is_second(device)).collect();
        let adapters: Vec<&Device> = self.adapters();
        let wireless: Vec<_> = cards.iter().copied().filter(|(_, device)| is_wifi(device)).collect();
        let can_pass_usb = self.host != Hypervisor::Bhyve;
        if wireless.is_empty() && can_pass_usb && !adapters.is_empty() {
            return match adapters[..] {
                [adapter] => self.take_alike(adapter, choice),
                [one, ref others @ ..] if others.iter().all(|other| other.id == one.id) => {
                    self.take_alike(one, choice)
                }
                _ => Err(VmError::WhichCard {
                    cards: adapters.iter().take(8).map(|each| each.id.to_string()).collect(),
                }),
            };
        }
        let candidates = if wireless.is_empty() { cards } else { wireless };
        // Functions at one place are one card.
        let mut firsts: Vec<&(Slot, &Device)> = Vec::new();
        for candidate in candidates {
            if !firsts.iter().any(|(first, _)| is_one_device(*first, candidate.0)) {
                firsts.push(candidate);
            }
        }
        match firsts[..] {
            [(slot, device)] => {
                if let (false, Some(adapter)) = (is_wifi(device), adapters.first()) {
                    choice.adapter_left = Some(adapter.id);
                }
                self.take(*slot, device, choice)
            }
            [_, ..] => Err(which(&firsts)),
            [] => Err(self.none(&adapters)),
        }
    }

    /// Why there is no card.
    pub(super) fn none(&self, adapters: &[&Device]) -> VmError {
        if let Some(adapter) = adapters.first() {
            let controllers = self.placed.iter().filter(|(_, device)| device.class.starts_with("0c03"));
            let controllers = controllers.map(|(slot, device)| (*slot, (self.line)(device.line)));
            return VmError::OnUsb { adapter: adapter.id, controllers: controllers.collect() };
        }
        let named = self.detected.named.iter().find_map(|named| named.slot);
        match (self.placeless().first(), named) {
            (Some(card), _) => VmError::NoPlace { card: card.id },
            (None, Some(place)) => VmError::NoId { place },
            (None, None) => VmError::NoCard,
        }
    }

    /// Whether a device is the second function of a card whose first one is there.
    fn is_second(&self, device: &Device) -> bool {
        let pair = |first: DeviceId, second: DeviceId| {
            CardName::matches(second, device.id)
                && self.placed.iter().any(|(_, other)| CardName::matches(first, other.id))
        };
        second_functions().any(|(first, second, _)| pair(first, second))
    }

    /// Takes a card with all of its functions.
    fn take(&self, slot: Slot, device: &'d Device, choice: &mut Choice<'d>) -> Result<(), VmError> {
        if self.host == Hypervisor::Bhyve && slot.domain != 0 {
            return Err(VmError::Domain { slot });
        }
        let is_taken =
            |slot: Slot, choice: &Choice<'_>| choice.cards.iter().flatten().any(|(own, _)| *own == slot);
        let mut functions: Vec<(Slot, &Device)> = Vec::new();
        let with = |other: &(Slot, &Device)| {
            let is_sibling =
                slot.bus > 0 && is_one_device(slot, other.0) && is_network(device) && is_network(other.1);
            let pair = |(first, second, _): (DeviceId, DeviceId, _)| {
                CardName::matches(first, device.id) && CardName::matches(second, other.1.id)
                    || CardName::matches(second, device.id) && CardName::matches(first, other.1.id)
            };
            other.0 == slot || is_sibling || second_functions().any(pair)
        };
        functions.extend(self.placed.iter().filter(|other| with(other) && !is_taken(other.0, choice)));
        // The named one comes first, and its siblings in their order.
        functions.sort_by_key(|(own, device)| {
            (self.is_second(device), *own != slot && !is_one_device(*own, slot), *own)
        });
        if !functions.is_empty() {
            choice.cards.push(functions);
        }
        Ok(())
    }
}

fn which(cards: &[&(Slot, &Device)]) -> VmError {
    VmError::WhichCard {
        cards: cards.iter().take(8).map(|(slot, device)| format!("{slot} ({})", device.id)).collect(),
    }
}

fn is_one_device(one: Slot, other: Slot) -> bool {
    (one.domain, one.bus, one.device) == (other.domain, other.bus, other.device)
}

/// Whether a device is one of the network: its numbers decide, its class where no table has them.
fn is_network(device: &Device) -> bool {
    let catalogue = Catalogue::builtin();
    match catalogue.identify(device) {
        Some(identity) => identity.chips.iter().any(|chip| chip.kind != Kind::Bluetooth),
        None => device.is_network(),
    }
}

pub(super) fn is_wifi(device: &Device) -> bool {
    match Catalogue::builtin().identify(device) {
        Some(identity) => identity.chips.iter().any(|chip| chip.kind == Kind::Wifi),
        None => device.id.bus == Bus::Pci && device.class.starts_with("0280"),
    }
}
