//! What the BSDs write: kernel messages of OpenBSD, NetBSD and FreeBSD, `usbdevs`, `pcidump`, `devinfo`.

use super::scan::{class_code, hex_after, hex_word, name, number8, number16};
use super::{Named, Place, Slot};
use crate::hardware::{Bus, Device, DeviceId};

/// The vendors that OpenBSD names in words where it does not know the product (sys/dev/pci/pcidevs).
const VENDORS: [(&str, u16); 13] = [
    ("AMD", 0x1022),
    ("Aquantia", 0x1d6a),
    ("ASIX", 0x125b),
    ("Atheros", 0x168c),
    ("Broadcom", 0x14e4),
    ("Intel", 0x8086),
    ("Marvell", 0x11ab),
    ("MediaTek", 0x14c3),
    ("Motorcomm", 0x1f0a),
    ("Qualcomm", 0x17cb),
    ("Ralink", 0x1814),
    ("Realtek", 0x10ec),
    ("VIA", 0x1106),
];

/// The device of one line of any of them.
pub(super) fn device(line: &str) -> Option<Device> {
    None.or_else(|| not_configured(line))
        .or_else(|| pcidump(line))
        .or_else(|| found(line))
        .or_else(|| pnpinfo(line))
        .or_else(|| parenthesised(line))
        .or_else(|| usbdevs(line))
}

/// `vendor 0x14c3 product 0x7961 (class network subclass miscellaneous, rev 0x00) at pci2 …`, on NetBSD `vendor 14c3
/// product 7961 (miscellaneous network, revision 0x00)`, on OpenBSD also `vendor "MediaTek", unknown product 0x7961`;
/// FreeBSD has `<vendor 0x0bda product 0xc811>` in `ugen0.2: <…> at usbus0`.
fn not_configured(line: &str) -> Option<Device> {
    let (before, rest) = line.split_once("vendor ")?;
    let (vendor, rest) = match rest.strip_prefix('"') {
        Some(rest) => {
            let (words, rest) = rest.split_once('"')?;
            let vendor = VENDORS.iter().find(|(own, _)| words.starts_with(own))?.1;
            (vendor, rest.strip_prefix(", unknown")?.trim_start())
        }
        None => {
            let (digits, rest) = rest.split_once(' ')?;
            (number(digits)?, rest)
        }
    };
    let product = rest.strip_prefix("product ")?;
    let end = product.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(product.len());
    let (digits, rest) = product.split_at(end);
    let on_usb = before.starts_with("ugen")
        || line.contains("uhub")
        || line.contains(" addr ")
        || line.contains("usbus");
    let mut device =
        Device::of_id(DeviceId::new(if on_usb { Bus::Usb } else { Bus::Pci }, vendor, number(digits)?));
    if !on_usb {
        device.id.revision =
            hex_after(rest, "rev ").or_else(|| hex_after(rest, "revision ")).and_then(number8);
        // OpenBSD has the subclass behind the class, NetBSD before it.
        let says = |words: [&str; 2]| words.iter().any(|words| rest.contains(words));
        let network = says(["class network", " network, rev"]);
        let ethernet = says(["subclass ethernet", "(ethernet network"]);
        device.class = if ethernet {
            "0200"
        } else if network {
            "0280"
        } else {
            ""
        }
        .to_owned();
    }
    Some(device)
}

fn number(digits: &str) -> Option<u16> {
    hex_word(digits.strip_prefix("0x").unwrap_or(digits))
}

/// OpenBSD's `pcidump -v`: `0x0000: Vendor ID: 8086, Product ID: 095a`.
fn pcidump(line: &str) -> Option<Device> {
    let rest = line.strip_prefix("0x0000:")?.trim_start().strip_prefix("Vendor ID: ")?;
    let (vendor, product) = rest.split_once(", Product ID: ")?;
    Some(Device::of_id(DeviceId::new(Bus::Pci, hex_word(vendor)?, hex_word(product)?)))
}

/// FreeBSD's verbose boot: `found-> vendor=0x8086, dev=0x095a, revid=0x59`.
fn found(line: &str) -> Option<Device> {
    let (_, rest) = line.split_once("found->")?;
    let number = |key| hex_after(rest, key).and_then(number16);
    let mut id = DeviceId::new(Bus::Pci, number("vendor=")?, number(" dev=")?);
    id.revision = hex_after(rest, "revid=").and_then(number8);
    Some(Device::of_id(id))
}

/// FreeBSD's `devinfo -v` and `%pnpinfo` of USB devices: `vendor=0x0bda product=0xc811 devclass=0x00 …`.
fn pnpinfo(line: &str) -> Option<Device> {
    let number = |key| hex_after(line, key).and_then(number16);
    let id = DeviceId::new(Bus::Usb, number("vendor=0x")?, number("product=0x")?);
    let byte = |key| hex_after(line, key).and_then(number8);
    let class: Option<Vec<u8>> = ["devclass=", "devsubclass=", "devproto="].into_iter().map(byte).collect();
    let class = class.unwrap_or_default().iter().map(|part| format!("{part:02x}")).collect();
    let mut device = Device { class, ..Device::of_id(id) };
    if let (Some(class), Some(subclass), Some(protocol)) =
        (byte("intclass="), byte("intsubclass="), byte("intprotocol="))
    {
        device
            .interfaces
            .push(crate::hardware::UsbInterface { number: None, class: [class, subclass, protocol] });
    }
    Some(device)
}

