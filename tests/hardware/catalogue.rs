//! Finding a chip by the name that a user has for it.

use owpkg::cli::Help;
use owpkg::hardware::{Bus, Catalogue, Found, Kind};

fn name(asked: &str) -> &'static str {
    Catalogue::builtin().find(asked).unwrap_or_else(|unknown| panic!("{unknown}")).name()
}

#[test]
fn names_and_aliases_are_found_whatever_their_case_and_punctuation() {
    for (asked, chip) in [
        ("iwl7265d", "iwl7265d"),
        ("IWL-7265D", "iwl7265d"),
        ("Dual Band Wireless-AC 7265D", "iwl7265d"),
        ("AX210NGW", "ax210"),
        ("wi-fi 6e ax210", "ax210"),
        ("QCA9994", "qca9984"),
        ("rtl8811cu", "rtl8821cu"),
        ("MT7612E", "mt7612e"),
    ] {
        assert_eq!(name(asked), chip, "{asked}");
    }
}

#[test]
fn families_are_found_by_their_drivers_name() {
    let catalogue = Catalogue::builtin();
    for family in ["iwlwifi", "ath10k", "mt76", "ath9k-htc", "MT7613"] {
        assert!(matches!(catalogue.find(family), Ok(Found::Family(_))), "{family}");
    }
}

#[test]
fn an_unknown_name_brings_up_near_ones() {
    let catalogue = Catalogue::builtin();
    for (asked, near) in
        [("iwl7265x", "iwl7265"), ("7265D", "iwl7265d"), ("ath10", "ath10k"), ("qca9985", "qca9984")]
    {
        let unknown = catalogue.find(asked).expect_err(asked);
        assert!(unknown.near.iter().any(|name| name == near), "{asked}: {:?}", unknown.near);
        assert!(unknown.near.len() <= 5);
        assert!(unknown.help().is_some_and(|help| help.contains(near)));
    }
    for nonsense in ["", "---", "\u{0}", "жук"] {
        let unknown = catalogue.find(nonsense).expect_err("no such chip");
        assert!(unknown.near.is_empty(), "{nonsense:?}: {:?}", unknown.near);
        assert!(unknown.help().is_some_and(|help| help.contains("owpkg chips")));
    }
}

#[test]
fn a_chip_says_what_it_is() {
    let catalogue = Catalogue::builtin();
    let chip = catalogue.chip("qca9984").expect("in the catalogue");
    assert_eq!((chip.bus, chip.kind, chip.vendor), (Bus::Pci, Kind::Wifi, "Qualcomm Atheros"));
    assert_eq!(chip.kmods.to_vec(), ["kmod-ath10k"]);
    assert_eq!(chip.firmware.to_vec(), ["ath10k-firmware-qca9984"]);
    let choices: Vec<_> = catalogue.alternatives(chip).map(|each| each.choice).collect();
    assert!(choices.contains(&"ct") && choices.contains(&"smallbuffers"), "{choices:?}");
}
