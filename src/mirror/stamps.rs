//! Which files were found good, so that a rerun need not read them again.
//!
//! A file counts as seen while its size and stamp are those it had when it was checked. [`super::verify()`] believes
//! none of this.

use std::collections::HashMap;

use super::store::{Stat, Store, StoreError};
use super::{Listed, OWN};
use crate::files::Content;
use crate::trust::Digest;

const CAP: u64 = 64 << 20;

/// What was seen in a folder, as it was written down.
#[derive(Debug, Default)]
pub(super) struct CheckedStamps(String);

impl CheckedStamps {
    /// Reads what an earlier run saw.
    pub(super) fn read(store: &dyn Store, folder: &str) -> Result<CheckedStamps, StoreError> {
        let text = store.read(&place(folder), CAP)?.unwrap_or_default();
        // A line that is no text names no file.
        Ok(CheckedStamps(String::from_utf8_lossy(&text).into_owned()))
    }

    /// The same, by name.
    pub(super) fn by_name(&self) -> Seen<'_> {
        let line = |line| str::split_once(line, ' ').map(|(mark, name)| (name, mark));
        Seen(self.0.lines().filter_map(line).collect())
    }

    /// Writes down what was seen.
    pub(super) fn write<'a>(
        store: &dyn Store,
        folder: &str,
        files: impl Iterator<Item = (&'a Listed, &'a Stat)>,
    ) -> Result<(), StoreError> {
        let mut lines = String::new();
        for (file, stat) in files {
            lines.extend([&mark(stat, &file.digest), " ", &file.name, "\n"]);
        }
        if store.read(&place(folder), CAP)?.as_deref() != Some(lines.as_bytes()) {
            store.put(&place(folder), &Content::Made(lines))?;
        }
        Ok(())
    }

    /// Forgets what was seen.
    pub(super) fn remove(store: &dyn Store, folder: &str) -> Result<(), StoreError> {
        store.remove(&place(folder))
    }
}

/// What was seen of each file of a folder.
pub(super) struct Seen<'s>(HashMap<&'s str, &'s str>);

impl Seen<'_> {
    /// Whether this very file was found to have the digest.
    pub(super) fn knows(&self, name: &str, stat: &Stat, digest: &Digest) -> bool {
        self.0.get(name).is_some_and(|known| *known == mark(stat, digest))
    }
}

fn mark(stat: &Stat, digest: &Digest) -> String {
    // A stamp may hold blanks, as an ETag may.
    format!("{}:{}:{}", digest.hex(), stat.size, stat.stamp.replace(char::is_whitespace, "_"))
}

fn place(folder: &str) -> String {
    format!("{OWN}/seen/{folder}.seen")
}
