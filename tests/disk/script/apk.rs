//! What the script does with apk.

use std::fs;

use super::router::{Client, KERNEL, Router, offer};

fn router() -> Router {
    Router::new(Client::Apk)
}

#[test]
fn the_world_gets_plain_names() {
    let router = router();
    router.write("etc/apk/world", "base-files\n");
    router.install(&[]).is_done("Done");
    assert_eq!(fs::read_to_string(router.root().join("etc/apk/world")).unwrap(), "base-files\nkmod-radio\n");
}

#[test]
fn refuses_to_replace_the_kernel() {
    let mut router = router();
    // A disk that does not know its kernel, and feeds of another build.
    router.kernel = None;
    router.offers.push(offer("core", "kernel", "5.15.138-1", ""));
    router.offers[1].needs = "kernel=5.15.138-1";
    router.refuses(&[&format!("would do: Upgrading kernel ({KERNEL} -> 5.15.138-1)")]);
}

#[test]
fn an_index_that_apk_does_not_trust_is_refused_even_when_none_of_it_is_needed() {
    let router = router();
    router.make_disk();
    router.hold("radio-firmware", "20230804-1");
    let index = router.disk().join("feeds/base/packages.adb");
    let old = fs::read(&index).unwrap();
    fs::write(&index, "an-unknown-key\n").unwrap();
    renew_sum(&router, "feeds/base/packages.adb", &old, b"an-unknown-key\n");
    router.refuses_as_it_is(&["apk does not trust the feeds"]);
}

#[test]
fn takes_no_unsigned_disk() {
    let mut router = router();
    router.accepted_unsigned = true;
    router.refuses(&["apk takes no unsigned index"]);
}

#[test]
fn a_busy_apk_is_a_failure() {
    let router = router();
    router.write("mood/busy", "");
    router.refuses(&["Unable to lock database", "apk failed"]);
}

/// Writes the sum of a changed file into SHA256SUMS.
fn renew_sum(router: &Router, path: &str, old: &[u8], new: &[u8]) {
    use sha2::{Digest, Sha256};
    let sums = router.disk().join("SHA256SUMS");
    let text = fs::read_to_string(&sums).unwrap();
    assert!(text.contains(path));
    fs::write(sums, text.replace(&hex::encode(Sha256::digest(old)), &hex::encode(Sha256::digest(new))))
        .unwrap();
}
