//! A download under way, which a later run can take up again.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};

use camino::{Utf8Path, Utf8PathBuf};

/// The longest validator that is kept, in bytes; a server with longer ones gets no resumed downloads.
const LONGEST_VALIDATOR: u64 = 1024;

/// The beginning of a file, locked against other processes as long as this lives.
///
/// Each has a name of its own that is never used twice. So whoever gets the lock, and then finds the name still
/// there, holds the file of that name and not one that its last owner has meanwhile moved to the store.
#[derive(Debug)]
pub(in crate::fetch) struct Part {
    path: Utf8PathBuf,
    file: File,
    length: u64,
    validator: Option<String>,
}

impl Part {
    /// Takes up one of the parts of `key` in `folder` that nobody is working on, or starts a new one.
    pub(super) fn claim(folder: &Utf8Path, key: &str) -> io::Result<Self> {
        if let Some(part) = Self::adopt(folder, key)? {
            return Ok(part);
        }
        loop {
            let (file, path) = tempfile::Builder::new()
                .prefix(&format!("{key}."))
                .suffix(".part")
                .rand_bytes(12)
                .make_in(folder, |name| {
                    OpenOptions::new().read(true).write(true).create_new(true).open(name)
                })?
                .keep()
                .map_err(|error| error.error)?;
            let path = Utf8PathBuf::try_from(path).map_err(io::Error::other)?;
            // Where files cannot be locked, nobody takes up this one, and it works without.
            let _ = file.lock();
            // Another process may have locked it first and swept it away.
            if path.try_exists()? {
                return Ok(Self { path, file, length: 0, validator: None });
            }
        }
    }

    /// Removes the parts of `key` that nobody is working on.
    pub(super) fn sweep(folder: &Utf8Path, key: &str) -> io::Result<()> {
        while let Some(part) = Self::adopt(folder, key)? {
            part.discard()?;
        }
        Ok(())
    }

    fn adopt(folder: &Utf8Path, key: &str) -> io::Result<Option<Self>> {
        let prefix = format!("{key}.");
        for entry in folder.read_dir_utf8()? {
            let path = entry?.into_path();
            let is_part =
                path.file_name().is_some_and(|name| name.starts_with(&prefix) && name.ends_with(".part"));
            if is_part && let Some(part) = Self::take_up(path)? {
                return Ok(Some(part));
            }
        }
        Ok(None)
    }

    fn take_up(path: Utf8PathBuf) -> io::Result<Option<Self>> {
        let mut file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            // No locks in this file system: it cannot be told whether somebody is at work on it.
            Err(TryLockError::Error(_)) => return Ok(None),
        }
        let length = file.seek(SeekFrom::End(0))?;
        if !path.try_exists()? {
            return Ok(None);
        }
        let validator = read_validator(&validator_path(&path));
        Ok(Some(Self { path, file, length, validator }))
    }

    /// Where it is, for messages.
    pub(in crate::fetch) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// How many bytes are here.
    pub(in crate::fetch) fn length(&self) -> u64 {
        self.length
    }

    /// The ETag or date of the file that these are the first bytes of; without one they cannot be resumed.
    pub(in crate::fetch) fn validator(&self) -> Option<&str> {
        self.validator.as_deref()
    }

    /// Starts again with a file of this validator.
    pub(in crate::fetch) fn restart(&mut self, validator: Option<String>) -> io::Result<()> {
        // In this order, so that bytes never stand beside the validator of other bytes.
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.length = 0;
        let beside = validator_path(&self.path);
        self.validator = validator.filter(|text| text.len() as u64 <= LONGEST_VALIDATOR);
        match &self.validator {
            // Neither atomic nor synced: half a validator matches nothing, and the download starts again.
            Some(text) => fs::write(beside, text),
            None => remove(&beside),
        }
    }

    /// Adds bytes.
    pub(in crate::fetch) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// The file, to be read from its start.
    pub(in crate::fetch) fn rewound(&mut self) -> io::Result<&mut File> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(&mut self.file)
    }

    /// Removes it.
    pub(in crate::fetch) fn discard(self) -> io::Result<()> {
        // The validator first, here and below: whoever is killed in between leaves none without its part.
        remove(&validator_path(&self.path))?;
        remove(&self.path)
    }

    /// Gives the finished file its final name.
    pub(super) fn keep_as(self, path: &Utf8Path) -> io::Result<()> {
        self.file.sync_all()?;
        remove(&validator_path(&self.path))?;
        fs::rename(&self.path, path)
    }
}

fn validator_path(part: &Utf8Path) -> Utf8PathBuf {
    part.with_extension("from")
}

/// The validator, if there is one that can stand in a header; whatever else is in the file means starting again.
fn read_validator(path: &Utf8Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(LONGEST_VALIDATOR + 1).read_to_string(&mut text).ok()?;
    let fits = !text.is_empty()
        && text.len() as u64 <= LONGEST_VALIDATOR
        && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    fits.then_some(text)
}

fn remove(path: &Utf8Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
