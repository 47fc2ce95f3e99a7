//! What is asked of a release for a chip.

use owpkg::hardware::{Catalogue, ChipPackages, Role, Series, Unsupported, Variant, WantedFor, default_wpad};

use super::holds;

fn try_select(chip: &str, variant: Option<Variant>, series: Series) -> Result<ChipPackages, Unsupported> {
    let catalogue = Catalogue::builtin();
    let found = catalogue.find(chip).expect("in the catalogue");
    catalogue.wanted(found, variant, &holds(series), Some(series))
}

fn select(chip: &str, variant: Option<Variant>, series: Series) -> ChipPackages {
    try_select(chip, variant, series).unwrap_or_else(|reason| panic!("{chip} on {series}: {reason}"))
}

/// Drivers and firmware, without wpad and other programs.
fn packages(selection: &ChipPackages) -> Vec<&str> {
    let of_chip = |role| matches!(role, Role::Driver | Role::Firmware);
    selection.wanted.iter().filter(|each| of_chip(each.role)).map(|each| each.package.as_str()).collect()
}

const V17_01: Series = Series::new(17, 1);
const V19_07: Series = Series::new(19, 7);
const V21_02: Series = Series::new(21, 2);
const V22_03: Series = Series::new(22, 3);
const V23_05: Series = Series::new(23, 5);
const V24_10: Series = Series::new(24, 10);
const V25_12: Series = Series::new(25, 12);

#[test]
fn each_release_gets_the_names_that_it_has() {
    for (chip, series, expected) in [
        ("iwl7265d", V23_05, &["kmod-iwlwifi", "iwlwifi-firmware-iwl7265d"][..]),
        ("iwl7265d", V17_01, &["kmod-iwlwifi", "iwlwifi-firmware"]),
        ("mt7921e", V22_03, &["kmod-mt7921e"]),
        ("mt7921e", V23_05, &["kmod-mt7921e", "kmod-mt7921-firmware"]),
        ("mt7915e", V22_03, &["kmod-mt7915e"]),
        ("mt7915e", V24_10, &["kmod-mt7915e", "kmod-mt7915-firmware"]),
        ("mt7615e", V19_07, &["kmod-mt7615e"]),
        ("rtl8822ce", V23_05, &["kmod-rtw88", "rtl8822ce-firmware"]),
        ("rtl8822ce", V25_12, &["kmod-rtw88-8822ce", "rtl8822ce-firmware"]),
        ("intel-bt", V24_10, &["kmod-bluetooth", "ibt-firmware"]),
        ("intel-bt", V25_12, &["kmod-btusb", "ibt-firmware"]),
        ("mt7612e", V17_01, &["kmod-mt76"]),
        ("rtl8153", V21_02, &["kmod-usb-net-rtl8152", "r8169-firmware"]),
        ("ax201-so", V25_12, &["kmod-iwlwifi", "iwlwifi-firmware-ax101"]),
    ] {
        assert_eq!(packages(&select(chip, None, series)), expected, "{chip} on {series}");
    }
}

#[test]
fn what_the_feeds_hold_comes_before_the_history() {
    let catalogue = Catalogue::builtin();
    let found = catalogue.find("mt7922").expect("in the catalogue");
    let later_point_release = |package: &str| package == "kmod-mt7922-firmware" || holds(V23_05)(package);
    let selection =
        catalogue.wanted(found, None, &later_point_release, Some(V23_05)).expect("its feeds hold all of it");
    assert_eq!(packages(&selection), ["kmod-mt7921e", "kmod-mt7922-firmware"]);
    assert!(matches!(try_select("mt7922", None, V23_05), Err(Unsupported::NotInRelease { .. })));
}

#[test]
fn what_the_release_ought_to_have_is_wanted_even_where_no_feed_holds_it() {
    let catalogue = Catalogue::builtin();
    let found = catalogue.find("iwl7265d").expect("in the catalogue");
    for series in [Some(V23_05), None] {
        let selection = catalogue.wanted(found, None, &|_| false, series).expect("named by the plan");
        assert_eq!(packages(&selection), ["kmod-iwlwifi", "iwlwifi-firmware-iwl7265d"]);
    }
}

