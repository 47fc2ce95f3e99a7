//! What `apk add` installs, in its order: cases that were put to apk 3.0.6 itself.

use std::collections::HashSet;

use owpkg::format::apk::{Apk, Entry};
use owpkg::format::{Choice, Dependency, Format, Installed, InstalledPackage, Relation, Universe};

use super::{entry, with_universe};

/// Packages, one a line: name, version, then what it depends on, `p:` what it provides, `k:` its priority, `i:` what
/// installs it unasked. A line of dashes starts the next feed.
fn feeds(text: &str) -> Vec<Vec<Entry>> {
    let mut feeds = vec![Vec::new()];
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line == "---" {
            feeds.push(Vec::new());
            continue;
        }
        let mut words = line.split(' ');
        let (name, version) = (words.next().expect("a name"), words.next().expect("a version"));
        let (mut depends, mut provides, mut priority, mut install_if) = (vec![], vec![], 0, vec![]);
        for word in words {
            match word.split_once(':') {
                Some(("p", provided)) => provides.push(provided),
                Some(("k", number)) => priority = number.parse().expect("a number"),
                Some(("i", condition)) => install_if.push(condition),
                _ => depends.push(word),
            }
        }
        let entry = entry(name, version, &depends.join(" "), &provides.join(" "));
        let entry = Entry { provider_priority: priority, install_if: install_if.join(" "), ..entry };
        feeds.last_mut().expect("a feed").push(entry);
    }
    feeds
}

/// What is installed when `asked` is asked for on a router that holds `held`.
fn add_to(held: &[(&str, &str)], packages: &str, asked: &[&str]) -> Vec<String> {
    let mut installed = Installed::default();
    for (name, version) in held {
        installed.insert(name, InstalledPackage { version: (*version).to_owned(), provides: Vec::new() });
    }
    with_universe(&feeds(packages), |universe| {
        let chosen = Apk.rehearse(universe, &installed, asked);
        chosen.into_iter().map(|id| universe.package(id).to_string()).collect()
    })
}

fn add(packages: &str, asked: &[&str]) -> Vec<String> {
    add_to(&[], packages, asked)
}

const NOTHING: [&str; 0] = [];

#[test]
fn dependencies_come_first_in_the_order_of_their_names() {
    let packages = "a 1 c b\n b 1 d\n c 1\n d 1";
    assert_eq!(add(packages, &["a"]), ["d 1", "b 1", "c 1", "a 1"]);
    assert_eq!(add(packages, &["c", "b"]), ["d 1", "b 1", "c 1"], "the request is sorted too");
}

#[test]
fn circles_are_installed_once() {
    assert_eq!(add("a 1 b\n b 1 a", &["a"]), ["b 1", "a 1"]);
}

#[test]
fn the_latest_version_is_taken() {
    assert_eq!(add("a 1\n a 1.10\n a 1.9", &["a"]), ["a 1.10"]);
    assert_eq!(add("a 1\n---\n a 1.1", &["a"]), ["a 1.1"], "whatever feed has it");
}

#[test]
fn a_dependency_narrows_another() {
    assert_eq!(add("a 1 b c\n b 1 c<2\n c 1\n c 2", &["a"]), ["c 1", "b 1", "a 1"]);
}

#[test]
fn a_virtual_name_is_not_chosen_for_without_priority() {
    assert_eq!(add("a 1 v\n p 1 p:v", &["a"]), NOTHING, "not even the only one");
    assert_eq!(add("a 1 v\n p 1 p:v k:1", &["a"]), ["p 1", "a 1"]);
    assert_eq!(add("a 1 v\n p 1 p:v", &["a", "p"]), ["p 1", "a 1"], "unless it is asked for");
    assert_eq!(add("a 1 p v\n p 1 p:v", &["a"]), ["p 1", "a 1"], "or required");
}

#[test]
fn a_provider_that_is_required_elsewhere_is_preferred() {
    assert_eq!(add("a 1 v\n c 1 p1\n p1 1 p:v\n p2 1 p:v k:9", &["a", "c"]), ["p1 1", "a 1", "c 1"]);
}

#[test]
fn a_version_under_the_name_beats_priority() {
    assert_eq!(add("a 1 v\n v 1\n p 1 p:v k:1000", &["a"]), ["v 1", "a 1"]);
    assert_eq!(add("a 1 v\n q 1 p:v=0.5\n p 1 p:v k:1000", &["a"]), ["q 1", "a 1"]);
    assert_eq!(
        add("a 1 v\n v 1\n q 1 p:v=2", &["a"]),
        ["q 1", "a 1"],
        "the later version, not the real package"
    );
    assert_eq!(add("a 1 v\n p 1 p:v=1\n q 1 p:v=1 k:1", &["a"]), ["q 1", "a 1"], "priority among equals");
}

#[test]
fn equals_go_to_the_first() {
    assert_eq!(add("a 1 v\n p1 1 p:v=1\n p0 1 p:v=1", &["a"]), ["p0 1", "a 1"]);
    assert_eq!(add("a 1 v\n p1 1 p:v=1\n---\n p0 1 p:v=1", &["a"]), ["p1 1", "a 1"], "of the first feed");
}

#[test]
fn a_virtual_name_has_no_version() {
    assert_eq!(add("a 1 v>=2\n p 3 p:v k:1", &["a"]), NOTHING);
    assert_eq!(add("a 1 v<2\n p 3 p:v k:1", &["a"]), ["p 3", "a 1"], "it precedes every version");
    assert_eq!(add("a 1 v>=2\n p 1 p:v=2", &["a"]), ["p 1", "a 1"]);
}

