//! The apk format: real indexes, hostile ones, versions, dependencies, choice and writing.

mod real;
mod versions;

use std::path::{Path, PathBuf};

use owpkg::index::apk::{Apk, Entry, write_index};
use owpkg::index::{Feed, FeedId, Format, IndexError, Parsed, Universe};
use owpkg::trust::ec::SecretKey;
use owpkg::trust::{Digest, Keyring, Signed, SignedFile, Unsigned, Verified, sha256};

/// Real data beside the checkout; none, and a line that says so, where it is absent.
fn shared(path: &str) -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if !shared.is_dir() {
        println!("skipped: no ../shared");
        return None;
    }
    Some(shared.join(path))
}

/// The key that signs what the tests write.
fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32]).expect("a number below the curve's order")
}

/// A keyring that trusts that key alone.
fn keyring() -> Keyring {
    let mut keyring = Keyring::empty();
    keyring.add(key().public().to_pem().as_bytes(), "the tests' key").expect("a PEM file");
    keyring
}

/// Opens an index and verifies it with the tests' key.
fn verified(bytes: Vec<u8>) -> Result<Verified<Signed>, IndexError> {
    let signed = Apk.open(vec![SignedFile { name: "packages.adb", bytes }])?;
    Ok(keyring().verify(signed, "the index", Unsigned::Refuse).expect("the tests' signature"))
}

/// An entry of a made-up package, whose digest grows from its name and version.
fn entry(name: &str, version: &str, depends: &str, provides: &str) -> Entry {
    let digest = Digest::adb_sha256(sha256(format!("{name} {version} {depends} {provides}").as_bytes()));
    Entry {
        name: name.to_owned(),
        version: version.to_owned(),
        arch: "x86_64".to_owned(),
        depends: depends.to_owned(),
        provides: provides.to_owned(),
        installed_size: 1,
        packed: Some((1, digest)),
        ..Entry::default()
    }
}

/// Calls `check` with the universe of one feed of these entries.
fn with_universe<T>(entries: &[Entry], check: impl FnOnce(&Universe<'_>) -> T) -> T {
    let index = write_index(entries, &[&key()]).expect("entries of good grammar");
    let signed = verified(index.bytes).expect("an index of our own");
    let parsed: Parsed<'_> = Apk.parse(&signed, FeedId(0)).expect("an index of our own");
    assert_eq!(parsed.warnings, []);
    let feed = Feed { name: "base".to_owned(), location: "base".to_owned() };
    check(&Universe::join(&Apk, "x86_64", [(feed, parsed)]))
}
