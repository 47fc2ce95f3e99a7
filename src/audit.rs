//! What a check of a mirror or a disk found.

use crate::format::IndexError;
use crate::lock::Contradiction;
use crate::trust::{Digest, TrustError};

/// What a check found.
#[derive(Debug, Default)]
pub struct Audit {
    /// The files that were read.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// The feeds, or folders of them, that no trusted key vouches for and that the user accepts.
    pub unsigned: Vec<String>,
    /// Files of a copy that others made which nothing in it names, sorted.
    pub unvouched: Vec<String>,
    /// What is wrong, sorted by path.
    pub faults: Vec<Fault>,
}

/// Something wrong with a file.
#[derive(Debug)]
pub struct Fault {
    /// The file, by its path in the mirror or disk.
    pub path: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// It is not there.
    #[error("missing")]
    Missing,
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It has other bytes than the signed index, or the lock, says.
    #[error("damaged: expected {expected}, found {found}")]
    Digest {
        /// What it should be.
        expected: Digest,
        /// What it is.
        found: Digest,
    },
    /// It has another size than the signed index says.
    #[error("damaged: expected {expected} bytes, found {found}")]
    Size {
        /// The size it should have.
        expected: u64,
        /// The size it has.
        found: u64,
    },
    /// It is an index that no trusted key vouches for.
    #[error("not vouched for: {0}")]
    Untrusted(#[from] TrustError),
    /// It is a key for routers that is not trusted here.
    #[error("not vouched for: a key that is none of the trusted ones")]
    ForeignKey,
    /// It is an index that cannot be read.
    #[error("damaged: {0}")]
    Index(#[from] IndexError),
    /// The signed index does not list it, or not with this digest.
    #[error("not in the signed index")]
    NotOffered,
    /// Nothing refers to it.
    #[error("does not belong here")]
    Extra,
    /// It is a part of an image that the official one has not.
    #[error("has other bytes than the official image")]
    NotOfficial,
    /// It is not the text that owpkg writes for this lock.
    #[error("is not what this owpkg writes for the lock")]
    NotAsMade,
    /// It is a lock that says otherwise than the signed indexes.
    #[error("{0}")]
    Contradicts(Contradiction),
    /// It is a list or lock that cannot be read.
    #[error("damaged: {0}")]
    Text(String),
}

impl Audit {
    /// Notes a fault.
    pub(crate) fn fault(&mut self, path: impl Into<String>, wrong: impl Into<Wrong>) {
        self.faults.push(Fault { path: path.into(), wrong: wrong.into() });
    }

    /// Adds what was found elsewhere.
    pub(crate) fn add(&mut self, other: Audit) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.unsigned.extend(other.unsigned);
        self.unvouched.extend(other.unvouched);
        self.faults.extend(other.faults);
    }

    /// The same, in order.
    pub(super) fn sorted(mut self) -> Audit {
        self.faults.sort_by(|a, b| a.path.cmp(&b.path));
        self.unvouched.sort();
        self
    }
}
