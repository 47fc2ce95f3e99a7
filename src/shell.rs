//! Words as a POSIX shell reads them.

/// Quotes a text so that a POSIX shell takes it as one word and expands nothing in it.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A word of a command line: quoted only where it must be.
pub(crate) fn word(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-:@+,%=".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) { word.to_owned() } else { quote(word) }
}
