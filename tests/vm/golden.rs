//! Every form of a recipe for three listings each, whole but for the body of its script, which is always the same.

use super::{at_root, desk};
use crate::support::judges::{passes_shellcheck, tool};
use std::process::Command;

/// The forms, each with the body of its script, and the listings that it is made of.
const FORMS: [(&str, &str, &str, [&str; 3]); 5] = [
    ("bhyve", "script", include_str!("../../src/vm/bhyve/bhyve.sh"), ["pciconf", "amd", "lspci"]),
    ("bhyve", "vm-bhyve", "", ["pciconf", "amd", "two"]),
    ("qemu", "script", include_str!("../../src/vm/qemu/qemu.sh"), ["lspci", "two", "usb"]),
    ("qemu", "libvirt", "", ["lspci", "two", "usb"]),
    ("proxmox", "script", include_str!("../../src/vm/proxmox/qm.sh"), ["lspci", "two", "usb"]),
];

#[test]
fn every_form_for_three_listings() {
    let desk = desk();
    let folder = camino::Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vm/golden"));
    for (host, form, body, listings) in FORMS {
        let indented =
            |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("        {line}\n") };
        let body: String = body.lines().map(indented).collect();
        for listing in listings {
            let recipe = at_root(&desk, &format!("{host} --form {form} --detect {listing}.txt"));
            let recipe = if body.is_empty() { recipe } else { recipe.replace(&body, "        …\n") };
            let name = format!("{host}-{form}-{listing}.golden");
            let golden = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
            for (at, (found, golden)) in recipe.lines().zip(golden.lines()).enumerate() {
                assert_eq!(found, golden, "{name}, line {}", at + 1);
            }
            assert_eq!(recipe.lines().count(), golden.lines().count(), "{name}:\n{recipe}");
        }
    }
}

#[test]
fn shellcheck_and_libvirt_have_nothing_to_say() {
    let desk = desk();
    for (host, form, _, listings) in FORMS {
        for listing in listings {
            let text = at_root(&desk, &format!("{host} --form {form} --detect {listing}.txt --script"));
            match form {
                "script" => passes_shellcheck(&text),
                "libvirt" => {
                    let file = desk.write("domain.xml", &text);
                    let judged =
                        Command::new(tool("virt-xml-validate")).arg(file).arg("domain").output().unwrap();
                    assert!(judged.status.success(), "{}\n{text}", String::from_utf8_lossy(&judged.stderr));
                }
                _ => {}
            }
        }
    }
    passes_shellcheck(owpkg::uci_defaults::GIVE_BACK);
}
