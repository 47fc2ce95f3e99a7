//! The verified bytes of a lock: what every output is made of.

use super::{Contradiction, Fact, Lock, LockError, LockedFile, LockedIndex, LockedPackage};
use crate::fetch::{FetchError, LocationError, Want};
use crate::format::{FeedId, Format, IndexError, Names, Universe, UnpackBudget, measure};
use crate::parallel;
use crate::proof::{Contents, Evidence, Proofs, read_contents};
use crate::release::{Metadata, OpenRelease, Release, ReleaseError, Upstream};
use crate::trust::{
    self, Artifact, Authority, Expected, PublicKey, Signed, SignedFile, TrustError, Verified,
};

/// A lock with the bytes that it names, each vouched for.
#[derive(Debug)]
pub struct Bundle {
    pub lock: Lock,
    /// The feeds, in the lock's order.
    pub feeds: Vec<LockedFeed>,
    /// The keys of the lock, in its order.
    pub keys: Vec<PublicKey>,
    /// What each package holds that tells of hardware, by its name, in the lock's order.
    pub contents: Vec<(String, Contents)>,
    /// What that shows of the cards that the lock is for. Only the bundle's own bytes count, so that the same lock
    /// always gives the same answer.
    pub proofs: Proofs,
}

/// A feed of a bundle.
#[derive(Debug)]
pub struct LockedFeed {
    pub name: String,
    /// The files of its index, as upstream has them.
    pub index: Vec<Verified<SignedFile>>,
    /// The package files of the plan, by name.
    pub packages: Vec<(String, Verified<Artifact>)>,
}

/// Why the bytes of a lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file could not be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// An index is not vouched for.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The lock names a place that is none.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// The lock is of a format that is not known.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// An index cannot be read.
    #[error("{at}: {source}")]
    Index {
        /// The index, by URL or path.
        at: String,
        /// What is wrong with it.
        source: IndexError,
    },
    /// A key that the disk is to carry is none of the trusted ones.
    #[error("the lock names the key {id}, which is not trusted")]
    NoKey {
        /// The key's id.
        id: String,
    },
    /// The lock says otherwise than the signed indexes, or than the release, of what the install script checks.
    #[error("{0}")]
    Contradicts(Contradiction),
    /// An index is gone.
    #[error("{at} is gone")]
    NoIndex {
        /// The index, by URL or path.
        at: String,
    },
    /// An index has changed since the lock was written.
    #[error("{at} is not the index that the lock was made from: the feed has moved on")]
    FeedMoved {
        /// The index, by URL or path.
        at: String,
    },
    /// The lock lists a package that its index does not, or not like this.
    #[error("the lock's entry for {package} is not in the index of the feed {feed}")]
    NotInIndex { package: String, feed: String },
}

impl BundleError {
    fn not_in_index(locked: &LockedPackage) -> BundleError {
        BundleError::NotInIndex { package: locked.name.clone(), feed: locked.feed.clone() }
    }
}

impl Bundle {
    /// Fetches everything that a lock names, and verifies it along the chain key → index → digest → bytes. The lock
    /// itself vouches for nothing: its entries must stand in the signed indexes.
    ///
    /// # Errors
    /// When a file cannot be had, or any link of the chain does not hold.
    pub fn fetch(upstream: &Upstream, lock: Lock) -> Result<Bundle, BundleError> {
        let indexes = Bundle::indexes(upstream, &lock)?;
        if let Some(contradiction) = contradicts_release(upstream, &lock)? {
            return Err(BundleError::Contradicts(contradiction));
        }
        let indexes: Vec<&Verified<Signed>> = indexes.iter().collect();
        Bundle::with_indexes(upstream, lock, &indexes)
    }

    /// The same for a lock that was just made of an open release, whose indexes are at hand.
    ///
    /// # Errors
    /// When the lock is of other indexes or packages, or a file cannot be had.
    pub fn of_release(
        upstream: &Upstream,
        release: &OpenRelease,
        universe: &Universe<'_>,
        lock: Lock,
    ) -> Result<Bundle, BundleError> {
        let mut indexes = Vec::new();
        for feed in &lock.feeds {
            let moved = || BundleError::FeedMoved { at: feed.url.clone() };
            let position = release.facts.feeds.iter().position(|place| place.name == feed.name);
            let index = position.and_then(|position| release.indexes.get(position)).ok_or_else(moved)?;
            let same = |locked: &LockedFile| {
                index
                    .files
                    .iter()
                    .any(|file| file.name == locked.name && trust::sha256(&file.bytes) == locked.sha256)
            };
            if !feed.files.iter().all(same) {
                return Err(moved());
            }
            indexes.push(index);
        }
        for locked in lock.carried() {
            let listed = |id| {
                let package = universe.package(id);
                universe.feed(package.feed).name == locked.feed && locked.is(package)
            };
            if !universe.named(&locked.name).any(listed) {
                return Err(BundleError::not_in_index(locked));
            }
        }
        Bundle::with_indexes(upstream, lock, &indexes)
    }