/// NetBSD's `urtwn0: Realtek (0x0bda) 802.11ac NIC (0xc811), rev 2.00/2.00, addr 2`, and `usbdevs -v`'s
/// `802.11ac NIC(0xc811), Realtek(0x0bda), rev 2.00`, which has the product first.
fn parenthesised(line: &str) -> Option<Device> {
    let (_, rest) = line.split_once("(0x")?;
    let (first, rest) = (rest.get(..4)?, rest.get(4..)?.strip_prefix(')')?);
    let (words, rest) = rest.split_once("(0x")?;
    let (second, rest) = (rest.get(..4)?, rest.get(4..)?.strip_prefix(')')?);
    if !rest.starts_with(", rev ") && rest != "," {
        return None;
    }
    let product_first = words.starts_with(',');
    let (vendor, product) = if product_first { (second, first) } else { (first, second) };
    let words = if product_first { line.split_once("(0x")?.0.rsplit(", ").next()? } else { words };
    let id = DeviceId::new(Bus::Usb, hex_word(vendor)?, hex_word(product)?);
    Some(Device { name: name(words), ..Device::of_id(id) })
}

/// `addr 02: 0bda:c811 Realtek, 802.11ac NIC`
fn usbdevs(line: &str) -> Option<Device> {
    let (_, rest) = line.strip_prefix("addr ")?.split_once(": ")?;
    let (vendor, product) = super::scan::id_pair(rest.get(..9)?)?;
    Some(Device { name: name(rest.get(9..)?), ..Device::of_id(DeviceId::new(Bus::Usb, vendor, product)) })
}

/// Takes a line below one of OpenBSD's `pcidump -v` or FreeBSD's verbose boot.
pub(super) fn more(line: &str, device: &mut Device) -> bool {
    let byte = |key| hex_after(line, key).and_then(number8);
    if let (Some(class), Some(subclass)) = (byte("Class: "), byte("Subclass: ")) {
        device.class = format!("{class:02x}{subclass:02x}");
        return true;
    }
    if let (Some(interface), Some(revision)) = (byte("Interface: "), byte(", Revision: ")) {
        device.class.push_str(&format!("{interface:02x}"));
        device.id.revision = Some(revision);
        return true;
    }
    if let Some(vendor) = hex_after(line, "Subsystem Vendor ID: ").and_then(number16) {
        let subdevice = hex_after(line, " Product ID: ").and_then(number16);
        device.id.subsystem = subdevice.map(|subdevice| (vendor, subdevice)).filter(|pair| *pair != (0, 0));
        return true;
    }
    if let Some(class) = line.strip_prefix("class=").and_then(|rest| rest.split(',').next()) {
        device.class = class.split('-').collect();
        return true;
    }
    if line.starts_with("domain=") {
        let number = |key: &str| line.split_once(key)?.1.split([',', ' ']).next();
        let parts = [number("domain="), number("bus="), number("slot="), number("func=")];
        let parts: Option<Vec<&str>> = parts.into_iter().collect();
        let slot = parts.and_then(|parts| Slot::of_freebsd(&parts.join(":")));
        device.place = slot.map(Place::Pci).or(device.place.take());
        return true;
    }
    line.starts_with("cmdreg=")
}

/// A device that a kernel message has in words: `iwm0 at pci2 dev 0 function 0 "Intel Dual Band Wireless-AC 7265" rev
/// 0x59`, on NetBSD `iwm0 at pci2 dev 0 function 0: Intel Dual Band Wireless-AC 7265 (rev. 0x59)`, on FreeBSD
/// `re0: <Realtek PCIe GbE Family Controller> port … at device 0.0 on pci3`.
pub(super) fn named(number: usize, line: &str) -> Option<Named> {
    let (unit, rest) = line.split_once([' ', ':'])?;
    let driver = unit.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_unit = driver.len() < unit.len()
        && !driver.is_empty()
        && driver.bytes().all(|byte| byte.is_ascii_lowercase());
    let on = |bus: &str| rest.contains(&format!("at {bus}")) || rest.contains(&format!("on {bus}"));
    let bus = match () {
        () if !is_unit => return None,
        () if on("pci") => Bus::Pci,
        () if on("uhub") || on("usbus") => Bus::Usb,
        () => return None,
    };
    let words = match (rest.split_once('"'), rest.trim_start().strip_prefix('<')) {
        (_, Some(rest)) => rest.split_once('>')?.0,
        (Some((_, rest)), None) => rest.split_once('"')?.0,
        (None, None) => rest.split_once(": ")?.1.split(" (rev").next()?,
    };
    let class = class_code(words).unwrap_or("").to_owned();
    let (name, bus) = (name(words), Some(bus));
    Some(Named { line: number, bus, class, name, driver: None, slot: None, hw_revision: None })
}
