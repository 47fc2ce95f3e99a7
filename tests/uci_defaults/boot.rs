//! What happens when a router starts with the script of a Wi-Fi.

use owpkg::uci_defaults::{Band, Country, Encryption, Key, Mode, Setup, Wifi};
use proptest::prelude::*;

use super::router::{DUAL, HIS_PLACE, Router, SERIES, access_point, his_wifi, network, only, wifi};
use crate::support::judges::passes_shellcheck;

#[test]
fn the_first_start_with_the_card_is_on_the_air() {
    for series in SERIES {
        let router = Router::new(series);
        router.his_card();
        let country: Country = "de".parse().unwrap();
        router.set_up(&only(Wifi { country: Some(country), ..his_wifi() }));
        router.start();
        assert_eq!(router.scripts(), [""; 0], "it succeeded, and is gone");
        let configured = router.read("etc/config/wireless");
        assert_eq!(configured, include_str!("joined.config"), "{series}");
        assert_eq!(router.uci("network.wan"), "interface");
        assert_eq!(router.uci("network.wan.proto"), "dhcp");
        assert_eq!(router.uci("network.wan.device"), "", "a network has one device, and the Wi-Fi is it");
        assert_eq!(router.uci("network.wan6.proto"), "dhcpv6");
        assert_eq!(router.uci("network.lan.ipaddr"), "192.168.1.1/24", "the LAN is as it was");
        assert!(router.read("kmsg").contains("owpkg: the Wi-Fi is set up on radio0"));
    }
}

#[test]
fn without_a_card_nothing_changes_and_the_next_start_tries_again() {
    for series in SERIES {
        let router = Router::new(series);
        router.set_up(&only(his_wifi()));
        let before = router.configured();
        router.start();
        assert_eq!(router.configured(), before, "{series}");
        assert_eq!(router.scripts(), ["99-owpkg-wifi"]);
        assert_eq!(router.read("sleeps").lines().count(), 15, "it waits no longer than that");
        assert!(router.read("kmsg").contains("no radio has appeared"));
        router.his_card();
        router.start();
        assert_eq!(router.scripts(), [""; 0]);
        assert_eq!(router.uci("wireless.owpkg.ssid"), "home");
    }
}

#[test]
fn a_card_may_take_its_time() {
    for series in SERIES {
        let router = Router::new(series);
        router.late_radio(7, HIS_PLACE, HIS_PLACE, DUAL);
        router.set_up(&only(his_wifi()));
        router.start();
        assert_eq!(router.scripts(), [""; 0], "{series}");
        assert_eq!(router.uci("wireless.owpkg.device"), "radio0");
        assert_eq!(router.read("sleeps").lines().count(), 7);
    }
}

#[test]
fn twice_is_the_same_as_once() {
    for series in SERIES {
        for setup in [
            only(his_wifi()),
            only(access_point(Band::Ghz2)),
            Setup {
                wifis: vec![his_wifi()],
                network: network(Some("static,address=10.0.0.2/8"), Some("192.168.5.1/24")),
                lines: None,
            },
        ] {
            let router = Router::new(series);
            router.his_card();
            router.set_up(&setup);
            router.start();
            let once = router.configured();
            router.set_up(&setup);
            router.start();
            assert_eq!(router.configured(), once, "{series}");
            assert_eq!(router.scripts(), [""; 0]);
        }
    }
}

#[test]
fn a_full_disk_leaves_the_script_for_the_next_start() {
    for series in SERIES {
        let router = Router::new(series);
        router.his_card();
        router.set_up(&only(his_wifi()));
        router.write("full", "");
        router.start();
        assert_eq!(router.scripts(), ["99-owpkg-wifi"], "{series}");
        assert!(router.read("kmsg").contains("could not be set up"));
    }
}

