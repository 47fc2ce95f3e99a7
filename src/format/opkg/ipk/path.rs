//! Paths inside a package.

use super::{IpkError, Part};

/// The longest name of a file on the router's file systems, in bytes.
const LONGEST_NAME: usize = 255;

/// Where an entry of that name lands on the router: absolute, every component checked.
pub(crate) fn on_router(part: Part, name: &[u8]) -> Result<String, IpkError> {
    let bad = |why| IpkError::BadPath { part, path: shown(name), why };
    if name.iter().any(u8::is_ascii_control) {
        return Err(bad("holds a control character"));
    }
    let mut path = String::with_capacity(name.len() + 1);
    for component in name.split(|byte| *byte == b'/') {
        match component {
            b"" | b"." => continue,
            b".." => return Err(bad("leads out of its directory")),
            long if long.len() > LONGEST_NAME => return Err(bad("has a name of more than 255 bytes")),
            plain => {
                path.push('/');
                path.push_str(&String::from_utf8_lossy(plain));
            }
        }
    }
    Ok(if path.is_empty() { "/".to_owned() } else { path })
}

/// A name as errors show it: its first characters.
pub(crate) fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().take(200).collect()
}
