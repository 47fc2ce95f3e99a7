//! Writes packages.

use super::{Entry, WriteError, put, write_info};
use crate::format::apk::adb::{BlockKind, BlockWriter, Word, Writer, pack};
use crate::format::apk::schema::{self, package};
use crate::trust::{Digest, sha256};

/// A file or link of a package to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path without a leading slash.
    pub path: String,
    /// Its permission bits; root owns it.
    pub mode: u32,
    pub content: FileContent,
}

/// What a file of a package is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// A regular file of these bytes.
    Bytes(Vec<u8>),
    /// A symbolic link that leads there.
    Link(String),
}

/// A package as it was written.
#[derive(Debug, Clone)]
pub struct WrittenPackage {
    /// Its entry for an index.
    pub entry: Entry,
    /// The package file.
    pub bytes: Vec<u8>,
}

/// Writes a package of files and scripts (`post-install` and its kin, each with its text), unsigned as OpenWrt's are;
/// the same input always gives the same bytes. The entry's sizes and digest are found anew.
pub fn write_package(
    entry: &Entry,
    files: &[File],
    scripts: &[(&str, &str)],
) -> Result<WrittenPackage, WriteError> {
    let mut files: Vec<&File> = files.iter().collect();
    files.sort_by_key(|file| split(&file.path));
    let size = files.iter().map(|file| file.data().len() as u64).sum::<u64>();
    let mut entry = Entry { installed_size: size.max(1), packed: None, ..entry.clone() };

    let mut writer = Writer::new();
    let (unique_id, id_range) = writer.blank(20);
    let mut root = [Word::NULL; 3];
    let told = write_info(&mut writer, &entry, unique_id)?;
    put(&mut root, package::INFO, told);
    let paths = write_paths(&mut writer, &files);
    put(&mut root, package::PATHS, paths.tree);
    put(&mut root, package::SCRIPTS, write_scripts(&mut writer, &entry.name, scripts)?);
    let root = writer.list(&root);
    let mut payload = writer.finish(root)?;
    let id = sha256(&payload);
    payload[id_range].copy_from_slice(&id[..20]);

    let mut blocks = BlockWriter::new(pack(Vec::new())?, schema::PACKAGE)?;
    blocks.block(BlockKind::Adb, &[&payload])?;
    for (path, file, data) in paths.data {
        blocks.block(BlockKind::Data, &[&path.to_le_bytes(), &file.to_le_bytes(), data])?;
    }
    let bytes = blocks.into_inner().finish()?;
    entry.packed = Some((bytes.len() as u64, Digest::adb_sha256(sha256(&payload))));
    Ok(WrittenPackage { entry, bytes })
}

impl File {
    fn data(&self) -> &[u8] {
        match &self.content {
            FileContent::Bytes(bytes) => bytes,
            FileContent::Link(_) => &[],
        }
    }
}

/// The directory and the name of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The directories of a package, and the data of its files with their positions.
struct Paths<'f> {
    tree: Word,
    data: Vec<(u32, u32, &'f [u8])>,
}

/// Writes the directories of sorted files, with all that lead to them, as mode 755 of root.
fn write_paths<'f>(writer: &mut Writer, files: &[&'f File]) -> Paths<'f> {
    let mut directories: Vec<&str> = Vec::new();
    for file in files {
        let (directory, _) = split(&file.path);
        let ends = directory.match_indices('/').map(|(end, _)| end).chain([0, directory.len()]);
        directories.extend(ends.map(|end| &directory[..end]));
    }
    directories.sort_unstable();
    directories.dedup();
    let mut data = Vec::new();
    let mut paths = Vec::with_capacity(directories.len());
    for (path, directory) in (1..).zip(directories) {
        let inside = files.iter().filter(|file| split(&file.path).0 == directory);
        let mut words = Vec::new();
        for (position, file) in (1..).zip(inside) {
            words.push(write_file(writer, file));
            if !file.data().is_empty() {
                data.push((path, position, file.data()));
            }
        }
        let mut slots = [Word::NULL; package::DIR_FILES];
        put(&mut slots, package::DIR_NAME, writer.blob(directory.as_bytes()));
        put(&mut slots, package::DIR_ACL, write_acl(writer, 0o755));
        put(&mut slots, package::DIR_FILES, writer.list(&words));
        paths.push(writer.list(&slots));
    }
    Paths { tree: writer.list(&paths), data }
}

fn write_file(writer: &mut Writer, file: &File) -> Word {
    /// The kind of a symbolic link in the first two bytes of a target, as `st_mode` has it.
    const SYMBOLIC_LINK: u16 = 0o120000;
    let mut slots = [Word::NULL; package::FILE_TARGET];
    put(&mut slots, package::FILE_NAME, writer.blob(split(&file.path).1.as_bytes()));
    put(&mut slots, package::FILE_ACL, write_acl(writer, file.mode));
    put(&mut slots, package::FILE_SIZE, writer.int(file.data().len() as u64));
    put(&mut slots, package::FILE_MTIME, writer.int(0));
    match &file.content {
        FileContent::Bytes(bytes) => put(&mut slots, package::FILE_HASH, writer.blob(&sha256(bytes))),
        FileContent::Link(target) => {
            let target = [&SYMBOLIC_LINK.to_le_bytes(), target.as_bytes()].concat();
            put(&mut slots, package::FILE_TARGET, writer.blob(&target));
        }
    }
    writer.list(&slots)
}

fn write_acl(writer: &mut Writer, mode: u32) -> Word {
    let mut slots = [Word::NULL; package::ACL_GROUP];
    put(&mut slots, package::ACL_MODE, writer.int((mode & 0o7777).into()));
    put(&mut slots, package::ACL_USER, writer.blob(b"root"));
    put(&mut slots, package::ACL_GROUP, writer.blob(b"root"));
    writer.list(&slots)
}

fn write_scripts(writer: &mut Writer, name: &str, scripts: &[(&str, &str)]) -> Result<Word, WriteError> {
    let mut slots = [Word::NULL; package::SCRIPT_NAMES.len()];
    for (script, text) in scripts {
        let slot = package::SCRIPT_NAMES.iter().position(|known| known == script);
        let unknown = || WriteError::Script { package: name.to_owned(), script: (*script).to_owned() };
        slots[slot.ok_or_else(unknown)?] = writer.blob(text.as_bytes());
    }
    Ok(writer.list(&slots))
}
