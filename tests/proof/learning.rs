//! What commands about hardware learn of a release's own modules.

use std::fs;

use super::modules::{files, mt7921e, pci_module, usb_module};
use crate::support::feeds::FORMATS;

/// A card that no table knows.
const LISTING: &str = "02:00.0 Ethernet controller [0200]: Nobody Such [f1e2:6801] (rev 01)\n";

#[test]
fn a_card_that_no_table_knows_is_found_by_its_id_in_the_modules() {
    let module = pci_module("dwmac_nobody", &[("f1e2:6801", "0")]);
    let release = mt7921e().feed("kmods").kmod("kmod-dwmac-nobody", "").files(files("dwmac_nobody", module));
    for format in FORMATS {
        let site = release.on(format);
        fs::write(site.path().join("list"), LISTING).unwrap();
        let learn = || site.owpkg("detect list").run().exits(0);
        let first = learn();
        let says = "kmod-dwmac-nobody of this release lists f1e2:6801 (dwmac_nobody.ko)";
        assert!(first.out.contains(says) && first.out.contains("supported"), "{}", first.out);
        assert!(first.out.contains("owpkg resolve --device pci:f1e2:6801"), "{}", first.out);
        assert!(first.err.contains("reading the kernel modules of OpenWrt 25.12.0"), "{}", first.err);

        // The second time, no package is looked at.
        for path in site.files.0.keys().filter(|path| path.ends_with(format.facts().package_ending)) {
            fs::remove_file(site.path().join("tree").join(path)).unwrap();
        }
        let second = learn();
        assert_eq!((second.out, second.err.contains("reading")), (first.out, false));
        let chips = site.owpkg("chips f1e2:6801 --json").run().exits(0).json();
        assert_eq!(chips["listed_by"][0]["package"], "kmod-dwmac-nobody");
    }
}

#[test]
fn a_device_that_only_the_releases_modules_know_is_planned_by_its_id() {
    let module = pci_module("dwmac_nobody", &[("f1e2:6801", "0")]);
    let release = mt7921e().feed("kmods").kmod("kmod-dwmac-nobody", "").files(files("dwmac_nobody", module));
    for format in FORMATS {
        let site = release.on(format);
        let first = site.owpkg("resolve --device f1e2:6801").run().exits(0);
        assert!(first.err.contains("reading the kernel modules of OpenWrt 25.12.0"), "{}", first.err);
        let says = "f1e2:6801: kmod-dwmac-nobody of this release lists f1e2:6801 (dwmac_nobody.ko)";
        assert!(first.err.contains(says), "{}", first.err);
        assert!(!first.out.contains("wpad"), "it is no Wi-Fi card: {}", first.out);
        let disk = site.owpkg("disk by-lock.img --json").run().exits(0).json();
        assert_eq!(disk["cards"][0]["card"], "pci:f1e2:6801");
        assert_eq!(disk["cards"][0]["driver"]["by"][0]["module"], "dwmac_nobody");
        let second = site.owpkg("disk selected.img --device f1e2:6801").run().exits(0);
        assert!(!second.err.contains("reading"), "{}", second.err);
        let images = ["by-lock.img", "selected.img"].map(|name| fs::read(site.path().join(name)).unwrap());
        assert!(images[0] == images[1]);
        let unknown = site.owpkg("resolve --no-lock --device f1e2:ffff --add busybox").run().exits(3);
        assert!(unknown.err.contains("the catalogue has no row for the pci device f1e2:ffff"));
    }
}

/// The bus of an id that was typed without one is the bus whose drivers list it; and what a Wi-Fi card needs beside its
/// driver comes with it.
#[test]
fn a_usb_wifi_card_that_no_table_knows_gets_its_wpad_too() {
    let module = usb_module("rtw88_nobody", false, &[("f1e2:b812", [255, 255, 255])]);
    let release = mt7921e()
        .feed("kmods")
        .kmod("kmod-rtw88-nobody", "kmod-mac80211")
        .files(files("rtw88_nobody", module));
    for format in FORMATS {
        let site = release.on(format);
        let plan = site.owpkg("resolve --no-lock --json --device f1e2:b812").run().exits(0).json();
        let names: Vec<&str> =
            plan["install"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(names, ["kmod-rtw88-nobody", "wpad-basic-mbedtls"]);
        assert_eq!(plan["cards"][0]["card"], "usb:f1e2:b812");
        let facts = plan["warning_facts"].as_array().unwrap();
        let listed = facts.iter().find(|fact| fact["code"] == "listed").unwrap();
        assert_eq!(
            (&listed["package"], &listed["module"]),
            (&"kmod-rtw88-nobody".into(), &"rtw88_nobody".into())
        );
    }
}

/// Without the packages' bytes it is as the tables say, and said why.
#[test]
fn modules_that_cannot_be_had_are_said_to_be_unread() {
    for format in FORMATS {
        let site = mt7921e().on(format);
        for path in site.files.0.keys().filter(|path| path.ends_with(format.facts().package_ending)) {
            fs::remove_file(site.path().join("tree").join(path)).unwrap();
        }
        let ran = site.owpkg("resolve --no-lock --device f1e2:6801").run().exits(3);
        assert!(ran.err.contains("what this release's modules list could not be read"), "{}", ran.err);
        assert!(ran.err.contains("the catalogue has no row for the pci device f1e2:6801"), "{}", ran.err);
    }
}

/// Once a release is open, what its feeds hold counts, not what the tables remember of its series.
#[test]
fn the_tree_outvotes_the_table() {
    let module = pci_module("dwmac_motorcomm", &[("1f0a:6801", "0")]);
    let release =
        mt7921e().feed("kmods").kmod("kmod-dwmac-motorcomm", "").files(files("dwmac_motorcomm", module));
    for format in FORMATS {
        let site = release.on(format);
        fs::write(site.path().join("list"), LISTING.replace("f1e2", "1f0a")).unwrap();
        let by_table = site.desk.owpkg("detect list --release 25.12.0").run().exits(0);
        assert!(by_table.out.contains("not in 25.12"), "{}", by_table.out);
        let by_tree = site.owpkg("detect list").run().exits(0);
        assert!(by_tree.out.contains("supported") && !by_tree.out.contains("does not support"));
        let disk = site.owpkg("disk out.img --device 1f0a:6801").run().exits(0);
        assert!(disk.out.contains("dwmac_motorcomm.ko of kmod-dwmac-motorcomm lists 1f0a:6801"));
    }
}

#[test]
fn the_catalogue_is_compared_with_a_trees_modules() {
    let module = pci_module("mt7921e", &[("14c3:7961", "0"), ("14c3:f1e2", "0")]);
    let release = super::modules::with_files("kmod-mt7921e", files("mt7921e", module));
    for format in FORMATS {
        let site = release.on(format);
        let told = site.owpkg("catalogue check tree").run().exits(0).out;
        let row =
            "pci\t14c3\tf1e2\t*\t*\t*\t*\tmt7921e,mt7922,mt7920,mt7902\tlow\topenwrt-25.12.0\t\tmt7921e.ko";
        let found = told.lines().find(|line| line.starts_with("pci\t14c3\tf1e2")).unwrap_or_default();
        assert_eq!(found.split('\t').count(), row.split('\t').count(), "{told}");
        assert!(told.contains("of") && told.contains("rows of ids.tsv are listed by their modules"));
        assert!(told.contains("# pci\t14c3\t7902\t"), "a row that the module does not list: {told}");
    }
}
