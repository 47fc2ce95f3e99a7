//! Writes a tree of files as a FAT image, a tar or a folder: whole, or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

use camino::{Utf8Path, Utf8PathBuf};

use super::Readers;
use super::content::Entry;
use super::fat::{self, FatError, FatKind, Label, Size, Timestamp};

/// What to make of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// A FAT image, to be attached to the router as a disk.
    Fat,
    /// A tar, for a router that is reached by scp.
    Tar,
    /// A folder.
    Dir,
}

/// How to make it.
#[derive(Debug, Clone)]
pub struct OutputOptions {
    /// What to make.
    pub format: OutputFormat,
    /// The size of a FAT image.
    pub size: Size,
    /// The kind of FAT; none: by size and content.
    pub kind: Option<FatKind>,
    /// The label of a FAT image.
    pub label: Label,
    /// The volume id of a FAT image.
    pub volume_id: u32,
    /// The time of every file, in seconds since 1970.
    pub date: i64,
    /// Who may read it.
    pub readers: Readers,
}

/// An output in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its size in bytes.
    pub bytes: u64,
    /// Who can read it: more than may, where the file system keeps no permissions.
    pub readers: Readers,
}

/// Why an output could not be written. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The files do not make a FAT image.
    #[error("{path}: {source}")]
    Fat {
        /// The output.
        path: Utf8PathBuf,
        /// Why.
        source: FatError,
    },
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
    pub fn help(&self) -> Option<String> {
        match self {
            OutputError::Fat { source: FatError::TooSmall { needed, .. }, .. } => Some(format!(
                "leave out --size for the smallest image that will do, or give at least {}K",
                needed.div_ceil(1024)
            )),
            OutputError::InTheWay { .. } => Some("remove it, or name another place".into()),
            OutputError::Special { .. } => Some(
                "name a file; to put an image on a stick, write it to a file, then copy that over the stick"
                    .into(),
            ),
            OutputError::OtherKey { .. } => Some("give the new key another name".into()),
            OutputError::Fat { source: FatError::TooLarge { .. }, .. } => {
                Some("give a smaller --size, or leave out --fat".into())
            }
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
            OutputError::Fat { .. } => None,
        }
    }
}

/// Writes the files to `path`, in place of an earlier file of that name; a folder must be new or empty.
///
/// # Errors
/// When the files do not fit, or the place cannot be written.
pub fn write(path: &Utf8Path, entries: &[Entry], options: &OutputOptions) -> Result<Placed, OutputError> {
    match options.format {
        OutputFormat::Fat => write_fat(path, entries, options),
        OutputFormat::Tar => place_file(path, options.readers, |file| write_tar(file, entries, options)),
        OutputFormat::Dir => write_dir(path, entries, options),
    }
}

fn write_fat(path: &Utf8Path, entries: &[Entry], options: &OutputOptions) -> Result<Placed, OutputError> {
    let failed = |source| OutputError::Fat { path: path.to_owned(), source };
    let files: Vec<fat::Entry<'_>> =
        entries.iter().map(|entry| fat::Entry { path: &entry.path, size: entry.content.size() }).collect();
    let settings = fat::Options {
        size: options.size,
        kind: options.kind,
        label: options.label,
        volume_id: options.volume_id,
        time: Timestamp::from_unix(options.date),
    };
    let plan = fat::plan(&files, &settings).map_err(failed)?;
    let mut refused = None;
    let written = place_file(path, options.readers, |file| {
        match plan.write(file, |index| entries[index].content.open()) {
            Ok(()) => file.set_len(plan.size()),
            Err(error) => {
                refused = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    });
    match refused {
        Some(error) => Err(failed(error)),
        None => written,
    }
}

fn write_tar(file: &mut File, entries: &[Entry], options: &OutputOptions) -> io::Result<()> {
    let mut tar = tar::Builder::new(BufWriter::new(file));
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.content.size());
        let mode = if entry.path.ends_with(".sh") { 0o755 } else { 0o644 };
        header.set_mode(if options.readers == Readers::Owner { mode & 0o700 } else { mode });
        header.set_mtime(u64::try_from(options.date).unwrap_or(0));
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, &entry.path, entry.content.open()?)?;
    }
    tar.into_inner()?.flush()
}

