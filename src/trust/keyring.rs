//! The keys that are trusted, and the check of an index's signature.

use std::collections::BTreeSet;

use super::{Authority, KeyError, KeyId, PublicKey, Signature, Verified};

/// The keys of official releases, embedded; `indexes/keys/README.md` tells where they come from.
const OFFICIAL: [&str; 9] = [
    include_str!("../../indexes/keys/usign/1035ac73cc4e59e3"),
    include_str!("../../indexes/keys/usign/2f8b0b98e08306bf"),
    include_str!("../../indexes/keys/usign/4d017e6f1ed5d616"),
    include_str!("../../indexes/keys/usign/792d9d9b39f180dc"),
    include_str!("../../indexes/keys/usign/b5043e70f9a75cde"),
    include_str!("../../indexes/keys/usign/d310c6f2833e97f7"),
    include_str!("../../indexes/keys/usign/f94b9dd6febac963"),
    include_str!("../../indexes/keys/apk/openwrt-25.12.pem"),
    include_str!("../../indexes/keys/apk/openwrt-snapshots.pem"),
];

/// A downloaded index, split into what was signed and by whom it says it was.
#[derive(Debug)]
pub struct Signed {
    /// The files as the server gave them, under their names in the feed's folder: what a disk carries.
    pub files: Vec<SignedFile>,
    /// The bytes that the signatures cover: the inflated `Packages`, or the ADB payload of `packages.adb`.
    pub message: Vec<u8>,
    /// The signatures that came with it.
    pub signatures: Vec<Signature>,
}

/// One upstream file of an index, byte for byte.
#[derive(Debug, Clone)]
pub struct SignedFile {
    /// `Packages.gz`, `Packages.sig`, `packages.adb`.
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

impl Verified<Signed> {
    /// The upstream files, each vouched for as the whole is: they unpack to what was signed.
    pub fn files(&self) -> Vec<Verified<SignedFile>> {
        let vouch = |file: &SignedFile| Verified { value: file.clone(), by: self.by.clone() };
        self.value.files.iter().map(vouch).collect()
    }
}

/// What to do about an index that no trusted key vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unsigned {
    #[default]
    Refuse,
    /// Take it, and say so in every output: the user's explicit `--accept-unsigned`.
    Accept,
}

/// The trusted public keys.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    keys: Vec<PublicKey>,
    /// The ids of those that sign official releases.
    official: BTreeSet<KeyId>,
}

/// Input that no trusted key vouches for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// No signature came with it.
    #[error("{what} is not signed")]
    Unsigned {
        /// The index, by URL or path.
        what: String,
    },
    /// No signature came with it, although an official key signed the rest of its release.
    #[error("{what} is not signed by an official key, as the rest of the release is")]
    Stripped {
        /// The index, by URL or path.
        what: String,
    },
    /// It is signed, but by keys that are not trusted.
    #[error("{what} is signed by key {}, which is not trusted{}", signed_by.join(", "), in_words(given))]
    ForeignKey {
        /// The index, by URL or path.
        what: String,
        /// The ids of the keys that signed.
        signed_by: Vec<String>,
        /// The ids of the trusted keys.
        trusted: Vec<String>,
        /// Those of them that are of no official release.
        given: Vec<String>,
        /// Those of these that are of another kind than the keys that signed.
        other_kind: Vec<String>,
    },
    /// It says that a trusted key signed it, and the signature is wrong: the bytes were changed.
    #[error("{what} does not have the bytes that key {key} signed")]
    WrongSignature {
        /// The index, by URL or path.
        what: String,
        /// The key that the signature names.
        key: String,
    },
    /// A key file that is none.
    #[error("{what} is not a public key: {source}")]
    BadKey {
        /// The key file.
        what: String,
        /// What is wrong with it.
        source: KeyError,
    },
}

/// The keys that were given beside the official ones.
fn in_words(given: &[String]) -> String {
    if given.is_empty() { String::new() } else { format!(" (given: {})", given.join(", ")) }
}

