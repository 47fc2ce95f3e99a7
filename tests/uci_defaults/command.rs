//! `owpkg disk --wifi`: where the key comes from, what is refused, and what stands on the disk.

use crate::support::feeds::{FORMATS, Site, wifi};
use crate::support::run::{Desk, Ran, owpkg};

const KEY: &str = "correct horse battery";

/// A run that ends before anything is fetched.
fn refused(line: &str, words: &[&str]) -> Ran {
    let ran = owpkg(&format!("disk d.img --chip iwl7265d --tree nowhere {line}")).run().exits(2);
    ran.says(words)
}

fn script(site: &Site) -> String {
    site.read("d/files/etc/uci-defaults/99-owpkg-wifi")
}

#[test]
fn the_disk_brings_the_wifi_and_tells_no_key() {
    for format in FORMATS {
        let site = wifi().on(format);
        let line = "disk d --format dir --chip iwl7265d --wifi home --wifi-country de --wifi-band 5g";
        let ran = site.owpkg(line).var("OWPKG_WIFI_KEY", KEY).run().exits(0);
        let script = script(&site);
        assert!(script.contains(&format!("set wireless.owpkg.key='{KEY}'\n")), "{script}");
        assert!(script.contains("set wireless.owpkg.encryption='sae-mixed'\n"), "{script}");
        assert!(script.contains("\nband='5g'\n") && script.contains("\ncountry='DE'\n"), "{script}");
        assert!(script.contains("set network.wan.proto='dhcp'\n"), "{script}");
        assert!(ran.out.contains("holds secrets (etc/uci-defaults/99-owpkg-wifi)"), "{}", ran.out);
        assert!(ran.out.contains("joins the Wi-Fi \"home\" (sae-mixed)"), "{}", ran.out);
        for told in [
            &ran.out,
            &ran.err,
            &site.read("d/owpkg.lock"),
            &site.read("d/install.sh"),
            &site.read("d/README.txt"),
        ] {
            assert!(!told.contains(KEY), "{told}");
        }
        let json = site
            .owpkg(&line.replace("disk d ", "disk e "))
            .arg("--json")
            .var("OWPKG_WIFI_KEY", KEY)
            .run()
            .exits(0);
        assert_eq!(json.json()["configuration"]["secret"], true, "{}", json.out);
        assert!(!json.out.contains(KEY) && !json.err.contains(KEY));
    }
}

#[test]
fn a_disk_of_a_lock_brings_it_too() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        let run = site.desk.owpkg("disk d --format dir --key key --wifi home --lan 192.168.5.1/24");
        run.var("OWPKG_WIFI_KEY", KEY).run().exits(0);
        assert!(script(&site).contains("sae-mixed"), "the lock names a wpad that can do it");
        let lan = site.read("d/files/etc/uci-defaults/98-owpkg-network");
        assert!(lan.contains("set network.lan.ipaddr='192.168.5.1'\n"), "{lan}");
    }
}

#[test]
fn the_key_comes_from_a_file_or_the_environment_or_the_keyboard() {
    let site = wifi().on(FORMATS[0]);
    site.write("file", format!("{KEY} of the file\n"));
    let line = "disk d --format dir --chip iwl7265d --wifi home";
    // Each is taken before the next.
    let ways: [(&str, &str, &str); 4] = [
        ("--wifi-key-file file", "variable", " of the file"),
        ("--wifi-key-file -", "variable", " of the input"),
        ("", "variable", " of the variable"),
        ("", "", " of the keyboard"),
    ];
    for (flag, variable, expected) in ways {
        let _ = std::fs::remove_dir_all(site.path().join("d"));
        let mut run = site.owpkg(&format!("{line} {flag}")).typing(&format!("{KEY} of the keyboard"));
        if flag.ends_with('-') {
            run = run.stdin(format!("{KEY} of the input\r\n"));
        }
        if !variable.is_empty() {
            run = run.var("OWPKG_WIFI_KEY", &format!("{KEY} of the variable"));
        }
        let ran = run.run().exits(0);
        assert!(script(&site).contains(&format!("key='{KEY}{expected}'\n")), "{expected}");
        assert_eq!(ran.err.contains("Key of the Wi-Fi \"home\" (not shown): "), variable.is_empty());
        assert!(!ran.err.contains(KEY) && !ran.out.contains(KEY));
    }
}

#[test]
fn without_a_key_the_three_ways_are_named() {
    let words =
        ["the key of the Wi-Fi \"home\" is not known", "--wifi-key-file FILE", "OWPKG_WIFI_KEY", "terminal"];
    let line = "disk d.img --chip iwl7265d --demo --wifi home";
    owpkg(line).run().exits(2).says(&words);
    owpkg(line).typing(KEY).stdin("").run().exits(2).says(&words);
}

#[test]
fn an_open_wifi_asks_for_no_key() {
    for encryption in ["none", "owe"] {
        let site = wifi().on(FORMATS[1]);
        let line = format!("disk d --format dir --chip iwl7265d --wifi cafe --wifi-encryption {encryption}");
        let ran = site.owpkg(&line).var("OWPKG_WIFI_KEY", KEY).run().exits(0);
        assert!(!script(&site).contains(".key="));
        assert!(!ran.out.contains("secret"), "{}", ran.out);
    }
    refused("--wifi cafe --wifi-encryption none --wifi-key-file k", &["none has no key"]);
}

