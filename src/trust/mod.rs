//! Who vouches for the bytes.
//!
//! The chain is key → index → digest → bytes. Its two links are checked here and nowhere else:
//! [`Keyring::verify`] checks the signature of an index, [`Expected::check`] the digest of a package
//! file that such an index lists. Both answer with a [`Verified`], which nothing outside this module can
//! make: parsers take only a `Verified` index and writers only `Verified` content, so writing bytes that
//! nobody vouched for does not compile.

mod artifact;
mod digest;
#[doc(hidden)]
pub mod ec;
mod key;
mod keyring;
mod unsigned;
#[doc(hidden)]
pub mod usign;

use std::fmt;
use std::io;
use std::ops::Deref;

pub use artifact::{Artifact, Expected, Measure, Proof};
pub(crate) use digest::{Counted, Sha256Reader, hex_bytes, parse_hex};
pub use digest::{Digest, DigestKind, sha256};
pub use key::{KeyError, PublicKey, Scheme, SecretKey, Signature};
pub use keyring::{Keyring, Signed, SignedFile, TrustError, Unsigned};
pub use unsigned::UnsignedFeeds;

/// A value that chains to a trusted key, or that the user accepted unsigned by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T> {
    value: T,
    by: Authority,
}

impl<T> Verified<T> {
    /// Who vouches for the value.
    pub fn by(&self) -> &Authority {
        &self.by
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Who vouches for a [`Verified`] value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Authority {
    /// The trusted keys whose signatures were found good; never empty.
    Keys(Vec<KeyId>),
    /// Nobody: the user said `--accept-unsigned`.
    Nobody,
}

impl Authority {
    /// The ids of the keys, in lower-case hex; empty when nobody vouches.
    pub fn key_ids(&self) -> Vec<String> {
        match self {
            Authority::Keys(keys) => keys.iter().map(ToString::to_string).collect(),
            Authority::Nobody => Vec::new(),
        }
    }
}

/// The name of a public key: 8 bytes for usign, 16 for apk, written in lower-case hex.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Box<[u8]>);

impl KeyId {
    /// An id from its raw bytes.
    pub fn new(bytes: &[u8]) -> KeyId {
        KeyId(bytes.into())
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Fills a buffer with random bytes of the operating system.
fn random(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(io::Error::other)
}
