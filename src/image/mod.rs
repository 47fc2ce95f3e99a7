//! An image that installs itself: the release's own, byte for byte, and in it one archive with a disk.
//!
//! OpenWrt's first start unpacks the archive in `/` ([`Door`] says how it gets there), and runs the uci-default in it,
//! which runs the disk's `install.sh`. [`pack`] makes the archive, [`plan`] finds its place and says every byte that
//! becomes another, and [`Carried`] takes an image apart again to see that there is nothing else.

mod archive;
mod bytes;
mod carried;
mod change;
mod disk_format;
mod door;
#[doc(hidden)]
pub mod first_boot;
mod gpt;
mod layout;
mod write;

use std::fs::File;
use std::io::{self, Read, Seek};

use camino::Utf8Path;

#[doc(hidden)]
pub use archive::pack;
pub use carried::{Carried, CarriedError};
pub use change::{Bytes, Change};
pub use disk_format::DiskFormat;
pub(crate) use disk_format::LARGEST_DISK;
pub(crate) use door::BOOT_FILE;
pub use door::{Door, DoorError, Load, NoDoor};
pub(crate) use layout::Holds;
#[doc(hidden)]
pub use layout::Layout;
pub use layout::LayoutError;
pub use write::{Cargo, Form, ImageWriteError, WrittenImage, write};

/// What becomes of an image that takes an archive in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How it gets in.
    pub door: Door,
    /// The size of the image then, in bytes.
    pub size: u64,
    /// Every byte that becomes another.
    pub changes: Vec<Change>,
}

/// Plans how an image of a target (`x86/64`) takes an archive in, and grows to `size` bytes if it has fewer.
///
/// # Errors
/// When the image is no disk, has no door, or the load is too large for it.
pub fn plan(
    image: &mut (impl Read + Seek),
    target: &str,
    load: Load,
    size: Option<u64>,
) -> Result<Plan, DoorError> {
    let layout = Layout::read(image)?;
    let (door, changes) = load.enter(image, &layout, target)?;
    let end = changes.iter().map(Change::end).max().unwrap_or(0);
    let size = size.unwrap_or(0).max(end).max(layout.size);
    let mut all = layout.grow(image, size)?;
    all.extend(changes);
    Ok(Plan { door, size, changes: all })
}

/// Whether a file is an image of a system: a disk with a root on it.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn is_image(path: &Utf8Path) -> io::Result<bool> {
    match Layout::read(&mut File::open(path)?) {
        Ok(layout) => Ok(layout.root().is_some()),
        Err(LayoutError::Read(error)) => Err(error),
        Err(LayoutError::Damaged { .. } | LayoutError::NoTable) => Ok(false),
    }
}

impl Plan {
    /// Makes the changes in the image, given the archive.
    ///
    /// # Errors
    /// When the archive cannot be read, or the image cannot be written.
    pub fn apply(&self, archive: &mut (impl Read + Seek), image: &mut File) -> io::Result<()> {
        image.set_len(self.size)?;
        change::apply(&self.changes, archive, image)
    }
}

/// Lets an image grow to `size` bytes: the copy of its partition table, where it has one, belongs at its end.
///
/// # Errors
/// When the image cannot be read or written.
pub fn grow(image: &mut File, size: u64) -> Result<(), LayoutError> {
    let changes = match Layout::read(image) {
        Ok(layout) => layout.grow(image, size)?,
        Err(LayoutError::NoTable) => Vec::new(),
        Err(error) => return Err(error),
    };
    image.set_len(size)?;
    Ok(change::apply(&changes, &mut io::empty(), image)?)
}
