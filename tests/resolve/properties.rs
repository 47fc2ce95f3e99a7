//! Laws of plans, on small random universes. A failure prints the universe as a case, ready for `tests/resolve/case`.

use owpkg::cli::Help;
use owpkg::format::apk::Apk;
use owpkg::format::opkg::Opkg;
use owpkg::format::{FORMATS, Format, PackageId, Universe};
use owpkg::resolve::case::{Case, CasePackage, Outcome};
use owpkg::resolve::{Request, Root, RootReason, resolve};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::oracle::Oracle;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const VIRTUAL: [&str; 3] = ["v", "w", "x"];
const VERSIONS: [&str; 2] = ["1.0-r1", "2.0-r1"];

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(&NAMES[..]).prop_map(str::to_owned),
        2 => select(&VIRTUAL[..]).prop_map(str::to_owned),
    ]
}

fn any_dependency() -> impl Strategy<Value = String> {
    let relation = select(&["=", ">=", "<=", "<", ">"][..]);
    let constraint = proptest::option::weighted(0.25, (relation, select(&VERSIONS[..])));
    (any_name(), constraint).prop_map(|(name, constraint)| match constraint {
        Some((relation, version)) => format!("{name}{relation}{version}"),
        None => name,
    })
}

fn any_provide() -> impl Strategy<Value = String> {
    (any_name(), proptest::option::weighted(0.3, select(&VERSIONS[..]))).prop_map(|(name, version)| {
        match version {
            Some(version) => format!("{name}={version}"),
            None => name,
        }
    })
}

fn any_entry() -> impl Strategy<Value = CasePackage> {
    (
        select(&NAMES[..]),
        select(&VERSIONS[..]),
        vec(any_dependency(), 0..3),
        proptest::option::weighted(0.25, any_dependency()),
        vec(any_provide(), 0..2),
        select(&[0, 0, 10][..]),
    )
        .prop_map(|(name, version, depends, conflicts, provides, priority)| CasePackage {
            name: name.to_owned(),
            version: version.to_owned(),
            depends,
            conflicts: conflicts.into_iter().collect(),
            // opkg's index has no versions there, and nobody provides their own name.
            provides: provides.into_iter().filter(|word| word.split('=').next() != Some(name)).collect(),
            priority,
            ..CasePackage::default()
        })
}

/// Packages, of which some are held already, and a request.
fn any_case() -> impl Strategy<Value = Case> {
    let roots = vec(any_name(), 1..4);
    let omit = proptest::option::weighted(0.1, select(&NAMES[..]));
    (vec(any_entry(), 1..9), vec(any::<Index>(), 0..2), roots, omit, any::<bool>()).prop_map(
        |(mut entries, held, roots, omit, two_feeds)| {
            entries.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
            entries.dedup_by(|a, b| a.name == b.name && a.version == b.version);
            let mut case = Case { arch: "x86_64".to_owned(), ..Case::default() };
            for index in held {
                let entry = index.get(&entries);
                let text = format!(
                    "installed\n  {} {} provides {}\n",
                    entry.name,
                    entry.version,
                    entry.provides.join(" ")
                );
                let held = Case::parse(&text).expect("a case").installed;
                held.iter().for_each(|(name, held)| case.installed.insert(name, held.clone()));
            }
            let (first, second): (Vec<_>, Vec<_>) =
                entries.into_iter().zip(0..).partition(|(_, position)| !two_feeds || position % 2 == 0);
            for (name, part) in [("core", first), ("base", second)] {
                case.feeds.push((name.to_owned(), part.into_iter().map(|(entry, _)| entry).collect()));
            }
            case.request = request(&roots);
            case.request.omit.extend(omit.map(str::to_owned));
            case
        },
    )
}

pub fn request(roots: &[String]) -> Request {
    let root = |name: &String| Root { name: name.clone(), because: RootReason::Add };
    Request { roots: roots.iter().map(root).collect(), ..Request::default() }
}

/// The case as a format knows it: opkg has no versions behind provided names.
fn as_known_to(case: &Case, format: &'static dyn Format) -> Case {
    let mut case = case.clone();
    case.formats = vec![format];
    if format.name() == Opkg.facts().name {
        for entry in case.feeds.iter_mut().flat_map(|(_, entries)| entries) {
            entry.provides.iter_mut().for_each(|word| word.truncate(word.find('=').unwrap_or(word.len())));
        }
        let mut held = case.installed.clone();
        for (name, package) in case.installed.iter() {
            let mut package = package.clone();
            package.provides.iter_mut().for_each(|(_, version)| *version = None);
            held.insert(name, package);
        }
        case.installed = held;
    }
    case
}

