//! Digests as an index states them, and the hashing that checks them.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What a digest is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestKind {
    /// SHA-256 of the whole package file (opkg).
    Sha256,
    /// SHA-256 of the package's ADB payload (apk); the file around it may be packed in several ways.
    AdbSha256,
}

impl DigestKind {
    /// The name used in JSON, the lock and the cache: `sha256` or `adb-sha256`.
    pub fn name(self) -> &'static str {
        match self {
            DigestKind::Sha256 => "sha256",
            DigestKind::AdbSha256 => "adb-sha256",
        }
    }
}

/// The digest that an index states for a package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest {
    /// What it is taken over.
    pub kind: DigestKind,
    /// The 32 bytes.
    #[serde(with = "hex_bytes")]
    pub value: [u8; 32],
}

impl Digest {
    /// A digest of a whole file.
    pub fn sha256(value: [u8; 32]) -> Digest {
        Digest { kind: DigestKind::Sha256, value }
    }

    /// A digest of an ADB payload.
    pub fn adb_sha256(value: [u8; 32]) -> Digest {
        Digest { kind: DigestKind::AdbSha256, value }
    }

    /// The value in lower-case hex.
    pub fn hex(&self) -> String {
        base16ct::lower::encode_string(&self.value)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.name(), self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is not 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 value of 64 hex digits")]
pub struct NotHex;

/// Reads 64 hex digits of either case, as opkg does.
pub(crate) fn parse_hex(text: &[u8]) -> Result<[u8; 32], NotHex> {
    let mut value = [0; 32];
    match base16ct::mixed::decode(text, &mut value) {
        Ok(decoded) if decoded.len() == 32 => Ok(value),
        _ => Err(NotHex),
    }
}

/// A SHA-256 value written as `<64 hex digits>` in JSON and TOML.
pub(crate) mod hex_bytes {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&base16ct::lower::encode_string(value))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        super::parse_hex(text.as_bytes()).map_err(D::Error::custom)
    }
}

impl FromStr for Digest {
    type Err = NotHex;

    /// Reads `<64 hex digits>` as a whole-file SHA-256.
    fn from_str(text: &str) -> Result<Digest, NotHex> {
        parse_hex(text.as_bytes()).map(Digest::sha256)
    }
}

/// A reader that counts what passes through it.
pub(crate) struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Counted<R> {
    /// Starts at nothing.
    pub(crate) fn new(inner: R) -> Counted<R> {
        Counted { inner, count: 0 }
    }

    /// The number of bytes that were read.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

/// SHA-256 of bytes at hand.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A reader that hashes and counts what passes through it.
pub(crate) struct Sha256Reader<R> {
    inner: R,
    hash: Sha256,
    length: u64,
}

impl<R: Read> Sha256Reader<R> {
    /// Starts a hash over what will be read from `inner`.
    pub(crate) fn new(inner: R) -> Sha256Reader<R> {
        Sha256Reader { inner, hash: Sha256::new(), length: 0 }
    }

    /// The hash and the number of bytes that were read.
    pub(crate) fn finish(self) -> ([u8; 32], u64) {
        (self.hash.finalize().into(), self.length)
    }
}

impl<R: Read> Read for Sha256Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(&buffer[..count]);
        self.length += count as u64;
        Ok(count)
    }
}
