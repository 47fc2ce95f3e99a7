//! The archive that people and cargo-binstall unpack.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::{fs, io::Read};

use flate2::read::GzDecoder;

use super::{PROGRAM, ROOT, metadata, shared, told};

/// A pattern of cargo-binstall's, filled in for a machine.
fn filled(pattern: &str) -> String {
    let values =
        [("name", "owpkg"), ("bin", "owpkg"), ("version", env!("CARGO_PKG_VERSION")), ("target", "mips-any")];
    values
        .iter()
        .fold(pattern.to_owned(), |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
}

#[test]
fn the_archive_is_where_binstall_looks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    // Instead of the program as the tests build it, which is large.
    let program = folder.path().join("stand-in");
    fs::write(&program, format!("#!/bin/sh\nexec '{PROGRAM}' \"$@\"\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut pack = Command::new("sh");
    pack.arg(format!("{ROOT}/packaging/archive.sh")).arg(&program).arg("mips-any");
    let archive = told(pack.arg(folder.path().join("out")));
    let archive = archive.trim_end();

    let binstall = metadata("binstall");
    let pattern = |key: &str| filled(binstall[key].as_str().unwrap());
    let (_, name) = archive.rsplit_once('/').unwrap();
    assert_eq!(pattern("pkg-url").rsplit_once('/').unwrap().1, name);
    assert!(name.ends_with(&pattern("pkg-fmt")));

    let mut packed = BTreeSet::new();
    let mut opened = tar::Archive::new(GzDecoder::new(fs::File::open(archive).unwrap()));
    for entry in opened.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        if path == pattern("bin-dir") {
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            assert!(text.contains(PROGRAM) && entry.header().mode().unwrap() & 0o111 == 0o111);
        }
        packed.insert(path);
    }
    let root = pattern("bin-dir").rsplit_once('/').unwrap().0.to_owned();
    let texts = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "owpkg"].map(str::to_owned);
    for file in shared().into_iter().map(|file| format!("share/{file}")).chain(texts) {
        assert!(packed.contains(&format!("{root}/{file}")), "{file} is not in {packed:?}");
    }
}
