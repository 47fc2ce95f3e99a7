//! `request.sh` on the router.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use owpkg::format::InstalledPackage;
use owpkg::stick::{Request, SCRIPT};
use proptest::prelude::*;

use super::router::{Asker, VIRTUAL, each};
use crate::disk::script::router::CLIENTS;
use crate::support::feeds::wifi;
use crate::support::judges::{passes_shellcheck, tool};
use crate::support::run::owpkg;

#[test]
fn owpkg_prints_the_script() {
    assert_eq!(owpkg("request").run().exits(0).out, SCRIPT);
}

#[test]
fn shellcheck_has_nothing_to_say() {
    passes_shellcheck(SCRIPT);
}

#[test]
fn a_script_cut_short_does_nothing() {
    let (rest, last) = SCRIPT.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(last, "main \"$@\"");
    let output = Command::new(tool("busybox")).args(["ash", "-c", rest]).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn the_request_says_what_the_router_is_holds_and_has() {
    each(|asker, site| {
        asker.plug_driven("pci", "0000:00:03.0", VIRTUAL, "virtio-pci");
        asker.plug("usb", "1-1:1.0", "usb:v0E8Dp7612d0100dc00dsc00dp00icFFiscFFipFFin00");
        asker.plug_driven("usb", "1-1:1.1", "usb:v0E8Dp7612d0100dc00dsc00dp00icFFiscFFipFFin01", "mt76x2u");
        asker.plug("sdio", "mmc1:0001:1", "sdio:c00v02D0dA9A6");
        let Request {
            router: _,
            board,
            release,
            revision,
            target,
            arch,
            format,
            free_kb,
            system: _,
            devices,
            installed,
        } = asker.parsed();
        let of = wifi().blueprint;
        assert_eq!((board.as_str(), revision.as_str()), ("acme,far-away", "r32713-f919e7899d"));
        assert_eq!((&release, target.as_str(), &arch), (&of.release, of.target.as_str(), &of.arch));
        assert_eq!(format, site.format.name());
        assert!(free_kb.is_some_and(|kb| kb > 0), "{free_kb:?}");
        let held: Vec<(String, String)> =
            installed.iter().map(|(name, held)| (name.to_owned(), held.version.clone())).collect();
        let mut expected = of.manifest.clone();
        expected.sort();
        assert_eq!(held, expected);
        let shown: Vec<String> = devices
            .iter()
            .map(|device| {
                let revision = device.id.revision.map_or(String::new(), |revision| format!("@{revision:x}"));
                let driver = device.driver.as_deref().unwrap_or("none");
                format!("{}:{}{revision} {driver} {}", device.id.bus, device.id, device.interfaces.len())
            })
            .collect();
        assert_eq!(
            shown,
            [
                "pci:1af4:1000:1af4:0001 virtio-pci 0",
                "pci:8086:095a:8086:5010@59 none 0",
                "usb:0e8d:7612 mt76x2u 2",
                "sdio:02d0:a9a6 none 0",
            ]
        );
    });
}

#[test]
fn a_package_that_is_only_unpacked_is_not_held() {
    let asker = Asker::new(CLIENTS[0]);
    asker.router.hold_as("half", "1", "unpacked");
    assert_eq!(asker.parsed().installed.get("half"), None);
}

#[test]
fn detect_reads_a_request() {
    each(|asker, site| {
        site.write("owpkg-request.txt", asker.request());
        let ran = site.desk.owpkg("detect owpkg-request.txt --json").run().exits(0).json();
        let devices = ran["devices"].as_array().unwrap();
        assert_eq!(devices.len(), 1, "{devices:?}");
        assert_eq!((&devices[0]["chip"], &devices[0]["revision"]), (&"iwl7265d".into(), &"59".into()));
        let line = usize::try_from(devices[0]["line"].as_u64().unwrap()).unwrap();
        assert!(site.read("owpkg-request.txt").lines().nth(line - 1).unwrap().starts_with("pci:"));
    });
}

#[test]
fn the_router_keeps_an_id_and_nothing_else() {
    each(|asker, _| {
        let mut before = asker.router.state();
        let first = asker.parsed().router;
        let id = asker.router.state()["etc/owpkg/router"].clone();
        assert_eq!(String::from_utf8(id.clone()).unwrap(), format!("{first}\n"));
        before.insert("etc/owpkg/router".to_owned(), id);
        assert_eq!(asker.router.state(), before);
        assert_eq!(asker.parsed().router, first, "asked again");
        assert_eq!(asker.router.state(), before);
        let stick = || fs::read_dir(asker.stick()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(stick().count(), 2, "{:?}", stick().collect::<Vec<_>>());

        assert_ne!(Asker::new(asker.router.client).parsed().router, first, "another router");
        for damaged in
            ["", "0123", "0123456789abcdef0123456789abcdeX\n", "0123456789abcdef0123456789abcdef0\n"]
        {
            asker.router.write("etc/owpkg/router", damaged);
            let anew = asker.parsed().router;
            assert_ne!(anew, first, "{damaged:?}");
        }
    });
}

#[test]
fn a_place_that_cannot_be_written_keeps_what_it_has() {
    each(|asker, _| {
        let request = asker.request();
        let path = asker.stick().join("owpkg-request.txt");
        let beside = asker.stick().join("owpkg-request.txt.new");
        symlink("/dev/full", &beside).unwrap();
        asker.ask(&[]).is_refused_by("request.sh", &["owpkg-request.txt cannot be written", "No space left"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), request);
        assert!(!beside.exists() && beside.symlink_metadata().is_err(), "the half-written file is gone");

        fs::create_dir(&beside).unwrap();
        asker.ask(&[]).is_refused_by("request.sh", &["cannot be written", "Is a directory", "remount,rw"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), request);
        asker.ask(&["nowhere/request.txt"]).is_refused_by("request.sh", &["nowhere/request.txt cannot be"]);
        let left: Vec<PathBuf> = asker.router.leftovers();
        assert_eq!(left, [asker.router.root().join("tmp/sysinfo")]);
    });
}

#[test]
fn it_writes_where_it_is_told() {
    each(|asker, _| {
        let there = asker.router.root().join("tmp");
        asker.ask(&["my request.txt"]).is_done("wrote my request.txt (packages: 7, devices: 1)");
        asker.ask(&[there.to_str().unwrap()]).is_done("tmp/owpkg-request.txt (packages: ");
        let told = fs::read_to_string(asker.stick().join("my request.txt")).unwrap();
        assert_eq!(
            fs::read_to_string(there.join("owpkg-request.txt")).unwrap().lines().next(),
            told.lines().next()
        );
        assert!(!asker.stick().join("owpkg-request.txt").exists());
        asker.ask(&["--help"]).is_done("Usage: sh request.sh");
        asker.ask(&["--now"]).is_refused_by("request.sh", &["no such option: --now"]);
        asker.ask(&["a", "b"]).is_refused_by("request.sh", &["no more than one file"]);
    });
}

#[test]
fn it_asks_only_on_a_router_whose_client_answers() {
    each(|asker, _| {
        fs::remove_file(asker.router.root().join("etc/openwrt_release")).unwrap();
        asker.ask(&[]).is_refused_by("request.sh", &["this is no OpenWrt"]);
    });
    let asker = Asker::new(CLIENTS[0]);
    asker.router.write("mood/busy", "");
    asker.ask(&[]).is_refused_by("request.sh", &["opkg does not say what is installed"]);
    assert!(!asker.router.root().join("etc/owpkg").exists());
}

#[test]
fn the_last_of_the_space_is_told_as_the_install_script_counts_it() {
    each(|asker, _| {
        let overlay = asker.router.root().join("overlay");
        fs::create_dir(&overlay).unwrap();
        let df = Command::new(tool("busybox")).args(["df", "-Pk"]).arg(&overlay).output().unwrap();
        let said = String::from_utf8(df.stdout).unwrap();
        let free: u64 = said.lines().nth(1).unwrap().split_whitespace().nth(3).unwrap().parse().unwrap();
        let told = asker.parsed().free_kb.unwrap();
        assert!(told.abs_diff(free) < free / 2, "{told} and {free}");
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_router_writes_is_what_is_read(
        packages in prop::collection::btree_map("[!-9;-~]{1,40}", "[!-9;-~]{1,40}", 1..40)
    ) {
        for client in CLIENTS {
            let asker = Asker::new(client);
            let before = asker.parsed().installed;
            let mut expected = before.clone();
            for (name, version) in &packages {
                if before.get(name).is_none() {
                    asker.router.hold(name, version);
                    expected.insert(name, InstalledPackage { version: version.clone(), provides: Vec::new() });
                }
            }
            prop_assert_eq!(asker.parsed().installed, expected);
        }
    }
}
