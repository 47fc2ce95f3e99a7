//! Which entries of a driver's table are for a device, as the kernel compares them.

use owpkg::hardware::{Bus, Device, DeviceId, UsbInterface};
use owpkg::kmod::{PciId, SdioId, UsbId};
use owpkg::proof::{Fit, fit_pci, fit_sdio, fit_usb};

fn device(id: &str, class: &str) -> Device {
    Device { class: class.to_owned(), ..Device::of_id(id.parse().unwrap()) }
}

fn pci(id: [Option<u16>; 4], class: u32, class_mask: u32) -> PciId {
    let [vendor, device, subvendor, subdevice] = id;
    PciId { vendor, device, subvendor, subdevice, class, class_mask }
}

#[test]
fn an_entry_for_pci() {
    let intel = [Some(0x8086), Some(0x095a), None, Some(0x5010)];
    let whole = [Some(0x8086), Some(0x095a), None, None];
    for (entry, id, class, expected) in [
        (pci(intel, 0, 0), "pci:8086:095a:8086:5010", "", Fit::Yes),
        (pci(intel, 0, 0), "pci:8086:095a:8086:9999", "", Fit::No),
        (pci(intel, 0, 0), "pci:8086:095a", "", Fit::Maybe),
        (pci(intel, 0, 0), "pci:8086:095b:8086:5010", "", Fit::No),
        (pci(whole, 0x02_8000, 0xff_ff00), "pci:8086:095a", "0280", Fit::Yes),
        (pci(whole, 0x02_8000, 0xff_ff00), "pci:8086:095a", "02", Fit::Maybe),
        (pci(whole, 0x02_8000, 0xff_ff00), "pci:8086:095a", "", Fit::Maybe),
        (pci(whole, 0x02_8000, 0xff_ff00), "pci:8086:095a", "0200", Fit::No),
        (pci(whole, 0x02_8000, 0xff_ff00), "pci:8086:095a", "028000", Fit::Yes),
        (pci([None; 4], 0x02_0000, 0xff_0000), "pci:1234:5678", "020000", Fit::Yes),
    ] {
        assert_eq!(fit_pci(&entry, &device(id, class)), expected, "{entry} {id} {class}");
    }
}

#[test]
fn an_entry_for_usb() {
    let modem = |interface_class, interface| UsbId {
        vendor: Some(0x2c7c),
        product: Some(0x0125),
        release: (0, u16::MAX),
        device_class: [None; 3],
        interface_class,
        interface,
    };
    let serial = modem([Some(0xff); 3], None);
    let number = modem([None; 3], Some(4));
    let interface = |number, class| UsbInterface { number: Some(number), class };
    let with = |interfaces| Device { interfaces, ..device("usb:2c7c:0125", "") };
    let both = with(vec![interface(2, [0xff, 0xff, 0xff]), interface(4, [0xff, 0, 0])]);
    let other = with(vec![interface(0, [8, 6, 0x50])]);
    for (entry, device, expected) in [
        (&serial, &both, Fit::Yes),
        (&number, &both, Fit::Yes),
        (&serial, &other, Fit::No),
        (&number, &other, Fit::No),
        (&serial, &with(Vec::new()), Fit::Maybe),
        (&modem([None; 3], None), &with(Vec::new()), Fit::Yes),
        (&UsbId { release: (0x3000, 0x30ff), ..modem([None; 3], None) }, &both, Fit::Maybe),
        (&UsbId { product: Some(0x0126), ..modem([None; 3], None) }, &both, Fit::No),
    ] {
        assert_eq!(fit_usb(entry, device), expected, "{entry}");
    }
    let by_class = UsbId {
        vendor: None,
        product: None,
        device_class: [Some(0xe0), Some(1), Some(1)],
        ..modem([None; 3], None)
    };
    for (class, expected) in [("e00101", Fit::Yes), ("e00102", Fit::No), ("", Fit::Maybe)] {
        assert_eq!(fit_usb(&by_class, &device("usb:8087:0a2b", class)), expected, "{class}");
    }
}

#[test]
fn an_entry_for_sdio() {
    let entry = |class| SdioId { class, vendor: Some(0x02d0), device: Some(0x4345) };
    let card = |class: &str| Device {
        class: class.to_owned(),
        ..Device::of_id(DeviceId::new(Bus::Sdio, 0x02d0, 0x4345))
    };
    assert_eq!(fit_sdio(&entry(None), &card("")), Fit::Yes);
    assert_eq!(fit_sdio(&entry(Some(7)), &card("")), Fit::Maybe);
    assert_eq!(fit_sdio(&entry(Some(7)), &card("07")), Fit::Yes);
    assert_eq!(fit_sdio(&entry(Some(7)), &card("02")), Fit::No);
}
