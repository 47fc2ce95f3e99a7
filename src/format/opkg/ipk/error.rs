//! What can be wrong with an opkg package.

use std::fmt;
use std::io;

/// A layer of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The outer container.
    Package,
    /// `control.tar.gz`.
    Control,
    /// `data.tar.gz`.
    Data,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Package => "the package",
            Part::Control => "control.tar.gz",
            Part::Data => "data.tar.gz",
        })
    }
}

/// A package that cannot be read, or that opkg would install wrongly.
#[derive(Debug, thiserror::Error)]
pub enum IpkError {
    /// The bytes of the package cannot be had.
    #[error("the package cannot be read")]
    Unreadable(#[source] io::Error),
    /// It is something else.
    #[error("not an opkg package but {found}")]
    NotIpk {
        /// What it looks like.
        found: &'static str,
    },
    /// A layer ends too early.
    #[error("{part} is cut off")]
    Truncated { part: Part },
    /// A layer does not unpack.
    #[error("{part} is damaged: {why}")]
    Corrupt {
        part: Part,
        /// What the unpacker says.
        why: String,
    },
    /// There is something behind the end of a layer.
    #[error("{part} is followed by bytes that do not belong to it")]
    TrailingBytes { part: Part },
    /// It holds more than the limits allow.
    #[error("{part} holds more than {cap} {of}")]
    TooLarge {
        part: Part,
        /// The limit.
        cap: u64,
        /// What is counted.
        of: &'static str,
    },
    /// A member is not there.
    #[error("it has no {member}")]
    Missing { member: &'static str },
    /// A member is there twice.
    #[error("it has more than one {member}")]
    Duplicate { member: &'static str },
    /// A member has a name that opkg passes over.
    #[error("it has {found} where opkg knows only {expected}, so opkg would install it without")]
    WrongName {
        /// The name that opkg looks for.
        expected: &'static str,
        /// The name that is there.
        found: String,
    },
    /// An entry of a kind that opkg does not unpack.
    #[error("{part} holds {found} for {path:?}, where opkg stops unpacking without a word")]
    Unsupported {
        part: Part,
        /// The kind of entry.
        found: &'static str,
        /// The entry's name.
        path: String,
    },
    /// A path that must not be unpacked.
    #[error("{part} holds the path {path:?}, which {why}")]
    BadPath {
        part: Part,
        /// The path, as far as it is readable.
        path: String,
        why: &'static str,
    },
}

impl IpkError {
    /// The error that an unpacker of `part` met. What a deeper layer found wrong travels through the layers
    /// above inside an [`io::Error`] and comes out as it went in.
    pub(super) fn met(part: Part, error: io::Error) -> IpkError {
        match error.downcast::<IpkError>() {
            Ok(own) => own,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => IpkError::Truncated { part },
            Err(error) => IpkError::Corrupt { part, why: error.to_string() },
        }
    }
}

impl From<IpkError> for io::Error {
    fn from(error: IpkError) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }
}
