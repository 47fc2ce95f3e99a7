//! Where a mirror lies, by the name that a user has for it: a folder, or a bucket.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Folder, Store, StoreError};

/// The place of a mirror.
pub struct Place {
    /// Its files.
    pub store: Box<dyn Store>,
    /// Where downloads wait until they are whole; none: in the download cache.
    pub incoming: Option<Utf8PathBuf>,
}

/// Whether a text names a bucket.
pub(crate) fn is_bucket(text: &str) -> bool {
    text.starts_with("s3://")
}

impl Place {
    /// The place that a text names: `s3://bucket/prefix`, with credentials from `variables` (`AWS_…`), or a folder below
    /// `base`.
    ///
    /// # Errors
    /// When it names no bucket that could be asked.
    pub fn open(
        text: &str,
        base: &Utf8Path,
        variables: &BTreeMap<String, String>,
    ) -> Result<Place, StoreError> {
        if is_bucket(text) {
            return Ok(Place { store: bucket(text, variables)?, incoming: None });
        }
        let folder = Folder::new(base.join(text));
        let incoming = Some(folder.incoming());
        Ok(Place { store: Box::new(folder), incoming })
    }
}

#[cfg(feature = "s3")]
fn bucket(text: &str, variables: &BTreeMap<String, String>) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(super::Bucket::open(text, variables)?))
}

#[cfg(not(feature = "s3"))]
fn bucket(text: &str, _: &BTreeMap<String, String>) -> Result<Box<dyn Store>, StoreError> {
    Err(StoreError::WithoutBuckets { text: text.into() })
}
