//! Both runs of opkg, as its code has them: what a disk's script rehearses is what it installs.
//!
//! The model here is opkg's own search, step by step, with its marks and its recursion; that of the library is written
//! another way.

use std::collections::{BTreeSet, HashSet};

use owpkg::format::opkg::Opkg;
use owpkg::format::{Dependency, Installed, InstalledPackage, PackageId, Requirement, Universe};
use owpkg::resolve::case::{Case, CasePackage};
use owpkg::resolve::resolve;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::properties::request;

#[derive(Clone, Copy, PartialEq)]
enum Run {
    Rehearsal,
    InEarnest,
}

struct Client<'u, 'i> {
    universe: &'u Universe<'i>,
    installed: &'u Installed,
    run: Run,
    arguments: &'u [String],
    looked: HashSet<&'u str>,
    looked_ahead: HashSet<&'u str>,
    unpacked: BTreeSet<PackageId>,
    said: BTreeSet<PackageId>,
    failed: bool,
}

impl<'u, 'i> Client<'u, 'i> {
    /// Installs, and says what it installed or would have; none if any of it failed.
    fn run(
        universe: &'u Universe<'i>,
        installed: &'u Installed,
        run: Run,
        names: &'u [String],
    ) -> Option<BTreeSet<PackageId>> {
        let mut client = Client {
            universe,
            installed,
            run,
            arguments: names,
            looked: HashSet::new(),
            looked_ahead: HashSet::new(),
            unpacked: BTreeSet::new(),
            said: BTreeSet::new(),
            failed: false,
        };
        for name in names {
            let unconstrained = Dependency::on(name);
            let mut matching = client.matching(&unconstrained);
            matching.retain(|id| universe.package(*id).name == name);
            match matching.last() {
                Some(&package) => client.install(package),
                None => client.failed = true,
            }
        }
        (!client.failed).then_some(client.said)
    }

    fn install(&mut self, package: PackageId) {
        if self.unpacked.contains(&package) {
            return;
        }
        self.said.insert(package);
        let mut closure = Vec::new();
        if !self.look(package, &mut closure, false) {
            self.failed = true;
            return;
        }
        for needed in closure {
            self.install(needed);
        }
        if self.run == Run::InEarnest {
            self.unpacked.insert(package);
        }
    }

    /// Adds what a package needs and lacks to the closure; false if some of it cannot be had. Done once for a name.
    fn look(&mut self, id: PackageId, closure: &mut Vec<PackageId>, ahead: bool) -> bool {
        let package = self.universe.package(id);
        let marks = if ahead { &mut self.looked_ahead } else { &mut self.looked };
        if !marks.insert(package.name) {
            return true;
        }
        let mut whole = true;
        let wishes = package.recommends.iter().map(|requirement| (requirement, true));
        for (requirement, is_wish) in
            package.depends.iter().map(|requirement| (requirement, false)).chain(wishes)
        {
            if self.is_met(requirement) {
                continue;
            }
            match requirement.alternatives().find_map(|alternative| self.best(alternative)) {
                None => whole &= is_wish,
                Some(needed) if needed == id || closure.contains(&needed) => {}
                Some(needed) => {
                    whole &= self.look(needed, closure, ahead);
                    closure.push(needed);
                }
            }
        }
        whole
    }

    /// Looking for an installed package looks ahead from all that are not.
    fn is_met(&mut self, requirement: &Requirement<'u>) -> bool {
        let format = self.universe.format();
        requirement.alternatives().any(|alternative| {
            let there = self.matching(alternative);
            self.installed.meeting(format, alternative).is_some()
                || there.iter().any(|id| {
                    self.unpacked.contains(id) && format.meets(self.universe.package(*id), alternative)
                })
        })
    }

    fn best(&mut self, dependency: &Dependency<'u>) -> Option<PackageId> {
        let format = self.universe.format();
        let mut best = (0, None);
        for id in self.matching(dependency) {
            let package = self.universe.package(id);
            let fits = |constraint| format.satisfies(package.version, constraint);
            if !dependency.constraint.as_ref().is_none_or(fits) {
                continue;
            }
            let is_argument = self.arguments.iter().any(|argument| argument == package.name);
            let score = 1 + u8::from(package.name == dependency.name) + u8::from(is_argument);
            if score >= best.0 {
                best = (score, Some(id));
            }
        }
        best.1
    }

