//! What can go wrong while fetching.

use std::io;
use std::time::Duration;

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::trust::Digest;

/// Why a file could not be had. `at` is the URL or path, as [`Location`](super::Location) shows it.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A package file that the server, folder or tree does not have.
    #[error("{at} does not exist")]
    Missing {
        /// The URL or path.
        at: String,
    },
    /// The server could not be reached, or did not give a whole answer.
    #[error("{at} could not be fetched (attempts: {attempts})")]
    Unavailable {
        /// The URL.
        at: String,
        /// How often it was asked for.
        attempts: usize,
        /// When the copy in the cache was last known to be current, if there is one.
        copy: Option<Timestamp>,
        /// What went wrong the last time.
        source: Failure,
    },
    /// Not in the cache, and the network may not be used.
    #[error("{at} is not in the cache, and the network is not to be used")]
    Offline {
        /// The URL.
        at: String,
    },
    /// More bytes than a file of its kind may have.
    #[error("{at} is too large: at most {cap} bytes are taken")]
    TooLarge {
        /// The URL or path.
        at: String,
        /// The most that is taken, in bytes.
        cap: u64,
    },
    /// Documents that are fetched together are more than there is memory set aside for.
    #[error("{at} is too much: the documents of a release may have at most {cap} bytes together")]
    TooMuch {
        /// The URL or path of the one that was too much.
        at: String,
        /// The most that is taken, in bytes.
        cap: u64,
    },
    /// A package file that is not the one that the index describes.
    #[error("{at} is not the file that the index describes: expected {digest}{}, found {found} bytes that differ",
        .size.map(|size| format!(" of {size} bytes")).unwrap_or_default())]
    Mismatch {
        /// The URL or path.
        at: String,
        /// What it should be.
        digest: Digest,
        /// The size that it should have, in bytes.
        size: Option<u64>,
        /// The size that it has, or was announced with, in bytes.
        found: u64,
    },
    /// Neither a file nor missing: a folder, a device.
    #[error("{at} is not a regular file")]
    NotAFile {
        /// The path.
        at: String,
    },
    /// A local file that cannot be read.
    #[error("{at} cannot be read")]
    Read {
        /// The path.
        at: String,
        /// Why.
        source: io::Error,
    },
    /// The cache cannot be read or written.
    #[error("the cache cannot be used: {path}")]
    Cache {
        /// The file or folder in the cache.
        path: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The network side of owpkg could not be set up (threads, system certificates).
    #[error("the network client could not be started")]
    Client {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why one request failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No connection: the name is unknown, nobody listens, TLS was refused, the time was up.
    #[error("no connection to the server")]
    Connect(#[source] reqwest::Error),
    /// Connected, but nothing came for as long as the options allow.
    #[error("the server stopped sending")]
    Stalled,
    /// Bytes come, but fewer than the options want.
    #[error("the server sends less than {min_speed} bytes a second")]
    TooSlow {
        /// The least, in bytes a second.
        min_speed: u64,
    },
    /// The time that the options give a file is over.
    #[error("it was not here after {} seconds", .limit.as_secs())]
    TooLong {
        /// That time.
        limit: Duration,
    },
    /// A status that is neither success nor "not found".
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The answer ended early.
    #[error("the answer ended after {found} bytes{}", .expected.map(|all| format!(" of {all}")).unwrap_or_default())]
    Truncated {
        /// The size that the whole file has, in bytes, if that is known.
        expected: Option<u64>,
        /// The bytes that are here.
        found: u64,
    },
    /// A part of the file was asked for and another one was sent.
    #[error("asked for the bytes from {asked} on, the server sent others")]
    WrongRange {
        /// The first byte asked for.
        asked: u64,
    },
    /// The connection ended before the answer, or the answer was not HTTP.
    #[error("the connection broke")]
    Broken(#[source] reqwest::Error),
    /// Redirected in circles, or to something that is not HTTP.
    #[error("the server redirects to nowhere")]
    Redirected(#[source] reqwest::Error),
    /// Redirected from a place that proves who it is to one that does not.
    #[error("the server redirects from https to http, where anybody on the way could answer")]
    Downgraded,
}

impl FetchError {
    /// Whether it is about one file alone: it is not there, or it is another one.
    pub fn is_of_file(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Mismatch { .. })
    }

    /// Whether the place was reached and does not have the file.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}
