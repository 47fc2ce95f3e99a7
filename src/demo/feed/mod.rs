//! Makes the files of a feed: how the packages of a blueprint are packed is known of the two formats of releases alone.

mod apk;
mod opkg;

use std::io;

use super::{Blueprint, PackageSpec, SigningKeys};
use crate::format::Format;

/// A file of a feed's folder: a package, or a part of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FeedFile {
    /// Its name in the folder.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Makes a feed in one format.
type Maker = fn(&Blueprint, &[PackageSpec], &SigningKeys) -> io::Result<Vec<FeedFile>>;

/// The makers, by the names of their formats.
const MAKERS: [(&str, Maker); 2] = [("apk", apk::feed), ("opkg", opkg::feed)];

/// Makes the packages of a feed and its signed index.
///
/// # Errors
/// When a package cannot be packed, or there is no maker for the format.
pub(super) fn make(
    format: &dyn Format,
    blueprint: &Blueprint,
    packages: &[PackageSpec],
    signers: &SigningKeys,
) -> io::Result<Vec<FeedFile>> {
    match MAKERS.into_iter().find(|(name, _)| *name == format.name()) {
        Some((_, make)) => make(blueprint, packages, signers),
        None => Err(io::Error::new(io::ErrorKind::Unsupported, format!("no feeds of {}", format.name()))),
    }
}
