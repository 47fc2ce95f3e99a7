//! The files of a disk, however it is packed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use camino::{Utf8Path, Utf8PathBuf};
use fatfs::{FileSystem, FsOptions};

/// Images may hold circles of folders.
const DEEPEST: usize = 16;
const MOST_FILES: usize = 1 << 20;

/// A disk that owpkg wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskSource {
    /// A FAT image.
    Fat(Utf8PathBuf),
    /// A tar.
    Tar(Utf8PathBuf),
    /// A folder.
    Dir(Utf8PathBuf),
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
        let mut file = File::open(path)?;
        let mut magic = [0; 5];
        file.seek(SeekFrom::Start(257))?;
        let read = file.read(&mut magic)?;
        Ok(match magic[..read] == *b"ustar" {
            true => DiskSource::Tar(path.to_owned()),
            false => DiskSource::Fat(path.to_owned()),
        })
    }

    /// Reads every file once, in the disk's own order.
    pub(super) fn visit(&self, visit: Visit<'_>) -> io::Result<()> {
        match self {
            DiskSource::Dir(root) => visit_dir(root, visit),
            DiskSource::Tar(path) => visit_tar(path, visit),
            DiskSource::Fat(path) => visit_fat(path, visit),
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

fn visit_tar(path: &Utf8Path, visit: Visit<'_>) -> io::Result<()> {
    let mut tar = tar::Archive::new(BufReader::new(File::open(path)?));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        match entry.header().entry_type() {
            tar::EntryType::Directory => {}
            tar::EntryType::Regular => visit(&path, &mut entry)?,
            _ => visit(&path, &mut io::empty())?,
        }
    }
    Ok(())
}

fn visit_fat(path: &Utf8Path, visit: Visit<'_>) -> io::Result<()> {
    let file = File::options().read(true).open(path)?;
    let system = FileSystem::new(ReadOnly(BufReader::new(file)), FsOptions::new())?;
    let mut folders = vec![(system.root_dir(), String::new(), 0)];
    let mut count = 0;
    while let Some((folder, prefix, depth)) = folders.pop() {
        for entry in folder.iter() {
            let entry = entry?;
            let name = entry.file_name();
            count += 1;
            if depth > DEEPEST || count > MOST_FILES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "folders in circles"));
            }
            if name == "." || name == ".." {
                continue;
            }
            let path = format!("{prefix}{name}");
            match entry.is_dir() {
                true => folders.push((entry.to_dir(), format!("{path}/"), depth + 1)),
                false => visit(&path, &mut entry.to_file())?,
            }
        }
    }
    Ok(())
}

/// The library wants to write; a check never does.
struct ReadOnly<R>(R);

impl<R: Read> Read for ReadOnly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Seek> Seek for ReadOnly<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl<R> io::Write for ReadOnly<R> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        // Unmounting and access times: as if written.
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
