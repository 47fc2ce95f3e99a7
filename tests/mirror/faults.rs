//! Servers that lie, and places that cannot be written: nothing unverified is seen, and a rerun ends as if nothing
//! had happened.

use std::io;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use camino::Utf8Path;
use owpkg::files::Content;
use owpkg::format::{FORMATS, Format};
use owpkg::mirror::{Change, Depth, Folder, Guard, MirrorError, Prune, Stat, Store, StoreError};
use owpkg::trust::{Artifact, Verified};

use super::{Bench, Tree, Upstream, for_each_format, in_base, server_tree, sync, vouched};
use crate::support::server::{Reply, Request};

fn is_package(request: &Request) -> bool {
    request.path.ends_with(".apk") || request.path.ends_with(".ipk")
}

/// Mirrors from a server that lies; answers whether it went well. What readers see must be the server's own bytes.
fn lied_to(
    format: &'static dyn Format,
    lie: impl Fn(&Request, &[u8]) -> Option<Reply> + Send + Sync + 'static,
) -> bool {
    let tree = server_tree(format, "1.0-r1");
    let bench = Bench::new();
    let liar = Upstream::lying(tree.clone(), lie);
    let outcome = bench.mirror(&liar.server.url(), Prune::Nothing);
    let whole = vouched(&tree);
    let seen = bench.visible();
    assert!(seen.iter().all(|(path, bytes)| whole.get(path) == Some(bytes)));
    let index = format!("{}/{}", super::BASE, format.index_name());
    assert_eq!(seen.contains_key(&index), outcome.is_ok(), "{outcome:?}");
    if outcome.is_ok() {
        assert_eq!(seen, whole);
    }
    let honest = Upstream::honest(tree);
    bench.mirror(&honest.server.url(), Prune::Keeping(0)).unwrap();
    assert_eq!(bench.visible(), whole);
    assert_eq!(bench.faults(), Vec::<String>::new());
    outcome.is_ok()
}

#[test]
fn answers_that_break_off_or_stall_are_gone_on_with() {
    for_each_format(|format| {
        let lie = |request: &Request, bytes: &[u8]| {
            let first = request.earlier == 0 && bytes.len() > 400;
            first.then(|| match request.path.len() % 2 {
                0 => Reply::honest(request, bytes, "\"e\"").hanging_up_after(bytes.len() / 2),
                _ => Reply::honest(request, bytes, "\"e\"").stalling_after(bytes.len() / 3),
            })
        };
        assert!(lied_to(format, lie));
    });
}

#[test]
fn a_whole_file_in_answer_to_a_range_is_no_harm() {
    for_each_format(|format| {
        let lie = |request: &Request, bytes: &[u8]| match request.range_start() {
            Some(_) => Some(Reply::whole(bytes)),
            None if request.earlier == 0 && is_package(request) => {
                Some(Reply::honest(request, bytes, "\"e\"").hanging_up_after(bytes.len() / 2))
            }
            None => None,
        };
        assert!(lied_to(format, lie));
    });
}

#[test]
fn packages_of_other_bytes_never_get_in() {
    for_each_format(|format| {
        let flips = |request: &Request, bytes: &[u8]| {
            is_package(request).then(|| Reply::whole(bytes).flipping_a_bit())
        };
        assert!(!lied_to(format, flips));
        let longer = |request: &Request, bytes: &[u8]| {
            is_package(request).then(|| Reply::whole(&[bytes, b"more"].concat()))
        };
        assert!(!lied_to(format, longer));
        let pages =
            |request: &Request, _: &[u8]| is_package(request).then(|| Reply::whole(b"<html>not found"));
        assert!(!lied_to(format, pages));
    });
}

#[test]
fn missing_files_busy_servers_and_redirects() {
    for_each_format(|format| {
        let missing =
            |request: &Request, _: &[u8]| request.path.contains("/base/c").then(|| Reply::status(404));
        assert!(!lied_to(format, missing));
        let busy = |request: &Request, _: &[u8]| {
            let status = if request.path.len().is_multiple_of(2) { 429 } else { 503 };
            (request.earlier == 0).then(|| Reply::status(status).with("Retry-After", "0"))
        };
        assert!(lied_to(format, busy));
        let elsewhere = |request: &Request, _: &[u8]| {
            (is_package(request) && !request.path.contains("//"))
                .then(|| Reply::status(302).with("Location", &format!("{}?from=elsewhere", request.path)))
        };
        // The other place has no such file: its name has a query.
        assert!(!lied_to(format, elsewhere));
    });
}

