//! Small pieces of listings: slots, ids, words of a line.

use crate::hardware::device::{hex16, is_hex};

/// Longest name that is passed on.
const MAX_NAME: usize = 120;

/// The first `most` bytes of a text, to a whole character.
pub(super) fn prefix(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A line without the white space, the `>` and `|`, and the marks of lists that mail and forums put before it.
pub(super) fn unquote(line: &str) -> &str {
    let bare = line.trim();
    let bare = match bare.strip_prefix(['>', '|']) {
        Some(rest) if !rest.starts_with("__") => rest.trim_start_matches(['>', '|', ' ', '\t']),
        _ => bare,
    };
    ["- ", "* ", "• "].iter().find_map(|mark| bare.strip_prefix(mark)).unwrap_or(bare).trim_start()
}

/// A name without anything that could harm a terminal, and of bounded length.
pub(super) fn name(text: &str) -> String {
    let printable = text.trim().chars().filter(|c| !c.is_control() && !is_direction(*c));
    printable.take(MAX_NAME).collect()
}

/// Characters that turn the direction of the text around them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first `[vvvv:dddd]` of a text: what is before it, and the two numbers.
pub(super) fn bracketed_id(text: &str) -> Option<(&str, u16, u16)> {
    let mut from = 0;
    while let Some(open) = memchr::memchr(b'[', &text.as_bytes()[from..]) {
        let start = from + open;
        if let Some((vendor, device)) = text.get(start + 1..start + 10).and_then(id_pair)
            && text.as_bytes().get(start + 10) == Some(&b']')
        {
            return Some((&text[..start], vendor, device));
        }
        from = start + 1;
    }
    None
}

/// `vvvv:dddd`, and nothing else.
pub(super) fn id_pair(text: &str) -> Option<(u16, u16)> {
    let (vendor, device) = text.split_once(':')?;
    Some((hex16(vendor)?, hex16(device)?))
}

/// Words of a text that are two numbers of four hex digits: `(8086:095a)`, but no part of an address or a time.
pub(super) fn loose_ids(text: &str) -> impl Iterator<Item = (u16, u16)> {
    let marks: &[char] = &['(', ')', '[', ']', '<', '>', '{', '}', '"', '\'', ',', ';', '.', '=', '?', '!'];
    text.split_whitespace().filter_map(move |word| {
        let word = word.trim_matches(marks);
        let word = ["pci:", "usb:", "sdio:", "ID:", "id:"]
            .iter()
            .find_map(|mark| word.strip_prefix(mark))
            .unwrap_or(word);
        id_pair(word)
    })
}

/// The last `[hhhh]` of a text, of exactly four hex digits.
pub(super) fn bracketed_number(text: &str) -> Option<&str> {
    let (before, _) = text.rsplit_once(']')?;
    let (_, digits) = before.rsplit_once('[')?;
    hex16(digits).map(|_| digits)
}

/// Whether a word is a PCI slot: `02:00.0`, `0000:02:00.0`.
pub(super) fn is_slot(word: &str) -> bool {
    let Some((bus_device, function)) = word.split_once('.') else { return false };
    let mut parts = bus_device.rsplit(':');
    let two = |part: Option<&str>| part.is_some_and(|part| part.len() == 2 && is_hex(part));
    function.len() == 1
        && is_hex(function)
        && two(parts.next())
        && two(parts.next())
        && parts.next().is_none_or(|domain| domain.len() >= 4 && is_hex(domain))
        && parts.next().is_none()
}

/// The value after `key`, as far as it is hex digits, without `0x`.
pub(super) fn hex_after<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let (_, rest) = line.split_once(key)?;
    let rest = rest.strip_prefix("0x").unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// A number of at most four hex digits.
pub(super) fn number16(digits: &str) -> Option<u16> {
    (digits.len() <= 8)
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
        .and_then(|number| u16::try_from(number).ok())
}

/// A number of at most two hex digits.
pub(super) fn number8(digits: &str) -> Option<u8> {
    number16(digits).and_then(|number| u8::try_from(number).ok())
}

/// One to four hex digits, and nothing else.
pub(super) fn hex_word(text: &str) -> Option<u16> {
    let text = text.trim();
    (matches!(text.len(), 1..=4) && is_hex(text)).then(|| u16::from_str_radix(text, 16).ok()).flatten()
}

/// The classes of network devices in the words of `lspci`, `lshw` and `hwinfo`, with their numbers.
const CLASSES: [(&str, &str); 14] = [
    ("ethernet controller", "0200"),
    ("ethernet interface", "0200"),
    ("wlan controller", "0280"),
    ("wireless interface", "0280"),
    ("network controller", "0280"),
    ("network interface", "0280"),
    ("bluetooth", "0d11"),
    ("rf controller", "0d10"),
    ("wireless controller", "0d80"),
    ("802.1a controller", "0d20"),
    ("802.1b controller", "0d21"),
    ("infiniband controller", "0207"),
    ("fabric controller", "0208"),
    ("broadband", "0d12"),
];

/// The number of a class that is written in words, as far as it is one of a network device.
pub(super) fn class_code(words: &str) -> Option<&'static str> {
    let words = words.trim().to_ascii_lowercase();
    CLASSES.iter().find(|(name, _)| words.starts_with(name)).map(|(_, code)| *code)
}
