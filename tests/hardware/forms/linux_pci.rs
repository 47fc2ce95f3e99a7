//! The forms of Linux, of PCI devices.

use owpkg::hardware::Bus::Pci;

use super::sample::Field::{Class, Revision, Subsystem};
use super::sample::Form;

pub(super) const FORMS: &[Form] = &[
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
];
