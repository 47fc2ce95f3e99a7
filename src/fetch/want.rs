//! What is asked for and what is given.

use super::{FetchError, Location};
use crate::trust::Expected;

/// A package file to fetch.
#[derive(Clone, Debug)]
pub struct Want {
    /// Where it is.
    pub location: Location,
    /// What to call it in progress messages.
    pub name: String,
    /// What the index says of it. The digest is what it is kept under, whatever server it comes from.
    pub expected: Expected,
}

/// A small file, whole in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Where it was asked for.
    pub location: Location,
    /// How current it is.
    pub freshness: Freshness,
}

/// How current a [`Fetched`] file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Read just now.
    Fresh,
    /// From the cache; the server said just now that it has not changed.
    Revalidated,
    /// From the cache, nobody was asked.
    Offline,
}

impl Want {
    /// Whether a file of this size need not be read to know that it is another one.
    pub(super) fn rules_out(&self, size: u64) -> bool {
        self.expected.size.is_some_and(|expected| expected != size)
    }

    /// The error for a file of `found` bytes that is another one.
    pub(super) fn mismatch(&self, found: u64) -> FetchError {
        let (digest, size) = (self.expected.digest, self.expected.size);
        FetchError::Mismatch { at: self.location.to_string(), digest, size, found }
    }
}
