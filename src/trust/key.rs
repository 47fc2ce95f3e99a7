//! A public key and a signature of any of the schemes that OpenWrt uses.

use super::KeyId;
use super::ec::{self, EcError};
use super::usign::{self, UsignError};

/// A signature of one of the schemes that OpenWrt uses.
#[derive(Debug, Clone)]
pub enum Signature {
    /// A detached usign signature over the message (opkg).
    Usign(usign::Signature),
    /// A signature block of an ADB file, whose payload is the message (apk).
    Ec(ec::Signature),
}

impl Signature {
    /// The id of the key that signed, by the signature's own word.
    pub fn key_id(&self) -> &KeyId {
        match self {
            Signature::Usign(signature) => signature.key_id(),
            Signature::Ec(signature) => signature.key_id(),
        }
    }
}

/// A public key of one of the schemes that OpenWrt uses.
#[derive(Debug, Clone)]
pub enum PublicKey {
    /// An Ed25519 key of usign.
    Usign(usign::PublicKey),
    /// A P-256 key, of apk.
    Ec(ec::PublicKey),
}

/// A key file that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is no PEM file and no usign key either.
    #[error(transparent)]
    Usign(#[from] UsignError),
    /// It is a PEM file with another kind of key.
    #[error(transparent)]
    Ec(#[from] EcError),
}

impl PublicKey {
    /// Reads a key file: a PEM file if it holds a BEGIN line, of usign otherwise.
    pub fn parse(text: &[u8]) -> Result<PublicKey, KeyError> {
        match memchr::memmem::find(text, b"-----BEGIN ") {
            Some(_) => Ok(PublicKey::Ec(ec::PublicKey::parse(text)?)),
            None => Ok(PublicKey::Usign(usign::PublicKey::parse(text)?)),
        }
    }

    /// The key's id.
    pub fn id(&self) -> &KeyId {
        match self {
            PublicKey::Usign(key) => key.id(),
            PublicKey::Ec(key) => key.id(),
        }
    }

    /// Whether `signature` is this key's signature of `message`.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        match (self, signature) {
            (PublicKey::Usign(key), Signature::Usign(signature)) => key.verifies(message, signature),
            (PublicKey::Ec(key), Signature::Ec(signature)) => key.verifies(message, signature),
            _ => false,
        }
    }
}
