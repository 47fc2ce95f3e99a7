//! A mirror in a folder.
//!
//! Package files are plain files. What has to change together, the indexes with their signatures, lies in
//! `.owpkg/public/<n>/`, and stands in the tree as symbolic links through `.owpkg/current`: moving that one link makes
//! all of it change at once. Where there are no symbolic links (FAT), it changes file by file.

use std::fs::{self, File};
use std::io::{self, Read};

use camino::{Utf8DirEntry, Utf8Path, Utf8PathBuf};

use super::files::{is_absent, make_parent, open, remove_file, remove_tree, stat, stat_entry};
use super::store::{Change, Depth, Guard, Stat, Store, StoreError};
use crate::files::Content;
use crate::trust::{self, Artifact, Verified};

/// The folder of what is the mirror's own business.
pub(crate) const OWN: &str = ".owpkg";

const ASIDE: &str = ".owpkg/aside";

/// A mirror in a folder, made when something is first put into it.
#[derive(Debug, Clone)]
pub struct Folder {
    pub(super) root: Utf8PathBuf,
}

impl Folder {
    /// The mirror in a folder.
    pub fn new(root: impl Into<Utf8PathBuf>) -> Folder {
        Folder { root: root.into() }
    }

    /// Where downloads wait until they are whole: beside the mirror, so that they only have to be moved.
    pub(crate) fn incoming(&self) -> Utf8PathBuf {
        self.root.join(OWN).join("incoming")
    }

    pub(super) fn place(&self, path: &str) -> Result<Utf8PathBuf, StoreError> {
        match path.split('/').all(|part| !matches!(part, "" | "." | "..")) {
            true => Ok(self.root.join(path)),
            false => Err(StoreError::BadPath { path: path.to_owned() }),
        }
    }

    /// Goes through the files in a folder, or at any depth below it; shows whether each is a link, and its path.
    fn walk(
        &self,
        folder: &str,
        depth: Depth,
        mut visit: impl FnMut(&Utf8DirEntry, bool, String) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let start = if folder.is_empty() { self.root.clone() } else { self.place(folder)? };
        let mut folders = vec![(start, folder.to_owned())];
        while let Some((place, below)) = folders.pop() {
            let entries = match place.read_dir_utf8() {
                Ok(entries) => entries,
                Err(error) if is_absent(&error) => continue,
                Err(error) => return Err(failed(&place)(error)),
            };
            for entry in entries {
                let entry = entry.map_err(failed(&place))?;
                let path = match below.as_str() {
                    "" => entry.file_name().to_owned(),
                    below => [below, "/", entry.file_name()].concat(),
                };
                let kind = entry.file_type().map_err(failed(entry.path()))?;
                if !kind.is_dir() {
                    visit(&entry, kind.is_symlink(), path).map_err(failed(entry.path()))?;
                } else if depth == Depth::Tree {
                    folders.push((entry.into_path(), path));
                }
            }
        }
        Ok(())
    }

    fn stat(&self, path: &str) -> Result<Option<Stat>, StoreError> {
        stat(&self.place(path)?, path).map_err(failed(&self.root.join(path)))
    }

    fn stat_of_new(&self, path: &str) -> Result<Stat, StoreError> {
        let gone = || failed(&self.root.join(path))(io::ErrorKind::NotFound.into());
        self.stat(path)?.ok_or_else(gone)
    }

    /// Where a file is made before it gets its place: never in the tree, where readers could see it. Two threads never
    /// write one file at once.
    pub(super) fn aside(&self, place: &Utf8Path) -> io::Result<Utf8PathBuf> {
        let name = trust::Digest::sha256(trust::sha256(place.as_str().as_bytes())).hex();
        let aside = self.root.join(ASIDE).join(name);
        make_parent(&aside)?;
        remove_file(&aside)?;
        Ok(aside)
    }

    /// Writes a file aside, syncs it, and moves it to its place.
    pub(super) fn write(&self, place: &Utf8Path, content: &Content) -> io::Result<()> {
        let aside = self.aside(place)?;
        let fill = || {
            let mut file = File::create(&aside)?;
            io::copy(&mut content.open()?, &mut file)?;
            file.sync_all()?;
            make_parent(place)?;
            fs::rename(&aside, place)
        };
        fill().inspect_err(|_| drop(fs::remove_file(&aside)))
    }
}

