//! The user's own lines for `uci batch`.

use owpkg::uci_defaults::{Band, Setup, UciLines};

use super::router::{Router, SERIES, access_point, network, only};
use crate::support::judges::passes_shellcheck;

fn setup(lines: &str) -> Setup {
    Setup { lines: Some(UciLines::parse(lines).unwrap()), ..Setup::default() }
}

#[test]
fn they_are_set_after_the_addresses() {
    let lines = "# mine\n\nset network.lan.ipaddr='10.9.8.7' # and why\n  add_list network.lan.dns=\"1.1.1.1\"\n\
                 set network.guest=interface\nset network.guest.label='it'\\''s # no; comment'\ndelete network.wan6\n\
                 commit network\n";
    for series in SERIES {
        let router = Router::new(series);
        router.set_up(&Setup { network: network(None, Some("192.168.5.1/24")), ..setup(lines) });
        router.start();
        assert_eq!(router.scripts(), [""; 0], "{series}");
        assert_eq!(router.uci("network.lan.ipaddr"), "10.9.8.7", "the user's own lines have the last word");
        assert_eq!(router.uci("network.lan.dns"), "1.1.1.1");
        assert_eq!(router.uci("network.guest.label"), "it's # no; comment");
        assert_eq!(router.uci("network.wan6"), "");
        assert!(router.read("etc/config/network").contains("10.9.8.7"), "committed");
    }
}

#[test]
fn lines_about_the_wifi_wait_for_it() {
    for series in SERIES {
        let router = Router::new(series);
        let wifi = only(access_point(Band::Ghz5));
        let lines = Some(UciLines::parse("set wireless.owpkg.isolate=1\n").unwrap());
        router.set_up(&Setup { lines, ..wifi });
        router.start();
        assert_eq!(router.scripts(), ["99-owpkg-wifi", "99-owpkg-z-uci"], "no radio yet");
        router.his_card();
        router.start();
        assert_eq!(router.scripts(), [""; 0], "{series}");
        assert_eq!(router.uci("wireless.owpkg.isolate"), "1");
    }
}

#[test]
fn a_full_disk_leaves_them_for_the_next_start() {
    let router = Router::new("23.05");
    router.set_up(&setup("set network.lan.ipaddr=10.9.8.7\n"));
    router.write("full", "");
    router.start();
    assert_eq!(router.scripts(), ["99-owpkg-z-uci"]);
}

#[test]
fn a_line_that_uci_cannot_do_is_named() {
    let wrong = [
        ("sett a.b.c=d", "\"sett\" is no command"),
        ("show network", "\"show\" is no command"),
        ("set network.lan.ipaddr", "expected set CONFIG.SECTION.OPTION=VALUE"),
        ("set network.lan.ipaddr = 10.0.0.1", "expected set"),
        ("set network=x", "expected set"),
        ("add network", "expected add CONFIG TYPE"),
        ("delete network", "expected delete CONFIG.SECTION.OPTION"),
        ("delete network.lan.dns=1", "expected delete"),
        ("set network.lan.a-b=c", "\"a-b\" cannot be a name"),
        ("set network.@rule[x].a=c", "\"@rule[x]\" cannot be a name"),
        ("set ../x.lan.a=c", "\"\" cannot be a name"),
        ("set network.lan.label='open", "a quote has no end"),
        ("set network.lan.label=\"open\\\"", "a quote has no end"),
        ("set a.b.c=d; set a.b.e=f", "give each command its own line"),
        ("set a.b.c=d\u{1}", "control character"),
    ];
    for (line, words) in wrong {
        let error = UciLines::parse(&format!("# first\nset a.b.c=d\n{line}\n")).expect_err(line).to_string();
        assert!(error.starts_with("line 3: ") && error.contains(words), "{line}: {error}");
    }
    for line in
        ["set a-b.@system[-1].hostname='x y'", "add firewall rule", "commit", "rename a.b=c", "reorder a.b=0"]
    {
        UciLines::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn what_names_a_secret_is_one_and_no_error_tells_it() {
    for (line, secret) in [("set wireless.x.key=geheim", true), ("set system.a.hostname=geheim", false)] {
        let lines = UciLines::parse(line).unwrap();
        assert_eq!(lines.is_secret(), secret, "{line}");
        assert!(!format!("{lines:?}").contains("geheim"));
    }
    let error = UciLines::parse("set wireless.x.key='geheim").unwrap_err();
    assert!(!error.to_string().contains("geheim"), "{error}");
}

#[test]
fn shellcheck_has_nothing_to_say() {
    let lines = Some(UciLines::parse("set wireless.owpkg.isolate=1\nset network.lan.x=y\n").unwrap());
    for defaults in (Setup { lines, ..only(access_point(Band::Ghz5)) }).defaults() {
        passes_shellcheck(&defaults.text);
    }
}
