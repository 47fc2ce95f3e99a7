//! What is printed on a box leads to what is in it.

use owpkg::cli::Help;
use owpkg::hardware::{
    Catalogue, Device, DeviceId, Found, Role, Series, Switch, all_switches, bluetooth_halves,
};

use super::holds;

fn chips(name: &str) -> Vec<&'static str> {
    let catalogue = Catalogue::builtin();
    let found = catalogue.find(name).unwrap_or_else(|unknown| panic!("{unknown}"));
    match found {
        Found::Chip(chip) => vec![chip.name],
        Found::Family(family) => family.members.iter().collect(),
        Found::Product(product) => catalogue.chips_of(product),
        Found::Device(id, _) => {
            let identity = catalogue.identify(&Device::of_id(id)).expect("in the table");
            identity.chips.iter().map(|chip| chip.name).collect()
        }
    }
}

#[test]
fn names_on_boxes_lead_to_chips() {
    for (name, expected) in [
        ("TL-WN722N v2", &["rtl8188eu"][..]),
        ("TP-Link TL-WN722N V3", &["rtl8188eu"]),
        ("tl-wn722n v1", &["ar9271"]),
        ("TL-WN722N 1", &["ar9271"]),
        ("Archer T4U ver.3", &["rtl8822bu"]),
        ("Archer T4U v3", &["rtl8822bu"]),
        ("UB500", &["rtl8761b-bt"]),
        ("AWUS036ACM", &["mt7612u"]),
        ("Alfa AWUS036ACM", &["mt7612u"]),
        ("R11e-5HacD", &["qca988x"]),
        ("WLE600VX", &["qca988x"]),
        ("DWA-171 rev. C1", &["rtl8821cu"]),
        ("DWA-171 C1", &["rtl8821cu"]),
        ("AX210NGW", &["ax210"]),
        ("EC25", &["option", "qmi-wwan"]),
        ("8086:2723", &["ax200"]),
        ("usb:0bda:c811", &["rtl8821cu"]),
    ] {
        assert_eq!(chips(name), expected, "{name}");
    }
    assert!(chips("AX201NGW").contains(&"ax201-so"));
}

#[test]
fn versions_with_different_chips_are_listed() {
    let catalogue = Catalogue::builtin();
    for (name, versions) in [
        ("TL-WN722N", &["v1 (ar9271 usb:0cf3:9271)", "v2 (rtl8188eu usb:2357:010c)"][..]),
        ("DWA-171", &["rev. A1 (rtl8821au usb:2001:3314)", "rev. B1 (mt7610u usb:2001:3d02)"]),
    ] {
        let unknown = catalogue.find(name).expect_err(name);
        for version in versions {
            assert!(unknown.versions.iter().any(|known| known == version), "{name}: {:?}", unknown.versions);
        }
        assert!(unknown.to_string().contains("different chips"), "{unknown}");
        assert!(unknown.help().is_some_and(|help| help.contains("id")), "{name}");
    }
}

#[test]
fn an_id_for_a_chip_is_taken_with_what_it_needs() {
    let catalogue = Catalogue::builtin();
    let series = Series::new(25, 12);
    let has = holds(series);
    let names = |name: &str| {
        let found = catalogue.find(name).unwrap_or_else(|unknown| panic!("{unknown}"));
        let wanted = catalogue.wanted(found, None, &has, Some(series)).expect("supported").wanted;
        wanted.into_iter().filter(|each| each.role != Role::Wpad).map(|each| each.package).collect::<Vec<_>>()
    };
    assert_eq!(names("8086:2725"), ["kmod-iwlwifi", "iwlwifi-firmware-ax210"]);
    assert_eq!(names("AWUS036ACM"), ["kmod-mt76x2u"]);
    assert!(names("EC25").contains(&"kmod-usb-net-qmi-wwan".to_owned()));
}

#[test]
fn the_catalogue_finds_products_by_any_part_of_their_name() {
    let catalogue = Catalogue::builtin();
    for (words, part) in
        [(&["Archer T4U"][..], "Archer T4U"), (&["archer", "t4u"], "Archer T4U"), (&["UB500"], "UB500")]
    {
        let found = catalogue.search(words, None);
        let has = |found: &Found<'_>| matches!(found, Found::Product(product) if product.name.contains(part));
        assert!(found.iter().any(has), "{words:?}");
    }
    // A name of usb.ids that no product has.
    assert!(catalogue.search(&["WNDA4100"], None).iter().any(|found| matches!(found, Found::Device(..))));
}

#[test]
fn every_product_has_a_chip_and_a_source() {
    let catalogue = Catalogue::builtin();
    assert!(catalogue.products().len() >= 300);
    for product in catalogue.products() {
        assert!(!product.source.is_empty() && product.name.len() > 4, "{product:?}");
        assert!(!catalogue.chips_of(product).is_empty(), "{product:?}");
        for chip in &product.chips {
            assert!(catalogue.chip(chip).is_some(), "products.tsv: {}: no chip {chip}", product.name);
        }
    }
    let names: Vec<_> = catalogue.products().iter().map(|product| (product.name, product.version)).collect();
    let mut once = names.clone();
    once.dedup();
    assert_eq!(names, once, "a version stands once");
}

#[test]
fn disks_and_halves_are_ids_that_lead_somewhere() {
    let catalogue = Catalogue::builtin();
    assert!(all_switches().count() > 300);
    let ids: Vec<_> = all_switches().map(|(id, _)| id).collect();
    assert!(ids.is_sorted(), "modeswitch.tsv");
    for (id, after) in all_switches() {
        let device: DeviceId = format!("usb:{id}").parse().unwrap_or_else(|bad| panic!("{bad}"));
        assert!(Switch::of(&Device::of_id(device)).is_some_and(|switch| switch.after == after), "{id}");
        for then in after {
            assert!(format!("usb:{then}").parse::<DeviceId>().is_ok(), "{id}: {then}");
        }
    }
    assert!(bluetooth_halves().count() > 10);
    for (chip, id, source) in bluetooth_halves() {
        assert!(catalogue.chip(chip).is_some() && !source.is_empty(), "bluetooth-halves.tsv: {chip}");
        assert!(catalogue.is_bluetooth(&Device::of_id(id)), "bluetooth-halves.tsv: {id} is in no table");
    }
}

#[test]
fn a_family_takes_the_members_that_the_feeds_hold() {
    let catalogue = Catalogue::builtin();
    let series = Series::new(25, 12);
    let of_other_targets = ["kmod-mt7981-firmware", "kmod-mt7986-firmware", "kmod-mt7622-firmware"];
    let has = |package: &str| holds(series)(package) && !of_other_targets.contains(&package);
    let found = catalogue.find("mt76").expect("a family");
    let chosen = catalogue.wanted(found, None, &has, Some(series)).expect("most of it");
    let packages: Vec<&str> = chosen.wanted.iter().map(|each| each.package.as_str()).collect();
    assert!(packages.contains(&"kmod-mt7915e") && packages.contains(&"kmod-mt7922-firmware"), "{packages:?}");
    assert!(!packages.iter().any(|package| of_other_targets.contains(package)), "{packages:?}");
    let left: Vec<&str> = chosen.left_out.iter().map(|reason| reason.subject()).collect();
    assert!(left.contains(&"mt7981"), "{left:?}");
    assert!(
        chosen
            .warnings
            .iter()
            .map(ToString::to_string)
            .any(|warning| warning.starts_with("mt76 is taken without") && warning.contains("mt7981")),
        "{:?}",
        chosen.warnings
    );
}
