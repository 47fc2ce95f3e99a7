//! What stands in a folder, with sizes and dates.

use std::fs::{self, Metadata};
use std::io;
use std::time::UNIX_EPOCH;

use camino::Utf8Path;
use jiff::Timestamp;

use super::file;

/// A file or folder in a folder.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) name: String,
    /// The size of a file in bytes; folders have none.
    pub(super) size: Option<u64>,
    /// When it was changed.
    pub(super) modified: Option<Timestamp>,
}

/// Lists what can be asked for below a folder: folders first, each kind by name.
pub(super) fn list(root: &Utf8Path, folder: &Utf8Path) -> io::Result<Vec<Listed>> {
    let mut listed = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Another name is none that a client could send.
        let Some(name) = entry.file_name().to_str().filter(|name| file::is_name(name)).map(str::to_owned)
        else {
            continue;
        };
        if let Some(metadata) = served(root, &folder.join(&name)) {
            listed.push(Listed::of(name, &metadata));
        }
    }
    listed.sort_by(|a, b| (a.size.is_some(), &a.name).cmp(&(b.size.is_some(), &b.name)));
    Ok(listed)
}

/// What is known of a file or folder; none where it is neither, went away meanwhile, or is a link that leads out.
fn served(root: &Utf8Path, place: &Utf8Path) -> Option<Metadata> {
    let metadata = place.metadata().ok().filter(|metadata| metadata.is_dir() || metadata.is_file())?;
    let leads_out =
        place.is_symlink() && !place.canonicalize_utf8().is_ok_and(|target| target.starts_with(root));
    (!leads_out).then_some(metadata)
}

impl Listed {
    fn of(name: String, metadata: &Metadata) -> Listed {
        let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let seconds = since.and_then(|since| i64::try_from(since.as_secs()).ok());
        Listed {
            name,
            size: metadata.is_file().then_some(metadata.len()),
            modified: seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        }
    }
}
