//! Why a request cannot be met: data first, then [words](mod@words) and JSON.

mod abi_mismatch;
mod explain;
mod known;
mod lacking;
mod words;

use serde::{Serialize, Serializer};

use super::{Ineligible, RootReason};

pub use abi_mismatch::AbiMismatch;
pub(super) use explain::{explain, unknown_root};
pub use known::Known;
pub use lacking::Lacking;

/// The way from what was asked for to a package: each needs the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// Who asked for the first one, where that is known.
    #[serde(serialize_with = "reason")]
    pub because: Option<RootReason>,
    /// The names of the packages; none if what was asked for cannot even start.
    pub packages: Vec<String>,
}

/// A reason that is not known is an empty text in JSON.
fn reason<S: Serializer>(because: &Option<RootReason>, serializer: S) -> Result<S::Ok, S::Error> {
    match because {
        Some(because) => because.serialize(serializer),
        None => serializer.serialize_str(""),
    }
}

/// A package that would do, but may not be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    pub name: String,
    pub version: String,
    /// Why it may not.
    #[serde(flatten)]
    pub why: Ineligible,
}

/// A held package and the version that would have to take its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Upgrade {
    pub name: String,
    /// The version that the router holds.
    pub held: String,
    /// The version that the feeds have.
    pub to: String,
}

/// Why a package of the router cannot make room for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum NotReplaceable {
    /// The router does not hold it.
    NotHeld,
    /// Everything on the router is built for it.
    Fixed,
    /// Others of the router need it.
    Needed {
        /// Their names.
        needed_by: Vec<String>,
    },
    /// It must go before the other can come, and no feed holds it any more, should that fail.
    NoWayBack {
        /// The version that the router holds.
        version: String,
        /// The versions that feeds hold.
        listed: Vec<String>,
    },
}

/// How a package of a feed of one's own decides over what the release has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Shadow {
    /// The release has one of its name.
    TakesPlace {
        /// The version of the release's.
        version: String,
    },
    /// Nobody asked for it: it says itself when it comes.
    Unasked,
    /// A package of the release would get it for what the release itself has.
    StandsIn {
        /// That package.
        needed_by: String,
    },
}

impl Refusal {
    /// The same of feeds that are the facts built into owpkg, which speak for no release.
    #[must_use]
    pub(crate) fn of_facts(mut self) -> Refusal {
        if let Refusal::UnknownPackage { only_facts, .. } = &mut self {
            *only_facts = true;
        }
        self
    }
}

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Refusal {
    /// No feed holds a package of this name.
    UnknownPackage {
        name: String,
        /// Who asked for it.
        because: RootReason,
        /// Names like it that feeds hold.
        near: Vec<String>,
        /// Where else it is known to be.
        known: Option<Box<Known>>,
        /// Whether the feeds are the facts built into owpkg, a part of what the release holds.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        only_facts: bool,
        /// What else is needed and in no feed.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        also: Box<[Lacking]>,
    },
    /// The feeds hold it for other architectures only.
    OtherArchitecture {
        name: String,
        /// Who asked for it.
        because: RootReason,
        /// The architectures that it is for.
        archs: Vec<String>,
        /// The architecture of the router.
        router: String,
    },
    /// A kernel module is built for another kernel than the router's.
    KernelMismatch {
        /// From the request to the module.
        chain: Chain,
        /// The kernel that the module is built for, as its dependency states it.
        wanted: String,
        /// The version of the router's kernel, where it is known.
        router: Option<String>,
        /// The folder of modules for the router's kernel, below `targets/…/kmods/`.
        folder: Option<String>,
    },
    /// Nothing that may be chosen meets a dependency.
    Unmet {
        /// From the request to the package that depends.
        chain: Chain,
        /// The dependency.
        wanted: String,
        /// Packages that would meet it but may not be chosen.
        rejected: Vec<Rejected>,
        /// Packages that answer to the name in versions that do not fit, as `name version`.
        other_versions: Box<[String]>,
        /// The same library with another binary interface, where that is what there is.
        abi_mismatch: Option<Box<AbiMismatch>>,
        /// The feed that OpenWrt has it in, where that is not there at all.
        missing_feed: Option<Box<str>>,
        /// What else is needed and in no feed.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        also: Box<[Lacking]>,
    },
    /// Packages provide a name, and the client takes none of them unless it is named.
    Unchosen {
        /// From the request to the package that needs the name; no package if the name itself was asked for.
        chain: Chain,
        /// The name.
        wanted: String,
        /// Who provides it.
        providers: Vec<String>,
    },
    /// Two packages that are both needed exclude each other.
    Conflict {
        /// From the request to the one.
        one: Chain,
        /// From the request to the other.
        other: Chain,
        /// The name that only one of them can have, if neither states the conflict.
        over: Option<String>,
    },
    /// There is a plan only if packages that the router holds are replaced.
    NeedsUpgrade {
        /// The packages.
        upgrades: Vec<Upgrade>,
        /// Why there is none without.
        without: Box<Refusal>,
    },
    /// A package of the router cannot make room for another.
    NotReplaceable {
        /// The package.
        name: String,
        /// The one that was to take its place.
        by: String,
        /// Why not.
        #[serde(flatten)]
        why: NotReplaceable,
    },
    /// A feed that the user gave would decide over what the release has.
    Shadowed {
        /// The package of that feed.
        name: String,
        version: String,
        feed: String,
        /// How it would.
        shadow: Shadow,
    },
    /// The search was given up: feeds can be made so that it would take for ever.
    TooHard {
        /// What was asked for.
        roots: Vec<String>,
        /// After how many steps.
        steps: u64,
    },
    /// The solver proved that there is no plan, and the proof names no single reason.
    Contradiction {
        /// What was asked for.
        roots: Vec<String>,
    },
}

/// A refusal as JSON, `owpkg.refusal/1`.
#[derive(Debug, Serialize)]
pub struct RefusalReport<'r> {
    schema: &'static str,
    #[serde(flatten)]
    refusal: &'r Refusal,
    message: String,
    help: String,
}

impl Refusal {
    /// Its kind in a word, as in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Refusal::UnknownPackage { .. } => "unknown-package",
            Refusal::OtherArchitecture { .. } => "other-architecture",
            Refusal::KernelMismatch { .. } => "kernel-mismatch",
            Refusal::Unmet { .. } => "unmet",
            Refusal::Unchosen { .. } => "unchosen",
            Refusal::Conflict { .. } => "conflict",
            Refusal::NeedsUpgrade { .. } => "needs-upgrade",
            Refusal::TooHard { .. } => "too-hard",
            Refusal::Contradiction { .. } => "contradiction",
            Refusal::Shadowed { .. } => "shadowed",
            Refusal::NotReplaceable { .. } => "not-replaceable",
        }
    }

    /// The refusal as JSON: its fields by kind, the message, and what the user can do about it.
    pub fn report(&self, help: String) -> RefusalReport<'_> {
        RefusalReport { schema: "owpkg.refusal/1", refusal: self, message: self.to_string(), help }
    }
}

impl std::error::Error for Refusal {}
