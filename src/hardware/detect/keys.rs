//! The keys of `lspci -vmm`, `hwinfo`, `lshw`, sysfs's `uevent`, macOS's `system_profiler` and `ioreg`.

use super::draft::Draft;
use super::keyed::Form;
use super::scan::{bracketed_number, class_code, hex_after, hex_word, is_slot, number8, number16};
use super::{Place, Slot};
use crate::hardware::device::hex16;
use crate::hardware::{Bus, UsbInterface};

/// The programs.
pub(super) static FORMS: [Form; 6] = [VMM, HWINFO, LSHW, UEVENT, PROFILER, IOREG];

const VMM: Form = Form {
    separator: ':',
    ends_at_blank: true,
    named_above: false,
    // lspci leaves out a revision of zero.
    starts: |line| {
        let slot = line.strip_prefix("Slot:")?.trim();
        let place = Slot::of_linux(slot).map(Place::Pci);
        is_slot(slot).then(|| Draft { bus: Some(Bus::Pci), revision: Some(0), place, ..Draft::default() })
    },
    keys: &[
        ("Class", |draft, value| draft.class = lspci_class(value)),
        ("Vendor", |draft, value| draft.vendor = hex16(lspci_digits(value))),
        ("Device", |draft, value| {
            draft.device = hex16(lspci_digits(value));
            draft.name = match value.strip_suffix(']').and_then(|value| value.rsplit_once('[')) {
                Some((words, _)) => words.to_owned(),
                None if draft.device.is_some() => String::new(),
                None => value.to_owned(),
            };
        }),
        ("SVendor", |draft, value| draft.subvendor = hex16(lspci_digits(value))),
        ("SDevice", |draft, value| draft.subdevice = hex16(lspci_digits(value))),
        ("Rev", |draft, value| draft.revision = hex_word(value).and_then(|number| u8::try_from(number).ok())),
        ("Driver", driver),
        ("Module", |draft, value| draft.modules.push(super::scan::name(value))),
        ("PhySlot", |_, _| {}),
        ("ProgIf", |_, _| {}),
        ("NUMANode", |_, _| {}),
        ("IOMMUGroup", |draft, value| draft.iommu_group = value.parse().ok()),
    ],
};

const HWINFO: Form = Form {
    separator: ':',
    ends_at_blank: true,
    named_above: false,
    // `20: PCI 200.0: 0282 WLAN controller`
    starts: |line| {
        let (number, rest) = line.split_once(": ")?;
        let (bus, rest) = rest.split_once(' ')?;
        let bus = Bus::from_word(&bus.to_ascii_lowercase())?;
        let (_, class) = rest.split_once(": ")?;
        let (_, words) = class.split_once(' ')?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| Draft {
            bus: Some(bus),
            class: class_code(words).unwrap_or("").to_owned(),
            ..Draft::default()
        })
    },
    keys: &[
        ("Vendor", |draft, value| draft.vendor = hex_after(value, "0x").and_then(number16)),
        ("Device", |draft, value| draft.device = hex_after(value, "0x").and_then(number16)),
        ("SubVendor", |draft, value| draft.subvendor = hex_after(value, "0x").and_then(number16)),
        ("SubDevice", |draft, value| draft.subdevice = hex_after(value, "0x").and_then(number16)),
        ("Revision", |draft, value| draft.revision = hex_after(value, "0x").and_then(number8)),
        ("Model", |draft, value| draft.name = unquoted(value).to_owned()),
        ("Driver", |draft, value| driver(draft, value.split(',').next().unwrap_or(""))),
        ("Module Alias", |draft, value| draft.modalias(value)),
        ("SysFS BusID", |draft, value| draft.place = Slot::of_linux(value).map(Place::Pci)),
        ("Hardware Class", |_, _| {}),
    ],
};

