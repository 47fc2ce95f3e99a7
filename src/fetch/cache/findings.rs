//! What was read of files at some cost, kept so that it is read once. The name tells what it was read of, and by which
//! version of the reader.

use std::fs;
use std::io;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::{CacheDir, cache_error};
use crate::fetch::FetchError;
use crate::trust::{Digest, sha256};

/// The store of findings.
#[derive(Clone, Debug)]
pub(in crate::fetch) struct Findings {
    dir: CacheDir,
}

impl Findings {
    pub(in crate::fetch) fn new(dir: CacheDir) -> Self {
        Self { dir }
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        self.dir.folder("findings").join(name)
    }

    /// Whether anything is kept below a name.
    pub(in crate::fetch) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// What is kept under a name; nothing when there is none, or it is damaged.
    pub(in crate::fetch) fn get(&self, name: &str) -> Result<Option<Vec<u8>>, FetchError> {
        let path = self.path(name);
        let file = match fs::read(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cache_error(&path)(error)),
        };
        let Some(end) = memchr::memchr(b'\n', &file) else { return Ok(None) };
        let (sum, body) = (&file[..end], &file[end + 1..]);
        Ok((sum == sum_of(body).as_bytes()).then(|| body.to_vec()))
    }

    /// Keeps something under a name.
    pub(in crate::fetch) fn put(&self, name: &str, findings: &impl Serialize) -> Result<(), FetchError> {
        let path = self.path(name);
        let body = serde_json::to_vec(findings)
            .map_err(|error| FetchError::Cache { path: path.clone(), source: error.into() })?;
        self.dir.write_lightly(&path, &[sum_of(&body).as_bytes(), b"\n", &body])
    }
}

fn sum_of(body: &[u8]) -> String {
    Digest::sha256(sha256(body)).hex()
}