/// Asks the resolver and the oracle, and compares.
fn check(case: &Case, format: &'static dyn Format) {
    let case = as_known_to(case, format);
    let universe = case.universe(format);
    let oracle = Oracle { universe: &universe, installed: &case.installed, request: &case.request };
    match resolve(&universe, &case.installed, &case.request) {
        Err(refusal) => {
            assert!(!oracle.is_solvable(), "refused, though there is an answer: {refusal}\n{case}");
            assert!(refusal.help().is_some_and(|help| !help.is_empty()));
        }
        Ok(plan) => {
            let set: Vec<PackageId> = plan.steps.iter().map(|step| step.id).collect();
            let names: Vec<String> = set.iter().map(|&id| universe.package(id).to_string()).collect();
            assert!(oracle.accepts(&set), "{names:?} is no answer\n{case}");
            let named = |id: &PackageId| {
                case.request.roots.iter().any(|root| root.name == universe.package(*id).name)
            };
            let keeps_named = |part: &[PackageId]| set.iter().all(|id| !named(id) || part.contains(id));
            let fewer = Oracle::subsets(&set)
                .find(|part| part.len() < set.len() && keeps_named(part) && oracle.accepts(part));
            assert!(fewer.is_none(), "{names:?} could be less\n{case}");
            for step in &plan.steps {
                assert!(
                    !step.because.is_empty() || !step.needed_by.is_empty(),
                    "{names:?}: no reason\n{case}"
                );
            }
        }
    }
}

fn both(case: &Case) -> [Case; 2] {
    FORMATS.map(|format| as_known_to(case, format))
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// A plan is closed, free of conflicts, founded and minimal; and where there is an answer, there is a plan.
    #[test]
    fn plans_are_sound_and_refusals_are_right(case in any_case()) {
        FORMATS.into_iter().for_each(|format| check(&case, format));
    }

    #[test]
    fn the_order_within_an_index_does_not_matter(case in any_case(), keys in vec(any::<u32>(), 9)) {
        for case in both(&case) {
            let mut shuffled = case.clone();
            for (_, entries) in &mut shuffled.feeds {
                let mut keyed: Vec<_> = keys.iter().zip(entries.drain(..)).collect();
                keyed.sort_by_key(|(key, _)| **key);
                entries.extend(keyed.into_iter().map(|(_, entry)| entry));
            }
            prop_assert_eq!(case.run(case.formats[0]), shuffled.run(case.formats[0]), "\n{}", case);
        }
    }

    /// Neither a package more nor a version more makes a request unsolvable.
    #[test]
    fn more_choice_never_hurts(case in any_case(), more in any_entry()) {
        for case in both(&case) {
            let known = |entry: &CasePackage| entry.name == more.name && entry.version == more.version;
            if case.feeds.iter().flat_map(|(_, entries)| entries).any(known) || case.installed.get(&more.name).is_some() {
                continue;
            }
            let mut richer = case.clone();
            richer.feeds[0].1.push(more.clone());
            let richer = as_known_to(&richer, case.formats[0]);
            let refused = |case: &Case| matches!(case.run(case.formats[0]), Outcome::Refusal(_));
            prop_assert!(refused(&case) || !refused(&richer), "\n{}", richer);
        }
    }

    /// What leaves the clients no choice of their own is the same for both.
    #[test]
    fn both_formats_make_the_same_plan_of_the_same_feeds(
        depends in vec(subsequence(&NAMES[..], 0..3), 6),
        virtually in vec(proptest::option::of(select(&VIRTUAL[..])), 6),
        provider in vec(select(&NAMES[..]), 3),
        conflict in proptest::option::weighted(0.2, (select(&NAMES[..]), select(&NAMES[..]))),
        roots in subsequence(&NAMES[..], 1..3),
    ) {
        let mut case = Case { arch: "x86_64".to_owned(), ..Case::default() };
        let entries = NAMES.iter().zip(depends).zip(virtually).map(|((name, depends), virtually)| CasePackage {
            name: (*name).to_owned(),
            version: VERSIONS[0].to_owned(),
            depends: depends.into_iter().chain(virtually).map(str::to_owned).collect(),
            conflicts: conflict.iter().filter(|(of, with)| of == name && with != name).map(|(_, with)| (*with).to_owned()).collect(),
            provides: VIRTUAL.iter().zip(&provider).filter(|(_, by)| *by == name).map(|(name, _)| (*name).to_owned()).collect(),
            priority: 10,
            ..CasePackage::default()
        });
        case.feeds.push(("core".to_owned(), entries.collect()));
        case.request = request(&roots.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let plan = |format: &'static dyn Format| match case.run(format) {
            Outcome::Plan { packages, .. } => Some(packages),
            Outcome::Refusal(_) => None,
        };
        prop_assert_eq!(plan(&Opkg), plan(&Apk), "\n{}", case);
    }

    /// A case that is written down reads the same, and its smallest part stands as the whole did.
    #[test]
    fn a_saved_case_tells_the_same(case in any_case()) {
        for case in both(&case) {
            let format = case.formats[0];
            let universe: Universe<'_> = case.universe(format);
            let result = resolve(&universe, &case.installed, &case.request);
            let saved = Case::of(&universe, &case.installed, &case.request, &result);
            let text = saved.to_string();
            let read = Case::parse(&text).expect("a case that was written");
            prop_assert_eq!(read.run(format), Outcome::of(&result), "\n{}\n{}", case, text);
            prop_assert_eq!(&read.outcome, &saved.outcome);
        }
    }
}