    /// The packages behind a name, without those of which the first look says that they lack something; in opkg's order.
    fn matching(&mut self, dependency: &Dependency<'_>) -> Vec<PackageId> {
        let universe = self.universe;
        let mut matching = Vec::new();
        let names: Vec<&'u str> =
            universe.answering(dependency.name).iter().map(|id| universe.package(*id).name).collect();
        for name in names {
            for id in universe.named(name) {
                if !matching.contains(&id) && self.look(id, &mut Vec::new(), true) {
                    matching.push(id);
                }
            }
        }
        matching.sort_by(|a, b| {
            let (a, b) = (universe.package(*a), universe.package(*b));
            a.name.cmp(b.name).then_with(|| universe.format().compare(a.version, b.version))
        });
        matching
    }
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const VIRTUAL: [&str; 3] = ["v", "w", "x"];

/// Packages without cycles: each needs and provides only what comes before it, virtual names and those of packages.
fn any_entry(position: usize) -> impl Strategy<Value = CasePackage> {
    let before = || VIRTUAL.iter().chain(&NAMES[..position]).copied().collect::<Vec<_>>();
    let some = |most: usize| subsequence(before(), 0..=most.min(before().len()));
    let beside = prop_oneof![
        3 => Just(Vec::new()),
        2 => subsequence(NAMES.iter().copied().filter(|name| *name != NAMES[position]).collect::<Vec<_>>(), 1),
    ];
    (some(3), some(1), beside).prop_map(move |(depends, virtually, beside)| {
        let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<_>>();
        CasePackage {
            name: NAMES[position].to_owned(),
            version: "1.0-1".to_owned(),
            provides: owned(
                virtually.into_iter().chain(beside).filter(|name| !depends.contains(name)).collect(),
            ),
            depends: owned(depends),
            ..CasePackage::default()
        }
    })
}

fn any_case() -> impl Strategy<Value = Case> {
    let entries: Vec<_> = (0..NAMES.len()).map(any_entry).collect();
    (entries, vec(select(&NAMES[..]), 1..4), vec(select(&NAMES[..]), 0..2)).prop_map(
        |(mut entries, roots, held)| {
            // No name is without a provider.
            entries[0].depends.clear();
            entries[0].provides = VIRTUAL.map(str::to_owned).to_vec();
            let mut case = Case { arch: "x86_64".to_owned(), formats: vec![&Opkg], ..Case::default() };
            for entry in entries.iter().filter(|entry| held.contains(&entry.name.as_str())) {
                let provides = entry.provides.iter().map(|name| (name.clone(), None)).collect();
                case.installed
                    .insert(&entry.name, InstalledPackage { version: entry.version.clone(), provides });
            }
            case.feeds.push(("base".to_owned(), entries));
            case.request = request(&roots.into_iter().map(str::to_owned).collect::<Vec<_>>());
            case
        },
    )
}

/// Runs the names of a plan as the script does: each run is rehearsed on what those before it bring. What is said of them.
fn as_the_script_does(
    case: &Case,
) -> Option<(BTreeSet<PackageId>, BTreeSet<PackageId>, BTreeSet<PackageId>)> {
    let universe = case.universe(&Opkg);
    let plan = resolve(&universe, &case.installed, &case.request).ok().filter(|plan| plan.is_followed)?;
    let (mut rehearsed, mut installed) = (BTreeSet::new(), BTreeSet::new());
    let mut holds = case.installed.clone();
    for names in &plan.install {
        let client = |run| {
            Client::run(&universe, &holds, run, names).unwrap_or_else(|| panic!("{names:?} fails\n{case}"))
        };
        let now = client(Run::InEarnest);
        rehearsed.extend(client(Run::Rehearsal));
        for package in now.iter().map(|id| universe.package(*id)) {
            holds.insert(package.name, InstalledPackage::of(package));
        }
        installed.extend(now);
    }
    Some((plan.steps.iter().map(|step| step.id).collect(), rehearsed, installed))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn what_a_disk_rehearses_is_what_it_installs(case in any_case()) {
        if let Some((planned, rehearsed, installed)) = as_the_script_does(&case) {
            prop_assert_eq!(&rehearsed, &planned, "rehearsed\n{}", case);
            prop_assert_eq!(&installed, &planned, "installed\n{}", case);
        }
    }
}

#[test]
fn the_two_runs_differ_where_one_name_brings_what_the_next_one_needs() {
    let text = include_str!("case/opkg-rehearsal.case");
    let case = Case::parse(text).expect("a case");
    let universe = case.universe(&Opkg);
    let names = ["oo", "aa", "bb"].map(str::to_owned);
    let said = |run| {
        let said = Client::run(&universe, &case.installed, run, &names).expect("no failure");
        said.into_iter().map(|id| universe.package(id).name).collect::<Vec<_>>()
    };
    assert_eq!(said(Run::InEarnest), ["aa", "bb", "oo"]);
    assert_eq!(said(Run::Rehearsal), ["aa", "bb", "oo", "pp"]);
    let (planned, rehearsed, installed) = as_the_script_does(&case).expect("a plan that is followed");
    assert_eq!((&rehearsed, &installed), (&planned, &planned));
}
