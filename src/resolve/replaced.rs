//! Packages of the router that make room for others, as the request names them. Nothing else of the router goes.

use std::collections::BTreeSet;

use serde::Serialize;

use super::refusal::{NotReplaceable, Refusal};
use super::upgrade::FIXED;
use super::{Plan, Request};
use crate::format::{Installed, Package, PackageId, Requirement, Universe};

/// A package of the router that makes room for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replaced {
    pub name: String,
    /// The version that the router holds.
    pub version: String,
    /// The package that takes its place.
    pub by: String,
    /// What the client is told besides the names of the plan, so that this package goes and nothing else.
    #[serde(skip)]
    pub told: Vec<String>,
    /// The same package in the feeds, for the way back: where the client removes it before it installs the other.
    #[serde(skip)]
    pub back: Option<PackageId>,
}

/// What the router holds without the packages that are to make room; one whose successor is there already stays.
pub(super) fn kept(installed: &Installed, request: &Request) -> Result<Installed, Refusal> {
    let mut kept = installed.clone();
    for (old, by) in request.replacements().filter(|(_, by)| installed.get(by).is_none()) {
        if FIXED.contains(&old) {
            return Err(refusal(old, by, NotReplaceable::Fixed));
        }
        kept.remove(old).ok_or_else(|| refusal(old, by, NotReplaceable::NotHeld))?;
    }
    Ok(kept)
}

fn refusal(old: &str, by: &str, why: NotReplaceable) -> Refusal {
    Refusal::NotReplaceable { name: old.to_owned(), by: by.to_owned(), why }
}

/// What makes room for the plan.
///
/// # Errors
/// When the router needs it, or there would be no way back.
pub(super) fn of(
    installed: &Installed,
    kept: &Installed,
    request: &Request,
    plan: &Plan<'_>,
) -> Result<Vec<Replaced>, Refusal> {
    let router = Router { installed, kept, plan, universe: plan.universe };
    let held = request.replacements().filter_map(|(old, by)| Some((old, by, installed.get(old)?)));
    let gone = held.filter(|(old, ..)| kept.get(old).is_none());
    gone.map(|(old, by, held)| router.replaced(old, by, &held.version)).collect()
}

struct Router<'a, 'u> {
    installed: &'a Installed,
    kept: &'a Installed,
    plan: &'a Plan<'u>,
    universe: &'u Universe<'u>,
}

impl<'u> Router<'_, 'u> {
    fn replaced(&self, old: &str, by: &str, version: &str) -> Result<Replaced, Refusal> {
        let in_one_step = self.universe.format().without(old);
        let needed_by = self.needing(old, in_one_step.is_some());
        if !needed_by.is_empty() {
            return Err(refusal(old, by, NotReplaceable::Needed { needed_by }));
        }
        let (told, back) = match in_one_step {
            Some(word) => (self.told(old, by, word), None),
            None => (Vec::new(), Some(self.same(old, by, version)?)),
        };
        Ok(Replaced { name: old.to_owned(), version: version.to_owned(), by: by.to_owned(), told, back })
    }

    /// The packages that stay and would lack something; of a client that removes before it installs, all that name the
    /// package.
    fn needing(&self, old: &str, in_one_step: bool) -> Vec<String> {
        let provided = self.installed.get(old).into_iter().flat_map(|held| &held.provides);
        let names: BTreeSet<&str> = provided.map(|(name, _)| name.as_str()).chain([old]).collect();
        let needs = |requirement: &Requirement<'_>| match in_one_step {
            true => {
                self.is_met(self.installed, requirement)
                    && !self.is_met(self.kept, requirement)
                    && !self.is_brought(requirement)
            }
            false => requirement.alternatives().any(|alternative| names.contains(alternative.name)),
        };
        let stay = self.kept.iter().map(|(name, _)| name);
        let needing =
            stay.filter(|name| self.entry(name).is_some_and(|entry| entry.depends.iter().any(needs)));
        needing.map(str::to_owned).collect()
    }

    /// What the feeds say of a package of the router.
    fn entry(&self, name: &str) -> Option<&'u Package<'u>> {
        let version = &self.installed.get(name)?.version;
        let entries = || self.universe.named(name).map(|id| self.universe.package(id));
        entries().find(|entry| entry.version == *version).or_else(|| entries().next())
    }

    fn is_met(&self, installed: &Installed, requirement: &Requirement<'_>) -> bool {
        let format = self.universe.format();
        requirement.alternatives().any(|alternative| installed.meeting(format, alternative).is_some())
    }

    fn is_brought(&self, requirement: &Requirement<'_>) -> bool {
        let format = self.universe.format();
        let mut steps = self.plan.steps.iter();
        steps.any(|step| requirement.alternatives().any(|each| format.meets(self.plan.package(step), each)))
    }

    /// The word that the package is to go, unless the other answers to its name and so takes its place by itself; and
    /// what the client would clear away with it, as nobody else needs it.
    fn told(&self, old: &str, by: &str, word: String) -> Vec<String> {
        let takes_its_place = self.plan.steps.iter().map(|step| self.plan.package(step));
        let answers =
            takes_its_place.filter(|package| package.answers_to(by)).any(|package| package.answers_to(old));
        let mut told: Vec<String> = if answers { Vec::new() } else { vec![word] };
        let stays = self.kept.iter().filter_map(|(name, _)| self.entry(name));
        let brought = self.plan.steps.iter().map(|step| self.plan.package(step));
        let used: BTreeSet<&str> = stays.chain(brought).flat_map(|package| self.uses(package)).collect();
        let alone = self.entry(old).into_iter().flat_map(|package| self.uses(package));
        told.extend(alone.filter(|name| !used.contains(name)).map(str::to_owned));
        told
    }

    /// The packages that stay of those that a package needs.
    fn uses(&self, package: &Package<'_>) -> Vec<&str> {
        let format = self.universe.format();
        let alternatives = package.depends.iter().flat_map(Requirement::alternatives);
        alternatives.filter_map(|alternative| self.kept.meeting(format, alternative)).collect()
    }

    /// The very package that the router holds.
    fn same(&self, old: &str, by: &str, version: &str) -> Result<PackageId, Refusal> {
        let package = |id: &PackageId| self.universe.package(*id);
        let same = |id: &PackageId| package(id).version == version && package(id).digest.is_some();
        self.universe.named(old).find(same).ok_or_else(|| {
            let listed = self.universe.named(old).map(|id| package(&id).version.to_owned());
            let why = NotReplaceable::NoWayBack { version: version.to_owned(), listed: listed.collect() };
            refusal(old, by, why)
        })
    }
}
