//! What the cache takes of the disk, and how to have that back.

use std::fs;
use std::io;

use camino::Utf8Path;

use super::{LAYOUT, PARTIAL};

/// Files of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// How many.
    pub files: u64,
    /// Their sizes together, in bytes.
    pub bytes: u64,
}

/// What a cache holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheUsage {
    /// Indexes and other metadata.
    pub documents: Amount,
    /// Whole package files and images.
    pub packages: Amount,
    /// What was read of files.
    pub findings: Amount,
    /// What killed runs left, to be taken up again.
    pub partial: Amount,
}

impl CacheUsage {
    /// Counts what the cache in a folder holds; nothing where there is no cache.
    ///
    /// # Errors
    /// When a folder of it cannot be read.
    pub fn of(root: &Utf8Path) -> io::Result<CacheUsage> {
        let amount = |name| count(&root.join(LAYOUT).join(name));
        Ok(CacheUsage {
            documents: amount("documents")?,
            packages: amount("packages")?,
            findings: amount("findings")?,
            partial: amount(PARTIAL)?,
        })
    }

    /// All of it together.
    pub fn total(&self) -> Amount {
        let all = [self.documents, self.packages, self.findings, self.partial];
        Amount {
            files: all.iter().map(|amount| amount.files).sum(),
            bytes: all.iter().map(|amount| amount.bytes).sum(),
        }
    }

    /// Removes what the cache in a folder holds, and nothing else that is there.
    ///
    /// # Errors
    /// When something of it cannot be removed.
    pub fn clear(root: &Utf8Path) -> io::Result<()> {
        match fs::remove_dir_all(root.join(LAYOUT)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn count(folder: &Utf8Path) -> io::Result<Amount> {
    let mut amount = Amount::default();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = match folder.read_dir_utf8() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => open.push(entry.into_path()),
                false => {
                    amount.files += 1;
                    amount.bytes += entry.metadata()?.len();
                }
            }
        }
    }
    Ok(amount)
}
