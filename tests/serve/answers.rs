//! Answers to single requests, by the letter of RFC 9110.

use std::fs;
use std::os::unix::fs::symlink;

use jiff::Timestamp;

use super::{Site, content};

const PATH: &str = "/releases/25.12.0/packages/x86_64/base/a~b+1.apk";

fn site() -> (Site, Vec<u8>) {
    let (site, bytes) = (Site::new(), content(1_000_000));
    site.put(&PATH[1..], &bytes);
    (site, bytes)
}

#[test]
fn a_file_comes_whole_with_what_is_needed_to_ask_again() {
    let (site, bytes) = site();
    for path in [PATH, "/releases/25.12.0/packages/x86_64/base/a%7Eb%2B1.apk"] {
        let answer = site.get(path, &[]);
        assert_eq!((answer.status, answer.body == bytes), (200, true));
        assert_eq!(answer.header("content-length"), Some("1000000"));
        assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
        assert_eq!(answer.header("accept-ranges"), Some("bytes"));
        let etag = answer.header("etag").unwrap();
        assert!(etag.starts_with('"') && etag.ends_with('"'));
        let date = answer.header("last-modified").unwrap();
        for (condition, value) in
            [("If-None-Match", etag), ("If-None-Match", "*"), ("If-Modified-Since", date)]
        {
            let again = site.get(path, &[(condition, value)]);
            assert_eq!(
                (again.status, again.body.len(), again.header("etag")),
                (304, 0, Some(etag)),
                "{condition}"
            );
        }
        let weak = format!("\"x\", W/{etag}");
        assert_eq!(site.get(path, &[("If-None-Match", &weak)]).status, 304);
        assert_eq!(site.get(path, &[("If-None-Match", "\"x\""), ("If-Modified-Since", date)]).status, 200);
        assert_eq!(site.get(path, &[("If-Match", "\"x\"")]).status, 412);
        assert_eq!(site.get(path, &[("If-Match", etag)]).status, 200);
        assert_eq!(site.get(path, &[("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:10 GMT")]).status, 412);
    }
}

#[test]
fn another_file_under_the_same_name_has_another_etag() {
    let (site, bytes) = site();
    let first = site.get(PATH, &[]);
    let aside = site.root().join("aside");
    let mut other = bytes.clone();
    other[7] ^= 1;
    fs::write(&aside, &other).unwrap();
    fs::rename(&aside, site.root().join(&PATH[1..])).unwrap();
    let second = site.get(PATH, &[("If-None-Match", first.header("etag").unwrap())]);
    assert_eq!((second.status, second.body == other), (200, true));
}

#[test]
fn parts_of_files() {
    let (site, bytes) = site();
    let etag = site.get(PATH, &[]).header("etag").unwrap().to_owned();
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=999990-", 999_990, 1_000_000),
        ("bytes=-5", 999_995, 1_000_000),
        ("bytes=10-800000", 10, 800_001),
    ] {
        let answer = site.get(PATH, &[("Range", range), ("If-Range", &etag)]);
        assert_eq!((answer.status, answer.body == bytes[from..to]), (206, true), "{range}");
        let expected = format!("bytes {from}-{}/1000000", to - 1);
        assert_eq!(answer.header("content-range"), Some(expected.as_str()));
    }
    let beyond = site.get(PATH, &[("Range", "bytes=1000000-")]);
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */1000000")));
    for (name, value) in [("If-Range", "\"old\""), ("If-Range", "Thu, 01 Jan 1970 00:00:10 GMT"), ("X", "x")]
    {
        let range = if name == "X" { "bytes=0-1,4-5" } else { "bytes=0-1" };
        assert_eq!(site.get(PATH, &[("Range", range), (name, value)]).status, 200, "{value}");
    }
}

