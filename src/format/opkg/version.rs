//! The order of opkg's versions: `[epoch:]version[-revision]`, compared as dpkg does.

use std::cmp::Ordering;

/// Compares two versions. Every text is a version; a missing epoch or revision is zero.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Version::split(a), Version::split(b));
    a.epoch
        .cmp(&b.epoch)
        .then_with(|| compare_part(a.upstream, b.upstream))
        .then_with(|| compare_part(a.revision, b.revision))
}

struct Version<'v> {
    epoch: u64,
    upstream: &'v [u8],
    revision: &'v [u8],
}

impl Version<'_> {
    fn split(text: &str) -> Version<'_> {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) => (leading_number(epoch), rest),
            None => (0, text),
        };
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Version { epoch, upstream: upstream.as_bytes(), revision: revision.as_bytes() }
    }
}

/// The number at the start of an epoch, as strtoul reads it: what is no digit ends it.
fn leading_number(text: &str) -> u64 {
    let text = text.trim_start();
    let digits = text.strip_prefix('+').unwrap_or(text).bytes().take_while(u8::is_ascii_digit);
    digits.fold(0, |value: u64, digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

/// Alternates runs of non-digits and digits. `~` sorts before the end, letters before all other signs.
fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        while starts_with_sign(a) || starts_with_sign(b) {
            let order = rank(a.first()).cmp(&rank(b.first()));
            if order.is_ne() {
                return order;
            }
            (a, b) = (&a[1..], &b[1..]);
        }
        let (x, y);
        (x, a) = split_number(a);
        (y, b) = split_number(b);
        let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn starts_with_sign(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| !byte.is_ascii_digit())
}

fn rank(sign: Option<&u8>) -> i32 {
    match sign {
        None => 0,
        Some(digit) if digit.is_ascii_digit() => 0,
        Some(b'~') => -1,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    }
}

/// The digits at the start, without leading zeros, and what follows them.
fn split_number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    (&digits[zeros..], rest)
}
