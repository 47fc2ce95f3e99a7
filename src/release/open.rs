//! Reads a release tree: metadata first, then the target's own feed, then all the others.

use crate::fetch::{Fetched, Fetcher, Location};
use crate::index::{FORMATS, FeedId, Format, IndexError, Installed, Universe};
use crate::trust::{self, Keyring, Signed, SignedFile, TrustError, Unsigned, Verified};

use super::feeds::{self, Wanted};
use super::profiles::Profiles;
use super::sums::Sums;
use super::{FeedPlace, Kernel, Release, ReleaseError, ReleaseFacts, Target};

pub(super) const METADATA_CAP: u64 = 8 << 20;
const MANIFEST_CAP: u64 = 1 << 20;

/// Which release to read.
#[derive(Debug, Clone)]
pub struct Ask {
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
pub fn open(fetcher: &Fetcher, keyring: &Keyring, ask: Ask) -> Result<OpenRelease, ReleaseError> {
    Reader { fetcher, keyring, ask, warnings: Vec::new() }.open()
}

impl OpenRelease {
    /// The packages of all feeds, joined; with what was passed over, in sentences for the user.
    ///
    /// # Errors
    /// When an index is malformed.
    pub fn universe(&self) -> Result<(Universe<'_>, Vec<String>), ReleaseError> {
        let ReleaseFacts { format, feeds, arch, .. } = &self.facts;
        let mut warnings = Vec::new();
        let mut indexes = Vec::new();
        for (position, (place, index)) in feeds.iter().zip(&self.indexes).enumerate() {
            let at = || format!("{}/{}", place.location, format.index_files()[0].name);
            let parsed = format
                .parse(index, FeedId(position as u16))
                .map_err(|source| ReleaseError::Index { at: at(), source })?;
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
    pub(super) ask: Ask,
    pub(super) warnings: Vec<String>,
}

impl Reader<'_> {
    fn open(mut self) -> Result<OpenRelease, ReleaseError> {
        let root = self.ask.root.clone();
        let target = Target::choose(self.fetcher, &root, self.ask.target.as_ref())?;
        let folder = root.join(&format!("targets/{target}"))?;
        let (profiles, sums) = self.metadata(&folder)?;
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

    /// The target's own index, and by its name the format of the whole tree.
    fn core(&mut self, place: &FeedPlace) -> Result<(&'static dyn Format, Verified<Signed>), ReleaseError> {
        for format in FORMATS {
            if let Some(index) = self.indexes(format, std::slice::from_ref(place))?.swap_remove(0) {
                return Ok((format, index));
            }
        }
        let expected = FORMATS.map(|format| format.index_files()[0].name).to_vec();
        Err(ReleaseError::NoIndex { at: place.location.to_string(), expected })
    }

    pub(super) fn feeds(
        &mut self,
        format: &'static dyn Format,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<(FeedPlace, Verified<Signed>)>, ReleaseError> {
        let places: Vec<FeedPlace> = wanted.iter().map(|wanted| wanted.place.clone()).collect();
        let indexes = self.indexes(format, &places)?;
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for (wanted, index) in wanted.into_iter().zip(indexes) {
            match index {
                Some(index) => found.push((wanted.place, index)),
                None if wanted.place.location.below(&self.ask.root).is_none() => {
                    let FeedPlace { name, location } = wanted.place;
                    let index = format.index_files()[0].name;
                    self.warnings.push(format!(
                        "{location} lacks the feed {name}: there is no {index}, which owpkg index makes of {} packages",
                        format.name()
                    ));
                }
                None if wanted.expected => missing.push(wanted.place.name),
                None => {}
            }
        }
        if !missing.is_empty() {
            let feeds = if missing.len() == 1 { "feed" } else { "feeds" };
            self.warnings.push(format!("{} lacks the {feeds} {}", self.ask.root, missing.join(", ")));
        }
        Ok(found)
    }

    /// The verified indexes of feeds, none where there is no index. An index that does not verify is fetched once
    /// more: the server may have been between its two files.
    fn indexes(
        &self,
        format: &'static dyn Format,
        places: &[FeedPlace],
    ) -> Result<Vec<Option<Verified<Signed>>>, ReleaseError> {
        let mut wants = Vec::new();
        for place in places {
            for file in format.index_files() {
                wants.push((place.location.join(file.name)?, file.cap));
            }
        }
        let per_feed = format.index_files().len();
        let answers = self.fetcher.files(&wants).into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut indexes = Vec::new();
        for (answers, wants) in answers.chunks(per_feed).zip(wants.chunks(per_feed)) {
            let index = match self.verify(format, answers) {
                Err(error) if wants[0].0.is_remote() && is_worth_a_second_look(&error) => {
                    let again = self.fetcher.refetch(wants).into_iter().collect::<Result<Vec<_>, _>>()?;
                    self.verify(format, &again)?
                }
                answer => answer?,
            };
            indexes.push(index);
        }
        Ok(indexes)
    }

    fn verify(
        &self,
        format: &'static dyn Format,
        answers: &[Option<Fetched>],
    ) -> Result<Option<Verified<Signed>>, ReleaseError> {
        let Some(Some(first)) = answers.first() else { return Ok(None) };
        let at = first.location.to_string();
        let files = format.index_files().iter().zip(answers);
        let files = files.filter_map(|(file, answer)| {
            Some(SignedFile { name: file.name, bytes: answer.as_ref()?.bytes.clone() })
        });
        let signed =
            format.open(files.collect()).map_err(|source| ReleaseError::Index { at: at.clone(), source })?;
        Ok(Some(self.keyring.verify(signed, &at, self.ask.unsigned)?))
    }

    /// The architecture that most packages of the core feed name.
    fn arch_of(
        &self,
        format: &'static dyn Format,
        place: &FeedPlace,
        index: &Verified<Signed>,
    ) -> Result<String, ReleaseError> {
        let at = place.location.to_string();
        let parsed = format
            .parse(index, FeedId(0))
            .map_err(|source| ReleaseError::Index { at: at.clone(), source })?;
        let native = parsed.packages.iter().map(|package| package.arch).filter(|arch| !format.fits(arch, ""));
        most_common(native).map(str::to_owned).ok_or(ReleaseError::NoArch { at })
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

fn is_worth_a_second_look(error: &ReleaseError) -> bool {
    matches!(
        error,
        ReleaseError::Trust(TrustError::WrongSignature { .. })
            | ReleaseError::Index { source: IndexError::Packing { .. }, .. }
    )
}

fn guessed_manifests(target: &Target, release: Option<&Release>) -> Vec<String> {
    let target = target.dashed();
    let named = release.map(|release| format!("openwrt-{release}-{target}.manifest"));
    named.into_iter().chain([format!("openwrt-{target}.manifest")]).collect()
}

/// The text that occurs most often; of several, the one that sorts first.
pub(crate) fn most_common<'t>(texts: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let mut counts = std::collections::BTreeMap::new();
    texts.for_each(|text| *counts.entry(text).or_insert(0_usize) += 1);
    counts.into_iter().max_by_key(|&(text, count)| (count, std::cmp::Reverse(text))).map(|(text, _)| text)
}
