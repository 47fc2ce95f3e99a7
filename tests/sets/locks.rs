//! Disks of sets: what a set stands for, and the lock that counts as long as it matches.

use std::fs;

use crate::support::feeds::{FORMATS, Site, wifi};
use crate::support::run::Desk;

const SETS: &str = "[[set]]\nname = \"card\"\nchips = [\"iwl7265d\"]\n";

fn disk(site: &Site, more: &str) -> String {
    site.owpkg(&format!("disk out.tar {more}")).run().exits(0).err
}

#[test]
fn the_only_set_is_what_flags_would_say() {
    for format in FORMATS {
        let site = wifi().on(format);
        let typed = site.owpkg("resolve --format names --no-lock --chip iwl7265d").run().exits(0).out;
        site.desk.write("owpkg.toml", SETS);
        assert_eq!(site.owpkg("resolve --format names --no-lock").run().exits(0).out, typed);
        assert_eq!(site.owpkg("resolve --format names --no-lock --set card").run().exits(0).out, typed);
        // What is typed is joined with the set that is named, and counts alone without its name.
        let joined =
            site.owpkg("resolve --format names --no-lock --set card --add wpad-openssl --wpa none").run();
        assert!(joined.exits(0).out.contains("wpad-openssl"));
        let alone = site.owpkg("resolve --format names --no-lock --chip mt7921e").run().exits(0).out;
        assert!(!alone.contains("iwlwifi"), "{alone}");
    }
}

#[test]
fn a_lock_counts_as_long_as_it_matches() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.desk.write("owpkg.toml", SETS);
        assert!(disk(&site, "").contains("wrote owpkg.lock"));
        let (lock, first) =
            (site.desk.read("owpkg.lock"), fs::read(site.desk.path().join("out.tar")).unwrap());
        assert!(lock.contains("[set]\nname = \"card\""), "{lock}");
        // It is taken as it is: also where what it says would come out otherwise now.
        site.desk.write("owpkg.lock", lock.replace("date = ", "date = 1"));
        let said = disk(&site, "");
        assert!(!said.contains("wrote") && !said.contains("new plan"), "{said}");
        assert!(fs::read(site.desk.path().join("out.tar")).unwrap() != first);
        site.desk.write("owpkg.lock", &lock);
        disk(&site, "");
        assert!(fs::read(site.desk.path().join("out.tar")).unwrap() == first, "a lock makes the same disk");
        // What changes no plan changes no lock.
        site.desk
            .write("owpkg.toml", format!("# mine\n{SETS}wifi = {{ ssid = \"x\", encryption = \"none\" }}\n"));
        assert!(!disk(&site, "").contains("wrote"));
        assert_eq!(site.desk.read("owpkg.lock"), lock);
        // A changed set is planned anew.
        site.desk.write("owpkg.toml", SETS.replace("iwl7265d", "mt7921e"));
        let said = disk(&site, "");
        assert!(
            said.contains("owpkg.lock is not of owpkg.toml as it is now") && said.contains("wrote"),
            "{said}"
        );
        assert!(site.desk.read("owpkg.lock").contains("kmod-mt7921e"));
        assert!(site.owpkg("tree").run().exits(0).out.contains("kmod-mt7921e"));
        site.owpkg("why kmod-mt76-core").run().exits(0);
    }
}

#[test]
fn a_lock_that_asks_for_more_than_a_set_can_is_none_of_it() {
    let site = wifi().on(FORMATS[0]);
    site.desk.write("owpkg.toml", SETS);
    disk(&site, "");
    let lock = site.desk.read("owpkg.lock");
    let (before, after) = lock.split_once("[set]").unwrap();
    for more in [
        format!("{before}[configuration]\ndisable_services = [\"firewall\"]\n\n[set]{after}"),
        format!("{lock}\n[[replace]]\nname = \"firewall4\"\nversion = \"1\"\nby = \"iw\"\n"),
    ] {
        site.desk.write("owpkg.lock", more);
        assert!(disk(&site, "").contains("a new plan is made"));
        assert_eq!(site.desk.read("owpkg.lock"), lock);
    }
}

