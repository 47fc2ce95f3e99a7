//! What a mirror shall hold: folders with a signed index each, and files that the index vouches for.

use foldhash::HashMap;

use super::custom::{self, CustomKey};
use super::{Listed, MirrorError};
use crate::fetch::Location;
use crate::format::{FeedId, Format, Package};
use crate::lock::{Bundle, Lock};
use crate::parallel;
use crate::release::{ArchFeeds, OpenRelease, Release, Upstream};
use crate::trust::{Authority, Digest, Signed, SignedFile, Verified};

/// A folder of the mirror.
#[derive(Debug)]
pub struct MirrorFolder {
    /// Its path: `releases/25.12.5/packages/x86_64/base`.
    pub folder: String,
    /// Where its files come from.
    pub source: Location,
    /// Its index and signature, byte for byte.
    pub index: Vec<Verified<SignedFile>>,
    /// The files to hold, sorted by name.
    pub files: Vec<Listed>,
    /// The keys that are handed out with it.
    pub keys: Vec<CustomKey>,
    /// How many files the index lists without a digest, so that nobody vouches for them.
    pub without_digest: usize,
    /// How many files that were asked for earlier the index does not offer any more.
    pub gone: usize,
}

/// What earlier runs put into a folder of the mirror.
pub type Earlier<'a> = &'a (dyn Fn(&str) -> Result<Vec<Listed>, MirrorError> + Sync);

impl MirrorFolder {
    /// The files of an index that are wanted, and those of earlier runs that it still offers.
    pub(super) fn new(
        folder: String,
        source: Location,
        index: &Verified<Signed>,
        offered: impl IntoIterator<Item = (String, Option<u64>, Option<Digest>, bool)>,
        earlier: Vec<Listed>,
    ) -> MirrorFolder {
        let earlier: HashMap<&str, &Listed> = earlier.iter().map(|file| (file.name.as_str(), file)).collect();
        let mut files = Vec::new();
        let (mut without_digest, mut found_again) = (0, 0);
        for (name, size, digest, wanted) in offered {
            let again = earlier.get(name.as_str()).is_some_and(|file| Some(file.digest) == digest);
            found_again += usize::from(again);
            match digest {
                Some(digest) if wanted || again => {
                    files.push(Listed { name, size, digest });
                }
                None if wanted => without_digest += 1,
                _ => {}
            }
        }
        // Of a name that is offered twice the last one counts.
        files.reverse();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files.dedup_by(|later, first| later.name == first.name);
        let replaced = files.iter().filter(|file| earlier.contains_key(file.name.as_str())).count();
        let gone = earlier.len().saturating_sub(replaced.max(found_again));
        MirrorFolder { folder, source, index: index.files(), files, keys: Vec::new(), without_digest, gone }
    }

    /// Adds the files of another part of the same folder. Of two indexes the later one counts, with its files alone.
    pub(crate) fn join(&mut self, other: MirrorFolder) {
        let same = self.index.len() == other.index.len()
            && self.index.iter().zip(&other.index).all(|(own, other)| own.bytes == other.bytes);
        if !same {
            *self = other;
            return;
        }
        self.files.extend(other.files);
        self.files.sort();
        self.files.dedup();
    }

    /// The path of a file of this folder.
    pub(super) fn path(&self, file: &Listed) -> String {
        format!("{}/{}", self.folder, file.name)
    }

    /// Who vouches for it.
    pub(super) fn authority(&self) -> Authority {
        self.index.first().map_or(Authority::Nobody, |file| file.by().clone())
    }

    /// The bytes of all files, where they are known.
    pub fn size(&self) -> u64 {
        self.files.iter().filter_map(|file| file.size).sum()
    }
}

