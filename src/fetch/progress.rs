//! What a caller can be told while files are fetched.

use std::time::Duration;

use super::{Failure, Location};

/// Told what goes on while files are fetched over the network; each method does nothing by default. Called from
/// several threads. Bytes advanced minus bytes withdrawn make up the bytes of the files that are done.
pub trait Progress: Send + Sync {
    /// `files` will be fetched in several goes, `bytes` in all where every size is known: they are one to whoever waits.
    fn planned(&self, _files: usize, _bytes: Option<u64>) {}
    /// `files` are about to be fetched, `bytes` in all where every size is known.
    fn started(&self, _files: usize, _bytes: Option<u64>) {}
    /// A file of this name needed no fetching; its size in bytes, where that is known.
    fn at_hand(&self, _name: &str, _bytes: Option<u64>) {}
    /// So many more bytes are here; bytes that an earlier run left are counted too.
    fn advanced(&self, _bytes: u64) {}
    /// So many bytes that were counted have to be fetched again.
    fn withdrawn(&self, _bytes: u64) {}
    /// The file of this name is here and in order, or it is sure that it is not to be had.
    fn done(&self, _name: &str) {}
    /// What was wanted from a place is here, in so many bytes.
    fn got(&self, _at: &Location, _from: GotFrom, _bytes: u64) {}
    /// A request for `at` failed and will be made again after the pause.
    fn retrying(&self, _at: &str, _pause: Duration, _cause: &Failure) {}
    /// The cached file of this name was damaged and is fetched anew.
    fn repairing(&self, _name: &str) {}
}

/// Where something came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GotFrom {
    Network,
    /// The cache, after the server said that it is the same.
    Unchanged,
    /// The cache or a folder.
    Hand,
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {}
