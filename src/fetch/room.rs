//! How much is held of documents that are fetched at once.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{FetchError, Location};

/// The bytes of all documents of one call together: ten times the indexes of a whole release.
const BYTES: u64 = 64 << 20;

/// What is left of them.
#[derive(Debug)]
pub(super) struct Room(AtomicU64);

impl Default for Room {
    fn default() -> Room {
        Room(AtomicU64::new(BYTES))
    }
}

impl Room {
    /// Takes room for bytes of the document at that place.
    pub(super) fn take(&self, bytes: usize, at: &Location) -> Result<(), FetchError> {
        let less = |left: u64| left.checked_sub(bytes as u64);
        match self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => Ok(()),
            Err(_) => Err(FetchError::TooMuch { at: at.to_string(), cap: BYTES }),
        }
    }
}
