//! Texts that may hold a URL with a password, to be shown.

use std::fmt;

/// What stands for a secret.
const SECRET: &str = "***";

/// A text without the secrets of the URLs in it: between `://` and `@`, a password, or a name without one, which then is
/// a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted(String);

impl Redacted {
    /// Takes the secrets out of a text.
    pub(crate) fn of(text: &str) -> Redacted {
        let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, after)) = rest.split_once("://") {
            shown += before;
            shown += "://";
            rest = after;
            let word =
                &rest[..rest.find(|c: char| c.is_whitespace() || "\"'<>".contains(c)).unwrap_or(rest.len())];
            if let Some(end) = userinfo(word) {
                if let Some((user, _)) = word[..end].split_once(':') {
                    shown += user;
                    shown += ":";
                }
                shown += SECRET;
                rest = &rest[end..];
            }
        }
        Redacted(shown + rest)
    }
}

/// Where the user's name and password end in what follows `://`, if there are any. A password with a slash in it makes a
/// text that is no URL, and is one all the same.
fn userinfo(word: &str) -> Option<usize> {
    let authority = &word[..word.find(['/', '?', '#']).unwrap_or(word.len())];
    let is_host = authority.rsplit_once(':').is_none_or(|(host, port)| {
        port.bytes().all(|byte| byte.is_ascii_digit()) || (host.starts_with('[') && port.ends_with(']'))
    });
    match authority.rfind('@') {
        None if is_host => None,
        None => word.rfind('@'),
        end => end,
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&str> for Redacted {
    fn from(text: &str) -> Redacted {
        Redacted::of(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Redacted;

    #[test]
    fn what_is_secret_in_a_url_is_not_shown() {
        for (text, shown) in [
            ("https://me:secret@host/x", "https://me:***@host/x"),
            ("https://token@host/x", "https://***@host/x"),
            ("http://a:b@[bad", "http://a:***@[bad"),
            ("http://a:b/c@host/x", "http://a:***@host/x"),
            ("ftp://a:b@c@host", "ftp://a:***@host"),
            ("see http://a:b@host and http://c:d@host.", "see http://a:***@host and http://c:***@host."),
            ("http://host:8080/of@home", "http://host:8080/of@home"),
            ("http://[::1]/of@home", "http://[::1]/of@home"),
            ("mail me@host", "mail me@host"),
        ] {
            assert_eq!(Redacted::of(text).to_string(), shown);
        }
    }
}
