//! Makes an opkg feed of a blueprint.

use std::io;

use super::FeedFile;
use crate::demo::{Blueprint, PackageSpec, SigningKeys, clause};
use crate::format::opkg::ipk::{self, DataTar, NewFile};
use crate::format::opkg::{Entry, Opkg, write_index};
use crate::format::{PackageFiles, Relation};
use crate::trust::{Digest, sha256};

pub(super) fn feed(
    blueprint: &Blueprint,
    packages: &[PackageSpec],
    signers: &SigningKeys,
) -> io::Result<Vec<FeedFile>> {
    let mut made = Vec::new();
    let mut entries = Vec::new();
    for package in packages {
        let files = package.files.iter();
        let files: Vec<NewFile<'_>> =
            files.map(|(path, bytes)| NewFile { path, bytes, mode: 0o644 }).collect();
        let data = DataTar::pack(&files, blueprint.date)?;
        let mut entry = entry(blueprint, package);
        entry.installed_size = data.unpacked_size();
        let bytes = ipk::write(&entry.control(), &[], &data)?;
        entry.packed = Some((bytes.len() as u64, Digest::sha256(sha256(&bytes))));
        made.push(FeedFile { name: entry.file.clone(), bytes });
        entries.push(entry);
    }
    let index = write_index(&entries, &signers.usign)?;
    made.extend(index.into_iter().map(|file| FeedFile { name: file.name.to_owned(), bytes: file.bytes }));
    Ok(made)
}

fn entry(blueprint: &Blueprint, package: &PackageSpec) -> Entry {
    let arch = package.arch(blueprint, "all");
    let names = |list: &str| {
        let names: Vec<&str> = list.split_whitespace().map(|item| clause(item).0).collect();
        names.join(", ")
    };
    let needs = |list: &str| list.split_whitespace().map(dependency).collect::<Vec<String>>().join(", ");
    Entry {
        name: package.name.clone(),
        version: package.version.clone(),
        arch: arch.to_owned(),
        depends: needs(&package.depends),
        recommends: needs(&package.recommends),
        provides: names(&package.provides),
        conflicts: names(&package.conflicts),
        replaces: names(&package.replaces),
        section: "net".to_owned(),
        description: package.description.clone(),
        file: Opkg.file_name(&package.name, &package.version, arch),
        ..Entry::default()
    }
}

fn dependency(text: &str) -> String {
    if let Some(greedy) = text.strip_suffix('*') {
        return format!("{} *", dependency(greedy));
    }
    match clause(text) {
        (name, None) => name.to_owned(),
        (name, Some((relation, version))) => {
            let sign = match relation {
                Relation::Less => "<<",
                Relation::LessEqual => "<=",
                Relation::GreaterEqual => ">=",
                Relation::Greater => ">>",
                _ => "=",
            };
            format!("{name} ({sign} {version})")
        }
    }
}
