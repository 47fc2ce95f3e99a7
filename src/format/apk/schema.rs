//! What apk keeps in ADB files: an index, a package, and what they share.
//!
//! Slots count from 1; those that owpkg has no use for are left out of the views.

use super::adb::{Items, List, Malformed, Value};
use super::matching::Match;

/// The schema of an index.
pub(crate) const INDEX: u32 = u32::from_le_bytes(*b"indx");
/// The schema of a package.
pub(crate) const PACKAGE: u32 = u32::from_le_bytes(*b"pckg");
/// The schema of a database of installed packages.
pub(crate) const INSTALLED: u32 = u32::from_le_bytes(*b"idb\0");

/// The name of a schema, for messages.
pub(crate) fn schema_name(schema: u32) -> &'static str {
    match schema {
        INDEX => "an index",
        PACKAGE => "a package",
        INSTALLED => "a database of installed packages",
        _ => "a file of an unknown schema",
    }
}

/// Slots of an index's root.
pub(crate) mod index {
    /// The entries: an array of [`info`](super::info).
    pub(crate) const PACKAGES: usize = 2;
    /// How package files are named, when not `${name}-${version}.apk`.
    pub(crate) const NAME_SPEC: usize = 3;
    /// The number of slots.
    pub(crate) const SLOTS: usize = 3;
}

/// Slots of what is told of a package.
pub(crate) mod info {
    pub(crate) const NAME: usize = 1;
    pub(crate) const VERSION: usize = 2;
    /// In an index, SHA-256 of the package's payload, whole or its first 20 bytes; in a package, its unique id.
    pub(crate) const HASHES: usize = 3;
    /// What it is.
    pub(crate) const DESCRIPTION: usize = 4;
    /// Its architecture, or `noarch`.
    pub(crate) const ARCH: usize = 5;
    /// Its licence.
    pub(crate) const LICENSE: usize = 6;
    /// The source package that it is built from.
    pub(crate) const ORIGIN: usize = 7;
    /// The size of its files.
    pub(crate) const INSTALLED_SIZE: usize = 12;
    /// The size of the package file.
    pub(crate) const FILE_SIZE: usize = 13;
    /// Its rank among providers of a name.
    pub(crate) const PROVIDER_PRIORITY: usize = 14;
    /// What it depends on and conflicts with: an array of [`dependency`](super::dependency).
    pub(crate) const DEPENDS: usize = 15;
    /// What it provides, likewise.
    pub(crate) const PROVIDES: usize = 16;
    /// When it is installed unasked, likewise.
    pub(crate) const INSTALL_IF: usize = 18;
    /// What it recommends, likewise.
    pub(crate) const RECOMMENDS: usize = 19;
    /// What its builder notes of it: an array of texts.
    pub(crate) const TAGS: usize = 21;
    /// The number of slots.
    pub(crate) const SLOTS: usize = 21;
}

/// Slots of a dependency.
pub(crate) mod dependency {
    pub(crate) const NAME: usize = 1;
    pub(crate) const VERSION: usize = 2;
    /// How to match it: bits of [`Match`](crate::format::apk::matching::Match).
    pub(crate) const MATCH: usize = 3;
}

/// Slots of a package's root, and of the directories, files and owners below it.
pub(crate) mod package {
    /// What is told of it: [`info`](super::info).
    pub(crate) const INFO: usize = 1;
    /// Its directories: an array.
    pub(crate) const PATHS: usize = 2;
    pub(crate) const SCRIPTS: usize = 3;

    /// A directory's path.
    pub(crate) const DIR_NAME: usize = 1;
    /// A directory's owner and mode.
    pub(crate) const DIR_ACL: usize = 2;
    /// A directory's files: an array.
    pub(crate) const DIR_FILES: usize = 3;

    /// A file's name in its directory.
    pub(crate) const FILE_NAME: usize = 1;
    /// A file's owner and mode.
    pub(crate) const FILE_ACL: usize = 2;
    /// A file's size in bytes.
    pub(crate) const FILE_SIZE: usize = 3;
    /// When the file was changed, in seconds since 1970.
    pub(crate) const FILE_MTIME: usize = 4;
    /// SHA-256 of the file's content.
    pub(crate) const FILE_HASH: usize = 5;
    /// What a link leads to; whoever has a target has no data.
    pub(crate) const FILE_TARGET: usize = 6;

