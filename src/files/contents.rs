//! The bytes of a user's file, which may be a secret.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The bytes of a file, shared; they are not shown, as they may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Contents(Arc<[u8]>);

impl From<Vec<u8>> for Contents {
    fn from(bytes: Vec<u8>) -> Contents {
        Contents(bytes.into())
    }
}

impl Deref for Contents {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}
