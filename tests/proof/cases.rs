//! Cards that the tables were once wrong or silent about.

use serde_json::Value;

use super::modules::{files, iwlwifi, pci_module, usb_module, with_files};
use crate::support::feeds::{Builder, FORMATS, release, wifi};

/// What a disk says of the one card that it is made for, in both formats.
fn proofs(release: &Builder, device: &str) -> Vec<Value> {
    let proof = |format| {
        let site = release.on(format);
        let told = site.owpkg(&format!("disk out.img --json --device {device}")).run().exits(0).json();
        told["cards"][0].clone()
    };
    FORMATS.into_iter().map(proof).collect()
}

fn driven(proof: &Value) -> Vec<(&str, &str)> {
    let by = proof["driver"]["by"].as_array().unwrap_or_else(|| panic!("{proof}"));
    by.iter().map(|by| (by["module"].as_str().unwrap(), by["entry"].as_str().unwrap())).collect()
}

#[test]
fn of_14c3_7993_the_driver_and_the_firmware_are_there() {
    let name = "mediatek/mt7996/mt7990_wm.bin";
    let module = pci_module("mt7996e", &[("14c3:7990", "0"), ("14c3:7993", &format!("\"{name}\""))]);
    let release = wifi()
        .feed("kmods")
        .kmod("kmod-mt7996e", "kmod-mac80211")
        .files(files("mt7996e", module))
        .feed("base")
        .package("kmod-mt7990-firmware", "1")
        .files(vec![(format!("/lib/firmware/{name}"), vec![1; 100])]);
    for proof in proofs(&release, "14c3:7993") {
        assert_eq!(driven(&proof), [("mt7996e", "14c3:7993")]);
        assert_eq!(proof["firmware"]["state"], "there");
        assert_eq!(proof["firmware"]["files"][0]["name"], name);
    }
}

/// The card's own driver structure leads to no name; the range of versions tells that the file in the package is one that
/// the module takes.
#[test]
fn of_8086_095a_with_its_subsystem_the_firmware_is_named_by_the_versions_that_the_module_takes() {
    let settled = [
        ("iwlwifi-7265D", 29, 22),
        ("iwlwifi-3160", 17, 17),
        ("iwlwifi-5000", 5, 1),
        ("iwlwifi-8265", 36, 22),
    ];
    for (versions, state) in [(&settled[..], "there"), (&settled[..2], "unknown")] {
        let release = with_files("kmod-iwlwifi", files("iwlwifi", iwlwifi(versions)));
        for proof in proofs(&release, "8086:095a:8086:5010@59") {
            assert_eq!(driven(&proof), [("iwlwifi", "8086:095a:*:5010")]);
            assert_eq!(proof["firmware"]["state"], state, "{proof}");
            assert_eq!(proof["firmware"]["files"][0]["name"], "iwlwifi-7265D-29.ucode");
        }
    }
}

/// A version that the module does not take is no firmware for it.
#[test]
fn firmware_of_a_version_that_the_module_does_not_take_is_not_said_to_be_there() {
    let versions = [
        ("iwlwifi-7265D", 29, 22),
        ("iwlwifi-3160", 17, 17),
        ("iwlwifi-5000", 5, 1),
        ("iwlwifi-7260", 17, 17),
    ];
    let mut release = with_files("kmod-iwlwifi", files("iwlwifi", iwlwifi(&versions)));
    let packages = release.blueprint.feeds.iter_mut().flat_map(|(_, packages)| packages);
    for package in packages.filter(|package| package.name == "iwlwifi-firmware-iwl7265d") {
        package.files = vec![("/lib/firmware/iwlwifi-7265D-30.ucode".to_owned(), vec![1; 100])];
    }
    for proof in proofs(&release, "8086:095a:8086:5010@59") {
        assert_eq!(proof["firmware"]["state"], "unknown", "{proof}");
    }
}

#[test]
fn of_0bda_b812_the_driver_lists_the_interface() {
    let module = usb_module("rtw88_8822bu", false, &[("0bda:b812", [255, 255, 255])]);
    let release = wifi()
        .feed("kmods")
        .kmod("kmod-rtw88-8822bu", "kmod-mac80211")
        .files(files("rtw88_8822bu", module))
        .feed("base")
        .package("rtl8822be-firmware", "1");
    for proof in proofs(&release, "0bda:b812") {
        assert_eq!(driven(&proof), [("rtw88_8822bu", "0bda:b812 interface ff/ff/ff")]);
    }
}

/// The network part of a modem and its serial ports have a driver each, and each is named with its interface.
#[test]
fn of_2c7c_0125_both_drivers_are_named_each_with_its_interface() {
    let network = usb_module("qmi_wwan", false, &[("2c7c:0125", [255, 255, 255])]);
    let ports = usb_module("option", true, &[("2c7c:0125", [255, 0, 0]), ("2c7c:0125", [255, 255, 48])]);
    let release = release()
        .feed("kmods")
        .kmod("kmod-usb-net-qmi-wwan", "")
        .files(files("qmi_wwan", network))
        .kmod("kmod-usb-serial-option", "")
        .files(files("option", ports))
        .feed("base")
        .package("comgt", "1")
        .package("uqmi", "1");
    for proof in proofs(&release, "2c7c:0125") {
        let mut by = driven(&proof);
        by.sort_unstable();
        assert_eq!(
            by,
            [("option", "2c7c:0125 interface ff/00/00"), ("qmi_wwan", "2c7c:0125 interface ff/ff/ff")]
        );
        let shared = release.on(FORMATS[0]).owpkg("disk out.img --json --device 2c7c:0125").run().exits(0);
        assert_eq!(
            shared.json()["shared_ids"],
            serde_json::json!([]),
            "they leave each other's interfaces alone"
        );
    }
}
