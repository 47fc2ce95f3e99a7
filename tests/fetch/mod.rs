//! Fetching, from a server that truncates, stalls, flips bits and lies, through a cache that is sound, damaged or shared.

mod artifacts;
mod cache;
mod documents;
mod failures;
mod killed;
mod lies;
mod local;
mod locations;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use owpkg::fetch::{Failure, Fetcher, Location, Options, Progress, Want};
use owpkg::format::measure;
use owpkg::trust::{self, Authority, Digest, Expected};
use tempfile::TempDir;

use crate::support::server::Server;

const ETAG: &str = "\"65a1-4f\"";
const DATE: &str = "Wed, 08 May 2024 10:20:30 GMT";

/// Remembers what it was told.
#[derive(Default)]
struct Told {
    bytes: AtomicI64,
    started: Mutex<Vec<(usize, Option<u64>)>>,
    done: Mutex<Vec<String>>,
    pauses: Mutex<Vec<Duration>>,
    repairing: Mutex<Vec<String>>,
}

impl Progress for Told {
    fn started(&self, files: usize, bytes: Option<u64>) {
        self.started.lock().unwrap().push((files, bytes));
    }
    fn advanced(&self, bytes: u64) {
        self.bytes.fetch_add(bytes.cast_signed(), Ordering::SeqCst);
    }
    fn withdrawn(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes.cast_signed(), Ordering::SeqCst);
    }
    fn done(&self, name: &str) {
        self.done.lock().unwrap().push(name.to_owned());
    }
    fn retrying(&self, _at: &str, pause: Duration, _cause: &Failure) {
        self.pauses.lock().unwrap().push(pause);
    }
    fn repairing(&self, name: &str) {
        self.repairing.lock().unwrap().push(name.to_owned());
    }
}

/// A cache of one test, and fetchers that use it.
struct Bench {
    _root: TempDir,
    cache: Utf8PathBuf,
    told: Arc<Told>,
}

impl Bench {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let cache = Utf8Path::from_path(root.path()).unwrap().join("cache");
        Self { _root: root, cache, told: Arc::default() }
    }

    /// Waits for nothing long, and gives up after three attempts.
    fn options(&self) -> Options {
        Options {
            attempts: 3,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(20),
            connect_timeout: Duration::from_secs(5),
            ..Options::new(&self.cache)
        }
    }

    fn with(&self, change: impl FnOnce(&mut Options)) -> Fetcher {
        let mut options = self.options();
        change(&mut options);
        Fetcher::new(options, self.told.clone())
    }

    fn online(&self) -> Fetcher {
        self.with(|_| {})
    }

    fn offline(&self) -> Fetcher {
        self.with(|options| options.offline = true)
    }

    /// The files of a folder of the cache, at any depth.
    fn files_in(&self, folder: &str) -> Vec<Utf8PathBuf> {
        let mut folders = vec![self.cache.join("v1").join(folder)];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().into_iter().flatten() {
                let path = entry.unwrap().into_path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }
}

/// `path` on a server.
fn at(server: &Server, path: &str) -> Location {
    Location::parse(&server.url(), Utf8Path::new("/")).unwrap().join(path).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Digest::sha256(trust::sha256(bytes)).hex()
}

/// Wants exactly these bytes from a place.
fn want(location: Location, bytes: &[u8]) -> Want {
    let (size, digest) = (Some(bytes.len() as u64), Digest::sha256(trust::sha256(bytes)));
    Want {
        location,
        name: format!("file of {} bytes", bytes.len()),
        expected: Expected { size, digest, by: Authority::Nobody, measure },
    }
}

/// Bytes that no two positions share for long, so that a piece in the wrong place shows.
fn content(length: usize) -> Vec<u8> {
    (0_u32..).flat_map(|word| word.wrapping_mul(0x9e37_79b9).to_le_bytes()).take(length).collect()
}
