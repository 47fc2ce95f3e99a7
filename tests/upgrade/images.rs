//! Which image a router gets, and which ones it must not get.

use serde_json::{Value, json};

use super::releases::{Server, format, image, series, with_images};
use super::router::Far;
use crate::support::run::Ran;

/// Three routers as `profiles.json` has them (openwrt, target/linux/{ath79,mvebu,ramips}/image): target, device, the names
/// by which the router knows itself.
const ROUTERS: [(&str, &str, &[&str]); 3] = [
    ("ath79/generic", "tplink_archer-c7-v2", &["tplink,archer-c7-v2", "archer-c7-v2"]),
    ("mvebu/cortexa9", "linksys_wrt3200acm", &["linksys,wrt3200acm", "armada-385-linksys-rango"]),
    ("ramips/mt7621", "xiaomi_mi-router-3g", &["xiaomi,mi-router-3g", "R3G", "mir3g"]),
];

/// A release of a target with the device and another, whose images say this.
fn server(target: &str, device: &str, supported: &[&str], about: &Value) -> Server {
    let server = Server::empty();
    let mut builder = series("25.12.0");
    builder.blueprint.target = target.to_owned();
    let name =
        |kind: &str| format!("openwrt-25.12.0-{}-{device}-squashfs-{kind}.bin", target.replace('/', "-"));
    let bytes = image(target, about);
    let files = with_images(
        builder.build(format("25.12.0")),
        target,
        &[
            (
                "acme_other",
                &["acme,other"],
                &[("other-sysupgrade.bin", "sysupgrade", "squashfs", bytes.clone())],
            ),
            (
                device,
                supported,
                &[
                    (&name("factory"), "factory", "squashfs", b"factory".to_vec()),
                    (&name("sysupgrade"), "sysupgrade", "squashfs", bytes),
                ],
            ),
        ],
    );
    server.put("25.12.0", &files);
    server
}

/// The answer to a router of 24.10.2 that has tcpdump, its request changed.
fn fill(server: &Server, target: &str, board: &str, line: &str, change: impl Fn(String) -> String) -> Ran {
    let far = Far::new("24.10.2").add(&["tcpdump"]);
    far.router().write("tmp/sysinfo/board_name", board);
    let request = far.asker.request().replace("target: x86/64", &format!("target: {target}"));
    server.desk.write("owpkg-request.txt", change(request));
    let _ = std::fs::remove_dir_all(server.desk.path().join("stick"));
    let ran =
        server.owpkg(&format!("fill owpkg-request.txt stick/ --with-image --release 25.12.0 {line}")).run();
    assert_eq!(server.desk.holds("stick"), ran.code == 0, "{ran:?}");
    ran
}

#[test]
fn each_router_gets_its_own_image_by_any_of_its_names() {
    for (target, device, names) in ROUTERS {
        let server = server(target, device, names, &json!({"supported_devices": names}));
        for board in names {
            fill(&server, target, board, "", |request| request).exits(0);
            let file = format!(
                "stick/openwrt-25.12.0-{}-{device}-squashfs-sysupgrade.bin",
                target.replace('/', "-")
            );
            assert!(server.desk.holds(&file), "{file}");
        }
    }
}

