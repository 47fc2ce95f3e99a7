//! What is read from a file that the command line names, or from standard input, for which `-` stands.

use std::fs::File;
use std::io::{self, Read};

use super::env::Env;
use super::error::Failure;
use crate::lock::Lock;

/// The largest lock that is read, in bytes: that of all packages of a release.
pub(crate) const LOCK_CAP: u64 = 8 << 20;
/// The largest file with a public key that is read, in bytes.
pub(crate) const KEY_CAP: u64 = 64 << 10;

/// All of a file, or of standard input.
///
/// # Errors
/// When it cannot be read, or is larger than `cap` bytes.
pub(crate) fn read(env: &mut Env, name: &str, cap: u64) -> io::Result<Vec<u8>> {
    match name {
        "-" => all_of(&mut env.stdin, cap),
        _ => read_file(env, name, cap),
    }
}

/// All of a file.
///
/// # Errors
/// When it cannot be read, or is larger than `cap` bytes.
pub(crate) fn read_file(env: &Env, name: &str, cap: u64) -> io::Result<Vec<u8>> {
    all_of(&mut File::open(env.path(name))?, cap)
}

/// The first bytes of a file.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read_start(env: &Env, name: &str, bytes: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(env.path(name))?.take(bytes).read_to_end(&mut start)?;
    Ok(start)
}

/// The lock in a file.
///
/// # Errors
/// When it cannot be read, of which `unreadable` makes a failure, or is no lock.
pub(crate) fn read_lock(
    env: &Env,
    name: &str,
    unreadable: impl FnOnce(io::Error) -> Failure,
) -> Result<Lock, Failure> {
    let bytes = read_file(env, name, LOCK_CAP).map_err(unreadable)?;
    Lock::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| Failure::from(error).about(name))
}

fn all_of(input: &mut dyn Read, cap: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let count = input.take(cap.saturating_add(1)).read_to_end(&mut bytes)?;
    match count as u64 > cap {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {cap} bytes"))),
        false => Ok(bytes),
    }
}
