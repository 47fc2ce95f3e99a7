//! Sectors and clusters: how much of an image is bookkeeping and how much is left for data.

use std::fmt;
use std::ops::RangeInclusive;

pub(super) const SECTOR_BYTES: u32 = 512;
/// Copies of the file allocation table.
pub(super) const FATS: u32 = 2;
/// Sectors in a cluster. 64 of them (32 KiB) are the most that every system reads.
pub(super) const CLUSTER_SECTORS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];
/// Entries at the head of the table that stand for no cluster, so that the first cluster is number 2.
pub(super) const RESERVED_ENTRIES: u32 = 2;

/// The kind of FAT, by the bits of an entry in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FatKind {
    /// Up to 4,084 clusters, 128 MiB.
    Fat12,
    /// Up to 65,524 clusters, 2 GiB.
    Fat16,
    /// From 65,525 clusters, 32 MiB, to 2 TiB.
    Fat32,
}

impl fmt::Display for FatKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fat12 => "FAT12",
            Self::Fat16 => "FAT16",
            Self::Fat32 => "FAT32",
        })
    }
}

impl FatKind {
    /// All of them.
    pub const ALL: [FatKind; 3] = [FatKind::Fat12, FatKind::Fat16, FatKind::Fat32];

    /// The bits of an entry, in digits.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fat12 => "12",
            Self::Fat16 => "16",
            Self::Fat32 => "32",
        }
    }

    /// The numbers of clusters by which readers know the kind. Nothing else tells them.
    pub(super) fn clusters(self) -> RangeInclusive<u32> {
        match self {
            // One is allowed. Less than a floppy's worth of bytes only makes odd readers fail.
            Self::Fat12 => 100..=4_084,
            // The boundary is 4,085, but Windows takes the first two for FAT12.
            Self::Fat16 => 4_087..=65_524,
            Self::Fat32 => 65_525..=0x0fff_fff5,
        }
    }

    /// The number of clusters above which larger ones are better: 2 MiB for a table is enough.
    pub(super) fn comfortable_clusters(self) -> u32 {
        match self {
            Self::Fat12 | Self::Fat16 => *self.clusters().end(),
            Self::Fat32 => 1 << 19,
        }
    }

    pub(super) fn entry_bits(self) -> u64 {
        match self {
            Self::Fat12 => 12,
            Self::Fat16 => 16,
            Self::Fat32 => 32,
        }
    }

    /// Sectors before the first table: on FAT32 there is room for the copy of the boot sector.
    pub(super) fn reserved_sectors(self) -> u32 {
        match self {
            Self::Fat12 | Self::Fat16 => 1,
            Self::Fat32 => 32,
        }
    }

    fn fat_sectors(self, clusters: u32) -> u32 {
        let bits = (u64::from(clusters) + u64::from(RESERVED_ENTRIES)) * self.entry_bits();
        // At most 2^28 entries of 4 bytes.
        bits.div_ceil(u64::from(SECTOR_BYTES) * 8) as u32
    }
}

/// What is chosen before the number of clusters is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) kind: FatKind,
    pub(super) cluster_sectors: u32,
    /// Sectors of the root directory, which on FAT32 is among the clusters: 0.
    pub(super) root_sectors: u32,
}

/// Where everything lies. All sectors of the file system are inside `u32`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) shape: Shape,
    pub(super) clusters: u32,
    pub(super) fat_sectors: u32,
}

impl Shape {
    /// The smallest file system with at least so many clusters, if there is one.
    pub(super) fn for_clusters(self, clusters: u64) -> Option<Geometry> {
        let clusters = u32::try_from(clusters).ok()?.max(*self.kind.clusters().start());
        let geometry = self.of(clusters);
        let fits = clusters <= *self.kind.clusters().end() && geometry.sectors() <= u64::from(u32::MAX);
        fits.then_some(geometry)
    }

    /// The file system with the most clusters in so many sectors, if there is one.
    ///
    /// It may end a little before the last sector: one cluster more may need a sector more in both tables.
    pub(super) fn within(self, sectors: u64) -> Option<Geometry> {
        let sectors = sectors.min(u32::MAX.into());
        let (mut least, mut most) = self.kind.clusters().into_inner();
        if self.of(least).sectors() > sectors {
            return None;
        }
        while least < most {
            let middle = most - (most - least) / 2;
            if self.of(middle).sectors() <= sectors {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        Some(self.of(least))
    }

    pub(super) fn cluster_bytes(self) -> u64 {
        u64::from(self.cluster_sectors * SECTOR_BYTES)
    }

    fn of(self, clusters: u32) -> Geometry {
        Geometry { shape: self, clusters, fat_sectors: self.kind.fat_sectors(clusters) }
    }
}

impl Geometry {
    /// Sectors before the first cluster.
    pub(super) fn data_start(&self) -> u64 {
        u64::from(self.shape.kind.reserved_sectors())
            + u64::from(FATS) * u64::from(self.fat_sectors)
            + u64::from(self.shape.root_sectors)
    }

    /// Sectors of the whole file system.
    pub(super) fn sectors(&self) -> u64 {
        self.data_start() + u64::from(self.clusters) * u64::from(self.shape.cluster_sectors)
    }
}
