//! Which rows of the id table fit a USB device: by its id, its interfaces and their classes.

use super::chip::{Certainty, List};
use super::device::{Device, UsbInterface, hex8};
use super::identify::{Fit, Fitting};
use super::ids::{IdRow, id_rows};
use super::{Bus, Catalogue, Kind};

/// The condition of the rows that say what the network side of a vendor's modems usually is.
const MODEM: &str = "modem";

/// The same for the modems of all other vendors: the drivers that go by class.
const USUAL: IdRow = IdRow {
    bus: Bus::Usb,
    vendor: "*",
    device: "*",
    subvendor: "*",
    subdevice: "*",
    revision: "*",
    interface: MODEM,
    chips: List::commas("cdc-ether,cdc-mbim,cdc-ncm,rndis"),
    certainty: Certainty::Low,
    source: "usual",
    name: "",
    note: "",
};

/// Rows of USB: a device may need the drivers of several of its interfaces at once.
pub(super) fn usb_rows(catalogue: &Catalogue, device: &Device) -> Fitting {
    let (vendor, product) = (format!("{:04x}", device.id.vendor), format!("{:04x}", device.id.device));
    let own: Vec<IdRow> = id_rows(Bus::Usb, &vendor, &product).collect();
    // Modem drivers leave alone the interfaces that they do not know; others take the whole device.
    let takes_whole = own.iter().any(|row| row.interface == "*" && !are(catalogue, row, Kind::Wwan));
    // A driver that takes the whole device makes the generic Ethernet ones for its interfaces idle.
    let idle = |row: &IdRow| takes_whole && row.interface != "*" && are(catalogue, row, Kind::Ethernet);
    let own: Vec<IdRow> = own.into_iter().filter(|row| !idle(row)).collect();
    let mut rows: Vec<(IdRow, Fit)> =
        own.iter().map(|row| (*row, interface_fit(row, device))).filter(|(_, fit)| *fit > Fit::No).collect();
    if !takes_whole {
        let rest = unclaimed(&rows, device);
        let fits = |row: &IdRow| interface_fit(row, &rest) == Fit::Yes;
        let mut by_class: Vec<IdRow> = id_rows(Bus::Usb, &vendor, "*").filter(fits).collect();
        if by_class.is_empty() {
            by_class = id_rows(Bus::Usb, "*", "*").filter(fits).collect();
        }
        rows.extend(by_class.into_iter().map(|row| (row, Fit::Yes)));
    }
    if rows.is_empty() && !own.is_empty() {
        let doubt = "none of its interfaces is one that the driver's table lists; it may be in another mode";
        let rows = own.into_iter().map(|row| (row, Fit::Maybe)).collect();
        return Fitting { rows, doubt: Some(doubt.to_owned()) };
    }
    if rows.is_empty() && device.interfaces.is_empty() {
        return modem_rows(catalogue, &vendor);
    }
    if rows.iter().any(|(row, _)| are(catalogue, row, Kind::Wwan))
        && !rows.iter().any(|(row, _)| brings_interface(catalogue, row))
    {
        return with_network_side(rows, &vendor);
    }
    Fitting { rows, doubt: None }
}

/// Whether a chip of a row brings a network interface, not only serial ports.
fn brings_interface(catalogue: &Catalogue, row: &IdRow) -> bool {
    let chips = row.chips.iter().filter_map(|name| catalogue.chip(name));
    chips.flat_map(|chip| chip.kmods.iter()).any(|kmod| kmod.starts_with("kmod-usb-net"))
}

/// A modem of which the table or the listing has the serial ports alone gets the usual network drivers of its vendor,
/// or else of all.
fn with_network_side(mut rows: Vec<(IdRow, Fit)>, vendor: &str) -> Fitting {
    let usual = |vendor: &str| {
        id_rows(Bus::Usb, vendor, "*").filter(|row| row.interface == MODEM).collect::<Vec<_>>()
    };
    let mut network = usual(vendor);
    if network.is_empty() {
        network.push(USUAL);
    }
    rows.extend(network.into_iter().map(|row| (row, Fit::Maybe)));
    let doubt = "a modem in which only serial ports are known: its network interface is taken to be of the usual kind, and \
                 the interfaces of the right mode decide (`lsusb -v`, /sys/kernel/debug/usb/devices)";
    Fitting { rows, doubt: Some(doubt.to_owned()) }
}

/// A listing without interfaces does not tell the modems of a vendor who numbers none of them apart.
fn modem_rows(catalogue: &Catalogue, vendor: &str) -> Fitting {
    let modem = |row: &IdRow| row.interface != MODEM && are(catalogue, row, Kind::Wwan);
    let rows: Vec<_> = id_rows(Bus::Usb, vendor, "*").filter(modem).map(|row| (row, Fit::Maybe)).collect();
    let doubt =
        (!rows.is_empty()).then(|| "its interfaces decide, and this listing does not show them".to_owned());
    Fitting { rows, doubt }
}

/// Whether all chips of a row are of one kind.
fn are(catalogue: &Catalogue, row: &IdRow, kind: Kind) -> bool {
    row.chips.iter().filter_map(|name| catalogue.chip(name)).all(|chip| chip.kind == kind)
}

/// The device with only those interfaces that no row takes by their number or class.
fn unclaimed(rows: &[(IdRow, Fit)], device: &Device) -> Device {
    let alone = |interface: UsbInterface| Device {
        interfaces: vec![interface],
        class: String::new(),
        ..device.clone()
    };
    let taken = |interface: UsbInterface| {
        let alone = alone(interface);
        rows.iter().any(|(row, _)| row.interface != "*" && interface_fit(row, &alone) == Fit::Yes)
    };
    let interfaces = device.interfaces.iter().copied().filter(|interface| !taken(*interface)).collect();
    Device { interfaces, ..device.clone() }
}

/// Whether an interface of the device, or the device as a whole, meets a row's condition.
fn interface_fit(row: &IdRow, device: &Device) -> Fit {
    let any = |holds: &dyn Fn(&UsbInterface) -> bool| {
        if device.interfaces.is_empty() { Fit::Maybe } else { Fit::of(device.interfaces.iter().any(holds)) }
    };
    match row.interface.split_once('=') {
        Some(("ifclass", classes)) => any(&|interface| classes_hold(classes, interface.class)),
        Some(("ifnum", number)) => {
            any(&|interface| interface.number.is_some() && interface.number == hex8(number))
        }
        None if row.interface == MODEM => Fit::No,
        Some(("devclass", classes)) => match usb_class(&device.class) {
            Some(class) => Fit::of(classes_hold(classes, class)),
            None => Fit::Maybe,
        },
        _ => Fit::Yes,
    }
}

fn classes_hold(pattern: &str, class: [u8; 3]) -> bool {
    pattern.split('/').zip(class).all(|(part, value)| part == "*" || hex8(part) == Some(value))
}

/// The class of a USB device as three numbers.
fn usb_class(digits: &str) -> Option<[u8; 3]> {
    // inxi shows class and subclass alone; no other protocol of Bluetooth's subclass is a device's.
    let digits = if digits == "e001" { "e00101" } else { digits };
    let part = |at: usize| hex8(digits.get(at..at + 2)?);
    Some([part(0)?, part(2)?, part(4)?])
}
