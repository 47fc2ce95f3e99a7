//! The images of a release: which there are, and one of them fetched and checked.
//!
//! `profiles.json` says which there are, the signed `sha256sums` beside it what each one holds. Both formats of
//! packages have them, signed by usign.

mod error;
#[doc(hidden)]
pub mod fwtool;
mod unpack;

pub use error::ImageError;
pub use unpack::{Packing, UnpackError};
pub(crate) use unpack::{Unpacked, unpack};

use std::collections::BTreeMap;

use crate::fetch::{Fetcher, Location, Want};
use crate::format::measure;
use crate::suggest::near;
use crate::trust::{Artifact, Authority, Digest, Expected, Verified};

use super::profiles::ListedImage;
use super::{Metadata, ReleaseError, ReleaseSpec, Target, Unvouched, Upstream};

/// The kind and the file system of an image for a virtual machine, taken where nothing is said.
const PREFERRED: (&str, &str) = ("combined-efi", "ext4");

/// The images of one device of a target.
#[derive(Debug)]
pub struct Images {
    /// Their folder.
    pub folder: Location,
    pub target: Target,
    /// The release, by the word of `profiles.json`.
    pub release: Option<String>,
    /// The device, by its name in `profiles.json`.
    pub profile: String,
    /// What there is, in the order of `profiles.json`.
    pub all: Vec<Image>,
    /// Who vouches for the digests.
    pub by: Authority,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its file name.
    pub name: String,
    /// `combined-efi`, `combined`, `rootfs`, `kernel`, `sysupgrade`, `factory`, …
    pub kind: String,
    /// `ext4`, `squashfs`; none for images without one.
    pub filesystem: Option<String>,
    /// SHA-256 of the file, by `sha256sums`.
    pub sha256: Option<[u8; 32]>,
}

/// Which image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageWanted {
    /// Its kind; without it `combined-efi`, or whatever there is if there is nothing else.
    pub kind: Option<String>,
    /// Its file system; without it ext4, or whatever there is if there is nothing else.
    pub filesystem: Option<String>,
}

/// Reads which images a release has for a device; their digests are vouched for.
pub(super) fn list(upstream: &Upstream, spec: &ReleaseSpec) -> Result<Images, ImageError> {
    let target = Target::choose(&upstream.fetcher, &spec.root, spec.target.as_ref())?;
    let folder = spec.root.join(&format!("targets/{target}")).map_err(ReleaseError::from)?;
    let Metadata { profiles, sums, list, .. } = Metadata::read(upstream, &folder)?;
    if spec.target.is_none()
        && list.as_ref().is_err_and(|unvouched| *unvouched == Unvouched::NoList)
        && let Some(other) = Target::other(&upstream.fetcher, &spec.root, &target)?
    {
        return self::list(upstream, &ReleaseSpec { target: Some(other), ..spec.clone() });
    }
    let list = match list {
        Ok(list) => list,
        Err(unvouched) => return Err(ReleaseError::from(unvouched.into_error(&folder)).into()),
    };
    let Some(profiles) = profiles else { return Err(ImageError::NoProfiles { at: folder.to_string() }) };
    let at = format!("{folder}/profiles.json");
    let (profile, listed) = device(profiles.profiles, spec.profile.as_deref(), &at, |found| found.images)?;
    let all = listed.into_iter().map(|image: ListedImage| Image {
        sha256: sums.get(&image.name).copied(),
        name: image.name,
        kind: image.kind,
        filesystem: image.filesystem,
    });
    let (all, by) = (all.collect(), list.by().clone());
    Ok(Images { folder, target, release: profiles.version_number, profile, all, by })
}

/// What belongs to the device that is asked for, else to the only one.
fn device<P, T>(
    mut profiles: BTreeMap<String, P>,
    asked: Option<&str>,
    at: &str,
    take: impl FnOnce(P) -> T,
) -> Result<(String, T), ImageError> {
    let name = match asked {
        Some(name) => name.to_owned(),
        None if profiles.len() == 1 => profiles.keys().next().cloned().unwrap_or_default(),
        None => {
            return Err(ImageError::WhichProfile {
                at: at.to_owned(),
                known: profiles.into_keys().collect(),
            });
        }
    };
    match profiles.remove(&name) {
        Some(found) => Ok((name, take(found))),
        None => {
            let known = profiles.keys().map(String::as_str);
            Err(ReleaseError::unknown_profile(at.to_owned(), &name, known).into())
        }
    }
}

