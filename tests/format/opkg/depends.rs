//! The grammar of dependencies, with what the client makes of odd input.

use std::collections::HashSet;

use owpkg::format::opkg::Opkg;
use owpkg::format::{Constraint, Dependency, Feed, FeedId, IndexFiles, Relation, Requirement, Universe};
use proptest::prelude::*;

use super::{index, parse};

/// A requirement, told in short: alternatives by name and constraint, `*` when greedy.
fn told(requirement: &Requirement<'_>) -> String {
    format!("{requirement}{}", if requirement.greedy { " *" } else { "" })
}

fn field(field: &str, value: &str) -> Vec<String> {
    let index = index(format!("Package: p\nVersion: 1\nArchitecture: all\n{field}: {value}\n"));
    let parsed = parse(&index).unwrap();
    let package = parsed.packages()[0];
    match field {
        "Depends" | "Pre-Depends" => package.depends.iter().map(told).collect(),
        "Recommends" => package.recommends.iter().map(told).collect(),
        "Conflicts" => package.conflicts.iter().map(ToString::to_string).collect(),
        "Provides" => package.provides.iter().map(|provide| provide.name.to_owned()).collect(),
        _ => package.supersedes.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn depends(value: &str) -> Vec<String> {
    field("Depends", value)
}

#[test]
fn lists_alternatives_and_constraints() {
    assert_eq!(depends("libc, b"), ["libc", "b"]);
    assert_eq!(depends("a|b | c"), ["a | b | c"]);
    assert_eq!(depends("k (= 5.15.137-1-abc)"), ["k = 5.15.137-1-abc"]);
    assert_eq!(depends("a (>= 1), b (<< 2) | c (>>3)"), ["a >= 1", "b < 2 | c > 3"]);
    assert_eq!(field("Recommends", "r (<=1)"), ["r <= 1"]);
    assert_eq!(field("Pre-Depends", "first"), ["first"]);
}

#[test]
fn every_operator_is_known_and_the_single_signs_allow_equality() {
    let relation = |text: &str| {
        let text = format!("Package: p\nVersion: 1\nArchitecture: all\nDepends: n ({text} 1)\n");
        let index = index(text);
        parse(&index).unwrap().packages()[0].depends[0].first.constraint.map(|constraint| constraint.relation)
    };
    for (text, expected) in [
        ("<<", Relation::Less),
        ("<=", Relation::LessEqual),
        ("=", Relation::Equal),
        (">=", Relation::GreaterEqual),
        (">>", Relation::Greater),
        ("<", Relation::LessEqual),
        (">", Relation::GreaterEqual),
    ] {
        assert_eq!(relation(text), Some(expected), "{text}");
    }
    assert_eq!(relation(""), None);
    assert_eq!(relation("!="), None);
}

#[test]
fn empty_items_and_trailing_commas_are_passed_over() {
    assert_eq!(depends("a, , b,"), ["a", "b"]);
    assert_eq!(depends(",,"), Vec::<String>::new());
    assert_eq!(depends(""), Vec::<String>::new());
    assert_eq!(depends("a ||b"), ["a | b"]);
}

#[test]
fn a_name_ends_at_the_first_space_only() {
    assert_eq!(depends("b(>= 1)"), ["b(>="]);
    assert_eq!(depends("b (=1.0)"), ["b = 1.0"]);
    // Behind a second space the parenthesis constrains nothing.
    assert_eq!(depends("b  (>=  0.5)"), ["b"]);
    assert_eq!(depends("b (1.0)"), ["b"]);
    assert_eq!(depends("b ( >= 1)"), ["b"]);
    assert_eq!(depends("b (>= 1"), ["b >= 1"]);
    assert_eq!(depends("b anything"), ["b"]);
}

#[test]
fn a_star_behind_the_name_is_greedy() {
    assert_eq!(depends("b *"), ["b *"]);
    assert_eq!(depends("b (>= 1) *"), ["b >= 1 *"]);
    assert_eq!(depends("b*"), ["b*"]);
    assert_eq!(depends("a | b *"), ["a | b *"]);
}

#[test]
fn depends_and_pre_depends_count_alike_and_repeat() {
    let index = index("Package: p\nArchitecture: all\nDepends: a\nPre-Depends: b\nDepends: c\n");
    let parsed = parse(&index).unwrap();
    assert_eq!(parsed.packages()[0].depends.iter().map(told).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn suggests_and_unknown_kinds_need_nothing() {
    let index = index("Package: p\nArchitecture: all\nSuggests: a\nEnhances: b\nBreaks: c\n");
    let parsed = parse(&index).unwrap();
    let package = parsed.packages()[0];
    assert!(package.depends.is_empty() && package.recommends.is_empty() && package.conflicts.is_empty());
}

#[test]
fn provides_have_no_versions() {
    assert_eq!(field("Provides", "a, b c"), ["a", "b", "c"]);
    assert_eq!(field("Provides", "v (= 2.0)"), ["v", "(=", "2.0)"]);
    assert_eq!(field("Provides", "v=2.0"), ["v=2.0"]);
}

#[test]
fn conflicts_read_alternatives_one_by_one() {
    assert_eq!(field("Conflicts", "a, b (<< 2) | c"), ["a", "b < 2", "c"]);
}

#[test]
fn replaces_takes_over_only_what_an_earlier_line_conflicts_with() {
    let supersedes = |fields: &str| {
        let index = index(format!("Package: p\nArchitecture: all\n{fields}"));
        let parsed = parse(&index).unwrap();
        parsed.packages()[0].supersedes.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(supersedes("Conflicts: a, b\nReplaces: a, c\n"), ["a"]);
    assert!(supersedes("Replaces: a\nConflicts: a\n").is_empty());
    assert!(supersedes("Replaces: a\n").is_empty());
    assert!(supersedes("Conflicts: a\n").is_empty());
}

#[test]
fn a_constraint_on_a_virtual_name_is_put_to_the_provider() {
    let index = index(
        "Package: one\nVersion: 1.0\nArchitecture: all\nProvides: v\n\n\
         Package: two\nVersion: 2.0\nArchitecture: all\nProvides: v\n",
    );
    let feed = Feed { name: "f".into(), location: "f".into(), custom: false };
    let universe = Universe::join(&Opkg, "x86_64", [(feed, parse(&index).unwrap())]);
    let meeting = |relation| {
        let constraint = Some(Constraint { relation, version: "2.0" });
        let ids = universe.meeting(&Dependency { name: "v", constraint });
        ids.into_iter().map(|id| universe.package(id).name).collect::<Vec<_>>()
    };
    assert_eq!(meeting(Relation::GreaterEqual), ["two"]);
    assert_eq!(meeting(Relation::LessEqual), ["one", "two"]);
    assert_eq!(meeting(Relation::Equal), ["two"]);
}

proptest! {
    #[test]
    fn no_list_is_too_odd(list in "[ a-c()<>=|,*0-9\\t]{0,40}") {
        let index = index(format!("Package: p\nArchitecture: all\nDepends: {list}\nConflicts: {list}\nProvides: {list}\n"));
        let parsed = Opkg.parse(&index, FeedId(0)).unwrap();
        let package = parsed.packages()[0];
        let names: Vec<_> = package.depends.iter().flat_map(|r| r.alternatives()).map(|d| d.name).collect();
        prop_assert!(names.iter().all(|name| !name.is_empty() && !name.contains([' ', ',', '|'])));
        let distinct: HashSet<_> = package.names().collect();
        prop_assert!(distinct.contains("p"));
    }
}
