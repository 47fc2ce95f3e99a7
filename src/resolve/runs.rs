//! What the client is told, so that it makes a plan: names, run by run.
//!
//! A plan is followed if the client would make just it of them, and says so when it rehearses. opkg's rehearsal chooses
//! otherwise where a package that one name brings would meet what the next one needs: then the next name gets a run of
//! its own, which is rehearsed as if those before it had been in earnest.

use std::collections::BTreeSet;

use super::{Eligibility, Step};
use crate::format::{Installed, InstalledPackage, PackageId};

/// The names, and whether the client follows them. The roots alone where these do; else every package, in order, so
/// that each finds its dependencies in place and leaves the client no choice; else their exact versions. One run where
/// that does.
pub(super) fn of(eligibility: &Eligibility<'_, '_>, steps: &[Step]) -> (Vec<Vec<String>>, bool) {
    let universe = eligibility.universe;
    let name = |step: &Step| universe.package(step.id).name.to_owned();
    let exact = |step: &Step| {
        let package = universe.package(step.id);
        let several = universe.named(package.name).nth(1).is_some();
        several.then(|| universe.format().exactly(package)).flatten().unwrap_or_else(|| name(step))
    };
    let roots: Vec<String> = steps.iter().filter(|step| !step.because.is_empty()).map(name).collect();
    let all: Vec<String> = steps.iter().map(name).collect();
    let exact: Vec<String> = steps.iter().map(exact).collect();

    let plan = Runs { eligibility, wanted: steps.iter().map(|step| step.id).collect() };
    let lists = [roots, all.clone(), exact];
    if let Some(one) =
        lists.iter().find(|names| plan.made_by(eligibility.installed, names) == Some(plan.wanted.clone()))
    {
        return (vec![one.clone()], true);
    }
    match lists.iter().find_map(|names| plan.split(names)) {
        Some(runs) => (runs, true),
        None => (vec![all], false),
    }
}

struct Runs<'e, 'u, 'r> {
    eligibility: &'e Eligibility<'u, 'r>,
    wanted: BTreeSet<PackageId>,
}

impl Runs<'_, '_, '_> {
    /// What the client adds to what it holds, told these names; none if it rehearses otherwise.
    fn made_by(&self, installed: &Installed, names: &[String]) -> Option<BTreeSet<PackageId>> {
        let universe = self.eligibility.universe;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let set = |ids: Vec<PackageId>| ids.into_iter().collect::<BTreeSet<_>>();
        let made = set(universe.format().install(universe, installed, &names));
        (set(universe.format().rehearse(universe, installed, &names)) == made).then_some(made)
    }

    /// The fewest runs that make the plan of the names in their order, if any do.
    fn split(&self, names: &[String]) -> Option<Vec<Vec<String>>> {
        let universe = self.eligibility.universe;
        let mut installed = self.eligibility.installed.clone();
        let (mut made, mut runs, mut rest) = (BTreeSet::new(), Vec::new(), names);
        while !rest.is_empty() {
            let runs_of = (1..=rest.len()).map_while(|count| self.made_by(&installed, &rest[..count]));
            let run = runs_of.take_while(|run| run.is_subset(&self.wanted)).enumerate().last();
            let (last, run) = run?;
            for package in run.iter().map(|id| universe.package(*id)) {
                installed.insert(package.name, InstalledPackage::of(package));
            }
            made.extend(run);
            let (now, then) = rest.split_at(last + 1);
            runs.push(now.to_vec());
            rest = then;
        }
        (made == self.wanted).then_some(runs)
    }
}