#[test]
fn keys_that_no_wifi_has_are_refused_and_not_shown() {
    let desk = Desk::new();
    let line = "disk d.img --chip iwl7265d --tree nowhere --wifi home";
    let long = "x".repeat(64);
    let wrong: [(&[u8], &str, &str); 7] = [
        (b"secret7", "", "this one has 7"),
        (b"", "", "this one has 0"),
        (long.as_bytes(), "", "this one has 64"),
        ("geheimnisvoll ü".as_bytes(), "", "another at its byte 15"),
        (b"secret one\nsecret two\n", "", "another at its byte 11"),
        (b"secret\0one", "", "another at its byte 7"),
        (&[b'a'; 64], "--wifi-encryption sae", "sae needs the passphrase"),
    ];
    for (key, flags, words) in wrong {
        desk.write("k", key);
        let ran = desk.owpkg(&format!("{line} {flags} --wifi-key-file k")).run().exits(2);
        let ran = ran.says(&[words]);
        assert!(
            !ran.err.contains("secret") && !ran.err.contains("xxx") && !ran.err.contains("geheim"),
            "{}",
            ran.err
        );
    }
    desk.owpkg(&format!("{line} --wifi-key-file nowhere")).run().exits(2).says(&["--wifi-key-file nowhere"]);
    desk.write("cards", "");
    let twice = desk.owpkg("disk d.img --detect - --wifi home --wifi-key-file -").stdin(KEY).run().exits(2);
    twice.says(&["cannot both read standard input"]);
}

#[test]
fn a_derived_key_is_for_wpa2() {
    let site = wifi().on(FORMATS[0]);
    let run = site.owpkg("disk d --format dir --chip iwl7265d --wifi home");
    run.var("OWPKG_WIFI_KEY", &"0123456789abcdef".repeat(4)).run().exits(0);
    assert!(script(&site).contains("encryption='psk2'"));
}

#[test]
fn what_no_radio_can_be_is_refused() {
    let long = "ü".repeat(17);
    for (ssid, words) in
        [("", "1 to 32 bytes"), (&*long, "has 34"), ("a\nb", "control character"), ("a\u{7f}", "control")]
    {
        let run = owpkg(&["disk", "d.img", "--chip", "iwl7265d", "--wifi", ssid]);
        run.var("OWPKG_WIFI_KEY", KEY).run().exits(2).says(&[words]);
    }
    let cases = [
        ("--wifi-country germany", "two letters"),
        ("--wifi-country d1", "two letters"),
        ("--wifi-band 6g --wifi-encryption psk2", "6 GHz has only WPA3"),
        ("--wifi-mode ap --wifi-band 2g --wifi-channel 36", "no channel 36 on 2.4 GHz"),
        ("--wifi-mode ap --wifi-channel 15", "no channel 15 on 5 GHz"),
        ("--wifi-channel 6", "takes the channel of its access point"),
        ("--wifi-band 60g", "invalid value"),
        ("--wifi-encryption wep", "invalid value"),
        ("--wifi-key secret", "unexpected argument"),
        ("--wifi-htmode VHT8O", "did you mean VHT80"),
        ("--wifi-htmode wide", "one of NOHT, HT20"),
        ("--wifi-mode ap --wifi-band 2g --wifi-htmode VHT80", "no VHT80 on 2.4 GHz"),
        ("--wifi-band 6g --wifi-htmode HT40", "no HT40 on 6 GHz"),
        ("--wifi-hidden", "only an access point can hide its name"),
        ("--wifi cafe", "joins one Wi-Fi, its uplink: \"home\" and \"cafe\""),
        ("--wifi-band 2g --wifi-band 5g", "'--wifi-band' is there twice"),
        ("--uci nowhere", "--uci nowhere cannot be read"),
        ("--network static", "--network: a static network needs an address"),
        ("--lan 192.168.1.0/24", "--lan: 192.168.1.0/24 cannot be"),
    ];
    for (flags, words) in cases {
        let run = owpkg(&format!("disk d.img --chip iwl7265d --tree nowhere --wifi home {flags}"));
        run.var("OWPKG_WIFI_KEY", KEY).run().exits(2).says(&[words]);
    }
    for flag in ["--wifi-band 2g", "--wifi-country DE", "--wifi-mode ap"] {
        refused(flag, &["--wifi <SSID>"]);
    }
    // It may be the key of a set's Wi-Fi, which is read later.
    refused("--wifi-key-file k", &["is the key of no Wi-Fi"]);
}

