//! `owpkg diff`, and comparing plans.

use owpkg::demo::{Blueprint, PackageSpec, SigningKeys};
use owpkg::format::apk::Apk;
use owpkg::format::{FORMATS, Format};
use owpkg::release::Kernel;
use owpkg::resolve::{Diff, Direction, Graph, Node, base_name};
use owpkg::trust::{Digest, ec, usign};
use serde_json::{Value, json};

use super::node;
use crate::support::run::Desk;

#[test]
fn base_names_are_without_the_abi() {
    for (name, base) in [
        ("libubox20230523", "libubox"),
        ("libblobmsg-json20240329", "libblobmsg-json"),
        ("libmbedtls21", "libmbedtls"),
        ("libwolfssl5.7.2.e624513f", "libwolfssl"),
        ("libnl-3-200", "libnl-3"),
        ("libext2fs2", "libext2fs"),
        ("libcap", "libcap"),
        ("lib64", "lib64"),
        ("kmod-ath9k", "kmod-ath9k"),
        ("iwlwifi-firmware-iwl7265d", "iwlwifi-firmware-iwl7265d"),
        ("libé2", "libé"),
    ] {
        assert_eq!(base_name(name), base, "{name}");
    }
}

fn plan(packages: &[(&str, &str)]) -> Graph {
    let node = |&(name, version): &(&str, &str)| Node { version: version.to_owned(), ..node(name) };
    Graph::new(packages.iter().map(|package| (node(package), vec![])))
}

#[test]
fn versions_move_by_the_formats_order() {
    let from = plan(&[("a", "1.9-r1"), ("b", "2.0-r1"), ("c", "1.0-r1"), ("gone", "1")]);
    let to = plan(&[("a", "1.10-r1"), ("b", "2.0_rc1-r1"), ("c", "1.0-r1"), ("new", "1")]);
    let diff = Diff::between(&from, &to, &Apk);
    let directions: Vec<(&str, Direction)> =
        diff.changed.iter().map(|change| (change.to.name.as_str(), change.direction)).collect();
    assert_eq!(directions, [("a", Direction::Up), ("b", Direction::Down)]);
    assert_eq!((diff.added[0].name.as_str(), diff.removed[0].name.as_str(), diff.same), ("new", "gone", 1));
    assert!(Diff::between(&from, &from, &Apk).is_empty());
}

#[test]
fn the_same_version_with_other_bytes_was_built_anew() {
    let with = |digest: Option<Digest>| Graph::new([(Node { digest, ..node("a") }, vec![])]);
    let [one, other] = [1, 2].map(|byte| with(Some(Digest::sha256([byte; 32]))));
    let rebuilt = Diff::between(&one, &other, &Apk);
    assert_eq!(rebuilt.changed[0].direction, Direction::Rebuilt);
    for unknown in [with(None), with(Some(Digest::adb_sha256([2; 32])))] {
        assert!(Diff::between(&one, &unknown, &Apk).is_empty());
    }
}

#[test]
fn a_library_that_is_alone_with_its_base_name_was_renamed() {
    let from = plan(&[("libubox20230523", "1"), ("libssl1", "1"), ("kmod-x1", "1")]);
    let to = plan(&[("libubox20240329", "2"), ("libssl2", "1"), ("libssl3", "1"), ("kmod-x2", "1")]);
    let diff = Diff::between(&from, &to, &Apk);
    let renamed: Vec<(&str, &str)> =
        diff.renamed.iter().map(|change| (change.from.name.as_str(), change.to.name.as_str())).collect();
    assert_eq!(renamed, [("libubox20230523", "libubox20240329")]);
    let names = |nodes: &[&Node]| nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&diff.removed), ["kmod-x1", "libssl1"]);
    assert_eq!(names(&diff.added), ["kmod-x2", "libssl2", "libssl3"]);
}

fn article(name: &str, version: &str, depends: &str) -> PackageSpec {
    let files = vec![(format!("/usr/share/{name}"), version.repeat(50).into_bytes())];
    PackageSpec {
        name: name.into(),
        version: version.into(),
        depends: depends.into(),
        files,
        ..PackageSpec::default()
    }
}

/// A release whose `app` needs these packages.
fn release(name: &str, kernel: &str, packages: &[(&str, &str)]) -> Blueprint {
    let needs: Vec<&str> = packages.iter().map(|(name, _)| *name).collect();
    let mut base = vec![article("app", "1.0-r1", &needs.join(" "))];
    base.extend(packages.iter().map(|(name, version)| article(name, version, "")));
    let kernel =
        Kernel { version: kernel.into(), release: "1".into(), vermagic: "0123456789abcdef".repeat(2) };
    let mut blueprint = Blueprint {
        release: name.into(),
        target: "x86/64".into(),
        arch: "x86_64".into(),
        kernel,
        default_packages: vec!["base-files".into()],
        manifest: vec![("libc".into(), "1.2.5-r4".into()), ("base-files".into(), "1".into())],
        feeds: vec![("core".into(), vec![article("base-files", "1", "")]), ("base".into(), base)],
        date: 1_772_668_800,
    };
    blueprint.manifest.push(("kernel".into(), blueprint.kernel_version()));
    blueprint
}