#[test]
fn a_name_with_a_version_belongs_to_one_package() {
    assert_eq!(add("p 1 p:v=1\n q 1 p:v=2", &["p", "q"]), NOTHING);
    assert_eq!(add("p 1 p:v=1\n q 1 p:v", &["p", "q"]), NOTHING);
    assert_eq!(add("p 1 p:v\n q 1 p:v", &["p", "q"]), ["p 1", "q 1"], "a virtual one is shared");
}

#[test]
fn nobody_looks_ahead() {
    assert_eq!(add("b 1\n b 2 nope", &["b"]), NOTHING, "what lacks something hides what does not");
    assert_eq!(add("a 1 v\n p1 1 p:v=1\n p2 1 nope p:v=1 k:100", &["a"]), NOTHING);
    assert_eq!(add("a 1 b\n b 1\n b 2 c<2\n c 2", &["a"]), NOTHING);
}

#[test]
fn what_conflicts_with_something_required_is_avoided() {
    assert_eq!(add("a 1 b c\n b 1\n b 2 !c\n c 1", &["a", "c"]), ["b 1", "c 1", "a 1"]);
    assert_eq!(add("a 1 b c\n b 1\n b 2 !c\n c 1", &["a"]), NOTHING, "but not foreseen");
    assert_eq!(add("a 1 !b\n b 1", &["a", "b"]), NOTHING);
    assert_eq!(add("a 1 !v\n p 1 p:v", &["a", "p"]), NOTHING, "with whoever provides the name");
    assert_eq!(add("a 1 !v p:v", &["a"]), ["a 1"], "but itself");
}

#[test]
fn installed_packages_stay() {
    let packages = "a 1 b\n b 1\n b 2\n c 1 b>=2";
    assert_eq!(add_to(&[("b", "1")], packages, &["a"]), ["a 1"]);
    assert_eq!(add_to(&[("b", "1")], packages, &["c"]), ["b 2", "c 1"], "unless a later version is needed");
    assert_eq!(add_to(&[("a", "1"), ("b", "1")], packages, &["a"]), NOTHING);
    let providers = "a 1 v\n p 1 p:v=1\n q 1 p:v=2 k:100";
    assert_eq!(add_to(&[("p", "1")], providers, &["a"]), ["a 1"], "a provider too");
    assert_eq!(add_to(&[("p", "1")], "p 1\n q 1 p:p=2", &["q"]), NOTHING, "nothing is removed");
}

#[test]
fn packages_that_no_feed_has_any_more_count_as_installed() {
    assert_eq!(add_to(&[("b", "3")], "a 1 b>=2\n b 2", &["a"]), ["a 1"]);
}

#[test]
fn conditions_install_packages_unasked() {
    let packages = "a 1\n b 1\n both 1 i:a i:b";
    assert_eq!(add(packages, &["a", "b"]), ["a 1", "b 1", "both 1"]);
    assert_eq!(add(packages, &["a"]), ["a 1"]);
}

#[test]
fn a_failing_name_fails_the_request() {
    assert_eq!(add("a 1", &["a", "nope"]), NOTHING);
}

#[test]
fn a_provider_settled_by_another_name_is_not_doubled() {
    assert_eq!(add("a 3 p:w k:100\n c 1 p:w k:10\n f 3 c", &["w", "f"]), ["c 1", "f 3"]);
}

fn best(universe: &Universe<'_>, name: &str, asked: &[&str]) -> Vec<String> {
    let dependency = Dependency::on(name);
    let mut candidates = universe.meeting(&dependency);
    Apk.prefer(universe, &dependency, &asked.iter().copied().collect::<HashSet<_>>(), &mut candidates);
    candidates.into_iter().map(|id| universe.package(id).to_string()).collect()
}

#[test]
fn preference() {
    let packages = "p0 1 p:v\n p1 1 p:v k:10\n p2 1 p:v=1\n p3 1 p:v=2\n p3 2 p:v=2\n v 1.5";
    with_universe(&feeds(packages), |universe| {
        assert_eq!(best(universe, "v", &[]), ["p3 2", "p3 1", "v 1.5", "p2 1", "p1 1", "p0 1"]);
        assert_eq!(best(universe, "v", &["p0"])[..2], ["p0 1", "p3 2"]);
        let may_choose = |name: &str| {
            let id = universe.named(name).next().expect("a package");
            Apk.may_choose(universe, &Dependency::on("v"), id)
        };
        assert!(["p1", "p2", "p3", "v"].into_iter().all(may_choose));
        assert!(!may_choose("p0"));
        let id = universe.named("p0").next().expect("a package");
        assert!(Apk.may_choose(universe, &Dependency::on("p0"), id), "under its own name");
    });
}

#[test]
fn an_identity_names_one_package() {
    use base64ct::{Base64, Encoding};
    let feeds = feeds("a 1\n a 2");
    let digest = feeds[0][0].packed.expect("an entry of ours").1;
    let identity = format!("Q1{}", Base64::encode_string(&digest.value[..20]));
    with_universe(&feeds, |universe| {
        let constraint = owpkg::format::Constraint { relation: Relation::Identity, version: &identity };
        let meeting = universe.meeting(&Dependency { name: "a", constraint: Some(constraint) });
        assert_eq!(meeting.len(), 1);
        assert_eq!(universe.package(meeting[0]).version, "1");
    });
}

#[test]
fn architectures() {
    let apk: &dyn Format = &Apk;
    assert!(apk.fits("x86_64", "x86_64") && apk.fits("noarch", "x86_64") && apk.fits("", "x86_64"));
    assert!(!apk.fits("all", "x86_64") && !apk.fits("i386", "x86_64"));
}
