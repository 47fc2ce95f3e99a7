//! Reads a release tree: metadata first, then the target's own feed, then all the others.

use crate::fetch::{Fetcher, Location};
use crate::format::{FeedId, Installed, Universe};
use crate::parallel;
use crate::trust::{self, Keyring, Signed, TrustError, Unsigned, Verified};

use super::feeds::{self, Wanted};
use super::profiles::Profiles;
use super::sums::Sums;
use super::{FeedPlace, Kernel, Release, ReleaseError, ReleaseFacts, Target};

pub(super) const METADATA_CAP: u64 = 8 << 20;
const MANIFEST_CAP: u64 = 1 << 20;

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
    /// What the router holds, where the user said so; without it the stock image's manifest is read.
    pub installed: Option<Installed>,
    /// What to do about indexes that no trusted key vouches for.
    pub unsigned: Unsigned,
}

/// A release tree, read and verified.
#[derive(Debug)]
pub struct OpenRelease {
    /// What it says of itself.
    pub facts: ReleaseFacts,
    /// The indexes of its feeds, in their order.
    pub indexes: Vec<Verified<Signed>>,
}

/// Reads a release tree and verifies its indexes.
///
/// # Errors
/// When the tree is none, a file cannot be had, or an index is not vouched for.
pub fn open(fetcher: &Fetcher, keyring: &Keyring, ask: ReleaseSpec) -> Result<OpenRelease, ReleaseError> {
    Reader { fetcher, keyring, ask, warnings: Vec::new() }.open()
}

impl OpenRelease {
    /// The packages of all feeds, joined; with what was passed over, in sentences for the user.
    ///
    /// # Errors
    /// When an index is malformed.
    pub fn universe(&self) -> Result<(Universe<'_>, Vec<String>), ReleaseError> {
        let ReleaseFacts { format, feeds, arch, .. } = &self.facts;
        let jobs: Vec<_> = (0..).map(FeedId).zip(&self.indexes).collect();
        let parsed = parallel::map(&jobs, parallel::processors(), |(id, index)| format.parse(index, *id));
        let mut warnings = Vec::new();
        let mut indexes = Vec::new();
        for (place, parsed) in feeds.iter().zip(parsed) {
            let at = || format!("{}/{}", place.location, format.index_files()[0].name);
            let parsed = parsed.map_err(|source| ReleaseError::Index { at: at(), source })?;
            if let Some(first) = parsed.warnings.first() {
                let more = match parsed.warnings.len() {
                    1 => String::new(),
                    count => format!(" (and {} more)", count - 1),
                };
                warnings.push(format!("{}, at {}: passed over: {}{more}", at(), first.at, first.why));
            }
            indexes.push((place.feed(), parsed));
        }
        Ok((Universe::join(*format, arch, indexes), warnings))
    }
}

pub(super) struct Reader<'a> {
    pub(super) fetcher: &'a Fetcher,
    pub(super) keyring: &'a Keyring,
    pub(super) ask: ReleaseSpec,
    pub(super) warnings: Vec<String>,
}

