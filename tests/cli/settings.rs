//! What the user set once for all runs: variables, config.toml, trusted keys.

use crate::support::feeds::{FORMATS, Site, release, wifi};
use crate::support::run::{Desk, Run};

/// A run with the desk's own folder as the user's home.
fn at_home(desk: &Desk, line: &str) -> Run {
    let home = desk.path().to_string();
    desk.owpkg(line).var("HOME", &home)
}

const CONFIG: &str = ".config/owpkg/config.toml";

#[test]
fn each_value_comes_from_the_nearest_place_that_says_it() {
    let desk = Desk::new();
    let from = |run: Run, name: &str| {
        let json = run.run().exits(0).json();
        let values = json["values"].as_array().unwrap().clone();
        let value = values.into_iter().find(|value| value["name"] == name).unwrap();
        let text = |key: &str| value[key].as_str().unwrap_or("-").to_owned();
        [text("value"), text("from"), text("place")]
    };
    let show = "config show --json";
    assert_eq!(from(at_home(&desk, show), "release"), ["-", "default", "-"]);
    desk.write(CONFIG, "release = \"23.05.2\"\nwifi_country = \"FR\"\n");
    let file = desk.path().join(CONFIG).to_string();
    assert_eq!(from(at_home(&desk, show), "release"), ["23.05.2", "config", &file]);
    desk.write(
        "owpkg.toml",
        "[[set]]\nname = \"a\"\nrelease = \"24.10.2\"\nwifi = { ssid = \"x\", country = \"DE\" }\n",
    );
    assert_eq!(from(at_home(&desk, show), "release"), ["24.10.2", "set", "a"]);
    assert_eq!(from(at_home(&desk, show), "wifi_country"), ["DE", "set", "a"]);
    let run = || at_home(&desk, show).var("OWPKG_RELEASE", "24.10.1");
    assert_eq!(from(run(), "release"), ["24.10.1", "variable", "OWPKG_RELEASE"]);
    assert_eq!(from(run().arg("--release").arg("25.12.0"), "release"), ["25.12.0", "flag", "--release"]);
    let other = desk.owpkg(show).var("XDG_CONFIG_HOME", desk.path().join("other").as_str());
    assert_eq!(from(other, "wifi_country"), ["DE", "set", "a"]);
    let text = at_home(&desk, "config show").run().exits(0).out;
    assert!(text.contains("owpkg.toml, set a") && text.contains(&file), "{text}");
}

#[test]
fn what_is_set_counts_where_nothing_is_typed() {
    let site = wifi().on(FORMATS[0]);
    let server = site.desk.path().join("server");
    std::fs::create_dir_all(server.join("releases")).unwrap();
    std::fs::rename(site.desk.path().join("tree"), server.join("releases/25.12.0")).unwrap();
    let key = site.desk.path().join("key").to_string();
    site.desk.write(CONFIG, format!("mirror = \"{server}\"\nrelease = \"25.12.0\"\nkeys = [\"{key}\"]\n"));
    let line = "resolve --chip iwl7265d --no-lock";
    at_home(&site.desk, line).run().exits(0);
    let said = at_home(&site.desk, line).var("OWPKG_RELEASE", "24.10.2").run().exits(6).err;
    assert!(said.contains("24.10.2"), "{said}");
    let said = at_home(&site.desk, &format!("{line} --release 23.05.0")).run().exits(6).err;
    assert!(said.contains("23.05.0"), "{said}");
    // What is set is about the releases of servers, not about the demo.
    site.desk.write(CONFIG, "release = \"23.05.2\"\ntarget = \"ath79/generic\"\n");
    at_home(&site.desk, &format!("{line} --demo")).run().exits(0);
}

#[test]
fn the_cache_and_the_country_are_taken() {
    let desk = Desk::new();
    desk.write(CONFIG, "cache = \"elsewhere\"\nwifi_country = \"FR\"\n");
    let shown = at_home(&desk, "cache --json").var("OWPKG_CACHE", "").run().exits(0).json();
    assert!(shown["folder"].as_str().unwrap().ends_with("/elsewhere"), "{shown}");
    let line = "disk out/ --demo --chip iwl7265d --wifi home --wifi-encryption none";
    at_home(&desk, line).run().exits(0);
    let scripts = desk.path().join("out/files/etc/uci-defaults");
    let scripts = scripts.read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().to_owned());
    let text: String = scripts.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(text.contains("FR"), "{text}");
}

#[test]
fn what_is_wrong_in_it_is_told_with_its_line() {
    let desk = Desk::new();
    for (text, said) in [
        ("\nmiror = \"x\"\n", ["config.toml, line 2: there is no key \"miror\"", "did you mean mirror?"]),
        ("mirror = 3\n", ["line 1: mirror: expected a text", ""]),
        ("mirror = [\n", ["line", "toml.io"]),
        ("keys = [\"nonesuch.pub\"]\n", ["nonesuch.pub", ""]),
    ] {
        desk.write(CONFIG, text);
        at_home(&desk, "update --demo").run().exits(2).says(&said);
    }
}

/// A folder of a release whose key nobody knows.
fn untrusted() -> Site {
    release().package("a", "1.0").on(FORMATS[0])
}

#[test]
fn a_key_is_trusted_until_it_is_not() {
    for format in FORMATS {
        let site = release().package("a", "1.0").on(format);
        let line = "resolve --add a --tree tree --no-lock";
        at_home(&site.desk, line).run().exits(5);
        let id = at_home(&site.desk, "key fingerprint key").run().exits(0).lines()[0].to_owned();
        let said = at_home(&site.desk, "key trust key").run().exits(0).out;
        assert!(said.contains(&id) && said.contains("/.config/owpkg/keys/"), "{said}");
        at_home(&site.desk, line).run().exits(0);
        let listed = at_home(&site.desk, "key list").run().exits(0).out;
        assert!(listed.contains(&id) && listed.contains("OpenWrt's own"), "{listed}");
        at_home(&site.desk, "key untrust").arg(&id).run().exits(0);
        at_home(&site.desk, line).run().exits(5);
        at_home(&site.desk, "key untrust").arg(&id).run().exits(2);
        at_home(&site.desk, "key untrust key").run().exits(3).says(&["none that you trusted"]);
    }
}

#[test]
fn a_secret_key_is_not_kept_among_the_trusted() {
    let site = untrusted();
    at_home(&site.desk, "key new mine --format opkg").run().exits(0);
    at_home(&site.desk, "key trust mine.sec").run().exits(0);
    let keys = site.desk.path().join(".config/owpkg/keys");
    for entry in keys.read_dir_utf8().unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert_eq!(text, site.desk.read("mine.pub"));
    }
    at_home(&site.desk, "key trust nonesuch").run().exits(2);
}
