//! What reaches a terminal or a log: text, and the few colours of owpkg's own.
//!
//! Names, versions and messages of feeds, locks and servers are printed as they are everywhere else; here, once, what
//! could move the cursor, change a terminal's state or turn the direction of writing becomes U+FFFD.

use std::io::{self, Write};

/// What stands for a sign that is not shown.
const HIDDEN: char = '\u{fffd}';
/// The parameters of the colours that owpkg and its help use: reset, bold, faint, underlined, and colours.
const COLOURS: [&str; 10] = ["0", "1", "2", "4", "22", "24", "31", "32", "33", "36"];

/// A writer that lets only clean text through.
pub(crate) struct Clean<W> {
    inner: W,
    /// Whether colours may pass.
    coloured: bool,
    /// The start of a sign or of a colour, whose end comes with the next write.
    pending: Vec<u8>,
}

impl<W: Write> Clean<W> {
    /// Cleans what goes to `inner`, which shows colours or does not.
    pub(crate) fn new(inner: W, coloured: bool) -> Clean<W> {
        Clean { inner, coloured, pending: Vec::new() }
    }

    /// Takes what can be shown off the front of the bytes; what is left is the start of something.
    fn take(&self, bytes: &[u8], shown: &mut String) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if rest[0] == 0x1b && self.coloured {
                match colour(rest) {
                    Colour::Whole(length) => {
                        shown.extend(rest[..length].iter().map(|byte| char::from(*byte)));
                        at += length;
                        continue;
                    }
                    Colour::Start => return at,
                    Colour::No => {}
                }
            }
            match first_char(rest) {
                Char::Whole(sign, length) => {
                    shown.push(if is_hidden(sign) { HIDDEN } else { sign });
                    at += length;
                }
                Char::Start => return at,
            }
        }
        at
    }
}

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
        if self.pending.is_empty() && bytes.iter().all(is_plain) {
            self.inner.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let mut all = std::mem::take(&mut self.pending);
        all.extend_from_slice(bytes);
        let mut shown = String::with_capacity(all.len());
        let taken = self.take(&all, &mut shown);
        self.pending = all.split_off(taken);
        self.inner.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.pending).is_empty() {
            write!(self.inner, "{HIDDEN}")?;
        }
        self.inner.flush()
    }
}

/// The same for a text at hand, without colours.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|sign| if is_hidden(sign) { HIDDEN } else { sign }).collect()
}

/// Control characters, and those that turn or break the line.
fn is_hidden(sign: char) -> bool {
    let turns = matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || matches!(sign, '\u{2028}' | '\u{2029}') || (sign.is_control() && !matches!(sign, '\n' | '\t'))
}

enum Colour {
    /// A colour of so many bytes.
    Whole(usize),
    /// Perhaps the start of one.
    Start,
    No,
}

/// Whether bytes that start with an escape are a colour: `ESC [ 1 ; 31 m`.
fn colour(bytes: &[u8]) -> Colour {
    let body = match bytes.get(1) {
        None => return Colour::Start,
        Some(b'[') => &bytes[2..],
        Some(_) => return Colour::No,
    };
    let length = body.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    match body.get(length) {
        None if length < 16 => Colour::Start,
        Some(b'm')
            if body[..length]
                .split(|byte| *byte == b';')
                .all(|part| COLOURS.iter().any(|own| own.as_bytes() == part)) =>
        {
            Colour::Whole(2 + length + 1)
        }
        _ => Colour::No,
    }
}

enum Char {
    /// A sign and its bytes.
    Whole(char, usize),
    Start,
}

fn first_char(bytes: &[u8]) -> Char {
    let most = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(most) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&most[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) => return error.error_len().map_or(Char::Start, |length| Char::Whole(HIDDEN, length)),
    };
    valid.chars().next().map_or(Char::Start, |sign| Char::Whole(sign, sign.len_utf8()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::Clean;

    fn shown(pieces: &[&[u8]], coloured: bool) -> String {
        let mut out = Vec::new();
        let mut clean = Clean::new(&mut out, coloured);
        pieces.iter().for_each(|piece| clean.write_all(piece).unwrap());
        clean.flush().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_text_and_own_colours_pass() {
        assert_eq!(shown(&["plain\tät → ok\n".as_bytes()], false), "plain\tät → ok\n");
        assert_eq!(shown(&[b"\x1b[31;1merror:\x1b[0m x"], true), "\x1b[31;1merror:\x1b[0m x");
        assert_eq!(shown(&[b"\x1b[31;1merror:\x1b[0m x"], false), "\u{fffd}[31;1merror:\u{fffd}[0m x");
        assert_eq!(
            shown(&[b"a\x1b]0;title\x07b\x1b[2Jc\x1b[8md"], true),
            "a\u{fffd}]0;title\u{fffd}b\u{fffd}[2Jc\u{fffd}[8md"
        );
        assert_eq!(
            shown(&["a\rb\u{9b}c\u{202e}d\u{7f}".as_bytes(), b"\xff"], true),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn what_comes_in_pieces_is_put_together() {
        assert_eq!(shown(&[b"\xc3", b"\xa4"], true), "ä");
        assert_eq!(shown(&[b"\x1b", b"[3", b"2mok"], true), "\x1b[32mok");
        assert_eq!(shown(&[b"\xc2", b"\x9b31m"], true), "\u{fffd}31m");
        assert_eq!(shown(&[b"\x1b[999999999999999999999m"], true), "\u{fffd}[999999999999999999999m");
        assert_eq!(shown(&[b"end\x1b["], true), "end\u{fffd}");
    }
}
