//! `owpkg disk` with files, services and modules.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::{Duration, SystemTime};

use camino::Utf8Path;
use serde_json::json;

use super::disk::{read_dir, read_fat, read_tar, said};
use crate::support::feeds::{FORMATS, Site, wifi};
use crate::support::run::{Desk, Run};

/// A site with a folder `own` for the router: a script, a link, and a file for nobody's eyes where it is `secret`.
fn furnished(secret: bool) -> impl Iterator<Item = Site> {
    FORMATS.into_iter().map(move |format| {
        let site = wifi().on(format);
        put(&site, "own/etc/config/network", 0o644, "config interface 'lan'\n");
        put(&site, "own/usr/bin/it's a $tool", 0o755, "#!/bin/sh\n");
        symlink("/tmp/resolv.conf", site.path().join("own/etc/resolv.conf")).unwrap();
        if secret {
            put(&site, "own/etc/key", 0o600, "hunter2\n");
        }
        site
    })
}

fn put(desk: &Desk, path: &str, mode: u32, text: &str) {
    let path = desk.write(path, text);
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn disk(site: &Site, rest: &str) -> Run {
    site.owpkg(&format!("disk out --chip iwl7265d {rest}"))
}

fn verify(site: &Site) -> Run {
    site.desk.owpkg("verify out --key key")
}

fn bytes(desk: &Desk, name: &str) -> Vec<u8> {
    fs::read(desk.path().join(name)).unwrap()
}

fn mode(path: &Utf8Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_files_stand_on_the_disk_and_in_its_lock() {
    for site in furnished(false) {
        let ran = disk(&site, "--files own").run().exits(0);
        assert!(ran.out.contains("  sets 3 files\n"), "{}", ran.out);
        let found = read_fat(&site.path().join("out"));
        let own: Vec<&String> = found.keys().filter(|path| path.starts_with("files/")).collect();
        assert_eq!(own, ["files/etc/config/network", "files/usr/bin/it's a $tool"]);
        assert_eq!(found["files/etc/config/network"], b"config interface 'lan'\n");
        let text = |name: &str| String::from_utf8(found[name].clone()).unwrap();
        let lock: toml::Table = text("owpkg.lock").parse().unwrap();
        let file = &lock["configuration"]["file"][0];
        assert_eq!(
            (file["path"].as_str(), file["mode"].as_str()),
            (Some("etc/config/network"), Some("0644"))
        );
        assert_eq!(lock["configuration"]["link"][0]["target"].as_str(), Some("/tmp/resolv.conf"));
        for words in
            ["/usr/bin/it's a $tool (0755)", "/etc/resolv.conf -> /tmp/resolv.conf", "NAME.before-owpkg"]
        {
            assert!(text("README.txt").contains(words), "no {words:?} in {}", text("README.txt"));
        }
        verify(&site).run().exits(0);

        disk(&site, "--files own --format tar").run().exits(0);
        assert!(read_tar(&site.path().join("out")).0 == found);
        fs::remove_file(site.path().join("out")).unwrap();
        disk(&site, "--files own --format dir").run().exits(0);
        assert!(read_dir(&site.path().join("out")) == found);
        verify(&site).run().exits(0);
    }
}

#[test]
fn the_lock_of_resolve_knows_no_configuration() {
    for site in furnished(false) {
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        assert!(!site.read("owpkg.lock").contains("configuration"));
        // But it makes a disk with one: the same as of the selection.
        site.owpkg("disk locked --files own --disable-service dnsmasq").run().exits(0);
        disk(&site, "--files own --disable-service dnsmasq").run().exits(0);
        assert!(bytes(&site, "locked") == bytes(&site, "out"));
    }
}

#[test]
fn the_same_files_give_the_same_disk_whenever_they_were_written() {
    for site in furnished(true) {
        let options = "--files own --disable-service uhttpd --disable-service dnsmasq --keep-modules minimal";
        disk(&site, options).run().exits(0);
        let first = bytes(&site, "out");
        let file = fs::File::open(site.path().join("own/etc/config/network")).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(86_400)).unwrap();
        let other =
            "--files ./own/ --disable-service dnsmasq --disable-service uhttpd --keep-modules minimal";
        disk(&site, other).run().exits(0);
        assert!(bytes(&site, "out") == first);

        // The lock on the disk, with the same files, makes the same disk.
        let lock = read_fat(&site.path().join("out"))["owpkg.lock"].clone();
        site.write("owpkg.lock", lock);
        site.owpkg("disk again --files own").run().exits(0);
        assert!(bytes(&site, "again") == first);
    }
}

#[test]
fn a_lock_with_a_configuration_is_to_have_that_very_one() {
    for site in furnished(false) {
        disk(&site, "--files own --disable-service dnsmasq").run().exits(0);
        site.write("owpkg.lock", &read_fat(&site.path().join("out"))["owpkg.lock"]);
        let refused = |options: &str, words: &[&str]| {
            site.owpkg(&format!("disk no {options}")).run().exits(2).says(words).says(&["help:"]);
            assert!(!site.holds("no"));
        };
        refused("", &["\"etc/config/network\" is missing", "--files DIR"]);
        refused("--files own --disable-service dropbear", &["another configuration of services"]);
        refused("--files own --keep-modules minimal", &["another configuration of services"]);
        put(&site, "own/etc/more", 0o644, "");
        refused("--files own", &["\"etc/more\" is not among them"]);
        fs::remove_file(site.path().join("own/etc/more")).unwrap();
        put(&site, "own/etc/config/network", 0o600, "config interface 'lan'\n");
        refused("--files own", &["\"etc/config/network\" has changed", "permissions"]);
        put(&site, "own/etc/config/network", 0o644, "another\n");
        refused("--files own", &["\"etc/config/network\" has changed"]);
    }
}

#[test]
fn a_name_that_the_router_cannot_keep_beside_another_is_refused() {
    for site in furnished(false) {
        put(&site, &format!("own/etc/{}", "x".repeat(240)), 0o644, "");
        disk(&site, "--files own").run().exits(0);
        put(&site, &format!("own/etc/{}", "y".repeat(241)), 0o644, "");
        disk(&site, "--files own").run().exits(2).says(&["its name has 241 bytes, expected at most 240"]);
    }
}

#[test]
fn a_disk_with_a_secret_is_its_owners_alone_and_says_so() {
    for site in furnished(true) {
        let told = disk(&site, "--files own").run().exits(0);
        assert!(told.out.contains("holds secrets (etc/key): only you can read it; wipe it"), "{}", told.out);
        assert_eq!(mode(&site.path().join("out")), 0o600);
        let texts = read_fat(&site.path().join("out"));
        for name in ["README.txt", "install.sh"] {
            let text = String::from_utf8(texts[name].clone()).unwrap();
            assert!(text.contains("THIS DISK HOLDS SECRETS"), "{text}");
        }
        for name in ["README.txt", "install.sh", "owpkg.lock"] {
            assert!(!texts[name].windows(7).any(|part| part == b"hunter2"), "{name}");
        }
        let json = disk(&site, "--files own --json").run().exits(0);
        assert_eq!(json.json()["configuration"]["secret"], true);
        for ran in [told, json, verify(&site).run().exits(0)] {
            assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"));
        }
        disk(&site, "--files own --format tar").run().exits(0);
        assert_eq!(mode(&site.path().join("out")), 0o600);
        let modes = read_tar(&site.path().join("out")).1;
        assert!(modes.iter().all(|(_, mode)| mode & 0o077 == 0), "{modes:?}");
        fs::remove_file(site.path().join("out")).unwrap();
        disk(&site, "--files own --format dir").run().exits(0);
        assert_eq!(mode(&site.path().join("out")), 0o700);

        fs::remove_dir_all(site.path().join("out")).unwrap();
        fs::remove_file(site.path().join("own/etc/key")).unwrap();
        disk(&site, "--files own").run().exits(0);
        assert_eq!(mode(&site.path().join("out")), 0o644);
        put(&site, "own/etc/config/wireless", 0o644, "option key 'hunter2'\n");
        let told = disk(&site, "--files own").run().exits(0);
        assert!(told.out.contains("holds secrets (etc/config/wireless)"), "{}", told.out);
    }
}

#[test]
fn verify_finds_what_became_of_the_files() {
    for site in furnished(false) {
        disk(&site, "--files own --format dir").run().exits(0);
        let fault = |words: &str| {
            let ran = verify(&site).run().exits(5);
            assert!(ran.out.contains(words), "{}", ran.out);
        };
        let network = bytes(&site, "out/files/etc/config/network");
        site.write("out/files/etc/config/network", "config interface 'LAN'\n");
        fault("files/etc/config/network: damaged: expected ");
        fs::remove_file(site.path().join("out/files/etc/config/network")).unwrap();
        fault("files/etc/config/network: missing");
        site.write("out/files/etc/config/network", network);
        verify(&site).run().exits(0);
        site.write("out/files/etc/extra", "");
        fault("files/etc/extra: does not belong here");
        fs::remove_file(site.path().join("out/files/etc/extra")).unwrap();
        let lock = site.read("out/owpkg.lock");
        site.write("out/owpkg.lock", lock.replace("/tmp/resolv.conf", "/etc/shadow"));
        fault("install.sh: is not what this owpkg writes");
        site.write("out/owpkg.lock", lock.replace("etc/config/network", "../../etc/passwd"));
        fault("owpkg.lock: damaged: ");
        site.write("out/owpkg.lock", lock.replace("mode = \"0644\"", "mode = \"100644\""));
        fault("owpkg.lock: damaged: ");
    }
    // A disk without a configuration has no place for files.
    let site = wifi().on(FORMATS[0]);
    disk(&site, "--format dir").run().exits(0);
    site.write("out/files/etc/extra", "");
    let ran = verify(&site).run().exits(5);
    assert!(ran.out.contains("files/etc/extra: does not belong here"), "{}", ran.out);
}

#[test]
fn what_no_disk_can_carry_is_refused_by_name() {
    let site = wifi().on(FORMATS[0]);
    let refused = |words: &[&str]| {
        disk(&site, "--files own").run().exits(2).says(words).says(&["help:"]);
        assert!(!site.holds("out"));
        fs::remove_dir_all(site.path().join("own")).unwrap();
        fs::create_dir(site.path().join("own")).unwrap();
    };
    disk(&site, "--files nowhere").run().exits(2).says(&["--files nowhere: expected a folder", "help:"]);
    site.write("file", "");
    disk(&site, "--files file").run().exits(2).says(&["--files file: expected a folder"]);

    site.write("own/etc/Config", "");
    site.write("own/etc/config", "");
    refused(&["\"etc/config\" and \"etc/Config\" cannot both stand", "FAT ignores case"]);
    site.write("own/etc/Config/a", "");
    site.write("own/etc/config/b", "");
    refused(&["\"etc/Config/a\" and \"etc/config\" cannot both", "FAT ignores case"]);
    site.write("own/etc/a:b", "");
    refused(&["\"etc/a:b\"", "it contains ':'"]);
    site.write("own/etc/a\nb", "");
    refused(&["etc/a\\nb", "it contains '\\n'"]);
    site.write("own/etc/dot.", "");
    refused(&["ends in a dot"]);
    site.write("own/etc/caf\u{e9}", "");
    refused(&["ASCII only"]);
    site.write(&format!("own/{}x", "d/".repeat(14)), "");
    refused(&["at most 1000 bytes and 14 parts"]);
    site.write("own/etc/owpkg/applied", "");
    refused(&["\"etc/owpkg/applied\" is the install script's own"]);
    let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"own/caf\xe9");
    if fs::create_dir_all(site.path().join("own")).is_ok()
        && fs::write(site.path().as_std_path().join(name), "").is_ok()
    {
        refused(&["whose name is not UTF-8"]);
    }
    said(Command::new("mkfifo").arg(site.path().join("own/pipe")));
    refused(&["own/pipe is a pipe, expected a file"]);
    let _socket = UnixListener::bind(site.path().join("own/socket")).unwrap();
    refused(&["own/socket is a socket, expected a file"]);
    symlink("a\nb", site.path().join("own/link")).unwrap();
    refused(&["the link \"link\" leads to \"a\\nb\""]);
    site.write("own/large", "");
    fs::OpenOptions::new()
        .write(true)
        .open(site.path().join("own/large"))
        .unwrap()
        .set_len(65 << 20)
        .unwrap();
    refused(&["\"large\"", "at most 67108864 bytes"]);
    for name in ["../x", "-x", "a b", "a/b", "$(x)"] {
        let ran = disk(&site, "--files own").arg(&format!("--disable-service={name}")).run();
        ran.exits(2).says(&["is no name of a service"]);
    }
}

