//! The forms of Linux, of USB devices.

use owpkg::hardware::Bus::Usb;

use super::sample::Field::{Class, Interfaces};
use super::sample::{Form, Sample};

pub(super) const FORMS: &[Form] = &[
    Form {
        name: "lsusb",
        bus: Usb,
        shows: &[],
        write: |s| format!("Bus 001 Device 004: ID {:04x}:{:04x} Maker Co. Thing", s.v(), s.d()),
    },
    Form {
        name: "lsusb, folded before the id",
        bus: Usb,
        shows: &[],
        write: |s| format!("Bus 001 Device 004: ID\n{:04x}:{:04x} Maker Co. Thing", s.v(), s.d()),
    },
    Form {
        name: "lsusb -v",
        bus: Usb,
        shows: &[Class, Interfaces],
        write: |s| {
            let [class, subclass, protocol] = s.interface();
            format!(
                "Bus 001 Device 004: ID {:04x}:{:04x} Maker\nDevice Descriptor:\n  bLength                18\n  bDeviceClass            0 \n  bDeviceSubClass         0 \n  bDeviceProtocol         0 \n  idVendor           0x{:04x} Maker\n  idProduct          0x{:04x} \n  Configuration Descriptor:\n    bLength                 9\n    Interface Descriptor:\n      bInterfaceNumber        {}\n      bInterfaceClass       {class} \n      bInterfaceSubClass    {subclass} \n      bInterfaceProtocol    {protocol} ",
                s.v(),
                s.d(),
                s.v(),
                s.d(),
                s.number()
            )
        },
    },
    Form {
        name: "lsusb -tv",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!(
                "/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/6p, 5000M\n    ID 1d6b:0003 Linux Foundation 3.0 root hub\n    |__ Port 3: Dev 2, If 0, Class=Vendor Specific Class, Driver=drv, 5000M\n        ID {:04x}:{:04x} Maker",
                s.v(),
                s.d()
            )
        },
    },
    Form {
        name: "/sys/kernel/debug/usb/devices",
        bus: Usb,
        shows: &[Class, Interfaces],
        write: |s| usb_devices(s, true, ""),
    },
    Form {
        name: "/sys/kernel/debug/usb/devices, unconfigured",
        bus: Usb,
        shows: &[Class, Interfaces],
        write: |s| usb_devices(s, false, ""),
    },
    Form {
        name: "usb-devices",
        bus: Usb,
        shows: &[Class, Interfaces],
        write: |s| usb_devices(s, false, "0x"),
    },
    Form { name: "modalias", bus: Usb, shows: &[Class, Interfaces], write: usb_alias },
    Form {
        name: "uevent",
        bus: Usb,
        shows: &[Class, Interfaces],
        write: |s| {
            let [class, subclass, protocol] = s.interface();
            format!(
                "DEVTYPE=usb_interface\nDRIVER=drv\nPRODUCT={:x}/{:x}/200\nTYPE=0/0/0\nINTERFACE={class}/{subclass}/{protocol}\nMODALIAS={}",
                s.v(),
                s.d(),
                usb_alias(s)
            )
        },
    },
    Form {
        name: "uevent of the device",
        bus: Usb,
        shows: &[Class],
        write: |s| {
            format!(
                "MAJOR=189\nMINOR=3\nDEVNAME=bus/usb/001/004\nDEVTYPE=usb_device\nDRIVER=usb\nPRODUCT={:x}/{:x}/200\nTYPE=0/0/0\nBUSNUM=001\nDEVNUM=004",
                s.v(),
                s.d()
            )
        },
    },
    Form {
        name: "dmesg",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!(
                "[    2.345678] usb 1-1: New USB device found, idVendor={:04x}, idProduct={:04x}, bcdDevice= 0.00",
                s.v(),
                s.d()
            )
        },
    },
    Form {
        name: "inxi -Nxxx",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!(
                "Network:\n  Device-1: Maker Thing type: USB driver: drv v: 0.8\n\tbus-ID: 3-3:2 chip-ID: {:04x}:{:04x} class-ID: 0000 serial: <filter>",
                s.v(),
                s.d()
            )
        },
    },
    Form {
        name: "lshw -numeric",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!(
                "  *-network\n       description: Wireless interface\n       product: Thing [{:X}:{:X}]\n       vendor: Maker [{:X}]\n       bus info: usb@1:2\n       version: 2.00\n       configuration: driver=drv",
                s.v(),
                s.d(),
                s.v()
            )
        },
    },
    Form {
        name: "hwinfo",
        bus: Usb,
        shows: &[Class, Interfaces],
        write: |s| {
            format!(
                "05: USB 00.0: 0282 WLAN controller\n  SysFS BusID: 1-2:1.0\n  Hardware Class: network\n  Model: \"Maker Thing\"\n  Vendor: usb 0x{:04x} \"Maker\"\n  Device: usb 0x{:04x} \"Thing\"\n  Revision: \"2.00\"\n  Driver: \"drv\"\n  Module Alias: \"{}\"",
                s.v(),
                s.d(),
                usb_alias(s)
            )
        },
    },
];

fn usb_devices(s: &Sample, marked: bool, base: &str) -> String {
    let [class, subclass, protocol] = s.interface();
    let star = if marked { '*' } else { ' ' };
    format!(
        "T:  Bus=01 Lev=01 Prnt=01 Port=02 Cnt=01 Dev#=  4 Spd=480  MxCh= 0\nD:  Ver= 2.00 Cls=00(>ifc ) Sub=00 Prot=00 MxPS=64 #Cfgs=  1\nP:  Vendor={:04x} ProdID={:04x} Rev= 2.00\nS:  Product=802.11ac NIC\nC:{star} #Ifs= 1 Cfg#= 1 Atr=e0 MxPwr=500mA\nI:{star} If#={base}{:>2} Alt= 0 #EPs= 6 Cls={class:02x}(vend.) Sub={subclass:02x} Prot={protocol:02x} Driver=drv",
        s.v(), s.d(), s.number()
    ).replace("If#=0x ", "If#=0x")
}

pub(super) fn usb_alias(s: &Sample) -> String {
    let [class, subclass, protocol] = s.interface();
    format!(
        "usb:v{:04X}p{:04X}d0200dc00dsc00dp00ic{class:02X}isc{subclass:02X}ip{protocol:02X}in{:02X}",
        s.v(),
        s.d(),
        s.number()
    )
}
