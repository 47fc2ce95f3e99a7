//! Why an image cannot be planned or written.

use std::io;

use super::FatKind;

/// Why an image cannot be planned or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FatError {
    /// A part of a path is no name that FAT can hold.
    #[error("{path:?}: FAT cannot hold the name {name:?}: {fault}")]
    Name {
        /// The whole path.
        path: String,
        /// The part at fault.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// A name is there twice, as a file or in another case, which FAT ignores.
    #[error("{path:?}: the name {name:?} is taken by {other:?}, and FAT ignores case")]
    SameName {
        /// The later of the two paths.
        path: String,
        /// The part of it that clashes.
        name: String,
        /// The name that it clashes with.
        other: String,
    },
    /// A file is larger than a FAT directory entry can say.
    #[error("{path:?} has {size} bytes, and FAT holds files of at most {} bytes", u32::MAX)]
    FileTooLarge {
        /// The file.
        path: String,
        /// Its planned size in bytes.
        size: u64,
    },
    /// A directory has more names than FAT can hold in one.
    #[error("the directory {path:?} needs {slots} slots for its names, and FAT holds at most {limit} in one")]
    DirectoryTooLarge {
        /// The directory; empty for the root.
        path: String,
        /// The 32-byte slots that its names take.
        slots: usize,
        /// The most that a directory can have.
        limit: usize,
    },
    /// The asked size cannot hold the entries.
    #[error("an image of {size} bytes is too small: these files need {needed} bytes")]
    TooSmall {
        /// The asked size in bytes.
        size: u64,
        /// The smallest size in bytes that holds the entries.
        needed: u64,
    },
    /// The asked size is more than the kind of FAT can address.
    #[error("an image of {size} bytes is too large: {kind} reaches {largest} bytes")]
    TooLarge {
        /// The asked size in bytes.
        size: u64,
        /// The asked kind, or the largest one when none was asked for.
        kind: FatKind,
        /// The largest file system of that kind in bytes.
        largest: u64,
    },
    /// No image of the asked kind, whatever its size, can hold the entries.
    #[error("{content} bytes of files do not fit on {kind}, whatever the size of the image")]
    TooMuch {
        /// The asked kind, or the largest one when none was asked for.
        kind: FatKind,
        /// The bytes of all files together.
        content: u64,
    },
    /// A volume label that FAT cannot hold.
    #[error("FAT cannot hold the volume label {label:?}: {reason}")]
    Label {
        /// The label as given.
        label: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A source could not be opened or read.
    #[error("{path:?} could not be read for the disk image")]
    Read {
        /// The path of the file on the disk image.
        path: String,
        /// What went wrong.
        source: io::Error,
    },
    /// A source ended before its planned size.
    #[error("{path:?} ended after {found} bytes, {planned} were planned")]
    SourceTooShort {
        /// The path of the file on the disk image.
        path: String,
        /// The size in bytes that was planned.
        planned: u64,
        /// The bytes that came.
        found: u64,
    },
    /// A source goes on after its planned size.
    #[error("{path:?} goes on after the {planned} bytes that were planned")]
    SourceTooLong {
        /// The path of the file on the disk image.
        path: String,
        /// The size in bytes that was planned.
        planned: u64,
    },
    /// The image could not be written.
    #[error("the disk image could not be written")]
    Write(#[source] io::Error),
}

impl FatError {
    /// The next step for the user, where there is one.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Name { .. } | Self::SameName { .. } => Some("rename the file, or write a tar".to_owned()),
            Self::FileTooLarge { .. }
            | Self::DirectoryTooLarge { .. }
            | Self::TooMuch { kind: FatKind::Fat32, .. } => Some("write a tar or a folder".to_owned()),
            Self::TooMuch { .. } | Self::TooLarge { kind: FatKind::Fat12 | FatKind::Fat16, .. } => {
                Some("leave the kind of FAT open, or ask for 32".to_owned())
            }
            Self::TooLarge { .. } => Some("ask for a smaller size".to_owned()),
            Self::TooSmall { needed, .. } => {
                Some(format!("ask for {needed} bytes or more, or leave the size open"))
            }
            Self::Label { .. } => Some("use up to 11 letters, digits, spaces, '-' and '_'".to_owned()),
            Self::SourceTooShort { .. } | Self::SourceTooLong { .. } => {
                Some("the file changed since it was planned: run again".to_owned())
            }
            Self::Read { .. } | Self::Write(_) => None,
        }
    }
}

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// There is nothing between two slashes, or before the first, or after the last.
    #[error("it is empty")]
    Empty,
    /// `.` and `..` mean directories.
    #[error("it means a directory")]
    Dots,
    /// One of `" * : < > ? \ |`, or a control character.
    #[error("it contains {0:?}")]
    Character(char),
    /// Readers drop a dot or a space at the end.
    #[error("it ends in a dot or a space")]
    TrailingDotOrSpace,
    /// Longer than 255 UTF-16 units.
    #[error("it has {units} UTF-16 units, and 255 are the most")]
    TooLong {
        /// Its length.
        units: usize,
    },
}