/// A mirror of two releases in the folder `mirror`, and their key in the file `key`.
fn mirror(format: &dyn Format) -> Desk {
    let desk = Desk::new();
    let signers = SigningKeys {
        usign: usign::SecretKey::from_seed([7; 8], &[7; 32]),
        ec: ec::SecretKey::from_seed(&[7; 32]).unwrap(),
    };
    let key = match format.name() {
        "opkg" => signers.usign.public().to_text(),
        _ => signers.ec.public().to_pem(),
    };
    desk.write("key", key);
    for release in [
        release("24.10.1", "6.6.86", &[("libubox20230523", "1.0-r1"), ("old", "1.0-r1"), ("iw", "6.9-r1")]),
        release("24.10.2", "6.6.93", &[("libubox20240329", "1.1-r1"), ("new", "1.0-r1"), ("iw", "6.17-r1")]),
    ] {
        for (path, bytes) in release.build(format, &signers).unwrap() {
            desk.write(&format!("mirror/releases/{}/{path}", release.release), bytes);
        }
    }
    desk
}

const SOURCE: &str = "--mirror mirror --key key --target x86/64 --add app";

/// What both ways of comparing must say, but for the names and sizes of the sides.
fn check(json: &Value, format: &str) {
    assert_eq!(json["schema"], "owpkg.diff/1");
    for (side, kernel) in [("from", "6.6.86"), ("to", "6.6.93")] {
        assert_eq!(json[side]["format"], format);
        assert_eq!(json[side]["packages"], 4);
        assert!(json[side]["kernel"].as_str().unwrap().starts_with(kernel), "{json}");
        assert!(json[side]["download_size"].is_u64());
    }
    let name_and_version = |package: &Value| json!([package["name"], package["version"]]);
    assert_eq!(name_and_version(&json["added"][0]), json!(["new", "1.0-r1"]));
    assert_eq!(name_and_version(&json["removed"][0]), json!(["old", "1.0-r1"]));
    for (kind, from, to) in [
        ("changed", json!(["iw", "6.9-r1"]), json!(["iw", "6.17-r1"])),
        ("renamed", json!(["libubox20230523", "1.0-r1"]), json!(["libubox20240329", "1.1-r1"])),
    ] {
        let change =
            json[kind].as_array().unwrap().iter().find(|change| change["direction"] == "up").unwrap();
        assert_eq!((name_and_version(&change["from"]), name_and_version(&change["to"])), (from, to));
    }
}

#[test]
fn releases_and_locks_are_compared_alike_in_both_formats() {
    for format in FORMATS {
        let desk = mirror(format);
        let releases = desk.owpkg(&format!("diff 24.10.1 24.10.2 --json {SOURCE}")).run().exits(0).json();
        check(&releases, format.name());
        for release in ["24.10.1", "24.10.2"] {
            desk.owpkg(&format!("resolve --release {release} --lock {release}.lock {SOURCE}")).run().exits(0);
        }
        let locks = desk.owpkg("diff 24.10.1.lock 24.10.2.lock --json").run().exits(0).json();
        check(&locks, format.name());
        let mixed = desk.owpkg(&format!("diff 24.10.1.lock 24.10.2 --json {SOURCE}")).run().exits(0).json();
        check(&mixed, format.name());
    }
}

#[test]
fn it_is_told_in_words() {
    let desk = mirror(&Apk);
    let ran = desk.owpkg(&format!("diff 24.10.1 24.10.2 {SOURCE}")).run().exits(0);
    for words in [
        "OpenWrt 24.10.1, x86/64 (24.10.1) → OpenWrt 24.10.2, x86/64 (24.10.2)\n",
        "kernel 6.6.86~0123456789abcdef0123456789abcdef-r1 → 6.6.93~0123456789abcdef0123456789abcdef-r1\n",
        "\nadded\n  + new 1.0-r1 ",
        "\nremoved\n  - old 1.0-r1 ",
        "  ~ iw 6.9-r1 → 6.17-r1\n",
        "\nrenamed\n  ~ libubox20230523 → libubox20240329: 1.0-r1 → 1.1-r1\n",
        "\n1 added, 1 removed, ",
    ] {
        assert!(ran.out.contains(words), "{words:?} in:\n{}", ran.out);
    }
    let back = desk.owpkg(&format!("diff 24.10.2 24.10.1 {SOURCE}")).run().exits(0);
    assert!(back.out.contains("  ~ iw 6.17-r1 → 6.9-r1 (earlier)\n"), "{}", back.out);
}

#[test]
fn nothing_changes_between_a_plan_and_itself() {
    let desk = mirror(&Apk);
    let ran = desk.owpkg(&format!("diff 24.10.1 24.10.1 {SOURCE}")).run().exits(0);
    let lines = ran.lines();
    assert!(lines[1].ends_with(", in both"), "{}", ran.out);
    assert!(lines[3].starts_with("0 added, 0 removed, 0 changed, 0 renamed, 4 the same; "), "{}", ran.out);
    assert!(lines[3].ends_with("(+0 B)"), "{}", ran.out);
}

#[test]
fn sides_that_make_no_sense_are_refused() {
    let desk = Desk::new();
    desk.owpkg("diff 24.10.1 24.10.2").run().exits(2).says(&["24.10.1 is a release", "--chip"]);
    desk.owpkg("diff a.lock b.lock").run().exits(2).says(&["the lock a.lock cannot be read"]);
    desk.owpkg("diff a.lock b.lock --chip iwl7265d").run().exits(2).says(&["both sides are locks"]);
    for source in ["--demo", "--tree tree", "--release 24.10.1"] {
        let ran = desk.owpkg(&format!("diff 24.10.1 24.10.2 --chip iwl7265d {source}")).run().exits(2);
        ran.says(&["--mirror"]);
    }
    desk.write("a.lock", "schema = 1");
    desk.owpkg("diff a.lock a.lock").run().exits(2).says(&["it is not a lock"]);
}
