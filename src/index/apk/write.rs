//! Writes signed apk indexes, and packages: for the demo release and for releases that tests build.

use std::io;

use super::adb::{BlockKind, BlockWriter, PayloadTooLarge, Word, Writer, pack};
use super::depends::{self, Clause};
use super::schema::{self, Match, info, package};
use super::{INDEX, version};
use crate::trust::ec::SecretKey;
use crate::trust::{Digest, SignedFile, sha256};

/// What is told of a package, in an index and in the package itself. Lists are in apk's own grammar
/// (`libc foo>=1.2 !bar`); what is empty or zero is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture, or `noarch`.
    pub arch: String,
    /// What it is.
    pub description: String,
    /// What it depends on and conflicts with.
    pub depends: String,
    /// What it provides: `name` virtually, `name=version` at a version.
    pub provides: String,
    /// When it is installed unasked.
    pub install_if: String,
    /// What it recommends.
    pub recommends: String,
    /// Its rank among providers of a name.
    pub provider_priority: u32,
    /// The size of its files in bytes.
    pub installed_size: u64,
    /// The size of the package file in bytes and the digest of its payload: what an index tells besides.
    pub packed: Option<(u64, Digest)>,
}

/// A file or link of a package to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path without a leading slash.
    pub path: String,
    /// Its permission bits; root owns it.
    pub mode: u32,
    /// What it is.
    pub content: Content,
}

/// What a file of a package is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A regular file of these bytes.
    Bytes(Vec<u8>),
    /// A symbolic link that leads there.
    Link(String),
}

/// A package as it was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its entry for an index.
    pub entry: Entry,
    /// The package file.
    pub bytes: Vec<u8>,
}

/// An index or package that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A list of dependencies breaks the grammar.
    #[error("{package}: {list:?} is no list of dependencies")]
    Grammar {
        /// The package.
        package: String,
        /// The list.
        list: String,
    },
    /// A script of a name that apk does not know.
    #[error("{package}: there is no script of the name {script:?}")]
    Script {
        /// The package.
        package: String,
        /// The name.
        script: String,
    },
    /// There is too much of it.
    #[error(transparent)]
    TooLarge(#[from] PayloadTooLarge),
    /// It cannot be packed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes `packages.adb`, with a signature of each key; the same entries and keys always give the same bytes. apk
/// reads no index without entries.
pub fn write_index(entries: &[Entry], keys: &[&SecretKey]) -> Result<SignedFile, WriteError> {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|a, b| {
        let digest = |entry: &Entry| entry.packed.map(|(_, digest)| digest.value);
        let versions = || version::compare(&a.version, &b.version);
        a.name.cmp(&b.name).then_with(versions).then_with(|| digest(a).cmp(&digest(b)))
    });
    let mut writer = Writer::new();
    let mut packages = Vec::with_capacity(entries.len());
    for entry in entries {
        let hash = entry.packed.map_or(Word::NULL, |(_, digest)| writer.blob(&digest.value));
        packages.push(write_info(&mut writer, entry, hash)?);
    }
    let mut root = [Word::NULL; schema::index::SLOTS];
    put(&mut root, schema::index::PACKAGES, writer.list(&packages));
    let root = writer.list(&root);
    let payload = writer.finish(root)?;

    let mut blocks = BlockWriter::new(pack(Vec::new())?, schema::INDEX)?;
    blocks.block(BlockKind::Adb, &[&payload])?;
    for key in keys {
        blocks.block(BlockKind::Signature, &[&key.sign(schema::INDEX, &payload).to_block()])?;
    }
    Ok(SignedFile { name: INDEX, bytes: blocks.into_inner().finish()? })
}

/// Writes a package of files and scripts (`post-install` and its kin, each with its text), unsigned as OpenWrt's are;
/// the same input always gives the same bytes. The entry's sizes and digest are found anew.
pub fn write_package(entry: &Entry, files: &[File], scripts: &[(&str, &str)]) -> Result<Written, WriteError> {
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
    Ok(Written { entry, bytes })
}

impl Entry {
    /// The package file's name.
    pub fn file_name(&self) -> String {
        format!("{}-{}.apk", self.name, self.version)
    }
}

impl File {
    fn data(&self) -> &[u8] {
        match &self.content {
            Content::Bytes(bytes) => bytes,
            Content::Link(_) => &[],
        }
    }
}

/// Puts a value into a slot, which counts from 1.
fn put(slots: &mut [Word], slot: usize, word: Word) {
    slots[slot - 1] = word;
}

fn write_info(writer: &mut Writer, entry: &Entry, hashes: Word) -> Result<Word, WriteError> {
    let mut slots = [Word::NULL; info::SLOTS];
    put(&mut slots, info::HASHES, hashes);
    let texts = [
        (info::NAME, &entry.name),
        (info::VERSION, &entry.version),
        (info::DESCRIPTION, &entry.description),
        (info::ARCH, &entry.arch),
    ];
    for (slot, text) in texts {
        put(&mut slots, slot, writer.blob(text.as_bytes()));
    }
    put(&mut slots, info::INSTALLED_SIZE, writer.int(entry.installed_size));
    if let Some((size, _)) = entry.packed {
        put(&mut slots, info::FILE_SIZE, writer.int(size));
    }
    if entry.provider_priority != 0 {
        put(&mut slots, info::PROVIDER_PRIORITY, writer.int(entry.provider_priority.into()));
    }
    let lists = [
        (info::DEPENDS, &entry.depends),
        (info::PROVIDES, &entry.provides),
        (info::INSTALL_IF, &entry.install_if),
        (info::RECOMMENDS, &entry.recommends),
    ];
    for (slot, list) in lists {
        let grammar = || WriteError::Grammar { package: entry.name.clone(), list: list.clone() };
        let clauses = depends::clauses(list).ok_or_else(grammar)?;
        put(&mut slots, slot, write_clauses(writer, clauses));
    }
    Ok(writer.list(&slots))
}

/// Writes dependencies in apk's order, each once.
fn write_clauses(writer: &mut Writer, mut clauses: Vec<Clause<'_>>) -> Word {
    clauses.sort_by(|a, b| {
        let versions = || match (&a.dependency.constraint, &b.dependency.constraint) {
            (Some(a), Some(b)) => version::compare(a.version, b.version),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        let matches = || Match::of(a).0.cmp(&Match::of(b).0);
        a.dependency.name.cmp(b.dependency.name).then_with(versions).then_with(matches)
    });
    let mut words: Vec<Word> = clauses.iter().map(|clause| write_clause(writer, clause)).collect();
    words.dedup();
    writer.list(&words)
}

/// A match is left out where its absence means the same: `=` with a version, any without.
fn write_clause(writer: &mut Writer, clause: &Clause<'_>) -> Word {
    let name = writer.blob(clause.dependency.name.as_bytes());
    let version = clause.dependency.constraint.map_or("", |constraint| constraint.version);
    let version = writer.blob(version.as_bytes());
    let how = match Match::of(clause).0 {
        Match::EQUAL | Match::ANY => Word::NULL,
        how => writer.int(how),
    };
    writer.list(&[name, version, how])
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
        Content::Bytes(bytes) => put(&mut slots, package::FILE_HASH, writer.blob(&sha256(bytes))),
        Content::Link(target) => {
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