#[test]
fn only_modules_that_nothing_needs_are_idle() {
    for format in FORMATS {
        let site = wifi()
            .feed("core")
            .kmod("kmod-igb", "kmod-ptp")
            .kmod("kmod-ptp", "")
            .kmod("kmod-nft", "kmod-nfnetlink")
            .kmod("kmod-nfnetlink", "")
            .kmod("kmod-ppp", "")
            .kmod("kmod-fs-vfat", "kmod-nls-cp437")
            .kmod("kmod-nls-cp437", "")
            .kmod("kmod-nls-utf8", "")
            .kmod("kmod-crypto", "")
            .kmod("kmod-uses-crypto", "kmod-crypto")
            .feed("base")
            .package("firewall4", "1")
            .depends("nftables")
            .package("nftables", "1")
            .depends("kmod-nft")
            .package("ppp", "1")
            .depends("kmod-ppp");
        let kmods = ["igb", "ptp", "nft", "nfnetlink", "ppp", "fs-vfat", "nls-cp437", "nls-utf8", "crypto"];
        let stock = kmods.iter().fold(site, |site, name| site.stock(&format!("kmod-{name}"), "6.12.71-r1"));
        let site = stock.stock("firewall4", "1").stock("nftables", "1").stock("ppp", "1").on(format);
        let idle = |options: &str| {
            let ran = site.owpkg(&format!("disk out --json --keep-modules minimal {options}"));
            ran.run().exits(0).json()["configuration"]["idle_modules"].clone()
        };
        // Programs need nft and ppp, the disk vfat and its character sets.
        assert_eq!(idle("--chip iwl7265d"), json!(["kmod-crypto", "kmod-igb", "kmod-ptp"]));
        // The plan needs what is held.
        assert_eq!(idle("--add kmod-uses-crypto"), json!(["kmod-igb", "kmod-ptp"]));
        assert_eq!(idle("--add kmod-igb"), json!(["kmod-crypto"]), "asked for, and held");
        // What only a disabled service needs goes with it, through nftables.
        let without = json!(["kmod-crypto", "kmod-igb", "kmod-nfnetlink", "kmod-nft", "kmod-ptp"]);
        assert_eq!(idle("--chip iwl7265d --disable-service firewall"), without);
        verify(&site).run().exits(0);
        let typo = "disk out --chip iwl7265d --disable-service fire";
        site.owpkg(typo).run().exits(3).says(&["did you mean firewall"]);

        let text = site.owpkg("disk out --chip iwl7265d --keep-modules minimal").run().exits(0).out;
        assert!(text.contains("stops loading the modules of up to 3 packages"), "{text}");
        let readme = String::from_utf8(read_fat(&site.path().join("out"))["README.txt"].clone()).unwrap();
        assert!(readme.contains("  kmod-igb\n") && readme.contains("modules.d.before-owpkg"), "{readme}");
    }
}