impl Images {
    /// The images that may be meant.
    ///
    /// # Errors
    /// When there is none like that.
    pub fn like(&self, wanted: &ImageWanted) -> Result<Vec<&Image>, ImageError> {
        let mut left: Vec<&Image> = self.all.iter().collect();
        let kind = wanted.kind.as_deref();
        let filesystem = wanted.filesystem.as_deref();
        left.retain(|image| kind.is_none_or(|kind| image.kind == kind));
        left.retain(|image| filesystem.is_none_or(|wanted| image.filesystem.as_deref() == Some(wanted)));
        if left.is_empty() {
            let asked = [kind, filesystem].into_iter().flatten().collect::<Vec<_>>().join(", ");
            return Err(ImageError::NoneLike {
                at: self.folder.to_string(),
                near: self.near(kind, filesystem),
                asked,
                there: labels(&self.all),
            });
        }
        Ok(left)
    }

    /// The image that is meant.
    ///
    /// # Errors
    /// When there is none like that, or several.
    pub fn choose(&self, wanted: &ImageWanted) -> Result<&Image, ImageError> {
        let mut left = self.like(wanted)?;
        let mut prefer = |is: &dyn Fn(&Image) -> bool| {
            if left.iter().any(|image| is(image)) {
                left.retain(|image| is(image));
            }
        };
        if wanted.kind.is_none() {
            prefer(&|image| image.kind == PREFERRED.0);
        }
        if wanted.filesystem.is_none() {
            prefer(&|image| image.filesystem.as_deref() == Some(PREFERRED.1));
        }
        // The same image may be there for other virtual machines too, in their own containers.
        prefer(&|image| image.is_packed());
        match left[..] {
            [image] => Ok(image),
            _ => Err(ImageError::WhichImage { at: self.folder.to_string(), there: labels(left) }),
        }
    }

    /// The kinds and file systems like those that are asked for and that there are none of.
    fn near(&self, kind: Option<&str>, filesystem: Option<&str>) -> Vec<String> {
        let kinds = || self.all.iter().map(|image| image.kind.as_str());
        let filesystems = || self.all.iter().filter_map(|image| image.filesystem.as_deref());
        let kind = kind.filter(|kind| kinds().all(|own| own != *kind));
        let filesystem = filesystem.filter(|filesystem| filesystems().all(|own| own != *filesystem));
        let near_kinds = kind.map(|kind| near(kind, kinds()));
        let near_filesystems = filesystem.map(|filesystem| near(filesystem, filesystems()));
        near_kinds.into_iter().chain(near_filesystems).flatten().collect()
    }

    /// The image with this file name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(&self, name: &str) -> Result<&Image, ImageError> {
        self.all.iter().find(|image| image.name == name).ok_or_else(|| ImageError::NoneLike {
            at: self.folder.to_string(),
            asked: name.to_owned(),
            there: labels(&self.all),
            near: near(name, self.all.iter().map(|image| image.name.as_str())),
        })
    }

    /// Fetches an image into the cache and checks it against its digest.
    ///
    /// # Errors
    /// When the digests do not list it, it cannot be had, or its bytes are others.
    pub fn fetch(&self, fetcher: &Fetcher, image: &Image) -> Result<Verified<Artifact>, ImageError> {
        let not_listed = || ImageError::NotListed { at: self.folder.to_string(), name: image.name.clone() };
        let digest = Digest::sha256(image.sha256.ok_or_else(not_listed)?);
        let want = Want {
            location: self.folder.join(&image.name).map_err(ReleaseError::from)?,
            name: image.name.clone(),
            expected: Expected { size: None, digest, by: self.by.clone(), measure },
        };
        let mut artifacts = fetcher.artifacts(vec![want]).map_err(ReleaseError::from)?;
        artifacts.pop().ok_or_else(not_listed)
    }
}

impl Image {
    /// Whether it is a disk in one layer of gzip. What a router flashes is no such thing, nor is a packed tar.
    pub fn is_packed(&self) -> bool {
        self.name.ends_with(".gz") && !self.name.ends_with(".tar.gz")
    }
}

fn labels<'i>(images: impl IntoIterator<Item = &'i Image>) -> Vec<String> {
    let label = |image: &Image| match &image.filesystem {
        Some(filesystem) => format!("{} {filesystem}", image.kind),
        None => image.kind.clone(),
    };
    images.into_iter().map(label).collect()
}
