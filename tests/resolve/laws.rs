//! Laws that hold for any release, in either format, tried on small random ones.

use std::collections::{BTreeMap, BTreeSet};

use owpkg::fetch::{Fetcher, MemoryTree, Options, Silent};
use owpkg::format::{Format, Package, Universe};
use owpkg::release::{ReleaseSpec, Upstream};
use owpkg::resolve::{Baseline, Plan, Request, Root, RootReason, resolve};
use owpkg::trust::Keyring;
use proptest::prelude::*;

use crate::support::feeds::{Builder, FORMATS, public_key, release, signers};

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const CASES: u32 = 48;

/// A package to be: its needs, what it excludes and what it provides, by position in [`NAMES`]; 6 and 7 are virtual
/// names, and 7 is provided at a version.
#[derive(Debug, Clone)]
struct Draft {
    version: u8,
    needs: Vec<(u8, Option<u8>)>,
    excludes: Option<u8>,
    provides: Option<u8>,
}

fn draft() -> impl Strategy<Value = Draft> {
    let need = (0..8_u8, prop_oneof![4 => Just(None), 1 => (1..4_u8).prop_map(Some)]);
    let excludes = prop_oneof![4 => Just(None), 1 => (0..6_u8).prop_map(Some)];
    let provides = prop_oneof![1 => Just(None), 1 => (6..8_u8).prop_map(Some)];
    (1..4_u8, prop::collection::vec(need, 0..3), excludes, provides)
        .prop_map(|(version, needs, excludes, provides)| Draft { version, needs, excludes, provides })
}

/// Up to eight packages of up to six names, and what is asked for.
fn question() -> impl Strategy<Value = (Vec<(u8, Draft)>, Vec<u8>)> {
    let packages = prop::collection::vec((0..6_u8, draft()), 1..=8);
    (packages, prop::collection::vec(0..6_u8, 1..3))
}

fn name(at: u8) -> &'static str {
    match at {
        6 => "shared",
        7 => "owned",
        at => NAMES[usize::from(at)],
    }
}

fn build(packages: &[(u8, Draft)]) -> Builder {
    let mut release = release();
    let mut seen = BTreeSet::new();
    for (at, draft) in packages {
        // Of two entries of the same name and version the formats keep different ones.
        if !seen.insert((at, draft.version)) {
            continue;
        }
        let needs: Vec<String> = draft
            .needs
            .iter()
            .map(|(need, least)| match least {
                // A constraint on a virtual name means different things in the formats.
                Some(least) if *need < 6 => format!("{}>={least}", name(*need)),
                _ => name(*need).to_owned(),
            })
            .collect();
        let excludes = draft.excludes.filter(|other| other != at).map(name);
        let provides = match draft.provides {
            Some(7) => format!("owned={}", draft.version),
            Some(_) => "shared".to_owned(),
            None => String::new(),
        };
        release = release
            .package(name(*at), &draft.version.to_string())
            .depends(&needs.join(" "))
            .conflicts(excludes.unwrap_or_default())
            .provides(&provides)
            .priority(10)
            .files(Vec::new());
    }
    release
}

/// Resolves a request in a release and judges the outcome.
fn with_outcome<T>(
    release: &Builder,
    format: &'static dyn Format,
    asked: &[u8],
    judge: impl FnOnce(&Universe<'_>, &Baseline, Result<Plan<'_>, String>) -> T,
) -> T {
    let mut keyring = Keyring::empty();
    keyring.add(public_key(format, &signers()).as_bytes(), "key").unwrap();
    let tree = MemoryTree::new("law", release.build(format).0);
    let target = Some("x86/64".parse().unwrap());
    let spec = ReleaseSpec { target, ..ReleaseSpec::of_tree(tree.root()) };
    let fetcher = Fetcher::new(Options::new("/nonexistent"), std::sync::Arc::new(Silent));
    let opened = Upstream::new(fetcher, keyring).open(spec).unwrap();
    let (universe, _) = opened.universe().unwrap();
    let baseline = Baseline::determine(&opened.facts, &universe).unwrap();
    let root = |at: &u8| Root { name: name(*at).to_owned(), because: RootReason::Add };
    let request = Request { roots: asked.iter().map(root).collect(), ..Request::default() };
    let outcome = resolve(&universe, &baseline.installed, &request).map_err(|refusal| refusal.to_string());
    judge(&universe, &baseline, outcome)
}

/// Whether packages can stand together on the router, and meet all their needs there.
fn stands(universe: &Universe<'_>, baseline: &Baseline, chosen: &[&Package<'_>]) -> bool {
    let format = universe.format();
    let met = |package: &&Package<'_>| {
        package.depends.iter().all(|need| {
            need.alternatives().any(|wanted| {
                baseline.installed.meeting(format, wanted).is_some()
                    || chosen.iter().any(|other| format.meets(other, wanted))
            })
        })
    };
    let apart = |one: &&Package<'_>| {
        chosen.iter().all(|other| {
            std::ptr::eq(*one, *other)
                || one.name != other.name
                    && !one.conflicts.iter().any(|conflict| conflict.name == other.name)
                    && may_stand_beside(format, one, other)
        })
    };
    chosen.iter().all(met) && chosen.iter().all(apart)
}

