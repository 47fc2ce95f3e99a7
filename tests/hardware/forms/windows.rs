//! The forms of Windows.

use owpkg::hardware::Bus::{Pci, Usb};

use super::sample::Field::{Class, Revision, Subsystem};
use super::sample::Form;

pub(super) const FORMS: &[Form] = &[
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
];
