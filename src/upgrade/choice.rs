//! Which of a release's images a router is upgraded with.

use crate::release::{Image, ImageWanted, Images};
use crate::stick::{Boot, System};

/// What upgrades routers; the others are for the first time, or parts.
const UPGRADES: &str = "sysupgrade";
/// What upgrades machines that start from a disk or a card.
const DISKS: [&str; 4] = ["combined-efi", "combined", "sdcard", "emmc"];

/// Why there is no image for a router.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoImage {
    /// There is none that upgrades.
    #[error(
        "{at} has no image of {profile} that upgrades a router: expected a sysupgrade or a combined image"
    )]
    None {
        /// The target's folder.
        at: String,
        /// The device.
        profile: String,
    },
    /// There are several, and the router does not say by which it runs.
    #[error("the router does not say {what}, and the images differ by it: {}", .there.join(", "))]
    Which {
        /// What it does not say.
        what: Unsaid,
        /// What there is.
        there: Vec<String>,
    },
    /// There is none of the kind that the router runs.
    #[error("{at} has no image of {profile} of the router's kind: expected {expected}, found {}", .there.join(", "))]
    OtherKind {
        /// The target's folder.
        at: String,
        /// The device.
        profile: String,
        /// The router's kind.
        expected: String,
        /// What there is.
        there: Vec<String>,
    },
}

/// What a router may not say of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaid {
    /// Whether UEFI or a BIOS starts it.
    Boot,
    /// The file system of its root.
    Root,
}

impl std::fmt::Display for Unsaid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unsaid::Boot => "whether UEFI or a BIOS starts it",
            Unsaid::Root => "which file system its root has",
        })
    }
}

/// Chooses the image that upgrades a router: of the kind that it runs, by its own word or as `wanted`.
///
/// # Errors
/// When there is none of its kind, or it is not known which that is.
pub fn choose<'i>(images: &'i Images, system: &System, wanted: &ImageWanted) -> Result<&'i Image, NoImage> {
    let (at, profile) = (|| images.folder.to_string(), || images.profile.clone());
    let other = |expected: &str, there: Vec<String>| NoImage::OtherKind {
        at: at(),
        profile: profile(),
        expected: expected.to_owned(),
        there,
    };
    let kinds: Vec<&str> = images.all.iter().map(|image| image.kind.as_str()).collect();
    let has = |kind: &str| kinds.contains(&kind);
    let there = || DISKS.into_iter().chain([UPGRADES]).filter(|kind| has(kind)).map(str::to_owned).collect();
    let kind = match (&wanted.kind, system.boot) {
        (Some(kind), _) if has(kind) => kind.as_str(),
        (Some(kind), _) => return Err(other(kind, there())),
        (None, _) if has(UPGRADES) => UPGRADES,
        (None, Some(Boot::Efi)) if has(DISKS[0]) => DISKS[0],
        (None, Some(Boot::Bios)) if has(DISKS[1]) => DISKS[1],
        (None, Some(Boot::Bios)) if has(DISKS[0]) => return Err(other(DISKS[1], there())),
        (None, None) if has(DISKS[0]) && has(DISKS[1]) => {
            return Err(NoImage::Which { what: Unsaid::Boot, there: there() });
        }
        (None, _) => DISKS
            .into_iter()
            .find(|kind| has(kind))
            .ok_or_else(|| NoImage::None { at: at(), profile: profile() })?,
    };
    let of_kind: Vec<&Image> = images.all.iter().filter(|image| image.kind == kind).collect();
    let filesystem = wanted.filesystem.as_ref().or(system.root.as_ref());
    let named = |image: &Image| {
        let filesystem = image.filesystem.as_deref().unwrap_or("no file system");
        format!("{kind} {filesystem}")
    };
    let of_root = |image: &&&Image| match (&image.filesystem, filesystem) {
        (Some(own), Some(wanted)) => own == wanted,
        _ => true,
    };
    let mut fitting: Vec<&Image> = of_kind.iter().filter(of_root).copied().collect();
    // The same disk may be there in the containers of virtual machines too.
    if fitting.iter().any(|image| image.is_packed()) {
        fitting.retain(|image| image.is_packed());
    }
    let there = |images: &[&Image]| images.iter().map(|image| named(image)).collect();
    match (&fitting[..], filesystem) {
        ([image], _) => Ok(image),
        ([], filesystem) => Err(other(filesystem.map_or("any", String::as_str), there(&of_kind))),
        (several, _) => Err(NoImage::Which { what: Unsaid::Root, there: there(several) }),
    }
}