const LSHW: Form = Form {
    separator: ':',
    ends_at_blank: false,
    named_above: false,
    // `*-network`, and in JSON `"id" : "network",`
    starts: |line| {
        let is_node = line.starts_with("*-") || unquoted(line.split_once(" : ")?.0) == "id";
        is_node.then(Draft::default)
    },
    keys: &[
        ("description", |draft, value| draft.class = class_code(value).unwrap_or("").to_owned()),
        ("product", |draft, value| match numbers(value) {
            Some((words, pair)) => {
                draft.pair(pair, ':');
                draft.name = words.to_owned();
            }
            None => draft.name = value.to_owned(),
        }),
        ("bus info", lshw_bus),
        ("businfo", lshw_bus),
        ("version", |draft, value| draft.revision = number8(value)),
        ("configuration", |draft, value| {
            if let Some((_, rest)) = value.split_once("driver=") {
                driver(draft, rest.split(' ').next().unwrap_or(""));
            }
        }),
        ("driver", driver),
        ("vendor", |_, _| {}),
    ],
};

const UEVENT: Form = Form {
    separator: '=',
    ends_at_blank: true,
    named_above: false,
    starts: |line| {
        let starts =
            ["DRIVER=", "DEVTYPE=usb_", "PCI_CLASS=", "PCI_ID=", "PRODUCT=", "SDIO_CLASS=", "SDIO_ID="];
        starts.iter().any(|key| udev_line(line).starts_with(key)).then(Draft::default)
    },
    keys: &[
        ("DRIVER", |draft, value| {
            if value != "usb" {
                driver(draft, value);
            }
        }),
        ("DEVTYPE", |_, _| {}),
        ("PCI_CLASS", |draft, value| draft.class = format!("{:0>6}", value.to_ascii_lowercase())),
        ("PCI_ID", |draft, value| (draft.bus, _) = (Some(Bus::Pci), draft.pair(value, ':'))),
        ("PCI_SUBSYS_ID", |draft, value| {
            let mut parts = value.split(':').map(hex_word);
            (draft.subvendor, draft.subdevice) = (parts.next().flatten(), parts.next().flatten());
        }),
        ("PRODUCT", |draft, value| (draft.bus, _) = (Some(Bus::Usb), draft.pair(value, '/'))),
        ("TYPE", |draft, value| {
            draft.class = decimals(value).iter().map(|byte| format!("{byte:02x}")).collect();
        }),
        ("INTERFACE", |draft, value| {
            if let [class, subclass, protocol] = decimals(value)[..] {
                draft.interface(UsbInterface { number: None, class: [class, subclass, protocol] });
            }
        }),
        ("SDIO_CLASS", |draft, value| draft.class = value.to_ascii_lowercase()),
        ("SDIO_ID", |draft, value| (draft.bus, _) = (Some(Bus::Sdio), draft.pair(value, ':'))),
        ("MODALIAS", |draft, value| {
            // It also numbers the interface that `INTERFACE` names.
            draft.interfaces.clear();
            draft.modalias(value);
        }),
        ("PCI_SLOT_NAME", |draft, value| draft.place = Slot::of_linux(value).map(Place::Pci)),
        ("ID_MODEL_FROM_DATABASE", |draft, value| draft.name = value.to_owned()),
    ],
};

const PROFILER: Form = Form {
    separator: ':',
    ends_at_blank: true,
    named_above: true,
    starts: |line| {
        let keys = ["Product ID: 0x", "Vendor ID: 0x", "Device ID: 0x"];
        keys.iter().any(|key| line.starts_with(key)).then(Draft::default)
    },
    keys: &[
        ("Vendor ID", |draft, value| draft.vendor = hex_after(value, "0x").and_then(number16)),
        ("Product ID", |draft, value| {
            (draft.bus, draft.device) = (Some(Bus::Usb), hex_after(value, "0x").and_then(number16));
        }),
        ("Device ID", |draft, value| {
            (draft.bus, draft.device) = (Some(Bus::Pci), hex_after(value, "0x").and_then(number16));
        }),
        ("Subsystem Vendor ID", |draft, value| draft.subvendor = hex_after(value, "0x").and_then(number16)),
        ("Subsystem ID", |draft, value| draft.subdevice = hex_after(value, "0x").and_then(number16)),
        ("Revision ID", |draft, value| draft.revision = hex_after(value, "0x").and_then(number8)),
    ],
};

