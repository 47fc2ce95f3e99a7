//! What a mirror holds of one folder: a text beside each archived index.
//!
//! ```text
//! owpkg.part/1
//! adb-sha256 5f3c…  1234  iw-6.9-r1.apk
//! sha256     90c1…     -  profiles.json
//! ```
//!
//! The digests are those that the signed index states. The list vouches for nothing: it says which of the files that
//! the index offers are here.

use std::fmt::Write as _;

use crate::trust::{self, Digest, DigestKind};

const SCHEMA: &str = "owpkg.part/1";

/// A file that a signed index vouches for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its name in the folder.
    pub name: String,
    /// Its size in bytes, where the index states it.
    pub size: Option<u64>,
    /// The digest that the index states.
    pub digest: Digest,
}

/// A text that is no list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub(crate) struct BadList {
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// What is wrong with it.
    pub(crate) why: &'static str,
}

/// Writes a list.
pub(super) fn to_text<'l>(files: impl IntoIterator<Item = &'l Listed>) -> String {
    let mut text = format!("{SCHEMA}\n");
    for Listed { name, size, digest } in files {
        let (kind, hex) = (digest.kind.name(), digest.hex());
        // Writing to a string does not fail.
        let _ = match size {
            Some(size) => writeln!(text, "{kind} {hex} {size} {name}"),
            None => writeln!(text, "{kind} {hex} - {name}"),
        };
    }
    text
}

/// Reads a list.
pub(super) fn parse(text: &[u8]) -> Result<Vec<Listed>, BadList> {
    let bad = |line, why| BadList { line, why };
    let text = std::str::from_utf8(text).map_err(|_| bad(1, "not UTF-8"))?;
    let mut lines = text.lines().enumerate().map(|(number, line)| (number + 1, line));
    if lines.next().is_none_or(|(_, line)| line != SCHEMA) {
        return Err(bad(1, "not a list of this version"));
    }
    lines
        .map(|(number, line)| {
            let mut words = line.splitn(4, ' ');
            let (Some(kind), Some(hex), Some(size), Some(name)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                return Err(bad(number, "not four words"));
            };
            let kind =
                [DigestKind::Sha256, DigestKind::AdbSha256].into_iter().find(|known| known.name() == kind);
            let kind = kind.ok_or_else(|| bad(number, "not a kind of digest"))?;
            let value = trust::parse_hex(hex.as_bytes()).map_err(|_| bad(number, "not a digest"))?;
            let size = match size {
                "-" => None,
                digits => Some(digits.parse().map_err(|_| bad(number, "not a size"))?),
            };
            if !crate::format::is_plain(name) {
                return Err(bad(number, "not a plain file name"));
            }
            Ok(Listed { name: name.to_owned(), size, digest: Digest { kind, value } })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_was_written_and_refuses_paths() {
        let file = Listed { name: "a~b+c.apk".into(), size: Some(3), digest: Digest::adb_sha256([7; 32]) };
        let image = Listed { name: "x.img.gz".into(), size: None, digest: Digest::sha256([9; 32]) };
        let files = vec![file, image];
        assert_eq!(parse(to_text(&files).as_bytes()), Ok(files));
        let hostile = format!("{SCHEMA}\nsha256 {} 1 ../x\n", "00".repeat(32));
        assert_eq!(parse(hostile.as_bytes()), Err(BadList { line: 2, why: "not a plain file name" }));
    }
}
