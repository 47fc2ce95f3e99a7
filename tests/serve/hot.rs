//! Small files that are kept in memory are what stands on the disk, at every request.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use super::Site;

const NAME: &str = "releases/25.12.0/packages/x86_64/base/packages.adb";

/// A file that was written long ago, so that it is kept.
fn put_old(site: &Site, name: &str, bytes: &[u8]) {
    site.put(name, bytes);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    File::options().write(true).open(site.root().join(name)).unwrap().set_modified(old).unwrap();
}

/// What is answered, asked for often enough to be kept.
fn asked(site: &Site) -> (u16, Vec<u8>) {
    let mut answers: Vec<(u16, Vec<u8>)> = (0..3)
        .map(|_| site.get(&format!("/{NAME}"), &[]))
        .map(|answer| (answer.status, answer.body))
        .collect();
    answers.dedup();
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

#[test]
fn a_file_that_is_written_over_is_sent_as_it_is_now() {
    let site = Site::new();
    for content in ["one", "two", "a longer one", ""] {
        put_old(&site, NAME, content.as_bytes());
        assert_eq!(asked(&site), (200, content.as_bytes().to_vec()), "its time is always the same");
        site.put(NAME, b"new");
        assert_eq!(asked(&site), (200, b"new".to_vec()), "it is too new to be kept");
    }
}

#[test]
fn parts_and_conditions_are_those_of_the_file() {
    let site = Site::new();
    put_old(&site, NAME, b"0123456789");
    let whole = site.get(&format!("/{NAME}"), &[]);
    let (path, etag) = (format!("/{NAME}"), whole.header("etag").unwrap());
    for _ in 0..2 {
        let part = site.get(&path, &[("Range", "bytes=3-5"), ("If-Range", etag)]);
        assert_eq!((part.status, part.body.as_slice()), (206, b"345".as_slice()));
        assert_eq!(part.header("content-range"), Some("bytes 3-5/10"));
        assert_eq!(site.get(&path, &[("If-None-Match", etag)]).status, 304);
        assert_eq!(site.ask("HEAD", &path, &[]).header("content-length"), Some("10"));
        assert_eq!(site.get(&format!("{path}/"), &[]).status, 404);
    }
}

#[test]
fn what_is_gone_or_leads_out_is_no_longer_served() {
    let site = Site::new();
    put_old(&site, NAME, b"inside");
    assert_eq!(asked(&site), (200, b"inside".to_vec()));
    let place = site.root().join(NAME);
    fs::remove_file(&place).unwrap();
    assert_eq!(asked(&site).0, 404);
    let secret = site.root().parent().unwrap().join("secret");
    fs::write(&secret, "outside").unwrap();
    symlink(&secret, &place).unwrap();
    assert_eq!(asked(&site).0, 404);
    fs::remove_file(&place).unwrap();
    put_old(&site, NAME, b"inside");
    assert_eq!(asked(&site), (200, b"inside".to_vec()));
}
