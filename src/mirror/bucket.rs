//! A mirror in a bucket of an S3-compatible object store.
//!
//! A bucket has no links and cannot change several objects at once. Indexes are put one after the other when all files
//! are there, each only if nobody else has changed it meanwhile; a client that reads an index and its signature in
//! between refuses the pair and asks again. Nothing keeps other writers out: writers of disjoint parts do not meet.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{BoxStream, TryStreamExt};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{
    Error, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
    UpdateVersion, WriteMultipart,
};
use reqwest::Url;
use tokio::runtime::Runtime;

use super::store::{Change, Depth, Guard, Stat, Store, StoreError};
use crate::fetch::tls;
use crate::files::Content;

/// How much is sent at once; objects that are larger are sent in parts of this size.
const PIECE: usize = 8 << 20;
/// How many parts of one object are under way at once.
const PARTS: usize = 4;
const SCHEME: &str = "s3://";

/// A mirror in a bucket.
pub struct Bucket {
    name: String,
    prefix: String,
    store: Arc<dyn ObjectStore>,
    runtime: Runtime,
}

impl Bucket {
    /// The bucket that `s3://bucket/prefix` names. The server and the credentials come from the usual variables:
    /// `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    ///
    /// # Errors
    /// When the text or the variables name no bucket.
    pub fn open(text: &str, vars: &BTreeMap<String, String>) -> Result<Bucket, StoreError> {
        let wrong = |why: &dyn std::fmt::Display| StoreError::NoBucket {
            text: text.into(),
            why: why.to_string().as_str().into(),
        };
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| wrong(&"it does not start with s3://"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong(&"the bucket has no name"));
        }
        tls::choose();
        let mut builder = AmazonS3Builder::new().with_region("us-east-1");
        for (name, value) in vars.iter().filter(|(name, _)| name.starts_with("AWS_")) {
            // The library takes these for headers and URLs without a look, and panics where they are none.
            let is_url = name.starts_with("AWS_ENDPOINT") && !value.is_empty();
            if value.contains(char::is_control) || (is_url && !is_server(value)) {
                return Err(wrong(&format_args!("the variable {name} cannot be used: {value}")));
            }
            if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                builder = builder.with_config(key, value);
            }
        }
        // Without encryption only where the user wrote it.
        let plain = vars.get("AWS_ENDPOINT_URL").is_some_and(|url| url.starts_with("http://"));
        let builder = if plain { builder.with_allow_http(true) } else { builder };
        let store = builder.with_bucket_name(bucket).build().map_err(|error| wrong(&error))?;
        Bucket::of(Arc::new(store), text.trim_end_matches('/'), prefix)
    }

    /// A mirror below a prefix of any object store.
    ///
    /// # Errors
    /// When no threads can be had, or the prefix is no path.
    #[doc(hidden)]
    pub fn of(store: Arc<dyn ObjectStore>, name: &str, prefix: &str) -> Result<Bucket, StoreError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("owpkg-bucket")
            .enable_all()
            .build()
            .map_err(|source| StoreError::Io { path: name.to_owned(), source })?;
        let prefix = prefix.trim_matches('/').to_owned();
        let bucket = Bucket { name: name.to_owned(), prefix, store, runtime };
        bucket.key("")?;
        Ok(bucket)
    }

    /// The key of a path. The name stays as it is: nothing is escaped.
    fn key(&self, path: &str) -> Result<Path, StoreError> {
        let key = [self.prefix.as_str(), path];
        let key: Vec<&str> = key.into_iter().filter(|part| !part.is_empty()).collect();
        Path::parse(key.join("/")).map_err(|_| StoreError::BadPath { path: path.to_owned() })
    }

    fn stat(&self, meta: &ObjectMeta) -> Option<Stat> {
        let path = match self.prefix.as_str() {
            "" => meta.location.as_ref(),
            prefix => meta.location.as_ref().strip_prefix(prefix)?.strip_prefix('/')?,
        };
        let stamp = match &meta.e_tag {
            Some(tag) => tag.trim_matches('"').to_owned(),
            None => meta.last_modified.timestamp_micros().to_string(),
        };
        Some(Stat { path: path.to_owned(), size: meta.size, stamp })
    }

    fn get(&self, path: &str) -> Result<Option<GetResult>, StoreError> {
        let key = self.key(path)?;
        match self.runtime.block_on(self.store.get(&key)) {
            Ok(found) => Ok(Some(found)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(failed(path)(source)),
        }
    }

    /// Puts an object whole.
    fn put_as(&self, path: &str, content: &Content, mode: PutMode) -> Result<Stat, StoreError> {
        let key = self.key(path)?;
        let size = content.size();
        let unreadable = |source| StoreError::Io { path: path.to_owned(), source };
        let mut reader = content.open().map_err(unreadable)?;
        let result = if size <= PIECE as u64 {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(unreadable)?;
            let options = PutOptions { mode, ..PutOptions::default() };
            self.runtime.block_on(self.store.put_opts(&key, PutPayload::from(bytes), options))
        } else {
            self.put_in_parts(&key, path, &mut reader)?
        };
        match result {
            Ok(put) => {
                let stamp = put.e_tag.unwrap_or_default().trim_matches('"').to_owned();
                Ok(Stat { path: path.to_owned(), size, stamp })
            }
            Err(Error::Precondition { .. } | Error::AlreadyExists { .. }) => {
                Err(StoreError::Changed { path: path.to_owned() })
            }
            Err(source) => Err(failed(path)(source)),
        }
    }

    /// Sends a large object part by part; it appears when all are there.
    fn put_in_parts(
        &self,
        key: &Path,
        path: &str,
        reader: &mut dyn Read,
    ) -> Result<Result<object_store::PutResult, Error>, StoreError> {
        let upload = self.runtime.block_on(self.store.put_multipart(key)).map_err(failed(path))?;
        // The parts are sent by tasks of this runtime.
        let _inside = self.runtime.enter();
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PIECE);
        let mut buffer = vec![0; PIECE];
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => return Ok(self.runtime.block_on(parts.finish())),
                Ok(read) => read,
                Err(source) => {
                    // The first error is the one that counts.
                    let _ = self.runtime.block_on(parts.abort());
                    return Err(StoreError::Io { path: path.to_owned(), source });
                }
            };
            if let Err(source) = self.runtime.block_on(parts.wait_for_capacity(PARTS)) {
                return Ok(Err(source));
            }
            parts.write(&buffer[..read]);
        }
    }

    /// Replaces what readers see, unless somebody else does so at the same time.
    fn replace(&self, path: &str, content: &Content) -> Result<(), StoreError> {
        let mode = match self.get(path)? {
            None => PutMode::Create,
            Some(found) => PutMode::Update(UpdateVersion {
                e_tag: found.meta.e_tag.clone(),
                version: found.meta.version.clone(),
            }),
        };
        self.put_as(path, content, mode).map(drop)
    }
}

