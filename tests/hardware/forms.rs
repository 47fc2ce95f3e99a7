//! Every form in which programs write a device gives what the plain form of the same fields gives.
//!
//! A new form is one row of [`FORMS`].

use owpkg::hardware::{
    Availability, Bus, Catalogue, Device, DeviceId, DeviceReport, IdRow, Series, UsbInterface, all_id_rows,
    detect,
};

use super::holds;

/// What a program is told of a device.
struct Sample {
    device: Device,
    /// `02:00.0`
    slot: String,
}

/// How a program writes it.
struct Form {
    name: &'static str,
    bus: Bus,
    /// Which of the fields it shows.
    shows: &'static [Field],
    write: fn(&Sample) -> String,
}

#[derive(PartialEq)]
enum Field {
    Subsystem,
    Revision,
    Class,
    Interfaces,
}

use Bus::{Pci, Usb};
use Field::{Class, Interfaces, Revision, Subsystem};

impl Sample {
    fn v(&self) -> u16 {
        self.device.id.vendor
    }
    fn d(&self) -> u16 {
        self.device.id.device
    }
    fn sv(&self) -> u16 {
        self.device.id.subsystem.map_or(0, |pair| pair.0)
    }
    fn sd(&self) -> u16 {
        self.device.id.subsystem.map_or(0, |pair| pair.1)
    }
    fn rev(&self) -> u8 {
        self.device.id.revision.unwrap_or(0)
    }
    /// `028000`
    fn class(&self) -> &str {
        &self.device.class
    }
    fn words(&self) -> &'static str {
        if self.class().starts_with("0280") { "Network controller" } else { "Ethernet controller" }
    }
    fn subclass(&self) -> &'static str {
        if self.class().starts_with("0280") { "miscellaneous" } else { "ethernet" }
    }
    fn interface(&self) -> [u8; 3] {
        self.device.interfaces.first().map_or([0xff; 3], |each| each.class)
    }
    fn number(&self) -> u8 {
        self.device.interfaces.first().and_then(|each| each.number).unwrap_or(0)
    }
}

/// Four bytes in the order of memory.
fn stored(number: u32) -> String {
    format!("<{:08x}>", number.swap_bytes())
}

