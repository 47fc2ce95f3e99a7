//! `owpkg.lock`: the plan written down with every digest, in TOML. The lock alone reproduces the disk.

pub(crate) mod bundle;
mod configuration;
mod facts;
mod key;
mod outlook;
mod package;
mod replacement;
mod set;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::fetch::LocationError;
use crate::format::{Format, format_named};
use crate::hardware::Card;
use crate::release::FeedPlace;
use crate::resolve::{BaselineSource, Graph, Node, PackageKind, Upgrade};
use crate::selection::{PlanSource, Planned};
use crate::stick::RouterId;
use crate::trust::{self, Authority, Signed, Verified};

pub use bundle::{Bundle, BundleError, LockedFeed};
pub use configuration::{BadConfiguration, LockedConfiguration, OtherFiles, OverlayFile, OverlayLink};
pub use facts::{Contradiction, Fact};
pub use key::LockedKey;
pub use outlook::Outlook;
pub use package::LockedPackage;
pub use replacement::LockedReplacement;
pub use set::LockedSet;

const SCHEMA: &str = "owpkg.lock/1";
/// Twice those of the largest release tree that is read.
const MOST_FEEDS: usize = 64;
const HEAD: &str =
    "# Written by owpkg. `owpkg disk OUT` makes the same disk from this file, bit for bit, anywhere.\n\n";

/// A plan with everything that is needed to make its disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    schema: String,
    /// The release, where anything tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The build's revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_code: Option<String>,
    pub target: String,
    /// The architecture.
    pub arch: String,
    /// The format: `opkg` or `apk`.
    pub format: String,
    /// The version of the router's `kernel` package, with its vermagic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The release tree.
    pub source: String,
    /// The time of every file on the disk, in seconds since 1970.
    pub date: i64,
    /// Whether indexes are in it that no trusted key vouches for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted_unsigned: bool,
    /// What was decided by metadata that nobody vouches for: `baseline`, `kernel`, `release`, `arch`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unvouched: Vec<String>,
    /// Whether it is of the demo release, which no router runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// The names to give to the router's client, in this order.
    pub install: Vec<String>,
    /// How many of them go to each run of the client; none: all to one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<usize>,
    /// The router that asked, where the plan answers a request; its disk is for no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub router: Option<RouterId>,
    /// What the router was taken to hold.
    pub baseline: LockedBaseline,
    /// The set of `owpkg.toml` that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<LockedSet>,
    /// What the disk sets on the router beside the packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<LockedConfiguration>,
    /// The keys of its feeds that images of official releases lack.
    #[serde(rename = "key", default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<LockedKey>,
    /// The cards that were asked for.
    #[serde(rename = "card", default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Card>,
    /// The feeds that the plan uses.
    #[serde(rename = "feed", default)]
    pub feeds: Vec<LockedIndex>,
    /// The packages of the router that make room.
    #[serde(rename = "replace", default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<LockedReplacement>,
    /// The packages to add, dependencies first.
    #[serde(rename = "package", default)]
    pub packages: Vec<LockedPackage>,
}

/// What the router was taken to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedBaseline {
    /// Where the list came from.
    pub from: BaselineSource,
    /// How many packages it has.
    pub packages: usize,
}

/// A feed's index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedIndex {
    /// The feed's name, and its folder on the disk.
    pub name: String,
    /// Its folder upstream.
    pub url: String,
    /// The ids of the trusted keys that signed it.
    pub signed_by: Vec<String>,
    /// Its files, byte for byte.
    #[serde(rename = "file")]
    pub files: Vec<LockedFile>,
}

/// A file of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedFile {
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of the file.
    #[serde(with = "trust::hex_bytes")]
    pub sha256: [u8; 32],
}

/// Why a plan cannot be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It replaces what the router holds.
    #[error("the plan replaces {0}, and a disk only adds")]
    Replaces(Upgrade),
    /// It is of the facts built into owpkg, of which nothing can be fetched.
    #[error("the plan is of the facts built into owpkg, of which no disk can be made")]
    BuiltInFacts,
    /// The place of a package's file is none.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// A name, a version, a file or a size in it that no client would take.
    #[error("{package:?} cannot be written down: its name, version, file or size is none")]
    Odd { package: String },
    /// Its index states no digest of a package, so that nobody vouches for it.
    #[error("{package} has no digest in its index, so it cannot be verified")]
    NoDigest { package: String },
}