impl Store for Folder {
    fn name(&self) -> String {
        self.root.to_string()
    }

    fn lock(&self) -> Result<Guard, StoreError> {
        let path = self.root.join(OWN).join("lock");
        let open = || {
            make_parent(&path)?;
            File::options().create(true).append(true).open(&path)
        };
        let file = open().map_err(failed(&path))?;
        match file.try_lock() {
            Ok(()) => {
                let aside = self.root.join(ASIDE);
                remove_tree(&aside).map_err(failed(&aside))?;
                Ok(Guard(Some(file)))
            }
            Err(fs::TryLockError::WouldBlock) => Err(StoreError::Busy { path: self.name() }),
            // A file system without locks keeps nobody out.
            Err(fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                Ok(Guard(None))
            }
            Err(fs::TryLockError::Error(error)) => Err(failed(&path)(error)),
        }
    }

    fn list(&self, folder: &str, depth: Depth) -> Result<Vec<Stat>, StoreError> {
        let mut found = Vec::new();
        self.walk(folder, depth, |entry, is_link, path| {
            found.extend(stat_entry(entry, is_link, &path)?);
            Ok(())
        })?;
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn paths(&self) -> Result<Vec<String>, StoreError> {
        let mut paths = Vec::new();
        self.walk("", Depth::Tree, |entry, is_link, path| {
            if !is_link || stat(entry.path(), &path)?.is_some() {
                paths.push(path);
            }
            Ok(())
        })?;
        Ok(paths)
    }

    fn read(&self, path: &str, cap: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let place = self.place(path)?;
        let Some(file) = open(&place).map_err(failed(&place))? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(cap.saturating_add(1)).read_to_end(&mut bytes).map_err(failed(&place))?;
        match bytes.len() as u64 > cap {
            true => Err(StoreError::TooLarge { path: place.into_string(), cap }),
            false => Ok(Some(bytes)),
        }
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Read + '_>>, StoreError> {
        let place = self.place(path)?;
        let file = open(&place).map_err(failed(&place))?;
        Ok(file.map(|file| Box::new(file) as Box<dyn Read>))
    }

    fn put(&self, path: &str, content: &Content) -> Result<Stat, StoreError> {
        let place = self.place(path)?;
        self.write(&place, content).map_err(failed(&place))?;
        self.stat_of_new(path)
    }

    fn adopt(&self, path: &str, artifact: Verified<Artifact>) -> Result<Stat, StoreError> {
        let place = self.place(path)?;
        let from = artifact.path().to_owned();
        match make_parent(&place).and_then(|()| fs::rename(&from, &place)) {
            Ok(()) => self.stat_of_new(path),
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let stat = self.put(path, &Content::Package(artifact))?;
                remove_file(&from).map_err(failed(&from))?;
                Ok(stat)
            }
            Err(error) => Err(failed(&place)(error)),
        }
    }

    fn duplicate(&self, from: &str, to: &str) -> Result<Option<Stat>, StoreError> {
        let (from, place) = (self.place(from)?, self.place(to)?);
        let duplicated = || {
            // The file itself, not a link through the current public folder.
            let from = from.canonicalize_utf8()?;
            let aside = self.aside(&place)?;
            // Too many links, or a file system that has none: then the file is stored twice.
            if fs::hard_link(&from, &aside).is_err() {
                fs::copy(&from, &aside)?;
                File::open(&aside)?.sync_all()?;
            }
            make_parent(&place)?;
            fs::rename(&aside, &place)?;
            // Where both were the same file already, renaming leaves the second name.
            remove_file(&aside)
        };
        match duplicated() {
            Ok(()) => self.stat_of_new(to).map(Some),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed(&place)(error)),
        }
    }

    fn publish(&self, changes: &[Change]) -> Result<(), StoreError> {
        match changes.is_empty() {
            true => Ok(()),
            false => self.publish_at_once(changes),
        }
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        let place = self.place(path)?;
        remove_file(&place).map_err(failed(&place))?;
        // Folders go with their last file.
        let mut folder = place.parent();
        while let Some(empty) = folder.filter(|folder| *folder != self.root) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
        Ok(())
    }
}

/// The error of a file or folder of a mirror.
pub(super) fn failed(path: &Utf8Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    move |source| StoreError::Io { path: path.to_string(), source }
}
