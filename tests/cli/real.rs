//! Indexes that real builds published, where they lie beside the checkout. They hold no package files: plans only.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use crate::support::run::{Desk, Run};

const OPKG: &str = "opkg-23.05.2-mvebu";
const APK: &str = "apk-25.12.2-x86-64";

fn tree(name: &str) -> Option<String> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/indexes")).join(name);
    if !path.is_dir() {
        crate::support::judges::skipped("no ../shared");
        return None;
    }
    Some(path.to_str().unwrap().to_owned())
}

/// The `kernel` that most modules of the opkg tree ask for, by its own text.
fn kernel_of_most(tree: &str) -> String {
    let packed = std::fs::File::open(format!("{tree}/targets/mvebu/cortexa9/packages/Packages.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let mut counts = BTreeMap::new();
    for version in text.split("kernel (=").skip(1).map(|rest| rest.split(')').next().unwrap().trim()) {
        *counts.entry(version).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).unwrap().0.to_owned()
}

/// A run on the opkg tree for a router that holds a kernel and libc.
fn opkg(tree: &str, line: &str, key: bool) -> Run {
    let key = if key { format!("--key {tree}/keys/d95e275d41a63bff") } else { String::new() };
    let held = format!("kernel - {}\nlibc - 1\n", kernel_of_most(tree));
    crate::support::run::owpkg(&format!("resolve {line} --tree {tree} --installed - {key}")).stdin(held)
}

fn apk(tree: &str, line: &str, key: bool) -> Run {
    let key = if key { format!("--key {tree}/keys/cunliu-build-key.pem") } else { String::new() };
    crate::support::run::owpkg(&format!("resolve {line} --tree {tree} {key}"))
}

/// Every package stands behind what it needs, and what it needs is there or held.
#[track_caller]
fn closes(run: Run, wanted: &str) -> serde_json::Value {
    let plan = run.arg("--json").run().exits(0).json();
    let packages = plan["packages"].as_array().unwrap();
    let names: Vec<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    assert!(names.contains(&wanted), "{wanted} in {names:?}");
    let with_digest = packages.iter().all(|package| package["digest"]["value"].as_str().unwrap().len() == 64);
    assert!(with_digest && packages.iter().all(|package| package["size"].as_u64().unwrap() > 0));
    plan
}

#[test]
fn the_drivers_of_23_05_close() {
    let Some(tree) = tree(OPKG) else { return };
    for package in ["kmod-iwlwifi", "kmod-ath10k", "kmod-mt7921e", "kmod-mt7915e", "wpad-basic-mbedtls"] {
        let plan = closes(opkg(&tree, &format!("--add {package}"), true), package);
        assert_eq!((&plan["target"], &plan["format"]), (&"mvebu/cortexa9".into(), &"opkg".into()));
        assert_eq!(plan["arch"], "arm_cortex-a9_vfpv3-d16");
        assert_eq!(plan["source"]["verified_by"], serde_json::json!(["d95e275d41a63bff"]));
    }
}

#[test]
fn a_router_of_another_23_05_is_refused() {
    let Some(tree) = tree(OPKG) else { return };
    let run = opkg(&tree, "--add kmod-iwlwifi", true);
    let other = "kernel - 5.15.137-1-00000000000000000000000000000000\nlibc - 1\n";
    run.stdin(other).run().exits(4).says(&[&kernel_of_most(&tree), "5.15.137-1-0000", "never forced"]);
}

#[test]
fn firmware_that_the_tree_of_23_05_lacks_is_named_and_can_be_left_out() {
    let Some(tree) = tree(OPKG) else { return };
    let ran = opkg(&tree, "--chip iwl7265d", true).run().exits(4);
    ran.says(&["holds", "iwlwifi-firmware-iwl7265d"]);
    let run = opkg(&tree, "--chip iwl7265d --omit iwlwifi-firmware-iwl7265d", true);
    let plan = closes(run, "kmod-iwlwifi");
    let warnings = plan["warnings"].to_string();
    assert!(warnings.contains("iwlwifi-firmware-iwl7265d is left out"), "{warnings}");
}

#[test]
fn the_build_of_23_05_is_not_trusted_unasked() {
    let Some(tree) = tree(OPKG) else { return };
    opkg(&tree, "--add kmod-iwlwifi", false).run().exits(5).says(&["d95e275d41a63bff", "--key FILE"]);
}

#[test]
fn the_drivers_of_25_12_close() {
    let Some(tree) = tree(APK) else { return };
    for (line, package) in [
        ("--chip mt7921e --wpa none", "kmod-mt7921e"),
        ("--add kmod-iwlwifi", "kmod-iwlwifi"),
        ("--add kmod-ath10k", "kmod-ath10k"),
    ] {
        let plan = closes(apk(&tree, line, true), package);
        assert_eq!((&plan["target"], &plan["format"]), (&"x86/64".into(), &"apk".into()));
        assert_eq!(plan["baseline"]["from"], "manifest");
        assert_eq!(plan["source"]["verified_by"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn what_the_tree_of_25_12_lacks_is_named() {
    let Some(tree) = tree(APK) else { return };
    apk(&tree, "--chip mt7921e", true).run().exits(0).says(&["no feed holds a wpad"]);
    apk(&tree, "--chip iwl7265d --wpa none", true).run().exits(4).says(&["iwlwifi-firmware-iwl7265d"]);
}

#[test]
fn the_build_of_25_12_is_not_trusted_unasked() {
    let Some(tree) = tree(APK) else { return };
    apk(&tree, "--add kmod-iwlwifi", false).run().exits(5).says(&["which is not trusted", "--key FILE"]);
}

#[test]
fn a_disk_of_indexes_without_packages_is_not_available() {
    let Some(tree) = tree(APK) else { return };
    let desk = Desk::new();
    let line =
        format!("disk out.img --add kmod-iwlwifi --tree {tree} --key {tree}/keys/cunliu-build-key.pem");
    desk.owpkg(&line).run().exits(6).says(&["does not exist"]);
    assert!(!desk.holds("out.img"));
}