impl TrustError {
    /// What it is about.
    pub fn what(&self) -> &str {
        match self {
            TrustError::Unsigned { what }
            | TrustError::Stripped { what }
            | TrustError::ForeignKey { what, .. }
            | TrustError::WrongSignature { what, .. }
            | TrustError::BadKey { what, .. } => what,
        }
    }

    /// The same of what is called otherwise, like `it` where its name is said already.
    #[must_use]
    pub fn about(mut self, name: &str) -> TrustError {
        match &mut self {
            TrustError::Unsigned { what }
            | TrustError::Stripped { what }
            | TrustError::ForeignKey { what, .. }
            | TrustError::WrongSignature { what, .. }
            | TrustError::BadKey { what, .. } => name.clone_into(what),
        }
        self
    }
}

impl Keyring {
    /// No key at all.
    pub fn empty() -> Keyring {
        Keyring::default()
    }

    /// The keys of the official releases.
    pub fn official() -> Keyring {
        let mut keyring = Keyring::default();
        // Each of the embedded files is one.
        OFFICIAL
            .iter()
            .filter_map(|text| PublicKey::parse(text.as_bytes()).ok())
            .for_each(|key| keyring.pin(key));
        keyring
    }

    /// Trusts a key as one of those that sign official releases, whose metadata is always signed too: what nobody vouches
    /// for is not believed beside it.
    pub fn pin(&mut self, key: PublicKey) {
        self.official.insert(key.id().clone());
        self.keys.push(key);
    }

    /// Whether a key of official releases vouches for something.
    pub fn is_official(&self, by: &Authority) -> bool {
        match by {
            Authority::Keys(ids) => ids.iter().any(|id| self.official.contains(id)),
            Authority::Nobody => false,
        }
    }

    /// Trusts one more public key, given as the content of its file, usign's or PEM; `what` names the file in
    /// errors.
    pub fn add(&mut self, text: &[u8], what: &str) -> Result<(), TrustError> {
        let key =
            PublicKey::parse(text).map_err(|source| TrustError::BadKey { what: what.to_owned(), source })?;
        self.keys.push(key);
        Ok(())
    }

    /// The trusted key of an id, in hex.
    pub fn get(&self, id: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.id().to_string() == id)
    }

    /// The ids of the trusted keys, in hex.
    pub fn ids(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.id().to_string()).collect()
    }

    /// Checks the signatures of an index; `what` names it in errors. One good one is enough, and a wrong one
    /// in the name of a trusted key is refused whatever the policy says.
    pub fn verify(
        &self,
        signed: Signed,
        what: &str,
        unsigned: Unsigned,
    ) -> Result<Verified<Signed>, TrustError> {
        let mut good = Vec::new();
        let mut wrong = None;
        for signature in &signed.signatures {
            let mut named = self.keys.iter().filter(|key| key.id() == signature.key_id()).peekable();
            if named.peek().is_none() {
                continue;
            }
            match named.any(|key| key.verifies(&signed.message, signature)) {
                true if good.contains(signature.key_id()) => {}
                true => good.push(signature.key_id().clone()),
                false => wrong = Some(signature.key_id().to_string()),
            }
        }
        if !good.is_empty() {
            return Ok(Verified { value: signed, by: Authority::Keys(good) });
        }
        if let Some(key) = wrong {
            return Err(TrustError::WrongSignature { what: what.to_owned(), key });
        }
        if unsigned == Unsigned::Accept {
            return Ok(Verified { value: signed, by: Authority::Nobody });
        }
        let signed_by: Vec<String> = signed.signatures.iter().map(|s| s.key_id().to_string()).collect();
        Err(match signed_by.is_empty() {
            true => TrustError::Unsigned { what: what.to_owned() },
            false => {
                let of_kind = |key: &&PublicKey| signed.signatures.iter().any(|s| s.scheme() == key.scheme());
                let added = || self.keys.iter().filter(|key| !self.official.contains(key.id()));
                let id = |key: &PublicKey| key.id().to_string();
                TrustError::ForeignKey {
                    what: what.to_owned(),
                    trusted: self.ids(),
                    given: added().map(id).collect(),
                    other_kind: added().filter(|key| !of_kind(key)).map(id).collect(),
                    signed_by,
                }
            }
        })
    }
}