#[test]
fn six_ghz_is_wpa3_and_an_access_point_is_on_two_unless_told() {
    let site = wifi().on(FORMATS[1]);
    let line = "disk d --format dir --chip mt7921e --wifi home";
    for (flags, expected) in [
        ("--wifi-band 6g", ["\nband='6g'", "encryption='sae'"]),
        ("--wifi-mode ap", ["\nband='2g'", "encryption='sae-mixed'"]),
        ("--wifi-mode ap --wifi-channel 100", ["\nband='5g'", "\nchannel='100'"]),
    ] {
        let _ = std::fs::remove_dir_all(site.path().join("d"));
        site.owpkg(&format!("{line} {flags}")).var("OWPKG_WIFI_KEY", KEY).run().exits(0);
        let script = script(&site);
        assert!(expected.iter().all(|words| script.contains(words)), "{flags}: {script}");
    }
}

#[test]
fn a_user_s_own_script_of_that_name_is_not_lost() {
    let site = wifi().on(FORMATS[0]);
    site.write("own/etc/uci-defaults/99-owpkg-wifi", "true\n");
    let run = site.owpkg("disk d.img --chip iwl7265d --wifi home --files own");
    run.var("OWPKG_WIFI_KEY", KEY).run().exits(2).says(&["99-owpkg-wifi", "twice"]);
}

#[test]
fn each_flag_counts_for_the_wifi_before_it() {
    let site = wifi().on(FORMATS[1]);
    for (file, key) in [("home.key", "key of the home"), ("guest.key", "key of the guests")] {
        site.write(file, key);
    }
    let line = "disk d --format dir --chip mt7921e --wifi-country de --wifi home --wifi-key-file home.key --wifi-htmode he80 \
                --wifi guests --wifi-mode ap --wifi-hidden --wifi-band 2g --wifi-key-file guest.key \
                --wifi cafe --wifi-mode ap --wifi-encryption none";
    let ran = site.owpkg(line).run().exits(0);
    let script = |name: &str| site.read(&format!("d/files/etc/uci-defaults/{name}"));
    for (name, expected) in [
        (
            "99-owpkg-wifi",
            ["country='DE'", "htmode='HE80'", "owpkg.ssid='home'", "key='key of the home'", "mode='sta'"],
        ),
        (
            "99-owpkg-wifi-2",
            ["country='DE'", "htmode=''", "owpkg2.ssid='guests'", "key='key of the guests'", "hidden='1'"],
        ),
        (
            "99-owpkg-wifi-3",
            ["country='DE'", "htmode=''", "owpkg3.ssid='cafe'", "encryption='none'", "mode='ap'"],
        ),
    ] {
        let script = script(name);
        assert!(expected.iter().all(|words| script.contains(words)), "{name}: {script}");
        assert_eq!(script.contains("hidden"), name.ends_with("-2"), "{script}");
    }
    for words in
        ["joins the Wi-Fi \"home\"", "serves the Wi-Fi \"guests\"", "serves the Wi-Fi \"cafe\" (none)"]
    {
        assert!(ran.out.contains(words), "{}", ran.out);
    }
}

#[test]
fn lines_for_uci_are_checked_and_brought() {
    let site = wifi().on(FORMATS[0]);
    site.write("lines", "set system.@system[0].hostname='attic'\nset network.lan.proto=static\n");
    let ran = site.owpkg("disk d --format dir --chip iwl7265d --uci lines").run().exits(0);
    assert!(ran.out.contains("sets your own lines in network, system"), "{}", ran.out);
    let script = site.read("d/files/etc/uci-defaults/99-owpkg-z-uci");
    assert!(script.contains("set system.@system[0].hostname='attic'\n"), "{script}");
    site.write("lines", "set system.@system[0].hostname='attic'\n\ndelet network.lan\n");
    let words = ["--uci lines: line 3: \"delet\" is no command", "did you mean delete"];
    site.owpkg("disk e.img --chip iwl7265d --uci lines").run().exits(2).says(&words);
    let twice = site.owpkg("disk e.img --chip iwl7265d --uci - --wifi home --wifi-key-file -");
    twice.stdin("x").run().exits(2).says(&["--wifi-key-file and --uci cannot both read standard input"]);
}

#[test]
fn the_user_s_own_files_win() {
    let site = wifi().on(FORMATS[0]);
    for (file, flags, flag) in [
        ("network", "--lan 192.168.5.1/24", "--lan"),
        ("network", "--network dhcp", "--network"),
        ("network", "--wifi home", "--wifi"),
        ("wireless", "--wifi home --wifi-mode ap", "--wifi"),
    ] {
        let _ = std::fs::remove_dir_all(site.path().join("own"));
        site.write(&format!("own/etc/config/{file}"), "\n");
        let run =
            site.owpkg(&format!("disk d.img --chip iwl7265d --files own {flags}")).var("OWPKG_WIFI_KEY", KEY);
        let words = format!("--files holds etc/config/{file}, which {flag} would change: your own file wins");
        run.run().exits(2).says(&[&words, &format!("leave {flag} out")]);
    }
    let run = site.owpkg("disk d.img --chip iwl7265d --files own --lan 192.168.5.1/24");
    run.run().exits(0);
    site.write("lines", "set wireless.radio0.htmode=VHT80\n");
    site.owpkg("disk e.img --chip iwl7265d --files own --uci lines").run().exits(0);
}
