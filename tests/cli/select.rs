//! `--device` and `--detect`: from ids and listings to plans, with the release built in.

use std::fs;

use camino::Utf8Path;
use owpkg::demo;
use owpkg::format::apk::Apk;
use owpkg::release::snapshot::Snapshot;

use super::json;
use crate::support::run::{Ran, owpkg};

fn resolve(args: &[&str], listing: &str) -> Ran {
    let args: Vec<&str> = ["resolve", "--demo", "--no-lock"].iter().chain(args).copied().collect();
    owpkg(&args).stdin(listing).run()
}

fn names(args: &[&str], listing: &str) -> Vec<String> {
    let args: Vec<&str> = args.iter().chain(&["--format", "names"]).copied().collect();
    let ran = resolve(&args, listing);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.lines().map(str::to_owned).collect()
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|each| each == name)
}

const CARDS: &str = "02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a] (rev 59)\n\
    03:00.0 Ethernet controller [0200]: Realtek RTL8125 [10ec:8125] (rev 05)\n\
    04:00.0 SATA controller [0106]: Acme Disk [dead:bee0]\n\
    Bus 001 Device 007: ID 0bda:b832 Realtek\n";

#[test]
fn an_id_brings_what_its_chip_brings() {
    let by_chip = names(&["--chip", "iwl7265d"], "");
    for id in ["pci:8086:095a:8086:5010@59", "8086:095a@59"] {
        assert_eq!(names(&["--device", id], ""), by_chip, "{id}");
    }
}

#[test]
fn an_id_that_leaves_chips_open_brings_the_packages_of_all() {
    let open = names(&["--device", "8086:095a"], "");
    assert!(has(&open, "iwlwifi-firmware-iwl7265d") && has(&open, "iwlwifi-firmware-iwl7265"), "{open:?}");
    let ran = resolve(&["--device", "8086:095a"], "");
    assert!(
        ran.err.contains("warning: 8086:095a: iwl7265d or iwl7265: the PCI revision decides"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("warning: iwl7265d, iwl7265: no access point on 5 or 6 GHz"), "{}", ran.err);
}

#[test]
fn a_listing_brings_its_network_devices_and_names_what_is_left_out() {
    let ran = resolve(&["--detect", "-"], CARDS);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("chip iwl7265d"), "{}", ran.out);
    assert!(ran.out.contains("already on the router: kmod-r8169, r8169-firmware"), "{}", ran.out);
    assert!(ran.err.contains("warning: left out: 0bda:b832: OpenWrt has no driver package"), "{}", ran.err);
    assert!(!ran.err.contains("dead:bee0"), "{}", ran.err);
}

#[test]
fn what_a_log_misses_is_added_with_its_reason() {
    let log = "iwlwifi 0000:02:00.0: Direct firmware load for iwlwifi-7265D-29.ucode failed with error -2\n\
        acme 0000:03:00.0: Direct firmware load for acme/radio.bin failed with error -2\n";
    let ran = resolve(&["--detect", "-", "--json"], log);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let roots = json(&ran.out)["roots"].clone();
    let firmware = serde_json::json!(
        [{"name": "iwlwifi-firmware-iwl7265d", "because": "firmware iwlwifi-7265D-29.ucode"}]
    );
    assert_eq!(roots, firmware);
    assert!(ran.err.contains("no package with the firmware acme/radio.bin"), "{}", ran.err);
}

#[test]
fn nothing_that_can_be_driven_is_an_error() {
    let gap = resolve(&["--device", "usb:0bda:b832"], "");
    assert_eq!((gap.code, gap.out.as_str()), (4, ""));
    assert!(gap.err.starts_with("error: 0bda:b832: OpenWrt has no driver package"), "{}", gap.err);
    let gaps =
        "Bus 001 Device 007: ID 0bda:b832 Realtek\n04:00.0 Network controller [0280]: Acme [dead:beef]\n";
    let ran = resolve(&["--detect", "-"], gaps);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.err.contains("none of the 2 devices can be driven"), "{}", ran.err);
    assert_eq!(resolve(&["--detect", "-", "--add", "iw"], gaps).code, 0);
    let nobody = "04:00.0 Network controller [0280]: Acme [dead:beef]\n";
    assert_eq!(resolve(&["--detect", "-"], nobody).code, 3);
}

#[test]
fn what_is_not_known_or_not_readable_is_refused_before_anything_else() {
    for (args, code, message) in [
        (&["--device", "dead:beef"][..], 3, "no row for the pci device dead:beef"),
        (&["--device", "8086"], 2, "\"8086\" is not a device id"),
        (&["--device", "8086:095a", "--device", "dead:beef"], 3, "dead:beef"),
        (&["--detect", "no-such-file"], 2, "no-such-file cannot be read"),
        (&["--detect", "-"], 3, "standard input shows no network device"),
        (&["--detect", "-", "--installed", "-"], 2, "cannot both read standard input"),
    ] {
        // A server that is not there: it must not be asked, but for the modules of a release that may list an id.
        let args: Vec<&str> =
            ["resolve", "--mirror", "http://127.0.0.1:9"].iter().chain(args).copied().collect();
        let ran = owpkg(&args).stdin("nothing\n").run();
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(message), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_listing_without_ids_says_what_shows_them() {
    let tree = "/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/6p, 480M\n    \
        |__ Port 3: Dev 2, If 0, Class=Vendor Specific Class, Driver=rtl8xxxu, 480M\n";
    let ran = resolve(&["--detect", "-"], tree);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("rtl8xxxu") && ran.err.contains("`lsusb` shows the ids"), "{}", ran.err);
}

#[test]
fn the_disk_takes_the_same_selection() {
    let run = |args: &[&str]| owpkg(args).stdin(CARDS).run();
    let ran = run(&["disk", "out.img", "--demo", "--detect", "-", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let install = json(&ran.out)["install"].clone();
    assert!(install.to_string().contains("kmod-iwlwifi"), "{install}");
}

#[test]
fn feeds_without_any_wpad_are_a_warning_unless_one_is_asked_for() {
    let mut blueprint = demo::blueprint(&Snapshot::read().expect("the built-in facts"));
    blueprint
        .feeds
        .iter_mut()
        .for_each(|(_, articles)| articles.retain(|each| !each.name.starts_with("wpad")));
    let signers = demo::signers().expect("the demo's keys");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, bytes) in blueprint.build(&Apk, &signers).expect("a release tree") {
        let path = folder.path().join("tree").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }
    fs::write(folder.path().join("key.pem"), signers.ec.public().to_pem()).expect("written");
    let cwd = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
    let base = ["resolve", "--tree", "tree", "--key", "key.pem", "--no-lock", "--chip", "iwl7265d"];
    let run = |more: &[&str]| owpkg(&[&base[..], more].concat()).cwd(cwd).run();
    let ran = run(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("warning: no feed holds a wpad: "), "{}", ran.err);
    assert!(ran.out.contains("kmod-iwlwifi"), "{}", ran.out);
    assert!(!run(&["--wpa", "none"]).err.contains("no feed holds a wpad"));
    let named = run(&["--wpa", "wpad-openssl"]);
    assert!(named.err.contains("no feed of this release holds wpad-openssl"), "{}", named.err);
}
