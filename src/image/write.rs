//! Writes a release's image, with an archive in it or without: whole, or not at all.

use std::fs::File;
use std::io;

use camino::Utf8Path;

use super::disk_format::{DiskFormat, convert};
use super::{Door, DoorError, Layout, LayoutError, Load, grow, plan};
use crate::files::replace::parent;
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

/// What to make of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// How the release packed it.
    pub packing: Packing,
    /// The size of the disk in bytes; none: the image's own.
    pub size: Option<u64>,
    /// The format of the file.
    pub format: DiskFormat,
}

/// An image that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenImage {
    /// Size of the official image in bytes.
    pub image: u64,
    /// Size of the disk in bytes, whatever its file takes.
    pub disk: u64,
    /// Whether it has a partition table, so that it is a whole disk.
    pub is_partitioned: bool,
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

/// Writes an image to `path`, in place of an earlier file of that name, lets the disk grow, and puts the cargo in.
///
/// # Errors
/// When the image is not whole, does not fit into the size, has no door for the cargo, or the file cannot be written.
pub fn write(
    image: &Verified<Artifact>,
    form: Form,
    cargo: Option<Cargo<'_>>,
    path: &Utf8Path,
) -> Result<WrittenImage, ImageWriteError> {
    let permissions = cargo.as_ref().map_or(Permissions::All, |cargo| cargo.permissions);
    let unwritable = |source: io::Error| OutputError::Io { path: path.to_owned(), source };
    let Form { packing, size, format } = form;
    let ((unpacked, door, layout, disk), file) = place_file(path, permissions, |out| {
        // Another format is written from the raw image, which lies beside it for so long.
        let mut beside = match format {
            DiskFormat::Raw => None,
            _ => Some(tempfile::tempfile_in(parent(path)).map_err(unwritable)?),
        };
        let file = beside.as_mut().unwrap_or(out);
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
        let layout = match Layout::read(file) {
            Err(LayoutError::Read(error)) => return Err(unwritable(error).into()),
            layout => layout.ok(),
        };
        let disk = file.metadata().map_err(unwritable)?.len();
        if let Some(mut raw) = beside {
            convert(&mut raw, format, path.file_name().unwrap_or_default(), out).map_err(unwritable)?;
        }
        Ok::<_, ImageWriteError>((unpacked, door, layout, disk))
    })?;
    let Unpacked { size: image, appended } = unpacked;
    let is_partitioned = layout.is_some_and(|layout| layout.partition(0).is_none());
    Ok(WrittenImage { image, disk, is_partitioned, file, appended, door })
}
