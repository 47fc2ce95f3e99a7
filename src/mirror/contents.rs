//! What a mirror is to hold, gathered from releases, architectures and locks: folders, each once.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::MirrorError;
use super::covered::{Earlier, MirrorFolder, of_arch, of_lock, of_release};
use super::target::{Images, of_target};
use crate::fetch::Location;
use crate::format::Package;
use crate::lock::Lock;
use crate::release::{ArchFeeds, OpenRelease, Release, Unvouched, Upstream};
use crate::resolve::Plan;
use crate::trust::Keyring;

/// The folders that a mirror is to hold.
pub struct Contents<'a> {
    earlier: Earlier<'a>,
    folders: BTreeMap<String, MirrorFolder>,
    /// What the user should know of them.
    pub warnings: Vec<MirrorWarning>,
}

/// Something of what was asked for that the mirror will not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorWarning {
    /// Packages for which their index states no digest, so that nobody vouches for them.
    WithoutDigest {
        /// The folder of the mirror.
        folder: String,
        packages: usize,
    },
    /// Files of earlier runs that their index does not offer any more.
    Gone {
        /// The folder of the mirror.
        folder: String,
        files: usize,
    },
    /// A target whose metadata nobody vouches for.
    NoTarget {
        /// Its folder on the server.
        folder: String,
        why: Unvouched,
    },
}

impl<'a> Contents<'a> {
    /// None yet; `earlier` tells what earlier runs put into a folder, which stays as long as its index offers it.
    pub fn new(earlier: Earlier<'a>) -> Contents<'a> {
        Contents { earlier, folders: BTreeMap::new(), warnings: Vec::new() }
    }

    /// Adds whole feeds of a release: all, or those of these names. Of the others not even the index is there.
    ///
    /// # Errors
    /// When the release has no name, or an index cannot be read.
    pub fn add_feeds(&mut self, release: &OpenRelease, names: &[String]) -> Result<(), MirrorError> {
        let is_wanted = |feed: &str, _: &Package<'_>| is_among(names, feed);
        let found = of_release(release, &is_wanted, self.earlier)?;
        self.add(found.into_iter().filter(|folder| !folder.files.is_empty()));
        Ok(())
    }

    /// Adds the indexes of a release, for a stock router asks for every one; and whole what is no part of its tree.
    ///
    /// # Errors
    /// As [`Contents::add_feeds`].
    pub fn add_indexes(&mut self, release: &OpenRelease) -> Result<(), MirrorError> {
        let found = of_release(release, &|_, _| false, self.earlier)?;
        self.add(found);
        Ok(())
    }

    /// Adds the packages of a plan, with every index of its release.
    ///
    /// # Errors
    /// As [`Contents::add_feeds`].
    pub fn add_plan(&mut self, release: &OpenRelease, plan: &Plan<'_>) -> Result<(), MirrorError> {
        let packages = plan.steps.iter().map(|step| plan.package(step));
        let files: HashSet<(&str, &str)> = packages
            .map(|package| (plan.universe.feed(package.feed).name.as_str(), &*package.file))
            .collect();
        let is_wanted = |feed: &str, package: &Package<'_>| files.contains(&(feed, &*package.file));
        let found = of_release(release, &is_wanted, self.earlier)?;
        self.add(found);
        Ok(())
    }

    /// Adds feeds of an architecture, whole: all, or those of these names.
    ///
    /// # Errors
    /// When nothing tells the release, neither `release` nor the name of the tree's folder, a feed lies outside of the
    /// tree at `root`, or an index cannot be read.
    pub fn add_arch(
        &mut self,
        release: Option<&Release>,
        root: &Location,
        feeds: &ArchFeeds,
        names: &[String],
    ) -> Result<(), MirrorError> {
        let of_folder = Release::of_folder(root);
        let no_name = || MirrorError::NoRelease { root: root.to_string() };
        let release = release.or(of_folder.as_ref()).ok_or_else(no_name)?;
        let found = of_arch(release, root, feeds, &|feed| is_among(names, feed), self.earlier)?;
        self.add(found.into_iter().filter(|folder| !folder.files.is_empty()));
        Ok(())
    }

    /// Adds the packages of a lock.
    ///
    /// # Errors
    /// When the lock's release has no name, or an index cannot be had, has changed, or is not vouched for.
    pub fn add_lock(&mut self, upstream: &Upstream, lock: &Lock) -> Result<(), MirrorError> {
        let found = of_lock(upstream, lock, self.earlier)?;
        self.add(found);
        Ok(())
    }

    /// Adds the metadata of a release's target, with these images, where somebody vouches for them.
    ///
    /// # Errors
    /// When the target's folder is none of the release tree's.
    pub fn add_target(&mut self, release: &OpenRelease, images: &Images) -> Result<(), MirrorError> {
        let OpenRelease { facts, metadata, .. } = release;
        let Some(name) = &facts.release else { return Ok(()) };
        match of_target(&facts.root, name, metadata, images, self.earlier)? {
            Ok(folder) => self.add([folder]),
            Err(why) => {
                let folder = metadata.folder.to_string();
                self.warnings.push(MirrorWarning::NoTarget { folder, why });
            }
        }
        Ok(())
    }

    /// The folders, with the keys of this ring that routers need for custom feeds among them.
    pub fn into_folders(self, keyring: &Keyring) -> Vec<MirrorFolder> {
        self.folders.into_values().map(|folder| folder.with_keys(keyring)).collect()
    }

    fn add(&mut self, found: impl IntoIterator<Item = MirrorFolder>) {
        for new in found {
            let folder = || new.folder.clone();
            if new.without_digest > 0 {
                let packages = new.without_digest;
                self.warnings.push(MirrorWarning::WithoutDigest { folder: folder(), packages });
            }
            if new.gone > 0 {
                self.warnings.push(MirrorWarning::Gone { folder: folder(), files: new.gone });
            }
            match self.folders.get_mut(&new.folder) {
                Some(same) => same.join(new),
                None => drop(self.folders.insert(folder(), new)),
            }
        }
    }
}

/// Whether a feed is one of these; no names: of all.
fn is_among(names: &[String], feed: &str) -> bool {
    names.is_empty() || names.iter().any(|name| name == feed)
}

impl fmt::Display for MirrorWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MirrorWarning::WithoutDigest { folder, packages } => match packages {
                1 => write!(f, "{folder}: a package is left out: its index states no digest for it"),
                _ => write!(
                    f,
                    "{folder}: {packages} packages are left out: their index states no digest for them"
                ),
            },
            MirrorWarning::Gone { folder, files } => write!(
                f,
                "{folder}: {} not in its index any more: run what asked for {} again",
                if *files == 1 {
                    "a file that was mirrored earlier is".to_owned()
                } else {
                    format!("{files} files that were mirrored earlier are")
                },
                if *files == 1 { "it" } else { "them" },
            ),
            MirrorWarning::NoTarget { folder, why } => {
                match why {
                    Unvouched::NoList => write!(f, "{folder} has no sha256sums")?,
                    Unvouched::Trust(error) => write!(f, "{error}")?,
                }
                write!(f, ": its profiles.json, manifest and images are left out")
            }
        }
    }
}
