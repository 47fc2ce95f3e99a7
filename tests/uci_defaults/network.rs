//! The addresses of the router's networks.

use owpkg::uci_defaults::{Addresses, Band, Network, Setup, StaticAddress};

use super::router::{Router, SERIES, access_point, his_wifi, network};

fn started(series: &'static str, setup: &Setup) -> Router {
    let router = Router::new(series);
    router.his_card();
    router.set_up(setup);
    router.start();
    assert_eq!(router.scripts(), [""; 0]);
    router
}

#[test]
fn the_lan_gets_its_address_with_or_without_a_card() {
    for series in SERIES {
        let router = Router::new(series);
        router.set_up(&Setup {
            wifis: vec![his_wifi()],
            network: network(None, Some("192.168.5.1/20")),
            lines: None,
        });
        router.start();
        assert_eq!(router.scripts(), ["99-owpkg-wifi"], "the address waits for no card");
        let found = ["device", "proto", "ipaddr", "netmask", "ip6assign"]
            .map(|option| router.uci(&format!("network.lan.{option}")));
        assert_eq!(found, ["br-lan", "static", "192.168.5.1", "255.255.240.0", "60"], "{series}");
    }
}

#[test]
fn a_static_uplink_has_its_gateway_and_servers() {
    let fixed = "static,address=10.1.2.3/16,gateway=10.1.0.1,dns=9.9.9.9,dns=2620:fe::fe";
    for series in SERIES {
        let joined = started(
            series,
            &Setup { wifis: vec![his_wifi()], network: network(Some(fixed), None), lines: None },
        );
        let wired =
            started(series, &Setup { wifis: Vec::new(), network: network(Some(fixed), None), lines: None });
        let serving =
            Setup { wifis: vec![access_point(Band::Ghz2)], network: network(Some(fixed), None), lines: None };
        let serving = started(series, &serving);
        for (router, device) in [(joined, ""), (wired, "eth1"), (serving, "eth1")] {
            let found = ["device", "proto", "ipaddr", "netmask", "gateway", "dns"]
                .map(|option| router.uci(&format!("network.wan.{option}")));
            let expected = [device, "static", "10.1.2.3", "255.255.0.0", "10.1.0.1", "9.9.9.9 2620:fe::fe"];
            assert_eq!(found, expected, "{series}");
            assert_eq!(router.uci("network.wan6.proto"), "dhcpv6");
        }
    }
}

/// What the first user wrote by hand: both families on both sides, with gateways, and two servers of names of each.
#[test]
fn both_families_stand_on_both_sides() {
    let uplink = "static,address=192.168.1.99/24,gateway=192.168.1.1,dns=192.168.1.1,dns=9.9.9.9,\
                  address=2001:db8:1::99/64,gateway=fe80::1,dns=2620:fe::fe,dns=2620:fe::9";
    let lan = "172.20.99.2/24,gateway=172.20.99.1,dns=172.20.99.1,dns=172.20.99.3,\
               address=2001:db8:2::2/64,gateway=2001:db8:2::1,dns=2001:db8:2::1,dns=2001:db8:2::3";
    let both = network(Some(uplink), Some(lan));
    for series in SERIES {
        for wifis in [vec![his_wifi()], Vec::new()] {
            let router = started(series, &Setup { wifis, network: both.clone(), lines: None });
            let of = |interface: &str, options: &[&str]| {
                options
                    .iter()
                    .map(|option| router.uci(&format!("network.{interface}.{option}")))
                    .collect::<Vec<_>>()
            };
            let four = ["proto", "ipaddr", "netmask", "gateway"];
            let six = ["proto", "ip6addr", "ip6gw", "dns"];
            assert_eq!(
                of("wan", &four),
                ["static", "192.168.1.99", "255.255.255.0", "192.168.1.1"],
                "{series}"
            );
            assert_eq!(of("wan", &["dns", "ip6addr", "ip6gw"]), ["192.168.1.1 9.9.9.9", "", ""]);
            assert_eq!(
                of("wan6", &six),
                ["static", "2001:db8:1::99/64", "fe80::1", "2620:fe::fe 2620:fe::9"]
            );
            assert_eq!(of("lan", &four), ["static", "172.20.99.2", "255.255.255.0", "172.20.99.1"]);
            let servers = "172.20.99.1 172.20.99.3 2001:db8:2::1 2001:db8:2::3";
            assert_eq!(of("lan", &six), ["static", "2001:db8:2::2/64", "2001:db8:2::1", servers]);
        }
    }
}

