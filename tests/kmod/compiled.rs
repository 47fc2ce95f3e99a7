//! The same C source, compiled for words of 32 and 64 bits in both byte orders, in today's layouts and older ones.

use std::process::Command;

use owpkg::kmod::{FirmwareName, Ids, Module, Via};

use crate::support::judges::tool;

/// A compiler, and what makes it compile for a kernel.
pub const COMPILERS: [(&str, &[&str]); 4] = [
    ("cc", &["-m64", "-mcmodel=kernel"]),
    ("cc", &["-m32"]),
    ("mips-linux-gnu-gcc", &["-mno-abicalls", "-G0"]),
    ("arm-linux-gnueabi-gcc", &["-marm", "-march=armv7-a"]),
];

/// Compiles `driver.c` into a module.
pub fn module(compiler: &str, flags: &[&str], old: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let object = folder.path().join("example.ko");
    let status = Command::new(tool(compiler))
        .args(["-c", "-O2", "-ffreestanding", "-fno-pic", "-fno-pie", "-fno-stack-protector", "-w"])
        .args(flags)
        .args(if old { &["-DOLD"][..] } else { &[] })
        .arg("-o")
        .arg(&object)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kmod/driver.c"))
        .status()
        .unwrap();
    assert!(status.success(), "{compiler} {flags:?}");
    std::fs::read(object).unwrap()
}

/// The entries of all tables, as `bus via id`.
fn ids(module: &Module) -> Vec<String> {
    let any = |id: Option<u16>| id.map_or("*".to_owned(), |id| format!("{id:04x}"));
    let byte = |id: Option<u8>| id.map_or("*".to_owned(), |id| format!("{id:02x}"));
    let mut found = Vec::new();
    for table in &module.tables {
        let via = if table.via == Via::Driver { "driver" } else { "probe" };
        match &table.ids {
            Ids::Pci(ids) => found.extend(ids.iter().map(|(id, _)| {
                let class = format!("{:06x}&{:06x}", id.class, id.class_mask);
                let ids = [id.vendor, id.device, id.subvendor, id.subdevice].map(any).join(":");
                format!("pci {via} {ids} {class}")
            })),
            Ids::Usb(ids) => found.extend(ids.iter().map(|(id, _)| {
                let class = [id.device_class, id.interface_class].map(|class| class.map(byte).join("/"));
                let (low, high) = id.release;
                let ids = [id.vendor, id.product].map(any).join(":");
                format!("usb {via} {ids} {low:04x}-{high:04x} {} {}", class.join(" "), byte(id.interface))
            })),
            Ids::Sdio(ids) => found.extend(ids.iter().map(|(id, _)| {
                format!("sdio {via} {}:{} {}", any(id.vendor), any(id.device), byte(id.class))
            })),
            Ids::Of(ids) => found.extend(ids.iter().map(|(id, _)| format!("of {via} {id}"))),
        }
    }
    found.sort();
    found
}

const EXPECTED: [&str; 16] = [
    "of driver example,wmac",
    "of driver example,wmac-2",
    "pci driver *:*:*:* 020000&ffff00",
    "pci driver *:8139:10ec:8139 000000&000000",
    "pci driver 14c3:7902:1a3b:5520 000000&000000",
    "pci driver 14c3:7961:*:* 000000&000000",
    "pci driver 8086:095a:*:5010 000000&000000",
    "sdio driver *:* 07",
    "sdio driver 02d0:4345 *",
    "usb driver *:* 0000-ffff e0/01/01 */*/* *",
    "usb driver 0b05:1976 3000-30ff */*/* */*/* *",
    "usb driver 0bda:c811 0000-ffff */*/* */*/* *",
    "usb driver 10c4:ea60 0000-ffff */*/* */*/* *",
    "usb driver 2c7c:0125 0000-ffff */*/* */*/* 04",
    "usb driver 2c7c:0125 0000-ffff */*/* ff/ff/ff *",
    "usb probe 8087:0a2b 0000-ffff */*/* */*/* *",
];

#[test]
fn tables_are_found_in_every_layout_and_nothing_else_is() {
    for (compiler, flags) in COMPILERS {
        for old in [false, true] {
            let module = Module::read(&module(compiler, flags, old)).unwrap();
            assert_eq!(ids(&module), EXPECTED, "{compiler} {flags:?}, old: {old}");
        }
    }
}

#[test]
fn an_entry_leads_to_its_firmware() {
    let file = |name: &str| FirmwareName::File(name.to_owned());
    for (compiler, flags) in COMPILERS {
        let module = Module::read(&module(compiler, flags, false)).unwrap();
        let pci = module.tables.iter().find_map(|table| match &table.ids {
            Ids::Pci(ids) => Some(ids),
            _ => None,
        });
        let data: Vec<_> =
            pci.unwrap().iter().map(|(_, data)| data.map(|data| module.data[data].clone())).collect();
        let firmware = |at: usize| data[at].as_ref().unwrap().firmware.clone();
        assert_eq!(firmware(0), [file("example/ram_7961.bin")], "{compiler}");
        assert_eq!(firmware(1), [file("example/own_fw.bin")], "{compiler}");
        assert_eq!(data[2].as_ref().unwrap().imports, ["other_modules_chip"], "{compiler}");
        assert_eq!(data[3], None, "a number leads nowhere: {compiler}");
        let chip = FirmwareName::Start("example/chip-7265D".to_owned());
        assert_eq!(module.objects["exported_chip"].firmware, [chip], "{compiler}");
    }
}

#[test]
fn names_patterns_and_dependencies_are_told_apart() {
    for (compiler, flags) in COMPILERS {
        let module = Module::read(&module(compiler, flags, false)).unwrap();
        assert_eq!(module.name.as_deref(), Some("example"));
        assert_eq!(module.depends, ["lib-of-example", "cfg80211"]);
        let names = [
            FirmwareName::File("example/own_fw.bin".to_owned()),
            FirmwareName::File("example/ram_7961.bin".to_owned()),
            FirmwareName::Pattern("iwlwifi-%s-%c0-%s%s-%c0".to_owned()),
            FirmwareName::Start("example/chip-7265D".to_owned()),
        ];
        assert_eq!(module.firmware, names, "{compiler}");
    }
}
