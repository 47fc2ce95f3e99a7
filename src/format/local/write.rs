//! Puts the index of local packages beside them: what belongs together changes together.
//!
//! Everything is written aside first, so that all that is left to do is to rename a few files. A run that fails between
//! two of them puts back what was there. One that is killed there, for which there are some microseconds, leaves an
//! index and a signature that no client takes for a pair; they are never links, which signify does not follow. What a
//! killed run left aside goes with the next one.

use std::fs::{self, File};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use crate::files::{OutputError, Permissions};
use crate::format::Format;
use crate::trust::{Signed, Verified};

/// The folder, in that of the packages, where files are written before they get their place.
const ASIDE: &str = ".owpkg-index";

/// A file of the index that was written aside; none: there is to be no such file.
struct Staged {
    place: Utf8PathBuf,
    file: Option<Utf8PathBuf>,
}

/// Writes an index into the folder of its packages, and answers with the names of its files. A signature of an
/// earlier index goes away with it.
///
/// # Errors
/// When the folder cannot be written; what was there before is then still there.
pub fn write_index(
    folder: &Utf8Path,
    format: &dyn Format,
    index: &Verified<Signed>,
) -> Result<Vec<String>, OutputError> {
    let bytes = |name| index.files.iter().find(|file| file.name == name).map(|file| &file.bytes[..]);
    let mut wanted: Vec<(&str, Option<&[u8]>)> =
        format.facts().index_files.iter().map(|file| (file.name, bytes(file.name))).collect();
    wanted.extend(format.facts().plain_index.map(|name| (name, Some(&index.message[..]))));
    let failed = |source| OutputError::Io { path: folder.to_owned(), source };
    let _alone = lock(folder).map_err(failed)?;
    let aside = folder.join(ASIDE);
    remove_folder(&aside).and_then(|()| fs::create_dir(&aside)).map_err(failed)?;
    let put = stage(folder, &wanted).and_then(put_in_place);
    let removed = remove_folder(&aside).map_err(failed);
    // The error that counts is the first one.
    put.and(removed)?;
    Ok(wanted.into_iter().filter(|(_, bytes)| bytes.is_some()).map(|(name, _)| name.to_owned()).collect())
}

/// Two runs would mix their files. Where a folder cannot be locked, nothing keeps them apart.
fn lock(folder: &Utf8Path) -> io::Result<Option<File>> {
    let Ok(handle) = File::open(folder) else { return Ok(None) };
    match handle.lock() {
        Ok(()) => Ok(Some(handle)),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
        Err(_) => Ok(None),
    }
}

fn stage(folder: &Utf8Path, wanted: &[(&str, Option<&[u8]>)]) -> Result<Vec<Staged>, OutputError> {
    let mut staged = Vec::new();
    for (name, bytes) in wanted {
        let place = folder.join(name);
        if place.is_dir() {
            return Err(OutputError::InTheWay { path: place, found: "a folder" });
        }
        let aside = folder.join(ASIDE).join(name);
        let file = bytes.map(|bytes| write(&aside, bytes).map(|()| aside)).transpose();
        let file = file.map_err(|source| OutputError::Io { path: place.clone(), source })?;
        staged.push(Staged { place, file });
    }
    Ok(staged)
}

fn write(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    Permissions::All.admit(path.as_std_path())?;
    file.sync_all()
}

fn put_in_place(staged: Vec<Staged>) -> Result<(), OutputError> {
    let mut before: Vec<(Utf8PathBuf, Option<Vec<u8>>)> = Vec::new();
    for Staged { place, .. } in &staged {
        before.push((place.clone(), read(place)?));
    }
    for (position, Staged { place, file }) in staged.into_iter().enumerate() {
        let done = match file {
            Some(file) => fs::rename(file, &place),
            None => if_there(fs::remove_file(&place)),
        };
        if let Err(source) = done {
            // The error that counts is the first one.
            before.into_iter().take(position).for_each(|(place, bytes)| drop(put_back(&place, bytes)));
            return Err(OutputError::Io { path: place, source });
        }
    }
    Ok(())
}

fn read(place: &Utf8Path) -> Result<Option<Vec<u8>>, OutputError> {
    match fs::read(place) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(OutputError::Io { path: place.to_owned(), source }),
    }
}

/// What is not there need not be removed.
fn if_there(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn remove_folder(path: &Utf8Path) -> io::Result<()> {
    if_there(fs::remove_dir_all(path))
}

fn put_back(place: &Utf8Path, bytes: Option<Vec<u8>>) -> io::Result<()> {
    match bytes {
        Some(bytes) => fs::write(place, bytes),
        None => if_there(fs::remove_file(place)),
    }
}
