//! What a mirror holds after runs that went well.

use std::fs;

use owpkg::fetch::{Fetcher, Options, Progress};
use owpkg::mirror::{Folder, Gaps, Mirror, MirrorError, Prune, Store, StoreError};

use super::{BASE, Bench, Upstream, for_each_format, in_base, server_tree, vouched};

#[test]
fn a_full_mirror_has_the_servers_own_bytes_at_the_servers_own_paths() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let upstream = Upstream::honest(tree.clone());
        let bench = Bench::new();
        let summary = bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
        assert_eq!(bench.visible(), vouched(&tree));
        assert_eq!(bench.faults(), Vec::<String>::new());
        assert_eq!((summary.kept, summary.removed, summary.linked), (0, 0, 1));
    });
}

#[test]
fn a_file_that_stands_twice_is_fetched_and_stored_once() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let upstream = Upstream::honest(tree.clone());
        let bench = Bench::new();
        bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
        let theme = in_base(&tree, "luci-theme");
        assert_eq!(bench.inode(&theme), bench.inode(&theme.replace("/base/", "/luci/")));
        let packages = tree.keys().filter(|path| path.ends_with("pk")).count();
        assert_eq!(upstream.package_requests(), packages - 1);
    });
}

#[test]
fn a_rerun_asks_for_no_package_and_changes_nothing() {
    for_each_format(|format| {
        let upstream = Upstream::honest(server_tree(format, "1.0-r1"));
        let bench = Bench::new();
        let first = bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
        let (before, requests) = (bench.visible(), upstream.package_requests());
        let again = bench.mirror(&upstream.server.url(), Prune::Keeping(0)).unwrap();
        assert_eq!((again.new, again.kept, again.removed, again.published), (0, first.new, 0, 0));
        assert_eq!((bench.visible(), upstream.package_requests()), (before, requests));
    });
}

#[test]
fn a_selection_comes_with_every_index_and_grows_with_the_next_one() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let upstream = Upstream::honest(tree.clone());
        let bench = Bench::new();
        bench.mirror_some(&upstream.server.url(), Prune::Nothing, &|name| name == "a").unwrap();
        let (a, c) = (in_base(&tree, "a"), in_base(&tree, "c"));
        let seen = bench.visible();
        assert!(seen.contains_key(&a) && !seen.contains_key(&c));
        let is_index =
            |path: &&String| format.facts().index_files.iter().any(|file| path.ends_with(file.name));
        assert!(tree.keys().filter(is_index).all(|path| seen[path] == tree[path]));

        bench.mirror_some(&upstream.server.url(), Prune::Keeping(0), &|name| name == "c").unwrap();
        let seen = bench.visible();
        assert!(seen.contains_key(&a) && seen.contains_key(&c));
        assert_eq!(bench.faults(), Vec::<String>::new());
    });
}

#[test]
fn when_a_feed_moves_on_the_old_index_stays_archived_until_it_is_pruned() {
    for_each_format(|format| {
        let (old, new) = (server_tree(format, "1.0-r1"), server_tree(format, "1.1-r1"));
        let upstream = Upstream::honest(old.clone());
        let bench = Bench::new();
        let mirror = |prune| bench.mirror(&upstream.server.url(), prune).unwrap();
        mirror(Prune::Nothing);
        upstream.turn_to(new.clone());
        mirror(Prune::Nothing);
        let both: super::Tree = vouched(&old).into_iter().chain(vouched(&new)).collect();
        assert_eq!(bench.visible(), both);
        assert_eq!(bench.faults(), Vec::<String>::new());

        assert_eq!(mirror(Prune::Keeping(1)).removed, 0);
        let archived = |number: &str| {
            let index = format.index_name();
            fs::read(bench.dest().join(format!(".owpkg/archive/{BASE}/{number}/{index}"))).ok()
        };
        assert_eq!(archived("000001").as_ref(), Some(&old[&format!("{BASE}/{}", format.index_name())]));
        assert!(mirror(Prune::Keeping(0)).removed > 0);
        assert_eq!(bench.visible(), vouched(&new));
        assert_eq!(archived("000001"), None);
        assert!(archived("000002").is_some());
        assert_eq!(bench.faults(), Vec::<String>::new());
    });
}

