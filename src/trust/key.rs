//! A key and a signature of any of the schemes that OpenWrt uses.

use std::io;

use super::KeyId;
use super::ec::{self, EcError};
use super::usign::{self, UsignError};

/// A way to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// usign's Ed25519 (opkg).
    Usign,
    /// ECDSA over P-256 (apk).
    Ec,
}

/// A signature of one of the schemes that OpenWrt uses.
#[derive(Debug, Clone)]
pub enum Signature {
    /// A detached usign signature over the message (opkg).
    Usign(usign::Signature),
    /// A signature block of an ADB file, whose payload is the message (apk).
    Ec(ec::Signature),
}

impl Signature {
    /// Its scheme.
    pub fn scheme(&self) -> Scheme {
        match self {
            Signature::Usign(_) => Scheme::Usign,
            Signature::Ec(_) => Scheme::Ec,
        }
    }

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

impl KeyError {
    /// Whether the file is a secret key where a public one belongs.
    pub fn is_secret(&self) -> bool {
        match self {
            KeyError::Usign(UsignError::WrongKind { found, .. }) => *found == usign::SECRET,
            KeyError::Ec(error) => *error == EcError::Secret,
            KeyError::Usign(_) => false,
        }
    }
}

/// Whether a key file is a PEM file.
fn is_pem(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"-----BEGIN ").is_some()
}

impl PublicKey {
    /// Reads a key file: a PEM file if it holds a BEGIN line, of usign otherwise.
    pub fn parse(text: &[u8]) -> Result<PublicKey, KeyError> {
        match is_pem(text) {
            true => Ok(PublicKey::Ec(ec::PublicKey::parse(text)?)),
            false => Ok(PublicKey::Usign(usign::PublicKey::parse(text)?)),
        }
    }

    /// Its scheme.
    pub fn scheme(&self) -> Scheme {
        match self {
            PublicKey::Usign(_) => Scheme::Usign,
            PublicKey::Ec(_) => Scheme::Ec,
        }
    }

    /// The key as a file, always the same for the same key.
    pub fn to_text(&self) -> String {
        match self {
            PublicKey::Usign(key) => key.to_text(),
            PublicKey::Ec(key) => key.to_pem(),
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

/// A secret key of one of the schemes that OpenWrt uses. It shows its id and nothing else.
#[derive(Debug)]
pub enum SecretKey {
    /// An Ed25519 key of usign.
    Usign(usign::SecretKey),
    /// A P-256 key, of apk.
    Ec(ec::SecretKey),
}

impl SecretKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system has no random bytes to give.
    pub fn generate(scheme: Scheme) -> io::Result<SecretKey> {
        Ok(match scheme {
            Scheme::Usign => SecretKey::Usign(usign::SecretKey::generate()?),
            Scheme::Ec => SecretKey::Ec(ec::SecretKey::generate()?),
        })
    }

    /// Reads a key file: a PEM file if it holds a BEGIN line, of usign otherwise.
    pub fn parse(text: &[u8]) -> Result<SecretKey, KeyError> {
        match is_pem(text) {
            true => Ok(SecretKey::Ec(ec::SecretKey::parse(text)?)),
            false => Ok(SecretKey::Usign(usign::SecretKey::parse(text)?)),
        }
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        match self {
            SecretKey::Usign(key) => PublicKey::Usign(key.public()),
            SecretKey::Ec(key) => PublicKey::Ec(key.public()),
        }
    }

    /// The key as a file, without a passphrase: for the one place where it is kept.
    pub fn to_text(&self) -> String {
        match self {
            SecretKey::Usign(key) => key.to_text(),
            SecretKey::Ec(key) => key.to_pem(),
        }
    }
}
