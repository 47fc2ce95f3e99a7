//! A tree of architectures alone, without the target of the router: what it does not say, the user said.

use std::collections::BTreeMap;

use super::feeds::{CORE, without_names_twice};
use super::open::Reader;
use super::{
    ArchFeeds, Kernel, Metadata, OpenRelease, Release, ReleaseError, ReleaseFacts, ReleaseWarning, Sums,
    Target, Unvouched, arch, versions,
};
use crate::fetch::Location;
use crate::format::Installed;

impl Reader<'_> {
    /// Reads the feeds of a target's architecture for a router that holds these packages. The target's own feed and the
    /// modules for its kernel are not among them. None: there are no such feeds either.
    pub(super) fn open_partial(
        mut self,
        target: Target,
        installed: Installed,
    ) -> Result<Option<OpenRelease>, ReleaseError> {
        let root = self.spec.root.clone();
        let Some(arch) = self.arch_of_target(&root, &target)? else { return Ok(None) };
        let ArchFeeds { format, mut feeds } = match arch::read(&mut self, &root, &arch) {
            Err(ReleaseError::NoIndex { .. }) => return Ok(None),
            read => read?,
        };
        let custom = self.custom_feeds();
        feeds.extend(self.feeds(format, custom)?);
        let (feeds, indexes) = without_names_twice(feeds)?;
        self.refuse_stripped(&feeds, &indexes)?;
        let at = root.to_string();
        self.warnings.push(ReleaseWarning::MissingFeeds { at, feeds: vec![CORE.to_owned()] });
        let kernel = installed.get("kernel").and_then(|held| Kernel::parse(&held.version));
        let folder = root.join(&format!("targets/{target}"))?;
        let facts = ReleaseFacts {
            release: self.spec.release.or_else(|| Release::of_folder(&root)),
            root,
            version_code: None,
            target,
            arch,
            format,
            kernel,
            source_date_epoch: None,
            installed: Some(installed),
            stock: None,
            default_packages: Vec::new(),
            feeds,
            unvouched: Vec::new(),
            warnings: self.warnings,
        };
        let list = Err(Unvouched::NoList);
        let metadata = Metadata { folder, profiles: None, sums: Sums::default(), list };
        Ok(Some(OpenRelease { facts, indexes, metadata }))
    }

    /// The architecture of a target by the release's list of targets, else the only one of a tree that can be listed and
    /// holds no targets: one with others is of other routers.
    fn arch_of_target(&self, root: &Location, target: &Target) -> Result<Option<String>, ReleaseError> {
        let fetcher = &self.upstream.fetcher;
        let listed: BTreeMap<Target, String> = versions::targets(fetcher, root)?;
        if let Some(arch) = listed.get(target) {
            return Ok(Some(arch.clone()));
        }
        let held =
            |folder: &str| Ok::<_, ReleaseError>(fetcher.list(&root.join(folder)?)?.unwrap_or_default());
        if !held("targets")?.is_empty() {
            return Ok(None);
        }
        let archs = held("packages")?;
        match &archs[..] {
            [] => Ok(None),
            [only] => Ok(Some(only.clone())),
            _ => Err(ReleaseError::WhichArch { at: root.to_string(), target: target.to_string(), archs }),
        }
    }
}
