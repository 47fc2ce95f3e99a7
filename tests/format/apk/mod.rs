//! The apk format: real indexes and made-up ones, hostile input, versions, choice, packages, lists of what is installed.

mod choice;
mod hostile;
mod installed;
mod packages;
mod properties;
mod real;
mod signatures;
mod versions;
mod writing;

use std::path::{Path, PathBuf};

use owpkg::format::apk::adb::{BlockKind, BlockWriter, Blocks, unpack};
use owpkg::format::apk::{Apk, Entry, write_index};
use owpkg::format::{Feed, FeedId, IndexError, IndexFiles, Universe};
use owpkg::trust::ec::SecretKey;
use owpkg::trust::{Digest, Keyring, Signed, SignedFile, Unsigned, Verified, sha256};

/// Real data beside the checkout; none, and a line that says so, where it is absent.
fn shared(path: &str) -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if !shared.is_dir() {
        crate::support::judges::skipped("no ../shared");
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

/// Opens an index, whoever signed it.
fn opened(bytes: Vec<u8>) -> Result<Verified<Signed>, IndexError> {
    let signed = Apk.open(vec![SignedFile { name: "packages.adb", bytes }])?;
    Ok(Keyring::empty().verify(signed, "the index", Unsigned::Accept).expect("accepted by name"))
}

/// A file that is not packed, of these blocks.
fn file(schema: &[u8; 4], blocks: &[(BlockKind, &[u8])]) -> Vec<u8> {
    let mut writer = BlockWriter::new(Vec::new(), u32::from_le_bytes(*schema)).expect("memory");
    blocks.iter().for_each(|(kind, payload)| writer.block(*kind, &[payload]).expect("memory"));
    writer.into_inner()
}

/// The blocks of a file.
fn blocks(packed: &[u8]) -> Vec<(BlockKind, Vec<u8>)> {
    let mut blocks = Blocks::open(unpack(packed).expect("a wrapper")).expect("a header");
    let mut found = Vec::new();
    while let Some(block) = blocks.next_block().expect("a block") {
        found.push((block.kind, block.into_bytes(1 << 20).expect("a payload")));
    }
    found
}

/// An entry of a made-up package, whose digest grows from its name, its version and its lists.
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

/// Calls `check` with the universe of feeds of these entries.
fn with_universe<T>(feeds: &[Vec<Entry>], check: impl FnOnce(&Universe<'_>) -> T) -> T {
    let indexes: Vec<_> = feeds
        .iter()
        .map(|entries| {
            let index = write_index(entries, &[&key()]).expect("entries of good grammar");
            opened(index.bytes).expect("an index of our own")
        })
        .collect();
    let parsed = (0..).zip(&indexes).map(|(position, index)| {
        let parsed = Apk.parse(index, FeedId(position)).expect("an index of our own");
        assert_eq!(parsed.warnings, []);
        (Feed { name: position.to_string(), location: position.to_string(), custom: false }, parsed)
    });
    check(&Universe::join(&Apk, "x86_64", parsed))
}
