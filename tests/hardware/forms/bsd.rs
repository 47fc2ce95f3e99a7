//! The forms of the BSDs.

use owpkg::hardware::Bus::{Pci, Usb};

use super::sample::Field::{Class, Interfaces, Revision, Subsystem};
use super::sample::Form;

pub(super) const FORMS: &[Form] = &[
    Form {
        name: "pciconf -l",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "none2@pci0:2:0:0:\tclass=0x{} rev=0x{:02x} hdr=0x00 vendor=0x{:04x} device=0x{:04x} subvendor=0x{:04x} subdevice=0x{:04x}",
                s.class(),
                s.rev(),
                s.v(),
                s.d(),
                s.sv(),
                s.sd()
            )
        },
    },
    Form {
        name: "pciconf -l, folded",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "none2@pci0:2:0:0: class=0x{} rev=0x{:02x} hdr=0x00\nvendor=0x{:04x} device=0x{:04x}\nsubvendor=0x{:04x} subdevice=0x{:04x}",
                s.class(),
                s.rev(),
                s.v(),
                s.d(),
                s.sv(),
                s.sd()
            )
        },
    },
    Form {
        name: "pciconf -l of FreeBSD 12",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "drv0@pci0:2:0:0:\tclass=0x{} card=0x{:04x}{:04x} chip=0x{:04x}{:04x} rev=0x{:02x} hdr=0x00",
                s.class(),
                s.sd(),
                s.sv(),
                s.d(),
                s.v(),
                s.rev()
            )
        },
    },
    Form {
        name: "FreeBSD's verbose boot",
        bus: Pci,
        shows: &[Class, Revision],
        write: |s| {
            format!(
                "found->\tvendor=0x{:04x}, dev=0x{:04x}, revid=0x{:02x}\n\tdomain=0, bus=2, slot=0, func=0\n\tclass={}-{}-{}, hdrtype=0x00, mfdev=0",
                s.v(),
                s.d(),
                s.rev(),
                &s.class()[..2],
                &s.class()[2..4],
                &s.class()[4..]
            )
        },
    },
    Form {
        name: "FreeBSD's devinfo -v",
        bus: Pci,
        shows: &[Class, Subsystem],
        write: |s| {
            format!(
                "          drv0 pnpinfo vendor=0x{:04x} device=0x{:04x} subvendor=0x{:04x} subdevice=0x{:04x} class=0x{} at slot=0 function=0 dbsf=pci0:2:0:0",
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                s.class()
            )
        },
    },
    Form {
        name: "OpenBSD's dmesg",
        bus: Pci,
        shows: &[Class, Revision],
        write: |s| {
            format!(
                "vendor 0x{:04x} product 0x{:04x} (class network subclass {}, rev 0x{:02x}) at pci2 dev 0 function 0 not configured",
                s.v(),
                s.d(),
                s.subclass(),
                s.rev()
            )
        },
    },
    Form {
        name: "NetBSD's dmesg",
        bus: Pci,
        shows: &[Class, Revision],
        write: |s| {
            format!(
                "vendor {:04x} product {:04x} ({} network, revision 0x{:02x}) at pci2 dev 0 function 0 not configured",
                s.v(),
                s.d(),
                s.subclass(),
                s.rev()
            )
        },
    },
    Form {
        name: "OpenBSD's pcidump -v",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                " 2:0:0: Maker Card\n\t0x0000: Vendor ID: {:04x}, Product ID: {:04x}\n\t0x0004: Command: 0006, Status: 0010\n\t0x0008:\tClass: {} Network, Subclass: {} Miscellaneous,\n\t\tInterface: {}, Revision: {:02x}\n\t0x002c: Subsystem Vendor ID: {:04x} Product ID: {:04x}",
                s.v(),
                s.d(),
                &s.class()[..2],
                &s.class()[2..4],
                &s.class()[4..],
                s.rev(),
                s.sv(),
                s.sd()
            )
        },
    },
    Form {
        name: "usbconfig dump_device_desc dump_curr_config_desc",
        bus: Usb,
        shows: &[Class, Interfaces],
        write: |s| {
            let [class, subclass, protocol] = s.interface();
            format!(
                "ugen0.2: <Maker Thing> at usbus0, cfg=0 md=HOST spd=HIGH (480Mbps) pwr=ON (500mA)\n\n  bLength = 0x0012 \n  bDeviceClass = 0x0000  <Probed by interface class>\n  bDeviceSubClass = 0x0000 \n  bDeviceProtocol = 0x0000 \n  idVendor = 0x{:04x} \n  idProduct = 0x{:04x} \n\n Configuration index 0\n\n    Interface 0\n      bInterfaceNumber = 0x{:04x} \n      bInterfaceClass = 0x{class:04x} \n      bInterfaceSubClass = 0x{subclass:04x} \n      bInterfaceProtocol = 0x{protocol:04x} ",
                s.v(),
                s.d(),
                s.number()
            )
        },
    },
    Form {
        name: "FreeBSD's dmesg of an unnamed device",
        bus: Usb,
        shows: &[],
        write: |s| format!("ugen0.2: <vendor 0x{:04x} product 0x{:04x}> at usbus0", s.v(), s.d()),
    },
    Form {
        name: "FreeBSD's devinfo -v",
        bus: Usb,
        shows: &[Class],
        write: |s| {
            format!(
                "            drv0 pnpinfo vendor=0x{:04x} product=0x{:04x} devclass=0x00 devsubclass=0x00 devproto=0x00 sernum=\"\" release=0x0200 mode=host",
                s.v(),
                s.d()
            )
        },
    },
    Form {
        name: "NetBSD's dmesg",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!("drv0: Maker (0x{:04x}) 802.11ac NIC (0x{:04x}), rev 2.00/2.00, addr 2", s.v(), s.d())
        },
    },
    Form {
        name: "usbdevs -v of NetBSD",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!(
                " port 2 addr 2: high speed, power 500 mA, config 1, 802.11ac NIC(0x{:04x}), Maker(0x{:04x}), rev 2.00",
                s.d(),
                s.v()
            )
        },
    },
    Form {
        name: "usbdevs of OpenBSD",
        bus: Usb,
        shows: &[],
        write: |s| format!("addr 02: {:04x}:{:04x} Maker, 802.11ac NIC", s.v(), s.d()),
    },
];
