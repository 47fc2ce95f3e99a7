//! Which radio it is, and what it is set to.

use owpkg::uci_defaults::{Band, Encryption, Mode, Setup, Wifi};

use super::router::{DUAL, HIS_PLACE, Router, SERIES, access_point, his_wifi, only, wifi};

/// The place of a radio as OpenWrt writes it down, by the place of its device.
#[test]
fn a_radio_is_known_by_its_path() {
    let places = [
        (HIS_PLACE, HIS_PLACE),
        ("platform/soc/a0600000.pci/pci0000:00/0000:01:00.0", "soc/a0600000.pci/pci0000:00/0000:01:00.0"),
        ("platform/18100000.wmac", "platform/18100000.wmac"),
        ("pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0", "pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0"),
        ("virtual/mac80211_hwsim/hwsim0", "virtual/mac80211_hwsim/hwsim0"),
    ];
    for series in SERIES {
        for (device, path) in places {
            let router = Router::new(series);
            router.radio("phy0", device, path, DUAL);
            router.set_up(&only(his_wifi()));
            router.start();
            assert_eq!(router.uci("wireless.owpkg.device"), "radio0", "{series}: {device}");
            assert_eq!(router.uci("wireless.radio0.path"), path);
        }
    }
}

#[test]
fn of_several_radios_the_one_of_the_band_is_taken() {
    for series in SERIES {
        for (band, expected) in [(Band::Ghz2, "radio0"), (Band::Ghz5, "radio1"), (Band::Ghz6, "radio2")] {
            let router = Router::new(series);
            router.radio("phy0", "pci0/a", "pci0/a", "2g 1 HT20\n");
            router.radio("phy1", "pci0/b", "pci0/b", "5g 36 VHT80\n");
            router.radio("phy2", "pci0/c", "pci0/c", "6g 1 HE80\n5g 36 HE80\n2g 1 HE20\n");
            router.set_up(&only(access_point(band)));
            router.start();
            assert_eq!(router.uci("wireless.owpkg.device"), expected, "{series}: {band}");
            assert_eq!(router.uci(&format!("wireless.{expected}.band")), band.word());
            let others = ["radio0", "radio1", "radio2"].into_iter().filter(|radio| *radio != expected);
            for other in others {
                let off = if series == "25.12" { format!("default_{other}") } else { other.to_owned() };
                assert_eq!(router.uci(&format!("wireless.{off}.disabled")), "1", "{series}: {other}");
            }
        }
    }
}

#[test]
fn two_radios_of_one_device_are_told_apart() {
    let router = Router::new("25.12");
    router.radio("phy0", "pci0/a", "pci0/a", "2g 1 HT20\n");
    router.radio("phy1", "pci0/a", "pci0/a+1", "5g 36 VHT80\n");
    router.set_up(&only(access_point(Band::Ghz5)));
    router.start();
    assert_eq!(router.uci("wireless.radio1.path"), "pci0/a+1");
    assert_eq!(router.uci("wireless.owpkg.device"), "radio1");
}

/// Of a radio that OpenWrt splits by bands, as MT7996's, each part has a section with the same path.
#[test]
fn of_one_radio_in_parts_the_part_of_the_band_is_taken() {
    let router = Router::new("25.12");
    router.radio("phy0", "pci0/a", "pci0/a", "5g 36 EHT80\n2g 1 EHT20\n");
    router.write(
        "etc/config/wireless",
        "config wifi-device 'radio0'\n\toption path 'pci0/a'\n\toption radio '0'\n\toption band '2g'\n\n\
         config wifi-device 'radio1'\n\toption path 'pci0/a'\n\toption radio '1'\n\toption band '5g'\n",
    );
    router.set_up(&only(access_point(Band::Ghz5)));
    router.start();
    assert_eq!(router.uci("wireless.owpkg.device"), "radio1");
}

#[test]
fn no_radio_for_the_band_is_like_no_radio() {
    for series in SERIES {
        let router = Router::new(series);
        router.his_card();
        let network = router.read("etc/config/network");
        router.set_up(&only(access_point(Band::Ghz6)));
        router.start();
        assert_eq!(router.scripts(), ["99-owpkg-wifi"], "{series}");
        assert_eq!(router.run("uci -q get wireless.owpkg").1, 1);
        assert_eq!(router.read("etc/config/network"), network);
        assert!(router.read("kmsg").contains("no radio for 6g has appeared"));
    }
}

#[test]
fn the_section_of_a_radio_named_otherwise_is_found() {
    let router = Router::new("25.12");
    router.his_card();
    router.write(
        "etc/config/wireless",
        "config wifi-device 'other'\n\toption path 'platform/elsewhere'\n\n\
         config wifi-device 'uplink'\n\toption path 'pci0000:00/0000:00:07.0'\n\toption disabled '1'\n",
    );
    router.set_up(&only(his_wifi()));
    router.start();
    assert_eq!(router.uci("wireless.owpkg.device"), "uplink");
    assert_eq!(router.uci("wireless.uplink.disabled"), "", "it is on");
}

