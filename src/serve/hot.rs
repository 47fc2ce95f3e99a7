//! Small files that are asked for again and again, kept in memory.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use camino::Utf8Path;
use foldhash::fast::RandomState;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use super::file::{Facts, Opened, PIECE};

/// How many bytes are kept.
const ROOM: u64 = 32 << 20;
/// A file as young as this may be written once more without that its times show it.
const YOUNG: Duration = Duration::from_secs(2);

/// What is kept, by the path that was asked for.
pub(super) struct Hot(Cache<String, Kept, BySize, RandomState>);

#[derive(Clone)]
struct Kept {
    stamp: Stamp,
    facts: Facts,
    bytes: Bytes,
}

#[derive(Clone)]
struct BySize;

impl Weighter<String, Kept> for BySize {
    fn weight(&self, path: &String, kept: &Kept) -> u64 {
        (path.len() + kept.bytes.len() + size_of::<Kept>()) as u64
    }
}

/// Which file it is, and which state of it, as the file system tells it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Device and number, where files have them.
    number: (u64, u64),
    size: u64,
    written: Option<SystemTime>,
    /// When any of this was changed, where it is known: seconds and nanoseconds.
    changed: (i64, i64),
}

impl Hot {
    pub(super) fn new() -> Hot {
        let typical = 16 << 10;
        let items = (ROOM / typical) as usize;
        Hot(Cache::with(items, ROOM, BySize, RandomState::default(), DefaultLifecycle::default()))
    }

    /// A file, if it is kept and still the same. It costs a look at the file, which is not read.
    pub(super) fn get(&self, root: &Utf8Path, path: &str) -> Option<Opened> {
        let kept = self.0.get(path)?;
        let now = root.join(path).metadata().ok()?;
        (Stamp::of(&now) == kept.stamp).then(|| Opened::in_memory(kept.facts, kept.bytes))
    }

    /// Keeps a file that was read whole.
    pub(super) fn keep(&self, path: &str, stamp: Stamp, facts: &Facts, bytes: &Bytes) {
        let is_settled = stamp.written.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > YOUNG);
        if is_settled && facts.size <= PIECE {
            self.0.insert(path.to_owned(), Kept { stamp, facts: facts.clone(), bytes: bytes.clone() });
        }
    }
}

impl Stamp {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Stamp {
        use std::os::unix::fs::MetadataExt as _;
        Stamp {
            number: (metadata.dev(), metadata.ino()),
            size: metadata.len(),
            written: metadata.modified().ok(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn of(metadata: &Metadata) -> Stamp {
        let written = metadata.modified().ok();
        Stamp { number: (0, 0), size: metadata.len(), written, changed: (0, 0) }
    }
}
