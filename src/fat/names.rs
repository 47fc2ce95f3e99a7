//! Which names FAT can hold, and when two of them are the same.

use super::NameFault;

/// The most UTF-16 units that a long name can have.
const MAX_UNITS: usize = 255;

/// Checks one part of a path.
pub(crate) fn check(name: &str) -> Result<(), NameFault> {
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    if name == "." || name == ".." {
        return Err(NameFault::Dots);
    }
    let forbidden = |c: char| matches!(c, '"' | '*' | ':' | '<' | '>' | '?' | '\\' | '|') || c.is_control();
    if let Some(found) = name.chars().find(|&c| forbidden(c)) {
        return Err(NameFault::Character(found));
    }
    if name.ends_with(['.', ' ']) {
        return Err(NameFault::TrailingDotOrSpace);
    }
    let units = name.encode_utf16().count();
    if units > MAX_UNITS {
        return Err(NameFault::TooLong { units });
    }
    Ok(())
}

/// The name without case. Letters whose upper case is more than one letter stay as they are, as in the
/// one-to-one tables of the systems that read FAT.
pub(super) fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_uppercase();
    }
    name.chars()
        .map(|c| {
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(single), None) => single,
                _ => c,
            }
        })
        .collect()
}
