//! Puts a folder in its place, whole or not at all; it must be new or empty there.

use std::fs;
use std::io;

use camino::Utf8Path;

use super::replace::{of_folder, parent, refuse_special};
use super::{OutputError, Permissions, WrittenFile, staged};

/// Fills a folder beside its place and moves it there; `fill` answers with the bytes that it wrote.
///
/// # Errors
/// When any of that fails, or something that is no empty folder is in its place.
pub(crate) fn place_folder(
    path: &Utf8Path,
    permissions: Permissions,
    fill: impl FnOnce(&Utf8Path) -> io::Result<u64>,
) -> Result<WrittenFile, OutputError> {
    let failed = |source| OutputError::Io { path: path.to_owned(), source };
    let in_the_way = |found| OutputError::InTheWay { path: path.to_owned(), found };
    refuse_special(path)?;
    match fs::read_dir(path) {
        Ok(mut found) => match found.next() {
            Some(_) => return Err(in_the_way("a folder that is not empty")),
            None => fs::remove_dir(path).map_err(failed)?,
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::NotADirectory && path.exists() => {
            return Err(in_the_way("a file"));
        }
        Err(error) => return Err(failed(error)),
    }
    let folder = parent(path);
    let (staging, _staged) = staged::folder_in(folder).map_err(|error| failed(of_folder(folder, error)))?;
    Permissions::Owner.admit(staging.path()).map_err(failed)?;
    let here = Utf8Path::from_path(staging.path()).ok_or(io::ErrorKind::InvalidFilename.into());
    let bytes = here.and_then(fill).map_err(failed)?;
    let staging = staging.keep();
    let placed = permissions.admit(&staging).and_then(|permissions| {
        fs::rename(&staging, path)?;
        Ok(WrittenFile { bytes, permissions })
    });
    placed.map_err(|source| {
        // The error that counts is the first one.
        let _ = fs::remove_dir_all(&staging);
        failed(source)
    })
}
