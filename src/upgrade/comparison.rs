//! What an upgrade changes: everything that there is to know of it before.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fate, Had, Successor, skipped};
use crate::format::Installed;
use crate::hardware::Series;
use crate::release::ReleaseFacts;
use crate::selection::Planned;

/// What an upgrade changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The router as it is.
    pub from: Side,
    /// The router as it will be.
    pub to: Side,
    /// The packages that its user added, and what becomes of each.
    pub packages: Vec<Successor>,
    /// The versions of their successors, by name.
    pub versions: BTreeMap<String, String>,
    /// What comes along because the successors need it.
    pub dependencies: Vec<Addition>,
    /// Packages of the new image that make room, each with the one that takes its place.
    pub replaced: Vec<(String, String)>,
    /// Packages of the old image that the user removed and that the new one holds.
    pub returning: Vec<String>,
    /// The series between both.
    pub skipped: Vec<Series>,
    /// What it takes.
    pub sizes: Sizes,
}

/// A router, before or after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// The release, where anything tells it.
    pub release: Option<String>,
    /// The version of its kernel.
    pub kernel: Option<String>,
    /// The format of its packages.
    pub format: &'static str,
    /// The keys that sign its indexes, where these were read.
    pub signed_by: Vec<String>,
}

/// A package that comes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The bytes of its file.
    pub size: Option<u64>,
}

/// What an upgrade takes, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The package files.
    pub packages: u64,
    /// The same when they are installed, as far as the indexes tell.
    pub installed: u64,
    /// The image; none: it was not chosen.
    pub image: Option<u64>,
    /// What the router has for its changes; none: it does not say.
    pub flash: Option<u64>,
}

impl Side {
    /// A router of a release that holds these packages.
    pub fn new(facts: &ReleaseFacts, installed: &Installed) -> Side {
        Side {
            release: facts.release.as_ref().map(ToString::to_string),
            kernel: installed
                .get("kernel")
                .map(|held| held.version.clone())
                .filter(|version| !version.is_empty()),
            format: facts.format.name(),
            signed_by: Vec::new(),
        }
    }
}

impl Comparison {
    /// Compares a router with what comes of a plan for its packages in another release.
    pub fn new(
        from: Side,
        series: [Series; 2],
        had: &Had,
        packages: Vec<Successor>,
        planned: &Planned<'_>,
    ) -> Comparison {
        let (plan, stock) = (&planned.plan, &planned.baseline.installed);
        let to = Side { signed_by: planned.signed_by(), ..Side::new(planned.facts(), stock) };
        let steps = || plan.steps.iter().map(|step| plan.package(step));
        let successors: BTreeSet<&str> =
            packages.iter().flat_map(|package| &package.new).map(String::as_str).collect();
        let planned_version = |name: &str| steps().find(|step| step.name == name).map(|step| step.version);
        let version =
            |name: &&str| planned_version(name).or_else(|| stock.get(name).map(|held| held.version.as_str()));
        let versions =
            successors.iter().filter_map(|name| Some(((*name).to_owned(), version(name)?.to_owned())));
        let along = steps().filter(|step| !successors.contains(step.name));
        let returns = |name: &&String| stock.get(name).is_some();
        Comparison {
            from,
            to,
            versions: versions.collect(),
            dependencies: along
                .map(|step| Addition {
                    name: step.name.to_owned(),
                    version: step.version.to_owned(),
                    size: step.size,
                })
                .collect(),
            replaced: plan.replaced.iter().map(|one| (one.name.clone(), one.by.clone())).collect(),
            returning: had.removed.iter().filter(returns).cloned().collect(),
            skipped: skipped(series),
            sizes: Sizes {
                packages: steps().filter_map(|step| step.size).sum(),
                installed: steps().filter_map(|step| step.installed_size.or(step.size)).sum(),
                ..Sizes::default()
            },
            packages,
        }
    }

    /// The packages of a fate.
    pub fn with_fate(&self, is: impl Fn(Fate) -> bool) -> impl Iterator<Item = &Successor> {
        self.packages.iter().filter(move |package| is(package.fate))
    }
}