const IOREG: Form = Form {
    separator: '=',
    ends_at_blank: false,
    named_above: false,
    starts: |line| line.starts_with("+-o ").then(Draft::default),
    keys: &[
        ("vendor-id", |draft, value| {
            (draft.bus, draft.vendor) = (Some(Bus::Pci), stored(value).and_then(low))
        }),
        ("device-id", |draft, value| draft.device = stored(value).and_then(low)),
        ("subsystem-vendor-id", |draft, value| draft.subvendor = stored(value).and_then(low)),
        ("subsystem-id", |draft, value| draft.subdevice = stored(value).and_then(low)),
        ("revision-id", |draft, value| {
            draft.revision = stored(value).and_then(|number| u8::try_from(number).ok());
        }),
        ("class-code", |draft, value| {
            draft.class = stored(value).map_or(String::new(), |number| format!("{number:06x}"));
        }),
        ("idVendor", |draft, value| (draft.bus, draft.vendor) = (Some(Bus::Usb), decimal(value))),
        ("idProduct", |draft, value| draft.device = decimal(value)),
        ("USB Product Name", |draft, value| draft.name = unquoted(value).to_owned()),
        ("kUSBProductString", |draft, value| draft.name = unquoted(value).to_owned()),
        ("bDeviceClass", device_class),
        ("bDeviceSubClass", device_class),
        ("bDeviceProtocol", device_class),
    ],
};

/// A line without the mark that `udevadm info` puts before it.
pub(super) fn udev_line(line: &str) -> &str {
    line.strip_prefix("E: ").unwrap_or(line)
}

/// A key or a value without quotes, and without the comma that JSON puts behind it.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix(',').unwrap_or(text).trim_matches('"').trim()
}

fn driver(draft: &mut Draft, value: &str) {
    let value = super::scan::name(unquoted(value));
    draft.driver = Some(value).filter(|driver| !driver.is_empty());
}

fn lshw_bus(draft: &mut Draft, value: &str) {
    let Some((bus, place)) = value.split_once('@') else { return };
    draft.bus = Bus::from_word(bus);
    draft.place = Slot::of_linux(place).map(Place::Pci);
}

fn device_class(draft: &mut Draft, value: &str) {
    if let Some(byte) = decimal(value).filter(|_| draft.class.len() < 6) {
        draft.class.push_str(&format!("{byte:02x}"));
    }
}

/// `Wireless 7265 [8086:95A]`: the words and the two numbers, whose leading zeros lshw leaves out.
fn numbers(value: &str) -> Option<(&str, &str)> {
    let (words, rest) = value.strip_suffix(']')?.rsplit_once('[')?;
    let (vendor, device) = rest.split_once(':')?;
    (hex_word(vendor).is_some() && hex_word(device).is_some()).then_some((words, rest))
}

fn lspci_digits(value: &str) -> &str {
    bracketed_number(value).unwrap_or(value)
}

fn lspci_class(value: &str) -> String {
    let digits = lspci_digits(value);
    hex16(digits).map_or_else(|| class_code(value).unwrap_or("").to_owned(), |_| digits.to_ascii_lowercase())
}

/// Bytes in the order of memory, as ioreg shows them: `<86800000>` is 0x8086.
fn stored(value: &str) -> Option<u32> {
    let digits = value.trim_matches(['<', '>']).get(..8)?;
    u32::from_str_radix(digits, 16).ok().map(u32::swap_bytes)
}

fn low(number: u32) -> Option<u16> {
    u16::try_from(number).ok()
}

/// A number in decimal digits, or in hex ones behind `0x`.
fn decimal(value: &str) -> Option<u16> {
    match value.strip_prefix("0x") {
        Some(digits) => hex_word(digits),
        None => value.parse().ok(),
    }
}

/// `255/255/255`
fn decimals(value: &str) -> Vec<u8> {
    value.split('/').map_while(|part| part.parse().ok()).collect()
}
