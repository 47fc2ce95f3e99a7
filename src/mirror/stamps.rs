//! Which files were found good, so that a rerun need not read them again.
//!
//! A file counts as seen while its size and stamp are those it had when it was checked. [`super::verify()`] believes
//! none of this.

use std::iter::Peekable;
use std::str::Lines;

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

    /// The same, to be asked in order of the names, as it was written.
    pub(super) fn in_order(&self) -> Seen<'_> {
        Seen { lines: self.0.lines().peekable(), line: String::new() }
    }

    /// Writes down what was seen.
    pub(super) fn write<'a>(
        store: &dyn Store,
        folder: &str,
        files: impl Iterator<Item = (&'a Listed, &'a Stat)>,
    ) -> Result<(), StoreError> {
        let mut lines = String::new();
        for (file, stat) in files {
            push_line(&mut lines, &file.name, stat, &file.digest);
            lines.push('\n');
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

/// What was seen of each file of a folder, as far as nobody has asked.
pub(super) struct Seen<'s> {
    lines: Peekable<Lines<'s>>,
    /// The line that would be there of the file that is asked for.
    line: String,
}

impl Seen<'_> {
    /// Whether this very file was found to have the digest.
    pub(super) fn knows(&mut self, name: &str, stat: &Stat, digest: &Digest) -> bool {
        let is_before = |line: &&str| line.split_once(' ').is_none_or(|(_, other)| other < name);
        while self.lines.next_if(is_before).is_some() {}
        self.line.clear();
        push_line(&mut self.line, name, stat, digest);
        self.lines.peek().is_some_and(|line| *line == self.line)
    }
}

fn push_line(text: &mut String, name: &str, stat: &Stat, digest: &Digest) {
    // A stamp may hold blanks, as an ETag may.
    let stamp = stat.stamp.replace(char::is_whitespace, "_");
    text.extend([&digest.hex(), ":", &stat.size.to_string(), ":", &stamp, " ", name]);
}

fn place(folder: &str) -> String {
    format!("{OWN}/seen/{folder}.seen")
}
