//! What is likely to be wanted of a release on a server, asked for before it is known whether it is: each wait for the
//! answer that tells costs as much as all of them together.

use super::feeds;
use super::metadata::{self, Metadata, PROFILES, SUMS};
use super::open::{MANIFEST_CAP, Reader, guessed_manifests};
use super::profiles::Profiles;
use super::{Kernel, Release, ReleaseError, Target};
use crate::fetch::{Location, LocationError};
use crate::format::{FORMATS, Format, Installed};

/// A place, and the most bytes that are read there.
pub(super) type Likely = (Location, u64);

impl Reader<'_> {
    /// Asks for what is likely; what cannot be named is not, and whoever wants it says so.
    pub(super) fn ask_ahead(&self, likely: Result<Vec<Likely>, ReleaseError>) {
        self.upstream.fetcher.ask_ahead(likely.unwrap_or_default());
    }

    /// What every release has: its metadata, the target's own index in any format, and the manifest by the name
    /// that releases give it.
    pub(super) fn likely_of_target(
        &self,
        folder: &Location,
        target: &Target,
        core: &Location,
    ) -> Result<Vec<Likely>, ReleaseError> {
        if !folder.is_remote() {
            return Ok(Vec::new());
        }
        let mut likely = Vec::new();
        for name in [PROFILES, SUMS[0], SUMS[1]] {
            likely.push((folder.join(name)?, metadata::CAP));
        }
        for format in FORMATS {
            likely.extend(index_files(format, core)?);
        }
        if self.needs_manifest() {
            let named = self.spec.release.clone().or_else(|| Release::of_folder(&self.spec.root));
            // Snapshots have no name in theirs.
            let named = named.filter(|release| release.version().is_some() && !release.is_series());
            for name in guessed_manifests(target, named.as_ref()).iter().take(1) {
                likely.push((folder.join(name)?, MANIFEST_CAP));
            }
        }
        Ok(likely)
    }

    /// The indexes of the feeds that releases have, and for what tells of others.
    pub(super) fn likely_of_feeds(
        &self,
        format: &'static dyn Format,
        metadata: &Metadata,
        profiles: &Profiles,
        target: &Target,
        release: Option<&Release>,
    ) -> Result<Vec<Likely>, ReleaseError> {
        let root = &self.spec.root;
        let Some(arch) = profiles.arch_packages.as_deref().filter(|_| root.is_remote()) else {
            return Ok(Vec::new());
        };
        let mut likely = vec![(root.join(&format!("packages/{arch}/feeds.conf"))?, metadata::CAP)];
        if self.needs_manifest() {
            for name in self.manifests(metadata, target, release)?.iter().take(1) {
                likely.push((metadata.folder.join(name)?, MANIFEST_CAP));
            }
        }
        let router = self.spec.installed.as_ref().and_then(|router| router.get("kernel"));
        let kernel = router.and_then(|held| Kernel::parse(&held.version)).or(profiles.linux_kernel.clone());
        if let Some(kernel) = kernel {
            likely.extend(index_files(format, &feeds::kmods(root, target, &kernel)?.place.location)?);
        }
        for wanted in feeds::of_arch(root, arch, None, Vec::new())? {
            likely.extend(index_files(format, &wanted.place.location)?);
        }
        for (_, location) in &self.spec.extra_feeds {
            likely.extend(index_files(format, location)?);
        }
        Ok(likely)
    }

    fn needs_manifest(&self) -> bool {
        self.spec.installed.as_ref().is_none_or(Installed::needs_manifest)
    }
}

fn index_files(format: &'static dyn Format, folder: &Location) -> Result<Vec<Likely>, LocationError> {
    let files = format.facts().index_files.iter();
    files.map(|file| Ok((folder.join(file.name)?, file.cap))).collect()
}