#[test]
fn a_family_without_an_address_is_given_one() {
    for series in SERIES {
        let six = network(Some("static,address=2001:db8::99/64,dns=9.9.9.9"), Some("2001:db8:2::1/64"));
        let router = started(series, &Setup { wifis: Vec::new(), network: six, lines: None });
        let found = ["wan.proto", "wan6.proto", "wan6.ip6addr", "wan6.dns", "lan.ip6addr"]
            .map(|option| router.uci(&format!("network.{option}")));
        assert_eq!(found, ["dhcp", "static", "2001:db8::99/64", "9.9.9.9", "2001:db8:2::1/64"], "{series}");
        assert!(router.uci("network.lan.ipaddr").starts_with("192.168.1.1"), "the LAN's IPv4 is as it was");
        let given = Setup { wifis: Vec::new(), network: network(Some("dhcp"), None), lines: None };
        router.set_up(&given);
        router.start();
        let found =
            ["proto", "ip6addr", "ip6gw", "dns"].map(|option| router.uci(&format!("network.wan6.{option}")));
        assert_eq!(found, ["dhcpv6", "", "", ""], "{series}");
    }
}

#[test]
fn dhcp_takes_over_from_static() {
    let router = Router::new("23.05");
    for uplink in ["static,address=10.1.2.3/16,gateway=10.1.0.1,dns=9.9.9.9", "dhcp"] {
        router.set_up(&Setup { wifis: Vec::new(), network: network(Some(uplink), None), lines: None });
        router.start();
    }
    let (shown, _) = router.run("uci show network.wan");
    assert_eq!(shown, "network.wan=interface\nnetwork.wan.device='eth1'\nnetwork.wan.proto='dhcp'\n");
}

#[test]
fn what_is_no_address_is_told() {
    let wrong = [
        ("", "no way to get addresses"),
        ("pppoe", "no way to get addresses"),
        ("dhcp,address=10.0.0.2/8", "no way to get addresses"),
        ("static", "needs an address"),
        ("static,10.0.0.2/8", "no part of a static network"),
        ("static,metric=5", "no part of a static network"),
        ("static,address=10.0.0.2", "not an address with the length"),
        ("static,address=10.0.0.2/33", "not an address with the length"),
        ("static,address=fe80::1/64", "that of one cable"),
        ("static,address=2001:db8::/64", "the network's own"),
        ("static,address=ff02::1/64", "that of many hosts"),
        ("static,address=::1/128", "every host's own"),
        ("static,address=::/0", "no host's"),
        ("static,address=2001:db8::2", "not an address with the length"),
        ("static,address=2001:db8::2/129", "not an address with the length"),
        ("static,address=2001:db8::2/64,address=2001:db8::3/64", "address is there twice for IPv6"),
        ("static,address=2001:db8::2/64,gateway=2001:db8:1::1", "not another host of 2001:db8::2/64"),
        ("static,address=2001:db8::2/64,gateway=10.0.0.1", "10.0.0.1 needs an address of its own family"),
        ("static,address=10.0.0.2/8,gateway=2001:db8::1", "2001:db8::1 needs an address of its own family"),
        ("static,address=10.0.0.0/8", "the network's own"),
        ("static,address=10.255.255.255/8", "that of all hosts"),
        ("static,address=127.0.0.1/8", "every host's own"),
        ("static,address=224.0.0.1/8", "that of many hosts"),
        ("static,address=0.0.0.0/0", "no host's"),
        ("static,address=10.0.0.2/8,address=10.0.0.3/8", "address is there twice"),
        ("static,address=10.0.0.2/8,gateway=11.0.0.1", "not another host of 10.0.0.2/8"),
        ("static,address=10.0.0.2/8,gateway=10.0.0.2", "not another host of 10.0.0.2/8"),
        ("static,address=10.0.0.2/8,dns=router", "dns=router: expected an address"),
        ("static,address=10.0.0.2/8,dns=", "dns=: expected an address"),
    ];
    for (text, words) in wrong {
        let error = text.parse::<Addresses>().expect_err(text);
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
    assert!("10.0.0.2/31".parse::<StaticAddress>().is_ok(), "a link of two hosts has no other addresses");
    let uplink: Addresses = "static,address=192.168.1.2/24".parse().unwrap();
    let both = Network::new(Some(uplink), Some("192.168.1.1/24".parse().unwrap())).unwrap_err();
    assert!(both.to_string().contains("overlap"), "{both}");
    let uplink: Addresses = "static,address=2001:db8::2/48".parse().unwrap();
    let both = Network::new(Some(uplink), Some("10.0.0.1/8,2001:db8::1:1/64".parse().unwrap())).unwrap_err();
    assert!(both.to_string().contains("2001:db8::2/48 and the LAN 2001:db8::1:1/64 overlap"), "{both}");
}
