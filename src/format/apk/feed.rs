//! Makes an apk feed of a blueprint.

use std::io;

use super::{Content, Entry, File, write_index, write_package};
use crate::demo::{Blueprint, FeedFile, PackageSpec};
use crate::trust::ec::SecretKey;

pub(super) fn feed(
    blueprint: &Blueprint,
    articles: &[PackageSpec],
    key: &SecretKey,
) -> io::Result<Vec<FeedFile>> {
    let mut made = Vec::new();
    let mut entries = Vec::new();
    for article in articles {
        let file = |(path, bytes): &(String, Vec<u8>)| File {
            path: path.trim_start_matches('/').to_owned(),
            mode: 0o644,
            content: Content::Bytes(bytes.clone()),
        };
        let files: Vec<File> = article.files.iter().map(file).collect();
        let written = write_package(&entry(blueprint, article), &files, &[]).map_err(io::Error::other)?;
        made.push(FeedFile { name: written.entry.file_name(), bytes: written.bytes });
        entries.push(written.entry);
    }
    let index = write_index(&entries, &[key]).map_err(io::Error::other)?;
    made.push(FeedFile { name: index.name.to_owned(), bytes: index.bytes });
    Ok(made)
}

/// Conflicts are dependencies of their own kind, and `replaces` is of no weight in the choice.
fn entry(blueprint: &Blueprint, article: &PackageSpec) -> Entry {
    let conflicts = article.conflicts.split_whitespace().map(|name| format!("!{name}"));
    let depends: Vec<String> =
        article.depends.split_whitespace().map(str::to_owned).chain(conflicts).collect();
    Entry {
        name: article.name.clone(),
        version: article.version.clone(),
        arch: article.arch(blueprint, "noarch").to_owned(),
        description: article.description.clone(),
        depends: depends.join(" "),
        provides: article.provides.clone(),
        provider_priority: article.provider_priority,
        ..Entry::default()
    }
}
