//! Makes an apk feed of a blueprint.

use std::io;

use super::FeedFile;
use crate::demo::{Blueprint, PackageSpec, SigningKeys};
use crate::format::apk::{Entry, File, FileContent, write_index, write_package};

pub(super) fn feed(
    blueprint: &Blueprint,
    packages: &[PackageSpec],
    signers: &SigningKeys,
) -> io::Result<Vec<FeedFile>> {
    let mut made = Vec::new();
    let mut entries = Vec::new();
    for package in packages {
        let file = |(path, bytes): &(String, Vec<u8>)| File {
            path: path.trim_start_matches('/').to_owned(),
            mode: 0o644,
            content: FileContent::Bytes(bytes.clone()),
        };
        let files: Vec<File> = package.files.iter().map(file).collect();
        let written = write_package(&entry(blueprint, package), &files, &[]).map_err(io::Error::other)?;
        made.push(FeedFile { name: written.entry.file_name(), bytes: written.bytes });
        entries.push(written.entry);
    }
    let index = write_index(&entries, &[&signers.ec]).map_err(io::Error::other)?;
    made.push(FeedFile { name: index.name.to_owned(), bytes: index.bytes });
    Ok(made)
}

/// Conflicts are dependencies of their own kind, and `replaces` is of no weight in the choice.
fn entry(blueprint: &Blueprint, package: &PackageSpec) -> Entry {
    let conflicts = package.conflicts.split_whitespace().map(|name| format!("!{name}"));
    let depends: Vec<String> =
        package.depends.split_whitespace().map(str::to_owned).chain(conflicts).collect();
    Entry {
        name: package.name.clone(),
        version: package.version.clone(),
        arch: package.arch(blueprint, "noarch").to_owned(),
        description: package.description.clone(),
        depends: depends.join(" "),
        provides: package.provides.clone(),
        provider_priority: package.provider_priority,
        ..Entry::default()
    }
}
