//! A card that somebody wants to use, and what was chosen for it.

use serde::{Deserialize, Serialize};

use super::{Catalogue, ChipPackages, Device, DeviceId, Found, Role, UsbInterface, devices_of};

/// A card that was asked for, by its id or by the name of its chip, and what was chosen for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Card {
    /// What was asked for: an id, or the name of a chip or a family.
    pub asked: String,
    /// Its id, as `--device` takes it: `pci:8086:095a:8086:5010@59`; none where a chip was asked for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The hex digits of its class, as far as a listing showed them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// The classes of its USB interfaces, each behind its number where that is known: `2:ff/ff/ff`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<String>,
    /// The chips that it may be, or the one that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chips: Vec<String>,
    /// The packages that were chosen for its driver, whether the router holds them or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drivers: Vec<String>,
    /// The packages that were chosen for its firmware, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub firmware: Vec<String>,
    /// Those of both that the router holds already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_router: Vec<String>,
}

impl Card {
    /// A device that was asked for by its id or by a listing, without what was chosen for it.
    pub fn of_device(device: &Device) -> Card {
        let DeviceId { bus, revision, .. } = device.id;
        let revision = revision.map_or(String::new(), |revision| format!("@{revision:02x}"));
        let id = format!("{bus}:{}{revision}", device.id);
        Card {
            asked: id.clone(),
            id: Some(id),
            class: device.class.clone(),
            interfaces: device.interfaces.iter().map(interface_text).collect(),
            ..Card::default()
        }
    }

    /// The cards that a name stands for, without what was chosen for them: a product may hold several devices.
    pub fn of_name(found: &Found<'_>) -> Vec<Card> {
        let of_chips = |chips| Card { asked: found.name().to_owned(), chips, ..Card::default() };
        match found {
            Found::Chip(chip) => vec![of_chips(vec![chip.name.to_owned()])],
            Found::Family(family) => vec![of_chips(family.members.to_vec())],
            Found::Device(id, _) => vec![Card::of_device(&Device::of_id(*id))],
            Found::Product(product) if product.devices().is_empty() => {
                vec![of_chips(product.chips.iter().map(|chip| (*chip).to_owned()).collect())]
            }
            Found::Product(product) => {
                product.devices().into_iter().map(|id| Card::of_device(&Device::of_id(id))).collect()
            }
        }
    }

    /// The same with what was chosen for it, of which the router may hold some.
    #[must_use]
    pub fn with(mut self, chosen: &ChipPackages, router_holds: impl Fn(&str) -> bool) -> Card {
        let left_out = |name: &String| chosen.left_out.iter().any(|reason| reason.subject() == name);
        self.chips.retain(|name| !left_out(name));
        let of = |role| chosen.wanted.iter().filter(move |each| each.role == role);
        self.drivers = of(Role::Driver).map(|each| each.package.clone()).collect();
        self.firmware = of(Role::Firmware).map(|each| each.package.clone()).collect();
        self.on_router =
            self.drivers.iter().chain(&self.firmware).filter(|name| router_holds(name)).cloned().collect();
        self
    }

    /// The device, or one for each id of the chip that the catalogue knows.
    pub fn devices(&self) -> Vec<Device> {
        let Some(id) = &self.id else {
            let chips = self.chips.iter().filter_map(|name| Catalogue::builtin().chip(name));
            return chips.flat_map(devices_of).collect();
        };
        // An id that is none, in a lock that was changed by hand, is no card.
        let id: Option<DeviceId> = id.parse().ok();
        let interfaces = self.interfaces.iter().filter_map(|text| read_interface(text)).collect();
        let device = |id| Device { class: self.class.clone(), interfaces, ..Device::of_id(id) };
        id.map(device).into_iter().collect()
    }
}

fn interface_text(interface: &UsbInterface) -> String {
    let [class, subclass, protocol] = interface.class;
    let number = interface.number.map_or(String::new(), |number| format!("{number}:"));
    format!("{number}{class:02x}/{subclass:02x}/{protocol:02x}")
}

fn read_interface(text: &str) -> Option<UsbInterface> {
    let (number, classes) = match text.split_once(':') {
        Some((number, classes)) => (Some(number.parse().ok()?), classes),
        None => (None, text),
    };
    let mut parts = classes.split('/').map(|part| u8::from_str_radix(part, 16).ok());
    let class = [parts.next()??, parts.next()??, parts.next()??];
    Some(UsbInterface { number, class })
}
