//! Finding and reading files, and never outside of the folder.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use camino::{Utf8Path, Utf8PathBuf};
use percent_encoding::percent_decode_str;

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

/// A file that is open, and what is known of it.
pub(super) struct Opened {
    file: File,
    /// Its size in bytes.
    pub(super) size: u64,
    /// When it was changed, in seconds since 1970.
    pub(super) modified: u64,
    /// Another whenever the file is replaced, in quotes.
    pub(super) etag: String,
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

/// Looks a path up. Links are followed only inside of the root.
pub(super) fn find(root: &Utf8Path, path: &str) -> Located {
    let Ok(place) = root.join(path.trim_end_matches('/')).canonicalize_utf8() else {
        return Located::Nothing;
    };
    if !place.starts_with(root) {
        return Located::Nothing;
    }
    // Looked at before it is opened: a FIFO would wait forever.
    match place.metadata() {
        Ok(metadata) if metadata.is_dir() => Located::Folder(place),
        Ok(metadata) if metadata.is_file() => {
            let opened = File::open(&place).and_then(Opened::new);
            opened.map_or(Located::Nothing, Located::File)
        }
        _ => Located::Nothing,
    }
}

impl Opened {
    pub(super) fn new(file: File) -> io::Result<Opened> {
        let metadata = file.metadata()?;
        let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Opened { file, size: metadata.len(), modified: since.as_secs(), etag: tag(&metadata)? })
    }

    /// Reads at most so many bytes from a position on. Fewer than there should be is an error: the file was cut.
    pub(super) fn read(&mut self, from: u64, count: u64) -> io::Result<Bytes> {
        let count = usize::try_from(count.min(PIECE)).unwrap_or_default();
        let mut bytes = vec![0; count];
        self.file.seek(SeekFrom::Start(from))?;
        self.file.read_exact(&mut bytes)?;
        Ok(bytes.into())
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
