//! The lists of what is there, in the forms of a server, and who finds what by them.

use std::fs;

use owpkg::demo::Blueprint;
use owpkg::fetch::Location;
use owpkg::format::Format;
use owpkg::mirror::{self, Folder};
use owpkg::trust::UnsignedFeeds;
use serde_json::json;

use super::command::{KEYS, bench, done, owpkg};
use super::{Bench, Tree, Upstream, blueprint, for_each_format, server_tree, tree_of, visible, with_images};

/// A server with three releases and what the development is at, the last for another target.
fn several(format: &dyn Format) -> Tree {
    let release = |name: &str| Blueprint { release: name.into(), ..blueprint("1.0-r1") };
    let mut tree = server_tree(format, "1.0-r1");
    for name in ["24.10.2", "26.06.0-rc1"] {
        tree.extend(tree_of(release(name), &format!("releases/{name}"), format));
    }
    let other = Blueprint { target: "mvebu/cortexa9".into(), arch: "arm_v7".into(), ..release("SNAPSHOT") };
    tree.extend(tree_of(other, "snapshots", format));
    tree
}

fn mirror(bench: &Bench, url: &str, more: &[&str]) -> String {
    done(bench, &[&["mirror", "dest", "--full", "--mirror", url], more].concat())
}

#[test]
fn a_mirror_lists_its_releases_targets_and_devices_as_a_server_does() {
    for_each_format(|format| {
        let upstream = Upstream::honest(with_images(server_tree(format, "1.0-r1")));
        let bench = bench();
        mirror(&bench, &upstream.server.url(), &["--release", "25.12.0"]);
        let lists = bench.lists();
        let versions = json!({"stable_version": "25.12.0", "oldstable_version": "", "upcoming_version": "",
            "versions_list": ["25.12.0"]});
        assert_eq!(lists[".versions.json"], versions);
        assert_eq!(lists["releases/25.12.0/.targets.json"], json!({"x86/64": "x86_64"}));
        let devices = json!([{"id": "one", "target": "x86/64", "titles": [{"vendor": "Some", "model": "One"}]},
            {"id": "two", "target": "x86/64", "titles": []}]);
        let overview = json!({"release": "25.12.0", "profiles": devices});
        assert_eq!(lists["releases/25.12.0/.overview.json"], overview);
        assert_eq!(bench.faults(), Vec::<String>::new());
    });
}

#[test]
fn runs_add_up_and_what_is_not_named_goes_when_that_is_asked_for() {
    for_each_format(|format| {
        let tree = several(format);
        let upstream = Upstream::honest(tree.clone());
        let (bench, url) = (bench(), upstream.server.url());
        mirror(&bench, &url, &["--release", "25.12.0"]);
        mirror(&bench, &url, &["--releases", "24.10.2", "--releases", "26.06.0-rc1", "--prune"]);
        mirror(&bench, &url, &["--release", "SNAPSHOT", "--target", "mvebu/cortexa9"]);
        let lists = bench.lists();
        let versions = json!({"stable_version": "25.12.0", "oldstable_version": "24.10.2",
            "upcoming_version": "26.06.0-rc1", "versions_list": ["26.06.0-rc1", "25.12.0", "24.10.2"]});
        assert_eq!(lists[".versions.json"], versions);
        assert_eq!(lists["snapshots/.targets.json"], json!({"mvebu/cortexa9": "arm_v7"}));
        assert_eq!(bench.visible(), super::vouched(&tree));

        let only = ["--release", "24.10.2", "--prune", "--only"];
        assert!(mirror(&bench, &url, &only).contains("0 new"));
        let is_left = |path: &str| path.starts_with("releases/24.10.2/");
        let left: Tree = super::vouched(&tree).into_iter().filter(|(path, _)| is_left(path)).collect();
        assert_eq!(bench.visible(), left);
        assert_eq!(bench.lists()[".versions.json"]["versions_list"], json!(["24.10.2"]));
        assert_eq!(bench.lists().len(), 3, "no list of what is gone");
        assert_eq!(bench.faults(), Vec::<String>::new());

        // A feed of a release goes too, and a package of a feed.
        let feeds = |bench: &Bench| -> Vec<String> {
            let paths = bench.visible().into_keys().filter(|path| path.ends_with("pk"));
            paths.map(|path| path.rsplit('/').nth(1).unwrap().to_owned()).collect()
        };
        mirror(&bench, &url, &[&only[..], &["--feeds", "base"]].concat());
        assert_eq!(feeds(&bench), ["base"; 4]);
        done(&bench, &[&["mirror", "dest", "--add", "c", "--mirror", &url], &only[..]].concat());
        assert_eq!(feeds(&bench), ["base"; 1]);
        assert_eq!(bench.faults(), Vec::<String>::new());
        let (code, _, err) = owpkg(&bench, &["mirror", "dest", "--only"]);
        assert_eq!(code, 2, "{err}");
    });
}

