//! What is asked for of a Wi-Fi, settled for the packages of a router.

use owpkg::hardware::Series;
use owpkg::uci_defaults::{
    Band, Encryption, Key, Mode, Network, RouterPackages, SetupRequest, SetupWarning, WifiRequest,
};

fn request(mode: Mode) -> SetupRequest {
    let wifi = WifiRequest {
        ssid: "home".parse().unwrap(),
        mode,
        encryption: None,
        key: Some(Key::new(b"correct horse battery").unwrap()),
        country: None,
        band: None,
        channel: None,
    };
    SetupRequest { wifi: Some(wifi), network: Network::default() }
}

fn router<'a>(added: &[&'a str], held: &[&'a str]) -> RouterPackages<'a> {
    RouterPackages {
        added: added.to_vec(),
        held: Some(held.to_vec()),
        series: Some(Series::of_release("24.10.2").unwrap()),
    }
}

#[test]
fn the_encryption_is_the_best_that_the_packages_can_do() {
    for (package, expected) in [("wpad-basic-mbedtls", Encryption::SaeMixed), ("wpad-mini", Encryption::Psk2)]
    {
        for router in [router(&[package], &[]), router(&[], &[package])] {
            let (setup, warnings) = request(Mode::Station).settle(&router).unwrap();
            assert_eq!(setup.wifi.unwrap().security.encryption(), expected, "{package}");
            assert_eq!(warnings, [], "{package}");
        }
    }
}

#[test]
fn wpa3_that_was_asked_for_stays_and_is_warned_of() {
    let mut request = request(Mode::AccessPoint);
    request.wifi.as_mut().unwrap().encryption = Some(Encryption::Sae);
    let (setup, warnings) = request.settle(&router(&[], &["wpad-mini"])).unwrap();
    assert_eq!(setup.wifi.unwrap().security.encryption(), Encryption::Sae);
    let packages = vec!["wpad-mini".to_owned()];
    assert_eq!(warnings, [SetupWarning::NoWpa3 { encryption: Encryption::Sae, packages }]);
}

#[test]
fn an_access_point_takes_the_channel_s_band_and_names_what_its_card_can_do_instead() {
    let mut request = request(Mode::AccessPoint);
    request.wifi.as_mut().unwrap().channel = Some(36);
    let (setup, warnings) = request
        .settle(&router(&["kmod-iwlwifi", "iwlwifi-firmware-iwl7265d", "wpad-basic-mbedtls"], &[]))
        .unwrap();
    assert_eq!(setup.wifi.unwrap().band, Some(Band::Ghz5));
    let json = serde_json::to_value(&warnings).unwrap();
    assert_eq!(
        json,
        serde_json::json!([
            {"code": "no-access-point", "band": "5g", "kmods": ["kmod-iwlwifi"], "possible": ["2g"]},
            {"code": "no-country"},
        ])
    );
}

#[test]
fn a_router_without_a_program_for_it_is_warned_of() {
    let (_, warnings) = request(Mode::Station).settle(&router(&[], &["busybox"])).unwrap();
    assert_eq!(warnings, [SetupWarning::NoSupplicant { mode: Mode::Station }]);
    let (_, warnings) = request(Mode::Station).settle(&router(&[], &["hostapd"])).unwrap();
    let packages = vec!["hostapd".to_owned()];
    assert_eq!(warnings, [SetupWarning::OtherSupplicants { mode: Mode::Station, packages }]);
}
