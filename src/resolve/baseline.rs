//! What the router holds, as far as anything tells: the ground that a plan stands on.

use serde::{Deserialize, Serialize};

use crate::format::{Installed, InstalledPackage, Joined, Universe};
use crate::release::{Kernel, ReleaseFacts, most_common};

use super::{Refusal, Request, Root, RootReason, resolve};

/// Where the list of installed packages comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineSource {
    /// The stock image's manifest.
    Manifest,
    /// A list that the user gave.
    Installed,
    /// What `profiles.json` says every image holds, with all that depends on.
    DefaultPackages,
}

/// What the router holds.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// Where the list comes from.
    pub source: BaselineSource,
    /// The packages.
    pub installed: Installed,
    pub kernel: Option<Kernel>,
    /// What had to be assumed.
    pub warnings: Vec<BaselineWarning>,
}

/// What had to be assumed of the router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum BaselineWarning {
    /// Nothing says which kernel it runs: that of most modules is taken.
    KernelAssumed {
        /// The kernel's version, with its vermagic.
        version: String,
    },
    /// The list of what it holds is only a part: the rest is taken from the stock image's manifest.
    PartOfList {
        /// How many packages that is.
        from_manifest: usize,
    },
    /// The list of what it holds has no versions: those of the stock image's manifest are taken.
    VersionsAssumed {
        /// Packages that the manifest lacks: the versions of the feeds are taken for them.
        from_feeds: Vec<String>,
    },
    /// Packages that it holds at versions that nothing knows; they count for nothing.
    UnknownVersions {
        /// Their names.
        packages: Vec<String>,
    },
    /// Nothing says what it holds: the closure of the release's default packages is taken.
    DefaultPackages {
        /// Default packages that no feed holds.
        unknown: Vec<String>,
    },
}

/// Why it is not known what the router holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// Neither a manifest, nor a list from the user, nor default packages.
    #[error("{at} does not say what its image holds: it has neither a manifest nor default packages")]
    Unknown {
        /// The tree.
        at: String,
    },
    /// A list that is only a part, and no manifest to complete it.
    #[error(
        "the list of installed packages is only a part or has no versions, and {at} has no manifest to complete it"
    )]
    Part {
        /// The tree.
        at: String,
    },
    /// The default packages do not make an image.
    #[error("the default packages of {at} do not go together: {refusal}")]
    Defaults {
        /// The tree.
        at: String,
        /// Why.
        refusal: Box<Refusal>,
    },
}

