//! What a program is told of a device, and how it writes it.

use owpkg::hardware::{Bus, Catalogue, Device, DeviceId, IdRow, UsbInterface, all_id_rows};

use Field::{Class, Interfaces, Revision, Subsystem};

/// What a program is told of a device.
pub(super) struct Sample {
    pub(super) device: Device,
    /// `02:00.0`
    pub(super) slot: String,
}

/// How a program writes it.
pub(super) struct Form {
    pub(super) name: &'static str,
    pub(super) bus: Bus,
    /// Which of the fields it shows.
    pub(super) shows: &'static [Field],
    pub(super) write: fn(&Sample) -> String,
}

#[derive(PartialEq)]
pub(super) enum Field {
    Subsystem,
    Revision,
    Class,
    Interfaces,
}

impl Sample {
    pub(super) fn v(&self) -> u16 {
        self.device.id.vendor
    }
    pub(super) fn d(&self) -> u16 {
        self.device.id.device
    }
    pub(super) fn sv(&self) -> u16 {
        self.device.id.subsystem.map_or(0, |pair| pair.0)
    }
    pub(super) fn sd(&self) -> u16 {
        self.device.id.subsystem.map_or(0, |pair| pair.1)
    }
    pub(super) fn rev(&self) -> u8 {
        self.device.id.revision.unwrap_or(0)
    }
    /// `028000`
    pub(super) fn class(&self) -> &str {
        &self.device.class
    }
    pub(super) fn words(&self) -> &'static str {
        if self.class().starts_with("0280") { "Network controller" } else { "Ethernet controller" }
    }
    pub(super) fn subclass(&self) -> &'static str {
        if self.class().starts_with("0280") { "miscellaneous" } else { "ethernet" }
    }
    pub(super) fn interface(&self) -> [u8; 3] {
        self.device.interfaces.first().map_or([0xff; 3], |each| each.class)
    }
    pub(super) fn number(&self) -> u8 {
        self.device.interfaces.first().and_then(|each| each.number).unwrap_or(0)
    }
}

/// Ids of a bus that the table knows, from all over it.
pub(super) fn samples(bus: Bus) -> Vec<Sample> {
    let rows: Vec<IdRow> = all_id_rows().unwrap_or_else(|bad| panic!("{bad}"));
    let number = |digits: &str| u16::from_str_radix(digits, 16).ok();
    let known = rows.iter().filter(|row| row.bus == bus && !row.interface.starts_with("devclass"));
    let known: Vec<_> =
        known.filter_map(|row| Some((row, number(row.vendor)?, number(row.device)?))).collect();
    let chosen = known.iter().step_by(known.len() / 30);
    chosen
        .take(30)
        .enumerate()
        .map(|(at, (row, vendor, device))| {
            let mut device = Device::of_id(DeviceId::new(bus, *vendor, *device));
            let kind = row
                .chips
                .iter()
                .find_map(|name| Catalogue::builtin().chip(name))
                .map(|chip| chip.kind.word());
            if bus == Bus::Pci {
                device.id.subsystem =
                    Some((number(row.subvendor).unwrap_or(0x1028), number(row.subdevice).unwrap_or(0x0310)));
                device.id.revision = Some(number(row.revision).map_or(0x1a, |revision| revision as u8));
                device.class = if kind == Some("wifi") { "028000" } else { "020000" }.to_owned();
            } else {
                device.class = "000000".to_owned();
                let parts: Vec<u8> = row
                    .interface
                    .strip_prefix("ifclass=")
                    .into_iter()
                    .flat_map(|classes| classes.split('/'))
                    .map(|part| u8::from_str_radix(part, 16).unwrap_or(0xff))
                    .collect();
                let class = if let [a, b, c] = parts[..] { [a, b, c] } else { [0xff; 3] };
                let number = row.interface.strip_prefix("ifnum=").and_then(|number| number.parse().ok());
                device.interfaces.push(UsbInterface { number: number.or(Some(0)), class });
            }
            Sample { device, slot: format!("{:02x}:00.0", at + 1) }
        })
        .collect()
}

/// The device with those fields alone that a form shows.
pub(super) fn shown(form: &Form, sample: &Sample) -> Device {
    let mut device = sample.device.clone();
    let shows = |field| form.shows.contains(&field);
    if !shows(Subsystem) {
        device.id.subsystem = None;
    }
    if !shows(Revision) {
        device.id.revision = None;
    }
    if !shows(Class) {
        device.class.clear();
    }
    if !shows(Interfaces) {
        device.interfaces.clear();
    }
    device
}