#[test]
fn a_release_without_the_chip_says_which_has_it() {
    let reason = try_select("be200", None, V23_05).expect_err("too new");
    assert!(matches!(&reason, Unsupported::NotInRelease { first_later: Some(first), .. } if *first > V23_05));
    assert_eq!(reason.to_string(), "23.05 does not support be200: it has no package iwlwifi-firmware-be200");
    assert!(reason.help().is_some_and(|help| help.starts_with("the first release with it is ")));

    let reason = try_select("zd1211", None, V25_12).expect_err("dropped");
    assert_eq!(reason.help().as_deref(), Some("the last release with it was 22.03"));
    assert_eq!(
        try_select("rt61", None, V23_05).expect_err("absent for one series").help().as_deref(),
        Some("the first release with it is 24.10")
    );
}

#[test]
fn no_driver_and_no_firmware_are_said_plainly() {
    let reason = try_select("bcm43142", None, V25_12).expect_err("no driver");
    assert!(
        reason
            .to_string()
            .starts_with("OpenWrt has no driver package for bcm43142: needs the proprietary wl driver")
    );

    let selection = select("ax211", None, V25_12);
    assert_eq!(packages(&selection), ["kmod-iwlwifi"]);
    assert!(
        selection
            .warnings
            .iter()
            .any(|warning| warning.to_string().contains("firmware of ax211 is not packaged"))
    );

    let catalogue = Catalogue::builtin();
    let x86 = |package: &str| package != "kmod-mwlwifi" && holds(V25_12)(package);
    let found = catalogue.find("88w8864").expect("in the catalogue");
    let reason = catalogue.wanted(found, None, &x86, Some(V25_12)).expect_err("mvebu only");
    assert_eq!(reason.to_string(), "88w8864 works on target mvebu only: no other builds kmod-mwlwifi");
}

#[test]
fn missing_ethernet_firmware_only_warns() {
    let catalogue = Catalogue::builtin();
    let found = catalogue.find("e825").expect("in the catalogue");
    let without = |package: &str| package == "kmod-ice";
    let selection = catalogue.wanted(found, None, &without, Some(V22_03)).expect("the driver is there");
    assert_eq!(packages(&selection), ["kmod-ice"]);
    assert!(
        selection.warnings.iter().any(|warning| warning.to_string().contains("ice-firmware")),
        "{:?}",
        selection.warnings
    );
}

#[test]
fn a_driver_too_old_for_the_chip_is_warned_of() {
    let warned = |series| {
        select("rtl8126", None, series)
            .warnings
            .iter()
            .any(|warning| warning.to_string().contains("may not know"))
    };
    assert!(warned(V23_05) && !warned(V25_12));
}

#[test]
fn variants_of_ath10k_come_with_their_own_firmware() {
    assert_eq!(packages(&select("qca9984", None, V25_12)), ["kmod-ath10k", "ath10k-firmware-qca9984"]);
    assert_eq!(
        packages(&select("qca9984", Some(Variant::Mainline), V25_12)),
        ["kmod-ath10k", "ath10k-firmware-qca9984"]
    );
    assert_eq!(
        packages(&select("qca9984", Some(Variant::Ct), V25_12)),
        ["kmod-ath10k-ct", "ath10k-firmware-qca9984-ct"]
    );
    assert_eq!(packages(&select("qca4019", None, V25_12)), ["kmod-ath10k-ct", "ath10k-firmware-qca4019-ct"]);
    assert_eq!(
        packages(&select("qca4019", Some(Variant::Mainline), V25_12)),
        ["kmod-ath10k", "ath10k-firmware-qca4019"]
    );
    let selection = select("qca6174", Some(Variant::Ct), V25_12);
    assert_eq!(packages(&selection), ["kmod-ath10k", "ath10k-firmware-qca6174"]);
    assert!(selection.warnings.iter().any(|warning| warning.to_string().contains("no ct variant")));
}

