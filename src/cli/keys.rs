//! Keys that the command line names, and those that the user trusts in every run.

use std::fs;
use std::io::Write as _;

use camino::Utf8PathBuf;

use super::env::Env;
use super::error::{Exit, Failure};
use super::input::{self, KEY_CAP};
use crate::files::replace_file;
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

/// A key that the user trusts in every run.
pub(super) struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// Its file.
    pub file: Utf8PathBuf,
}

/// The keys that the user trusts in every run.
///
/// # Errors
/// When the file of one cannot be read, or is no key.
pub(super) fn trusted(env: &Env) -> Result<Vec<TrustedKey>, Failure> {
    let files = env.settings.keys.iter();
    files.map(|file| Ok(TrustedKey { key: read_public(env, file.as_str())?, file: file.clone() })).collect()
}

/// Trusts a key in every run from now on: the file that it is written to.
///
/// # Errors
/// When there is no home folder, or it cannot be written.
pub(super) fn trust(env: &Env, key: &PublicKey) -> Result<Utf8PathBuf, Failure> {
    let folder = env.settings.key_folder().ok_or_else(|| {
        Failure::usage(
            "there is no home folder for trusted keys",
            "set XDG_CONFIG_HOME, or give --key FILE each time",
        )
    })?;
    fs::create_dir_all(&folder).map_err(|error| {
        Failure::new(Exit::Output, format!("the folder {folder} cannot be made: {error}"), None)
    })?;
    let file = folder.join(format!("{}.pub", key.id()));
    replace_file(&file, |file| file.write_all(key.to_text().as_bytes()))?;
    Ok(file)
}

/// Trusts a key no more: which one it was.
///
/// # Errors
/// When it is none of those that `trust` wrote, or its file cannot be removed.
pub(super) fn untrust(env: &Env, named: &str) -> Result<TrustedKey, Failure> {
    let all = trusted(env)?;
    let is_id = all.iter().any(|own| own.key.id().to_string() == named);
    let id = if is_id { named.to_owned() } else { read_public(env, named)?.id().to_string() };
    let Some(own) = all.into_iter().find(|own| own.key.id().to_string() == id) else {
        let help = "owpkg key list shows those that are; OpenWrt's own are built in";
        return Err(Failure::new(
            Exit::Unknown,
            format!("key {id} is none that you trusted"),
            Some(help.into()),
        ));
    };
    if env.settings.key_folder() != own.file.parent().map(ToOwned::to_owned) {
        let help = "take it out of keys = […] there: owpkg config show names the file";
        return Err(Failure::usage(format!("{} is trusted by your config.toml", own.file), help));
    }
    fs::remove_file(&own.file).map_err(|error| {
        Failure::new(Exit::Output, format!("{} cannot be removed: {error}", own.file), None)
    })?;
    Ok(own)
}
