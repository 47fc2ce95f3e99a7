//! A FAT12, FAT16 or FAT32 image, planned first and then written in one forward pass.
//!
//! [`plan`] is pure: from the paths and sizes of the files it settles the names, the clusters and the size of
//! the image. [`Plan::write`] then streams the files through one buffer to anything that can be written to,
//! with no seek. The same entries and options always give the same bytes.
//!
//! The file system fills the whole image, unless [`Options::partition`] asks for a partition table before it. Its layout follows Microsoft's "FAT: General Overview of On-Disk Format" 1.03, with long file names.
//! [`FatReader`] reads such an image back, whatever was done to it since.
//!
//! ```
//! use owpkg::fat::{FileSize, Label, Options, Size, Timestamp, plan};
//!
//! let entries = [FileSize { path: "feeds/core/Packages.gz", size: 5 }];
//! let plan = plan(
//!     &entries,
//!     &Options {
//!         size: Size::Smallest,
//!         kind: None,
//!         label: Label::new("OPENWRT")?,
//!         volume_id: 0x1234_abcd,
//!         time: Timestamp::from_unix(1_696_854_896),
//!         partition: false,
//!     },
//! )?;
//! let mut image = Vec::new();
//! plan.write(&mut image, |_| Ok(Box::new(&b"hello"[..])))?;
//! image.resize(plan.size() as usize, 0);
//! # Ok::<(), owpkg::fat::FatError>(())
//! ```

mod boot;
mod choice;
mod damage;
mod directory;
mod error;
mod geometry;
pub mod in_place;
mod label;
mod layout;
mod names;
mod partition;
mod read;
mod short_names;
mod sink;
mod slots;
mod table;
mod time;
mod tree;
mod write;

pub use damage::FatDamage;
pub use error::{FatError, NameFault};
pub use geometry::FatKind;
pub use label::Label;
pub use layout::{Plan, plan};
pub(super) use names::check as check_name;
pub use read::FatReader;
pub use time::Timestamp;

/// One file to put on the disk. Its directories are made as needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSize<'a> {
    /// Where it goes, from the root of the disk, parts separated by `/`: `feeds/core/Packages.gz`.
    pub path: &'a str,
    /// Its length in bytes, at most 4 GiB - 1.
    pub size: u64,
}

/// How large the image shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As small as the entries allow, over every kind and cluster size in question.
    Smallest,
    /// This many bytes. What lies beyond the last whole cluster stays outside of the file system.
    Exactly(u64),
}

/// Everything about an image that is not its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How large the image shall be.
    pub size: Size,
    /// The kind of FAT; `None` chooses by size and content.
    pub kind: Option<FatKind>,
    /// The volume label, for the boot sector and the root directory.
    pub label: Label,
    /// The volume serial number; `0x1234abcd` is shown as `1234-ABCD`.
    pub volume_id: u32,
    /// When every file and directory was made and changed.
    pub time: Timestamp,
    /// Whether a partition table comes before it, and the file system is its one partition.
    pub partition: bool,
}
