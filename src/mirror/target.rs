//! A target's own folder: its signed `sha256sums`, and what that vouches for.

use std::collections::BTreeSet;

use super::MirrorError;
use super::covered::{Earlier, MirrorFolder, folder};
use crate::fetch::Location;
use crate::release::{Metadata, Release, Unvouched};
use crate::trust::Digest;

/// Which firmware images to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Images {
    None,
    /// Those of every device.
    All,
    /// Those of these devices.
    Of(Vec<String>),
}

/// A target's own folder, with the metadata and the images that are wanted; or why nobody vouches for it.
///
/// # Errors
/// When the folder is none of the release tree's, or the mirror cannot be read.
pub fn of_target(
    root: &Location,
    release: &Release,
    metadata: &Metadata,
    images: &Images,
    earlier: Earlier<'_>,
) -> Result<Result<MirrorFolder, Unvouched>, MirrorError> {
    let list = match &metadata.list {
        Ok(list) => list,
        Err(unvouched) => return Ok(Err(unvouched.clone())),
    };
    let images = image_names(metadata, images);
    let folder = folder(&release.folder(), root, &metadata.folder)?;
    let earlier = earlier(&folder)?;
    let plain = metadata.sums.iter().filter(|(path, _)| crate::format::is_plain(path));
    let offered = plain.map(|(path, digest)| {
        let wanted = is_metadata(path) || images.contains(path);
        (path.to_owned(), None, Some(Digest::sha256(*digest)), wanted)
    });
    Ok(Ok(MirrorFolder::new(folder, metadata.folder.clone(), list, offered, earlier)))
}

/// What clients read of a target beside its packages.
fn is_metadata(name: &str) -> bool {
    name == "profiles.json" || name.ends_with(".manifest") || name.ends_with(".buildinfo")
}

/// The names of the wanted images, by a `profiles.json` that the list vouches for.
fn image_names<'m>(metadata: &'m Metadata, wanted: &Images) -> BTreeSet<&'m str> {
    let is_wanted = |device: &str| match wanted {
        Images::None => false,
        Images::All => true,
        Images::Of(only) => only.iter().any(|name| name == device),
    };
    let devices = metadata.profiles.iter().flat_map(|profiles| &profiles.profiles);
    let wanted = devices.filter(|(name, _)| is_wanted(name));
    wanted.flat_map(|(_, device)| &device.images).map(|image| image.name.as_str()).collect()
}