#[test]
fn an_access_point_serves_the_lan() {
    for series in SERIES {
        let router = Router::new(series);
        router.his_card();
        router.set_up(&only(access_point(Band::Ghz5)));
        router.start();
        assert_eq!(router.uci("wireless.owpkg.mode"), "ap", "{series}");
        assert_eq!(router.uci("wireless.owpkg.network"), "lan");
        assert_eq!(router.uci("network.wan.device"), "eth1", "the uplink is as it was");
    }
}

#[test]
fn no_start_tells_the_key() {
    for series in SERIES {
        let router = Router::new(series);
        router.set_up(&only(his_wifi()));
        router.start();
        router.his_card();
        router.start();
        assert_eq!(router.uci("wireless.owpkg.key"), "correct horse");
        for told in ["kmsg", "uci-calls", "wifi-calls"] {
            let told = router.read(told);
            assert!(!told.is_empty() && !told.contains("correct"), "{series}: {told}");
        }
    }
}

#[test]
fn another_detection_at_work_is_waited_for_but_not_for_ever() {
    for (others, waits) in [(0, 0), (3, 3), (50, 10)] {
        let router = Router::new("23.05");
        router.his_card();
        router.set_up(&only(his_wifi()));
        router.write("others", &"one\n".repeat(others));
        router.start();
        assert_eq!(router.scripts(), [""; 0]);
        assert_eq!(router.read("sleeps").lines().count(), waits, "{others} others");
    }
}

#[test]
fn no_value_shows_the_key() {
    let shown = format!("{:?} {:?}", only(his_wifi()), Key::new(b"short"));
    assert!(shown.contains("Key(…)") && !shown.contains("correct") && !shown.contains("short"), "{shown}");
}

#[test]
fn an_open_wifi_has_no_key() {
    let router = Router::new("25.12");
    router.his_card();
    router.set_up(&only(wifi("cafe", Mode::Station, Encryption::None, None)));
    router.start();
    assert_eq!(router.uci("wireless.owpkg.encryption"), "none");
    assert_eq!(router.run("uci -q get wireless.owpkg.key").1, 1);
}

#[test]
fn somebody_s_own_network_on_the_radio_stays() {
    let router = Router::new("25.12");
    router.his_card();
    router.set_up(&only(his_wifi()));
    router.run("wifi config; uci set wireless.default_radio0.ssid=mine; uci commit wireless");
    router.start();
    assert_eq!(router.uci("wireless.default_radio0.ssid"), "mine");
    assert_eq!(router.uci("wireless.owpkg.ssid"), "home");
}

#[track_caller]
fn comes_out_as_it_was(ssid: &str, key: &str) {
    let router = Router::new("23.05");
    router.his_card();
    router.set_up(&only(wifi(ssid, Mode::Station, Encryption::SaeMixed, Some(key))));
    router.start();
    assert_eq!(router.uci("wireless.owpkg.ssid"), ssid);
    assert_eq!(router.uci("wireless.owpkg.key"), key);
    assert_eq!(router.scripts(), [""; 0]);
}

#[test]
fn names_and_keys_are_no_words_of_a_shell() {
    for text in [
        "it's \"quoted\"",
        "$(reboot) `reboot`",
        "END of it",
        "a\\b\\\\c \\n",
        "#hash; rm -rf /",
        "  two blanks  ",
        "%s%d%n --",
        "*?[a-z]{1,2}~",
    ] {
        comes_out_as_it_was(text, text);
    }
    comes_out_as_it_was("Käsefüße ☃", "12345678");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_name_and_key_come_out_as_they_were(ssid in "[ -~]{1,32}", key in "[ -~]{8,63}") {
        comes_out_as_it_was(&ssid, &key);
    }
}

#[test]
fn shellcheck_has_nothing_to_say() {
    let setup =
        Setup { wifis: vec![his_wifi()], network: network(None, Some("192.168.5.1/24")), lines: None };
    for defaults in setup.defaults() {
        passes_shellcheck(&defaults.text);
    }
}
