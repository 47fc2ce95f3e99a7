//! The choice of kind, cluster size and number of clusters.

use std::cmp::Reverse;

use super::directory::SLOT_BYTES;
use super::geometry::{CLUSTER_SECTORS, Geometry, SECTOR_BYTES, Shape};
use super::layout::File;
use super::tree::Tree;
use super::{FatError, FatKind, Options, Size};

/// What has to fit.
pub(super) struct Content<'a> {
    pub(super) tree: &'a Tree,
    pub(super) files: &'a [File],
}

impl Content<'_> {
    /// The geometry and the bytes of the image.
    pub(super) fn choose(&self, options: &Options) -> Result<(Geometry, u64), FatError> {
        let shapes = || kinds(options.kind).flat_map(|kind| self.shapes(kind));
        let smallest = shapes()
            .filter_map(|shape| shape.for_clusters(self.clusters(shape)))
            .min_by_key(|geometry| (geometry.sectors(), geometry.shape.kind, geometry.shape.cluster_sectors));
        let Some(smallest) = smallest else {
            let content = self.files.iter().map(|file| u64::from(file.size)).sum();
            return Err(FatError::TooMuch { kind: options.kind.unwrap_or(FatKind::Fat32), content });
        };
        let start = u64::from(options.start());
        let needed = bytes(start + smallest.sectors());
        let size = match options.size {
            Size::Smallest => return Ok((smallest, needed)),
            Size::Exactly(size) => size,
        };
        let sectors = (size / u64::from(SECTOR_BYTES)).saturating_sub(start);
        let within = || shapes().filter_map(|shape| shape.within(sectors));
        if let Some(largest) = within().max_by_key(Geometry::sectors).filter(|it| !covers(it, sectors)) {
            let kind = options.kind.unwrap_or(FatKind::Fat32);
            return Err(FatError::TooLarge { size, kind, largest: bytes(start + largest.sectors()) });
        }
        within()
            .filter(|geometry| u64::from(geometry.clusters) >= self.clusters(geometry.shape))
            .min_by_key(|geometry| preference(geometry, sectors))
            .map(|geometry| (geometry, size))
            .ok_or(FatError::TooSmall { size, needed })
    }

    fn shapes(&self, kind: FatKind) -> impl Iterator<Item = Shape> {
        let root_sectors = match kind {
            FatKind::Fat32 => 0,
            FatKind::Fat12 | FatKind::Fat16 => root_sectors(self.tree.directories[0].slots),
        };
        CLUSTER_SECTORS.into_iter().map(move |cluster_sectors| Shape { kind, cluster_sectors, root_sectors })
    }

    /// The clusters that everything takes.
    fn clusters(&self, shape: Shape) -> u64 {
        let outside = usize::from(shape.kind != FatKind::Fat32);
        let directories = self.tree.directories[outside..].iter().map(|it| directory_bytes(it.slots));
        let files = self.files.iter().map(|file| u64::from(file.size));
        directories.chain(files).map(|bytes| bytes.div_ceil(shape.cluster_bytes())).sum()
    }
}

/// The bytes that a directory takes.
pub(super) fn directory_bytes(slots: usize) -> u64 {
    (slots * SLOT_BYTES) as u64
}

fn kinds(asked: Option<FatKind>) -> impl Iterator<Item = FatKind> {
    [FatKind::Fat12, FatKind::Fat16, FatKind::Fat32]
        .into_iter()
        .filter(move |&kind| asked.is_none_or(|asked| asked == kind))
}

/// Sectors of a root directory outside of the clusters. It cannot grow, so it has at least 128 slots: a few files
/// may still be added by hand.
fn root_sectors(slots: usize) -> u32 {
    // At most 2^16 slots.
    (slots.max(128) * SLOT_BYTES).div_ceil(SECTOR_BYTES as usize) as u32
}

/// Whether the file system is all but a 64th of the image. The largest FAT12 and FAT16 miss 128 MiB and 2 GiB by
/// a few clusters.
fn covers(geometry: &Geometry, sectors: u64) -> bool {
    let unused = sectors - geometry.sectors();
    unused <= u64::from(geometry.shape.cluster_sectors) + 1 || unused <= sectors / 64
}

/// Orders the geometries that an image of a given size could have, the best first: one that fills it; the usual
/// kind for the size; the smallest cluster that keeps the table comfortable.
fn preference(geometry: &Geometry, sectors: u64) -> impl Ord + use<> {
    let Shape { kind, cluster_sectors, .. } = geometry.shape;
    let usual = match bytes(sectors) >> 20 {
        0..16 => [FatKind::Fat12, FatKind::Fat16, FatKind::Fat32],
        16..=512 => [FatKind::Fat16, FatKind::Fat32, FatKind::Fat12],
        _ => [FatKind::Fat32, FatKind::Fat16, FatKind::Fat12],
    };
    let rank = usual.iter().position(|&it| it == kind);
    let too_many = geometry.clusters > kind.comfortable_clusters();
    let (small, large) = if too_many { (0, cluster_sectors) } else { (cluster_sectors, 0) };
    (!covers(geometry, sectors), rank, too_many, small, Reverse(large))
}

fn bytes(sectors: u64) -> u64 {
    sectors * u64::from(SECTOR_BYTES)
}