/// A text that is no lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// It is not TOML of the lock's shape.
    #[error("it is not a lock: {0}")]
    Shape(String),
    /// It is of another version of owpkg.
    #[error("it has the schema {found:?}, expected {SCHEMA:?}")]
    Schema {
        /// What it says.
        found: String,
    },
    /// A name in it cannot become a file.
    #[error("{0:?} is not a plain file name")]
    Name(String),
    /// A version, an architecture or the like that is none.
    #[error("{0:?} is no word: expected letters, digits and signs of ASCII")]
    Word(String),
    /// It lists more feeds than a disk takes.
    #[error("it lists {found} feeds, and a disk takes at most {MOST_FEEDS}")]
    TooManyFeeds {
        /// How many it lists.
        found: usize,
    },
    /// It tells the router to install what is not in its plan.
    #[error("it is to install {0:?}, which is not one of its packages")]
    Unplanned(String),
    /// Its names are not those of its runs.
    #[error("it gives {runs:?} names to the runs of the package manager, expected {names} in all")]
    Runs {
        /// How many names go to each run.
        runs: Vec<usize>,
        /// How many there are.
        names: usize,
    },
    /// It configures what cannot be.
    #[error(transparent)]
    Configuration(#[from] BadConfiguration),
    /// Its format is not known.
    #[error("the package format {0:?} is not known")]
    Format(String),
}

impl Lock {
    /// Writes a plan of a release down. `date` is the time of the files on the disk, in seconds since 1970.
    ///
    /// # Errors
    /// When the plan replaces what the router holds, as the install script only adds; or it is of the facts built in.
    pub fn of(planned: &Planned<'_>, date: i64) -> Result<Lock, PlanError> {
        let Planned { plan, baseline, source, .. } = planned;
        let PlanSource::Release(release) = source else { return Err(PlanError::BuiltInFacts) };
        if let Some(upgrade) = plan.upgrades.first() {
            return Err(PlanError::Replaces(upgrade.clone()));
        }
        let facts = &release.facts;
        let demo = facts.is_demo();
        let packages = plan.steps.iter().map(|step| LockedPackage::added(facts, plan, step));
        let replaced = plan.replaced.iter().map(|replaced| LockedReplacement::of(facts, plan, replaced));
        let back = plan.replaced.iter().filter_map(|replaced| replaced.back);
        let carried = plan.steps.iter().map(|step| step.id).chain(back);
        let feeds: BTreeSet<usize> = carried.map(|id| plan.universe.package(id).feed.0.into()).collect();
        let used: Vec<(&FeedPlace, &Verified<Signed>)> = facts
            .feeds
            .iter()
            .zip(&release.indexes)
            .enumerate()
            .filter_map(|(position, feed)| feeds.contains(&position).then_some(feed))
            .collect();
        let index = |(place, index): &(&FeedPlace, &Verified<Signed>)| LockedIndex {
            name: place.name.clone(),
            url: place.location.to_string(),
            signed_by: index.by().key_ids(),
            files: index
                .files
                .iter()
                .map(|file| LockedFile {
                    name: file.name.to_owned(),
                    size: file.bytes.len() as u64,
                    sha256: trust::sha256(&file.bytes),
                })
                .collect(),
        };
        let feeds: Vec<LockedIndex> = used.iter().map(index).collect();
        // Nobody is to trust the key of the demo release.
        let core = release.indexes.first().filter(|_| !demo);
        Ok(Lock {
            schema: SCHEMA.to_owned(),
            release: facts.release.as_ref().map(ToString::to_string),
            version_code: facts.version_code.clone(),
            target: facts.target.to_string(),
            arch: facts.arch.clone(),
            format: facts.format.name().to_owned(),
            kernel: baseline.installed.get("kernel").map(|held| held.version.clone()),
            source: facts.root.to_string(),
            date,
            accepted_unsigned: used.iter().any(|(_, index)| *index.by() == Authority::Nobody),
            unvouched: facts.unvouched.iter().map(|decided| decided.word().to_owned()).collect(),
            demo,
            router: None,
            install: plan.install.concat(),
            runs: match &plan.install[..] {
                [_, _, ..] => plan.install.iter().map(Vec::len).collect(),
                _ => Vec::new(),
            },
            baseline: LockedBaseline { from: baseline.source, packages: baseline.installed.len() },
            set: None,
            configuration: None,
            cards: planned.cards.clone(),
            keys: core.map(|core| LockedKey::of(&feeds, core.by())).unwrap_or_default(),
            feeds,
            replaced: replaced.collect::<Result<_, _>>()?,
            packages: packages.collect::<Result<_, _>>()?,
        })
    }

