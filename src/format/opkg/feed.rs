//! Makes an opkg feed of a blueprint.

use std::io;

use super::ipk::{self, DataTar, NewFile};
use super::{Entry, write_index};
use crate::demo::{Blueprint, FeedFile, PackageSpec, clause};
use crate::format::Relation;
use crate::trust::usign::SecretKey;
use crate::trust::{Digest, sha256};

pub(super) fn feed(
    blueprint: &Blueprint,
    articles: &[PackageSpec],
    key: &SecretKey,
) -> io::Result<Vec<FeedFile>> {
    let mut made = Vec::new();
    let mut entries = Vec::new();
    for article in articles {
        let files = article.files.iter();
        let files: Vec<NewFile<'_>> =
            files.map(|(path, bytes)| NewFile { path, bytes, mode: 0o644 }).collect();
        let data = DataTar::pack(&files, blueprint.date)?;
        let mut entry = entry(blueprint, article);
        entry.installed_size = data.unpacked_size();
        let bytes = ipk::write(&entry.control(), &[], &data)?;
        entry.packed = Some((bytes.len() as u64, Digest::sha256(sha256(&bytes))));
        made.push(FeedFile { name: entry.file.clone(), bytes });
        entries.push(entry);
    }
    let index = write_index(&entries, key)?;
    made.extend(index.into_iter().map(|file| FeedFile { name: file.name.to_owned(), bytes: file.bytes }));
    Ok(made)
}

fn entry(blueprint: &Blueprint, article: &PackageSpec) -> Entry {
    let arch = article.arch(blueprint, "all");
    let names = |list: &str| {
        let names: Vec<&str> = list.split_whitespace().map(|item| clause(item).0).collect();
        names.join(", ")
    };
    let needs = |list: &str| list.split_whitespace().map(dependency).collect::<Vec<String>>().join(", ");
    Entry {
        name: article.name.clone(),
        version: article.version.clone(),
        arch: arch.to_owned(),
        depends: needs(&article.depends),
        recommends: needs(&article.recommends),
        provides: names(&article.provides),
        conflicts: names(&article.conflicts),
        replaces: names(&article.replaces),
        section: "net".to_owned(),
        description: article.description.clone(),
        file: format!("{}_{}_{arch}.ipk", article.name, article.version),
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
