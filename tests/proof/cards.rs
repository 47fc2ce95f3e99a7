//! What is said of a card that was asked for: in the plan, beside the disk, and on it.

use std::fs;

use super::modules::{files, mt7921e, pci_module, with_files};
use crate::support::feeds::{FORMATS, wifi};

#[test]
fn the_driver_lists_the_card_and_its_firmware_is_there() {
    for format in FORMATS {
        let site = mt7921e().on(format);
        let ran = site.owpkg("disk out --format dir --device 14c3:7961").run().exits(0);
        let line = "pci:14c3:7961: mt7921e.ko of kmod-mt7921e lists 14c3:7961; \
                    firmware mediatek/WIFI_RAM_CODE_MT7961_1.bin (kmod-mt7921-firmware) is there";
        assert!(ran.out.contains(line), "{}", ran.out);
        let readme = fs::read_to_string(site.path().join("out/README.txt")).unwrap();
        assert!(readme.contains(line), "{readme}");
        site.owpkg("verify out").run().exits(0);
    }
}

#[test]
fn a_lock_proves_what_the_selection_did_and_makes_the_same_disk() {
    for format in FORMATS {
        let site = mt7921e().on(format);
        site.owpkg("resolve --device 14c3:7961 --chip mt7921e").run().exits(0);
        let told = site.owpkg("disk by-lock.img --json").run().exits(0).json();
        let selected =
            site.owpkg("disk selected.img --json --device 14c3:7961 --chip mt7921e").run().exits(0).json();
        assert_eq!(told["cards"], selected["cards"]);
        assert_eq!(told["cards"][0]["driver"]["state"], "driven");
        assert_eq!(told["cards"][0]["firmware"]["files"][0]["package"], "kmod-mt7921-firmware");
        let image = |name: &str| fs::read(site.path().join(name)).unwrap();
        assert!(image("by-lock.img") == image("selected.img"));
        site.owpkg("verify by-lock.img").run().exits(0);
    }
}

#[test]
fn a_plan_says_what_the_cache_has_read_and_fetches_nothing_for_it() {
    for format in FORMATS {
        let site = mt7921e().on(format);
        let state = || {
            let plan = site.owpkg("resolve --no-lock --json --device 14c3:7961").run().exits(0).json();
            plan["cards"][0]["driver"]["state"].as_str().unwrap().to_owned()
        };
        assert_eq!(state(), "not-read");
        let unread = site.owpkg("resolve --no-lock --device 14c3:7961").run().exits(0);
        let says = "pci:14c3:7961: not proved: kmod-mt7921e is not read";
        assert!(unread.out.contains(says), "{}", unread.out);
        site.owpkg("disk out.img --device 14c3:7961").run().exits(0);
        assert_eq!(state(), "driven");
        let ran = site.owpkg("resolve --no-lock --device 14c3:7961").run().exits(0);
        assert!(ran.out.contains("mt7921e.ko of kmod-mt7921e lists 14c3:7961"), "{}", ran.out);
    }
}

#[test]
fn firmware_that_the_driver_names_for_the_card_is_missed() {
    for format in FORMATS {
        let site = mt7921e().on(format);
        let ran = site.owpkg("disk out.img --device 14c3:7902 --json").run().exits(0);
        let firmware = &ran.json()["cards"][0]["firmware"];
        assert_eq!(firmware["state"], "missing");
        assert_eq!(firmware["files"][0], "mediatek/WIFI_RAM_CODE_MT7902_1.bin");
        assert!(ran.err.contains("MISSING: mt7921e.ko asks for mediatek/WIFI_RAM_CODE_MT7902_1.bin"));
    }
}

#[test]
fn a_driver_that_does_not_list_the_card_is_warned_of() {
    for format in FORMATS {
        let module = pci_module("mt7921e", &[("14c3:7922", "0")]);
        let site = with_files("kmod-mt7921e", files("mt7921e", module)).on(format);
        let ran = site.owpkg("disk out.img --device 14c3:7961 --json").run().exits(0);
        assert_eq!(ran.json()["cards"][0]["driver"]["state"], "not-listed");
        assert!(ran.err.contains("pci:14c3:7961: NOT LISTED by mt7921e.ko"), "{}", ran.err);
        let readme = site.owpkg("disk out --format dir --device 14c3:7961").run().exits(0);
        assert!(!readme.out.contains("mt7921e.ko"), "it is said once: {}", readme.out);
    }
}

#[test]
fn a_chip_is_proved_by_the_ids_that_the_catalogue_knows() {
    for format in FORMATS {
        let site = mt7921e().on(format);
        let told = site.owpkg("disk out.img --chip mt7921e --json").run().exits(0).json();
        let ids = &told["cards"][0]["ids"];
        assert_eq!((&ids["listed"], told["cards"][0]["card"].as_str()), (&1.into(), Some("mt7921e")));
        assert!(ids["known"].as_u64().unwrap() > 1, "{ids}");
    }
}

/// Packages without modules, as the drivers that a kernel has built in are, prove nothing and are no reason to warn.
#[test]
fn nothing_is_said_of_packages_without_modules() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("disk out.img --chip iwl7265d").run().exits(0);
        assert!(!ran.out.contains("bytes show") && !ran.err.contains("LISTED"), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn damaged_findings_in_the_cache_change_nothing() {
    for format in FORMATS {
        let site = mt7921e().on(format);
        let disk = || site.owpkg("disk out.img --device 14c3:7961 --json").run().exits(0).out;
        let first = disk();
        let mut found = 0;
        let mut folders = vec![site.path().join("cache/v1/findings")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().unwrap() {
                let path = entry.unwrap().into_path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let mut bytes = fs::read(&path).unwrap();
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                fs::write(&path, bytes).unwrap();
                found += 1;
            }
        }
        assert!(found > 3, "{found}");
        assert_eq!(disk(), first);
    }
}

/// What the router holds of a card's packages already is read too, where a feed holds the very version.
#[test]
fn a_driver_that_the_router_holds_already_is_proved_too() {
    for (version, state) in [("6.12.71-r1", "driven"), ("6.12.70-r1", "not-read")] {
        let mut release = mt7921e();
        for name in ["kmod-mt7921e", "kmod-mt76-core", "kmod-mac80211", "kmod-cfg80211"] {
            release = release.stock(name, version);
        }
        for format in FORMATS {
            let site = release.on(format);
            let state_of = |command: &str| {
                let told = site.owpkg(command).run().exits(0).json();
                told["cards"][0]["driver"]["state"].as_str().unwrap().to_owned()
            };
            let resolve = "resolve --no-lock --json --device 14c3:7961";
            assert_eq!(state_of(resolve), "not-read");
            assert_eq!(state_of("disk out.img --json --device 14c3:7961"), state, "{version}");
            assert_eq!(state_of(resolve), state, "{version}");
        }
    }
}
