//! The cache on disk: damaged, interrupted, somebody else's.

use std::fs;

use camino::Utf8PathBuf;
use owpkg::fetch::FetchError;

use super::{Bench, ETAG, at, content, sha256, want};
use crate::support::server::{Reply, Server};

const SIZE: usize = 50_000;

fn server() -> Server {
    Server::start(|request| Reply::honest(request, &content(SIZE), ETAG))
}

#[test]
fn a_damaged_package_is_fetched_again() {
    let body = content(SIZE);
    let mut flipped = body.clone();
    flipped[SIZE / 2] ^= 0x80;
    for damaged in [&flipped[..], &body[..SIZE - 1], b"", &body.repeat(2)] {
        let bench = Bench::new();
        let server = server();
        let wanted = || vec![want(at(&server, "pkg"), &body)];
        let path = bench.online().artifacts(wanted()).unwrap()[0].path().to_owned();
        fs::write(&path, damaged).unwrap();

        let offline = bench.offline().artifacts(wanted()).unwrap_err();
        assert!(matches!(offline, FetchError::Offline { .. }));
        assert_eq!(bench.online().artifacts(wanted()).unwrap()[0].path(), path);
        assert_eq!(fs::read(&path).unwrap(), body);
        assert_eq!(server.requests().len(), 2);
        assert!(!bench.told.repairing.lock().unwrap().is_empty());
    }
}

/// Leaves what a killed run would have left: `part`, and beside it the validator of its source.
fn killed(bench: &Bench, run: &str, part: &[u8], validator: Option<&str>) -> Utf8PathBuf {
    let folder = bench.cache.join("v1/partial");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("sha256-{}.{run}.part", sha256(&content(SIZE))));
    fs::write(&path, part).unwrap();
    if let Some(text) = validator {
        fs::write(path.with_extension("from"), text).unwrap();
    }
    path
}

#[test]
fn whatever_a_killed_run_left_the_result_is_right() {
    let body = content(SIZE);
    let garbage = vec![7; SIZE];
    let larger = vec![7; SIZE + 100];
    let long = "x".repeat(5000);
    let cases: [(&[u8], Option<&str>, usize); 11] = [
        (b"", None, 1),
        (b"", Some(ETAG), 1),
        (&body[..100], None, 1),
        (&body[..100], Some(ETAG), 1),
        (&body[..100], Some("\"another\""), 1),
        (&body[..100], Some("\"half"), 1),
        (&body[..100], Some("\"a\nb\""), 1),
        (&body[..100], Some(&long), 1),
        (&larger, Some(ETAG), 1),
        // Complete but for its name: nothing to ask for.
        (&body, Some(ETAG), 0),
        // The validator is right and the bytes are not: the disk was not synced.
        (&garbage[..100], Some(ETAG), 2),
    ];
    for (number, (part, validator, requests)) in cases.into_iter().enumerate() {
        let bench = Bench::new();
        let server = server();
        killed(&bench, "run1", part, validator);
        let cached = bench.online().artifacts(vec![want(at(&server, "pkg"), &body)]).unwrap();
        assert_eq!(fs::read(cached[0].path()).unwrap(), body, "case {number}");
        assert_eq!(server.requests().len(), requests, "case {number}");
        assert_eq!(bench.files_in("partial"), Vec::<Utf8PathBuf>::new(), "case {number}");
    }
}

#[test]
fn what_several_killed_runs_left_is_cleared_away() {
    let bench = Bench::new();
    let server = server();
    let body = content(SIZE);
    for run in ["run1", "run2", "run3"] {
        killed(&bench, run, &body[..100], Some(ETAG));
    }
    bench.online().artifacts(vec![want(at(&server, "pkg"), &body)]).unwrap();
    assert_eq!(server.requests()[0].range_start(), Some(100));
    assert_eq!(bench.files_in("partial"), Vec::<Utf8PathBuf>::new());
}

#[test]
fn a_part_in_use_by_another_run_is_left_alone() {
    let bench = Bench::new();
    let server = server();
    let body = content(SIZE);
    let theirs = killed(&bench, "run1", &body[..100], Some(ETAG));
    let lock = fs::File::open(&theirs).unwrap();
    lock.lock().unwrap();

    bench.online().artifacts(vec![want(at(&server, "pkg"), &body)]).unwrap();
    assert_eq!(server.requests()[0].range_start(), None);
    assert_eq!(fs::read(&theirs).unwrap(), &body[..100]);
}

#[test]
fn the_cache_says_that_it_is_one() {
    let bench = Bench::new();
    let server = server();
    bench.online().file(&at(&server, "index"), 100_000).unwrap().unwrap();
    let tag = fs::read_to_string(bench.cache.join("CACHEDIR.TAG")).unwrap();
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
    assert_eq!(fs::read_to_string(bench.cache.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn a_folder_with_other_things_in_it_is_not_marked() {
    let bench = Bench::new();
    fs::create_dir_all(&bench.cache).unwrap();
    fs::write(bench.cache.join("thesis.txt"), "precious").unwrap();
    let server = server();
    bench.online().file(&at(&server, "index"), 100_000).unwrap().unwrap();
    assert!(!bench.cache.join("CACHEDIR.TAG").exists());
    assert!(!bench.cache.join(".gitignore").exists());
}

#[test]
fn marks_that_are_there_stay_as_they_are() {
    let bench = Bench::new();
    fs::create_dir_all(&bench.cache).unwrap();
    fs::write(bench.cache.join("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n# mine\n")
        .unwrap();
    fs::write(bench.cache.join(".gitignore"), "*\n!README.md\n").unwrap();
    let server = server();
    bench.online().file(&at(&server, "index"), 100_000).unwrap().unwrap();
    assert!(fs::read_to_string(bench.cache.join("CACHEDIR.TAG")).unwrap().ends_with("# mine\n"));
    assert_eq!(fs::read_to_string(bench.cache.join(".gitignore")).unwrap(), "*\n!README.md\n");
}

#[test]
fn losing_the_cache_while_running_does_no_harm() {
    let bench = Bench::new();
    let server = server();
    let body = content(SIZE);
    let fetcher = bench.online();
    for _ in 0..2 {
        let cached = fetcher.artifacts(vec![want(at(&server, "pkg"), &body)]).unwrap();
        assert_eq!(fs::read(cached[0].path()).unwrap(), body);
        fs::remove_dir_all(&bench.cache).unwrap();
    }
}
