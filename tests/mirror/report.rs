//! What changed in a mirror since the last run, by name.

use owpkg::format::Format;
use serde_json::Value;

use super::command::{KEYS, bench, done, owpkg};
use super::{BASE, Bench, Upstream, for_each_format, in_base, server_tree};

fn names(report: &Value, key: &str) -> Vec<String> {
    let files = report[key].as_array().unwrap().iter();
    files.map(|file| file["path"].as_str().or(file.as_str()).unwrap().to_owned()).collect()
}

/// Mirrors with a report; answers with that and the exit status.
fn report(bench: &Bench, url: &str, more: &[&str]) -> (Value, u8) {
    let line = ["mirror", "dest", "--full", "--mirror", url, "--release", "25.12.0", "--report", "r.json"];
    let (code, _, err) = owpkg(bench, &[&line[..], more, &KEYS].concat());
    let text = std::fs::read(bench.path("r.json")).unwrap_or_else(|_| panic!("{err}"));
    std::fs::remove_file(bench.path("r.json")).unwrap();
    (serde_json::from_slice(&text).unwrap(), code)
}

fn is_index(format: &dyn Format, path: &str) -> bool {
    format.facts().index_files.iter().any(|file| path.ends_with(file.name))
}

#[test]
fn a_report_names_what_came_what_changed_and_what_went() {
    for_each_format(|format| {
        let (old, new) = (server_tree(format, "1.0-r1"), server_tree(format, "1.1-r1"));
        let upstream = Upstream::honest(old.clone());
        let (bench, url) = (bench(), upstream.server.url());
        let (first, _) = report(&bench, &url, &[]);
        assert_eq!(first["schema"], "owpkg.mirror-report/1");
        let mut all: Vec<String> = bench.visible().into_keys().chain(bench.lists().into_keys()).collect();
        all.sort();
        assert_eq!(names(&first, "added"), all);
        let sizes: u64 = super::visible(&bench.dest()).values().map(|bytes| bytes.len() as u64).sum();
        assert_eq!(first["bytes"], sizes);

        let (again, code) = report(&bench, &url, &[]);
        assert_eq!((again["bytes"].as_u64(), code), (Some(0), 0), "written also when nothing changed");
        assert!(["added", "changed", "removed"].iter().all(|key| names(&again, key).is_empty()), "{again}");

        upstream.turn_to(new.clone());
        let (moved, _) = report(&bench, &url, &["--prune"]);
        let is_package = |path: &String| path.ends_with("pk");
        let packages =
            |tree: &super::Tree| tree.keys().filter(|path| is_package(path)).cloned().collect::<Vec<_>>();
        assert_eq!(names(&moved, "added"), packages(&new));
        assert_eq!(names(&moved, "removed"), packages(&old));
        let changed = names(&moved, "changed");
        assert!(changed.contains(&format!("{BASE}/{}", format.index_name())), "{changed:?}");
        let is_meta = |path: &String| is_index(format, path) || path.contains("/targets/x86/64/");
        assert!(changed.iter().all(is_meta), "{changed:?}");
    });
}

/// What a run fetched and did not publish is told by the one that does.
#[test]
fn a_report_is_of_what_readers_see() {
    for_each_format(|format| {
        let whole = server_tree(format, "1.0-r1");
        let (a, c) = (in_base(&whole, "a"), in_base(&whole, "c"));
        let mut tree = whole.clone();
        tree.remove(&c);
        let upstream = Upstream::honest(tree);
        let (bench, url) = (bench(), upstream.server.url());
        let (first, code) = report(&bench, &url, &[]);
        assert!(code == 6 && !names(&first, "added").contains(&a), "{first}");
        upstream.turn_to(whole);
        let (second, code) = report(&bench, &url, &[]);
        let added = names(&second, "added");
        assert!(code == 0 && added.contains(&a) && added.contains(&c), "{second}");
        done(&bench, &["verify", "dest"]);
    });
}
