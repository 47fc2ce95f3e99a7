//! What is asked for of a Wi-Fi, settled for the packages of a router.

use owpkg::hardware::Series;
use owpkg::uci_defaults::{
    Band, Encryption, Key, Mode, RouterPackages, SetupRequest, SetupWarning, WifiRequest,
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
        htmode: None,
        hidden: false,
    };
    SetupRequest { wifis: vec![wifi], ..SetupRequest::default() }
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
            assert_eq!(setup.wifis[0].security.encryption(), expected, "{package}");
            assert_eq!(warnings, [], "{package}");
        }
    }
}

#[test]
fn wpa3_that_was_asked_for_stays_and_is_warned_of() {
    let mut request = request(Mode::AccessPoint);
    request.wifis[0].encryption = Some(Encryption::Sae);
    let (setup, warnings) = request.settle(&router(&[], &["wpad-mini"])).unwrap();
    assert_eq!(setup.wifis[0].security.encryption(), Encryption::Sae);
    let packages = vec!["wpad-mini".to_owned()];
    assert_eq!(warnings, [SetupWarning::NoWpa3 { encryption: Encryption::Sae, packages }]);
}

#[test]
fn an_access_point_takes_the_channel_s_band_and_names_what_its_card_can_do_instead() {
    let mut request = request(Mode::AccessPoint);
    request.wifis[0].channel = Some(36);
    let (setup, warnings) = request
        .settle(&router(&["kmod-iwlwifi", "iwlwifi-firmware-iwl7265d", "wpad-basic-mbedtls"], &[]))
        .unwrap();
    assert_eq!(setup.wifis[0].band, Some(Band::Ghz5));
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

#[test]
fn several_wifis_share_one_router() {
    let request = |wifis: &[(Mode, &str, Option<Band>, Option<u8>)]| SetupRequest {
        wifis: wifis
            .iter()
            .map(|(mode, ssid, band, channel)| WifiRequest {
                ssid: ssid.parse().unwrap(),
                band: *band,
                channel: *channel,
                ..request(*mode).wifis.remove(0)
            })
            .collect(),
        ..SetupRequest::default()
    };
    let (ap, sta) = (Mode::AccessPoint, Mode::Station);
    let five = Some(Band::Ghz5);
    let error =
        |wifis: &[_]| request(wifis).settle(&router(&["wpad-basic-mbedtls"], &[])).unwrap_err().to_string();
    assert!(error(&[(sta, "a", None, None), (sta, "b", five, None)]).contains("joins one Wi-Fi"));
    assert!(error(&[(ap, "a", five, None), (ap, "a", five, None)]).contains("there twice"));
    assert!(
        error(&[(ap, "a", five, Some(36)), (ap, "b", five, Some(40))]).contains("share the radio of 5 GHz")
    );
    let fine =
        [(sta, "a", five, None), (ap, "b", five, Some(36)), (ap, "b", None, None), (ap, "c", None, Some(6))];
    let (setup, _) = request(&fine).settle(&router(&["wpad-basic-mbedtls"], &[])).unwrap();
    assert_eq!(setup.wifis.len(), 4);
}
