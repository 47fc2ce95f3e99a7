//! Reading and joining locations; the names of cache entries.

use camino::Utf8Path;
use owpkg::fetch::{Location, LocationError};
use proptest::prelude::*;

fn parse(text: &str) -> Result<Location, LocationError> {
    Location::parse(text, Utf8Path::new("/home/me"))
}

#[test]
fn texts_are_read_as_a_user_means_them() {
    for (text, shown) in [
        ("http://host/releases", "http://host/releases"),
        ("HTTPS://Host:8443/a/../b/", "https://host:8443/b/"),
        ("file:/srv/openwrt", "/srv/openwrt"),
        ("file:///srv/a%20b%2Bc", "/srv/a b+c"),
        ("file://localhost/srv", "/srv"),
        ("/srv//openwrt/.", "/srv/openwrt"),
        ("mirror/24.10", "/home/me/mirror/24.10"),
        (".", "/home/me"),
        ("a:b", "/home/me/a:b"),
        ("https://me:secret@host/", "https://me:***@host/"),
    ] {
        assert_eq!(parse(text).map(|location| location.to_string()).as_deref(), Ok(shown), "{text}");
    }
}

#[test]
fn texts_that_name_no_place_are_refused() {
    let kind = |text: &str| parse(text).unwrap_err();
    assert!(matches!(kind(""), LocationError::Empty));
    assert!(matches!(kind("/srv/\0"), LocationError::Control { .. }));
    assert!(matches!(kind("/srv\n"), LocationError::Control { .. }));
    assert!(matches!(kind("ftp://host/"), LocationError::Scheme { scheme, .. } if scheme == "ftp"));
    assert!(matches!(kind("http://"), LocationError::Url { .. }));
    assert!(matches!(kind("http://host:99999/"), LocationError::Url { .. }));
    assert!(matches!(kind("http://host/?a=b"), LocationError::Query { .. }));
    assert!(matches!(kind("http://host/#top"), LocationError::Query { .. }));
    for text in
        ["file:srv", "file://otherhost/srv", "file:////srv", "file:///srv/%00", "file:///%ff", "file:"]
    {
        assert!(matches!(kind(text), LocationError::File { .. }), "{text}");
    }
}

#[test]
fn joined_names_are_escaped_for_servers_only() {
    let name = "kmod-mt76x02-common_5.15.137+2023-09-11~f1e1_x86 64%.ipk";
    let url = parse("http://host/packages/").unwrap().join(&format!("kmods/{name}")).unwrap();
    let escaped = "kmod-mt76x02-common_5.15.137%2B2023-09-11~f1e1_x86%2064%25.ipk";
    assert_eq!(url.to_string(), format!("http://host/packages/kmods/{escaped}"));
    let folder = parse("/srv").unwrap().join(name).unwrap();
    assert_eq!(folder.to_string(), format!("/srv/{name}"));
}

#[test]
fn nothing_joined_leaves_its_place() {
    let long = "x".repeat(256);
    for base in ["http://host/a/", "/srv/a"] {
        let base = parse(base).unwrap();
        for relative in [
            "",
            "/etc/passwd",
            "../b",
            "a/../../b",
            "a//b",
            "a/",
            ".",
            "a/./b",
            "a\\..\\b",
            "a\nb",
            "a\0",
            &long,
        ] {
            let refused = base.join(relative).unwrap_err();
            assert!(matches!(refused, LocationError::Segment { .. }), "{relative:?} below {base}");
        }
        // Names that only look dangerous stay names.
        for relative in ["..a", "...", "%2e%2e", "a?b", "a#b", "http:", "~", "-rf"] {
            let joined = base.join(relative).unwrap().to_string();
            assert!(joined.starts_with(&base.to_string()), "{joined}");
            assert!(!joined.contains(['?', '#']) || base.to_string().starts_with('/'), "{joined}");
        }
    }
}

proptest! {
    #[test]
    fn any_name_comes_back_from_its_url(name in "[^/\\\\\\p{Cc}]{1,60}") {
        prop_assume!(name != "." && name != "..");
        let url = parse("http://host/a").unwrap().join(&name).unwrap().to_string();
        let last = url.rsplit('/').next().unwrap();
        let decoded = percent_encoding::percent_decode_str(last).decode_utf8().unwrap();
        prop_assert_eq!(decoded, name.as_str());
        prop_assert!(!last.contains('+'));
    }
}