#[test]
fn what_sysupgrade_would_refuse_is_refused_before_anything_is_written() {
    let (target, device, names) = ROUTERS[1];
    let board = names[0];
    let same = |request: String| request;
    let refused =
        |about: Value, board: &str, line: &str, change: &dyn Fn(String) -> String, words: &[&str]| {
            let server = server(target, device, names, &about);
            fill(&server, target, board, line, change).exits(4).says(words);
        };
    let good = json!({"supported_devices": names});
    refused(
        good.clone(),
        "linksys,wrt32x",
        "",
        &same,
        &["no image for the board \"linksys,wrt32x\"", "linksys,wrt3200acm"],
    );
    refused(
        good.clone(),
        "acme,else",
        "",
        &same,
        &["no image for the board", "https://openwrt.org/toh/start"],
    );
    refused(
        json!({"supported_devices": ["linksys,wrt1900acs"]}),
        board,
        "",
        &same,
        &["is for other devices", "linksys,wrt1900acs"],
    );
    let elsewhere = json!({"version": {"target": "mvebu/cortexa53"}, "supported_devices": names});
    refused(elsewhere, board, "", &same, &["another target", "mvebu/cortexa53"]);
    let layout = json!({"compat_version": "2.0", "compat_message": "Partition design has changed",
        "supported_devices": ["x - Image version mismatch"], "new_supported_devices": names});
    refused(
        layout.clone(),
        board,
        "",
        &same,
        &["version 1.0 of the device's layout, the image 2.0", "Partition design has"],
    );
    refused(layout.clone(), board, "--fresh", &same, &["cannot be reached by an upgrade"]);
    let dsa = json!({"compat_version": "1.1", "compat_message": "Config cannot be migrated from swconfig to DSA",
        "supported_devices": ["x"], "new_supported_devices": names});
    refused(
        dsa.clone(),
        board,
        "",
        &same,
        &["configuration does not fit", "from swconfig to DSA", "--fresh"],
    );
    refused(
        good,
        board,
        "",
        &|request| request.replace("release: 24.10.2", "release: 26.01.0"),
        &["25.12.0 is older than the router's 26.01.0", "--fresh"],
    );

    let to_dsa = server(target, device, names, &dsa);
    fill(&to_dsa, target, board, "--fresh", same).exits(0);
    assert!(to_dsa.desk.read("stick/upgrade.sh").contains("\nfresh=yes\n"));
    fill(&to_dsa, target, board, "", |request| request.replace("compat: \n", "compat: 1.1\n")).exits(0);
    let to_2 = server(target, device, names, &layout);
    fill(&to_2, target, board, "", |request| request.replace("compat: \n", "compat: 2.0\n")).exits(0);
    fill(&to_2, "ath79/generic", board, "", same).exits(4).says(&["has no target ath79/generic"]);
}

#[test]
fn x86_gets_the_kind_that_it_runs() {
    let server = Server::new();
    let names = |line: &str, change: &dyn Fn(String) -> String| -> Ran {
        fill(&server, "x86/64", "qemu", line, change)
    };
    for (boot, root, expected) in [
        ("bios", "squashfs", "squashfs-combined.img.gz"),
        ("efi", "squashfs", "squashfs-combined-efi.img.gz"),
        ("bios", "ext4", "ext4-combined.img.gz"),
        ("efi", "ext4", "ext4-combined-efi.img.gz"),
    ] {
        let change = |request: String| {
            request
                .replace("boot: bios", &format!("boot: {boot}"))
                .replace("root: squashfs", &format!("root: {root}"))
        };
        names("", &change).exits(0);
        assert!(
            server.desk.holds(&format!("stick/openwrt-25.12.0-x86-64-generic-{expected}")),
            "{boot} {root}"
        );
    }
    let silent =
        |request: String| request.replace("boot: bios", "boot: ").replace("root: squashfs", "root: ");
    names("", &silent).exits(2).says(&["whether UEFI or a BIOS starts it", "--kind combined-efi"]);
    names("--kind combined", &silent)
        .exits(2)
        .says(&["which file system its root has", "--filesystem squashfs"]);
    names("--kind combined --filesystem ext4", &silent).exits(0);
    names("--kind uboot", &silent).exits(4).says(&["no image of generic of the router's kind", "uboot"]);
    let odd = |request: String| request.replace("root: squashfs", "root: f2fs");
    names("", &odd).exits(4).says(&["expected f2fs", "combined squashfs"]);
}

#[test]
fn a_router_without_the_flash_for_it_gets_no_stick() {
    let server = Server::new();
    let flash = |request: String| {
        let mut lines: Vec<&str> = request.lines().collect();
        let at = lines.iter().position(|line| line.starts_with("flash: ")).unwrap();
        lines[at] = "flash: 0 kB";
        lines.join("\n") + "\n"
    };
    fill(&server, "x86/64", "qemu", "", flash).exits(4).says(&["too little space"]);
}
