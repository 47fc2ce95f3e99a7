//! The catalogue against what OpenWrt 25.12.0 published for x86/64, where those lists lie beside the project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use owpkg::hardware::{Catalogue, Found, Gap, Role, Series, Unsupported, history};

/// Names of all packages of the core, kmods and base feeds, with their dependencies.
fn published() -> Option<BTreeMap<String, Vec<String>>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/indexes/official/25.12.0-x86-64"));
    if !folder.is_dir() {
        crate::support::judges::skipped("no ../shared");
        return None;
    }
    let mut packages = BTreeMap::new();
    for file in ["targets/kmods.jsonl", "targets/packages.jsonl", "feeds/base.jsonl"] {
        for line in fs::read_to_string(folder.join(file)).expect(file).lines() {
            let package: serde_json::Value = serde_json::from_str(line).expect(file);
            let list = |key: &str| {
                package[key]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|each| each.as_str())
                    .map(str::to_owned)
                    .collect()
            };
            packages.insert(package["name"].as_str().expect("a name").to_owned(), list("depends"));
        }
    }
    Some(packages)
}

const V25_12: Series = Series::new(25, 12);

/// Packages of the series that its first release, whose list this is, has not yet.
const ADDED_LATER: [&str; 1] = ["kmod-mt7990-firmware"];

#[test]
fn what_is_asked_of_25_12_is_what_it_published() {
    let Some(published) = published() else { return };
    let has = |package: &str| published.contains_key(package);
    let catalogue = Catalogue::builtin();
    let mut supported = 0;
    for chip in catalogue.chips() {
        match catalogue.wanted(Found::Chip(chip), None, &has, Some(V25_12)) {
            Ok(selection) => {
                supported += usize::from(chip.gap.is_none());
                for each in selection.wanted.iter().filter(|each| each.role != Role::Userspace) {
                    // Some came with a later point release of the series.
                    if history(&each.package)
                        .is_some_and(|releases| releases.to_string().starts_with("25.12."))
                    {
                        continue;
                    }
                    // Firmware of radios inside other targets' processors is published for those targets alone.
                    let elsewhere = !chip.targets.is_empty() && each.role == Role::Firmware;
                    assert!(
                        has(&each.package) || elsewhere || ADDED_LATER.contains(&&*each.package),
                        "{}: {} was not published",
                        chip.name,
                        each.package
                    );
                }
            }
            Err(Unsupported::NoDriver { .. }) => assert_eq!(chip.gap, Some(Gap::NoDriver)),
            Err(Unsupported::BuiltIn { .. }) => assert_eq!(chip.gap, Some(Gap::BuiltIn)),
            Err(Unsupported::OtherTarget { .. }) => assert!(!chip.targets.is_empty()),
            Err(Unsupported::NotInRelease { package, .. }) => {
                assert!(!has(package), "{}: {package}", chip.name)
            }
            Err(reason @ (Unsupported::NoMember { .. } | Unsupported::NotBuilt { .. })) => panic!("{reason}"),
        }
    }
    assert!(supported > 550, "{supported}");
}

#[test]
fn every_published_wireless_driver_is_reached_by_its_real_dependencies() {
    /// A simulator, a package of two others, a helper for cards without a memory, and two that are no drivers.
    const EXCUSED: [&str; 5] =
        ["kmod-mac80211-hwsim", "kmod-mt76", "kmod-owl-loader", "kmod-batman-adv", "kmod-macremapper"];
    let Some(published) = published() else { return };
    let leads_to = |start: &[&str], goal: &str| {
        let mut queue: Vec<&str> = start.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(package) = queue.pop() {
            if package == goal {
                return true;
            }
            if seen.insert(package) {
                queue.extend(published.get(package).into_iter().flatten().map(String::as_str));
            }
        }
        false
    };
    let catalogue = Catalogue::builtin();
    let mut start: Vec<&str> =
        catalogue.chips().iter().flat_map(|chip| chip.kmods.iter().chain(chip.firmware.iter())).collect();
    start.extend(catalogue.all_alternatives().iter().flat_map(|each| each.packages.iter()));
    let wireless = |package: &&String| package.starts_with("kmod-") && leads_to(&[package], "kmod-cfg80211");
    let unreached: Vec<&String> = published
        .keys()
        .filter(wireless)
        .filter(|package| !EXCUSED.contains(&package.as_str()) && !leads_to(&start, package))
        .collect();
    assert!(unreached.is_empty(), "no chip leads to {unreached:?}");
}