impl Store for Bucket {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn lock(&self) -> Result<Guard, StoreError> {
        Ok(Guard(None))
    }

    fn list(&self, folder: &str, depth: Depth) -> Result<Vec<Stat>, StoreError> {
        let key = self.key(folder)?;
        let found: Result<Vec<ObjectMeta>, Error> = self.runtime.block_on(async {
            match depth {
                Depth::Tree => self.store.list(Some(&key)).try_collect().await,
                Depth::Folder => Ok(self.store.list_with_delimiter(Some(&key)).await?.objects),
            }
        });
        let found = found.map_err(failed(folder))?;
        let mut stats: Vec<Stat> = found.iter().filter_map(|meta| self.stat(meta)).collect();
        stats.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(stats)
    }

    fn read(&self, path: &str, cap: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(found) = self.get(path)? else { return Ok(None) };
        if found.meta.size > cap {
            return Err(StoreError::TooLarge { path: path.to_owned(), cap });
        }
        let bytes = self.runtime.block_on(found.bytes()).map_err(failed(path))?;
        Ok(Some(bytes.into()))
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Read + '_>>, StoreError> {
        let Some(found) = self.get(path)? else { return Ok(None) };
        Ok(Some(Box::new(Stream {
            runtime: &self.runtime,
            pieces: found.into_stream(),
            piece: Bytes::new(),
        })))
    }

    fn put(&self, path: &str, content: &Content) -> Result<Stat, StoreError> {
        self.put_as(path, content, PutMode::Overwrite)
    }

    fn duplicate(&self, from: &str, to: &str) -> Result<Option<Stat>, StoreError> {
        let (source, target) = (self.key(from)?, self.key(to)?);
        let copied = self.runtime.block_on(async {
            self.store.copy(&source, &target).await?;
            self.store.head(&target).await
        });
        match copied {
            Ok(meta) => Ok(self.stat(&meta)),
            Err(Error::NotFound { .. } | Error::NotImplemented { .. }) => Ok(None),
            Err(source) => Err(failed(to)(source)),
        }
    }

    fn publish(&self, changes: &[Change]) -> Result<(), StoreError> {
        for change in changes {
            match &change.content {
                Some(content) => self.replace(&change.path, content)?,
                None => self.remove(&change.path)?,
            }
        }
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        let key = self.key(path)?;
        match self.runtime.block_on(self.store.delete(&key)) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(failed(path)(source)),
        }
    }
}

/// An object as it comes in.
struct Stream<'r> {
    runtime: &'r Runtime,
    pieces: BoxStream<'static, Result<Bytes, Error>>,
    piece: Bytes,
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.runtime.block_on(self.pieces.try_next()) {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) => return Ok(0),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let count = buffer.len().min(self.piece.len());
        buffer[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}

/// Whether a text is the URL of a server.
fn is_server(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn failed(path: &str) -> impl FnOnce(Error) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::Bucket { path, why: error.to_string().as_str().into() }
}