/// Neither release nor target, from the folder and over HTTP.
#[test]
fn owpkg_finds_what_a_mirror_has_without_being_told() {
    for_each_format(|format| {
        let upstream = Upstream::honest(several(format));
        for (from, release, target) in [
            (["--release", "25.12.0"].as_slice(), "25.12.0", "x86/64"),
            (&["--release", "26.06.0-rc1"], "26.06.0-rc1", "x86/64"),
            (&["--release", "SNAPSHOT", "--target", "mvebu/cortexa9"], "SNAPSHOT", "mvebu/cortexa9"),
        ] {
            let bench = bench();
            mirror(&bench, &upstream.server.url(), from);
            let served = Upstream::honest(visible(&bench.dest()));
            for place in ["dest", &served.server.url()] {
                let out = done(&bench, &["resolve", "--add", "b", "--no-lock", "--json", "--mirror", place]);
                let plan: serde_json::Value = serde_json::from_str(&out).unwrap();
                assert_eq!((&plan["release"], &plan["target"]), (&json!(release), &json!(target)), "{place}");
            }
        }
    });
}

#[test]
fn a_server_with_several_targets_and_not_the_usual_one_asks_which() {
    for_each_format(|format| {
        let target = |name: &str| Blueprint { target: name.into(), ..blueprint("1.0-r1") };
        let mut tree = tree_of(target("ath79/generic"), "releases/25.12.0", format);
        tree.extend(tree_of(target("mvebu/cortexa9"), "releases/25.12.0", format));
        let upstream = Upstream::honest(tree);
        let (bench, url) = (bench(), upstream.server.url());
        mirror(
            &bench,
            &url,
            &["--release", "25.12.0", "--targets", "ath79/generic", "--targets", "mvebu/cortexa9"],
        );
        let served = Upstream::honest(visible(&bench.dest()));
        let line = ["resolve", "--add", "b", "--no-lock", "--mirror", &served.server.url()];
        let (code, _, err) = owpkg(&bench, &[&line[..], &KEYS].concat());
        assert!(code == 2 && err.contains("ath79/generic") && err.contains("mvebu/cortexa9"), "{code} {err}");
    });
}

/// They vouch for nothing, yet a check tells where they are other than what is there.
#[test]
fn a_changed_or_missing_list_is_found_and_made_again() {
    for_each_format(|format| {
        let upstream = Upstream::honest(server_tree(format, "1.0-r1"));
        let (bench, url) = (bench(), upstream.server.url());
        mirror(&bench, &url, &["--release", "25.12.0"]);
        let before = bench.lists();
        fs::remove_file(bench.dest().join(".versions.json")).unwrap();
        fs::write(bench.dest().join("releases/25.12.0/.targets.json"), "{}").unwrap();
        let paths: Vec<String> = bench.verify().faults.into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, [".versions.json", "releases/25.12.0/.targets.json"]);
        let store = Folder::new(bench.dest());
        let at = Location::parse(&url, camino::Utf8Path::new("/")).unwrap();
        let fetcher = super::fetcher(&bench.path("other"), false);
        let keyring = super::keyring();
        mirror::repair(&store, &fetcher, &keyring, &UnsignedFeeds::default(), &at, &bench.verify()).unwrap();
        assert_eq!((bench.lists(), bench.faults()), (before, Vec::new()));
    });
}