/// A server that lacks a package of a feed: the others are published, what is missing is named, and a later run ends it.
#[test]
fn what_a_server_lacks_holds_back_its_own_feed_alone() {
    for_each_format(|format| {
        let [old, new] = ["1.0-r1", "1.1-r1"].map(|version| server_tree(format, version));
        let bench = Bench::new();
        bench.mirror(&Upstream::honest(old.clone()).server.url(), Prune::Nothing).unwrap();
        let c = in_base(&new, "c");
        let mut without = new.clone();
        without.remove(&c);
        let lacking = Upstream::honest(without);
        for _ in 0..2 {
            let error = bench.mirror(&lacking.server.url(), Prune::Keeping(0)).unwrap_err();
            let MirrorError::NotWhole { missing, unpublished, .. } = error else { panic!("{error:?}") };
            let missing: Vec<String> =
                missing.iter().map(|file| format!("{}/{}", file.folder, file.name)).collect();
            assert_eq!((missing, unpublished), (vec![c.clone()], vec![super::BASE.to_owned()]));
            let seen = bench.visible();
            let index =
                |folder: &str| format!("releases/25.12.0/packages/x86_64/{folder}/{}", format.index_name());
            assert_eq!(seen[&index("base")], old[&index("base")], "as it was");
            assert_eq!(seen[&index("luci")], new[&index("luci")]);
            assert!(seen.contains_key(&in_base(&old, "c")) && seen.contains_key(&in_base(&new, "a")));
        }
        let before = lacking.package_requests();
        lacking.turn_to(new.clone());
        bench.mirror(&lacking.server.url(), Prune::Keeping(0)).unwrap();
        assert_eq!(bench.visible(), vouched(&new));
        assert!(lacking.package_requests() <= before + 2, "the others are not fetched again");
    });
}

/// The command itself looks again when an old index comes from a cache on the way while the packages have moved on.
#[test]
fn a_stale_index_from_a_cache_on_the_way_is_asked_for_again_past_it() {
    for format in FORMATS {
        let (old, new) = (server_tree(format, "1.0-r1"), server_tree(format, "1.1-r1"));
        let stale = old.clone();
        let upstream = Upstream::lying(new.clone(), move |request, _| {
            let path = request.path[1..].to_owned();
            (!is_package(request) && request.header("cache-control") != Some("no-cache"))
                .then(|| stale.get(&path).map(|bytes| Reply::whole(bytes)))
                .flatten()
        });
        let bench = Bench::new();
        let signers = owpkg::demo::signers().unwrap();
        std::fs::write(bench.path("usign.pub"), signers.usign.public().to_text()).unwrap();
        std::fs::write(bench.path("ec.pem"), signers.ec.public().to_pem()).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_owpkg"))
            .current_dir(bench.path(""))
            .args([
                "mirror",
                "dest",
                "--full",
                "--release",
                "25.12.0",
                "--target",
                "x86/64",
                "--cache-dir",
                "cache",
            ])
            .args(["--key", "usign.pub", "--key", "ec.pem", "--mirror", &upstream.server.url()])
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(bench.visible(), vouched(&new));
    }
}

/// The index moves on between the request for it and that for its packages: the run fails, readers see the old state.
#[test]
fn an_index_that_changes_between_two_requests_changes_nothing_until_it_fits() {
    for_each_format(|format| {
        let (old, new) = (server_tree(format, "1.0-r1"), server_tree(format, "1.1-r1"));
        let bench = Bench::new();
        bench.mirror(&Upstream::honest(old.clone()).server.url(), Prune::Nothing).unwrap();
        let before = bench.visible();
        let later = server_tree(format, "1.2-r1");
        let packages_of_later = later.clone();
        let torn = Upstream::lying(new, move |request, _| {
            let path = request.path[1..].to_owned();
            is_package(request)
                .then(|| packages_of_later.get(&path).map_or(Reply::status(404), |bytes| Reply::whole(bytes)))
        });
        bench.mirror(&torn.server.url(), Prune::Keeping(0)).unwrap_err();
        assert_eq!(bench.visible(), before);
        bench.mirror(&Upstream::honest(later.clone()).server.url(), Prune::Keeping(0)).unwrap();
        assert_eq!(bench.visible(), vouched(&later));
    });
}

/// A folder that cannot be written any more after so many operations.
struct Failing {
    folder: Folder,
    left: AtomicUsize,
    kind: io::ErrorKind,
}

impl Failing {
    fn spend(&self, path: &str) -> Result<(), StoreError> {
        let spent = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        spent.map(drop).map_err(|_| StoreError::Io { path: path.to_owned(), source: self.kind.into() })
    }
}

