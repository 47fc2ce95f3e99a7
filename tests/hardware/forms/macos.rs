//! The forms of macOS.

use owpkg::hardware::Bus::{Pci, Usb};

use super::sample::Field::{Class, Revision, Subsystem};
use super::sample::Form;

pub(super) const FORMS: &[Form] = &[
    Form {
        name: "system_profiler SPPCIDataType",
        bus: Pci,
        shows: &[Revision, Subsystem],
        write: |s| {
            format!(
                "PCI:\n\n    ethernet:\n\n      Type: Ethernet Controller\n      Bus: PCI\n      Vendor ID: 0x{:04x}\n      Device ID: 0x{:04x}\n      Subsystem Vendor ID: 0x{:04x}\n      Subsystem ID: 0x{:04x}\n      Revision ID: 0x{:04x}\n      Link Width: x1",
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                s.rev()
            )
        },
    },
    Form {
        name: "ioreg -l",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "    | |   +-o ARPT@0  <class IOPCIDevice, id 0x1000001f9, registered>\n    | |       {{\n    | |         \"IOName\" = \"pci{:x},{:x}\"\n    | |         \"subsystem-vendor-id\" = {}\n    | |         \"vendor-id\" = {}\n    | |         \"class-code\" = {}\n    | |         \"subsystem-id\" = {}\n    | |         \"revision-id\" = {}\n    | |         \"device-id\" = {}\n    | |       }}",
                s.v(),
                s.d(),
                stored(s.sv().into()),
                stored(s.v().into()),
                stored(u32::from_str_radix(s.class(), 16).unwrap_or(0)),
                stored(s.sd().into()),
                stored(s.rev().into()),
                stored(s.d().into())
            )
        },
    },
    Form {
        name: "system_profiler SPUSBDataType",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!(
                "USB:\n\n    USB 3.0 Bus:\n\n        802.11ac NIC:\n\n          Product ID: 0x{:04x}\n          Vendor ID: 0x{:04x}  (Maker Co.)\n          Version: 2.00\n          Manufacturer: Maker\n          Location ID: 0x14200000 / 5",
                s.d(),
                s.v()
            )
        },
    },
    Form {
        name: "ioreg -p IOUSB -l",
        bus: Usb,
        shows: &[Class],
        write: |s| {
            format!(
                "+-o 802.11ac NIC@14200000  <class IOUSBHostDevice, id 0x100000b27>\n    {{\n      \"idProduct\" = {}\n      \"bDeviceClass\" = 0\n      \"bDeviceSubClass\" = 0\n      \"bDeviceProtocol\" = 0\n      \"USB Product Name\" = \"802.11ac NIC\"\n      \"idVendor\" = {}\n    }}",
                s.d(),
                s.v()
            )
        },
    },
];

/// Four bytes in the order of memory.
fn stored(number: u32) -> String {
    format!("<{:08x}>", number.swap_bytes())
}
