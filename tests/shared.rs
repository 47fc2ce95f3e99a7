//! Real indexes and keys, where they lie beside the checkout.

use std::fs;
use std::path::Path;

/// A file of the real data; without it the test says that it was skipped.
pub fn read(path: &str) -> Option<Vec<u8>> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    if !root.exists() {
        crate::support::judges::skipped("no ../shared");
        return None;
    }
    Some(fs::read(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}")))
}
