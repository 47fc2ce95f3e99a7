//! What callers want to keep in mind about a URL, beside its document.

use std::fs::File;
use std::io::{self, Read as _};

use camino::Utf8PathBuf;
use reqwest::Url;

use super::documents::sha256_hex;
use super::{CacheDir, cache_error};
use crate::fetch::FetchError;

/// The most that is kept of one URL, in bytes.
const LARGEST: u64 = 16 << 20;

/// The store of it.
#[derive(Clone, Debug)]
pub(in crate::fetch) struct Memory {
    dir: CacheDir,
}

impl Memory {
    pub(in crate::fetch) fn new(dir: CacheDir) -> Self {
        Self { dir }
    }

    fn path(&self, url: &Url) -> Utf8PathBuf {
        let name = sha256_hex(url.as_str().as_bytes());
        self.dir.folder("seen").join(&name[..2]).join(&name)
    }

    pub(in crate::fetch) fn get(&self, url: &Url) -> Result<Option<Vec<u8>>, FetchError> {
        let path = self.path(url);
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes)) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cache_error(&path)(error)),
        }
    }

    pub(in crate::fetch) fn put(&self, url: &Url, bytes: &[u8]) -> Result<(), FetchError> {
        self.dir.write(&self.path(url), &[bytes])
    }
}
