//! The crate, the .deb, the port and the archive: whether they hold what they should.

mod archive;
mod deb;
mod freebsd;
mod sources;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::judges::passes_shellcheck;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = env!("CARGO_BIN_EXE_owpkg");

fn read(path: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A table of `[package.metadata]` in Cargo.toml.
fn metadata(name: &str) -> toml::Table {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    manifest["package"]["metadata"][name].as_table().unwrap().clone()
}

/// What a program prints; it must end well.
#[track_caller]
fn told(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{command:?}: {}\n{out}{err}", output.status);
    out
}

/// The files below a folder, by their paths in it.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(below).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(folder).unwrap().to_owned();
                found.insert(path.into_os_string().into_string().unwrap());
            }
        }
    }
    found
}

/// What the program makes of itself for packages, by paths below `share`.
fn shared() -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    told(Command::new("sh").arg(format!("{ROOT}/packaging/share.sh")).arg(PROGRAM).arg(folder.path()));
    let made = files(folder.path());
    for name in &made {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.contains("owpkg") && !text.contains(PROGRAM), "{name}:\n{text}");
    }
    made
}

#[test]
fn shellcheck_has_nothing_to_say_of_the_scripts() {
    for script in ["packaging/share.sh", "packaging/archive.sh", "packaging/deb/build.sh"] {
        passes_shellcheck(&read(script));
    }
}