#[test]
fn head_is_get_without_a_body_and_nothing_else_is_allowed() {
    let (site, _) = site();
    let (get, head) = (site.get(PATH, &[]), site.ask("HEAD", PATH, &[]));
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["content-length", "content-type", "etag", "last-modified"] {
        assert_eq!(get.header(name), head.header(name));
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let refused = site.ask(method, PATH, &[]);
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
    }
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let (site, _) = site();
    fs::write(site.root().parent().unwrap().join("secret"), "secret").unwrap();
    site.put(".owpkg/archive/x", b"own");
    symlink("../secret", site.root().join("link")).unwrap();
    symlink("/etc", site.root().join("etc")).unwrap();
    symlink("releases/25.12.0", site.root().join("inside")).unwrap();
    for path in [
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/releases/../../secret",
        "/releases/%2e%2e/%2e%2e/secret",
        "/link",
        "/etc/passwd",
        "/etc/",
        "//etc/passwd",
        "/.owpkg/archive/x",
        "/%2eowpkg/archive/x",
        "/inside/../.owpkg/archive/x",
        "/..%5csecret",
        "/releases%00",
        "/releases/%ff",
        "/releases//25.12.0/",
        "/./releases/",
        "/nothing",
    ] {
        assert_eq!(site.get(path, &[]).status, 404, "{path}");
    }
    assert_eq!(site.get("/inside/packages/x86_64/base/a~b+1.apk", &[]).status, 200);
    assert_eq!(site.raw("GET secret HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status, 404);
}

#[test]
fn types_and_freshness_by_name() {
    let site = Site::new();
    for (path, expected) in [
        ("profiles.json", "application/json"),
        ("Packages.gz", "application/gzip"),
        ("Packages", "text/plain; charset=utf-8"),
        ("sha256sums", "text/plain; charset=utf-8"),
        ("packages.adb", "application/octet-stream"),
        ("Packages.sig", "application/octet-stream"),
    ] {
        site.put(path, b"x");
        let answer = site.get(&format!("/{path}"), &[]);
        assert_eq!(
            (answer.header("content-type"), answer.header("cache-control")),
            (Some(expected), Some("no-cache"))
        );
    }
    for (path, expected) in [
        (
            "releases/25.12.0/targets/x86/64/packages/kmod-a-6.12.71-r1.apk",
            "public, max-age=31536000, immutable",
        ),
        (
            "releases/23.05.2/targets/x86/64/kmods/5.15-1-ab/kmod-a_1_all.ipk",
            "public, max-age=31536000, immutable",
        ),
        ("releases/25.12.0/targets/x86/64/packages/packages.adb", "no-cache"),
        ("releases/25.12.0/targets/x86/64/sha256sums", "no-cache"),
        ("releases/25.12.0/packages/x86_64/base/a-1.apk", "public, max-age=3600"),
        ("releases/25.12.0-rc1/targets/x86/64/packages/kmod-a-1.apk", "public, max-age=3600"),
        ("releases/25.12-SNAPSHOT/targets/x86/64/packages/kmod-a-1.apk", "no-cache"),
        ("releases/packages-25.12/x86_64/base/a-1.apk", "no-cache"),
        ("snapshots/targets/x86/64/packages/kmod-a-1.apk", "no-cache"),
        ("feeds/mine/a-1.apk", "no-cache"),
    ] {
        site.put(path, b"x");
        let answer = site.get(&format!("/{path}"), &[]);
        assert_eq!(answer.header("cache-control"), Some(expected), "{path}");
        let etag = answer.header("etag").unwrap();
        let again = site.get(&format!("/{path}"), &[("If-None-Match", etag)]);
        assert_eq!((again.status, again.header("cache-control")), (304, Some(expected)));
    }
    site.put("empty", b"");
    assert_eq!(site.get("/empty", &[]).header("content-length"), Some("0"));
}

#[test]
fn nobody_keeps_an_error() {
    let (site, _) = site();
    let errors = [
        (site.get("/nothing", &[]), 404),
        (site.ask("POST", PATH, &[]), 405),
        (site.get(PATH, &[("If-Match", "\"x\"")]), 412),
        (site.get(PATH, &[("Range", "bytes=1000000-")]), 416),
    ];
    for (answer, status) in errors {
        assert_eq!((answer.status, answer.header("cache-control")), (status, Some("no-store")));
    }
}

#[test]
fn programs_that_watch_it_are_told_whether_there_is_something_to_serve() {
    let (site, _) = site();
    let well = site.get("/healthz", &[]);
    assert_eq!(
        (well.status, &well.body[..], well.header("cache-control")),
        (200, &b"ok\n"[..], Some("no-store"))
    );
    assert_eq!(site.ask("HEAD", "/healthz", &[]).body, b"");
    fs::remove_dir_all(site.root()).unwrap();
    assert_eq!(site.get("/healthz", &[]).status, 503);
}

#[test]
fn folders_are_listed_under_their_own_name() {
    let (site, _) = site();
    let moved = site.get("/releases", &[]);
    assert_eq!((moved.status, moved.header("location")), (301, Some("/releases/")));
    site.put("releases/<b>&.txt", b"x");
    let listing = String::from_utf8(site.get("/releases/", &[]).body).unwrap();
    assert!(
        listing.contains("./25.12.0/")
            && listing.contains("&#60;b&#62;&#38;.txt")
            && !listing.contains("<b>")
    );
}

#[test]
fn every_request_is_told_to_the_log() {
    let (site, _) = site();
    site.get(PATH, &[("Range", "bytes=0-9")]);
    site.get("/nothing", &[]);
    let log = site.log.lock().unwrap().clone();
    let told: Vec<_> = log.iter().map(|access| (access.path.as_str(), access.status, access.bytes)).collect();
    assert_eq!(told, [(PATH, 206, 10), ("/nothing", 404, 10)]);
    // A quote that a client sends ends no field.
    site.raw("HEAD /a\"b?c=%22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let log = site.log.lock().unwrap().clone();
    let lines: Vec<String> = log.iter().map(|access| access.common(Timestamp::UNIX_EPOCH)).collect();
    let start = "127.0.0.1 - - [01/Jan/1970:00:00:00 +0000]";
    let expected = [
        format!("{start} \"GET {PATH} HTTP/1.1\" 206 10"),
        format!("{start} \"GET /nothing HTTP/1.1\" 404 10"),
        format!("{start} \"HEAD /a\\\"b?c=%22 HTTP/1.1\" 404 -"),
    ];
    assert_eq!(lines, expected);
}