impl Baseline {
    /// Determines what the router holds: the user's list, else the stock image's manifest, else the closure of the default
    /// packages.
    ///
    /// # Errors
    /// When nothing tells.
    pub fn determine<'u>(
        release: &ReleaseFacts,
        universe: &'u Universe<'u>,
    ) -> Result<Baseline, BaselineError> {
        Baseline::of_router(release, release.installed.as_ref(), universe)
    }

    /// The same for a router that holds these packages, whichever the release was opened for.
    ///
    /// # Errors
    /// When nothing tells.
    pub(crate) fn of_router<'u>(
        release: &ReleaseFacts,
        router: Option<&Installed>,
        universe: &'u Universe<'u>,
    ) -> Result<Baseline, BaselineError> {
        let (source, installed) = match (router, &release.stock) {
            (Some(given), _) => (BaselineSource::Installed, given.clone()),
            (None, Some(stock)) => (BaselineSource::Manifest, stock.clone()),
            (None, None) => (BaselineSource::DefaultPackages, Installed::default()),
        };
        let mut baseline = Baseline { source, installed, kernel: None, warnings: Vec::new() };
        if baseline.installed.needs_manifest() {
            let stock =
                release.stock.as_ref().ok_or_else(|| BaselineError::Part { at: release.root.to_string() })?;
            let joined = baseline.installed.join(Some(stock), universe);
            baseline.warn_of(&joined);
        }
        baseline.hold_implied(release, universe);
        if source == BaselineSource::DefaultPackages {
            baseline.hold_defaults(release, universe)?;
        }
        baseline.installed.learn_provides(universe);
        let kernel = baseline.installed.get("kernel");
        baseline.kernel =
            kernel.and_then(|held| Kernel::parse(&held.version)).or_else(|| release.kernel.clone());
        Ok(baseline)
    }

    /// Says what was added to a list that was only a part.
    fn warn_of(&mut self, joined: &Joined) {
        if joined.from_manifest > 0 {
            self.warnings.push(BaselineWarning::PartOfList { from_manifest: joined.from_manifest });
        }
        if joined.versions_from_manifest + joined.versions_from_feeds.len() > 0 {
            let from_feeds = joined.versions_from_feeds.clone();
            self.warnings.push(BaselineWarning::VersionsAssumed { from_feeds });
        }
        if !joined.unknown.is_empty() {
            self.warnings.push(BaselineWarning::UnknownVersions { packages: joined.unknown.clone() });
        }
    }

    /// Adds what every router holds although no index or list may say so.
    fn hold_implied(&mut self, release: &ReleaseFacts, universe: &Universe<'_>) {
        for name in universe.format().facts().implied {
            if self.installed.get(name).is_none() {
                self.installed.insert(name, InstalledPackage::default());
            }
        }
        if self.installed.get("kernel").is_some() {
            return;
        }
        let wanted: Vec<&str> = kernels_wanted(universe).collect();
        let known = release.kernel.as_ref();
        let of_release =
            wanted.iter().copied().find(|text| known.is_some() && Kernel::parse(text).as_ref() == known);
        if let Some(version) = of_release.or_else(|| most_common(wanted.into_iter())) {
            if known.is_none() {
                self.warnings.push(BaselineWarning::KernelAssumed { version: version.to_owned() });
            }
            self.installed
                .insert("kernel", InstalledPackage { version: version.to_owned(), provides: Vec::new() });
        }
    }

    fn hold_defaults<'u>(
        &mut self,
        release: &ReleaseFacts,
        universe: &'u Universe<'u>,
    ) -> Result<(), BaselineError> {
        let at = release.root.to_string();
        if release.default_packages.is_empty() {
            return Err(BaselineError::Unknown { at });
        }
        let held = |name: &&String| universe.holds(name);
        let (known, unknown): (Vec<&String>, Vec<&String>) = release.default_packages.iter().partition(held);
        let root = |name: &String| Root { name: name.clone(), because: RootReason::DefaultPackages };
        let request = Request { roots: known.into_iter().map(root).collect(), ..Request::default() };
        let plan = resolve(universe, &self.installed, &request)
            .map_err(|refusal| BaselineError::Defaults { at, refusal: Box::new(refusal) })?;
        let steps: Vec<(String, InstalledPackage)> = plan
            .steps
            .iter()
            .map(|step| {
                let package = plan.package(step);
                let held = InstalledPackage { version: package.version.to_owned(), provides: Vec::new() };
                (package.name.to_owned(), held)
            })
            .collect();
        steps.into_iter().for_each(|(name, held)| self.installed.insert(&name, held));
        let unknown = unknown.into_iter().cloned().collect();
        self.warnings.push(BaselineWarning::DefaultPackages { unknown });
        Ok(())
    }
}

/// What mounting a FAT disk takes: the file system, and the two character sets that it uses by default.
const FOR_FAT: [&str; 3] = ["kmod-fs-vfat", "kmod-nls-cp437", "kmod-nls-iso8859-1"];

impl Baseline {
    /// The packages that the router lacks to mount a FAT disk, unless its kernel has these built in.
    pub(crate) fn lacks_for_fat(&self) -> Vec<&'static str> {
        FOR_FAT.into_iter().filter(|name| self.installed.get(name).is_none()).collect()
    }
}

/// The kernel versions that modules ask for, once for each module.
fn kernels_wanted<'u>(universe: &'u Universe<'_>) -> impl Iterator<Item = &'u str> {
    let packages = universe.packages().filter(|(_, package)| package.name.starts_with("kmod-"));
    let depends = packages.flat_map(|(id, _)| &universe.package(id).depends);
    let alternatives = depends.flat_map(|need| need.alternatives());
    alternatives.filter(|need| need.name == "kernel").filter_map(|need| Some(need.constraint?.version))
}