fn write_dir(path: &Utf8Path, entries: &[Entry], options: &OutputOptions) -> Result<Placed, OutputError> {
    let failed = |source| OutputError::Io { path: path.to_owned(), source };
    refuse_special(path)?;
    match fs::read_dir(path) {
        Ok(mut found) => match found.next() {
            Some(_) => {
                return Err(OutputError::InTheWay {
                    path: path.to_owned(),
                    found: "a folder that is not empty",
                });
            }
            None => fs::remove_dir(path).map_err(failed)?,
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::NotADirectory && path.exists() => {
            return Err(OutputError::InTheWay { path: path.to_owned(), found: "a file" });
        }
        Err(error) => return Err(failed(error)),
    }
    let folder = parent(path);
    let staging = tempfile::Builder::new().prefix(".owpkg-").tempdir_in(folder);
    let staging = staging.map_err(|error| failed(of_folder(folder, error)))?;
    Readers::Owner.admit(staging.path()).map_err(failed)?;
    let mut bytes = 0;
    for entry in entries {
        let to = staging.path().join(&entry.path);
        let copied = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            let mut file = File::create(&to)?;
            let copied = io::copy(&mut entry.content.open()?, &mut file)?;
            let seconds = std::time::Duration::from_secs(u64::try_from(options.date).unwrap_or(0));
            file.set_modified(std::time::SystemTime::UNIX_EPOCH + seconds)?;
            file.sync_all()?;
            Ok(copied)
        });
        bytes += copied.map_err(|source| OutputError::Io { path: path.join(&entry.path), source })?;
    }
    let staging = staging.keep();
    let placed = options.readers.admit(&staging).and_then(|readers| {
        fs::rename(&staging, path)?;
        Ok(Placed { bytes, readers })
    });
    placed.map_err(|source| {
        // The error that counts is the first one.
        let _ = fs::remove_dir_all(&staging);
        failed(source)
    })
}

/// Writes a file beside its place, syncs it, and moves it there; answers with its size in bytes.
///
/// # Errors
/// When any of that fails; what was there before is then still there.
pub fn replace_file(
    path: &Utf8Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<u64, OutputError> {
    place_file(path, Readers::All, fill).map(|placed| placed.bytes)
}

fn place_file(
    path: &Utf8Path,
    readers: Readers,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<Placed, OutputError> {
    let failed = |source| OutputError::Io { path: path.to_owned(), source };
    if path.is_dir() {
        return Err(OutputError::InTheWay { path: path.to_owned(), found: "a folder" });
    }
    refuse_special(path)?;
    let folder = parent(path);
    let file = tempfile::Builder::new().prefix(".owpkg-").tempfile_in(folder);
    let mut file = file.map_err(|error| failed(of_folder(folder, error)))?;
    fill(file.as_file_mut()).map_err(failed)?;
    let bytes = file.as_file().metadata().map_err(failed)?.len();
    let readers = readers.admit(file.path()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(Placed { bytes, readers })
}

/// A device would be taken away from the machine if a file came into its place.
fn refuse_special(path: &Utf8Path) -> Result<(), OutputError> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => {
            Err(OutputError::Special { path: path.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Why nothing could be made in a folder: what is wrong with the folder itself, if anything is.
pub(super) fn of_folder(folder: &Utf8Path, error: io::Error) -> io::Error {
    fs::read_dir(folder).err().unwrap_or(error)
}

pub(super) fn parent(path: &Utf8Path) -> &Utf8Path {
    match path.parent() {
        Some(parent) if !parent.as_str().is_empty() => parent,
        _ => Utf8Path::new("."),
    }
}
