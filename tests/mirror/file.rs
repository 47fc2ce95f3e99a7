//! Mirrors of what `owpkg.toml` says, and files that releases and targets share.

use std::collections::BTreeSet;

use owpkg::demo::Blueprint;
use owpkg::format::Format;
use serde_json::Value;

use super::command::{KEYS, bench, done, owpkg};
use super::{Tree, Upstream, blueprint, for_each_format, in_base, server_tree, tree_of, with_images};

/// Two releases of two targets, whose packages are the same.
pub(super) fn site(format: &dyn Format) -> Tree {
    let mut tree = with_images(server_tree(format, "1.0-r1"));
    for (release, target) in
        [("25.12.0", "mvebu/cortexa9"), ("24.10.2", "x86/64"), ("24.10.2", "mvebu/cortexa9")]
    {
        let of = Blueprint { release: release.into(), target: target.into(), ..blueprint("1.0-r1") };
        let made = tree_of(of, &format!("releases/{release}"), format);
        for (path, bytes) in made {
            tree.entry(path).or_insert(bytes);
        }
    }
    tree
}

pub(super) fn is_package(path: &str) -> bool {
    path.ends_with(".apk") || path.ends_with(".ipk")
}

#[test]
fn one_run_makes_what_the_file_says_and_fetches_what_is_shared_once() {
    for_each_format(|format| {
        let tree = site(format);
        let upstream = Upstream::honest(tree.clone());
        let (bench, url) = (bench(), upstream.server.url());
        let text = "[[mirror]]\nreleases = [\"25.12.0\", \"24.10.2\"]\ntargets = [\"x86/64\", \"mvebu/cortexa9\"]\n\n\
                    [[mirror]]\nreleases = [\"25.12.0\"]\ntargets = [\"x86/64\"]\nimages = [\"one\"]\n";
        std::fs::write(bench.path("owpkg.toml"), text).unwrap();
        done(&bench, &["mirror", "dest", "--mirror", &url]);
        let packages: Vec<&Vec<u8>> =
            tree.iter().filter(|(path, _)| is_package(path)).map(|(_, bytes)| bytes).collect();
        let distinct: BTreeSet<&Vec<u8>> = packages.iter().copied().collect();
        assert!(distinct.len() < packages.len() / 2);
        assert_eq!(upstream.package_requests(), distinct.len());
        let is_index = |path: &String| {
            format.facts().index_files.iter().any(|file| path.ends_with(file.name))
                || path.contains("sha256sums")
        };
        let asked = upstream.server.requests().into_iter().map(|asked| asked.path);
        let asked: Vec<String> = asked.filter(is_index).collect();
        let once: BTreeSet<&String> = asked.iter().collect();
        assert_eq!(once.len(), asked.len(), "no index is asked for twice: {asked:?}");
        let is_other_image = |path: &str| path.contains("two.img") || path.contains("unsigned.img");
        let wanted = |path: &&String| {
            !is_other_image(path) && !path.ends_with("feeds.conf") && !path.ends_with("sdk.tar.zst")
        };
        let expected: Vec<&String> = tree.keys().filter(wanted).collect();
        assert_eq!(bench.visible().keys().collect::<Vec<_>>(), expected);
        assert_eq!(bench.lists()["releases/24.10.2/.targets.json"].as_object().unwrap().len(), 2);
        assert!(done(&bench, &["verify", "dest"]).contains("all good"));
    });
}

#[test]
fn sets_are_mirrored_by_their_locks_or_by_new_plans() {
    for_each_format(|format| {
        let tree = site(format);
        let upstream = Upstream::honest(tree.clone());
        let (bench, url) = (bench(), upstream.server.url());
        let set = |name: &str, release: &str, add: &str| {
            format!("[[set]]\nname = \"{name}\"\nrelease = \"{release}\"\nadd = [\"{add}\"]\n")
        };
        let text = set("one", "25.12.0", "a") + &set("two", "24.10.2", "c");
        std::fs::write(bench.path("owpkg.toml"), text).unwrap();
        done(&bench, &["resolve", "--set", "one", "--mirror", &url]);
        done(&bench, &["mirror", "dest", "--mirror", &url]);
        let seen = bench.visible();
        let (a, c) = (in_base(&tree, "a"), in_base(&tree, "c"));
        let older = |path: &str| path.replace("25.12.0", "24.10.2");
        assert!(seen.contains_key(&a) && seen.contains_key(&older(&c)));
        assert!(!seen.contains_key(&c) && !seen.contains_key(&older(&a)));
        for (name, place) in [("one", "one.img"), ("two", "two.img")] {
            done(&bench, &["disk", place, "--set", name, "--mirror", "dest"]);
        }
    });
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_line() {
    let bench = bench();
    let (code, _, err) = {
        std::fs::write(bench.path("owpkg.toml"), "[[mirror]]\nreleases = [\"25.12.0\"]\n").unwrap();
        owpkg(&bench, &["disk", "x.img", "--all-sets"])
    };
    assert!(code == 2 && err.contains("there is no [[set]]"), "{code} {err}");
    for (text, said) in [
        ("[[mirror]]\nrelease = \"25.12.0\"\n", "did you mean releases?"),
        ("[[mirror]]\nimages = \"one\"\n", "expected true, or a list"),
        ("mirror = \"http://host/\"\n", "expected tables [[mirror]]"),
    ] {
        std::fs::write(bench.path("owpkg.toml"), text).unwrap();
        let (code, _, err) = owpkg(&bench, &[&["mirror", "dest"], &KEYS[..]].concat());
        assert!(code == 2 && err.contains("owpkg.toml") && err.contains(said), "{text}: {code} {err}");
    }
}

/// The same course without a file: a later run takes from the mirror what other releases of it have.
#[test]
fn a_later_run_takes_what_is_the_same_from_the_mirror_and_stores_it_once() {
    for_each_format(|format| {
        let tree = site(format);
        let upstream = Upstream::honest(tree.clone());
        let (bench, url) = (bench(), upstream.server.url());
        let release = |name: &str, more: &[&str]| -> Value {
            let line = ["mirror", "dest", "--full", "--mirror", &url, "--release", name, "--json"];
            serde_json::from_str(&done(&bench, &[&line[..], more].concat())).unwrap()
        };
        release("25.12.0", &[]);
        let before = upstream.package_requests();
        let preview = release("24.10.2", &["--dry-run"]);
        let second = release("24.10.2", &[]);
        assert_eq!(upstream.package_requests(), before);
        let a = in_base(&tree, "a");
        assert_eq!(bench.inode(&a), bench.inode(&a.replace("25.12.0", "24.10.2")));
        assert!(second["linked"].as_u64() > Some(5) && preview["new"] == second["new"], "{preview} {second}");

        // Taking one of them out leaves the other whole.
        release("24.10.2", &["--prune", "--only"]);
        assert!(!bench.visible().contains_key(&a));
        assert!(done(&bench, &["verify", "dest"]).contains("all good"));

        // What is damaged here is not taken.
        std::fs::write(bench.dest().join(a.replace("25.12.0", "24.10.2")), "damaged").unwrap();
        release("25.12.0", &[]);
        assert_eq!(bench.visible()[&a], tree[&a]);
    });
}
