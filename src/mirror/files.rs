//! Small deeds on files: what is not there is no error, and what cannot be linked is copied.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;

use camino::{Utf8DirEntry, Utf8Path};
#[cfg(unix)]
use rustix::fs::OFlags;

use super::store::Stat;

pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// FAT answers that links are not permitted.
pub(super) fn has_no_links(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
}

/// A regular file, or a link to one; a link to nothing is no file.
pub(super) fn open(path: &Utf8Path) -> io::Result<Option<File>> {
    let file = match to_read().open(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        opened => opened?,
    };
    match file.metadata()?.is_file() {
        true => Ok(Some(file)),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

/// How a file is opened of which nothing is known: a FIFO would wait forever.
#[cfg(unix)]
fn to_read() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    File::options().read(true).custom_flags(flags.bits().cast_signed()).clone()
}

#[cfg(not(unix))]
fn to_read() -> OpenOptions {
    File::options().read(true).clone()
}

pub(super) fn stat(place: &Utf8Path, path: &str) -> io::Result<Option<Stat>> {
    stat_of(fs::metadata(place), path)
}

/// The same of an entry of a folder, which the system has at hand if it is no link.
pub(super) fn stat_entry(entry: &Utf8DirEntry, is_link: bool, path: &str) -> io::Result<Option<Stat>> {
    match is_link {
        true => stat(entry.path(), path),
        false => stat_of(entry.metadata(), path),
    }
}

fn stat_of(found: io::Result<Metadata>, path: &str) -> io::Result<Option<Stat>> {
    let found = match found {
        Ok(found) => found,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let since = found.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Some(Stat { path: path.to_owned(), size: found.len(), stamp: since.as_nanos().to_string() }))
}

/// The paths of all files below a folder, sorted.
pub(super) fn tree(root: &Utf8Path) -> io::Result<Vec<String>> {
    let mut folders = vec![root.to_owned()];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8()? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.into_path()),
                false => paths.extend(entry.path().strip_prefix(root).ok().map(ToString::to_string)),
            }
        }
    }
    paths.sort();
    Ok(paths)
}

pub(super) fn make_parent(path: &Utf8Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

pub(super) fn remove_file(path: &Utf8Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if is_absent(&error) => Ok(()),
        done => done,
    }
}

pub(super) fn remove_tree(path: &Utf8Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if is_absent(&error) => Ok(()),
        done => done,
    }
}

pub(super) fn link_or_copy(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
}

#[cfg(unix)]
pub(super) fn symlink(target: &str, place: &Utf8Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
pub(super) fn symlink(_: &str, _: &Utf8Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "a mirror needs symbolic links"))
}

/// Makes renames in a folder last through a loss of power, where a folder can be synced.
pub(super) fn sync_folder(folder: &Utf8Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) if cfg!(unix) => folder.sync_all(),
        _ => Ok(()),
    }
}