const FORMS: &[Form] = &[
    Form {
        name: "lspci -nn",
        bus: Pci,
        shows: &[Class, Revision],
        write: |s| {
            format!(
                "{} {} [{}]: Maker Co., Ltd. Card [{:04x}:{:04x}] (rev {:02x})",
                s.slot,
                s.words(),
                &s.class()[..4],
                s.v(),
                s.d(),
                s.rev()
            )
        },
    },
    Form {
        name: "lspci -nnk",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "{} {} [{}]: Maker Card [{:04x}:{:04x}] (rev {:02x})\n\tSubsystem: Maker Device [{:04x}:{:04x}]\n\tKernel driver in use: drv\n\tKernel modules: drv",
                s.slot,
                s.words(),
                &s.class()[..4],
                s.v(),
                s.d(),
                s.rev(),
                s.sv(),
                s.sd()
            )
        },
    },
    Form {
        name: "lspci -nnk, folded before the ids",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "{} {} [{}]: Maker Card\n[{:04x}:{:04x}] (rev {:02x})\n\tSubsystem: Maker Device\n[{:04x}:{:04x}]",
                s.slot,
                s.words(),
                &s.class()[..4],
                s.v(),
                s.d(),
                s.rev(),
                s.sv(),
                s.sd()
            )
        },
    },
    Form {
        name: "lspci -n",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "{} {}: {:04x}:{:04x} (rev {:02x})\n\tSubsystem: {:04x}:{:04x}",
                s.slot,
                &s.class()[..4],
                s.v(),
                s.d(),
                s.rev(),
                s.sv(),
                s.sd()
            )
        },
    },
    Form {
        name: "lspci -vmm -nn",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "Slot:\t{}\nClass:\t{} [{}]\nVendor:\tMaker [{:04x}]\nDevice:\tCard [{:04x}]\nSVendor:\tMaker [{:04x}]\nSDevice:\tDevice [{:04x}]\nRev:\t{:02x}\nDriver:\tdrv\nModule:\tdrv",
                s.slot,
                s.words(),
                &s.class()[..4],
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                s.rev()
            )
        },
    },
    Form {
        name: "lspci -vmm -n",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "Slot:\t{}\nClass:\t{}\nVendor:\t{:04x}\nDevice:\t{:04x}\nSVendor:\t{:04x}\nSDevice:\t{:04x}\nRev:\t{:02x}",
                s.slot,
                &s.class()[..4],
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                s.rev()
            )
        },
    },
    Form {
        name: "lspci -mm -nn",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "{} \"{} [{}]\" \"Maker [{:04x}]\" \"Card [{:04x}]\" -r{:02x} -p00 \"Maker [{:04x}]\" \"Device [{:04x}]\"",
                s.slot,
                s.words(),
                &s.class()[..4],
                s.v(),
                s.d(),
                s.rev(),
                s.sv(),
                s.sd()
            )
        },
    },
    Form {
        name: "lspci -v of an id that pci.ids lacks",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "{} {}: Device {:04x}:{:04x} (rev {:02x})\n\tSubsystem: Device {:04x}:{:04x}\n\tFlags: bus master, fast devsel, latency 0, IRQ 70\n\tMemory at a0b00000 (64-bit, non-prefetchable) [size=32K]\n\tCapabilities: <access denied>\n\tKernel driver in use: drv",
                s.slot,
                s.words(),
                s.v(),
                s.d(),
                s.rev(),
                s.sv(),
                s.sd()
            )
        },
    },
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
        name: "modalias",
        bus: Pci,
        shows: &[Class, Subsystem],
        write: |s| {
            format!(
                "pci:v0000{:04X}d0000{:04X}sv0000{:04X}sd0000{:04X}bc{}sc{}i{}",
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                &s.class()[..2],
                &s.class()[2..4],
                &s.class()[4..]
            )
        },
    },
    Form {
        name: "modalias with what a router's request adds",
        bus: Pci,
        shows: &[Class, Subsystem, Revision],
        write: |s| {
            format!(
                "pci:v0000{:04X}d0000{:04X}sv0000{:04X}sd0000{:04X}bc{}sc{}i{} (rev {:02x}) (driver drv)",
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                &s.class()[..2],
                &s.class()[2..4],
                &s.class()[4..],
                s.rev()
            )
        },
    },
    Form {
        name: "uevent",
        bus: Pci,
        shows: &[Class, Subsystem],
        write: |s| {
            format!(
                "DRIVER=drv\nPCI_CLASS={}\nPCI_ID={:04X}:{:04X}\nPCI_SUBSYS_ID={:04X}:{:04X}\nPCI_SLOT_NAME=0000:{}\nMODALIAS=pci:v0000{:04X}d0000{:04X}sv0000{:04X}sd0000{:04X}bc{}sc{}i{}",
                s.class().trim_start_matches('0'),
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                s.slot,
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                &s.class()[..2],
                &s.class()[2..4],
                &s.class()[4..]
            )
        },
    },
    Form {
        name: "udevadm info, cut",
        bus: Pci,
        shows: &[Class, Subsystem],
        write: |s| {
            format!(
                "E: DRIVER=drv\nE: PCI_CLASS={}\nE: PCI_ID={:04X}:{:04X}\nE: PCI_SUBSYS_ID={:04X}:{:04X}",
                s.class().trim_start_matches('0'),
                s.v(),
                s.d(),
                s.sv(),
                s.sd()
            )
        },
    },
    Form {
        name: "/proc/bus/pci/devices",
        bus: Pci,
        shows: &[],
        write: |s| format!("0200\t{:04x}{:04x}\t12{}\tdrv", s.v(), s.d(), "\t               0".repeat(14)),
    },
    Form {
        name: "dmesg",
        bus: Pci,
        shows: &[Class],
        write: |s| {
            format!(
                "[    1.234567] pci 0000:{}: [{:04x}:{:04x}] type 00 class 0x{} PCIe Endpoint",
                s.slot,
                s.v(),
                s.d(),
                s.class()
            )
        },
    },
    Form {
        name: "Windows",
        bus: Pci,
        shows: &[Subsystem, Revision],
        write: |s| {
            format!(
                "PCI\\VEN_{:04X}&DEV_{:04X}&SUBSYS_{:04X}{:04X}&REV_{:02X}\\4&1A2B3C4D&0&00E8",
                s.v(),
                s.d(),
                s.sd(),
                s.sv(),
                s.rev()
            )
        },
    },
    Form {
        name: "Windows' list of hardware ids",
        bus: Pci,
        shows: &[Class, Subsystem, Revision],
        write: |s| {
            let (v, d, sv, sd) = (s.v(), s.d(), s.sv(), s.sd());
            format!(
                "PCI\\VEN_{v:04X}&DEV_{d:04X}&SUBSYS_{sd:04X}{sv:04X}&REV_{:02X}\nPCI\\VEN_{v:04X}&DEV_{d:04X}&SUBSYS_{sd:04X}{sv:04X}\nPCI\\VEN_{v:04X}&DEV_{d:04X}&CC_{}\nPCI\\VEN_{v:04X}&DEV_{d:04X}&CC_{}",
                s.rev(),
                s.class(),
                &s.class()[..4]
            )
        },
    },
    Form {
        name: "pnputil",
        bus: Pci,
        shows: &[Subsystem, Revision],
        write: |s| {
            format!(
                "Instance ID:                PCI\\VEN_{:04X}&DEV_{:04X}&SUBSYS_{:04X}{:04X}&REV_{:02X}\\3&11583659&0&A3\nDevice Description:         Card\nClass Name:                 Net\nStatus:                     Started",
                s.v(),
                s.d(),
                s.sd(),
                s.sv(),
                s.rev()
            )
        },
    },
    Form {
        name: "PowerShell's table",
        bus: Pci,
        shows: &[Subsystem, Revision],
        write: |s| {
            format!(
                "Status     Class           FriendlyName                    InstanceId\n------     -----           ------------                    ----------\nOK         Net             Maker(R) Card 160MHz            PCI\\VEN_{:04X}&DEV_{:04X}&SUBSYS_{:04X}{:04X}&REV_{:02X}\\3...",
                s.v(),
                s.d(),
                s.sd(),
                s.sv(),
                s.rev()
            )
        },
    },
    Form {
        name: "PowerShell's JSON",
        bus: Pci,
        shows: &[Subsystem, Revision],
        write: |s| {
            format!(
                "    \"InstanceId\":  \"PCI\\\\VEN_{:04X}\\u0026DEV_{:04X}\\u0026SUBSYS_{:04X}{:04X}\\u0026REV_{:02X}\\\\3\",",
                s.v(),
                s.d(),
                s.sd(),
                s.sv(),
                s.rev()
            )
        },
    },
    Form {
        name: "inxi -Nxxx",
        bus: Pci,
        shows: &[Class],
        write: |s| {
            format!(
                "Network:\n  Device-1: Maker driver: N/A pcie: gen: 2 speed: 5 GT/s lanes: 1\n\tport: N/A bus-ID: {} chip-ID: {:04x}:{:04x} class-ID: {}\n  IF: enp5s0 state: down mac: <filter>",
                s.slot,
                s.v(),
                s.d(),
                &s.class()[..4]
            )
        },
    },
    Form {
        name: "lshw -numeric",
        bus: Pci,
        shows: &[Class, Revision],
        write: |s| {
            let words = if s.words().starts_with('N') { "Wireless interface" } else { "Ethernet interface" };
            format!(
                "  *-network\n       description: {words}\n       product: Card [{:X}:{:X}]\n       vendor: Maker [{:X}]\n       physical id: 0\n       bus info: pci@0000:{}\n       logical name: wlp2s0\n       version: {:02x}\n       width: 64 bits\n       configuration: broadcast=yes driver=drv latency=0",
                s.v(),
                s.d(),
                s.v(),
                s.slot,
                s.rev()
            )
        },
    },
    Form {
        name: "lshw -json -numeric",
        bus: Pci,
        shows: &[Class, Revision],
        write: |s| {
            let words = if s.words().starts_with('N') { "Wireless interface" } else { "Ethernet interface" };
            format!(
                "{{\n  \"id\" : \"network\",\n  \"class\" : \"network\",\n  \"description\" : \"{words}\",\n  \"product\" : \"Card [{:X}:{:X}]\",\n  \"vendor\" : \"Maker [{:X}]\",\n  \"businfo\" : \"pci@0000:{}\",\n  \"version\" : \"{:02x}\",\n  \"configuration\" : {{\n    \"driver\" : \"drv\"\n  }}\n}}",
                s.v(),
                s.d(),
                s.v(),
                s.slot,
                s.rev()
            )
        },
    },
    Form {
        name: "hwinfo",
        bus: Pci,
        shows: &[Class, Revision, Subsystem],
        write: |s| {
            format!(
                "20: PCI 200.0: 0282 WLAN controller\n  [Created at pci.386]\n  SysFS BusID: 0000:{}\n  Hardware Class: network\n  Model: \"Card\"\n  Vendor: pci 0x{:04x} \"Maker\"\n  Device: pci 0x{:04x} \"Card\"\n  SubVendor: pci 0x{:04x} \"Maker\"\n  SubDevice: pci 0x{:04x} \"Card\"\n  Revision: 0x{:02x}\n  Driver: \"drv\"\n  Driver Modules: \"drv\"\n  Device File: wlan0\n  Module Alias: \"pci:v0000{:04X}d0000{:04X}sv0000{:04X}sd0000{:04X}bc{}sc{}i{}\"",
                s.slot,
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                s.rev(),
                s.v(),
                s.d(),
                s.sv(),
                s.sd(),
                &s.class()[..2],
                &s.class()[2..4],
                &s.class()[4..]
            )
        },
    },
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
        name: "an id in a sentence",
        bus: Pci,
        shows: &[],
        write: |s| format!("I have a card ({:04x}:{:04x}), does it work?", s.v(), s.d()),
    },
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
        name: "Windows",
        bus: Usb,
        shows: &[],
        write: |s| format!("USB\\VID_{:04X}&PID_{:04X}&REV_0100", s.v(), s.d()),
    },
    Form {
        name: "Windows' list of hardware ids",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!(
                "USB\\VID_{:04X}&PID_{:04X}&REV_0200&MI_02\nUSB\\VID_{:04X}&PID_{:04X}&MI_02",
                s.v(),
                s.d(),
                s.v(),
                s.d()
            )
        },
    },
    Form {
        name: "PowerShell's table",
        bus: Usb,
        shows: &[],
        write: |s| {
            format!(
                "OK         Net             Maker Thing                     USB\\VID_{:04X}&PID_{:04X}\\000000000",
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
    Form {
        name: "an id in a sentence",
        bus: Usb,
        shows: &[],
        write: |s| format!("It says `{:04x}:{:04x}` in the device manager.", s.v(), s.d()),
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

fn usb_alias(s: &Sample) -> String {
    let [class, subclass, protocol] = s.interface();
    format!(
        "usb:v{:04X}p{:04X}d0200dc00dsc00dp00ic{class:02X}isc{subclass:02X}ip{protocol:02X}in{:02X}",
        s.v(),
        s.d(),
        s.number()
    )
}

/// Ids of a bus that the table knows, from all over it.
fn samples(bus: Bus) -> Vec<Sample> {
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
fn shown(form: &Form, sample: &Sample) -> Device {
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

fn report(devices: detect::Detected) -> Vec<DeviceReport> {
    let series = Series::new(25, 12);
    let has = holds(series);
    Catalogue::builtin()
        .report(&devices, Availability { has: &has, series: Some(series), variant: None })
        .devices
}

/// What a report says of what the device is and needs.
fn facts(report: &DeviceReport) -> String {
    let DeviceReport { bus, id, revision, chip, kmods, firmware, userspace, status, certainty, .. } = report;
    format!(
        "{bus:?} {id:?} {revision:?} {chip:?} {kmods:?} {firmware:?} {userspace:?} {status:?} {certainty:?}"
    )
}

fn expected(form: &Form, sample: &Sample) -> String {
    let devices = vec![shown(form, sample)];
    let plain = report(detect::Detected { devices, ..detect::Detected::default() });
    plain
        .first()
        .map(facts)
        .unwrap_or_else(|| panic!("{}: {:?} is in the table", form.name, sample.device.id))
}

fn read_as(form: &Form, sample: &Sample, text: &str, what: &str) {
    let found = report(detect::read(text));
    let facts: Vec<String> = found.iter().map(facts).collect();
    assert_eq!(facts, [expected(form, sample)], "{} ({what}):\n{text}", form.name);
}

#[test]
fn every_form_gives_what_the_plain_one_gives() {
    for form in FORMS {
        let samples = samples(form.bus);
        assert!(samples.len() >= 30);
        for sample in &samples {
            read_as(form, sample, &(form.write)(sample), "as written");
        }
    }
    assert!(FORMS.len() > 55);
}

/// Does to a text what a way of passing it on does.
type Noise = fn(&str) -> String;

/// What mail, forums and terminals do to a text.
const NOISES: &[(&str, Noise)] = &[
    ("CRLF", |text| text.replace('\n', "\r\n")),
    ("quoted", |text| text.lines().map(|line| format!("> {line}\n")).collect()),
    ("quoted twice", |text| text.lines().map(|line| format!(">> {line}\n")).collect()),
    ("fenced", |text| format!("Hello,\n```\n{text}\n```\nthanks")),
    ("HTML", |text| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    }),
    ("HTML twice", |text| text.replace('&', "&amp;").replace('"', "&quot;").replace('&', "&amp;")),
    ("coloured", |text| {
        text.lines()
            .map(|line| format!("\x1b[1;32m{}\x1b[0m\x1b[K\n", line.replacen(':', "\x1b[0m:", 1)))
            .collect()
    }),
    ("tabs as blanks", |text| text.replace('\t', "    ")),
    ("hard blanks", |text| text.replace("  ", "\u{a0}\u{a0}")),
    ("a mark of bytes", |text| format!("\u{feff}{text}")),
    ("UTF-16", |text| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        detect::decode(&units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
    }),
    ("UTF-16, big end first", |text| {
        detect::decode(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>())
    }),
    ("indented", |text| text.lines().map(|line| format!("        {line}\n")).collect()),
];

#[test]
fn every_form_is_read_through_noise() {
    for form in FORMS {
        let samples = samples(form.bus);
        for (at, (noise, add)) in NOISES.iter().enumerate() {
            for sample in samples.iter().skip(at % 7).step_by(7) {
                read_as(form, sample, &add(&(form.write)(sample)), noise);
            }
        }
    }
}

/// Forms of web pages join the lines of a listing.
#[test]
fn devices_joined_into_one_line_are_told_apart() {
    let joined = [
        "lspci -nn",
        "lspci -nnk",
        "lspci -n",
        "lspci -mm -nn",
        "pciconf -l",
        "modalias",
        "Windows",
        "lsusb",
        "/sys/kernel/debug/usb/devices",
    ];
    let forms = FORMS.iter().filter(|form| joined.contains(&form.name));
    for form in forms {
        let samples: Vec<Sample> = samples(form.bus).into_iter().step_by(3).collect();
        let text: Vec<String> =
            samples.iter().map(|sample| (form.write)(sample).replace('\n', " ")).collect();
        let found: Vec<String> = report(detect::read(&text.join(" "))).iter().map(facts).collect();
        let expected: Vec<String> = samples.iter().map(|sample| expected(form, sample)).collect();
        assert_eq!(found, expected, "{}", form.name);
    }
}

/// Listings of several devices, one after the other.
#[test]
fn devices_of_one_listing_are_told_apart() {
    for form in FORMS {
        // The same sentence twice is one device.
        let samples: Vec<Sample> = samples(form.bus).into_iter().step_by(3).collect();
        let text: Vec<String> = samples.iter().map(form.write).collect();
        for between in ["\n", "\n\n"] {
            let found: Vec<String> = report(detect::read(&text.join(between))).iter().map(facts).collect();
            let expected: Vec<String> = samples.iter().map(|sample| expected(form, sample)).collect();
            assert_eq!(found, expected, "{}\n{}", form.name, text.join(between));
        }
    }
}
