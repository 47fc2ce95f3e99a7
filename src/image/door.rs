//! The two ways by which OpenWrt's own first start takes something in.
//!
//! base-files' `80_mount_root` unpacks `/sysupgrade.tgz` and `/tmp/sysupgrade.tar`. The first is what a target's
//! `79_move_config` finds on the boot partition; the second is what fstools (`libfstools/rootdisk.c`, `common.c`) finds
//! behind a squashfs, before it formats that place.

use std::io::{self, Read, Seek, SeekFrom};

use super::change::{Bytes, Change};
use super::layout::{Holds, Layout, LayoutError, Partition};
use crate::fat::Timestamp;
use crate::fat::in_place::{InPlaceError, Volume};

/// The name that a start looks for on the boot partition.
pub(crate) const BOOT_FILE: &str = "sysupgrade.tgz";
/// What is behind a squashfs starts at a multiple of this, counted from the start of its partition.
const OVERLAY_ALIGN: u64 = 64 << 10;
/// What image builders leave there to say that nothing follows.
const NOTHING_FOLLOWS: [u8; 4] = [0xde, 0xad, 0xc0, 0xde];

/// The targets, or sub-targets, whose `79_move_config` looks at the first partition on every device, whichever the
/// table is and with drivers for FAT. (openwrt: `target/linux/*/base-files/lib/preinit/79_move_config`, 2026.)
const LOOKS_AT_FIRST: [&str; 10] = [
    "armsr",
    "bcm27xx",
    "imx/cortexa53",
    "loongarch64",
    "mvebu",
    "omap",
    "rockchip/armv8",
    "sunxi",
    "tegra",
    "x86",
];

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// A file on the boot partition. It waits until it was unpacked, whatever comes between.
    BootPartition,
    /// A gzip behind the squashfs. It is there for one start alone.
    BehindSquashfs,
}

/// What is to come in, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// The archive.
    pub archive: u64,
    /// What it unpacks to.
    pub unpacked: u64,
    /// What is installed from that.
    pub installed: u64,
    /// Its time, in seconds since 1970.
    pub date: i64,
}

/// Why an image takes nothing in.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// It cannot be read, or is no disk.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// Its boot partition cannot be changed.
    #[error("the boot partition cannot be changed: {0}")]
    Boot(InPlaceError),
    /// It has no way in.
    #[error("{why}")]
    None { why: NoDoor },
    /// The archive is larger than what is free where it goes.
    #[error("the archive takes {needed} bytes, and {door} has room for {free}")]
    TooLarge {
        /// Where.
        door: Door,
        /// What it takes, in bytes.
        needed: u64,
        /// What is free there, in bytes.
        free: u64,
    },
    /// What is installed would not fit on the root.
    #[error("the first start needs {needed} bytes on the root file system, and {free} are free")]
    RootTooSmall {
        /// What is needed there for archive, disk and packages, in bytes.
        needed: u64,
        /// What is free, in bytes.
        free: u64,
    },
    /// Something is in its place.
    #[error("something is there already: {door}")]
    Occupied {
        /// Where.
        door: Door,
    },
}

/// Why there is no way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDoor {
    /// There is no root that is known.
    #[error("the image holds neither an ext4 nor a squashfs")]
    NoRoot,
    /// The boot partition is no FAT.
    #[error("the image's first start looks at its boot partition alone, and that is no FAT")]
    BootIsNoFat,
    /// The target's first start looks at no such partition.
    #[error("nothing shows that the first start of this target looks at its boot partition")]
    Target,
}

impl std::fmt::Display for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Door::BootPartition => "the boot partition",
            Door::BehindSquashfs => "the place behind the squashfs",
        })
    }
}

impl From<io::Error> for DoorError {
    fn from(error: io::Error) -> DoorError {
        LayoutError::from(error).into()
    }
}

