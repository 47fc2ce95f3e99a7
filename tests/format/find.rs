//! Packages that are looked up by their names, without the others being read.

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8PathBuf;
use owpkg::demo;
use owpkg::fetch::{Fetcher, Location, Options, Silent};
use owpkg::format::{FORMATS, FeedId, Names};
use owpkg::release::snapshot::Snapshot;
use owpkg::release::{ReleaseSpec, Upstream};
use owpkg::trust::Keyring;

#[test]
fn what_is_found_by_name_is_what_the_whole_index_has() {
    let signers = demo::signers().unwrap();
    let blueprint = demo::blueprint(&Snapshot::read().unwrap());
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::try_from(folder.path().join("tree")).unwrap();
        for (path, bytes) in blueprint.build(format, &signers).unwrap() {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        let mut keyring = Keyring::empty();
        keyring.add(signers.ec.public().to_pem().as_bytes(), "test").unwrap();
        keyring.add(signers.usign.public().to_text().as_bytes(), "test").unwrap();
        let fetcher = Fetcher::new(Options::new(root.join("cache")), std::sync::Arc::new(Silent));
        let open =
            Upstream::new(fetcher, keyring).open(ReleaseSpec::of_tree(Location::Folder(root))).unwrap();
        let mut count = 0;
        for index in &open.indexes {
            let parsed = format.parse(index, FeedId(1)).unwrap();
            let mut whole: BTreeMap<&str, _> =
                parsed.into_packages().map(|package| (package.name, format!("{package:?}"))).collect();
            // Every third, and one that is not there.
            let wanted: Names<'_> =
                whole.keys().copied().step_by(3).chain(["nonesuch"]).map(str::as_bytes).collect();
            whole.retain(|name, _| wanted.contains(name.as_bytes()));
            let found = format.find(index, &wanted, FeedId(1)).unwrap();
            count += found.len();
            assert_eq!(found.len(), whole.len(), "{}", format.name());
            for package in found {
                assert_eq!(whole.get(package.name), Some(&format!("{package:?}")), "{}", format.name());
            }
        }
        assert!(count > 100, "{}: {count}", format.name());
    }
}
