//! Files that no network is needed for.

use std::fs::{self, File};
use std::io::{self, Read};

use camino::Utf8Path;

use super::cache::Packages;
use super::{FetchError, MemoryTree, Want};
use crate::trust::{Artifact, Verified};

/// Reads a file of at most `cap` bytes; nothing if there is none.
pub(super) fn read(path: &Utf8Path, cap: u64) -> Result<Option<Vec<u8>>, FetchError> {
    let Some((file, size)) = open(path)? else { return Ok(None) };
    let too_large = || FetchError::TooLarge { at: path.to_string(), cap };
    if size > cap {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // One byte more, to notice a file that grew meanwhile.
    file.take(cap.saturating_add(1)).read_to_end(&mut bytes).map_err(read_error(path))?;
    if bytes.len() as u64 > cap {
        return Err(too_large());
    }
    Ok(Some(bytes))
}

/// The names in a folder, sorted; nothing if there is no such folder. Names that are not UTF-8 are left out.
pub(super) fn names(path: &Utf8Path) -> Result<Option<Vec<String>>, FetchError> {
    let entries = match path.read_dir_utf8() {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(read_error(path)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => names.push(entry.file_name().to_owned()),
            // Not UTF-8.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
            Err(error) => return Err(read_error(path)(error)),
        }
    }
    names.sort();
    Ok(Some(names))
}

/// The same from a tree in memory.
pub(super) fn recall(
    tree: &MemoryTree,
    path: &str,
    at: &dyn ToString,
    cap: u64,
) -> Result<Option<Vec<u8>>, FetchError> {
    match tree.get(path) {
        Some(bytes) if bytes.len() as u64 > cap => Err(FetchError::TooLarge { at: at.to_string(), cap }),
        found => Ok(found.map(<[u8]>::to_vec)),
    }
}

/// Checks a package file where it lies.
pub(super) fn artifact_in_folder(want: &Want, path: &Utf8Path) -> Result<Verified<Artifact>, FetchError> {
    let missing = || FetchError::Missing { at: path.to_string() };
    let (mut file, size) = open(path)?.ok_or_else(missing)?;
    if want.rules_out(size) {
        return Err(want.mismatch(size));
    }
    let proof = want.expected.check(&mut file).map_err(read_error(path))?;
    Ok(proof.ok_or_else(|| want.mismatch(size))?.kept_at(path))
}

/// Checks a package file of a tree in memory and gives it a place on disk.
pub(super) fn artifact_in_memory(
    want: &Want,
    tree: &MemoryTree,
    path: &str,
    packages: &Packages,
) -> Result<Verified<Artifact>, FetchError> {
    let missing = || FetchError::Missing { at: want.location.to_string() };
    let bytes = tree.get(path).ok_or_else(missing)?;
    let unreadable = |source| FetchError::Read { at: want.location.to_string(), source };
    let proof = want.expected.check(&mut &*bytes).map_err(unreadable)?;
    packages.put(want, proof.ok_or_else(|| want.mismatch(bytes.len() as u64))?, bytes)
}

/// Opens a regular file. Anything else is refused before it is opened: a FIFO would wait forever.
fn open(path: &Utf8Path) -> Result<Option<(File, u64)>, FetchError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(read_error(path)(error)),
    };
    if !metadata.is_file() {
        return Err(FetchError::NotAFile { at: path.to_string() });
    }
    let file = File::open(path).map_err(read_error(path))?;
    Ok(Some((file, metadata.len())))
}

fn read_error(path: &Utf8Path) -> impl FnOnce(io::Error) -> FetchError {
    let at = path.to_string();
    move |source| FetchError::Read { at, source }
}
