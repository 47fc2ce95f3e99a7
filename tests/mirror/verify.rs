//! What a check of a mirror finds, and what repairing it fetches.

use std::fs;

use camino::Utf8Path;
use owpkg::fetch::Location;
use owpkg::format::FORMATS;
use owpkg::mirror::{self, Folder, Prune};
use owpkg::trust::{Keyring, UnsignedFeeds};

use super::{BASE, Bench, Tree, Upstream, for_each_format, in_base, keyring, server_tree};

fn mirrored(tree: &Tree) -> (Bench, Upstream) {
    let upstream = Upstream::honest(tree.clone());
    let bench = Bench::new();
    bench.mirror(&upstream.server.url(), Prune::Nothing).unwrap();
    (bench, upstream)
}

/// Changes one bit in the middle of a file.
fn flip(path: &Utf8Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(path, bytes).unwrap();
}

#[test]
fn every_changed_bit_is_found_and_named() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let (bench, _upstream) = mirrored(&tree);
        for path in bench.visible().into_keys() {
            let place = bench.dest().join(&path);
            let bytes = fs::read(&place).unwrap();
            flip(&place);
            let faults = bench.verify().faults;
            assert!(
                faults.iter().any(|fault| fault.path.ends_with(path.rsplit('/').next().unwrap())),
                "{path}: {faults:?}"
            );
            fs::write(&place, bytes).unwrap();
        }
        assert_eq!(bench.faults(), Vec::<String>::new());
    });
}

#[test]
fn a_file_too_many_or_too_few_a_longer_and_a_shorter_one_are_named() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let (bench, _upstream) = mirrored(&tree);
        let [a, b, c] = ["a", "b", "c"].map(|name| in_base(&tree, name));
        fs::remove_file(bench.dest().join(&a)).unwrap();
        let longer = [tree[&b].as_slice(), b"\0"].concat();
        fs::write(bench.dest().join(&b), longer).unwrap();
        fs::write(bench.dest().join(&c), &tree[&c][..tree[&c].len() - 1]).unwrap();
        fs::write(bench.dest().join(BASE).join("evil.apk"), b"x").unwrap();
        let mut paths: Vec<String> = bench.verify().faults.into_iter().map(|fault| fault.path).collect();
        paths.sort();
        let mut expected = vec![a, b, c, format!("{BASE}/evil.apk")];
        expected.sort();
        assert_eq!(paths, expected);
    });
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_named_and_nobody_waits_for_it() {
    let tree = server_tree(FORMATS[0], "1.0-r1");
    let (bench, _upstream) = mirrored(&tree);
    let [a, b] = ["a", "b"].map(|name| in_base(&tree, name));
    let place = bench.dest().join(&a);
    fs::remove_file(&place).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&place).status().unwrap().success());
    let dangling = bench.dest().join(&b);
    fs::remove_file(&dangling).unwrap();
    std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    let found: Vec<String> = bench.verify().faults.iter().map(|fault| fault.wrong.to_string()).collect();
    assert!(found[0].contains("it is not a regular file"), "{found:?}");
    assert_eq!(found[1..], ["missing"]);
}

#[test]
fn a_list_cannot_make_a_file_good_that_the_signed_index_does_not_offer() {
    let tree = server_tree(FORMATS[1], "1.0-r1");
    let (bench, _upstream) = mirrored(&tree);
    let list = bench.dest().join(format!(".owpkg/archive/{BASE}/000001/files"));
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"evil"));
    let text = fs::read_to_string(&list).unwrap() + &format!("sha256 {digest} 4 evil.ipk\n");
    fs::write(&list, text).unwrap();
    fs::write(bench.dest().join(BASE).join("evil.ipk"), "evil").unwrap();
    let faults = bench.faults();
    assert!(faults.contains(&format!("{BASE}/evil.ipk: not in the signed index")), "{faults:?}");
}

#[test]
fn a_mirror_of_a_key_that_is_not_trusted_is_refused_index_by_index() {
    for_each_format(|format| {
        let (bench, _upstream) = mirrored(&server_tree(format, "1.0-r1"));
        let store = Folder::new(bench.dest());
        let audit = mirror::verify(&store, &Keyring::official(), &UnsignedFeeds::default()).unwrap();
        assert!(
            audit.faults.iter().filter(|fault| fault.wrong.to_string().contains("not trusted")).count() >= 5
        );
    });
}

#[test]
fn repairing_fetches_only_what_is_broken() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let (bench, upstream) = mirrored(&tree);
        let whole = bench.visible();
        let index = format!("{BASE}/{}", format.index_name());
        flip(&bench.dest().join(in_base(&tree, "a")));
        fs::remove_file(bench.dest().join(in_base(&tree, "c"))).unwrap();
        fs::remove_file(bench.dest().join(&index)).unwrap();
        let before = upstream.server.requests().len();
        let store = Folder::new(bench.dest());
        let audit = bench.verify();
        assert_eq!(audit.faults.len(), 3, "{:?}", audit.faults);
        let url = Location::parse(&upstream.server.url(), Utf8Path::new("/")).unwrap();
        let fetcher = super::fetcher(&bench.path("other-cache"), false);
        mirror::repair(&store, &fetcher, &keyring(), &UnsignedFeeds::default(), &url, &audit).unwrap();
        assert_eq!(bench.visible(), whole);
        assert_eq!(bench.faults(), Vec::<String>::new());
        assert_eq!(upstream.server.requests().len() - before, 2);
    });
}
