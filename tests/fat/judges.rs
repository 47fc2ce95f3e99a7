//! Outside opinions on an image.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use hadris_fat::sync::FatVolume;
use hadris_fat::sync::read::FileReader;

use super::image::{Files, Found, Image};

/// Every judge finds the image clean and reads back exactly these files.
pub fn all(image: &Image, files: &Files) {
    fsck(image);
    let expected: Found = files.iter().cloned().collect();
    same("fatfs", &by_fatfs(image), &expected);
    same("hadris-fat", &by_hadris(image), &expected);
    same("owpkg", &super::reading::read(image.open()).unwrap(), &expected);
    same("mtools", &by_mtools(image), &expected);
}

/// `fsck.fat` has nothing to say.
pub fn fsck(image: &Image) {
    let output = run(Command::new("fsck.fat").args(["-n", image.path()]));
    let said = String::from_utf8_lossy(&output.stdout);
    // The name and version of the program, and a summary.
    let clean = output.status.success() && output.stderr.is_empty() && said.lines().count() == 2;
    assert!(clean, "fsck.fat: {}\n{said}{}", output.status, String::from_utf8_lossy(&output.stderr));
}

/// What `mdir` lists of one directory.
pub fn mdir(image: &Image, directory: &str) -> String {
    let output = run(mtools("mdir", image).arg(format!("::{directory}")));
    assert!(output.status.success(), "mdir: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub fn same(judge: &str, found: &Found, expected: &Found) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "names by {judge}");
    for (path, bytes) in expected {
        assert!(found[path] == *bytes, "{judge} reads other bytes from {path}");
    }
}

pub fn by_fatfs(image: &Image) -> Found {
    use std::io::Read;
    let volume = fatfs::FileSystem::new(image.open(), fatfs::FsOptions::new()).unwrap();
    let mut found = Found::new();
    let mut todo = vec![(String::new(), volume.root_dir())];
    while let Some((prefix, directory)) = todo.pop() {
        for entry in directory.iter().map(Result::unwrap) {
            let name = entry.file_name();
            if entry.is_dir() && (name == "." || name == "..") {
                continue;
            }
            if entry.is_dir() {
                todo.push((format!("{prefix}{name}/"), entry.to_dir()));
            } else {
                let mut bytes = Vec::new();
                entry.to_file().read_to_end(&mut bytes).unwrap();
                assert_eq!(found.insert(format!("{prefix}{name}"), bytes), None, "{prefix}{name} twice");
            }
        }
    }
    found
}

pub fn by_hadris(image: &Image) -> Found {
    let volume = FatVolume::open(image.open()).unwrap();
    let mut found = Found::new();
    let mut todo = vec![(String::new(), volume.root_dir())];
    while let Some((prefix, directory)) = todo.pop() {
        for entry in directory.entries().map(Result::unwrap) {
            let Some(entry) = entry.as_entry() else { continue };
            let name = entry.name().into_owned();
            if entry.is_directory() && (name == "." || name == "..") {
                continue;
            }
            if entry.is_directory() {
                todo.push((format!("{prefix}{name}/"), volume.open_dir_entry(entry).unwrap()));
            } else if entry.is_file() {
                let bytes = FileReader::new(&volume, entry).unwrap().read_to_vec().unwrap();
                assert_eq!(found.insert(format!("{prefix}{name}"), bytes), None, "{prefix}{name} twice");
            }
        }
    }
    found
}

pub fn by_mtools(image: &Image) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let output = run(mtools("mcopy", image).args(["-s", "-n", "::*"]).arg(folder.path()));
    // An image with no file matches no `*`.
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || said.contains("\"::*\" not found"), "mcopy: {said}");
    let mut found = Found::new();
    let mut todo = vec![folder.path().to_owned()];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            } else {
                found.insert(relative(&entry.path(), folder.path()), fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

fn relative(path: &Path, base: &Path) -> String {
    path.strip_prefix(base).unwrap().to_str().unwrap().to_owned()
}

pub fn mtools(program: &str, image: &Image) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC").args(["-i", image.path()]);
    command
}

pub fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    command.output().unwrap_or_else(|error| {
        panic!("{program:?} does not run ({error}): install the packages dosfstools and mtools")
    })
}
