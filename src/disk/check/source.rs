//! The files of a disk, however it is packed.

use std::fs::File;
use std::io::{self, BufReader, Read};

use camino::{Utf8Path, Utf8PathBuf};
use flate2::bufread::GzDecoder;

use crate::fat::FatReader;

/// The most files that are looked at, and the most bytes that their paths may have together.
const MOST_FILES: usize = 1 << 16;
const MOST_NAMES: usize = 16 << 20;
/// The longest path in a tar that is read, in bytes.
const LONGEST_PATH: u64 = 4096;

/// A disk that owpkg wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskSource {
    /// A FAT image.
    Fat(Utf8PathBuf),
    Tar(Utf8PathBuf),
    /// A folder.
    Dir(Utf8PathBuf),
    /// A tar that is packed by gzip, or a folder in it.
    Packed {
        /// The packed tar.
        archive: Utf8PathBuf,
        /// The folder in it; empty for all of it.
        folder: &'static str,
    },
}

/// Told about each file, by its path on the disk.
type Visit<'v> = &'v mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>;

impl DiskSource {
    /// Tells by its first bytes what a path holds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(path: &Utf8Path) -> io::Result<DiskSource> {
        if path.is_dir() {
            return Ok(DiskSource::Dir(path.to_owned()));
        }
        let mut head = Vec::new();
        File::open(path)?.take(262).read_to_end(&mut head)?;
        Ok(match (&head[..], head.get(257..)) {
            ([0x1f, 0x8b, ..], _) => DiskSource::Packed { archive: path.to_owned(), folder: "" },
            (_, Some(b"ustar")) => DiskSource::Tar(path.to_owned()),
            _ => DiskSource::Fat(path.to_owned()),
        })
    }

    /// Reads every file once, in the disk's own order.
    pub(super) fn visit(&self, visit: Visit<'_>) -> io::Result<()> {
        let (mut files, mut names) = (0, 0);
        let counted: Visit<'_> = &mut |path, file| {
            files += 1;
            names += path.len();
            if files > MOST_FILES || names > MOST_NAMES {
                let why =
                    format!("it holds more than {MOST_FILES} files, or {MOST_NAMES} bytes of their paths");
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
            visit(path, file)
        };
        match self {
            DiskSource::Dir(root) => visit_dir(root, counted),
            DiskSource::Tar(path) => visit_tar(File::open(path)?, counted),
            DiskSource::Packed { archive, folder } => {
                let unpacked = GzDecoder::new(BufReader::new(File::open(archive)?));
                visit_tar(unpacked, &mut |path, file| {
                    let below = path.strip_prefix(folder);
                    let below = match folder.is_empty() {
                        true => below,
                        false => below.and_then(|path| path.strip_prefix('/')),
                    };
                    match below {
                        Some(path) => counted(path, file),
                        None => Ok(()),
                    }
                })
            }
            DiskSource::Fat(path) => FatReader::new(File::open(path)?)?.visit(counted),
        }
    }
}

fn visit_dir(root: &Utf8Path, visit: Visit<'_>) -> io::Result<()> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8()? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.into_path());
                continue;
            }
            let Ok(path) = entry.path().strip_prefix(root) else { continue };
            match kind.is_file() {
                true => visit(path.as_str(), &mut File::open(entry.path())?)?,
                // A link, a device: nothing that owpkg wrote, and so not to be read.
                false => visit(path.as_str(), &mut io::empty())?,
            }
        }
    }
    Ok(())
}

fn visit_tar(tar: impl Read, visit: Visit<'_>) -> io::Result<()> {
    let mut tar = tar::Archive::new(BufReader::new(tar));
    let mut long_name = None;
    // The crate would read a long name whole, however long it says it is.
    for entry in tar.entries()?.raw(true) {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if kind == tar::EntryType::GNULongName {
            let mut name = Vec::new();
            (&mut entry).take(LONGEST_PATH).read_to_end(&mut name)?;
            long_name = Some(name);
            continue;
        }
        let name = long_name.take().unwrap_or_else(|| entry.header().path_bytes().into_owned());
        let path = String::from_utf8_lossy(&name).trim_end_matches('\0').to_owned();
        match kind {
            tar::EntryType::Directory => {}
            tar::EntryType::Regular => visit(&path, &mut entry)?,
            _ => visit(&path, &mut io::empty())?,
        }
    }
    Ok(())
}
