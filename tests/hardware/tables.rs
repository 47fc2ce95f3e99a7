//! The tables of `indexes/hardware` as contributors must keep them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use owpkg::hardware::{
    Catalogue, Gap, KNOWN_SERIES, Series, former_holders, history, moves, packages_with_history, plain,
};

fn catalogue() -> Catalogue {
    Catalogue::read().unwrap_or_else(|bad| panic!("{bad}"))
}

#[test]
fn no_two_names_are_the_same_but_for_case_and_punctuation() {
    let catalogue = catalogue();
    let mut seen = BTreeMap::new();
    let chips = catalogue.chips().iter().map(|chip| (chip.name, chip.aliases));
    let families = catalogue.families().iter().map(|family| (family.name, family.aliases));
    for (name, aliases) in chips.chain(families) {
        for each in std::iter::once(name).chain(aliases.iter()) {
            assert!(plain(each).len() > 1, "{name}: {each:?} is no name");
            if let Some(other) = seen.insert(plain(each), name) {
                panic!("{each:?} names both {other} and {name}");
            }
        }
    }
}

#[test]
fn every_row_has_the_columns_of_its_table() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/indexes/hardware");
    let mut tables = 0;
    for entry in fs::read_dir(folder).expect(folder) {
        let path = entry.expect(folder).path();
        if path.extension().is_none_or(|extension| extension != "tsv") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a table is UTF-8");
        assert!(text.starts_with('#') && text.ends_with('\n') && !text.contains('\r'), "{}", path.display());
        let mut rows = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
        let columns = rows.next().map_or(0, |(_, names)| names.split('\t').count());
        for (at, row) in rows {
            let found = row.split('\t').count();
            // Editors may strip the tabs of empty columns at the end.
            assert!((2..=columns).contains(&found), "{}, line {}: {found} columns", path.display(), at + 1);
        }
        tables += 1;
    }
    assert_eq!(tables, 14);
}

#[test]
fn tables_that_are_searched_are_sorted() {
    let catalogue = catalogue();
    assert!(catalogue.chips().is_sorted_by(|a, b| a.name < b.name), "chips.tsv");
    assert!(packages_with_history().collect::<Vec<_>>().is_sorted_by(|a, b| a.0 < b.0), "history.tsv");
    assert!(moves().collect::<Vec<_>>().is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)), "moved.tsv");
}

#[test]
fn every_package_of_a_chip_exists_in_some_release() {
    let catalogue = catalogue();
    for chip in catalogue.chips() {
        for package in chip.kmods.iter().chain(chip.firmware.iter()) {
            assert!(history(package).is_some(), "chips.tsv: {}: {package} is not in history.tsv", chip.name);
        }
        assert_eq!(
            chip.kmods.is_empty(),
            matches!(chip.gap, Some(Gap::NoDriver | Gap::BuiltIn)),
            "{}: gap and kmods disagree",
            chip.name
        );
        if chip.gap == Some(Gap::BuiltIn) {
            assert!(!chip.targets.is_empty(), "{}: say whose kernels have the driver", chip.name);
        }
        if chip.gap == Some(Gap::NoFirmware) {
            assert!(chip.firmware.is_empty() && !chip.note.is_empty(), "{}: say what is missing", chip.name);
        }
    }
    for each in catalogue.all_alternatives() {
        assert!(catalogue.chip(each.chip).is_some(), "alternatives.tsv: no chip {}", each.chip);
        for package in each.packages.iter() {
            assert!(
                history(package).is_some(),
                "alternatives.tsv: {}: {package} is not in history.tsv",
                each.chip
            );
        }
    }
}

#[test]
fn every_member_of_a_family_is_a_chip() {
    let catalogue = catalogue();
    for family in catalogue.families() {
        for member in family.members.iter() {
            assert!(catalogue.chip(member).is_some(), "families.tsv: {}: no chip {member}", family.name);
        }
    }
}

#[test]
fn ranges_are_well_formed_and_moves_agree_with_the_history() {
    for (package, releases) in packages_with_history() {
        assert!(releases.is_well_formed(), "history.tsv: {package}: {releases}");
        assert!(
            KNOWN_SERIES.into_iter().any(|series| releases.contain(series)),
            "history.tsv: {package}: {releases}"
        );
    }
    for (package, holder, releases) in moves() {
        assert!(releases.is_well_formed(), "moved.tsv: {package}: {releases}");
        for series in KNOWN_SERIES.into_iter().filter(|series| releases.contain(*series)) {
            let held = history(holder).is_some_and(|own| own.contain(series));
            assert!(held, "moved.tsv: {holder} was not in {series}");
            let already = history(package).is_some_and(|own| own.contain(series));
            assert!(!already, "moved.tsv: {package} was itself in {series}");
        }
    }
    assert_eq!(
        former_holders("kmod-btusb").map(|(holder, _)| holder).collect::<Vec<_>>(),
        ["kmod-bluetooth"]
    );
}

#[test]
fn releases_are_read_as_users_write_them() {
    for (text, series) in [
        ("23.05", Series::new(23, 5)),
        ("23.05.2", Series::new(23, 5)),
        ("v24.10.0-rc1", Series::new(24, 10)),
        ("24.10-SNAPSHOT", Series::new(24, 10)),
        ("SNAPSHOT", Series::SNAPSHOT),
        ("main", Series::SNAPSHOT),
    ] {
        assert_eq!(Series::of_release(text), Some(series), "{text}");
    }
    for text in ["", "23", "23.5", "23.05x", "2023.05", "x.y", "23.", "²³.05"] {
        assert_eq!(Series::of_release(text), None, "{text}");
    }
    assert!(Series::SNAPSHOT > Series::new(25, 12));
}

/// The wireless kmods of one release: none is out of reach except those that drive no hardware of their own.
#[test]
fn every_published_wireless_kmod_is_reached() {
    const EXCUSED: [&str; 3] = ["kmod-mac80211-hwsim", "kmod-mt76", "kmod-owl-loader"];
    let catalogue = catalogue();
    let published: BTreeMap<&str, Vec<&str>> = include_str!("wireless-25.12.0.tsv")
        .lines()
        .filter(|line| line.starts_with("kmod-"))
        .map(|line| line.split_once('\t').unwrap_or((line, "")))
        .map(|(kmod, depends)| (kmod, depends.split(',').collect()))
        .collect();
    assert!(published.len() > 140);
    let mut queue: Vec<&str> =
        catalogue.chips().iter().flat_map(|chip| chip.kmods.iter().chain(chip.firmware.iter())).collect();
    queue.extend(catalogue.all_alternatives().iter().flat_map(|each| each.packages.iter()));
    let mut reached = BTreeSet::new();
    while let Some(kmod) = queue.pop() {
        if reached.insert(kmod) {
            queue.extend(published.get(kmod).into_iter().flatten());
        }
    }
    let unreached: Vec<_> =
        published.keys().filter(|kmod| !reached.contains(*kmod) && !EXCUSED.contains(kmod)).collect();
    assert!(unreached.is_empty(), "no chip leads to {unreached:?}");
}
