//! Finding and reading files, and never outside of the folder.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use camino::{Utf8Path, Utf8PathBuf};
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;
use tokio::task::spawn_blocking;

use super::answer::Body;
use super::hot::{Hot, Stamp};
use super::preconditions::http_date;
use crate::mirror::OWN;

/// How much of a file is read at once, and how large a file may be to be sent in one piece.
pub(super) const PIECE: u64 = 128 << 10;

/// What a path leads to.
pub(super) enum Located {
    /// A file, open.
    File(Opened),
    Folder(Utf8PathBuf),
    /// Nothing that is served.
    Nothing,
}

/// What is told of a file beside its bytes.
#[derive(Clone)]
pub(super) struct Facts {
    /// Its size in bytes.
    pub(super) size: u64,
    /// When it was changed, in seconds since 1970.
    pub(super) modified: u64,
    /// The same as HTTP writes it; none where the clock is of another age.
    pub(super) date: Option<HeaderValue>,
    /// Another whenever the file is replaced, in quotes.
    pub(super) etag: HeaderValue,
}

/// A file whose bytes can be had.
pub(super) struct Opened {
    pub(super) facts: Facts,
    content: Content,
}

enum Content {
    Memory(Bytes),
    Disk(File),
}

/// The path below the root that a URL's path means; none if it means nothing that could be served.
pub(super) fn decoded(path: &str) -> Option<String> {
    let path = percent_decode_str(path.strip_prefix('/')?).decode_utf8().ok()?;
    let trimmed = path.strip_suffix('/').unwrap_or(&path);
    let fits = trimmed.is_empty() || trimmed.split('/').all(is_name);
    fits.then(|| path.into_owned())
}

/// Whether a client may ask for what has this name in its folder.
pub(super) fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | ".." | OWN) && !name.contains(|c: char| c == '\\' || c.is_control())
}

/// Looks a path up. Links are followed only inside of the root. A small file is read at once, and kept.
pub(super) fn find(root: &Utf8Path, path: &str, hot: &Hot) -> io::Result<Located> {
    let path = path.trim_end_matches('/');
    let Ok(place) = root.join(path).canonicalize_utf8() else {
        return Ok(Located::Nothing);
    };
    if !place.starts_with(root) {
        return Ok(Located::Nothing);
    }
    // Looked at before it is opened: a FIFO would wait forever.
    match place.metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(Located::Folder(place)),
        Ok(metadata) if metadata.is_file() => match File::open(&place) {
            Ok(file) => Opened::read(file, path, hot).map(Located::File),
            Err(_) => Ok(Located::Nothing),
        },
        _ => Ok(Located::Nothing),
    }
}

impl Opened {
    fn read(mut file: File, path: &str, hot: &Hot) -> io::Result<Opened> {
        let metadata = file.metadata()?;
        let facts = Facts::of(&metadata)?;
        let content = match facts.size <= PIECE {
            true => {
                let bytes = read(&mut file, 0, facts.size)?;
                hot.keep(path, Stamp::of(&metadata), &facts, &bytes);
                Content::Memory(bytes)
            }
            false => Content::Disk(file),
        };
        Ok(Opened { facts, content })
    }

    pub(super) fn in_memory(facts: Facts, bytes: Bytes) -> Opened {
        Opened { facts, content: Content::Memory(bytes) }
    }

    /// The bytes from a position on; at least one, none of them beyond the end.
    pub(super) fn body(self, from: u64, count: u64) -> Body {
        match self.content {
            Content::Memory(bytes) => {
                let part = usize::try_from(from).unwrap_or(usize::MAX)
                    ..usize::try_from(from + count).unwrap_or(usize::MAX);
                Full::new(bytes.slice(part)).map_err(|never| match never {}).boxed_unsync()
            }
            Content::Disk(file) => pieces(file, from, count),
        }
    }
}

/// A large file, read piece by piece as the client takes it.
pub(super) fn pieces(file: File, from: u64, count: u64) -> Body {
    let pieces = stream::try_unfold((file, from, count), |(mut file, from, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let read = spawn_blocking(move || read(&mut file, from, left.min(PIECE)).map(|bytes| (bytes, file)));
        let (bytes, file) = read.await.map_err(io::Error::other)??;
        let count = bytes.len() as u64;
        Ok::<_, io::Error>(Some((Frame::data(bytes), (file, from + count, left - count))))
    });
    StreamBody::new(pieces).boxed_unsync()
}

/// Reads so many bytes from a position on. Fewer than there should be is an error: the file was cut.
fn read(file: &mut File, from: u64, count: u64) -> io::Result<Bytes> {
    let mut bytes = vec![0; usize::try_from(count).map_err(io::Error::other)?];
    file.seek(SeekFrom::Start(from))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

impl Facts {
    fn of(metadata: &Metadata) -> io::Result<Facts> {
        let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Facts {
            size: metadata.len(),
            modified: since.as_secs(),
            date: http_date(since.as_secs()),
            etag: HeaderValue::try_from(tag(metadata)?).map_err(io::Error::other)?,
        })
    }
}

/// What tells a file from every other that had its name, in quotes.
pub(super) fn tag(metadata: &Metadata) -> io::Result<String> {
    let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("\"{:x}-{:x}-{:x}\"", metadata.len(), since.as_nanos(), number(metadata)))
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

/// The type of a file, by its name.
pub(super) fn media_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "json" => "application/json",
        "gz" => "application/gzip",
        "zst" => "application/zstd",
        "html" => "text/html; charset=utf-8",
        "manifest" | "buildinfo" | "asc" | "conf" | "pem" | "pub" | "txt" | "list" => {
            "text/plain; charset=utf-8"
        }
        _ if matches!(name, "Packages" | "sha256sums" | "SHA256SUMS") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
