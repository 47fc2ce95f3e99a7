//! Why an image cannot be had.

use crate::release::ReleaseError;

/// Why an image cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The release tree cannot be used, or nobody vouches for its digests.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The tree does not say which images it has.
    #[error("{at} has no profiles.json, which lists the images")]
    NoProfiles {
        /// The target's folder.
        at: String,
    },
    /// The target is of several devices, or of none.
    #[error("{at} has {} profiles", .known.len())]
    WhichProfile {
        /// The `profiles.json`.
        at: String,
        /// Their names.
        known: Vec<String>,
    },
    /// The release has nothing of a target.
    #[error("the release at {at} has no target {target}")]
    NoTarget {
        /// The tree.
        at: String,
        target: String,
    },
    /// No device of the target is this board.
    #[error("{at} has no image for the board {board:?}")]
    NoDevice {
        /// The `profiles.json`.
        at: String,
        /// The board, as a router names it.
        board: String,
        /// Boards that are called alike.
        near: Vec<String>,
    },
    /// There is no such image.
    #[error("{at} has no image{}{asked}", if .asked.is_empty() { "" } else { " of " })]
    NoneLike {
        /// The target's folder.
        at: String,
        /// What was asked for.
        asked: String,
        /// What there is.
        there: Vec<String>,
        /// What there is that is called alike.
        near: Vec<String>,
    },
    /// There are several such images.
    #[error("{at} has several images: {}", .there.join(", "))]
    WhichImage {
        /// The target's folder.
        at: String,
        /// What there is.
        there: Vec<String>,
    },
    /// No digest is stated for it.
    #[error("{at}/sha256sums does not list {name}")]
    NotListed {
        /// The target's folder.
        at: String,
        /// The image.
        name: String,
    },
}
