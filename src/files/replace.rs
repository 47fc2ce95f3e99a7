//! Puts a file in its place: beside it first, synced, then renamed, so that it is there whole or not at all.

use std::fs::{self, File};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Permissions, staged};

/// An output in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its size in bytes.
    pub bytes: u64,
    /// Who can read it: more than may, where the file system keeps no permissions.
    pub permissions: Permissions,
}

/// Why an output could not be written. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// It cannot be written.
    #[error("{path} cannot be written: {source}")]
    Io {
        /// The output, or the file of it.
        path: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is something in its place that must not be replaced.
    #[error("{path} is there already, and is {found}")]
    InTheWay {
        /// The output.
        path: Utf8PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// It is a disk of this machine, or another thing that a file must not take the place of.
    #[error("{path} is there already, and is no plain file")]
    Special {
        /// The output.
        path: Utf8PathBuf,
    },
    /// A new key would take the place of another.
    #[error("{path} is there already, and a key is never overwritten")]
    OtherKey {
        /// The file.
        path: Utf8PathBuf,
    },
}

impl OutputError {
    /// What the user can do about it.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            OutputError::InTheWay { .. } => Some("remove it, or name another place".into()),
            OutputError::Special { .. } => Some(
                "name a file; to put an image on a stick, write it to a file, then copy that over the stick"
                    .into(),
            ),
            OutputError::OtherKey { .. } => Some("give the new key another name".into()),
            OutputError::Io { path, source } => match source.kind() {
                io::ErrorKind::NotFound => Some(format!("is there the folder {}?", parent(path))),
                io::ErrorKind::NotADirectory => {
                    Some(format!("{} is no folder: name another place", parent(path)))
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some(format!("name another place, or see who may write to {}", parent(path)))
                }
                io::ErrorKind::StorageFull => Some("make room there, or name another place".into()),
                _ => None,
            },
        }
    }
}

/// Writes a file beside its place, syncs it, and moves it there; answers with its size in bytes.
///
/// # Errors
/// When any of that fails; what was there before is then still there.
pub(crate) fn replace_file(
    path: &Utf8Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<u64, OutputError> {
    let fill =
        |file: &mut File| fill(file).map_err(|source| OutputError::Io { path: path.to_owned(), source });
    place_file(path, Permissions::All, fill).map(|((), placed)| placed.bytes)
}

/// The same, for these permissions alone; answers with what filled it, and with who can really read it.
///
/// # Errors
/// As [`replace_file`], and what `fill` fails with.
pub(crate) fn place_file<T, E: From<OutputError>>(
    path: &Utf8Path,
    permissions: Permissions,
    fill: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<(T, WrittenFile), E> {
    let failed = |source| OutputError::Io { path: path.to_owned(), source };
    if path.is_dir() {
        return Err(OutputError::InTheWay { path: path.to_owned(), found: "a folder" }.into());
    }
    refuse_special(path)?;
    let folder = parent(path);
    let (mut file, _staged) = staged::file_in(folder).map_err(|error| failed(of_folder(folder, error)))?;
    let filled = fill(file.as_file_mut())?;
    let bytes = file.as_file().metadata().map_err(failed)?.len();
    let permissions = permissions.admit(file.path()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok((filled, WrittenFile { bytes, permissions }))
}

/// Refuses a device: it would be taken away from the machine if a file came into its place.
pub(super) fn refuse_special(path: &Utf8Path) -> Result<(), OutputError> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => {
            Err(OutputError::Special { path: path.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Why nothing could be made in a folder: what is wrong with the folder itself, if anything is, and never by the name that
/// a file has before it is in its place.
pub(crate) fn of_folder(folder: &Utf8Path, error: io::Error) -> io::Error {
    fs::read_dir(folder).err().unwrap_or_else(|| error.kind().into())
}

pub(crate) fn parent(path: &Utf8Path) -> &Utf8Path {
    match path.parent() {
        Some(parent) if !parent.as_str().is_empty() => parent,
        _ => Utf8Path::new("."),
    }
}
