//! What a build says of a target beside its packages: `profiles.json`, and the signed `sha256sums` that vouches for it.

use super::profiles::Profiles;
use super::sums::Sums;
use super::{ReleaseError, Upstream};
use crate::fetch::{Fetched, Location};
use crate::trust::{self, Authority, Signature, Signed, SignedFile, TrustError, Verified, usign};

/// The list of digests, and its signature.
pub(crate) const SUMS: [&str; 2] = ["sha256sums", "sha256sums.sig"];
pub(crate) const PROFILES: &str = "profiles.json";
/// The most bytes that are read of either.
pub(crate) const CAP: u64 = 8 << 20;

/// The metadata of a target's folder.
#[derive(Debug)]
pub struct Metadata {
    /// The target's folder.
    pub(crate) folder: Location,
    /// What `profiles.json` says; none: the folder has none.
    pub(crate) profiles: Option<Profiles>,
    /// The digests that `sha256sums` lists, whoever vouches for them.
    pub(crate) sums: Sums,
    /// The list itself, where a trusted key or the user's word stands for it; else why nobody does.
    pub(crate) list: List,
}

/// Why nobody vouches for a target's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unvouched {
    /// There is no `sha256sums`.
    NoList,
    /// Its signature is missing, or is by a key that is not trusted.
    Trust(TrustError),
}

impl Unvouched {
    /// The same as an error, where the digests are needed.
    pub(crate) fn into_error(self, folder: &Location) -> TrustError {
        match self {
            Unvouched::NoList => TrustError::Unsigned { what: format!("{folder}/{}", SUMS[0]) },
            Unvouched::Trust(error) => error,
        }
    }
}

type List = Result<Verified<Signed>, Unvouched>;
type Answers = Vec<Option<Fetched>>;

impl Metadata {
    /// Reads it. A list whose signature does not fit is asked for once more: the server may have been between its files.
    ///
    /// # Errors
    /// When a file cannot be had, a trusted key's signature or a digest does not fit, or `profiles.json` cannot be read.
    pub(crate) fn read(upstream: &Upstream, folder: &Location) -> Result<Metadata, ReleaseError> {
        let wants = [PROFILES, SUMS[0], SUMS[1]].map(|name| folder.join(name).map(|at| (at, CAP)));
        let wants = wants.into_iter().collect::<Result<Vec<_>, _>>()?;
        let first = upstream.fetcher.files(&wants).into_iter().collect::<Result<_, _>>()?;
        match Metadata::of(upstream, folder, first) {
            Err(
                ReleaseError::Trust(TrustError::WrongSignature { .. }) | ReleaseError::MetadataDigest { .. },
            ) if folder.is_remote() => {
                let again = upstream.fetcher.refetch(&wants).into_iter().collect::<Result<_, _>>()?;
                Metadata::of(upstream, folder, again)
            }
            read => read,
        }
    }

    fn of(upstream: &Upstream, folder: &Location, answers: Answers) -> Result<Metadata, ReleaseError> {
        let mut answers = answers.into_iter();
        let mut next = || answers.next().flatten();
        let (profiles, list, signature) = (next(), next(), next());
        let (text, list) = verify(upstream, folder, list, signature)?;
        let sums = Sums::parse(&String::from_utf8_lossy(&text));
        let vouched = list.as_ref().is_ok_and(|list| *list.by() != Authority::Nobody);
        let profiles = match profiles {
            None => None,
            Some(found) => {
                let listed = sums.get(PROFILES).filter(|_| vouched);
                if listed.is_some_and(|digest| *digest != trust::sha256(&found.bytes)) {
                    return Err(ReleaseError::MetadataDigest { at: found.location.to_string() });
                }
                let parsed = serde_json::from_slice(&found.bytes);
                let at = || found.location.to_string();
                Some(parsed.map_err(|source| ReleaseError::NotJson { at: at(), source })?)
            }
        };
        Ok(Metadata { folder: folder.clone(), profiles, sums, list })
    }

    /// The devices, by name.
    pub(crate) fn devices(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().flat_map(|profiles| profiles.profiles.keys()).map(String::as_str)
    }

    /// Whether a trusted key vouches for the digests.
    pub(crate) fn is_vouched(&self) -> bool {
        self.list.as_ref().is_ok_and(|list| *list.by() != Authority::Nobody)
    }

    /// Whether a trusted key vouches for `profiles.json`.
    pub(crate) fn vouches_for_profiles(&self) -> bool {
        self.profiles.is_some() && self.vouched_digest(PROFILES).is_some()
    }

    /// Why nobody vouches for the metadata, in words.
    pub(crate) fn why_unvouched(&self) -> String {
        match &self.list {
            Err(Unvouched::NoList) => format!("there is no {}", SUMS[0]),
            Err(Unvouched::Trust(error)) => error.to_string(),
            Ok(list) if *list.by() == Authority::Nobody => format!("{} is not signed", SUMS[0]),
            Ok(_) => format!("{} does not list {PROFILES}", SUMS[0]),
        }
    }

    /// The first of the files that an official release must have that its signed list has, and the folder has not.
    pub(crate) fn withheld(&self) -> Option<String> {
        let withheld = self.profiles.is_none() && self.vouched_digest(PROFILES).is_some();
        withheld.then(|| format!("{}/{PROFILES}", self.folder))
    }

    /// The signed digest of a file; none where the list has none, or nobody vouches for it.
    pub(crate) fn vouched_digest(&self, name: &str) -> Option<&[u8; 32]> {
        self.sums.get(name).filter(|_| self.is_vouched())
    }
}

/// The list's text, and the same verified, or why nobody vouches for it.
fn verify(
    upstream: &Upstream,
    folder: &Location,
    list: Option<Fetched>,
    signature: Option<Fetched>,
) -> Result<(Vec<u8>, List), ReleaseError> {
    let Some(list) = list else { return Ok((Vec::new(), Err(Unvouched::NoList))) };
    let mut files = vec![SignedFile { name: SUMS[0], bytes: list.bytes }];
    files.extend(signature.map(|found| SignedFile { name: SUMS[1], bytes: found.bytes }));
    let signed = split(files);
    let text = signed.message.clone();
    let list = upstream.keyring.verify(
        signed,
        &format!("{folder}/{}", SUMS[0]),
        upstream.unsigned.policy_of_metadata(),
    );
    match list {
        Ok(list) => Ok((text, Ok(list))),
        Err(error @ (TrustError::Unsigned { .. } | TrustError::ForeignKey { .. })) => {
            Ok((text, Err(Unvouched::Trust(error))))
        }
        Err(error) => Err(error.into()),
    }
}

/// Splits the list into what is signed and the signature, if that is one.
pub(crate) fn split(files: Vec<SignedFile>) -> Signed {
    let bytes = |name| files.iter().find(|file| file.name == name).map(|file| file.bytes.as_slice());
    let signature = bytes(SUMS[1]).and_then(|bytes| usign::Signature::parse(bytes).ok());
    Signed {
        message: bytes(SUMS[0]).unwrap_or_default().to_vec(),
        signatures: signature.map(Signature::Usign).into_iter().collect(),
        files,
    }
}
