//! A place for every directory and file.

use super::choice::{Content, directory_bytes};
use super::geometry::{Geometry, RESERVED_ENTRIES, SECTOR_BYTES};
use super::tree::Tree;
use super::{FatError, FatKind, FileSize, Label, Options, Timestamp, partition};

/// A whole image, settled down to the last byte but for the contents of the files.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) geometry: Geometry,
    pub(super) label: Label,
    pub(super) volume_id: u32,
    pub(super) time: Timestamp,
    pub(super) tree: Tree,
    /// Where the directories of the tree lie.
    pub(super) directories: Vec<Extent>,
    /// The files in the order of the entries.
    pub(super) files: Vec<File>,
    /// Clusters in use. They come first and without a gap.
    pub(super) used_clusters: u32,
    /// The sectors before the file system: those of a partition table, or none.
    pub(super) start: u32,
    size: u64,
}

/// Clusters one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    /// The number of the first one; 0 if there is none.
    pub(super) first: u32,
    pub(super) clusters: u32,
}

#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) size: u32,
    pub(super) extent: Extent,
}

/// Plans an image of these files, in this order.
///
/// # Errors
///
/// [`FatError::Name`], [`FatError::SameName`], [`FatError::FileTooLarge`] and [`FatError::DirectoryTooLarge`] for
/// entries that FAT cannot hold; [`FatError::TooSmall`], [`FatError::TooLarge`] and [`FatError::TooMuch`] where
/// the size or the kind asked for does not go with them.
pub fn plan(entries: &[FileSize<'_>], options: &Options) -> Result<Plan, FatError> {
    let mut files = Vec::with_capacity(entries.len());
    for &FileSize { path, size } in entries {
        let Ok(size) = u32::try_from(size) else {
            return Err(FatError::FileTooLarge { path: path.to_owned(), size });
        };
        files.push(File { path: path.to_owned(), size, extent: Extent::default() });
    }
    let tree = Tree::new(entries)?;
    let (geometry, size) = Content { tree: &tree, files: &files }.choose(options)?;

    let mut places = Places { geometry: &geometry, next: RESERVED_ENTRIES };
    let mut directories = Vec::with_capacity(tree.directories.len());
    for (index, directory) in tree.directories.iter().enumerate() {
        let outside = index == 0 && geometry.shape.kind != FatKind::Fat32;
        directories.push(if outside {
            Extent::default()
        } else {
            places.take(directory_bytes(directory.slots))
        });
    }
    for file in &mut files {
        file.extent = places.take(file.size.into());
    }
    let used_clusters = places.next - RESERVED_ENTRIES;
    let Options { label, volume_id, time, .. } = *options;
    let start = options.start();
    Ok(Plan { geometry, label, volume_id, time, tree, directories, files, used_clusters, start, size })
}

impl Plan {
    /// The size of the whole image in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes that [`Plan::write`] writes: up to the end of the last cluster in use. What comes after it, up
    /// to [`Plan::size`], is free space.
    #[doc(hidden)]
    pub fn used_size(&self) -> u64 {
        (u64::from(self.start) + self.geometry.data_start()) * u64::from(SECTOR_BYTES)
            + u64::from(self.used_clusters) * self.geometry.shape.cluster_bytes()
    }

    /// The kind of FAT that was chosen.
    pub fn kind(&self) -> FatKind {
        self.geometry.shape.kind
    }

    /// The size of a cluster in bytes.
    pub fn cluster_size(&self) -> u64 {
        self.geometry.shape.cluster_bytes()
    }
}

impl Options {
    /// The sectors before the file system.
    pub(super) fn start(&self) -> u32 {
        if self.partition { partition::START } else { 0 }
    }
}

/// Hands out clusters from the first one on. The geometry was chosen to have enough of them.
struct Places<'a> {
    geometry: &'a Geometry,
    next: u32,
}

impl Places<'_> {
    fn take(&mut self, bytes: u64) -> Extent {
        // At most 2^32 bytes of at least 512 each.
        let clusters = bytes.div_ceil(self.geometry.shape.cluster_bytes()) as u32;
        let first = if clusters == 0 { 0 } else { self.next };
        self.next += clusters;
        Extent { first, clusters }
    }
}
