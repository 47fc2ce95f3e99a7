//! Indexes and metadata, by the URL that they came from.
//!
//! An entry is one file: a line of JSON, then the body byte for byte. One file and not two, so that one rename
//! replaces both; and its time of modification is when the server last confirmed it.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{CacheDir, cache_error};
use crate::fetch::{FetchError, Location};

/// The longest first line that is read, in bytes.
const LONGEST_LINE: u64 = 16 << 10;
/// The longest validator that is kept, in bytes.
const LONGEST_VALIDATOR: usize = 1024;

/// The store of documents.
#[derive(Clone, Debug)]
pub(in crate::fetch) struct Documents {
    dir: CacheDir,
}

/// What a server gives to be asked "has this changed?" with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::fetch) struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::fetch) etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::fetch) last_modified: Option<String>,
}

/// A document as it is stored.
#[derive(Debug)]
pub(in crate::fetch) struct Document {
    /// What it holds; nothing when the server said that it does not exist, which is worth knowing offline.
    pub(in crate::fetch) body: Option<Vec<u8>>,
    pub(in crate::fetch) validators: Validators,
    /// When the server last said so.
    pub(in crate::fetch) confirmed: Option<Timestamp>,
}

/// The first line of an entry.
#[derive(Serialize, Deserialize)]
struct Header {
    /// For the reader's eye.
    url: String,
    exists: bool,
    #[serde(flatten)]
    validators: Validators,
    /// Of the body, in bytes.
    size: u64,
    /// Of the body.
    sha256: String,
}

impl Documents {
    pub(in crate::fetch) fn new(dir: CacheDir) -> Self {
        Self { dir }
    }

    fn path(&self, url: &Url) -> Utf8PathBuf {
        let name = sha256_hex(url.as_str().as_bytes());
        self.dir.folder("documents").join(&name[..2]).join(&name)
    }

    /// The stored document, if there is one of at most `cap` bytes. A damaged entry is none.
    pub(in crate::fetch) fn get(&self, url: &Url, cap: u64) -> Result<Option<Document>, FetchError> {
        let path = self.path(url);
        match read_entry(&path, cap) {
            Ok(document) => Ok(document),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cache_error(&path)(error)),
        }
    }

    /// Stores a document, or that there is none.
    pub(in crate::fetch) fn put(
        &self,
        url: &Url,
        mut validators: Validators,
        body: Option<&[u8]>,
    ) -> Result<(), FetchError> {
        let path = self.path(url);
        for field in [&mut validators.etag, &mut validators.last_modified] {
            field.take_if(|text| text.len() > LONGEST_VALIDATOR);
        }
        let bytes = body.unwrap_or_default();
        let header = Header {
            url: Location::Http(url.clone()).to_string(),
            exists: body.is_some(),
            validators,
            size: bytes.len() as u64,
            sha256: sha256_hex(bytes),
        };
        let line = serde_json::to_vec(&header).map_err(|error| cache_error(&path)(error.into()))?;
        self.dir.write(&path, &[&line, b"\n", bytes])
    }

    /// Notes that the server has just confirmed the document. It only dates it, so a failure does no harm.
    pub(in crate::fetch) fn confirm(&self, url: &Url) {
        let now = SystemTime::now();
        let _ =
            fs::OpenOptions::new().append(true).open(self.path(url)).and_then(|file| file.set_modified(now));
    }
}

fn read_entry(path: &Utf8Path, cap: u64) -> io::Result<Option<Document>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    let Ok(header) = serde_json::from_slice::<Header>(&line) else { return Ok(None) };
    if header.size > cap || (line.len() as u64).checked_add(header.size) != Some(metadata.len()) {
        return Ok(None);
    }
    let mut body = Vec::with_capacity(usize::try_from(header.size).unwrap_or(0));
    reader.take(header.size).read_to_end(&mut body)?;
    if sha256_hex(&body) != header.sha256 {
        return Ok(None);
    }
    let confirmed = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    Ok(Some(Document { body: header.exists.then_some(body), validators: header.validators, confirmed }))
}

pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
