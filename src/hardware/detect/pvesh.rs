//! Proxmox's `pvesh get /nodes/NODE/hardware/pci`, as JSON and as a table.

use serde::Deserialize;

use super::scan::{hex_after, name, number16};
use super::{Place, Slot};
use crate::hardware::{Bus, Device, DeviceId};

/// A device of the JSON.
#[derive(Deserialize)]
pub(super) struct Entry {
    id: String,
    vendor: String,
    device: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    device_name: String,
    subsystem_vendor: Option<String>,
    subsystem_device: Option<String>,
    iommugroup: Option<i64>,
}

/// The array that a text starts with, of which `line` is the first line, and its length.
pub(super) fn array(text: &str, line: &str) -> Option<(Vec<Entry>, usize)> {
    let start = line.trim_start().strip_prefix('[')?.trim_start();
    // Any other line that starts with a bracket is told from it at once.
    if !start.is_empty() && !start.starts_with('{') || start.is_empty() && !opens(&text[line.len()..]) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Vec<Entry>>();
    let entries = values.next()?.ok()?;
    Some((entries, values.byte_offset()))
}

fn opens(rest: &str) -> bool {
    rest.lines().next().is_some_and(|line| line.trim() == "{")
}

impl Entry {
    /// The device that it shows.
    pub(super) fn device(&self, line: usize) -> Option<Device> {
        let number = |text: &str| hex_after(text, "0x").and_then(number16);
        let mut id = DeviceId::new(Bus::Pci, number(&self.vendor)?, number(&self.device)?);
        let subsystem = self.subsystem_vendor.as_deref().zip(self.subsystem_device.as_deref());
        id.subsystem = subsystem.and_then(|(vendor, device)| number(vendor).zip(number(device)));
        id.subsystem = id.subsystem.filter(|pair| *pair != (0, 0));
        Some(Device {
            line,
            class: class(&self.class),
            name: name(&self.device_name),
            place: Slot::of_linux(&self.id).map(Place::Pci),
            iommu_group: self.iommugroup.and_then(|group| u32::try_from(group).ok()),
            ..Device::of_id(id)
        })
    }

    /// How its place stands in the text.
    pub(super) fn mark(&self) -> String {
        format!("\"{}\"", self.id)
    }
}

/// The device of a row of the table: class, device, place, group, vendor, name.
pub(super) fn row(line: &str) -> Option<Device> {
    let bare = line.strip_prefix('│').unwrap_or(line);
    let bare = bare.replace('│', " ");
    let mut words = bare.split_whitespace();
    let hex = |word: Option<&str>| word?.strip_prefix("0x").map(str::to_owned);
    let (code, device) = (hex(words.next())?, hex(words.next())?);
    let slot = Slot::of_linux(words.next()?)?;
    let group = words.next()?.parse::<i64>().ok()?;
    let id = DeviceId::new(Bus::Pci, number16(&hex(words.next())?)?, number16(&device)?);
    let words = match line.split('│').nth(6) {
        Some(field) => field.trim().to_owned(),
        None => words.collect::<Vec<_>>().join(" "),
    };
    Some(Device {
        class: class(&code),
        name: name(&words),
        place: Some(Place::Pci(slot)),
        iommu_group: u32::try_from(group).ok(),
        ..Device::of_id(id)
    })
}

/// Six hex digits without `0x`.
fn class(text: &str) -> String {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let is_class = digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_class { digits.to_ascii_lowercase() } else { String::new() }
}