/// As snapshots do: the same names, other bytes. What is there must change together with its index.
#[test]
fn a_package_that_changes_under_its_name_changes_with_its_index() {
    for_each_format(|format| {
        let old = server_tree(format, "1.0-r1");
        let signers = owpkg::demo::signers().unwrap();
        let mut blueprint = super::blueprint("1.0-r1");
        blueprint.feeds[2].1[0].files[0].1 = b"built again".to_vec();
        let new = blueprint.build(format, &signers).unwrap();
        let new: super::Tree =
            new.into_iter().map(|(path, bytes)| (format!("releases/25.12.0/{path}"), bytes)).collect();
        let upstream = Upstream::honest(old.clone());
        let bench = Bench::new();
        bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
        let a = in_base(&old, "a");
        assert!(bench.dest().join(&a).symlink_metadata().unwrap().is_file());
        upstream.turn_to(new.clone());
        bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
        assert_eq!(bench.visible(), vouched(&new));
        assert!(bench.dest().join(&a).symlink_metadata().unwrap().is_symlink());
        assert_eq!(bench.faults(), Vec::<String>::new());
        let again = bench.mirror(&upstream.server.url(), Prune::Keeping(0)).unwrap();
        assert_eq!((again.new, again.removed), (0, 0));
        assert_eq!(bench.visible(), vouched(&new));
    });
}

/// Links end where a file system does.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_linked_is_copied() {
    use std::os::unix::fs::MetadataExt;
    let bench = Bench::new();
    let other = tempfile::tempdir_in("/dev/shm").unwrap();
    fs::create_dir(bench.dest()).unwrap();
    let dev = |path: &std::path::Path| fs::metadata(path).unwrap().dev();
    if dev(other.path()) == dev(bench.dest().as_std_path()) {
        return crate::support::judges::skipped("/dev/shm is no other file system");
    }
    fs::write(other.path().join("a"), "the same").unwrap();
    std::os::unix::fs::symlink(other.path().join("a"), bench.dest().join("a")).unwrap();
    let store = Folder::new(bench.dest());
    assert_eq!(store.duplicate("a", "below/b").unwrap().unwrap().size, 8);
    let copy = bench.dest().join("below/b");
    assert!(!copy.is_symlink() && dev(copy.as_std_path()) == dev(bench.dest().as_std_path()));
    assert_eq!(fs::read(copy).unwrap(), b"the same");
    assert_eq!(store.duplicate("gone", "below/c").unwrap(), None);
}

#[test]
fn two_writers_of_one_folder_do_not_meet() {
    let bench = Bench::new();
    let guard = Folder::new(bench.dest()).lock().unwrap();
    let upstream = Upstream::honest(server_tree(owpkg::format::FORMATS[0], "1.0-r1"));
    let refused = bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap_err();
    assert!(matches!(refused, MirrorError::Store(StoreError::Busy { .. })), "{refused}");
    drop(guard);
    bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
}

/// What a fetcher tells, a line each.
#[derive(Default)]
struct Told(std::sync::Mutex<Vec<String>>);

impl Progress for Told {
    fn planned(&self, files: usize, bytes: Option<u64>) {
        self.0.lock().unwrap().push(format!("planned {files} {}", bytes.is_some()));
    }

    fn at_hand(&self, name: &str, _bytes: Option<u64>) {
        self.0.lock().unwrap().push(format!("file {name}"));
    }

    fn done(&self, name: &str) {
        self.0.lock().unwrap().push(format!("file {name}"));
    }
}

/// However many goes there are, whoever waits hears of one total, and of every file of it once, missing ones too.
#[test]
fn all_goes_of_a_mirror_are_one_to_whoever_waits() {
    for_each_format(|format| {
        let mut tree = server_tree(format, "1.0-r1");
        let c = in_base(&tree, "c");
        tree.remove(&c);
        let upstream = Upstream::honest(tree);
        let (bench, url) = (Bench::new(), upstream.server.url());
        let told = std::sync::Arc::new(Told::default());
        let quick = Options { attempts: 1, ..Options::new(bench.path("cache")) };
        let fetcher = Fetcher::new(quick, told.clone());
        let store = Folder::new(bench.dest());
        let parts =
            super::parts(super::fetcher(&bench.path("other"), false), &store, &url, &|_| true).unwrap();
        told.0.lock().unwrap().clear();
        let mirror = Mirror { store: &store, fetcher: &fetcher, incoming: None };
        mirror.sync(&parts, Prune::Nothing, Gaps::HeldBack).unwrap_err();
        let told = told.0.lock().unwrap();
        let files = told.iter().filter(|line| line.starts_with("file ")).count();
        assert_eq!(told.iter().filter(|line| line.starts_with("planned")).count(), 1, "{told:?}");
        assert!(told[0].starts_with(&format!("planned {files} ")), "{told:?}");
    });
}
