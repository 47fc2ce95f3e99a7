//! Lists of what a router holds, as apk prints and keeps them.

use owpkg::format::{Installed, InstalledError, InstalledPackage};

fn held(version: &str, provides: &[(&str, Option<&str>)]) -> InstalledPackage {
    let provides = provides.iter().map(|(name, version)| ((*name).to_owned(), version.map(str::to_owned)));
    InstalledPackage { version: version.to_owned(), provides: provides.collect() }
}

#[test]
fn database() {
    let text = "C:Q1Oogcv/ySwvYwkdru8/IGKigVsXY=\nP:libubox20260213\nV:2026.03.13~81563384-r2\nA:x86_64\nS:29529\nI:57477\n\
                T:Basic utility library\nU:\nL:ISC\nk:10\nD:libc\np:libubox libubox-any\nF:lib\nR:libubox.so\n\
                Z:Q1LPJNul+wow4m6DsqxbninhsWHlw=\n\nC:Q16lFH60wDdg0QEC9QxpixABulcBA=\nP:kmod-mii\nV:6.12.74-r1\n\
                p:kmod-mii-any v=2\n";
    let installed = Installed::parse(text).expect("a database");
    assert_eq!(installed.len(), 2);
    let libubox = held("2026.03.13~81563384-r2", &[("libubox", None), ("libubox-any", None)]);
    assert_eq!(installed.get("libubox20260213"), Some(&libubox));
    let mii = held("6.12.74-r1", &[("kmod-mii-any", None), ("v", Some("2"))]);
    assert_eq!(installed.get("kmod-mii"), Some(&mii));
}

#[test]
fn list_of_installed() {
    let text = "base-files-1699~f505120278 x86_64 {feeds/base/base-files} (GPL-2.0) [installed]\n\
                libubox20260213-2026.03.13~81563384-r2 x86_64 {feeds/base/libs/libubox} (ISC) [installed]\n\
                meta-1.0-r1 noarch {meta} () [installed]\n";
    let installed = Installed::parse(text).expect("a list");
    let found: Vec<_> = installed.iter().map(|(name, held)| (name, held.version.as_str())).collect();
    let expected = [
        ("base-files", "1699~f505120278"),
        ("libubox20260213", "2026.03.13~81563384-r2"),
        ("meta", "1.0-r1"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn names_with_versions() {
    let text = "autossh-1.4g-r5\nkmod-usb-net-rtl8152-6.12.74-r1\nr8169-firmware-20251125-r1\n464xlat-13\n";
    let installed = Installed::parse(text).expect("a list");
    let found: Vec<_> = installed.iter().map(|(name, held)| (name, held.version.as_str())).collect();
    let expected = [
        ("464xlat", "13"),
        ("autossh", "1.4g-r5"),
        ("kmod-usb-net-rtl8152", "6.12.74-r1"),
        ("r8169-firmware", "20251125-r1"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn names_without_versions_are_refused() {
    let refused = Installed::parse("base-files-1699\nbusybox\n").expect_err("a refusal");
    assert_eq!(refused, InstalledError::UnknownForm { line: 2, text: "busybox".to_owned() });
}

#[test]
fn noise_is_refused() {
    let refused = Installed::parse("WARNING: opening something failed\n").expect_err("a refusal");
    assert!(matches!(refused, InstalledError::UnknownForm { line: 1, .. }));
}