/// In apk a name that is provided at a version belongs to one package.
fn may_stand_beside(format: &dyn Format, one: &Package<'_>, other: &Package<'_>) -> bool {
    let named = |package: &Package<'_>| -> BTreeMap<String, Option<String>> {
        let provides = package.provides.iter().map(|p| (p.name.to_owned(), p.version.map(str::to_owned)));
        provides.chain([(package.name.to_owned(), Some(package.version.to_owned()))]).collect()
    };
    let others = named(other);
    named(one).iter().all(|(name, version)| {
        let theirs = others.get(name);
        theirs.is_none_or(|theirs| format.may_share(version.as_deref(), theirs.as_deref()))
    })
}

fn asked_for(universe: &Universe<'_>, asked: &[u8], chosen: &[&Package<'_>]) -> bool {
    asked.iter().all(|at| {
        chosen.iter().any(|package| package.answers_to(name(*at))) || universe.answering(name(*at)).is_empty()
    })
}

/// Whether any set of the universe's packages would do: all of them are tried.
fn is_solvable(universe: &Universe<'_>, baseline: &Baseline, asked: &[u8]) -> bool {
    if asked.iter().any(|at| universe.answering(name(*at)).is_empty()) {
        return false;
    }
    let free: Vec<&Package<'_>> = universe
        .packages()
        .map(|(id, _)| universe.package(id))
        .filter(|package| baseline.installed.get(package.name).is_none())
        .collect();
    (0..1_u32 << free.len()).any(|set| {
        let picked = free.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1);
        let chosen: Vec<&Package<'_>> = picked.map(|(_, package)| *package).collect();
        asked_for(universe, asked, &chosen) && stands(universe, baseline, &chosen)
    })
}

fn packages<'p>(plan: &'p Plan<'_>) -> Vec<&'p Package<'p>> {
    plan.steps.iter().map(|step| plan.package(step)).collect()
}

fn told(plan: &Plan<'_>) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| format!("{} {:?} {:?}", plan.package(step), step.because, step.needed_by))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn a_plan_is_closed_and_free_of_conflicts((drafts, asked) in question()) {
        for format in FORMATS {
            with_outcome(&build(&drafts), format, &asked, |universe, baseline, outcome| {
                let Ok(plan) = outcome else { return Ok(()) };
                prop_assert!(stands(universe, baseline, &packages(&plan)), "{}: {:?}", format.name(), told(&plan));
                prop_assert!(asked_for(universe, &asked, &packages(&plan)), "{}: {:?}", format.name(), told(&plan));
                Ok(())
            })?;
        }
    }

    #[test]
    fn no_request_is_refused_that_can_be_met((drafts, asked) in question()) {
        for format in FORMATS {
            with_outcome(&build(&drafts), format, &asked, |universe, baseline, outcome| {
                let solvable = is_solvable(universe, baseline, &asked);
                prop_assert_eq!(outcome.is_ok(), solvable, "{}: {:?}", format.name(), outcome.err());
                Ok(())
            })?;
        }
    }

    #[test]
    fn every_package_has_a_reason_and_stands_behind_what_it_needs((drafts, asked) in question()) {
        for format in FORMATS {
            with_outcome(&build(&drafts), format, &asked, |_, _, outcome| {
                let Ok(plan) = outcome else { return Ok(()) };
                let position: BTreeMap<&str, usize> =
                    packages(&plan).iter().enumerate().map(|(at, package)| (package.name, at)).collect();
                let needs = |name: &str, of: &str| {
                    plan.steps.iter().any(|step| {
                        plan.package(step).name == name && step.needed_by.iter().any(|by| by == of)
                    })
                };
                // Who needs whom, over any number of steps.
                let mut reach: BTreeSet<(&str, &str)> = BTreeSet::new();
                for (one, other) in position.keys().flat_map(|one| position.keys().map(move |other| (*one, *other))) {
                    if needs(other, one) { reach.insert((one, other)); }
                }
                for middle in position.keys() {
                    for (one, other) in position.keys().flat_map(|one| position.keys().map(move |other| (*one, *other))) {
                        if reach.contains(&(one, *middle)) && reach.contains(&(*middle, other)) { reach.insert((one, other)); }
                    }
                }
                for step in &plan.steps {
                    let name = plan.package(step).name;
                    prop_assert!(!step.because.is_empty() || !step.needed_by.is_empty(), "{name} has no reason");
                    let is_wanted = !step.because.is_empty()
                        || plan.steps.iter().any(|root| {
                            !root.because.is_empty() && reach.contains(&(plan.package(root).name, name))
                        });
                    prop_assert!(is_wanted, "nothing that was asked for leads to {name}");
                    for by in &step.needed_by {
                        let in_cycle = reach.contains(&(name, by.as_str()));
                        prop_assert!(in_cycle || position[name] < position[by.as_str()], "{by} before {name}");
                    }
                }
                Ok(())
            })?;
        }
    }

    #[test]
    fn the_order_of_a_feed_changes_nothing((drafts, asked) in question(), seed in any::<u64>()) {
        let release = build(&drafts);
        let mut shuffled = release.clone();
        let (_, packages) = shuffled.blueprint.feeds.iter_mut().find(|(name, _)| name == "base").unwrap();
        packages.sort_by_key(|package| {
            let text = format!("{seed}{}{}", package.name, package.version);
            owpkg::trust::sha256(text.as_bytes())
        });
        for format in FORMATS {
            let outcome = |release: &Builder| {
                with_outcome(release, format, &asked, |_, _, outcome| outcome.map(|plan| (told(&plan), plan.install.clone())))
            };
            prop_assert_eq!(outcome(&release), outcome(&shuffled), "{}", format.name());
        }
    }
}
