//! The smallest part of a universe in which a request stands as it does in the whole.

use std::collections::BTreeSet;

use super::{Case, CasePackage, Outcome};
use crate::format::{Installed, Universe};
use crate::resolve::{Plan, Refusal, Request};

impl Case {
    /// The case of a request: whatever it can reach, with all who answer to the same names, and what the router holds
    /// of it. What the router's own packages depend on is left out if it makes no difference, as it nearly never does.
    pub fn of(
        universe: &Universe<'_>,
        installed: &Installed,
        request: &Request,
        result: &Result<Plan<'_>, Refusal>,
    ) -> Case {
        let small = Case::part(universe, installed, request, result, false);
        match small.run(universe.format()) == small.outcome {
            true => small,
            false => Case::part(universe, installed, request, result, true),
        }
    }

    fn part(
        universe: &Universe<'_>,
        installed: &Installed,
        request: &Request,
        result: &Result<Plan<'_>, Refusal>,
        with_held: bool,
    ) -> Case {
        let format = universe.format();
        // Every name that matters, and those of them whose packages are followed.
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut followed: BTreeSet<&str> = BTreeSet::new();
        let mut packages = BTreeSet::new();
        let mut open: Vec<&str> = request.roots.iter().map(|root| root.name.as_str()).collect();
        open.extend(universe.conditional().iter().map(|&id| universe.package(id).name));
        let upgrades = match result {
            Ok(plan) => &plan.upgrades[..],
            Err(Refusal::NeedsUpgrade { upgrades, .. }) => upgrades,
            Err(_) => &[],
        };
        open.extend(upgrades.iter().map(|upgrade| upgrade.name.as_str()));
        if with_held {
            open.extend(installed.iter().map(|(name, _)| name));
        }
        while let Some(name) = open.pop() {
            if !followed.insert(name) {
                continue;
            }
            names.insert(name);
            for &id in universe.answering(name) {
                if !packages.insert(id) {
                    continue;
                }
                let package = universe.package(id);
                open.push(package.name);
                open.extend(universe.superseder(package.name));
                for requirement in package.depends.iter().chain(&package.recommends) {
                    let is_held = |each| installed.meeting(format, each).is_some();
                    if with_held || requirement.greedy || !requirement.alternatives().any(is_held) {
                        open.extend(requirement.alternatives().map(|each| each.name));
                    }
                    names.extend(requirement.alternatives().map(|each| each.name));
                }
                names.extend(package.conflicts.iter().chain(&package.install_if).map(|each| each.name));
                names.extend(package.names());
            }
        }
        // What the router's packages exclude stands in their entries.
        for (name, held) in installed.iter() {
            let entries = universe.named(name).filter(|&id| universe.package(id).version == held.version);
            let hit = |id: &_| {
                let conflicts = universe.package(*id).conflicts.iter();
                conflicts.into_iter().any(|conflict| names.contains(conflict.name))
            };
            let entries: Vec<_> = entries.filter(hit).collect();
            names.extend(entries.iter().map(|&id| universe.package(id).name));
            packages.extend(entries);
        }
        let mut case = Case {
            formats: vec![format],
            arch: universe.arch().to_owned(),
            request: request.clone(),
            outcome: Outcome::of(result),
            ..Case::default()
        };
        for (position, feed) in universe.feeds().iter().enumerate() {
            let ids = packages.iter().map(|&id| universe.package(id));
            let of_feed = ids.filter(|package| usize::from(package.feed.0) == position);
            let entries: Vec<CasePackage> =
                of_feed.map(|package| CasePackage::of(package, universe.arch())).collect();
            if !entries.is_empty() {
                case.feeds.push((feed.name.clone(), entries));
            }
        }
        for (name, held) in installed.iter() {
            let matters =
                names.contains(name) || held.provides.iter().any(|(name, _)| names.contains(name.as_str()));
            if matters {
                case.installed.insert(name, held.clone());
            }
        }
        case
    }
}