    fn with_indexes(
        upstream: &Upstream,
        lock: Lock,
        indexes: &[&Verified<Signed>],
    ) -> Result<Bundle, BundleError> {
        if let Some(contradiction) = lock.contradicts_itself(indexes.iter().map(|index| index.by())) {
            return Err(BundleError::Contradicts(contradiction));
        }
        let artifacts = fetch_packages(upstream, &lock, indexes)?;
        let contents = read_packages(upstream, &lock, &artifacts)?;
        let evidence = Evidence::of(contents.iter().map(|(name, contents)| (name.as_str(), contents)));
        let proofs = Proofs::of(&lock.cards, &evidence, &[]);
        let feeds = feeds(&lock, indexes, artifacts);
        let trusted = |id: &str| {
            let no_key = || BundleError::NoKey { id: id.to_owned() };
            upstream.keyring.get(id).cloned().ok_or_else(no_key)
        };
        let keys = lock.keys.iter().map(|key| trusted(&key.id)).collect::<Result<_, _>>()?;
        Ok(Bundle { lock, feeds, keys, contents, proofs })
    }

    /// The verified indexes of a lock's feeds, in its order, with every entry of the lock found in them.
    ///
    /// # Errors
    /// When an index cannot be had, has changed, or is not vouched for.
    pub fn indexes(upstream: &Upstream, lock: &Lock) -> Result<Vec<Verified<Signed>>, BundleError> {
        let format = lock.format()?;
        let mut wants = Vec::new();
        for feed in &lock.feeds {
            let folder = upstream.fetcher.locate(&feed.url)?;
            for file in format.facts().index_files {
                if feed.files.iter().any(|locked| locked.name == file.name) {
                    wants.push((folder.join(file.name)?, file.cap));
                }
            }
        }
        let mut found = wants.iter().map(|(at, _)| at).zip(upstream.fetcher.files(&wants));
        let mut indexes = Vec::new();
        for feed in &lock.feeds {
            let mut files = Vec::new();
            for file in format.facts().index_files {
                let Some(locked) = feed.files.iter().find(|locked| locked.name == file.name) else {
                    continue;
                };
                // One answer a want, in their order.
                let Some((at, answer)) = found.next() else { continue };
                let bytes = answer?.ok_or_else(|| BundleError::NoIndex { at: at.to_string() })?.bytes;
                if trust::sha256(&bytes) != locked.sha256 {
                    return Err(BundleError::FeedMoved { at: at.to_string() });
                }
                files.push(SignedFile { name: file.name, bytes });
            }
            indexes.push((feed, files));
        }
        let budget = UnpackBudget::default();
        let size =
            |(_, files): &(&LockedIndex, Vec<SignedFile>)| files.iter().map(|file| file.bytes.len()).sum();
        parallel::map_largest_first(&indexes, parallel::processors(), size, |(feed, files)| {
            let at = || feed.url.clone();
            let signed = format.open_within(files.clone(), &budget);
            let signed = signed.map_err(|source| BundleError::Index { at: at(), source })?;
            let policy = upstream.unsigned.policy(&feed.name);
            let index = upstream.keyring.verify(signed, &feed.url, policy)?;
            check_entries(lock, feed, format, &index)?;
            Ok(index)
        })
        .into_iter()
        .collect()
    }
}

/// What the lock has otherwise than the signed `profiles.json` of its release; where that is not to be had, nothing tells.
fn contradicts_release(upstream: &Upstream, lock: &Lock) -> Result<Option<Contradiction>, BundleError> {
    let folder = upstream.fetcher.locate(&lock.source)?.join(&format!("targets/{}", lock.target))?;
    let metadata = match Metadata::read(upstream, &folder) {
        Ok(metadata) if metadata.vouches_for_profiles() => metadata,
        Err(ReleaseError::Trust(error)) => return Err(error.into()),
        Ok(_) | Err(_) => return Ok(None),
    };
    let stated = metadata.profiles.and_then(|profiles| profiles.version_number);
    // A text that names no release was none for the lock either.
    let stated = stated.and_then(|text| Release::parse(&text).ok()).map(|release| release.to_string());
    Ok(stated.filter(|found| lock.release.as_ref() != Some(found)).map(|found| Contradiction {
        fact: Fact::Release,
        lock: lock.release.clone(),
        found,
    }))
}