/// The feeds of a release, with the packages that are wanted, placed below the release's own folder on a server; those
/// that lie elsewhere are one's own, and are there whole.
///
/// # Errors
/// When the release has no name, or an index cannot be read.
pub fn of_release(
    release: &OpenRelease,
    wanted: &(dyn Fn(&str, &Package<'_>) -> bool + Sync),
    earlier: Earlier<'_>,
) -> Result<Vec<MirrorFolder>, MirrorError> {
    let facts = &release.facts;
    let no_name = || MirrorError::NoRelease { root: facts.root.to_string() };
    let prefix = facts.release.as_ref().ok_or_else(no_name)?.folder();
    let feeds: Vec<_> = facts.feeds.iter().zip(&release.indexes).collect();
    let parts = parallel::map(&feeds, parallel::processors(), |(place, index)| {
        // A feed of one's own is there whole: it was named for it.
        let is_own = place.location.below(&facts.root).is_none();
        let wanted = |package: &Package<'_>| is_own || wanted(&place.name, package);
        let folder = feed_folder(&prefix, &facts.root, &place.location, &place.name);
        of_feed(folder, &place.location, facts.format, index, &wanted, earlier)
    });
    parts.into_iter().collect()
}

/// The feeds of an architecture, whole.
///
/// # Errors
/// When a feed lies outside of the tree, or an index cannot be read.
pub(crate) fn of_arch(
    release: &Release,
    root: &Location,
    found: &ArchFeeds,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    earlier: Earlier<'_>,
) -> Result<Vec<MirrorFolder>, MirrorError> {
    let prefix = release.folder();
    let parts = parallel::map(&found.feeds, parallel::processors(), |(place, index)| {
        let wanted = |_: &Package<'_>| wanted(&place.name);
        let folder = folder(&prefix, root, &place.location)?;
        of_feed(folder, &place.location, found.format, index, &wanted, earlier)
    });
    parts.into_iter().collect()
}

/// A feed. Its index is there even if nothing of it is wanted: a stock router asks for every index.
pub(super) fn of_feed(
    folder: String,
    at: &Location,
    format: &'static dyn Format,
    index: &Verified<Signed>,
    wanted: &dyn Fn(&Package<'_>) -> bool,
    earlier: Earlier<'_>,
) -> Result<MirrorFolder, MirrorError> {
    let parsed =
        format.parse(index, FeedId(0)).map_err(|source| MirrorError::Index { at: at.to_string(), source })?;
    let earlier = earlier(&folder)?;
    let offered = parsed.into_packages().map(|package| {
        let wanted = wanted(&package);
        (package.file.into_owned(), package.size, package.digest, wanted)
    });
    Ok(MirrorFolder::new(folder, at.clone(), index, offered, earlier))
}

/// The feeds of a lock, each with the packages that the lock names.
///
/// # Errors
/// When the lock's release has no name, an index cannot be had or has changed since, or is not vouched for.
pub(crate) fn of_lock(
    upstream: &Upstream,
    lock: &Lock,
    earlier: Earlier<'_>,
) -> Result<Vec<MirrorFolder>, MirrorError> {
    let no_name = || MirrorError::NoRelease { root: lock.source.clone() };
    let name = lock.release.as_deref().ok_or_else(no_name)?;
    let prefix = Release::parse(name).map_err(|_| no_name())?.folder();
    let format = lock.format().map_err(crate::lock::BundleError::from)?;
    let root = upstream.fetcher.locate(&lock.source)?;
    let indexes = Bundle::indexes(upstream, lock)?;
    let mut parts = Vec::new();
    for (feed, index) in lock.feeds.iter().zip(&indexes) {
        let at = upstream.fetcher.locate(&feed.url)?;
        let wanted = |package: &Package<'_>| {
            lock.carried().any(|locked| locked.feed == feed.name && locked.file == package.file)
        };
        let folder = feed_folder(&prefix, &root, &at, &feed.name);
        parts.push(of_feed(folder, &at, format, index, &wanted, earlier)?);
    }
    Ok(parts)
}

/// The place in the mirror of a feed: that of the release tree, or one for feeds of one's own.
fn feed_folder(prefix: &str, root: &Location, at: &Location, name: &str) -> String {
    folder(prefix, root, at).unwrap_or_else(|_| custom::folder(name))
}

/// The place in the mirror of a folder of the release tree.
pub(super) fn folder(prefix: &str, root: &Location, at: &Location) -> Result<String, MirrorError> {
    let below = at.below(root);
    let below =
        below.ok_or_else(|| MirrorError::NotInTree { feed: at.to_string(), root: root.to_string() })?;
    Ok(format!("{prefix}/{below}"))
}
