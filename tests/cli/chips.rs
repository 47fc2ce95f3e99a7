//! `owpkg chips`: searches, cards, tables and JSON.

use super::{fits_a_terminal, json, keys};
use crate::support::run::owpkg;

#[test]
fn the_chip_that_is_named_shows_all_that_is_known_of_it() {
    let ran = owpkg(&["chips", "QCA-9984"]).run();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for line in [
        "qca9984: Qualcomm Atheros Wi-Fi chip, pci: supported",
        "  names     QCA9994",
        "  driver    kmod-ath10k (module ath10k_pci)",
        "  firmware  ath10k-firmware-qca9984",
        "  programs  wpad-basic-mbedtls",
        "  releases  17.01-",
        "next: owpkg resolve --chip qca9984",
    ] {
        assert!(ran.out.lines().any(|each| each == line), "{line:?} in:\n{}", ran.out);
    }
    assert!(ran.out.contains("choice    ct (instead): kmod-ath10k-ct"), "{}", ran.out);
    assert!(ran.out.contains("source    linux "), "{}", ran.out);
    assert!(fits_a_terminal(&ran.out), "{}", ran.out);
    let limited = owpkg(&["chips", "iwl7265d"]).run();
    assert!(limited.out.contains("limit     no access point on 5 or 6 GHz"), "{}", limited.out);
    assert!(limited.out.contains("also found:"), "its firmware is another's too: {}", limited.out);
}

#[test]
fn the_family_that_is_named_shows_its_members() {
    let ran = owpkg(&["chips", "ath10k"]).run();
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with("ath10k: a family of 9 chips\n  decides   PCI device id\n"), "{}", ran.out);
    assert!(ran.out.contains("qca9984  kmod-ath10k ath10k-firmware-qca9984\n"), "{}", ran.out);
    assert!(ran.out.contains("owpkg resolve --chip ath10k"), "{}", ran.out);
}

#[test]
fn what_a_release_lacks_is_said() {
    let old = owpkg(&["chips", "rtl8126", "--release", "23.05.2"]).run();
    assert!(
        old.out.starts_with("rtl8126: Realtek Ethernet chip, pci: not sure before 25.12\n"),
        "{}",
        old.out
    );
    assert!(old.out.contains("  releases  25.12-\n"), "{}", old.out);
    let later = owpkg(&["chips", "be200", "--release", "23.05"]).run();
    assert!(later.out.contains(": not in 23.05\n") && !later.out.contains("next:"), "{}", later.out);
    let gone = owpkg(&["chips", "zd1211"]).run();
    assert!(gone.out.contains(": not in 25.12\n") && gone.out.contains("17.01-22.03"), "{}", gone.out);
    let never = owpkg(&["chips", "rtl8852bu"]).run();
    assert!(never.out.contains(": no driver package\n"), "{}", never.out);
    let half = owpkg(&["chips", "ax201-qu"]).run();
    assert!(half.out.contains(": its firmware is not packaged\n"), "{}", half.out);
    assert!(half.out.contains("  releases  none\n"), "{}", half.out);
}

#[test]
fn the_whole_catalogue_is_a_table_with_one_line_a_chip() {
    let ran = owpkg(&["chips"]).run();
    assert_eq!(ran.code, 0);
    let line = ran.out.lines().find(|line| line.starts_with("iwl7265d ")).expect("a row");
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>(),
        ["iwl7265d", "wifi", "pci", "17.01-", "kmod-iwlwifi", "iwlwifi-firmware-iwl7265d"]
    );
    assert!(ran.out.lines().count() > 700);
    let terminal = owpkg(&["chips"]).on_terminal().var("NO_COLOR", "1").run();
    assert!(fits_a_terminal(&terminal.out));
}

#[test]
fn a_kind_leaves_out_the_others() {
    for kind in ["wifi", "ethernet", "bluetooth", "wwan"] {
        let ran = owpkg(&["chips", "--kind", kind, "--json"]).run();
        let listing = json(&ran.out);
        assert_eq!(listing["families"], serde_json::json!([]));
        let chips = listing["chips"].as_array().expect("a list");
        assert!(!chips.is_empty() && chips.iter().all(|chip| chip["kind"] == kind), "{kind}");
    }
    let ran = owpkg(&["chips", "iwl7265d", "--kind", "ethernet"]).run();
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("iwl7265d is of another kind: leave out --kind"), "{}", ran.err);
}

#[test]
fn the_json_has_exactly_its_keys() {
    let ran = owpkg(&["chips", "ath10k", "--json", "--release", "23.05.2"]).run();
    let listing = json(&ran.out);
    assert_eq!(keys(&listing), ["schema", "release", "families", "chips", "products"]);
    assert_eq!((&listing["schema"], &listing["release"]), (&"owpkg.chips/1".into(), &"23.05".into()));
    let family = &listing["families"][0];
    assert_eq!(keys(family), ["name", "aliases", "decides", "members"]);
    assert_eq!(keys(&family["members"][0]), ["chip", "status", "packages", "size"]);
    let chip = &listing["chips"][0];
    let expected = [
        "name",
        "aliases",
        "vendor",
        "bus",
        "kind",
        "modules",
        "status",
        "kmods",
        "firmware",
        "userspace",
        "gap",
        "targets",
        "first_release",
        "last_release",
        "alternatives",
        "limits",
        "certainty",
        "source",
        "note",
    ];
    assert_eq!(keys(chip), expected);
}

#[test]
fn unknown_words_bring_up_near_names() {
    let ran = owpkg(&["chips", "iwl7265x"]).run();
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(ran.err.contains("did you mean iwl7265"), "{}", ran.err);
    let ran = owpkg(&["chips", "toaster", "--json"]).run();
    assert_eq!((ran.code, &ran.json()["schema"]), (3, &"owpkg.error/1".into()));
    assert!(ran.err.contains("owpkg chips lists all"), "{}", ran.err);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for args in [&["chips"][..], &["chips", "--json"], &["chips", "iwl7265d"]] {
        let ran = owpkg(args).out_closes_after(100).run();
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
    }
}
