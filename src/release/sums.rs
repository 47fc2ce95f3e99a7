//! `sha256sums` of a target: the digests of its images and of the manifest.

use std::collections::BTreeMap;

use crate::trust;

/// The digests of a target's files, by their path below its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[doc(hidden)]
pub struct Sums(BTreeMap<String, [u8; 32]>);

impl Sums {
    /// Reads lines of `<64 hex digits> *<path>`; others are passed over.
    pub fn parse(text: &str) -> Sums {
        let line = |line: &str| {
            let (hex, path) = line.split_once(' ')?;
            let digest = trust::parse_hex(hex.as_bytes()).ok()?;
            Some((path.trim_start_matches([' ', '*']).to_owned(), digest))
        };
        Sums(text.lines().filter_map(line).collect())
    }

    /// The digest of a file.
    pub fn get(&self, path: &str) -> Option<&[u8; 32]> {
        self.0.get(path)
    }

    /// Every file and its digest, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8; 32])> {
        self.0.iter().map(|(path, digest)| (path.as_str(), digest))
    }

    /// The files in the target's own folder whose name ends so.
    pub(crate) fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(move |name| name.ends_with(end) && !name.contains('/'))
    }
}
