//! A target's own folder: its signed `sha256sums`, and what that vouches for.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::MirrorError;
use super::covered::{Earlier, MirrorFolder, folder};
use crate::fetch::{Fetched, Fetcher, Location};
use crate::release::{self, Release, Sums};
use crate::trust::{
    self, Digest, Keyring, Signature, Signed, SignedFile, TrustError, Unsigned, Verified, usign,
};

/// The index of a target's folder, and its signature.
pub(super) const SUMS: [&str; 2] = ["sha256sums", "sha256sums.sig"];
pub(super) const SUMS_CAP: u64 = 8 << 20;

/// Which firmware images to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Images {
    /// None.
    None,
    /// Those of every device.
    All,
    /// Those of one device.
    Of(String),
}

/// `profiles.json`, as far as images go.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Profiles {
    profiles: std::collections::BTreeMap<String, Device>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Device {
    images: Vec<Image>,
}

#[derive(Deserialize)]
struct Image {
    name: String,
}

/// A target's folder, and what to hold of it.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The release tree.
    pub root: &'a Location,
    /// The release.
    pub release: &'a Release,
    /// The target.
    pub target: &'a release::Target,
    /// Which images to hold.
    pub images: &'a Images,
}

impl Target<'_> {
    /// The metadata, and the images if they are wanted; or the reason why nobody vouches for them.
    ///
    /// # Errors
    /// When a file cannot be had, or the list is not what its signature says.
    pub fn part(
        &self,
        fetcher: &Fetcher,
        keyring: &Keyring,
        unsigned: Unsigned,
        earlier: Earlier<'_>,
    ) -> Result<Result<MirrorFolder, String>, MirrorError> {
        let at = self.root.join(&format!("targets/{}", self.target))?;
        let sums = match signed_sums(fetcher, keyring, unsigned, &at)? {
            Ok(sums) => sums,
            Err(why) => return Ok(Err(why)),
        };
        let listed = Sums::parse(&String::from_utf8_lossy(&sums.message));
        let images = match self.images {
            Images::None => BTreeSet::new(),
            wanted => image_names(fetcher, &at, &listed, wanted)?,
        };
        let folder = folder(&self.release.folder(), self.root, &at)?;
        let earlier = earlier(&folder)?;
        let offered =
            listed.iter().filter(|(path, _)| crate::format::is_plain(path)).map(|(path, digest)| {
                let wanted = is_metadata(path) || images.contains(path);
                (path.to_owned(), None, Some(Digest::sha256(*digest)), wanted)
            });
        Ok(Ok(MirrorFolder::new(folder, at, &sums, offered, earlier)))
    }
}

/// What clients read of a target beside its packages.
fn is_metadata(name: &str) -> bool {
    name == "profiles.json" || name.ends_with(".manifest") || name.ends_with(".buildinfo")
}

/// The verified list; or why there is none that could be relied on.
fn signed_sums(
    fetcher: &Fetcher,
    keyring: &Keyring,
    unsigned: Unsigned,
    at: &Location,
) -> Result<Result<Verified<Signed>, String>, MirrorError> {
    let wants = SUMS.map(|name| at.join(name).map(|at| (at, SUMS_CAP)));
    let wants = wants.into_iter().collect::<Result<Vec<_>, _>>()?;
    let verify = |answers: Vec<Option<Fetched>>| {
        let mut files = Vec::new();
        for (name, answer) in SUMS.into_iter().zip(answers) {
            files.extend(answer.map(|found| SignedFile { name, bytes: found.bytes }));
        }
        let [list, ..] = &files[..] else { return None };
        (list.name == SUMS[0]).then(|| keyring.verify(open(files), &format!("{at}/{}", SUMS[0]), unsigned))
    };
    let answers = fetcher.files(&wants).into_iter().collect::<Result<Vec<_>, _>>()?;
    let verdict = match verify(answers) {
        Some(Err(TrustError::WrongSignature { .. })) if at.is_remote() => {
            // The server may have been between its two files.
            verify(fetcher.refetch(&wants).into_iter().collect::<Result<Vec<_>, _>>()?)
        }
        verdict => verdict,
    };
    match verdict {
        None => Ok(Err(format!("{at} has no {}", SUMS[0]))),
        Some(Ok(sums)) => Ok(Ok(sums)),
        Some(Err(error @ (TrustError::Unsigned { .. } | TrustError::ForeignKey { .. }))) => {
            Ok(Err(error.to_string()))
        }
        Some(Err(error)) => Err(error.into()),
    }
}

/// Splits the list into what is signed and the signature.
pub(super) fn open(files: Vec<SignedFile>) -> Signed {
    let bytes = |name| files.iter().find(|file| file.name == name).map(|file| file.bytes.as_slice());
    let signature = bytes(SUMS[1]).and_then(|bytes| usign::Signature::parse(bytes).ok());
    Signed {
        message: bytes(SUMS[0]).unwrap_or_default().to_vec(),
        signatures: signature.map(Signature::Usign).into_iter().collect(),
        files,
    }
}

/// The names of the wanted images, by a `profiles.json` that the list vouches for.
fn image_names(
    fetcher: &Fetcher,
    at: &Location,
    listed: &Sums,
    wanted: &Images,
) -> Result<BTreeSet<String>, MirrorError> {
    const NAME: &str = "profiles.json";
    let place = at.join(NAME)?;
    let vouched = |found: &Fetched| listed.get(NAME) == Some(&trust::sha256(&found.bytes));
    let found = fetcher.file(&place, SUMS_CAP)?;
    let Some(found) = found.filter(vouched) else { return Ok(BTreeSet::new()) };
    let profiles: Profiles = serde_json::from_slice(&found.bytes).unwrap_or_default();
    let is_wanted = |device: &String| match wanted {
        Images::None => false,
        Images::All => true,
        Images::Of(only) => device == only,
    };
    let devices = profiles.profiles.into_iter().filter(|(name, _)| is_wanted(name));
    Ok(devices.flat_map(|(_, device)| device.images).map(|image| image.name).collect())
}
