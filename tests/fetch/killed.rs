//! Runs killed at any moment: in a process of their own, which is this test binary once more.

use std::env;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use camino::Utf8Path;
use owpkg::fetch::{Fetcher, Location, Options, Silent, Want};

use super::{Bench, ETAG, content, sha256, want};
use crate::support::server::{Reply, Server};

/// After how many requests of its own a run is killed.
const MOMENTS: [usize; 8] = [1, 1, 2, 4, 7, 11, 16, 25];
const FILES: usize = 30;
const INDEX: usize = 400_000;
const CACHE: &str = "OWPKG_TEST_CACHE";
const URL: &str = "OWPKG_TEST_URL";

fn body(number: usize) -> Vec<u8> {
    content(50_000 + number)
}

fn wants(url: &str) -> Vec<Want> {
    let root = Location::parse(url, Utf8Path::new("/")).unwrap();
    (0..FILES).map(|number| want(root.join(&number.to_string()).unwrap(), &body(number))).collect()
}

fn index(url: &str) -> Location {
    Location::parse(url, Utf8Path::new("/")).unwrap().join("index").unwrap()
}

/// Not a test: what the killed process does.
#[test]
#[ignore = "run by the test below"]
fn child() {
    let (Ok(cache), Ok(url)) = (env::var(CACHE), env::var(URL)) else { return };
    let fetcher = Fetcher::new(Options::new(cache), Arc::new(Silent));
    fetcher.file(&index(&url), 1_000_000).unwrap().unwrap();
    fetcher.artifacts(wants(&url)).unwrap();
}

#[test]
fn killed_at_any_moment_the_cache_stays_valid() {
    let bench = Bench::new();
    // Another index each time, so that each run replaces it.
    let server = Server::start(|request| match request.path[1..].parse() {
        Ok(number) => Reply::honest(request, &body(number), ETAG).delayed(Duration::from_millis(2)),
        Err(_) => Reply::whole(&content(INDEX + request.earlier)),
    });
    let offline = bench.offline();
    for moment in MOMENTS {
        let target = server.requests().len() + moment;
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "fetch::killed::child", "--ignored"])
            .envs([(CACHE, bench.cache.as_str()), (URL, &server.url())])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while server.requests().len() < target && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();

        for path in bench.files_in("packages") {
            let digest = sha256(&fs::read(&path).unwrap());
            assert_eq!(path.file_name(), Some(format!("sha256-{digest}").as_str()));
        }
        if let Ok(found) = offline.file(&index(&server.url()), 1_000_000) {
            let bytes = found.unwrap().bytes;
            assert!(bytes.len() >= INDEX && bytes == content(bytes.len()), "{} bytes", bytes.len());
        }
    }

    let started = server.requests().iter().filter(|request| request.path == "/index").count();
    assert_eq!(started, MOMENTS.len(), "each run got to work before it was killed");

    let cached = bench.online().artifacts(wants(&server.url())).unwrap();
    for (number, cached) in cached.iter().enumerate() {
        assert_eq!(fs::read(cached.path()).unwrap(), body(number));
    }
    assert!(bench.files_in("partial").iter().all(|path| path.extension() == Some("new")));
}
