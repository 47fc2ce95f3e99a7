//! Reads a release tree: metadata first, then the target's own feed, then all the others.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fetch::Location;
use crate::format::{FeedId, IndexError, Installed, Universe, UnpackBudget};
use crate::parallel;
use crate::trust::{self, Authority, Signed, TrustError, Verified};

use super::feeds;
use super::metadata::PROFILES;
use super::profiles::Profiles;
use super::{
    Decided, FeedOrigin, FeedPlace, Kernel, Metadata, Release, ReleaseError, ReleaseFacts, ReleaseWarning,
    Target, Upstream,
};

pub(super) const MANIFEST_CAP: u64 = 1 << 20;
/// The most dependencies of all feeds together, and packages, of which each counts for four: seven times those of the
/// official ones.
const MOST_ENTRIES: usize = 800_000;
/// From how many bytes of text on indexes are read one after the other: twice those of the official ones.
const MUCH: usize = 32 << 20;

/// Which release to read.
#[derive(Debug, Clone)]
pub struct ReleaseSpec {
    /// The tree.
    pub root: Location,
    /// The release, where the user said so or the mirror's folder does.
    pub release: Option<Release>,
    /// The target; without it, the tree's only one.
    pub target: Option<Target>,
    /// The device, for targets whose images differ by device.
    pub profile: Option<String>,
    /// Further feeds, by name.
    pub extra_feeds: Vec<(String, Location)>,
    /// The names of those of them that go before the release's own.
    pub preferred: Vec<String>,
    /// What the router holds, where the user said so; without it the stock image's manifest is read.
    pub installed: Option<Installed>,
}

impl ReleaseSpec {
    /// The only target of a tree, with its stock image.
    pub fn of_tree(root: Location) -> ReleaseSpec {
        ReleaseSpec {
            root,
            release: None,
            target: None,
            profile: None,
            extra_feeds: Vec::new(),
            preferred: Vec::new(),
            installed: None,
        }
    }
}

/// A release tree, read and verified.
#[derive(Debug)]
pub struct OpenRelease {
    /// What it says of itself.
    pub facts: ReleaseFacts,
    /// The indexes of its feeds, in their order.
    pub indexes: Vec<Verified<Signed>>,
    /// What the build says of the target, and who vouches for it.
    pub metadata: Metadata,
}

impl OpenRelease {
    /// The ids of the trusted keys that signed the indexes, sorted.
    pub fn signed_by(&self) -> Vec<String> {
        let keys: BTreeSet<String> = self.indexes.iter().flat_map(|index| index.by().key_ids()).collect();
        keys.into_iter().collect()
    }

    /// The packages of all feeds, joined; with what was passed over.
    ///
    /// # Errors
    /// When an index is malformed.
    pub fn universe(&self) -> Result<(Universe<'_>, Vec<ReleaseWarning>), ReleaseError> {
        let ReleaseFacts { format, feeds, arch, .. } = &self.facts;
        let jobs: Vec<_> = (0..).map(FeedId).zip(&self.indexes).collect();
        // Side by side, hostile indexes would all be in memory before anybody counts.
        let bytes: usize = self.indexes.iter().map(|index| index.message.len()).sum();
        let threads = if bytes > MUCH { 1 } else { parallel::processors() };
        let entries = AtomicUsize::new(0);
        let size = |(_, index): &(FeedId, &Verified<Signed>)| index.message.len();
        let parsed = parallel::map_largest_first(&jobs, threads, size, |(id, index)| {
            if entries.load(Ordering::Relaxed) > MOST_ENTRIES {
                return Err(IndexError::TooManyEntries);
            }
            let parsed = format.parse(index, *id)?;
            let before = entries.fetch_add(parsed.entries(), Ordering::Relaxed);
            match before + parsed.entries() > MOST_ENTRIES {
                true => Err(IndexError::TooManyEntries),
                false => Ok(parsed),
            }
        });
        let mut warnings = Vec::new();
        let mut indexes = Vec::new();
        for (place, parsed) in feeds.iter().zip(parsed) {
            let at = || format!("{}/{}", place.location, format.index_name());
            let parsed = parsed.map_err(|source| ReleaseError::Index { at: at(), source })?;
            if let Some(first) = parsed.warnings.first() {
                let more = parsed.warnings.len() - 1;
                warnings.push(ReleaseWarning::PassedOver { index: at(), at: first.at, why: first.why, more });
            }
            indexes.push((place.feed(), parsed));
        }
        Ok((Universe::join(*format, arch, indexes), warnings))
    }
}