impl Reader<'_> {
    fn open(mut self) -> Result<OpenRelease, ReleaseError> {
        let root = self.ask.root.clone();
        let target = Target::choose(self.fetcher, &root, self.ask.target.as_ref())?;
        let folder = root.join(&format!("targets/{target}"))?;
        let (profiles, sums) = self.metadata(&folder)?;
        if let Some(name) = &self.ask.profile
            && !profiles.profiles.is_empty()
            && !profiles.profiles.contains_key(name)
        {
            let known = profiles.profiles.keys().map(String::as_str);
            return Err(ReleaseError::unknown_profile(format!("{folder}/profiles.json"), name, known));
        }
        let stated = profiles.version_number.as_deref().and_then(|text| Release::parse(text).ok());
        if let (Some(asked), Some(found)) = (&self.ask.release, &stated)
            && asked != found
        {
            let (at, asked, found) = (root.to_string(), asked.clone(), found.clone());
            return Err(ReleaseError::OtherRelease { at, asked, found });
        }
        let release = self.ask.release.clone().or(stated);
        let core = feeds::core(&root, &target)?;
        let (format, core_index) = self.core(&core)?;
        let stock = match self.ask.installed {
            Some(_) => None,
            None => self.manifest(&folder, &target, release.as_ref(), &sums)?,
        };
        let router = self.ask.installed.as_ref().or(stock.as_ref());
        let router_kernel = router.and_then(|router| Kernel::parse(&router.get("kernel")?.version));
        let kernel = router_kernel.or_else(|| profiles.linux_kernel.clone());
        let arch = match profiles.arch_packages.clone() {
            Some(arch) => arch,
            None => self.arch_of(format, &core, &core_index)?,
        };

        let mut places = Vec::new();
        if let Some(kernel) = &kernel {
            places.push(feeds::kmods(&root, &target, kernel)?);
        }
        places.extend(self.feeds_of_arch(&root, &arch)?);
        for (name, location) in &self.ask.extra_feeds {
            places.push(Wanted {
                place: FeedPlace { name: name.clone(), location: location.clone() },
                expected: true,
            });
        }
        let (mut feeds, mut indexes) = (vec![core], vec![core_index]);
        let mut found = self.feeds(format, places)?;
        // No modules for the router's kernel: those of the release's own tell the user which kernel they are for.
        if let (Some(own), Some(router)) = (&profiles.linux_kernel, &kernel)
            && own != router
            && !found.iter().any(|(place, _)| place.name == feeds::KMODS)
        {
            found.splice(0..0, self.feeds(format, vec![feeds::kmods(&root, &target, own)?])?);
        }
        for (place, index) in found {
            if feeds.iter().any(|other: &FeedPlace| other.name == place.name) {
                return Err(ReleaseError::FeedTwice { name: place.name, at: place.location.to_string() });
            }
            feeds.push(place);
            indexes.push(index);
        }

        let device = self.ask.profile.as_ref().and_then(|name| profiles.profiles.get(name));
        let only_device = || profiles.profiles.values().next().filter(|_| profiles.profiles.len() == 1);
        let device_packages = device.or_else(only_device).map(|device| device.device_packages.clone());
        let mut default_packages = profiles.default_packages;
        default_packages.extend(device_packages.unwrap_or_default());
        let facts = ReleaseFacts {
            root,
            release,
            version_code: profiles.version_code,
            target,
            arch,
            format,
            kernel,
            source_date_epoch: profiles.source_date_epoch,
            installed: self.ask.installed,
            stock,
            default_packages,
            feeds,
            warnings: self.warnings,
        };
        Ok(OpenRelease { facts, indexes })
    }

    /// `profiles.json` and `sha256sums`, the latter only if it is signed by a trusted key or not at all.
    fn metadata(&mut self, folder: &Location) -> Result<(Profiles, VerifiedSums), ReleaseError> {
        let names = ["profiles.json", "sha256sums", "sha256sums.sig"];
        let places = names.map(|name| folder.join(name).map(|at| (at, METADATA_CAP)));
        let places = places.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut answers = self.fetcher.files(&places).into_iter();
        let mut next = || answers.next().transpose().map(Option::flatten);
        let (profiles, sums, signature) = (next()?, next()?, next()?);
        let profiles = match profiles {
            Some(found) => serde_json::from_slice(&found.bytes)
                .map_err(|source| ReleaseError::NotJson { at: found.location.to_string(), source })?,
            None => {
                self.warnings.push(format!("{folder} has no profiles.json"));
                Profiles::default()
            }
        };
        let Some(sums) = sums else { return Ok((profiles, VerifiedSums::default())) };
        let parsed = Sums::parse(&String::from_utf8_lossy(&sums.bytes));
        let at = sums.location.to_string();
        let vouched = match signature.and_then(|found| trust::usign::Signature::parse(&found.bytes).ok()) {
            None => false,
            Some(signature) => {
                let signed = Signed {
                    files: Vec::new(),
                    message: sums.bytes,
                    signatures: vec![trust::Signature::Usign(signature)],
                };
                match self.keyring.verify(signed, &at, Unsigned::Refuse) {
                    Ok(_) => true,
                    Err(TrustError::ForeignKey { .. }) => false,
                    Err(error) => return Err(error.into()),
                }
            }
        };
        Ok((profiles, VerifiedSums { sums: parsed, vouched }))
    }

    /// The stock image's manifest, found by name.
    fn manifest(
        &mut self,
        folder: &Location,
        target: &Target,
        release: Option<&Release>,
        sums: &VerifiedSums,
    ) -> Result<Option<Installed>, ReleaseError> {
        let mut names: Vec<String> = sums.sums.ending(".manifest").map(str::to_owned).collect();
        if names.is_empty() {
            let listed = self.fetcher.list(folder)?;
            names = match listed {
                Some(listed) => listed.into_iter().filter(|name| name.ends_with(".manifest")).collect(),
                None => guessed_manifests(target, release),
            };
        }
        let profile = self.ask.profile.as_ref().map(|profile| format!("-{profile}.manifest"));
        let by_profile = |name: &&String| profile.as_ref().is_some_and(|end| name.ends_with(end));
        let plain = format!("{}.manifest", target.dashed());
        let order = |name: &&String| (!by_profile(name), !name.ends_with(&plain), name.len());
        let mut names: Vec<&String> = names.iter().collect();
        names.sort_by_key(order);
        for name in names {
            let at = folder.join(name)?;
            let Some(found) = self.fetcher.file(&at, MANIFEST_CAP)? else { continue };
            let listed = sums.sums.get(name).filter(|_| sums.vouched);
            if listed.is_some_and(|digest| *digest != trust::sha256(&found.bytes)) {
                return Err(ReleaseError::ManifestDigest { at: at.to_string() });
            }
            let installed = Installed::parse(&String::from_utf8_lossy(&found.bytes));
            return installed
                .map(Some)
                .map_err(|source| ReleaseError::Manifest { at: at.to_string(), source });
        }
        self.warnings.push(format!("{folder} has no manifest of its stock image"));
        Ok(None)
    }

    pub(super) fn text(&self, at: &Location, cap: u64) -> Result<Option<String>, ReleaseError> {
        let found = self.fetcher.file(at, cap)?;
        Ok(found.map(|found| String::from_utf8_lossy(&found.bytes).into_owned()))
    }
}

/// The digests of a target's files, and whether a trusted key vouches for them.
#[derive(Default)]
struct VerifiedSums {
    sums: Sums,
    vouched: bool,
}

fn guessed_manifests(target: &Target, release: Option<&Release>) -> Vec<String> {
    let target = target.dashed();
    let named = release.map(|release| format!("openwrt-{release}-{target}.manifest"));
    named.into_iter().chain([format!("openwrt-{target}.manifest")]).collect()
}