#[test]
fn another_band_has_its_own_channel_and_width() {
    // What the radio can do, the Wi-Fi's band, and then: channel and mode.
    let cases = [
        (DUAL, Band::Ghz2, "1", "HT20"),
        (DUAL, Band::Ghz5, "36", "VHT80"),
        ("5g 36 HE80\n2g 1 HE20\n", Band::Ghz2, "1", "HE20"),
        ("6g 1 EHT80\n5g 36 EHT80\n2g 1 EHT20\n", Band::Ghz2, "1", "EHT20"),
        ("6g 1 HE80\n5g 100 HE80\n", Band::Ghz5, "36", "HE80"),
        ("5g 36 NOHT\n2g 1 NOHT\n", Band::Ghz2, "1", "NOHT"),
    ];
    for (bands, band, channel, htmode) in cases {
        let router = Router::new("25.12");
        router.radio("phy0", HIS_PLACE, HIS_PLACE, bands);
        router.set_up(&only(access_point(band)));
        router.start();
        let found =
            ["band", "channel", "htmode"].map(|option| router.uci(&format!("wireless.radio0.{option}")));
        assert_eq!(found, [band.word(), channel, htmode], "{bands}");
    }
    let router = Router::new("25.12");
    router.his_card();
    router.set_up(&only(Wifi { channel: Some(11), ..access_point(Band::Ghz2) }));
    router.start();
    assert_eq!(router.uci("wireless.radio0.channel"), "11");
    let router = Router::new("25.12");
    router.his_card();
    router.set_up(&only(Wifi { band: Some(Band::Ghz2), ..his_wifi() }));
    router.start();
    assert_eq!(router.uci("wireless.radio0.channel"), "auto", "who joins takes the access point's");
}

fn guests(band: Band) -> Wifi {
    let open = wifi("guests", Mode::AccessPoint, Encryption::None, None);
    Wifi { band: Some(band), hidden: true, ..open }
}

#[test]
fn several_wifis_each_take_a_radio_that_fits() {
    for series in SERIES {
        let router = Router::new(series);
        router.radio("phy0", "pci0/a", "pci0/a", "2g 1 HT20\n");
        router.radio("phy1", "pci0/b", "pci0/b", "5g 36 VHT80\n");
        let wide = Wifi { htmode: Some("vht160".parse().unwrap()), ..access_point(Band::Ghz5) };
        let wifis = vec![Wifi { band: Some(Band::Ghz2), ..his_wifi() }, wide, guests(Band::Ghz5)];
        let setup = Setup { wifis, ..Setup::default() };
        router.set_up(&setup);
        router.start();
        assert_eq!(router.scripts(), [""; 0], "{series}");
        for (section, radio, mode, ssid, hidden) in [
            ("owpkg", "radio0", "sta", "home", ""),
            ("owpkg2", "radio1", "ap", "home", ""),
            ("owpkg3", "radio1", "ap", "guests", "1"),
        ] {
            let found = ["device", "mode", "ssid", "hidden"]
                .map(|option| router.uci(&format!("wireless.{section}.{option}")));
            assert_eq!(found, [radio, mode, ssid, hidden], "{series}");
        }
        assert_eq!(router.uci("wireless.radio1.htmode"), "VHT160");
        assert_ne!(router.uci("wireless.radio0.htmode"), "VHT160");
        let once = router.configured();
        router.set_up(&setup);
        router.start();
        assert_eq!(router.configured(), once, "twice is the same as once");
    }
}

#[test]
fn a_radio_is_not_taken_away_from_the_first() {
    for series in SERIES {
        let router = Router::new(series);
        router.his_card();
        let wifis = vec![Wifi { band: Some(Band::Ghz5), ..his_wifi() }, guests(Band::Ghz2)];
        router.set_up(&Setup { wifis, ..Setup::default() });
        router.start();
        assert_eq!(router.scripts(), ["99-owpkg-wifi-2"], "{series}: one radio, and two bands");
        assert_eq!(router.uci("wireless.radio0.band"), "5g");
        assert!(router.read("kmsg").contains("no radio for 2g"));
    }
}

#[test]
fn the_mode_of_the_channel_is_the_one_that_is_asked_for() {
    for series in SERIES {
        let router = Router::new(series);
        router.his_card();
        router.set_up(&only(Wifi { htmode: Some("VHT40".parse().unwrap()), ..his_wifi() }));
        router.start();
        assert_eq!(router.uci("wireless.radio0.htmode"), "VHT40", "{series}");
    }
}
