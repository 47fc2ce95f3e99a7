//! Two drivers for one id.

use super::modules::{files, mt7921e, pci_module};
use crate::support::feeds::{FORMATS, release};

#[test]
fn two_modules_of_the_plan_that_list_one_id_are_warned_of() {
    let one = pci_module("r8125", &[("10ec:8125", "0"), ("10ec:3000", "0")]);
    let other = pci_module("r8169", &[("10ec:8125", "0"), ("10ec:8168", "0")]);
    let release = release()
        .feed("kmods")
        .kmod("kmod-r8169", "")
        .files(files("r8169", other))
        .kmod("kmod-r8125", "")
        .files(files("r8125", one));
    for format in FORMATS {
        let site = release.on(format);
        let ran = site.owpkg("disk out.img --add kmod-r8169 --add kmod-r8125").run().exits(0);
        let said = "r8125.ko of kmod-r8125 and r8169.ko of kmod-r8169 both list pci 10ec:8125: \
                    r8125.ko is loaded first and takes the card";
        assert!(ran.err.contains(said), "{}", ran.err);
        let alone = site.owpkg("disk alone.img --add kmod-r8169 --json").run().exits(0);
        assert_eq!(alone.json()["shared_ids"], serde_json::json!([]));
    }
}

/// What the router holds already keeps its cards until the next start; its bytes are known once they were learned.
#[test]
fn a_module_of_the_router_that_lists_the_id_too_is_warned_of() {
    let module = |name| pci_module(name, &[("10ec:8125", "0")]);
    let release = mt7921e()
        .feed("kmods")
        .kmod("kmod-r8169", "")
        .files(files("r8169", module("r8169")))
        .kmod("kmod-r8125", "")
        .files(files("r8125", module("r8125")))
        .stock("kmod-r8169", "6.12.71-r1");
    for format in FORMATS {
        let site = release.on(format);
        let disk = || site.owpkg("disk out.img --add kmod-r8125").run().exits(0).err;
        assert!(!disk().contains("both list"));
        site.owpkg("chips 10ec:8125 --tree tree --key key").run().exits(0);
        let said = disk();
        assert!(said.contains("r8169.ko keeps it until the next start"), "{said}");
    }
}
