//! Writes apk indexes, and packages: of package files, of the demo release and of releases that tests build.

mod package;

use std::io;

use super::adb::{BlockKind, BlockWriter, PayloadTooLarge, Word, Writer, pack};
use super::depends::{self, Clause};
use super::matching::Match;
use super::schema::{self, info};
use super::{INDEX, version};
use crate::trust::ec::SecretKey;
use crate::trust::{Digest, SignedFile};

pub use package::{File, FileContent, WrittenPackage, write_package};

/// What is told of a package, in an index and in the package itself. Lists are in apk's own grammar
/// (`libc foo>=1.2 !bar`); what is empty or zero is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub version: String,
    /// Its architecture, or `noarch`.
    pub arch: String,
    pub description: String,
    /// What it depends on and conflicts with.
    pub depends: String,
    /// What it provides: `name` virtually, `name=version` at a version.
    pub provides: String,
    /// When it is installed unasked.
    pub install_if: String,
    pub recommends: String,
    /// Its rank among providers of a name.
    pub provider_priority: u32,
    /// The size of its files in bytes.
    pub installed_size: u64,
    /// The size of the package file in bytes and the digest of its payload: what an index tells besides.
    pub packed: Option<(u64, Digest)>,
}

/// An index or package that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A list of dependencies breaks the grammar.
    #[error("{package}: {list:?} is no list of dependencies")]
    Grammar { package: String, list: String },
    /// A script of a name that apk does not know.
    #[error("{package}: there is no script of the name {script:?}")]
    Script { package: String, script: String },
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
    seal(&root(writer, &packages)?, keys)
}

/// The payload of an index whose entries are written.
pub(super) fn root(mut writer: Writer, entries: &[Word]) -> Result<Vec<u8>, PayloadTooLarge> {
    let mut root = [Word::NULL; schema::index::SLOTS];
    put(&mut root, schema::index::PACKAGES, writer.list(entries));
    let root = writer.list(&root);
    writer.finish(root)
}

/// Packs the payload of an index, with a signature of each key.
pub(super) fn seal(payload: &[u8], keys: &[&SecretKey]) -> Result<SignedFile, WriteError> {
    let mut blocks = BlockWriter::new(pack(Vec::new())?, schema::INDEX)?;
    blocks.block(BlockKind::Adb, &[payload])?;
    for key in keys {
        blocks.block(BlockKind::Signature, &[&key.sign(schema::INDEX, payload).to_block()])?;
    }
    Ok(SignedFile { name: INDEX, bytes: blocks.into_inner().finish()? })
}

impl Entry {
    /// The package file's name.
    pub fn file_name(&self) -> String {
        format!("{}-{}.apk", self.name, self.version)
    }
}

/// Puts a value into a slot, which counts from 1.
pub(super) fn put(slots: &mut [Word], slot: usize, word: Word) {
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
        let matches = || bits(a).cmp(&bits(b));
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
    let how = match bits(clause) {
        Match::EQUAL | Match::ANY => Word::NULL,
        how => writer.int(how.0),
    };
    writer.list(&[name, version, how])
}

fn bits(clause: &Clause<'_>) -> Match {
    Match::of(clause.dependency.constraint.as_ref(), clause.conflict)
}
