//! Requests with all that they depend on, as plain text: for tests and for reports of a wrong plan.
//!
//! ```text
//! # Lines that start with # are remarks.
//! format opkg                     opkg, apk, or both, each tried
//! arch x86_64
//! feed core                       the feeds, in their order, each with its packages
//! package kmod-a 6.12.1-r1
//!   depends kernel=6.12.1-r1 b|c>=2 d*
//!   provides v w=1.0
//!   conflicts e                   also: recommends, supersedes, install-if, priority N, arch A, no-digest
//! installed
//!   kernel 6.12.1-r1
//!   f 1.0 provides g h=2
//! request
//!   add kmod-a                    also: want NAME REASON…, omit NAME, allow-upgrade
//! plan                            what is expected: packages in install order
//!   kmod-a 6.12.1-r1
//! install                         the names that make the client follow; again for each further run of it
//!   kmod-a
//! refusal                         what is expected instead: the message
//!   …
//! ```
//! Relations are written as they are shown (`=`, `>=`, `><`, …), `|` parts alternatives, and a `*` asks for every provider.

mod read;
mod subset;
mod write;

use crate::format::{
    Constraint, Dependency, Feed, FeedId, Format, Installed, InstalledPackage, Package, Parsed, Provenance,
    Provide, Relation, Requirement, Universe,
};
use crate::trust::{Digest, sha256};

use super::{Plan, Refusal, Request, resolve};

pub use read::BadCase;

/// A request with all that it depends on, and what is to come of it.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// What it is about.
    pub remarks: Vec<String>,
    /// The formats that it is about.
    pub formats: Vec<&'static dyn Format>,
    /// The architecture of the router.
    pub arch: String,
    /// The feeds, with their packages.
    pub feeds: Vec<(String, Vec<CasePackage>)>,
    /// What the router holds.
    pub installed: Installed,
    /// What is asked for.
    pub request: Request,
    /// What is to come of it.
    pub outcome: Outcome,
}

/// A package of a case: words in the grammar above.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CasePackage {
    pub name: String,
    pub version: String,
    /// Its architecture, if not the router's.
    pub arch: Option<String>,
    /// What it depends on.
    pub depends: Vec<String>,
    /// What it recommends.
    pub recommends: Vec<String>,
    /// What it excludes.
    pub conflicts: Vec<String>,
    /// What it provides.
    pub provides: Vec<String>,
    /// What it takes over (opkg).
    pub supersedes: Vec<String>,
    /// When it comes unasked (apk).
    pub install_if: Vec<String>,
    /// Its rank among providers (apk).
    pub priority: u32,
    /// Whether its index states no digest.
    pub no_digest: bool,
}

/// What comes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Plan {
        /// Its packages, as `name version`, in install order.
        packages: Vec<String>,
        /// The names that make the client follow, run by run.
        install: Vec<Vec<String>>,
    },
    Refusal(String),
}

impl Default for Outcome {
    fn default() -> Outcome {
        Outcome::Plan { packages: Vec::new(), install: Vec::new() }
    }
}

impl Outcome {
    /// The part of a result that a case records.
    pub fn of(result: &Result<Plan<'_>, Refusal>) -> Outcome {
        match result {
            Ok(plan) => Outcome::Plan {
                packages: plan.steps.iter().map(|step| plan.package(step).to_string()).collect(),
                install: plan.install.clone(),
            },
            Err(refusal) => Outcome::Refusal(refusal.to_string()),
        }
    }
}

impl Case {
    /// Resolves the request in one of its formats.
    pub fn run(&self, format: &'static dyn Format) -> Outcome {
        let universe = self.universe(format);
        let mut installed = self.installed.clone();
        installed.learn_provides(&universe);
        Outcome::of(&resolve(&universe, &installed, &self.request))
    }

    /// Its packages, joined.
    pub fn universe(&self, format: &'static dyn Format) -> Universe<'_> {
        let feeds = self.feeds.iter().zip(0..).map(|((name, entries), position)| {
            let packages = entries.iter().map(|entry| entry.package(&self.arch, FeedId(position)));
            (
                Feed { name: name.clone(), location: String::new(), custom: false },
                Parsed::from(packages.collect::<Vec<_>>()),
            )
        });
        Universe::join(format, &self.arch, feeds)
    }
}

impl CasePackage {
    fn package<'c>(&'c self, arch: &'c str, feed: FeedId) -> Package<'c> {
        Package {
            name: &self.name,
            version: &self.version,
            arch: self.arch.as_deref().unwrap_or(arch),
            feed,
            depends: self.depends.iter().map(|word| requirement(word)).collect(),
            recommends: self.recommends.iter().map(|word| requirement(word)).collect(),
            conflicts: self.conflicts.iter().map(|word| dependency(word)).collect(),
            provides: self.provides.iter().map(|word| provide(word)).collect(),
            supersedes: self.supersedes.iter().map(String::as_str).collect(),
            install_if: self.install_if.iter().map(|word| dependency(word)).collect(),
            provider_priority: self.priority,
            file: format!("{}-{}", self.name, self.version).into(),
            size: None,
            installed_size: None,
            digest: (!self.no_digest).then(|| Digest::sha256(sha256(self.name.as_bytes()))),
            description: "".into(),
            provenance: Provenance::default(),
        }
    }
}

fn requirement(word: &str) -> Requirement<'_> {
    let (word, greedy) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
    let mut alternatives = word.split('|').map(dependency);
    let first = alternatives.next().unwrap_or(Dependency::on(""));
    Requirement { first, others: alternatives.collect(), greedy }
}

fn dependency(word: &str) -> Dependency<'_> {
    let is_sign = |c: char| "<=>~".contains(c);
    let Some(at) = word.find(is_sign) else { return Dependency::on(word) };
    let (name, rest) = word.split_at(at);
    let version = rest.trim_start_matches(is_sign);
    const RELATIONS: [Relation; 9] = [
        Relation::Less,
        Relation::LessEqual,
        Relation::Equal,
        Relation::GreaterEqual,
        Relation::Greater,
        Relation::Fuzzy,
        Relation::LessFuzzy,
        Relation::GreaterFuzzy,
        Relation::Identity,
    ];
    let sign = &rest[..rest.len() - version.len()];
    let relation = RELATIONS.into_iter().find(|relation| relation.to_string() == sign);
    Dependency { name, constraint: relation.map(|relation| Constraint { relation, version }) }
}

fn provide(word: &str) -> Provide<'_> {
    match word.split_once('=') {
        Some((name, version)) => Provide { name, version: Some(version) },
        None => Provide { name: word, version: None },
    }
}

/// A held package of a case.
fn held(version: &str, provides: &[&str]) -> InstalledPackage {
    let provides = provides.iter().map(|word| provide(word));
    let provides = provides.map(|Provide { name, version }| (name.to_owned(), version.map(str::to_owned)));
    InstalledPackage { version: version.to_owned(), provides: provides.collect() }
}
