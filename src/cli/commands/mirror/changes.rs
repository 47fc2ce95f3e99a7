//! `--report`: what changed in the mirror since the last run, by name.

use serde::Serialize;

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::ui::json;
use crate::files::replace_file;
use crate::mirror::{ChangedFile, Changes, Holdings, Store};

/// `owpkg.mirror-report/1`.
#[derive(Serialize)]
struct ReportJson<'a> {
    schema: &'static str,
    dest: String,
    added: Vec<FileJson<'a>>,
    changed: Vec<FileJson<'a>>,
    removed: &'a [String],
    /// Of the files that were added or changed.
    bytes: u64,
}

#[derive(Serialize)]
struct FileJson<'a> {
    path: &'a str,
    size: u64,
}

impl FileJson<'_> {
    fn of(file: &ChangedFile) -> FileJson<'_> {
        FileJson { path: &file.path, size: file.size }
    }
}

/// Writes what changed since `before`.
pub(super) fn write(env: &Env, file: &str, store: &dyn Store, before: &Holdings) -> Result<(), Failure> {
    let changes = before.changes(store)?;
    let Changes { added, changed, removed } = &changes;
    let json = ReportJson {
        schema: "owpkg.mirror-report/1",
        dest: store.name(),
        added: added.iter().map(FileJson::of).collect(),
        changed: changed.iter().map(FileJson::of).collect(),
        removed,
        bytes: changes.bytes(),
    };
    replace_file(&env.path(file), |out| json::print(out, &json))?;
    Ok(())
}