    /// The mode bits of an owner-and-mode.
    pub(crate) const ACL_MODE: usize = 1;
    /// The owner of an owner-and-mode.
    pub(crate) const ACL_USER: usize = 2;
    /// The group of an owner-and-mode.
    pub(crate) const ACL_GROUP: usize = 3;

    /// The names of scripts, in the order of their slots.
    pub(crate) const SCRIPT_NAMES: [&str; 7] = [
        "trigger",
        "pre-install",
        "post-install",
        "pre-deinstall",
        "post-deinstall",
        "pre-upgrade",
        "post-upgrade",
    ];
}

/// A dependency as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored<'a> {
    pub(crate) name: &'a [u8],
    /// The version, where there is one.
    pub(crate) version: Option<&'a [u8]>,
    /// How to match it.
    pub(crate) how: Match,
}

impl<'a> Stored<'a> {
    /// Reads one item of an array of dependencies. Without a version every version will do, without a match only
    /// the equal one.
    pub(crate) fn read(value: Value<'a>) -> Result<Stored<'a>, Malformed> {
        let slots = value.list()?;
        let version = slots.get(dependency::VERSION).blob()?;
        let how = match (version, Match(slots.get(dependency::MATCH).int()?)) {
            (None, how) => how | Match::ANY,
            (Some(_), Match(0)) => Match::EQUAL,
            (Some(_), how) => how,
        };
        let name = slots.get(dependency::NAME).blob()?.unwrap_or_default();
        Ok(Stored { name, version, how })
    }
}

/// A file of a package, as far as its data goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileEntry<'a> {
    /// The position of its directory and its own in it, both counted from 1, as data blocks name them.
    pub(crate) position: (u32, u32),
    /// The path of its directory, without a slash before or behind it.
    pub(crate) folder: &'a [u8],
    /// Its name in its directory.
    pub(crate) name: &'a [u8],
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub(crate) hash: &'a [u8],
    /// Whether it leads to something else: a symbolic or hard link, or a device.
    pub(crate) is_link: bool,
}

impl<'a> FileEntry<'a> {
    fn read(position: (u32, u32), folder: &'a [u8], value: Value<'a>) -> Result<FileEntry<'a>, Malformed> {
        let slots = value.list()?;
        Ok(FileEntry {
            position,
            folder,
            name: slots.get(package::FILE_NAME).blob()?.unwrap_or_default(),
            size: slots.get(package::FILE_SIZE).int()?,
            hash: slots.get(package::FILE_HASH).blob()?.unwrap_or_default(),
            is_link: !slots.get(package::FILE_TARGET).is_null(),
        })
    }

    /// Whether a data block holds its content.
    pub(crate) fn has_data(&self) -> bool {
        self.size != 0 && !self.is_link
    }
}

/// The files of a package, in the order of their data blocks.
#[derive(Debug, Clone)]
pub(crate) struct Files<'a> {
    paths: Items<'a>,
    files: Items<'a>,
    folder: &'a [u8],
    position: (u32, u32),
}

impl<'a> Files<'a> {
    /// The files of the package whose root is given.
    pub(crate) fn of(root: List<'a>) -> Result<Files<'a>, Malformed> {
        let paths = root.get(package::PATHS).list()?.items();
        Ok(Files { paths, files: List::EMPTY.items(), folder: b"", position: (0, 0) })
    }
}

impl<'a> Iterator for Files<'a> {
    type Item = Result<FileEntry<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(file) = self.files.next() {
                self.position.1 += 1;
                return Some(FileEntry::read(self.position, self.folder, file));
            }
            let folder = self.paths.next()?.list().and_then(|slots| {
                let name = slots.get(package::DIR_NAME).blob()?.unwrap_or_default();
                Ok((name, slots.get(package::DIR_FILES).list()?))
            });
            self.position = (self.position.0 + 1, 0);
            match folder {
                Ok((name, files)) => (self.folder, self.files) = (name, files.items()),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