impl Load {
    /// Chooses a door of an image for a target, and plans the way in.
    ///
    /// # Errors
    /// When there is no door, or none that is large enough.
    pub(super) fn enter(
        self,
        image: &mut (impl Read + Seek),
        layout: &Layout,
        target: &str,
    ) -> Result<(Door, Vec<Change>), DoorError> {
        let no_door = |why| DoorError::None { why };
        let root = layout.root().ok_or(no_door(NoDoor::NoRoot))?;
        let boot = layout.partition(1).filter(|boot| boot.holds == Holds::Fat);
        let looks = LOOKS_AT_FIRST.iter().any(|known| is_of(target, known));
        let by_boot = match boot {
            None => Err(no_door(NoDoor::BootIsNoFat)),
            Some(_) if !looks => Err(no_door(NoDoor::Target)),
            Some(boot) => self.onto_boot(image, boot).map(|changes| (Door::BootPartition, changes)),
        };
        let (door, changes) = match (by_boot, root.holds) {
            (Err(DoorError::TooLarge { .. } | DoorError::None { .. }), Holds::Squashfs { used }) => {
                (Door::BehindSquashfs, self.behind(image, root, used)?)
            }
            (by_boot, _) => by_boot?,
        };
        self.fits_root(door, root)?;
        Ok((door, changes))
    }

    fn onto_boot(&self, image: &mut (impl Read + Seek), boot: &Partition) -> Result<Vec<Change>, DoorError> {
        let volume = Volume::open(image, boot.start..boot.start + boot.length).map_err(DoorError::Boot)?;
        let time = Timestamp::from_unix(self.date);
        let added = volume.add(BOOT_FILE, self.archive, time).map_err(|error| match error {
            InPlaceError::Full { needed, free } => {
                DoorError::TooLarge { door: Door::BootPartition, needed, free }
            }
            InPlaceError::Taken { .. } => DoorError::Occupied { door: Door::BootPartition },
            error => DoorError::Boot(error),
        })?;
        let made = added.made.into_iter().map(|(at, bytes)| Change { at, bytes: Bytes::Made(bytes) });
        let file = added.file.into_iter().map(|run| Change { at: run.at, bytes: Bytes::Archive(run.bytes) });
        Ok(made.chain(file).collect())
    }

    fn behind(
        &self,
        image: &mut (impl Read + Seek),
        root: &Partition,
        used: u64,
    ) -> Result<Vec<Change>, DoorError> {
        let door = Door::BehindSquashfs;
        let free = overlay(root, used);
        if free < self.archive {
            return Err(DoorError::TooLarge { door, needed: self.archive, free });
        }
        let at = behind_squashfs(root, used);
        image.seek(SeekFrom::Start(at))?;
        let mut there = Vec::new();
        let mut left = image.take(self.archive);
        left.by_ref().take(4).read_to_end(&mut there)?;
        if there != NOTHING_FOLLOWS && there.iter().any(|byte| *byte != 0) || !is_empty(&mut left)? {
            return Err(DoorError::Occupied { door });
        }
        Ok(vec![Change { at, bytes: Bytes::Archive(0..self.archive) }])
    }

    fn fits_root(&self, door: Door, root: &Partition) -> Result<(), DoorError> {
        let free = match root.holds {
            Holds::Ext4 { free, .. } => free,
            // A new file system takes some for itself; a quarter is more than ext4 and f2fs do.
            Holds::Squashfs { used } => overlay(root, used) / 4 * 3,
            _ => 0,
        };
        // From the boot partition the archive itself is moved to the root.
        let archive = if door == Door::BootPartition { self.archive } else { 0 };
        let needed = archive + self.unpacked + self.installed;
        match needed > free {
            true => Err(DoorError::RootTooSmall { needed, free }),
            false => Ok(()),
        }
    }
}

/// Where the overlay starts that follows a squashfs, in bytes from the start of the image.
pub(super) fn behind_squashfs(root: &Partition, used: u64) -> u64 {
    root.start + used.next_multiple_of(OVERLAY_ALIGN)
}

/// How much room is there behind a squashfs, in bytes.
fn overlay(root: &Partition, used: u64) -> u64 {
    root.length.saturating_sub(used.next_multiple_of(OVERLAY_ALIGN))
}

fn is_of(target: &str, known: &str) -> bool {
    target.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_empty(bytes: &mut impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match bytes.read(&mut buffer)? {
            0 => return Ok(true),
            count if buffer[..count].iter().any(|byte| *byte != 0) => return Ok(false),
            _ => {}
        }
    }
}
