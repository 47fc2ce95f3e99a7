//! Where a mirror lies, as the user names it: a folder, or a bucket.

use camino::Utf8PathBuf;

use super::env::Env;
use super::error::Failure;
use crate::mirror::{Bucket, Folder, Store};

/// A mirror's place.
pub struct Place {
    /// The place.
    pub store: Box<dyn Store>,
    /// Where downloads wait, when it is not the download cache.
    pub incoming: Option<Utf8PathBuf>,
}

/// Whether a text names a bucket.
pub fn is_bucket(text: &str) -> bool {
    text.starts_with("s3://")
}

/// The mirror that a text names.
pub fn open(env: &Env, text: &str) -> Result<Place, Failure> {
    if is_bucket(text) {
        return Ok(Place { store: Box::new(Bucket::open(text, &env.vars)?), incoming: None });
    }
    let folder = Folder::new(env.path(text));
    let incoming = Some(folder.incoming());
    Ok(Place { store: Box::new(folder), incoming })
}