/// Checks that every package the lock takes from a feed stands in its index with the same file and digest.
fn check_entries(
    lock: &Lock,
    feed: &LockedIndex,
    format: &'static dyn Format,
    index: &Verified<Signed>,
) -> Result<(), BundleError> {
    let judged = judge(lock, feed, format, index)
        .map_err(|source| BundleError::Index { at: feed.url.clone(), source })?;
    match (judged.not_offered.first(), judged.contradiction) {
        (Some(locked), _) => Err(BundleError::not_in_index(locked)),
        (None, Some(contradiction)) => Err(BundleError::Contradicts(contradiction)),
        (None, None) => Ok(()),
    }
}

/// What a verified index makes of a lock.
pub(crate) struct Judged<'l> {
    /// The packages that the lock takes from the feed although its index does not list them like this.
    pub(crate) not_offered: Vec<&'l LockedPackage>,
    /// What the lock says otherwise.
    pub(crate) contradiction: Option<Contradiction>,
}

/// Holds a lock against the verified index of one of its feeds.
pub(crate) fn judge<'l>(
    lock: &'l Lock,
    feed: &LockedIndex,
    format: &'static dyn Format,
    index: &Verified<Signed>,
) -> Result<Judged<'l>, IndexError> {
    let wanted: Vec<&LockedPackage> = lock.carried().filter(|package| package.feed == feed.name).collect();
    let names: Names<'_> = wanted.iter().map(|locked| locked.name.as_bytes()).collect();
    let listed = format.find(index, &names, FeedId(0))?;
    let (mut taken, mut not_offered) = (Vec::new(), Vec::new());
    for locked in wanted {
        match listed.iter().find(|package| locked.is(package)) {
            Some(package) => taken.push(package),
            None => not_offered.push(locked),
        }
    }
    let contradiction = lock.contradicts_index(feed, format, index, taken);
    Ok(Judged { not_offered, contradiction })
}

/// The file of a package, whose index `by` vouches for.
pub(super) fn want(upstream: &Upstream, package: &LockedPackage, by: Authority) -> Result<Want, BundleError> {
    Ok(Want {
        location: upstream.fetcher.locate(&package.url)?,
        name: package.file.clone(),
        expected: Expected { size: package.size, digest: package.digest(), by, measure },
    })
}

/// The package files of a lock, in its order, each with the position of its feed.
fn fetch_packages(
    upstream: &Upstream,
    lock: &Lock,
    indexes: &[&Verified<Signed>],
) -> Result<Vec<(usize, Verified<Artifact>)>, BundleError> {
    let position = |package: &LockedPackage| lock.feeds.iter().position(|feed| feed.name == package.feed);
    let mut wants = Vec::new();
    let mut positions = Vec::new();
    for package in lock.carried() {
        let position = position(package).ok_or_else(|| BundleError::not_in_index(package))?;
        positions.push(position);
        wants.push(want(upstream, package, indexes[position].by().clone())?);
    }
    Ok(positions.into_iter().zip(upstream.fetcher.artifacts(wants)?).collect())
}

/// What the packages hold that tells of hardware.
fn read_packages(
    upstream: &Upstream,
    lock: &Lock,
    artifacts: &[(usize, Verified<Artifact>)],
) -> Result<Vec<(String, Contents)>, BundleError> {
    let packages: Vec<_> = lock
        .packages
        .iter()
        .zip(artifacts)
        .map(|(package, (_, artifact))| (package.digest(), artifact))
        .collect();
    let contents = read_contents(&upstream.fetcher, lock.format()?, &packages)?;
    Ok(lock.packages.iter().map(|package| package.name.clone()).zip(contents).collect())
}

fn feeds(
    lock: &Lock,
    indexes: &[&Verified<Signed>],
    artifacts: Vec<(usize, Verified<Artifact>)>,
) -> Vec<LockedFeed> {
    let mut feeds: Vec<LockedFeed> = lock
        .feeds
        .iter()
        .zip(indexes)
        .map(|(feed, index)| LockedFeed {
            name: feed.name.clone(),
            index: index.files(),
            packages: Vec::new(),
        })
        .collect();
    for (package, (position, artifact)) in lock.carried().zip(artifacts) {
        feeds[position].packages.push((package.file.clone(), artifact));
    }
    feeds
}
