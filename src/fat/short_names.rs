//! The 8.3 names that stand behind the long ones.

use std::collections::{HashMap, HashSet};

/// A name of 8 and 3 characters as it stands on the disk: padded with spaces, without the dot.
pub(super) type ShortName = [u8; 11];

const BASE: usize = 8;
/// The digits that a tail (`~1` to `~999999`) can have.
const TAIL_DIGITS: usize = 6;

/// Whether a byte may stand in an 8.3 name. Other code pages than ASCII are not used.
pub(super) fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"!#$%&'()-@^_`{}~".contains(&byte)
}

/// The 8.3 name of a long name that differs from it at most in case.
pub(super) fn exact(name: &str) -> Option<ShortName> {
    let (base, extension) = match name.rsplit_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (name, ""),
    };
    let allowed = |part: &str| part.bytes().all(|byte| is_allowed(byte.to_ascii_uppercase()));
    if base.is_empty() || base.len() > BASE || extension.len() > 3 || !allowed(base) || !allowed(extension) {
        return None;
    }
    Some(padded(base.to_ascii_uppercase().as_bytes(), extension.to_ascii_uppercase().as_bytes()))
}

/// Whether the 8.3 name says everything, so that no long name is needed.
pub(super) fn says_all(name: &str, short: &ShortName) -> bool {
    !name.bytes().any(|byte| byte.is_ascii_lowercase()) && exact(name).as_ref() == Some(short)
}

/// Gives every name of one directory an 8.3 name of its own, in order. `None` if the tails run out.
///
/// Names that are 8.3 names already come first: a reader looks for both forms, so no tail may take them.
pub(super) fn assign<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<Vec<ShortName>> {
    let taken: HashSet<ShortName> = names.clone().filter_map(exact).collect();
    let mut tails = Tails { taken, next: HashMap::new() };
    names.map(|name| exact(name).or_else(|| tails.give(name))).collect()
}

/// An 8.3 name for a further name beside those that are taken. `None` if the tails run out.
pub(super) fn beside(taken: HashSet<ShortName>, name: &str) -> Option<ShortName> {
    match exact(name).filter(|short| !taken.contains(short)) {
        Some(short) => Some(short),
        None => Tails { taken, next: HashMap::new() }.give(name),
    }
}

/// Hands out tails. A counter for each prefix and number of digits keeps thousands of alike names linear.
struct Tails {
    taken: HashSet<ShortName>,
    next: HashMap<(ShortName, usize), usize>,
}

impl Tails {
    fn give(&mut self, name: &str) -> Option<ShortName> {
        let (base, extension) = reduced(name);
        for digits in 1..=TAIL_DIGITS {
            let prefix = &base[..base.len().min(BASE - 1 - digits)];
            let first = 10_usize.pow(digits as u32 - 1);
            let number = self.next.entry((padded(prefix, &extension), digits)).or_insert(first);
            while *number < first * 10 {
                let short = padded(&[prefix, format!("~{number}").as_bytes()].concat(), &extension);
                *number += 1;
                if !self.taken.contains(&short) {
                    return Some(short);
                }
            }
        }
        None
    }
}

/// Base and extension with what 8.3 lacks dropped (dots, spaces) or replaced (everything else) by `_`.
fn reduced(name: &str) -> (Vec<u8>, Vec<u8>) {
    let name = name.trim_start_matches(['.', ' ']);
    let (base, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let reduce = |part: &str, most: usize| -> Vec<u8> {
        part.chars()
            .filter(|c| !matches!(c, '.' | ' '))
            .map(|c| {
                u8::try_from(c.to_ascii_uppercase()).ok().filter(|&byte| is_allowed(byte)).unwrap_or(b'_')
            })
            .take(most)
            .collect()
    };
    let base = reduce(base, BASE);
    (if base.is_empty() { b"_".to_vec() } else { base }, reduce(extension, 3))
}

fn padded(base: &[u8], extension: &[u8]) -> ShortName {
    let mut short = [b' '; BASE + 3];
    for (to, from) in short.iter_mut().zip(base) {
        *to = *from;
    }
    for (to, from) in short[BASE..].iter_mut().zip(extension) {
        *to = *from;
    }
    short
}
