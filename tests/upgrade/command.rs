//! `owpkg fill --with-image` and `owpkg diff` of a router.

use owpkg::lock::Lock;

use super::releases::{Server, format, series, with_images, x86};
use super::router::Far;
use crate::cli::image::{described, gzip};
use crate::image::build::{Boot, Root, recipe};

const FILL: &str = "fill owpkg-request.txt stick/ --with-image";

#[test]
fn the_stick_holds_image_disk_and_script() {
    let server = Server::new();
    let far = Far::new("24.10.2").add(&["tcpdump", "libpcap1", "dnsmasq-full"]);
    far.ask(&server);
    let ran = server.owpkg(&format!("{FILL} --release 25.12.0")).run().exits(0);
    for words in [
        "release 24.10.2 → 25.12.0",
        "packages opkg → apk",
        "sh upgrade.sh",
        "making room",
        "dnsmasq (for dnsmasq-full)",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    let readme = server.desk.read("stick/README.txt");
    for words in [
        "OpenWrt 24.10.2 → 25.12.0 for acme,far (x86/64)",
        "tcpdump 1.0-r1 → 4.99.25-r1",
        "sh /tmp/pkgs/upgrade.sh",
    ] {
        assert!(readme.contains(words), "{words}: {readme}");
    }
    let (name, _, _, bytes) = x86("25.12.0").swap_remove(2);
    assert_eq!(name, "openwrt-25.12.0-x86-64-generic-squashfs-combined.img.gz");
    assert!(std::fs::read(server.desk.path().join("stick").join(&name)).unwrap() == bytes);
    let lock = Lock::parse(&server.desk.read("stick/disk/owpkg.lock")).unwrap();
    assert_eq!((lock.release.as_deref(), lock.router, lock.format.as_str()), (Some("25.12.0"), None, "apk"));
    assert_eq!(lock.replaced.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["dnsmasq"]);
    server.desk.owpkg("verify stick/disk --key usign --key ec").run().exits(0);
}

#[test]
fn a_release_that_is_skipped_and_guesses_are_said() {
    let server = Server::new();
    Far::new("22.03.7").add(&["plainmqtt", "auc"]).ask(&server);
    let ran = server.owpkg(&format!("{FILL} --release 25.12.0")).run().exits(0);
    for words in [
        "This skips 23.05 and 24.10.",
        "guessed: no table knows of these\n  plainmqtt 1.0-r1 → plainmqtt-ssl 25.12-r1",
        "auc 1.0-r1 → owut 25.12-r1 (does the same)",
        "coming along, as these need them\n  + rpcd-newer 25.12-r1",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
}

#[test]
fn what_has_no_successor_is_named_first_and_can_be_omitted() {
    let server = Server::new();
    Far::new("22.03.7").add(&["oldthing", "tcpdump"]).ask(&server);
    let line = format!("{FILL} --release 25.12.0");
    server.owpkg(&line).run().exits(4).says(&["has nothing like oldthing", "--omit oldthing", "--add"]);
    assert!(!server.desk.holds("stick"));
    server.owpkg(&format!("{line} --omit oldthing")).run().exits(0);
    assert!(
        server
            .desk
            .read("stick/README.txt")
            .contains("gone: the new release has nothing like it\n  - oldthing")
    );
}

#[test]
fn without_marks_the_image_of_the_old_release_tells() {
    let server = Server::new();
    let far = Far::new("24.10.2").without_marks().add(&["tcpdump"]);
    far.ask(&server);
    let names = || {
        let lock = Lock::parse(&server.desk.read("stick/disk/owpkg.lock")).unwrap();
        lock.packages.into_iter().map(|package| package.name).collect::<Vec<_>>()
    };
    server.owpkg(&format!("{FILL} --release 25.12.0")).run().exits(0);
    assert_eq!(names(), ["libpcap1", "tcpdump"]);

    // The first version of the form had neither marks nor the kind of the machine.
    let request = server.desk.read("owpkg-request.txt").replace("owpkg-request 2", "owpkg-request 1");
    let later = ["boot:", "root:", "compat:", "memory:", "flash:"];
    let of_first = |line: &&str| !later.iter().any(|key| line.starts_with(key));
    let unmarked = |line: &str| line.strip_suffix(" unknown").unwrap_or(line).to_owned() + "\n";
    server
        .desk
        .write("owpkg-request.txt", request.lines().filter(of_first).map(unmarked).collect::<String>());
    let _ = std::fs::remove_dir_all(server.desk.path().join("stick"));
    let line = format!("{FILL} --release 25.12.0");
    server.owpkg(&line).run().exits(2).says(&["whether UEFI or a BIOS starts it"]);
    server.owpkg(&format!("{line} --kind combined --filesystem squashfs")).run().exits(0);
    assert_eq!(names(), ["libpcap1", "tcpdump"]);

    // Where a tree stands for the new release, the old one has to be named.
    let _ = std::fs::remove_dir_all(server.desk.path().join("stick"));
    let tree = "fill owpkg-request.txt stick/ --with-image --kind combined --filesystem squashfs --key usign --key ec \
                --tree server/releases/25.12.0";
    server.desk.owpkg(tree).run().exits(2).says(&["which of the router's", "--old-tree"]);
    server.desk.owpkg(&format!("{tree} --old-tree server/releases/24.10.2")).run().exits(0);
    assert_eq!(names(), ["libpcap1", "tcpdump"]);
}

#[test]
fn without_a_release_it_brings_the_router_back_to_its_own() {
    let server = Server::new();
    Far::new("24.10.2").add(&["tcpdump"]).ask(&server);
    server.owpkg(FILL).run().exits(0);
    let readme = server.desk.read("stick/README.txt");
    assert!(readme.starts_with("OpenWrt 24.10.2 as it was"), "{readme}");
    assert!(readme.contains("After a reset"), "{readme}");
    assert!(server.desk.holds("stick/openwrt-24.10.2-x86-64-generic-squashfs-combined.img.gz"));
}

#[test]
fn the_same_is_told_as_json() {
    let server = Server::new();
    Far::new("24.10.2").add(&["tcpdump"]).ask(&server);
    let told = server.owpkg(&format!("{FILL} --release 25.12.0 --json")).run().exits(0).json();
    assert_eq!(told["schema"], "owpkg.disk/1");
    assert_eq!(told["upgrade"]["schema"], "owpkg.upgrade/1");
    assert_eq!(told["upgrade"]["packages"][0]["fate"], "kept");
    assert_eq!(told["upgrade"]["packages"][0]["new"][0]["version"], "4.99.25-r1");
}

#[test]
fn flags_of_the_upgrade_need_it() {
    let server = Server::new();
    Far::new("24.10.2").ask(&server);
    for flag in ["--fresh", "--kind combined", "--filesystem ext4", "--old-tree x"] {
        server
            .owpkg(&format!("fill owpkg-request.txt out.img {flag}"))
            .run()
            .exits(2)
            .says(&["--with-image"]);
    }
    server
        .owpkg("fill owpkg-request.txt out.img --release 25.12.0")
        .run()
        .exits(2)
        .says(&["answered by the request"]);
}

#[test]
fn a_difference_for_a_router_shows_it_all_beforehand() {
    let server = Server::new();
    let far = Far::new("22.03.7").add(&["oldthing", "tcpdump", "auc"]);
    far.ask(&server);
    let lists = [
        ("request", server.desk.read("owpkg-request.txt")),
        ("marks", "busybox\trom\ntcpdump\toverlay\nauc\toverlay\noldthing\toverlay\n".to_owned()),
    ];
    for (name, list) in lists {
        server.desk.write(name, list);
        let line = format!("diff 22.03.7 25.12.0 --installed {name}");
        let told = server.owpkg(&line).run().exits(0);
        for words in
            ["release 22.03.7 → 25.12.0", "→ owut", "gone: the new release has nothing like it\n  - oldthing"]
        {
            assert!(told.out.contains(words), "{name}: {words}: {}", told.out);
        }
        let json = server.owpkg(&format!("{line} --json")).run().exits(0).json();
        assert_eq!(json["schema"], "owpkg.upgrade/1");
        assert_eq!(json["skipped"], serde_json::json!(["23.05", "24.10"]));
        let fates: Vec<_> =
            json["packages"].as_array().unwrap().iter().map(|one| (&one["old"], &one["fate"])).collect();
        assert_eq!(
            format!("{fates:?}"),
            r#"[(String("auc"), String("replaced")), (String("oldthing"), String("gone")), (String("tcpdump"), String("kept"))]"#
        );
    }
}

#[test]
fn an_image_for_a_new_disk_carries_the_routers_own_packages() {
    let server = Server::new();
    let name = "openwrt-25.12.0-x86-64-generic-ext4-combined-efi.img.gz";
    let bytes = described(gzip(&recipe(Boot::Efi, Root::Ext4).make().bytes()));
    let images: &[_] = &[(name, "combined-efi", "ext4", bytes)];
    let files = series("25.12.0").build(format("25.12.0"));
    server.put("25.12.0", &with_images(files, "x86/64", &[("generic", &[], images)]));
    Far::new("24.10.2").add(&["tcpdump", "auc"]).ask(&server);
    let request = server.desk.read("owpkg-request.txt").replace("boot: bios", "boot: efi");
    server.desk.write("owpkg-request.txt", request);
    let line = "image new.img --from-request owpkg-request.txt --release 25.12.0";
    server.owpkg(line).run().exits(4).says(&["has nothing like auc", "--omit auc"]);
    assert!(!server.desk.holds("new.img"));
    let told = server.owpkg(&format!("{line} --omit auc --json")).run().exits(0).json();
    assert_eq!(told["disk"]["packages"], 2, "{told}");
    server.desk.owpkg("verify new.img --key usign --key ec").run().exits(0);
}

#[test]
fn what_is_omitted_by_either_name_is_left_out() {
    let server = Server::new();
    Far::new("22.03.7").add(&["tcpdump", "auc", "wpad-basic-wolfssl"]).ask(&server);
    for omit in ["auc", "owut"] {
        let _ = std::fs::remove_dir_all(server.desk.path().join("stick"));
        let ran = server.owpkg(&format!("{FILL} --release 25.12.0 --omit {omit}")).run().exits(0);
        assert!(ran.out.contains("left out, as it was asked for\n  auc 1.0-r1\n"), "{}", ran.out);
        let lock = Lock::parse(&server.desk.read("stick/disk/owpkg.lock")).unwrap();
        let names: Vec<&str> = lock.packages.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["libpcap1", "tcpdump", "wpad-basic-mbedtls"]);
    }
}
