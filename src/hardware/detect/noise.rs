//! What stands between a listing and its reader: encodings, and what mail, forums and terminals add to lines or take
//! from them.

use std::borrow::Cow;

use super::scan::{hex_word, is_slot, prefix};
use super::windows;

/// The text of a file in UTF-8 or, as Windows writes it, UTF-16; what is neither is replaced.
pub fn decode(bytes: &[u8]) -> String {
    let wide = match bytes {
        [0xff, 0xfe, body @ ..] => Some((u16::from_le_bytes as fn([u8; 2]) -> u16, body)),
        [0xfe, 0xff, body @ ..] => Some((u16::from_be_bytes as _, body)),
        [_, 0, ..] => Some((u16::from_le_bytes as _, bytes)),
        [0, _, ..] => Some((u16::from_be_bytes as _, bytes)),
        _ => None,
    };
    if let Some((unit, body)) = wide {
        let units: Vec<u16> = body.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
        // A listing is mostly ASCII; a mark before text of another kind is none.
        if units.iter().filter(|unit| (1..0x80).contains(*unit)).count() * 2 > units.len() {
            return String::from_utf16_lossy(&units);
        }
    }
    String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).into_owned()
}

/// A line without colours, HTML's entities and tags, Markdown's marks, and blanks that are not blanks.
pub(super) fn clean(line: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii() && !matches!(byte, b'&' | b'\\' | b'`' | b'\x1b' | b'<' | b'*');
    if line.bytes().all(plain) {
        return Cow::Borrowed(line);
    }
    let mut text = without_colours(line);
    // What was quoted twice has its `&` written as one.
    for _ in 0..2 {
        text = without_entities(&text);
    }
    for (from, to) in [
        ("\u{a0}", " "),
        ("\u{200b}", ""),
        ("\u{feff}", ""),
        ("\\u0026", "&"),
        ("\\_", "_"),
        ("\\[", "["),
        ("\\]", "]"),
        ("\\\\", "\\"),
        ("<br>", " "),
        ("<br/>", " "),
        ("<br />", " "),
        ("<pre>", ""),
        ("</pre>", ""),
        ("<code>", ""),
        ("</code>", ""),
        ("```", ""),
        ("**", ""),
        ("`", ""),
    ] {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    Cow::Owned(text)
}

/// Without the sequences `ESC [ … m` and `ESC [ K`.
fn without_colours(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        text.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(after.len());
        match after[end..].chars().next() {
            Some('m' | 'K') => rest = &after[end + 1..],
            _ => {
                text.push_str("\x1b[");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

fn without_entities(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        // No entity that is read here is longer.
        let end = after.bytes().take(8).position(|byte| byte == b';');
        let entity = end.and_then(|end| Some((entity(&after[..end])?, &after[end + 1..])));
        match entity {
            Some((c, after)) => {
                text.push(c);
                rest = after;
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from(hex_word(digits)?),
                None => number.parse().ok().filter(|_| number.len() <= 6)?,
            };
            char::from_u32(number)?
        }
    })
}

/// The lines that were joined into one: it is cut before each device but the first, and before what a listing says of
/// a device on lines of their own.
pub(super) fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut cuts = Vec::new();
    let mut seen_device = false;
    for at in word_starts(line) {
        let rest = &line[at..];
        if starts_device(rest) {
            if seen_device {
                cuts.push(at);
            }
            seen_device = true;
        } else if seen_device && starts_detail(rest) {
            cuts.push(at);
        }
    }
    let starts = std::iter::once(0).chain(cuts.clone());
    let ends = cuts.into_iter().chain([line.len()]);
    starts.zip(ends).map(|(start, end)| &line[start..end]).collect::<Vec<_>>().into_iter()
}

fn word_starts(line: &str) -> impl Iterator<Item = usize> {
    let bytes = line.as_bytes();
    let is_break = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'{' | b'"' | b'\r');
    (0..bytes.len()).filter(move |at| !is_break(bytes[*at]) && (*at == 0 || is_break(bytes[at - 1])))
}

/// Whether a device of a listing starts here.
fn starts_device(rest: &str) -> bool {
    // A class in words ends well before this; the bound keeps long lines from being read over and over.
    let rest = prefix(rest, 160);
    let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let after = after.trim_start();
    let lspci = || {
        after.starts_with('"')
            || after.starts_with(|c: char| c.is_ascii_uppercase()) && after.contains(": ")
            || after.get(..4).is_some_and(|digits| hex_word(digits).is_some()) && after[4..].starts_with(": ")
    };
    match rest.as_bytes()[0] {
        b'B' => {
            rest.starts_with("Bus ")
                && rest.get(..40.min(rest.len())).is_some_and(|head| head.contains(": ID "))
        }
        b'P' | b'U' | b'S' => windows::MARKS.iter().any(|(mark, _)| rest.starts_with(mark)),
        b'T' => rest.starts_with("T:") && after.starts_with("Bus="),
        b'p' if rest.starts_with("pci:v0000") => true,
        b'u' if rest.starts_with("usb:v") => true,
        b's' if rest.starts_with("sdio:c") => true,
        _ => is_slot(word) && lspci() || word.contains("@pci") && word.ends_with(':'),
    }
}

/// Whether a line about a device starts here.
fn starts_detail(rest: &str) -> bool {
    let keys = ["Subsystem: ", "Kernel driver in use: ", "Kernel modules: ", "Flags: ", "Capabilities: "];
    let letters = ["D:", "P:", "S:", "C:", "I:", "E:"];
    let fields = ["Ver=", "Vendor=", "Manufacturer=", "Product=", "SerialNumber=", "#Ifs=", "If#=", "Ad="];
    let is_field = || {
        let field = rest[2..].trim_start_matches(['*', ' ']);
        fields.iter().any(|each| field.starts_with(each))
    };
    keys.iter().any(|key| rest.starts_with(key))
        || letters.iter().any(|letter| rest.starts_with(letter)) && is_field()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_another_began() {
        let cut = |line: &'static str| pieces(line).map(str::trim_end).collect::<Vec<_>>();
        assert_eq!(cut("no listing at all"), ["no listing at all"]);
        assert_eq!(
            cut(
                "02:00.0 Network controller: X (rev 59) Subsystem: Y Kernel driver in use: z 03:00.0 Ethernet controller: W"
            ),
            [
                "02:00.0 Network controller: X (rev 59)",
                "Subsystem: Y",
                "Kernel driver in use: z",
                "03:00.0 Ethernet controller: W"
            ]
        );
    }

    #[test]
    fn text_is_decoded_from_either_order_of_bytes() {
        let units: Vec<u16> = "lspci ä".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [
            little.clone(),
            big.clone(),
            [&[0xff, 0xfe][..], &little].concat(),
            [&[0xfe, 0xff][..], &big].concat(),
            "lspci ä".as_bytes().to_vec(),
            [&[0xef, 0xbb, 0xbf][..], "lspci ä".as_bytes()].concat(),
        ] {
            assert_eq!(decode(&bytes), "lspci ä");
        }
    }
}
