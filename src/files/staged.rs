//! Files and folders that are not in their place yet: known while they are written, locked against other processes, and
//! swept away when a run that was killed left them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use camino::Utf8Path;
use tempfile::{NamedTempFile, TempDir};

const PREFIX: &str = ".owpkg-";
/// How many letters follow the prefix.
const RANDOM: usize = 6;
/// What is younger may belong to a run that has not locked it yet.
const STALE: Duration = Duration::from_secs(60);

/// What this process is writing now.
static STAGED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn staged() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    STAGED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that something is being written, and holds its lock, as long as it lives.
pub(super) struct Staged {
    path: PathBuf,
    /// Where locks are not known, age alone keeps it from being swept away.
    _lock: Option<File>,
}

impl Staged {
    fn new(path: &Path) -> Staged {
        staged().insert(path.to_owned());
        let lock = File::open(path).ok().filter(|file| file.try_lock().is_ok());
        Staged { path: path.to_owned(), _lock: lock }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        staged().remove(&self.path);
    }
}

/// A new file beside its place.
pub(super) fn file_in(folder: &Utf8Path) -> io::Result<(NamedTempFile, Staged)> {
    sweep(folder);
    let file = tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempfile_in(folder)?;
    let staged = Staged::new(file.path());
    Ok((file, staged))
}

/// A new folder beside its place.
pub(super) fn folder_in(folder: &Utf8Path) -> io::Result<(TempDir, Staged)> {
    sweep(folder);
    let made = tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempdir_in(folder)?;
    let staged = Staged::new(made.path());
    Ok((made, staged))
}

/// Removes everything that this process is writing. Nobody who is writing still may go on: it is for the end of a
/// process that was interrupted.
pub(crate) fn abandon() {
    for path in &*staged() {
        remove(path);
    }
}

/// Removes what killed runs left in a folder. That nothing is left is a kindness and not a promise: whatever stands in
/// the way of it stays.
fn sweep(folder: &Utf8Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let is_ours =
            |random: &str| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if random.is_some_and(is_ours) && is_stale(&entry.path()) {
            remove(&entry.path());
        }
    }
}

fn is_stale(path: &Path) -> bool {
    let age = |path| fs::symlink_metadata(path).ok()?.modified().ok()?.elapsed().ok();
    let is_old = age(path).is_some_and(|age| age >= STALE);
    is_old && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

fn remove(path: &Path) {
    let _ = match path.is_dir() && !path.is_symlink() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    use camino::Utf8Path;

    use super::{file_in, folder_in};

    #[test]
    fn only_what_killed_runs_left_is_swept_away() {
        let root = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(root.path()).unwrap();
        let old = SystemTime::now() - Duration::from_secs(3600);
        for name in [
            ".owpkg-abcdef",
            ".owpkg-index0",
            ".owpkg-index",
            ".owpkg-a.cdef",
            "owpkg-abcdef",
            ".owpkg-young0",
        ] {
            fs::write(root.join(name), "x").unwrap();
            if name != ".owpkg-young0" {
                File::options().write(true).open(root.join(name)).unwrap().set_modified(old).unwrap();
            }
        }
        fs::create_dir_all(root.join(".owpkg-folder/feeds")).unwrap();
        File::open(root.join(".owpkg-folder")).unwrap().set_modified(old).unwrap();
        let (mine, _staged) = file_in(root).unwrap();
        mine.as_file().set_modified(old).unwrap();
        let mut kept = vec![".owpkg-a.cdef", ".owpkg-index", ".owpkg-young0", "owpkg-abcdef"];
        kept.push(mine.path().file_name().unwrap().to_str().unwrap());
        kept.sort_unstable();
        let (_folder, _) = folder_in(&root.join("")).unwrap();
        drop(_folder);
        let mut left: Vec<String> =
            root.read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
        left.sort_unstable();
        assert_eq!(left, kept);
    }
}