/// What was decided by metadata that nobody vouches for.
struct Unproven {
    /// Whether nobody vouches for `profiles.json`.
    profiles: bool,
    decided: Vec<Decided>,
}

impl Unproven {
    fn by_profiles(&mut self, what: Decided) {
        if self.profiles {
            self.decided.push(what);
        }
    }
}

pub(super) struct Reader<'a> {
    pub(super) upstream: &'a Upstream,
    pub(super) spec: ReleaseSpec,
    pub(super) budget: UnpackBudget,
    pub(super) warnings: Vec<ReleaseWarning>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(upstream: &'a Upstream, spec: ReleaseSpec) -> Reader<'a> {
        Reader { upstream, spec, budget: UnpackBudget::default(), warnings: Vec::new() }
    }

    pub(super) fn open(mut self) -> Result<OpenRelease, ReleaseError> {
        let root = self.spec.root.clone();
        let target = Target::choose(&self.upstream.fetcher, &root, self.spec.target.as_ref())?;
        let folder = root.join(&format!("targets/{target}"))?;
        let core = feeds::core(&root, &target)?;
        self.ask_ahead(self.likely_of_target(&folder, &target, &core.location));
        let (format, core_index) = match self.core(&core) {
            Ok(found) => found,
            Err(missing @ ReleaseError::NoIndex { .. }) => return self.open_without_core(target, missing),
            Err(error) => return Err(error),
        };
        let mut metadata = Metadata::read(self.upstream, &folder)?;
        let is_official = self.upstream.keyring.is_official(core_index.by());
        if is_official {
            self.demand_vouched(&mut metadata)?;
        }
        let profiles = match metadata.profiles.take() {
            Some(profiles) => profiles,
            None => {
                self.warnings.push(ReleaseWarning::NoProfiles { at: folder.to_string() });
                Profiles::default()
            }
        };
        let profiles_vouched = metadata.vouched_digest(PROFILES).is_some();
        if let Some(name) = &self.spec.profile
            && !profiles.profiles.is_empty()
            && !profiles.profiles.contains_key(name)
        {
            let known = profiles.profiles.keys().map(String::as_str);
            return Err(ReleaseError::unknown_profile(format!("{folder}/profiles.json"), name, known));
        }
        let stated = profiles.version_number.as_deref().and_then(|text| Release::parse(text).ok());
        if let (Some(asked), Some(found)) = (&self.spec.release, &stated)
            && !asked.covers(found)
        {
            let (at, asked, found) = (root.to_string(), asked.clone(), found.clone());
            return Err(ReleaseError::OtherRelease { at, asked, found });
        }
        let mut unvouched = Unproven { profiles: !profiles_vouched, decided: Vec::new() };
        let named = self.spec.release.clone().filter(|named| !named.is_series() || stated.is_none());
        if named.is_none() && stated.is_some() {
            unvouched.by_profiles(Decided::Release);
        }
        let release = named.or(stated);
        self.ask_ahead(self.likely_of_feeds(format, &metadata, &profiles, &target, release.as_ref()));
        let stock = match &self.spec.installed {
            Some(installed) if !installed.needs_manifest() => None,
            _ => self.manifest(&metadata, &target, release.as_ref(), is_official)?,
        };
        let stock = stock.map(|(stock, vouched)| {
            if !vouched {
                unvouched.decided.push(Decided::Baseline);
            }
            stock
        });
        let kernel_of = |router: &Installed| Kernel::parse(&router.get("kernel")?.version);
        let listed_kernel = self.spec.installed.as_ref().and_then(kernel_of);
        let stock_kernel = stock.as_ref().and_then(kernel_of).filter(|_| listed_kernel.is_none());
        if stock_kernel.is_some() && unvouched.decided.contains(&Decided::Baseline) {
            unvouched.decided.push(Decided::Kernel);
        }
        let router_kernel = listed_kernel.or(stock_kernel);
        if router_kernel.is_none() && profiles.linux_kernel.is_some() {
            unvouched.by_profiles(Decided::Kernel);
        }
        let kernel = router_kernel.or_else(|| profiles.linux_kernel.clone());
        if self.spec.installed.is_none() && stock.is_none() && !profiles.default_packages.is_empty() {
            unvouched.by_profiles(Decided::Baseline);
        }
        let arch = match profiles.arch_packages.clone() {
            Some(arch) => {
                unvouched.by_profiles(Decided::Arch);
                arch
            }
            None => self.arch_of(format, &core, &core_index)?,
        };

        let mut places = Vec::new();
        if let Some(kernel) = &kernel {
            places.push(feeds::kmods(&root, &target, kernel)?);
        }
        places.extend(self.feeds_of_arch(&root, &arch, Some(&target))?);
        places.extend(self.custom_feeds());
        let mut found = self.feeds(format, places)?;
        // No modules for the router's kernel: those of the release's own tell the user which kernel they are for.
        if let (Some(own), Some(router)) = (&profiles.linux_kernel, &kernel)
            && own != router
            && !found.iter().any(|(place, _)| place.name == feeds::KMODS)
        {
            found.splice(0..0, self.feeds(format, vec![feeds::kmods(&root, &target, own)?])?);
        }
        found.insert(0, (core, core_index));
        let (feeds, indexes) = feeds::without_names_twice(found)?;

        self.upstream.fetcher.forget_ahead();
        self.refuse_stripped(&feeds, &indexes)?;
        if !unvouched.decided.is_empty() {
            let (at, why) = (folder.to_string(), metadata.why_unvouched());
            let decided = unvouched.decided.clone();
            self.warnings.push(ReleaseWarning::Unvouched { at, why, decided });
        }

        let device = self.spec.profile.as_ref().and_then(|name| profiles.profiles.get(name));
        let only_device = || profiles.profiles.values().next().filter(|_| profiles.profiles.len() == 1);
        let device_packages = device.or_else(only_device).map(|device| device.device_packages.clone());
        let mut default_packages = profiles.default_packages.clone();
        default_packages.extend(device_packages.unwrap_or_default());
        metadata.profiles = Some(profiles.clone());
        let facts = ReleaseFacts {
            root,
            release,
            version_code: profiles.version_code.clone(),
            target,
            arch,
            format,
            kernel,
            source_date_epoch: profiles.source_date_epoch,
            installed: self.spec.installed,
            stock,
            default_packages,
            feeds,
            unvouched: unvouched.decided,
            warnings: self.warnings,
        };
        Ok(OpenRelease { facts, indexes, metadata })
    }

    /// Where the target that was taken is not there: another one, or the feeds of its architecture alone.
    fn open_without_core(
        mut self,
        target: Target,
        missing: ReleaseError,
    ) -> Result<OpenRelease, ReleaseError> {
        match (&self.spec.target, &self.spec.installed) {
            (None, _) => {
                match Target::other(&self.upstream.fetcher, &self.spec.root, &target)? {
                    Some(other) => self.spec.target = Some(other),
                    None => return Err(missing),
                }
                self.open()
            }
            (Some(_), Some(installed)) => {
                let installed = installed.clone();
                self.open_partial(target, installed)?.ok_or(missing)
            }
            (Some(_), None) => Err(missing),
        }
    }

    /// Of a release of the official keys nothing is believed that its signed list does not vouch for. Where all that the
    /// metadata would decide was said by the user, as with partial copies, it is passed over.
    fn demand_vouched(&self, metadata: &mut Metadata) -> Result<(), ReleaseError> {
        if let Some(at) = metadata.withheld().filter(|_| self.spec.installed.is_none()) {
            return Err(ReleaseError::Withheld { at });
        }
        if metadata.is_vouched() && (metadata.profiles.is_none() || metadata.vouches_for_profiles()) {
            return Ok(());
        }
        if self.spec.installed.is_none() || self.spec.target.is_none() {
            let (at, why) = (metadata.folder.to_string(), metadata.why_unvouched());
            return Err(ReleaseError::Unvouched { at, why });
        }
        metadata.profiles = None;
        Ok(())
    }

    /// An index of a release that an official key signs may not be unsigned, whatever the user accepts.
    pub(super) fn refuse_stripped(
        &self,
        feeds: &[FeedPlace],
        indexes: &[Verified<Signed>],
    ) -> Result<(), ReleaseError> {
        let of_release =
            || feeds.iter().zip(indexes).filter(|(place, _)| place.origin == FeedOrigin::Release);
        if let Some(name) = self
            .upstream
            .unsigned
            .names()
            .find(|name| *name != "all" && !feeds.iter().any(|place| place.name == *name))
        {
            let known = feeds.iter().map(|place| place.name.clone()).collect();
            return Err(ReleaseError::NoSuchFeed { name: name.to_owned(), known });
        }
        let is_official = of_release().any(|(_, index)| self.upstream.keyring.is_official(index.by()));
        let unsigned = of_release().find(|(_, index)| *index.by() == Authority::Nobody);
        match unsigned.filter(|_| is_official) {
            Some((place, _)) => Err(TrustError::Stripped { what: place.location.to_string() }.into()),
            None => Ok(()),
        }
    }

    /// The stock image's manifest, with whether a key vouches for it, found by name.
    fn manifest(
        &mut self,
        metadata: &Metadata,
        target: &Target,
        release: Option<&Release>,
        is_official: bool,
    ) -> Result<Option<(Installed, bool)>, ReleaseError> {
        let folder = &metadata.folder;
        for name in &self.manifests(metadata, target, release)? {
            let at = folder.join(name)?;
            let vouched = metadata.vouched_digest(name);
            let Some(found) = self.upstream.fetcher.file(&at, MANIFEST_CAP)? else {
                if is_official && vouched.is_some() {
                    return Err(ReleaseError::Withheld { at: at.to_string() });
                }
                continue;
            };
            if vouched.is_some_and(|digest| *digest != trust::sha256(&found.bytes)) {
                return Err(ReleaseError::MetadataDigest { at: at.to_string() });
            }
            // What the signed list of an official release lacks is nobody's.
            if is_official && vouched.is_none() {
                continue;
            }
            let installed = Installed::parse(&String::from_utf8_lossy(&found.bytes));
            return installed
                .map(|installed| Some((installed, vouched.is_some())))
                .map_err(|source| ReleaseError::Manifest { at: at.to_string(), source });
        }
        self.warnings.push(ReleaseWarning::NoManifest { at: folder.to_string() });
        Ok(None)
    }

    /// The names that the stock image's manifest may have, the likeliest first.
    pub(super) fn manifests(
        &self,
        metadata: &Metadata,
        target: &Target,
        release: Option<&Release>,
    ) -> Result<Vec<String>, ReleaseError> {
        let mut names: Vec<String> = metadata.sums.ending(".manifest").map(str::to_owned).collect();
        if names.is_empty() {
            let listed = self.upstream.fetcher.list(&metadata.folder)?;
            names = match listed {
                Some(listed) => listed.into_iter().filter(|name| name.ends_with(".manifest")).collect(),
                None => guessed_manifests(target, release),
            };
        }
        let profile = self.spec.profile.as_ref().map(|profile| format!("-{profile}.manifest"));
        let by_profile = |name: &String| profile.as_ref().is_some_and(|end| name.ends_with(end));
        let plain = format!("{}.manifest", target.dashed());
        names.sort_by_key(|name| (!by_profile(name), !name.ends_with(&plain), name.len()));
        Ok(names)
    }

    pub(super) fn text(&self, at: &Location, cap: u64) -> Result<Option<String>, ReleaseError> {
        let found = self.upstream.fetcher.file(at, cap)?;
        Ok(found.map(|found| String::from_utf8_lossy(&found.bytes).into_owned()))
    }
}

pub(super) fn guessed_manifests(target: &Target, release: Option<&Release>) -> Vec<String> {
    let target = target.dashed();
    let named = release.map(|release| format!("openwrt-{release}-{target}.manifest"));
    named.into_iter().chain([format!("openwrt-{target}.manifest")]).collect()
}