    /// The lock as text.
    pub fn to_text(&self) -> String {
        // A lock holds nothing that TOML cannot: no maps with odd keys, no nested enums, no numbers beyond 63 bits.
        HEAD.to_owned() + &toml::to_string(self).unwrap_or_default()
    }

    /// Reads a lock and checks that no name in it can leave its folder.
    pub fn parse(text: &str) -> Result<Lock, LockError> {
        let lock: Lock =
            toml::from_str(text).map_err(|error| LockError::Shape(error.message().to_owned()))?;
        if lock.schema != SCHEMA {
            return Err(LockError::Schema { found: lock.schema });
        }
        lock.format()?;
        let feeds = lock
            .feeds
            .iter()
            .flat_map(|feed| std::iter::once(&feed.name).chain(feed.files.iter().map(|file| &file.name)));
        let packages = lock.carried().flat_map(|package| [&package.name, &package.feed, &package.file]);
        for name in feeds.chain(packages).chain(lock.keys.iter().map(|key| &key.id)) {
            if !crate::format::is_plain(name) {
                return Err(LockError::Name(name.clone()));
            }
        }
        if lock.feeds.len() > MOST_FEEDS {
            return Err(LockError::TooManyFeeds { found: lock.feeds.len() });
        }
        let known = [&lock.release, &lock.version_code, &lock.kernel].into_iter().flatten();
        let versions = lock.carried().map(|package| &package.version);
        let replaced = lock.replaced.iter().flat_map(LockedReplacement::words);
        let words = [&lock.target, &lock.arch].into_iter().chain(known).chain(versions);
        let words = words.chain(replaced).chain(&lock.unvouched);
        if let Some(word) = words.into_iter().find(|word| !crate::format::is_word(word)) {
            return Err(LockError::Word(word.clone()));
        }
        if let Some(configuration) = &lock.configuration {
            configuration.check()?;
        }
        let is_planned = |name: &&String| lock.packages.iter().any(|package| package.name == **name);
        if let Some(name) = lock.install.iter().find(|name| !is_planned(name)) {
            return Err(LockError::Unplanned(name.clone()));
        }
        let in_runs = lock.runs.iter().try_fold(0_usize, |sum, count| sum.checked_add(*count));
        match lock.runs.is_empty() || in_runs == Some(lock.install.len()) {
            true => Ok(lock),
            false => Err(LockError::Runs { runs: lock.runs, names: lock.install.len() }),
        }
    }

    /// Parts what goes with its names by the runs of the client.
    pub(super) fn by_run<'n, T>(&self, mut names: &'n [T]) -> Vec<&'n [T]> {
        match self.runs.is_empty() {
            true => vec![names],
            false => self.runs.iter().filter_map(|count| names.split_off(..*count)).collect(),
        }
    }

    /// All packages whose files it takes: those to add, and those for the way back.
    pub fn carried(&self) -> impl Iterator<Item = &LockedPackage> {
        let back = self.replaced.iter().filter_map(|replaced| replaced.back.as_ref());
        self.packages.iter().chain(back)
    }

    /// The format of its feeds.
    pub fn format(&self) -> Result<&'static dyn Format, LockError> {
        format_named(&self.format).ok_or_else(|| LockError::Format(self.format.clone()))
    }

    /// Who needs whom among its packages.
    pub fn graph(&self) -> Graph {
        Graph::new(self.packages.iter().map(|package| {
            let node = Node {
                name: package.name.clone(),
                version: package.version.clone(),
                size: package.size,
                digest: Some(package.digest()),
                custom_feed: self.is_custom(&package.feed).then(|| package.feed.clone()),
                kind: PackageKind::of(&package.name),
                because: package.because.clone(),
            };
            (node, package.needed_by.clone())
        }))
    }

    /// Whether a feed is none of the release tree.
    fn is_custom(&self, feed: &str) -> bool {
        let source = self.source.trim_end_matches('/');
        let is_below = |url: &str| url.strip_prefix(source).is_some_and(|rest| rest.starts_with('/'));
        self.feeds.iter().any(|own| own.name == feed && !is_below(&own.url))
    }
}
