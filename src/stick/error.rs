//! What can be wrong with a request.

use super::NotARouterId;
use super::request::{END, MAX_LINE, MAX_TEXT, NAME, VERSIONS};
use crate::format::FORMATS;
use crate::hardware::detect::MAX_DEVICES;
use crate::release::NotATarget;

/// A text that is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It begins otherwise.
    #[error("it is no request of a router: expected {NAME} {} in its first line, found {found:?}", VERSIONS[0])]
    NoRequest {
        /// Its first line.
        found: String,
    },
    /// It is of another version of `request.sh`.
    #[error("it is a request of version {found:?}, and this owpkg reads versions {}", VERSIONS.join(" and "))]
    Version {
        /// The version.
        found: String,
    },
    /// It is larger than any request.
    #[error("it is larger than any request: expected at most {} MiB", MAX_TEXT >> 20)]
    TooLarge,
    /// It ends before its end.
    #[error("it is cut off: its last line is not {END:?}")]
    Cut,
    /// A key of the head is not there.
    #[error("its head does not say {key:?}")]
    Missing { key: &'static str },
    /// A line that cannot be.
    #[error("line {line}: {wrong}")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        wrong: LineError,
    },
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It holds something else than plain text.
    #[error("expected plain text, found the character {0:?}")]
    Character(char),
    /// It is too long.
    #[error("expected at most {MAX_LINE} bytes, found {0}")]
    Long(usize),
    /// It is something else.
    #[error("expected {expected}, found {found:?}")]
    Other {
        /// What should be there.
        expected: &'static str,
        /// How it starts.
        found: String,
    },
    /// It names a package manager of no known format.
    #[error("expected {}, found {found:?}", known_clients())]
    Client {
        /// How the name starts.
        found: String,
    },
    /// It says again what the head has said.
    #[error("{0:?} is said twice")]
    Twice(&'static str),
    /// There are too many of its kind.
    #[error("more devices than any router has: expected at most {MAX_DEVICES}")]
    Devices,
    /// The router's id is none.
    #[error(transparent)]
    Router(#[from] NotARouterId),
    #[error(transparent)]
    Target(#[from] NotATarget),
    /// The kernel is another than that of the packages.
    #[error("the kernel is {head:?} here and {listed:?} among the packages")]
    Kernel {
        /// The version here.
        head: String,
        /// The version of the package, if there is one.
        listed: String,
    },
}

fn known_clients() -> String {
    FORMATS.iter().rev().map(|format| format.name()).collect::<Vec<_>>().join(" or ")
}
