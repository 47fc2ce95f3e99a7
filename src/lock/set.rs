//! The set that a lock was made of, so that a changed set is seen.

use serde::{Deserialize, Serialize};

use crate::trust;

/// A set of `owpkg.toml`, as it was when the lock was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedSet {
    /// Its name.
    pub name: String,
    /// SHA-256 of what its plan is made of.
    #[serde(with = "trust::hex_bytes")]
    pub sha256: [u8; 32],
}
