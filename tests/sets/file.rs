//! What a file of sets says, and what it cannot say.

use owpkg::cli::Help as _;
use owpkg::sets::{Elsewhere, Fault, NoSuchSet, SetFile};
use owpkg::uci_defaults::{Encryption, Mode};

const OFFICE: &str = r#"
[defaults]
release = "24.10.2"
add = ["tcpdump"]
wifi = { ssid = "guests", country = "DE" }

[[set]]
name = "office"
target = "x86/64"
chips = ["iwl7265d"]
add = ["iperf3"]
files = "files/office"
wifi = { ssid = "office", encryption = "sae", mode = "ap", channel = 36 }

[[set]]
name = "lab"
release = "25.12.2"
profile = "generic"
chips = ["mt7921e", "ath10k"]
omit = ["ip-full"]
wpa = "none"
"#;

#[test]
fn a_set_says_what_the_defaults_do_not_and_lists_are_joined() {
    let file = SetFile::parse(OFFICE).unwrap();
    let [office, lab] = &file.sets[..] else { panic!("{file:?}") };
    assert_eq!(office.request.release.as_deref(), Some("24.10.2"));
    assert_eq!(office.request.add, ["tcpdump", "iperf3"]);
    assert_eq!(office.files.as_ref().unwrap(), "files/office");
    let wifi = office.wifi.as_ref().unwrap();
    assert_eq!((wifi.ssid.as_str(), wifi.mode), ("office", Some(Mode::AccessPoint)));
    assert_eq!((wifi.encryption, wifi.channel), (Some(Encryption::Sae), Some(36)));
    assert_eq!(wifi.country.unwrap().to_string(), "DE");
    assert_eq!(lab.request.release.as_deref(), Some("25.12.2"));
    assert_eq!(lab.request.chips, ["mt7921e", "ath10k"]);
    assert_eq!((lab.request.wpa.as_deref(), lab.request.add.len()), (Some("none"), 1));
    assert_eq!(lab.wifi.as_ref().unwrap().ssid.as_str(), "guests");
}

#[test]
fn the_only_set_needs_no_name_and_one_of_several_does() {
    let several = SetFile::parse(OFFICE).unwrap();
    assert_eq!(several.set(Some("lab")).unwrap().name, "lab");
    let known = vec!["office".to_owned(), "lab".to_owned()];
    assert_eq!(several.set(None).unwrap_err(), NoSuchSet::Several { known: known.clone() });
    let unknown = several.set(Some("home")).unwrap_err();
    assert_eq!(unknown, NoSuchSet::Unknown { asked: "home".into(), known });
    assert_eq!(several.lock_of(&several.sets[1]), "owpkg-lab.lock");
    let only = SetFile::parse("[[set]]\nname = \"home\"\n").unwrap();
    assert_eq!(only.lock_of(only.set(None).unwrap()), "owpkg.lock");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, line, message, help) in [
        ("[[set]]\nname = \"a\"\nchpis = [\"x\"]\n", 3, "no key \"chpis\"", "did you mean chips?"),
        ("[default]\n", 1, "no key \"default\"", "did you mean defaults?"),
        ("[defaults]\nname = \"a\"\n", 2, "no key \"name\"", "release"),
        (
            "[[set]]\nname = \"a\"\n\n[set.wifi]\nssid = \"x\"\nchanel = 3\n",
            6,
            "no key \"chanel\"",
            "channel",
        ),
        ("[[set]]\nchips = []\n", 1, "name is missing", "name ="),
        ("[[set]]\nname = \"a\"\nwifi = { mode = \"ap\" }\n", 3, "ssid is missing", "name ="),
        ("[[set]]\nname = \"a\"\nchips = \"iwl7265d\"\n", 3, "chips: expected a list of texts", ""),
        ("[[set]]\nname = \"a\"\nchips = [1]\n", 3, "chips: expected a list of texts", ""),
        ("[[set]]\nname = \"../a\"\n", 2, "name: expected a name of letters", ""),
        ("[[set]]\nname = \"a\"\nfiles = \"../keys\"\n", 3, "files: expected a folder below", ""),
        ("[[set]]\nname = \"a\"\nfiles = \"/root/.ssh\"\n", 3, "files: expected a folder below", ""),
        ("[[set]]\nname = \"a\"\nrelease = 24.10\n", 3, "release: expected a text, found a value", ""),
        (
            "[[set]]\nname=\"a\"\nwifi = {ssid=\"x\", country=\"QQ\"}\n",
            3,
            "country: expected two letters",
            "",
        ),
        (
            "[[set]]\nname=\"a\"\nwifi = {ssid=\"x\", band=\"7g\"}\n",
            3,
            "band: expected one of 2g, 5g, 6g",
            "",
        ),
        ("[[set]]\nname=\"a\"\nwifi = {ssid=\"x\", channel=300}\n", 3, "channel: expected a number", ""),
        ("[[set]]\nname = \"a\"\n[[set]]\nname = \"a\"\n", 4, "another set \"a\"", "another name"),
        ("[set]\nname = \"a\"\n", 1, "set: expected tables [[set]]", ""),
        ("[defaults]\nrelease = \"24.10.2\"\n", 1, "there is no [[set]]", "name ="),
        ("", 1, "there is no [[set]]", "name ="),
        ("[[set]]\nname = \n", 2, "", "toml.io"),
    ] {
        let error = SetFile::parse(text).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert!(error.help().unwrap_or_default().contains(help), "{text}: {:?}", error.help());
    }
}

#[test]
fn trust_is_not_taken_from_it() {
    for (line, elsewhere, help) in [
        ("keys = [\"mine.pub\"]", Elsewhere::Keys, "owpkg key trust FILE"),
        ("key = \"mine.pub\"", Elsewhere::Keys, "--key FILE"),
        ("accept-unsigned = [\"all\"]", Elsewhere::AcceptUnsigned, "--accept-unsigned FEED"),
        ("accept_unsigned = [\"all\"]", Elsewhere::AcceptUnsigned, "--accept-unsigned FEED"),
        ("prefer = [\"mine\"]", Elsewhere::Prefer, "--prefer FEED"),
        ("replace = [\"dnsmasq=dnsmasq-full\"]", Elsewhere::Replace, "--replace OLD=NEW"),
        ("wifi-key = \"secret\"", Elsewhere::WifiKey, "--wifi-key-file FILE"),
        ("wifi = { ssid = \"x\", key = \"secret\" }", Elsewhere::WifiKey, "OWPKG_WIFI_KEY"),
        ("feed = [\"mine=http://host/\"]", Elsewhere::Feed, "--feed NAME=URL"),
        ("mirror = \"http://host/\"", Elsewhere::UserConfiguration, "config.toml"),
    ] {
        for text in [
            format!("[[set]]\nname = \"a\"\n{line}\n"),
            format!("[defaults]\n\n{line}\n[[set]]\nname = \"a\"\n"),
        ] {
            let error = SetFile::parse(&text).unwrap_err();
            assert!(
                matches!(&error.fault, Fault::Elsewhere { elsewhere: found, .. } if *found == elsewhere),
                "{error:?}"
            );
            assert_eq!(error.line, 3, "{text}");
            assert!(error.to_string().contains("is not taken from this file"), "{error}");
            assert!(!error.to_string().contains("secret"), "a key is not shown: {error}");
            assert!(error.help().unwrap().contains(help), "{:?}", error.help());
        }
    }
}
