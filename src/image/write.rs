//! Writes a release's image, with an archive in it or without: whole, or not at all.

use std::fs::File;
use std::io;

use camino::Utf8Path;

use super::{Door, DoorError, LayoutError, Load, grow, plan};
use crate::files::{OutputError, Permissions, WrittenFile, place_file};
use crate::release::image::fwtool::Appended;
use crate::release::image::{Packing, UnpackError, Unpacked, unpack};
use crate::trust::{Artifact, Verified};

/// An archive for an image.
#[derive(Debug)]
pub struct Cargo<'a> {
    /// The archive.
    pub archive: &'a mut File,
    /// What comes with it.
    pub load: Load,
    /// The target that the image is of: `x86/64`.
    pub target: &'a str,
    /// Who may read the image then.
    pub permissions: Permissions,
}

/// An image that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenImage {
    /// Size of the official image in bytes.
    pub image: u64,
    /// The file.
    pub file: WrittenFile,
    /// What was appended to the packed image, and is not in the file.
    pub appended: Vec<Appended>,
    /// How the archive gets in, where there is one.
    pub door: Option<Door>,
}

/// Why an image could not be written. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum ImageWriteError {
    /// It cannot be unpacked, or its file cannot be written.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// It takes the archive not in.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The image is larger than the size that was asked for.
    #[error("the image has {found} bytes, more than the size of {asked} that was asked for")]
    TooSmall {
        /// What was asked for, in bytes.
        asked: u64,
        /// What the image has, in bytes.
        found: u64,
    },
}

impl From<OutputError> for ImageWriteError {
    fn from(error: OutputError) -> ImageWriteError {
        UnpackError::from(error).into()
    }
}

impl From<LayoutError> for ImageWriteError {
    fn from(error: LayoutError) -> ImageWriteError {
        DoorError::from(error).into()
    }
}

/// Writes an image to `path`, in place of an earlier file of that name, lets the file grow to `size` bytes, and puts
/// the cargo in.
///
/// # Errors
/// When the image is not whole, does not fit into `size`, has no door for the cargo, or the file cannot be written.
pub fn write(
    image: &Verified<Artifact>,
    packing: Packing,
    size: Option<u64>,
    cargo: Option<Cargo<'_>>,
    path: &Utf8Path,
) -> Result<WrittenImage, ImageWriteError> {
    let permissions = cargo.as_ref().map_or(Permissions::All, |cargo| cargo.permissions);
    let unwritable = |source: io::Error| OutputError::Io { path: path.to_owned(), source };
    let ((unpacked, door), file) = place_file(path, permissions, |file| {
        let unpacked = unpack(image, packing, file, path)?;
        if let Some(asked) = size.filter(|asked| *asked < unpacked.size) {
            return Err(ImageWriteError::TooSmall { asked, found: unpacked.size });
        }
        let door = match (cargo, size) {
            (Some(Cargo { archive, load, target, .. }), size) => {
                let plan = plan(file, target, load, size)?;
                plan.apply(archive, file).map_err(unwritable)?;
                Some(plan.door)
            }
            (None, Some(size)) => {
                grow(file, size)?;
                None
            }
            (None, None) => None,
        };
        Ok::<_, ImageWriteError>((unpacked, door))
    })?;
    let Unpacked { size: image, appended } = unpacked;
    Ok(WrittenImage { image, file, appended, door })
}
