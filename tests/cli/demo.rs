//! With no network at all: the demo release, and the facts that are built in.

use std::collections::HashSet;
use std::process::Command;

use owpkg::hardware::{Catalogue, Found, Wanted, history};
use owpkg::lock::Lock;
use owpkg::release::Release;
use owpkg::release::snapshot::Snapshot;
use owpkg::resolve::{Baseline, Refusal, Request, Root, resolve};

use crate::support::run::{Desk, owpkg};

#[test]
fn the_demo_release_makes_a_disk_with_no_network() {
    let desk = Desk::new();
    let plan = desk.owpkg("resolve --demo --chip iwl7265d").run().exits(0);
    assert!(plan.out.starts_with("DEMO: OpenWrt 25.12.0, x86/64"), "{}", plan.out);
    assert!(Lock::parse(&desk.read("owpkg.lock")).unwrap().demo);
    // The lock knows that it is of the demo release.
    let ran = desk.owpkg("disk out.img").run().exits(0);
    assert!(ran.out.starts_with("DEMO: wrote out.img"), "{}", ran.out);
    let ran = desk.owpkg("disk other.img --demo --chip iwl7265d --json").run().exits(0);
    assert_eq!(ran.json()["demo"], true);
    assert!(
        std::fs::read(desk.path().join("out.img")).unwrap()
            == std::fs::read(desk.path().join("other.img")).unwrap()
    );
}

#[test]
fn the_demo_disk_says_so_and_its_script_refuses() {
    let desk = Desk::new();
    desk.owpkg("disk out --format dir --demo --chip iwl7265d").run().exits(0);
    assert!(desk.read("out/README.txt").starts_with("DEMO: "));
    assert!(desk.read("out/owpkg.lock").contains("\ndemo = true\n"));
    let script = Command::new("sh").arg(desk.path().join("out/install.sh")).output().unwrap();
    let said =
        String::from_utf8_lossy(&script.stderr).into_owned() + &String::from_utf8_lossy(&script.stdout);
    assert!(!script.status.success() && said.to_lowercase().contains("demo"), "{said}");
}

#[test]
fn only_its_own_key_vouches_for_the_demo_release() {
    let desk = Desk::new();
    let plan = desk.owpkg("resolve --demo --chip iwl7265d --json").run().exits(0).json();
    let by = plan["source"]["verified_by"].as_array().unwrap();
    assert_eq!(by.len(), 1);
    desk.owpkg("resolve --demo --chip iwl7265d --release 24.10.0 --target ath79/generic").run().exits(2);
}

#[test]
fn with_no_network_and_no_cache_the_built_in_facts_answer() {
    let desk = Desk::new();
    let ran = desk.owpkg("resolve --chip iwl7265d --offline").run().exits(0);
    assert!(ran.out.starts_with("OpenWrt 25.12.0, x86/64"), "{}", ran.out);
    assert!(ran.out.contains("not verified") && ran.out.contains("kmod-iwlwifi"), "{}", ran.out);
    ran.says(&["facts built into owpkg", "as of 2026-03-05, 10 days ago", "no lock is written"]);
    assert!(!desk.holds("owpkg.lock"));
    let plan = desk.owpkg("resolve --chip iwl7265d --offline --json").run().exits(0).json();
    assert_eq!(plan["source"]["snapshot"], true);
    assert_eq!(plan["source"]["verified_by"], serde_json::json!([]));
    desk.owpkg("resolve --chip nothing-like-it --offline").run().exits(3);
}

#[test]
fn the_built_in_facts_answer_for_their_own_release_alone() {
    for line in [
        "resolve --chip iwl7265d --offline --release 23.05.2",
        "resolve --chip iwl7265d --offline --target ath79/generic",
        "resolve --chip iwl7265d --offline --mirror http://127.0.0.1:9",
        "resolve --chip iwl7265d --offline --tree http://127.0.0.1:9",
        "disk out.img --chip iwl7265d --offline",
    ] {
        owpkg(line).run().exits(6).says(&["not in the cache", "run the same command once without --offline"]);
    }
    for line in ["--release 25.12.0", "--target x86/64", "--release 25.12.0 --target x86/64"] {
        owpkg(&format!("resolve --chip iwl7265d --offline {line}")).run().exits(0);
    }
}

#[test]
fn what_the_router_holds_counts_for_the_built_in_facts_too() {
    let all = owpkg("resolve --chip iwl7265d --offline --format names").run().exits(0).out;
    let held = "hostapd-common - 1\nlibc - 1\n";
    let ran = owpkg("resolve --chip iwl7265d --offline --format names --installed -").stdin(held).run();
    assert!(all.contains("hostapd-common") && !ran.out.contains("hostapd-common"), "{}{}", ran.out, ran.err);
}

#[test]
fn every_chip_of_the_catalogue_resolves_unless_the_release_has_no_driver_for_it() {
    let snapshot = Snapshot::read().unwrap();
    let facts = snapshot.facts().unwrap();
    let universe = snapshot.universe(&facts);
    let stock = Baseline::determine(&facts, &universe).unwrap().installed;
    let catalogue = Catalogue::builtin();
    let series = facts.release.as_ref().and_then(Release::series);
    let mut seen = HashSet::new();
    let mut resolved = 0;
    for chip in catalogue.chips() {
        let wanted = catalogue.wanted(Found::Chip(chip), None, &|name| universe.holds(name), series);
        let Ok(selection) = wanted else { continue };
        // Many chips share their packages.
        if !seen.insert(selection.wanted.iter().map(|wanted| wanted.package.clone()).collect::<Vec<_>>()) {
            continue;
        }
        let root = |wanted: Wanted| Root { name: wanted.package, because: wanted.because.into() };
        let roots = selection.wanted.into_iter().map(root).collect();
        match resolve(&universe, &stock, &Request { roots, ..Request::default() }) {
            Ok(_) => resolved += 1,
            // Chips of other targets.
            Err(Refusal::UnknownPackage { .. }) if !chip.targets.is_empty() => {}
            // What came with a later point release of the series.
            Err(Refusal::UnknownPackage { name, .. })
                if history(&name).is_some_and(|releases| releases.to_string().starts_with("25.12.")) => {}
            Err(refusal) => panic!("{}: {refusal}", chip.name),
        }
    }
    assert!(resolved > 100, "only {resolved} of {} selections resolve", seen.len());
}

#[test]
fn chips_of_every_kind_resolve_in_the_demo_release() {
    let line = "resolve --demo --no-lock --format names --chip iwl7265d --chip AX210 --chip ath10k --chip mt7921e --chip rtl8821ce";
    let ran = owpkg(line).run().exits(0);
    for package in ["kmod-iwlwifi", "kmod-ath10k", "kmod-mt7921e", "kmod-rtw88-8821ce"] {
        assert!(ran.lines().contains(&package), "{package} in {}", ran.out);
    }
}
