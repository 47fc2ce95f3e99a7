//! apk's signatures: ECDSA over P-256, in SIG blocks of an ADB file; keys are PEM files.
//!
//! A SIG block of version 0 holds `u8 version, u8 hash, u8 key id[16]` and the signature in DER. What is signed,
//! with SHA-512, is the file's schema, these 18 bytes and the hash of the ADB payload. A key's id is the start of
//! the SHA-512 of its uncompressed point.

use std::{fmt, io};

use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey, LineEnding};
use sha2::{Digest, Sha256, Sha512};

use super::KeyId;

/// The length of what precedes the signature in a SIG block.
const HEADER: usize = 18;
/// The length of a key's id in bytes.
const ID: usize = 16;

/// A PEM file that is no key of P-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EcError {
    /// There is no block of a public key.
    #[error("no BEGIN PUBLIC KEY and END PUBLIC KEY")]
    NoKey,
    /// There is a secret key where a public one belongs.
    #[error("a BEGIN PRIVATE KEY and no BEGIN PUBLIC KEY")]
    Secret,
    /// There is no block of a secret key.
    #[error("no BEGIN EC PRIVATE KEY or BEGIN PRIVATE KEY with its END")]
    NoSecret,
    /// The block holds something else.
    #[error("not an elliptic-curve key on P-256 (prime256v1)")]
    NotP256,
}

/// The PEM block of that label, with its first and last line; OpenWrt's build writes a remark before it.
fn block<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let start = text.find(&begin)?;
    let length = text[start..].find(&end)? + end.len();
    Some(&text[start..start + length])
}

/// A public key on P-256.
#[derive(Debug, Clone)]
pub struct PublicKey {
    id: KeyId,
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads a PEM file; text around the key does not matter.
    pub fn parse(text: &[u8]) -> Result<PublicKey, EcError> {
        let text = String::from_utf8_lossy(text);
        let is_secret = SecretKey::block(&text).is_some();
        let pem =
            block(&text, "PUBLIC KEY").ok_or(if is_secret { EcError::Secret } else { EcError::NoKey })?;
        let key = VerifyingKey::from_public_key_pem(pem).map_err(|_| EcError::NotP256)?;
        Ok(PublicKey::new(key))
    }

    fn new(key: VerifyingKey) -> PublicKey {
        let point = key.to_sec1_point(false);
        PublicKey { id: KeyId::new(&Sha512::digest(point.as_bytes())[..ID]), key }
    }

    /// The key's id.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The key as a PEM file.
    pub fn to_pem(&self) -> String {
        // Encoding a valid point of fixed size has no way to fail.
        self.key.to_public_key_pem(LineEnding::LF).unwrap_or_default()
    }

    /// Whether `signature` is this key's signature of an ADB payload.
    pub fn verifies(&self, payload: &[u8], signature: &Signature) -> bool {
        let Ok(der) = DerSignature::try_from(&signature.der[..]) else { return false };
        let signed = signature.header.digest(payload);
        signed.is_some_and(|signed| self.key.verify_prehash(&signed, &der).is_ok())
    }
}

/// What is signed beside the payload.
#[derive(Debug, Clone)]
struct Header {
    schema: u32,
    block: [u8; HEADER],
}

impl Header {
    /// SHA-512 of what is signed, if the payload's hash is one that is known: 3 SHA-256, 4 SHA-512, 5 the first 20
    /// bytes of SHA-256.
    fn digest(&self, payload: &[u8]) -> Option<[u8; 64]> {
        let hash = match self.block[1] {
            3 => Sha256::digest(payload).to_vec(),
            4 => Sha512::digest(payload).to_vec(),
            5 => Sha256::digest(payload)[..20].to_vec(),
            _ => return None,
        };
        let signed = Sha512::new().chain_update(self.schema.to_le_bytes());
        Some(signed.chain_update(self.block).chain_update(hash).finalize().into())
    }
}

/// A signature of an ADB payload.
#[derive(Debug, Clone)]
pub struct Signature {
    key_id: KeyId,
    header: Header,
    der: Vec<u8>,
}

impl Signature {
    /// Reads a SIG block of a file of a schema; none if it is of another version: apk passes over such.
    #[doc(hidden)]
    pub fn parse(schema: u32, block: &[u8]) -> Option<Signature> {
        let (header, der) = block.split_first_chunk::<HEADER>()?;
        let known = header[0] == 0;
        let key_id = KeyId::new(&header[2..]);
        known.then(|| Signature { key_id, header: Header { schema, block: *header }, der: der.to_vec() })
    }

    /// The id of the key that signed, by the signature's own word.
    pub(crate) fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The signature as a SIG block.
    pub fn to_block(&self) -> Vec<u8> {
        [&self.header.block[..], &self.der].concat()
    }
}

/// A secret key on P-256. It shows its id and nothing else.
pub struct SecretKey {
    key: SigningKey,
}

impl SecretKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system has no random bytes to give.
    pub(crate) fn generate() -> io::Result<SecretKey> {
        let mut seed = [0; 32];
        // All but one number in four thousand million are keys.
        loop {
            super::random(&mut seed)?;
            if let Some(key) = SecretKey::from_seed(&seed) {
                return Ok(key);
            }
        }
    }

    /// Reads a PEM file as openssl writes it, in the form of SEC 1 or of PKCS #8; text around the key does not matter.
    pub(crate) fn parse(text: &[u8]) -> Result<SecretKey, EcError> {
        let text = String::from_utf8_lossy(text);
        let pem = SecretKey::block(&text).ok_or(EcError::NoSecret)?;
        let sec1 = p256::SecretKey::from_sec1_pem(pem).ok();
        let key = sec1.or_else(|| p256::SecretKey::from_pkcs8_pem(pem).ok()).ok_or(EcError::NotP256)?;
        Ok(SecretKey { key: key.into() })
    }

    fn block(text: &str) -> Option<&str> {
        block(text, "EC PRIVATE KEY").or_else(|| block(text, "PRIVATE KEY"))
    }

    /// The key as a PEM file in the form of SEC 1, as `openssl ecparam -genkey` and OpenWrt's build write it.
    pub(crate) fn to_pem(&self) -> String {
        let key = p256::SecretKey::from(&self.key);
        // Encoding a valid key of fixed size has no way to fail.
        key.to_sec1_pem(LineEnding::LF).map(|pem| pem.to_string()).unwrap_or_default()
    }

    /// The key whose number is the 32 bytes, big-endian; none if that is zero or past the curve's order.
    pub fn from_seed(seed: &[u8; 32]) -> Option<SecretKey> {
        SigningKey::from_slice(seed).ok().map(|key| SecretKey { key })
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey::new(*self.key.verifying_key())
    }

    /// Signs an ADB payload of a file of a schema; the same payload always gives the same signature.
    pub fn sign(&self, schema: u32, payload: &[u8]) -> Signature {
        const SHA512: u8 = 4;
        let key_id = self.public().id;
        let mut block = [0; HEADER];
        block[1] = SHA512;
        block[2..].copy_from_slice(key_id.as_bytes());
        let header = Header { schema, block };
        let signed = header.digest(payload).unwrap_or([0; 64]);
        // Signing fails for digests shorter than half the curve's size only.
        let signature: Result<DerSignature, _> = self.key.sign_prehash(&signed);
        Signature { key_id, header, der: signature.map(|der| der.as_bytes().to_vec()).unwrap_or_default() }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public().id)
    }
}