#[test]
fn modules_are_not_judged_without_facts() {
    for format in FORMATS {
        let site = Site::new(format, wifi().build(format).without("manifest"));
        let line = "--keep-modules minimal";
        disk(&site, line)
            .run()
            .exits(4)
            .says(&["not known which modules the router holds", "--installed FILE"]);
        assert!(!site.holds("out"));
        let kernel = wifi().blueprint.kernel_version();
        site.write(
            "held",
            format!(
                "kernel {kernel}\nlibc 1.2.5-r4\nbusybox 1.37.0-r1\nkmod-mt76-core 6.12.71-r1\nown-tool 1\n"
            ),
        );
        let ran = disk(&site, &format!("{line} --installed held --json")).run().exits(0);
        assert_eq!(ran.json()["configuration"]["idle_modules"], json!(["kmod-mt76-core"]));
        ran.says(&["no feed lists own-tool: modules that only these need"]);

        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        let ran = site.owpkg("disk from-lock --keep-modules minimal").run().exits(2);
        ran.says(&["a lock does not tell", "--chip"]);
    }
}

#[test]
fn a_configuration_is_told_as_json() {
    for site in furnished(false) {
        let told = disk(&site, "--files own --disable-service led --json").run().exits(0).json();
        let expected = json!({
            "files": ["etc/config/network", "usr/bin/it's a $tool"],
            "links": ["etc/resolv.conf"],
            "secret": false,
            "disable_services": ["led"],
            "idle_modules": [],
        });
        assert_eq!(told["configuration"], expected);
        assert!(disk(&site, "--json").run().exits(0).json()["configuration"].is_null());
    }
}
