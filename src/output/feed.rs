//! Puts the index of local packages beside them: what belongs together appears together.
//!
//! One file is renamed into its place. Several, an index and its signature, become symbolic links into
//! `.owpkg/`, all of which change at once; on file systems without links they are renamed one after the other.

use std::io::Write as _;

use camino::Utf8Path;

use super::mirror::{Change, Folder, Store, StoreError};
use super::{Content, OutputError, replace_file};
use crate::index::Format;
use crate::trust::{Signed, Verified};

/// Why an index could not be put in place. Readers see the one that was there before.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The only file of it.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Several files.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes an index into the folder of its packages, and answers with the names of its files. A signature of an
/// earlier index goes away with it.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_index(
    folder: &Utf8Path,
    format: &dyn Format,
    index: &Verified<Signed>,
) -> Result<Vec<String>, FeedError> {
    let text = |name: &str| {
        let text = String::from_utf8_lossy(&index.message).into_owned();
        Change { path: name.to_owned(), content: Some(Content::Made(text)) }
    };
    let mut changes: Vec<Change> = format.plain_index().map(text).into_iter().collect();
    for file in format.index_files() {
        let made = index.files().into_iter().find(|made| made.name == file.name);
        changes.push(Change { path: file.name.to_owned(), content: made.map(Content::Index) });
    }
    let names = changes.iter().filter(|change| change.content.is_some());
    let names = names.map(|change| change.path.clone()).collect();
    match &changes[..] {
        [Change { path, content: Some(Content::Index(file)) }] => {
            replace_file(&folder.join(path), |to| to.write_all(&file.bytes))?;
        }
        changes => {
            let store = Folder::new(folder);
            let _guard = store.lock()?;
            store.publish(changes)?;
        }
    }
    Ok(names)
}
