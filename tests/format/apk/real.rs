//! Indexes and keys that real builds published.

use std::collections::BTreeMap;
use std::fs;

use owpkg::format::apk::Apk;
use owpkg::format::{FeedId, IndexFiles};
use owpkg::trust::{Authority, DigestKind, Keyring, SignedFile, TrustError, Unsigned};

/// The five feeds of a build of 25.12.2 for x86/64, and how many packages each holds.
const FEEDS: [(&str, usize); 5] = [
    ("targets/x86/64/packages", 1186),
    ("packages/x86_64/base", 130),
    ("packages/x86_64/luci", 171),
    ("packages/x86_64/packages", 9),
    ("packages/x86_64/routing", 1),
];

fn file(folder: &str, name: &str) -> Option<Vec<u8>> {
    let path = super::shared("indexes/apk-25.12.2-x86-64")?.join(folder).join(name);
    Some(fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn builders_key() -> Option<Keyring> {
    let mut keyring = Keyring::empty();
    keyring.add(&file("keys", "cunliu-build-key.pem")?, "the builder's key").expect("a PEM file");
    Some(keyring)
}

#[test]
fn every_feed_is_verified_and_read() {
    let Some(keyring) = builders_key() else { return };
    for (folder, count) in FEEDS {
        let bytes = file(folder, "packages.adb").expect("shared data");
        let signed = Apk.open(vec![SignedFile { name: "packages.adb", bytes }]).expect(folder);
        let index = keyring.verify(signed, folder, Unsigned::Refuse).expect(folder);
        assert_eq!(index.by().key_ids(), keyring.ids());
        let parsed = Apk.parse(&index, FeedId(0)).expect(folder);
        assert_eq!(parsed.warnings, [], "{folder}");
        assert_eq!(parsed.packages().len(), count, "{folder}");

        let json: serde_json::Value =
            serde_json::from_slice(&file(folder, "index.json").expect("shared data")).expect(folder);
        let stated: BTreeMap<_, _> = json["packages"].as_object().expect(folder).iter().collect();
        // index.json cuts the ABI version off a name that has one.
        assert_eq!(parsed.packages().len(), stated.len(), "{folder}");
        let same =
            |name: &str, version| stated.iter().any(|(n, v)| name.starts_with(n.as_str()) && **v == version);
        for package in parsed.packages() {
            assert!(same(package.name, package.version), "{package}");
            assert_eq!(package.digest.map(|digest| digest.kind), Some(DigestKind::AdbSha256));
            assert_eq!(package.file, format!("{}-{}.apk", package.name, package.version));
        }
    }
}

#[test]
fn every_field_is_read() {
    let (Some(keyring), Some(bytes)) = (builders_key(), file("packages/x86_64/base", "packages.adb")) else {
        return;
    };
    let signed = Apk.open(vec![SignedFile { name: "packages.adb", bytes }]).expect("a good index");
    let index = keyring.verify(signed, "base", Unsigned::Refuse).expect("a good signature");
    let parsed = Apk.parse(&index, FeedId(3)).expect("a good index");
    let package =
        parsed.packages().into_iter().find(|package| package.name == "libubox20260213").expect("libubox");
    assert_eq!(package.version, "2026.03.13~81563384-r2");
    assert_eq!(package.arch, "x86_64");
    assert_eq!(package.feed, FeedId(3));
    assert_eq!(package.provider_priority, 10);
    assert_eq!((package.size, package.installed_size), (Some(29529), Some(57477)));
    assert_eq!(package.description, "Basic utility library");
    assert_eq!(
        package.digest.map(|digest| digest.hex()).as_deref(),
        Some("6405f46f47087bb99d25397b057078ed56eba2ac16575eba2aa02395cc48961b")
    );
    let depends: Vec<String> = package.depends.iter().map(ToString::to_string).collect();
    assert_eq!(depends, ["libc"]);
    let provides: Vec<_> = package.provides.iter().map(|provide| (provide.name, provide.version)).collect();
    assert_eq!(provides, [("libubox", None), ("libubox-any", None)]);
}

#[test]
fn without_the_builders_key_it_is_refused() {
    for (folder, _) in FEEDS {
        let Some(bytes) = file(folder, "packages.adb") else { return };
        let open =
            || Apk.open(vec![SignedFile { name: "packages.adb", bytes: bytes.clone() }]).expect(folder);
        let official = Keyring::official();
        match official.verify(open(), folder, Unsigned::Refuse) {
            Err(TrustError::ForeignKey { signed_by, trusted, .. }) => {
                assert_eq!(signed_by, builders_key().expect("shared data").ids());
                assert_eq!(trusted, official.ids());
            }
            other => panic!("{other:?}"),
        }
        let accepted = official.verify(open(), folder, Unsigned::Accept).expect("accepted by name");
        assert_eq!(*accepted.by(), Authority::Nobody);
    }
}

#[test]
fn the_official_keys_are_embedded() {
    let ids = Keyring::official().ids();
    assert!(ids.contains(&"026c4bef63b5dcffaf46115a5f610f76".to_owned()), "openwrt-25.12.pem");
    assert!(ids.contains(&"51137f08ad577844d5fcfffda85dfb2f".to_owned()), "openwrt-snapshots.pem");
    assert!(ids.contains(&"b5043e70f9a75cde".to_owned()), "the usign keys stay");
    assert_eq!(ids.len(), 9);
}
