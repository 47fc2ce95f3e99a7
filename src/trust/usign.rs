//! usign, OpenWrt's signify: Ed25519 keys and detached signatures in two lines of text.
//!
//! Line 1 is a comment, line 2 the base64 of `"Ed" keyid[8] key[32]` (public key) or
//! `"Ed" keyid[8] signature[64]`. The signature is plain Ed25519 (RFC 8032) over the whole message.

use std::{fmt, io};

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha512};

use super::KeyId;

/// The length in bytes of a secret key's payload: `"EdBK" rounds[4] salt[16] checksum[8] keyid[8] pair[64]`.
pub(super) const SECRET: usize = 104;

/// A usign file that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsignError {
    /// There is no second line.
    #[error("no base64 line after the comment")]
    NoPayload,
    /// The second line is not base64.
    #[error("line 2 is not base64")]
    NotBase64,
    /// The payload has another length or algorithm.
    #[error("line 2 holds {found} bytes of another kind; expected {expected} bytes that start with \"Ed\"")]
    WrongKind {
        /// Bytes that this kind of file holds.
        expected: usize,
        /// Bytes that were found.
        found: usize,
    },
    /// The key is not a point of the curve.
    #[error("the key is not a valid Ed25519 key")]
    BadKey,
    /// The secret key is sealed.
    #[error("the secret key has a passphrase, which usign does not know")]
    Passphrase,
    /// The secret key is not what its checksum says, or its halves do not belong together.
    #[error("the secret key is damaged: its checksum does not fit")]
    Damaged,
}

/// The second line decoded, when it is `length` bytes and starts with "Ed".
fn payload(text: &[u8], length: usize) -> Result<Vec<u8>, UsignError> {
    let line = text.split(|&byte| byte == b'\n').nth(1).ok_or(UsignError::NoPayload)?;
    let line = std::str::from_utf8(line.trim_ascii()).map_err(|_| UsignError::NotBase64)?;
    if line.is_empty() {
        return Err(UsignError::NoPayload);
    }
    let bytes = Base64::decode_vec(line).map_err(|_| UsignError::NotBase64)?;
    match bytes.len() == length && bytes.starts_with(b"Ed") {
        true => Ok(bytes),
        false => Err(UsignError::WrongKind { expected: length, found: bytes.len() }),
    }
}

fn text(comment: &str, payload: &[u8]) -> String {
    format!("untrusted comment: {comment}\n{}\n", Base64::encode_string(payload))
}

/// A usign public key.
#[derive(Debug, Clone)]
pub struct PublicKey {
    id: KeyId,
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads a public key file.
    pub fn parse(text: &[u8]) -> Result<PublicKey, UsignError> {
        let bytes = payload(text, 42)?;
        let key = bytes[10..].try_into().map_err(|_| UsignError::BadKey)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| UsignError::BadKey)?;
        Ok(PublicKey { id: KeyId::new(&bytes[2..10]), key })
    }

    /// The key's id, by which `/etc/opkg/keys` names its file.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The key as a file.
    pub fn to_text(&self) -> String {
        let payload = [b"Ed", self.id.as_bytes(), self.key.as_bytes()].concat();
        text(&format!("public key {}", self.id), &payload)
    }

    /// Whether `signature` is this key's signature of `message`.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.bytes);
        self.key.verify_strict(message, &signature).is_ok()
    }
}

/// A detached usign signature.
#[derive(Debug, Clone)]
pub struct Signature {
    key_id: KeyId,
    bytes: [u8; 64],
}

impl Signature {
    /// Reads a signature file (`Packages.sig`).
    pub fn parse(text: &[u8]) -> Result<Signature, UsignError> {
        let bytes = payload(text, 74)?;
        let wrong = UsignError::WrongKind { expected: 74, found: bytes.len() };
        Ok(Signature { key_id: KeyId::new(&bytes[2..10]), bytes: bytes[10..].try_into().map_err(|_| wrong)? })
    }

    /// The id of the key that signed, by the signature's own word.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The signature as a file.
    pub fn to_text(&self) -> String {
        let payload = [b"Ed", self.key_id.as_bytes(), &self.bytes].concat();
        text(&format!("signed by key {}", self.key_id), &payload)
    }
}

/// A usign secret key. It shows its id and nothing else.
pub struct SecretKey {
    id: KeyId,
    key: SigningKey,
}

impl SecretKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system has no random bytes to give.
    pub(crate) fn generate() -> io::Result<SecretKey> {
        let (mut id, mut seed) = ([0; 8], [0; 32]);
        super::random(&mut id)?;
        super::random(&mut seed)?;
        Ok(SecretKey::from_seed(id, &seed))
    }

    /// The key that grows from a 32-byte seed; `id` is free to choose, usign takes it at random.
    pub fn from_seed(id: [u8; 8], seed: &[u8; 32]) -> SecretKey {
        SecretKey { id: KeyId::new(&id), key: SigningKey::from_bytes(seed) }
    }

    /// Reads a secret key file without a passphrase, as usign and signify write it.
    pub(crate) fn parse(text: &[u8]) -> Result<SecretKey, UsignError> {
        let bytes = payload(text, SECRET)?;
        let wrong = UsignError::WrongKind { expected: SECRET, found: bytes.len() };
        let [algorithm, rounds, checksum, id, pair] =
            [0..4, 4..8, 24..32, 32..40, 40..SECRET].map(|range| &bytes[range]);
        if algorithm != b"EdBK" {
            return Err(wrong);
        }
        if rounds != [0; 4] {
            return Err(UsignError::Passphrase);
        }
        let pair = pair.try_into().map_err(|_| wrong)?;
        let key = SigningKey::from_keypair_bytes(&pair).map_err(|_| UsignError::Damaged)?;
        match checksum == &Sha512::digest(pair)[..8] {
            true => Ok(SecretKey { id: KeyId::new(id), key }),
            false => Err(UsignError::Damaged),
        }
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey { id: self.id.clone(), key: self.key.verifying_key() }
    }

    /// Signs a message; the same message always gives the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature { key_id: self.id.clone(), bytes: self.key.sign(message).to_bytes() }
    }

    /// The key as a file without a passphrase, as usign and signify write it.
    pub fn to_text(&self) -> String {
        let pair = self.key.to_keypair_bytes();
        let checksum = &Sha512::digest(pair)[..8];
        let (rounds, salt) = ([0; 4], [0; 16]);
        let payload = [b"EdBK".as_slice(), &rounds, &salt, checksum, self.id.as_bytes(), &pair].concat();
        text(&format!("private key {}", self.id), &payload)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.id)
    }
}
