//! Kernel modules for feeds, each with a table of ids.

use std::process::Command;

use owpkg::demo::PackageSpec;

use crate::support::feeds::{self, Builder};
use crate::support::judges::tool;

/// The parts of every module that depend on the kernel's headers; see `tests/kmod/driver.c`.
const HEAD: &str = r#"
struct pci_device_id { unsigned vendor, device, subvendor, subdevice, class, mask; unsigned long data; unsigned over; };
struct pci_driver { const char *name; const struct pci_device_id *ids; int (*probe)(void); void *more[24]; };
extern int __pci_register_driver(struct pci_driver *, void *, const char *);
extern int request_firmware(const void **, const char *, void *);
static int probe(void) { return request_firmware(0, "probe", 0); }
"#;

/// A module that drives these ids of PCI, each with the C expression of its driver's own data.
pub fn pci_module(name: &str, ids: &[(&str, &str)]) -> Vec<u8> {
    let entry = |(id, data): &(&str, &str)| {
        let parts: Vec<String> = id.split(':').map(|part| format!("0x{part}")).collect();
        let subsystem = if parts.len() == 2 { ", ~0u, ~0u" } else { "" };
        format!("{{ {}{subsystem}, 0, 0, (unsigned long)({data}) }},", parts.join(", "))
    };
    let entries: String = ids.iter().map(entry).collect();
    compile(&format!(
        "{HEAD}\nstatic const struct pci_device_id ids[] = {{ {entries} {{ 0 }} }};\n\
         static struct pci_driver driver = {{ \"{name}\", ids, probe }};\n\
         static const char info[] __attribute__((section(\".modinfo\"), used)) = \"name={name}\\0depends=\";\n\
         int init_module(void) {{ return __pci_register_driver(&driver, 0, \"\"); }}"
    ))
}

/// A module that drives these ids of USB with interfaces of these classes, through the kernel's own or the serial
/// ports' registration.
pub fn usb_module(name: &str, serial: bool, ids: &[(&str, [u8; 3])]) -> Vec<u8> {
    let entry = |(id, [class, subclass, protocol]): &(&str, [u8; 3])| {
        let (vendor, product) = id.split_once(':').unwrap();
        format!("{{ 0x0383, 0x{vendor}, 0x{product}, 0, 0, 0, 0, 0, {class}, {subclass}, {protocol} }},")
    };
    let entries: String = ids.iter().map(entry).collect();
    let (driver, register, needs) = match serial {
        false => (
            format!(
                "struct {{ const char *name; int (*probe)(void); void *more[7]; const void *ids; void *rest[20]; }} \
                     driver = {{ \"{name}\", probe, {{ probe }}, ids }};"
            ),
            "usb_register_driver",
            "",
        ),
        true => (
            format!(
                "struct {{ const char *what; const void *ids; void *list[2]; const char *name; void *rest[40]; }} \
                     driver = {{ \"{name}1\", ids, {{ 0, 0 }}, \"{name}\" }};"
            ),
            "usb_serial_register_drivers",
            "usbserial,usb_wwan",
        ),
    };
    compile(&format!(
        "struct usb_device_id {{ unsigned short flags, vendor, product, low, high; unsigned char dclass, dsub, dproto, \
         class, sub, proto, number; unsigned long info; }};\n\
         extern int {register}(void *, void *, const char *);\n\
         static int probe(void) {{ return 0; }}\n\
         static const struct usb_device_id ids[] = {{ {entries} {{ 0 }} }};\n\
         static {driver}\n\
         static const char info[] __attribute__((section(\".modinfo\"), used)) = \
         \"name={name}\\0depends={needs}\";\n\
         int init_module(void) {{ return {register}(&driver, 0, \"\"); }}"
    ))
}

/// The module of Intel's cards as Linux 6.18 has it: the id leads to no name, which structures hold whose last numbers
/// are the newest and the oldest version.
pub fn iwlwifi(versions: &[(&str, u16, u16)]) -> Vec<u8> {
    let configuration = |(at, (start, newest, oldest)): (usize, &(&str, u16, u16))| {
        format!("const struct cfg cfg{at} = {{ \"{start}\", {{ 9, {at}, 29, 22 }}, {newest}, {oldest} }};\n")
    };
    let structures: String = versions.iter().enumerate().map(configuration).collect();
    let module = format!(
        "{HEAD}
         struct cfg {{ const char *start; unsigned short rest[20]; unsigned short newest, oldest; }};
         {structures}
         static const struct pci_device_id ids[] = {{ {{ 0x8086, 0x095a, ~0u, 0x5010, 0, 0, 1 }}, {{ 0 }} }};
         static struct pci_driver driver = {{ \"iwlwifi\", ids, probe }};
         static const char info[] __attribute__((section(\".modinfo\"), used)) = \"name=iwlwifi\\0depends=\";
         int init_module(void) {{ return __pci_register_driver(&driver, 0, \"%s-%s%d.ucode\"); }}"
    );
    compile(&module)
}

fn compile(source: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (text, object) = (folder.path().join("m.c"), folder.path().join("m.ko"));
    std::fs::write(&text, source).unwrap();
    let compiled = Command::new(tool("cc"))
        .args(["-c", "-O2", "-m64", "-ffreestanding", "-fno-pic", "-mcmodel=kernel", "-w", "-o"])
        .args([&object, &text])
        .status();
    assert!(compiled.unwrap().success());
    std::fs::read(object).unwrap()
}

/// The files of a package of one module, which is loaded at a start.
pub fn files(name: &str, module: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    vec![
        (format!("/lib/modules/6.12.71/{name}.ko"), module),
        (format!("/etc/modules.d/{name}"), format!("{name}\n").into_bytes()),
    ]
}

/// A release with the driver of the card 14c3:7961, whose firmware it holds, and of 14c3:7902, whose it does not.
pub fn mt7921e() -> Builder {
    let ids = [
        ("14c3:7961", "\"mediatek/WIFI_RAM_CODE_MT7961_1.bin\""),
        ("14c3:7902", "\"mediatek/WIFI_RAM_CODE_MT7902_1.bin\""),
    ];
    with_files("kmod-mt7921e", files("mt7921e", pci_module("mt7921e", &ids)))
}

/// [`feeds::wifi`] with these files in a package of its, and the firmware of 14c3:7961 where its driver looks for it.
pub fn with_files(package: &str, files: Vec<(String, Vec<u8>)>) -> Builder {
    let mut release = feeds::wifi();
    let firmware = vec![("/lib/firmware/mediatek/WIFI_RAM_CODE_MT7961_1.bin".to_owned(), vec![7; 4000])];
    for (name, files) in [(package, files), ("kmod-mt7921-firmware", firmware)] {
        let mut all = release.blueprint.feeds.iter_mut().flat_map(|(_, packages)| packages);
        let found: Option<&mut PackageSpec> = all.find(|spec| spec.name == name);
        found.unwrap().files = files;
    }
    release
}
