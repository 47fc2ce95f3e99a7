//! Names of the entries of the package cache.

use std::fmt;

/// What a package file is known by, whatever server it comes from: the kind of digest and the digest, as
/// `sha256-<hex>`. It is the only thing that becomes a path in the cache, hence the strict form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey {
    text: String,
    digest_at: usize,
}

/// Why a text is no cache key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no cache key: expected a kind of digest, a hyphen and 32 to 128 digits in lower-case hexadecimal"
)]
pub struct CacheKeyError {
    /// What was given.
    pub text: String,
}

impl CacheKey {
    /// Reads a key such as `sha256-<hex>` or `adb-sha256-<hex>`.
    ///
    /// # Errors
    /// When the kind is not lower-case letters, digits and hyphens, or the digest not 32 to 128 lower-case
    /// hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, CacheKeyError> {
        let refused = || CacheKeyError { text: text.chars().take(200).collect() };
        let (kind, digest) = text.rsplit_once('-').ok_or_else(refused)?;
        let kind_fits = kind.starts_with(|c: char| c.is_ascii_lowercase())
            && kind.len() <= 32
            && kind.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let digest_fits = (32..=128).contains(&digest.len())
            && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !kind_fits || !digest_fits {
            return Err(refused());
        }
        Ok(Self { text: text.to_owned(), digest_at: kind.len() + 1 })
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The folder that the entry lies in: the first byte of the digest.
    pub(super) fn shard(&self) -> &str {
        &self.text[self.digest_at..self.digest_at + 2]
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
