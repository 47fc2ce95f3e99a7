//! Runs killed at any moment: in a process of their own, which is this test binary once more.

use std::env;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use owpkg::format::{FORMATS, Format};
use owpkg::mirror::{Folder, Prune};

use super::{Bench, Tree, Upstream, server_tree, sync, vouched};
use crate::support::judges::run_and_kill;

/// How often each test kills; more with `OWPKG_TEST_KILLS`.
const KILLS: usize = 100;
const ROOT: &str = "OWPKG_TEST_ROOT";
const URL: &str = "OWPKG_TEST_URL";

/// Not a test: what the killed process does.
#[test]
#[ignore = "run by the tests below"]
fn child() {
    let (Ok(root), Ok(url)) = (env::var(ROOT), env::var(URL)) else { return };
    let root = Utf8PathBuf::from(root);
    sync(&Folder::new(root.join("dest")), &root.join("cache"), &url, Prune::Keeping(0), &|_| true).unwrap();
}

/// Runs a mirror, and kills it after a while unless it has ended.
fn run(bench: &Bench, url: &str, patience: Option<Duration>) {
    run_and_kill("mirror::killed::child", &[(ROOT, bench.path("").as_str()), (URL, url)], patience);
}

/// Permissions must see the old indexes or the new ones, never some of each, and every package that those list.
fn check(seen: &Tree, trees: &[Tree], format: &dyn Format) -> Option<usize> {
    for (path, bytes) in seen {
        assert!(trees.iter().any(|tree| tree.get(path) == Some(bytes)), "{path} is of no server");
    }
    let is_index = |path: &str| {
        format.facts().index_files.iter().any(|file| path.ends_with(file.name)) || path.contains("sha256sums")
    };
    let indexes: Tree = seen
        .iter()
        .filter(|(path, _)| is_index(path))
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect();
    if indexes.is_empty() {
        return None;
    }
    let whole = trees.iter().position(|tree| {
        tree.iter().filter(|(path, _)| is_index(path)).all(|(path, bytes)| indexes.get(path) == Some(bytes))
    });
    let whole = whole.expect("the indexes are all of one state of the server");
    for (path, bytes) in vouched(&trees[whole]) {
        assert!(seen.get(&path) == Some(&bytes), "{path} is missing or another");
    }
    Some(whole)
}

fn killed_at_any_moment(format: &'static dyn Format, seed: u64) {
    let trees = [server_tree(format, "1.0-r1"), server_tree(format, "1.1-r1")];
    let upstream = Upstream::honest(trees[0].clone());
    let url = upstream.server.url();
    let undisturbed = Bench::new();
    let started = Instant::now();
    run(&undisturbed, &url, None);
    let length = started.elapsed();

    let bench = Bench::new();
    let kills = env::var("OWPKG_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut random = seed;
    let mut states = [0; 3];
    for turn in 0..kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        upstream.turn_to(trees[turn / 4 % 2].clone());
        // One run in twenty may end, whatever else the machine does, so that later ones are killed over both states.
        let patience = length.mul_f64((random >> 33) as f64 / f64::from(1_u32 << 31) * 1.1);
        run(&bench, &url, (turn % 20 < 19).then_some(patience));
        states[check(&bench.visible(), &trees, format).unwrap_or(2)] += 1;
    }
    assert!(states[0] > 0 && states[1] > 0, "both states of the server are reached: {states:?}");

    upstream.turn_to(trees[0].clone());
    run(&bench, &url, None);
    assert_eq!(bench.visible(), undisturbed.visible());
    assert_eq!(bench.faults(), Vec::<String>::new());
}

#[test]
fn killed_at_any_moment_an_apk_mirror_is_consistent() {
    killed_at_any_moment(FORMATS[0], 1);
}

#[test]
fn killed_at_any_moment_an_opkg_mirror_is_consistent() {
    killed_at_any_moment(FORMATS[1], 2);
}
