//! Folders and trees in memory: no network, no copies where none is needed.

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8PathBuf;
use owpkg::fetch::{FetchError, Freshness, Location, MemoryTree};

use super::{Bench, content, want};

fn folder(bench: &Bench) -> Utf8PathBuf {
    let folder = bench.cache.with_file_name("mirror");
    fs::create_dir_all(folder.join("feed")).unwrap();
    fs::write(folder.join("feed/index"), "an index").unwrap();
    folder
}

fn tree() -> Location {
    let files = [("feed/index", b"an index".to_vec()), ("feed/pkg.apk", content(5000))];
    MemoryTree::new("demo", files.map(|(path, bytes)| (path.to_owned(), bytes)).into()).root()
}

#[test]
fn documents_of_a_folder_are_read_and_bounded() {
    let bench = Bench::new();
    let root = Location::Folder(folder(&bench));
    for fetcher in [bench.online(), bench.offline()] {
        let found = fetcher.file(&root.join("feed/index").unwrap(), 8).unwrap().unwrap();
        assert_eq!((found.bytes.as_slice(), found.freshness), (&b"an index"[..], Freshness::Fresh));
        assert_eq!(fetcher.file(&root.join("feed/none").unwrap(), 8).unwrap(), None);
        assert_eq!(fetcher.file(&root.join("feed/index/none").unwrap(), 8).unwrap(), None);
        let large = fetcher.file(&root.join("feed/index").unwrap(), 7).unwrap_err();
        assert!(matches!(large, FetchError::TooLarge { cap: 7, .. }));
        let odd = fetcher.file(&root.join("feed").unwrap(), 8).unwrap_err();
        assert!(matches!(odd, FetchError::NotAFile { at } if at.ends_with("mirror/feed")));
    }
    assert!(!bench.cache.exists(), "reading a folder needs no cache");
}

#[test]
fn packages_of_a_folder_are_used_where_they_lie() {
    let bench = Bench::new();
    let path = folder(&bench).join("feed/pkg_1.0+2~3.ipk");
    let bytes = content(100_000);
    fs::write(&path, &bytes).unwrap();
    let place = Location::Folder(path.clone());
    let fetcher = bench.offline();

    let cached = fetcher.artifacts(vec![want(place.clone(), &bytes)]).unwrap();
    assert_eq!((cached[0].path(), cached[0].size()), (path.as_path(), 100_000));
    assert!(!bench.cache.exists());

    let other = fetcher.artifacts(vec![want(place.clone(), &content(99_999))]).unwrap_err();
    assert!(matches!(other, FetchError::Mismatch { found: 100_000, size: Some(99_999), .. }), "{other}");
    let mut flipped = bytes.clone();
    flipped[5] ^= 1;
    assert!(matches!(fetcher.artifacts(vec![want(place, &flipped)]), Err(FetchError::Mismatch { .. })));
    assert_eq!(fs::read(&path).unwrap(), bytes, "a user's file is never touched");

    fs::remove_file(&path).unwrap();
    assert!(fetcher.artifacts(vec![want(Location::Folder(path), &bytes)]).unwrap_err().is_missing());
}

#[test]
fn a_tree_in_memory_serves_like_a_server() {
    let bench = Bench::new();
    let fetcher = bench.offline();
    let index = tree().join("feed").unwrap().join("index").unwrap();
    assert_eq!(index.to_string(), "demo:/feed/index");
    assert_eq!(fetcher.file(&index, 100).unwrap().unwrap().bytes, b"an index");
    assert!(matches!(fetcher.file(&index, 3), Err(FetchError::TooLarge { .. })));
    assert_eq!(fetcher.file(&tree().join("none").unwrap(), 100).unwrap(), None);

    let package = tree().join("feed/pkg.apk").unwrap();
    let cached = fetcher.artifacts(vec![want(package.clone(), &content(5000))]).unwrap();
    assert!(cached[0].path().starts_with(&bench.cache));
    assert_eq!(fs::read(cached[0].path()).unwrap(), content(5000));

    fs::write(cached[0].path(), "damaged").unwrap();
    let again = fetcher.artifacts(vec![want(package.clone(), &content(5000))]).unwrap();
    assert_eq!(fs::read(again[0].path()).unwrap(), content(5000));

    let wrong = fetcher.artifacts(vec![want(package, &content(5001))]).unwrap_err();
    assert!(matches!(wrong, FetchError::Mismatch { at, .. } if at == "demo:/feed/pkg.apk"));
    let absent = tree().join("none").unwrap();
    assert!(fetcher.artifacts(vec![want(absent, &content(1))]).unwrap_err().is_missing());
}

#[test]
fn an_empty_tree_and_no_wants_are_fine() {
    let bench = Bench::new();
    let fetcher = bench.online();
    assert_eq!(fetcher.artifacts(Vec::new()).unwrap(), []);
    assert!(fetcher.files(&[]).is_empty());
    let root = MemoryTree::new("empty", BTreeMap::new()).root();
    assert_eq!(fetcher.file(&root.join("a").unwrap(), 1).unwrap(), None);
}
