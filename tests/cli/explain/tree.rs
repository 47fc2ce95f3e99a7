//! `owpkg tree`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::run::{Desk, Ran, owpkg};

const DEMO: &str = "--demo --chip iwl7265d";

fn tree(arguments: &str) -> Ran {
    owpkg(&format!("tree {arguments} {DEMO}")).run().exits(0)
}

/// The name in a line of a tree.
fn name(line: &str) -> &str {
    line.trim_start_matches(['│', '├', '└', '─', ' ']).split(' ').next().unwrap()
}

#[test]
fn a_shared_part_is_shown_once_and_marked_elsewhere() {
    let ran = tree("");
    let shown: Vec<&str> =
        ran.lines().into_iter().skip(3).filter(|line| !line.ends_with("(above)")).map(name).collect();
    let once: BTreeSet<&str> = shown.iter().copied().collect();
    assert_eq!((shown.len(), once.len()), (27, 27), "{}", ran.out);
    let above: Vec<&str> =
        ran.lines().into_iter().filter(|line| line.ends_with("(above)")).map(name).collect();
    assert!(above.contains(&"kmod-crypto-aead") && above.iter().all(|name| once.contains(name)));
}

#[test]
fn sizes_are_a_packages_own_and_that_of_all_it_brings_in() {
    let json = tree("--json").json();
    let package = |name: &str| {
        let packages = json["packages"].as_array().unwrap().iter();
        packages.clone().find(|package| package["name"] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    let size = |name: &str, key: &str| package(name)[key].as_u64().unwrap();
    assert_eq!(
        size("kmod-crypto-aead", "total_size"),
        size("kmod-crypto-aead", "size") + size("kmod-crypto-null", "size")
    );
    let all: u64 =
        json["packages"].as_array().unwrap().iter().map(|package| package["size"].as_u64().unwrap()).sum();
    assert_eq!(json["download_size"], all);
    let line = format!("kmod-crypto-aead 6.12.71-r1 {} B (", size("kmod-crypto-aead", "size"));
    assert!(tree("").out.contains(&line));
}

#[test]
fn inverted_it_leads_back_to_the_request() {
    let ran = tree("--invert kmod-crypto-gf128");
    let names: Vec<&str> = ran.lines().into_iter().skip(2).map(name).collect();
    assert_eq!(
        names,
        ["kmod-crypto-gf128", "kmod-crypto-ghash", "kmod-crypto-gcm", "kmod-mac80211", "kmod-iwlwifi"]
    );
    assert!(ran.out.trim_end().ends_with("(chip iwl7265d)"), "{}", ran.out);
    owpkg(&format!("tree --invert kmod-crypto-gf12 {DEMO}")).run().exits(3).says(&["kmod-crypto-gf128"]);
}

#[test]
fn depth_cuts_and_says_so() {
    let ran = tree("--depth 1");
    assert_eq!(ran.lines().len(), 2 + 1 + 3, "{}", ran.out);
    assert_eq!(ran.out.matches('…').count(), 2, "{}", ran.out);
    // A part that was cut is not above: hostapd-common stands in full where it first fits.
    let ran = tree("--depth 2");
    let line = ran.lines().into_iter().find(|line| line.contains("hostapd-common")).unwrap().to_owned();
    assert!(!line.contains("(above)"), "{line}");
    let packages = tree("--depth 1 --json").json();
    assert_eq!(packages["packages"].as_array().unwrap().len(), 3);
    owpkg(&format!("tree --depth 0 {DEMO}")).run().exits(2);
}

#[test]
fn a_lock_gives_the_tree_of_its_selection() {
    let desk = Desk::new();
    desk.owpkg(&format!("resolve {DEMO}")).run().exits(0);
    assert_eq!(desk.owpkg("tree").run().exits(0).out, tree("").out);
    assert_eq!(desk.owpkg("tree --json").run().exits(0).json(), tree("--json").json());
}

#[test]
fn json_has_stable_keys() {
    let json = tree("--json --invert iw").json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(json["schema"], "owpkg.tree/1");
    assert_eq!(json["invert"], "iw");
    assert_eq!(keys(&json), ["schema", "invert", "roots", "packages", "download_size"]);
    assert_eq!(
        keys(&json["packages"][0]),
        ["name", "version", "kind", "size", "total_size", "needs", "needed_by"]
    );
    assert_eq!(json["packages"][0]["kind"], "userspace");
    let names: Vec<&str> = json["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["iw", "kmod-cfg80211", "kmod-iwlwifi", "kmod-mac80211"]);
}

#[test]
fn a_chain_as_long_as_an_index_does_not_fill_the_disk() {
    use std::fmt::Write as _;
    let desk = Desk::new();
    desk.owpkg(&format!("resolve {DEMO}")).run().exits(0);
    let text = desk.read("owpkg.lock");
    let (head, packages) = text.split_once("[[package]]").unwrap();
    let template = packages.split("[[package]]").find(|package| package.contains("name = \"iw\"")).unwrap();
    let template = template.split("needed_by").next().unwrap();
    // What it installs must be of its packages.
    let (start, rest) = head.split_once("install = [").unwrap();
    let mut lock = format!("{start}install = [\"p0\"{}", &rest[rest.find(']').unwrap()..]);
    for number in 0..5_000 {
        let package = template.replace("name = \"iw\"", &format!("name = \"p{number}\""));
        let link = match number {
            0 => "because = [\"--add\"]".to_owned(),
            _ => format!("needed_by = [\"p{}\"]", number - 1),
        };
        writeln!(lock, "[[package]]{package}{link}").unwrap();
    }
    desk.write("chain.lock", lock);
    let ran = desk.owpkg("tree --lock chain.lock").run().exits(0);
    assert!(ran.out.len() < 100_000 && ran.out.contains("p99 ") && ran.out.trim_end().ends_with('…'));
    desk.owpkg("tree --lock chain.lock --json").run().exits(0);
    let why = desk.owpkg("why p4000 --lock chain.lock").run().exits(0);
    assert_eq!(why.lines().len(), 2);
}