#[test]
fn wifi_gets_the_default_wpad_and_ethernet_nothing_more() {
    let wpad =
        |chip, series| select(chip, None, series).wanted.into_iter().find(|each| each.role == Role::Wpad);
    assert_eq!(wpad("iwl7265d", V23_05).expect("wifi").package, "wpad-basic-mbedtls");
    assert_eq!(wpad("rtl8168", V23_05), None);
    assert_eq!(packages(&select("rtl8168", None, V23_05)), ["kmod-r8169", "r8169-firmware"]);
    assert_eq!(select("rtl8168", None, V23_05).wanted.len(), 2);
    let modem: Vec<_> =
        select("qmi-wwan", None, V23_05).wanted.into_iter().map(|each| each.package).collect();
    assert_eq!(modem, ["kmod-usb-net-qmi-wwan", "uqmi"]);
}

#[test]
fn the_default_wpad_is_the_series_own_or_the_nearest() {
    for (release, wpad) in [
        ("SNAPSHOT", "wpad-basic-mbedtls"),
        ("25.12.0", "wpad-basic-mbedtls"),
        ("23.05.2", "wpad-basic-mbedtls"),
        ("22.03.4", "wpad-basic-wolfssl"),
        ("21.02.0", "wpad-basic-wolfssl"),
        ("19.07.10", "wpad-basic"),
        ("18.06.0", "wpad-mini"),
        ("17.01.0", "wpad-mini"),
    ] {
        let series = Series::of_release(release);
        assert_eq!(default_wpad(&|_| true, series), wpad, "{release}");
        assert_eq!(default_wpad(&|_| false, series), wpad, "{release}");
    }
    let only = |held: &'static str| move |package: &str| package == held;
    assert_eq!(default_wpad(&only("wpad-basic-wolfssl"), Some(V23_05)), "wpad-basic-wolfssl");
    assert_eq!(default_wpad(&only("wpad-basic-mbedtls"), Some(V22_03)), "wpad-basic-mbedtls");
    assert_eq!(default_wpad(&only("wpad-openssl"), Some(V24_10)), "wpad-openssl");
}

#[test]
fn a_family_takes_its_driver_and_all_of_its_firmware() {
    let selection = select("iwlwifi", None, V25_12);
    let packages = packages(&selection);
    assert_eq!(packages.iter().filter(|package| package.starts_with("kmod-")).count(), 1);
    for firmware in ["iwlwifi-firmware-iwl7265d", "iwlwifi-firmware-be200", "iwlwifi-firmware-iwl100"] {
        assert!(packages.contains(&firmware), "{packages:?}");
    }
    assert!(selection.wanted.iter().all(|each| each.because == WantedFor::Family("iwlwifi")));
    let narrower = selection.narrower.iter().find(|each| each.chip == "ax210").expect("a member");
    assert!(narrower.spares.iter().any(|package| package == "iwlwifi-firmware-iwl7265d"));
    assert!(!narrower.spares.iter().any(|package| package == "iwlwifi-firmware-ax210"));
}

#[test]
fn a_family_never_mixes_two_builds_of_one_driver() {
    for variant in [None, Some(Variant::Mainline), Some(Variant::Ct)] {
        let selection = select("ath10k", variant, V25_12);
        let drivers: Vec<_> = selection
            .wanted
            .iter()
            .filter(|each| each.role == Role::Driver)
            .map(|each| &each.package)
            .collect();
        assert_eq!(drivers.len(), 1, "{drivers:?}");
    }
}

#[test]
fn members_that_a_release_lacks_are_left_out_and_named() {
    let selection = select("mt76", None, V23_05);
    assert!(selection.left_out.iter().any(|reason| reason.subject() == "mt7925e"));
    assert!(packages(&selection).contains(&"kmod-mt7915e"));
    assert!(matches!(try_select("rtw89", None, V19_07), Err(Unsupported::NoMember { .. })));
}