impl Store for Failing {
    fn name(&self) -> String {
        self.folder.name()
    }
    fn lock(&self) -> Result<Guard, StoreError> {
        self.folder.lock()
    }
    fn list(&self, folder: &str, depth: Depth) -> Result<Vec<Stat>, StoreError> {
        self.folder.list(folder, depth)
    }
    fn read(&self, path: &str, cap: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder.read(path, cap)
    }
    fn open(&self, path: &str) -> Result<Option<Box<dyn io::Read + '_>>, StoreError> {
        self.folder.open(path)
    }
    fn put(&self, path: &str, content: &Content) -> Result<Stat, StoreError> {
        self.spend(path)?;
        self.folder.put(path, content)
    }
    fn adopt(&self, path: &str, artifact: Verified<Artifact>) -> Result<Stat, StoreError> {
        self.spend(path)?;
        self.folder.adopt(path, artifact)
    }
    fn duplicate(&self, from: &str, to: &str) -> Result<Option<Stat>, StoreError> {
        self.spend(to)?;
        self.folder.duplicate(from, to)
    }
    fn publish(&self, changes: &[Change]) -> Result<(), StoreError> {
        self.spend("publish")?;
        self.folder.publish(changes)
    }
    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.spend(path)?;
        self.folder.remove(path)
    }
}

fn in_one_state(seen: &Tree, trees: &[Tree; 2], format: &dyn Format) -> bool {
    let is_index = |path: &&String| format.facts().index_files.iter().any(|file| path.ends_with(file.name));
    let of = |tree: &Tree| {
        tree.iter().filter(|(path, _)| is_index(path)).all(|(path, bytes)| seen.get(path) == Some(bytes))
    };
    seen.iter().all(|(path, bytes)| trees.iter().any(|tree| tree.get(path) == Some(bytes)))
        && trees
            .iter()
            .any(|tree| of(tree) && vouched(tree).iter().all(|(path, bytes)| seen.get(path) == Some(bytes)))
}

#[test]
fn a_full_or_read_only_disk_at_every_step_leaves_one_state_or_the_other() {
    let kinds = [io::ErrorKind::StorageFull, io::ErrorKind::ReadOnlyFilesystem];
    for (start, (format, kind)) in FORMATS.into_iter().zip(kinds).enumerate() {
        let trees = [server_tree(format, "1.0-r1"), server_tree(format, "1.1-r1")];
        let [first, second] = trees.each_ref().map(|tree| Upstream::honest(tree.clone()));
        let mut failures = 0;
        for steps in (start..).step_by(3) {
            let bench = Bench::new();
            bench.mirror(&first.server.url(), Prune::Nothing).unwrap();
            let store = Failing { folder: Folder::new(bench.dest()), left: AtomicUsize::new(steps), kind };
            let outcome =
                sync(&store, &bench.path("cache"), &second.server.url(), Prune::Keeping(0), &|_| true);
            assert!(in_one_state(&bench.visible(), &trees, format), "after {steps} steps");
            bench.mirror(&second.server.url(), Prune::Keeping(0)).unwrap();
            assert_eq!(bench.visible(), vouched(&trees[1]), "after {steps} steps");
            if outcome.is_ok() {
                break;
            }
            failures += 1;
        }
        assert!(failures > 7, "{failures}");
    }
}

/// Not a test: what the process does that may not write large files.
#[test]
#[ignore = "run by the test below"]
fn child() {
    let (Ok(root), Ok(url)) = (std::env::var("OWPKG_TEST_ROOT"), std::env::var("OWPKG_TEST_URL")) else {
        return;
    };
    let root = Utf8Path::new(&root);
    let outcome = sync(&Folder::new(root.join("dest")), &root.join("cache"), &url, Prune::Nothing, &|_| true);
    outcome.unwrap_err();
}

/// The system itself refuses to write beyond a limit, as it does when the disk is full.
#[test]
fn writes_that_the_system_refuses_end_the_run_and_harm_nothing() {
    let tree = server_tree(FORMATS[1], "1.0-r1");
    assert!(tree[&in_base(&tree, "b")].len() > 21_000);
    let upstream = Upstream::honest(tree.clone());
    let bench = Bench::new();
    let status = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" --exact mirror::faults::child --ignored"])
        .arg(std::env::current_exe().unwrap())
        .envs([("OWPKG_TEST_ROOT", bench.path("").as_str()), ("OWPKG_TEST_URL", &upstream.server.url())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "the run was refused, and said so");
    assert!(bench.visible().keys().all(|path| !path.ends_with("Packages.gz")));
    bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
    assert_eq!(bench.visible(), vouched(&tree));
}

#[test]
fn a_clock_of_another_age_is_no_reason_to_believe_or_to_fail() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let upstream = Upstream::honest(tree.clone());
        let bench = Bench::new();
        bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
        let a = bench.dest().join(in_base(&tree, "a"));
        let before_the_epoch = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(1 << 30));
        let far_ahead = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 33);
        for time in before_the_epoch.into_iter().chain([far_ahead]) {
            let mut bytes = tree[&in_base(&tree, "a")].clone();
            bytes[20] ^= 1;
            std::fs::write(&a, bytes).unwrap();
            std::fs::File::options().write(true).open(&a).unwrap().set_modified(time).unwrap();
            bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
            assert_eq!(bench.visible(), vouched(&tree));
        }
    });
}
