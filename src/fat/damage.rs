//! What is wrong with an image that is read.

use std::io;

/// What is wrong with an image that is read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FatDamage {
    /// It has no boot sector of a FAT file system.
    #[error("it is no FAT image: {0}")]
    NotFat(&'static str),
    /// It ends before its file system does.
    #[error("its file system has {said} bytes, and only {found} are there")]
    CutShort {
        /// The bytes that the boot sector speaks of.
        said: u64,
        /// The bytes that are there.
        found: u64,
    },
    /// Two chains, or a chain in a circle, go through a cluster.
    #[error("cluster {cluster} is used twice")]
    UsedTwice {
        /// The cluster's number.
        cluster: u32,
    },
    /// A chain leads to what is no cluster, or to a free one.
    #[error("a chain leads to cluster {cluster}, which there is not")]
    NoCluster {
        /// The number.
        cluster: u32,
    },
    /// The two copies of the table are not the same.
    #[error("the two tables differ at cluster {cluster}")]
    TablesDiffer {
        /// The cluster's number.
        cluster: u32,
    },
    /// A file has more bytes than its chain.
    #[error("its chain of clusters ends {missing} bytes early")]
    ChainTooShort {
        /// The bytes that are missing.
        missing: u64,
    },
    /// A file's chain goes on after its last byte.
    #[error("its chain of clusters goes on after its end")]
    ChainTooLong,
    /// A name that FAT cannot hold.
    #[error("{name:?} is a name that FAT cannot hold")]
    Name { name: String },
    /// Folders within folders without end.
    #[error("{path:?} lies too deep in folders")]
    TooDeep {
        /// The folder.
        path: String,
    },
    /// A folder of more slots than FAT allows.
    #[error("a folder has more names than FAT can hold in one")]
    FolderTooLarge,
}

impl From<FatDamage> for io::Error {
    fn from(damage: FatDamage) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, damage)
    }
}