#[test]
fn what_is_typed_beside_a_set_leaves_its_lock_alone() {
    let site = wifi().on(FORMATS[0]);
    site.desk.write("owpkg.toml", SETS);
    disk(&site, "");
    let lock = site.desk.read("owpkg.lock");
    let said = disk(&site, "--set card --omit kmod-nonesuch --add wpad-openssl --wpa none");
    assert!(!said.contains("owpkg.lock"), "{said}");
    assert_eq!(site.desk.read("owpkg.lock"), lock);
    // A lock that is named is a lock, and no set.
    site.desk.write("other.lock", lock.replace("[set]\nname = \"card\"", "[set]\nname = \"other\""));
    assert!(!disk(&site, "--lock other.lock").contains("new plan"));
}

#[test]
fn each_of_several_sets_has_a_lock_of_its_own() {
    let site = wifi().on(FORMATS[1]);
    site.desk.write("owpkg.toml", format!("{SETS}[[set]]\nname = \"stick\"\nchips = [\"mt7921e\"]\n"));
    site.owpkg("disk out.tar")
        .run()
        .exits(2)
        .says(&["owpkg.toml has 2 sets", "name one with --set: card, stick"]);
    site.owpkg("disk out.tar --set home").run().exits(2).says(&["no set \"home\"", "card, stick"]);
    let said = site.owpkg("resolve --set stick").run().exits(0).err;
    assert!(said.contains("wrote owpkg-stick.lock; next: owpkg disk pkgs.img --set stick"), "{said}");
    assert!(!disk(&site, "--set stick").contains("wrote"));
    assert!(disk(&site, "--set card").contains("wrote owpkg-card.lock"));
    assert!(!site.desk.holds("owpkg.lock"));
}

#[test]
fn its_wifi_has_no_key_and_its_files_are_its_own() {
    let site = wifi().on(FORMATS[0]);
    site.desk.write(
        "owpkg.toml",
        format!("{SETS}files = \"files\"\nwifi = {{ ssid = \"home\", country = \"DE\" }}\n"),
    );
    site.desk.write("files/etc/banner", "mine\n");
    site.owpkg("disk out/").stdin("").run().exits(2).says(&["the key of the Wi-Fi \"home\" is not known"]);
    site.owpkg("disk out/").var("OWPKG_WIFI_KEY", "correct horse").run().exits(0);
    let read = |name: &str| site.desk.read(&format!("out/files/{name}"));
    assert_eq!(read("etc/banner"), "mine\n");
    let defaults = site.desk.path().join("out/files/etc/uci-defaults");
    let script = defaults.read_dir_utf8().unwrap().next().unwrap().unwrap().path().to_owned();
    let script = fs::read_to_string(script).unwrap();
    assert!(script.contains("home") && script.contains("DE") && script.contains("correct horse"), "{script}");
    assert!(!site.desk.read("owpkg.lock").contains("banner"), "files may change without a new plan");
}

#[cfg(unix)]
#[test]
fn no_link_leads_its_files_out_of_its_folder() {
    let site = wifi().on(FORMATS[0]);
    let secret = Desk::new();
    secret.write("id_ed25519", "secret");
    std::os::unix::fs::symlink(secret.path(), site.desk.path().join("files")).unwrap();
    site.desk.write("owpkg.toml", format!("{SETS}files = \"files\"\n"));
    site.owpkg("disk out/").run().exits(2).says(&["leads out of the folder", "--files DIR"]);
    assert!(!site.desk.holds("out"));
}

#[test]
fn what_is_wrong_in_the_file_ends_a_run_with_its_line() {
    let desk = Desk::new();
    desk.write("owpkg.toml", "[[set]]\nname = \"a\"\naccept-unsigned = [\"all\"]\n");
    for line in ["disk out.img", "resolve", "tree", "why iw", "config show"] {
        let ran = desk.owpkg(line).run().exits(2);
        ran.says(&[
            "owpkg.toml: line 3: accept-unsigned is not taken from this file",
            "--accept-unsigned FEED",
        ]);
    }
    Desk::new().owpkg("disk out.img --set a").run().exits(2).says(&["there is no owpkg.toml in this folder"]);
}
