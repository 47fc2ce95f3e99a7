//! Keys that the command line names.

use super::env::Env;
use super::error::Failure;
use super::input::{self, KEY_CAP};
use crate::trust::usign::UsignError;
use crate::trust::{KeyError, PublicKey, SecretKey};

/// Reads a secret key.
pub(crate) fn read_secret(env: &Env, file: &str) -> Result<SecretKey, Failure> {
    let bytes = read(env, file)?;
    SecretKey::parse(&bytes).map_err(|error| {
        if PublicKey::parse(&bytes).is_ok() {
            let message = format!("{file} is a public key, and signing needs the secret one");
            return Failure::usage(message, "give the other file of the pair; owpkg key new makes a pair");
        }
        let help = match error {
            KeyError::Usign(UsignError::Passphrase) => {
                "usign and owpkg take keys without one: signify -G -n makes such, and owpkg key new"
            }
            _ => "owpkg key new makes one; OpenWrt's own build has key-build (usign) and private-key.pem",
        };
        Failure::usage(format!("{file} is not a secret key: {error}"), help)
    })
}

/// Reads a key of which only the public half is asked for.
pub(crate) fn read_public(env: &Env, file: &str) -> Result<PublicKey, Failure> {
    let bytes = read(env, file)?;
    let secret = SecretKey::parse(&bytes).map(|key| key.public());
    secret.or_else(|_| PublicKey::parse(&bytes)).map_err(|error| {
        let help = "a usign key is a comment and a line of base64, a key of apk a PEM file on P-256";
        Failure::usage(format!("{file} is not a key: {error}"), help)
    })
}

fn read(env: &Env, file: &str) -> Result<Vec<u8>, Failure> {
    input::read_file(env, file, KEY_CAP).map_err(|error| {
        Failure::usage(
            format!("the key {file} cannot be read: {error}"),
            "is the name right? owpkg key new makes a key",
        )
    })
}
