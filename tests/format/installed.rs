//! Lists of what a router holds, in every form that people have, and lists that are none.

use owpkg::format::{Installed, InstalledError};

use crate::shared;

fn read(text: &str) -> Vec<(String, String)> {
    let installed = Installed::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    installed.iter().map(|(name, held)| (name.to_owned(), held.version.clone())).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
}

#[test]
fn every_form_of_a_list_is_read() {
    let expected =
        pairs(&[("base-files", "1699~f505120278"), ("wpad-basic-mbedtls", "2025.08.26~ca266cc2-r2")]);
    for (form, text) in [
        ("a manifest", "base-files - 1699~f505120278\nwpad-basic-mbedtls - 2025.08.26~ca266cc2-r2\n"),
        (
            "a manifest of apk's days",
            "base-files 1699~f505120278\nwpad-basic-mbedtls 2025.08.26~ca266cc2-r2\n",
        ),
        (
            "opkg with descriptions",
            "base-files - 1699~f505120278 - This package contains a base filesystem - and more\n with what is folded\nwpad-basic-mbedtls - 2025.08.26~ca266cc2-r2 - This package contains hostapd\n",
        ),
        (
            "apk list -I",
            "base-files-1699~f505120278 x86_64 {feeds/base/base-files} (GPL-2.0) [installed]\nwpad-basic-mbedtls-2025.08.26~ca266cc2-r2 x86_64 {hostapd} (BSD-3-Clause) [installed]\n",
        ),
        (
            "apk list",
            "base-files-1700~aaaaaaaa x86_64 {base-files} (GPL-2.0) [upgradable from: base-files-1699~f505120278]\nzile-2.4-r1 x86_64 {zile} (GPL-3.0)\nwpad-basic-mbedtls-2025.08.26~ca266cc2-r2 x86_64 {hostapd} (BSD-3-Clause) [installed]\n",
        ),
        ("apk info -v", "base-files-1699~f505120278\nwpad-basic-mbedtls-2025.08.26~ca266cc2-r2\n"),
        (
            "apk info -v with descriptions",
            "base-files-1699~f505120278 - This package contains a base filesystem\nwpad-basic-mbedtls-2025.08.26~ca266cc2-r2 - hostapd\n",
        ),
        (
            "rpcd",
            "{\n\t\"packages\": {\n\t\t\"base-files\": \"1699~f505120278\",\n\t\t\"wpad-basic-mbedtls\": \"2025.08.26~ca266cc2-r2\"\n\t}\n}\n",
        ),
        (
            "a request to an upgrade server",
            "{\"profile\": \"generic\", \"target\": \"x86/64\", \"version\": \"25.12.0\", \"packages\": [\"base-files\"], \"packages_versions\": {\"base-files\": \"1699~f505120278\", \"wpad-basic-mbedtls\": \"2025.08.26~ca266cc2-r2\"}}",
        ),
        (
            "owut",
            "ASU-Server     https://sysupgrade.openwrt.org\nTarget         x86/64\nPackage version changes:\n  base-files          1699~f505120278           1700~0123456789\n  wpad-basic-mbedtls  2025.08.26~ca266cc2-r2    missing\n\n2 packages are out-of-date\n",
        ),
        (
            "Windows' line ends",
            "base-files - 1699~f505120278\r\nwpad-basic-mbedtls - 2025.08.26~ca266cc2-r2\r\n",
        ),
    ] {
        assert_eq!(read(text), expected, "{form}");
    }
}

#[test]
fn names_without_versions_have_none() {
    let names = pairs(&[("bind-dig", ""), ("kernel", ""), ("kmod-mii", ""), ("wpad-basic-mbedtls", "")]);
    assert_eq!(read("bind-dig\toverlay\nwpad-basic-mbedtls\trom\nkmod-mii\trom\nkernel\tunknown\n"), names);
    assert_eq!(read("bind-dig\nwpad-basic-mbedtls\nkmod-mii\nkernel\n"), names);
    assert_eq!(
        read("{\"packages\": [\"bind-dig\", \"wpad-basic-mbedtls\", \"kmod-mii\", \"kernel\"]}"),
        names
    );
    let installed = Installed::parse("bind-dig\toverlay\n").expect("a list");
    assert!(installed.needs_manifest());
    assert!(!Installed::parse("bind-dig - 9.20.1-r1\n").expect("a list").needs_manifest());
    assert!(
        Installed::parse("{\"packages\":{\"bind-dig\":\"9.20.1-r1\"}}").expect("a list").needs_manifest()
    );
    if let Some(bytes) = shared::read("cases/detect/36-owut39-packagelist.json") {
        let list = read(&String::from_utf8_lossy(&bytes));
        assert!(
            list.contains(&("kernel".to_owned(), "6.12.74~88179747d2159675e813164f0cac1785-r1".to_owned()))
        );
    }
    if let Some(bytes) = shared::read("cases/detect/38-backup-installed_packages.txt") {
        assert_eq!(read(&String::from_utf8_lossy(&bytes)), names);
    }
}

#[test]
fn what_is_no_version_is_refused_by_its_line() {
    for (text, line) in [
        ("base-files - 1699\nkernel - rom\n", 2),
        ("base-files 1699\nkernel is old\n", 2),
        ("base-files - 1699\nkernel -\n", 2),
        ("base-files\trom\nkernel\t6.12\n", 2),
        ("base-files\tflash\nkernel\trom\n", 1),
        ("base-files - 1699\n../../etc - 1\n", 2),
        ("base-files - 1699\nlibc - 1.2 beta\n", 2),
        ("base-files-1699\nbusybox\n", 2),
        ("Package version changes:\n  base-files 1699\n", 2),
        ("base-files-1699 x86_64 {b} (G) [installed]\nsome words\n", 2),
    ] {
        match Installed::parse(text) {
            Err(InstalledError::UnknownForm { line: at, .. }) => assert_eq!(at, line, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in [
        "{\"packages\":{\"kernel\":\"rom\"}}",
        "{\"packages\":{\"kernel\":5}}",
        "{\"error\":1}",
        "{",
        "{\"packages\":[\"a b\"]}",
    ] {
        assert!(matches!(Installed::parse(text), Err(InstalledError::Json { .. })), "{text}");
    }
}
