//! Checks `.apk` files: the metadata's hash is what an index states, and covers the hash of every file.

use std::io::{self, BufRead, BufReader, Read};

use super::adb::{self, Adb, Block, BlockKind, Blocks, Malformed};
use super::schema::{self, FileEntry, Files};
use crate::format::VisitFile;
use crate::trust::{Sha256Reader, sha256};

/// The largest metadata that is read of a package, in bytes.
const METADATA_CAP: u64 = 64 << 20;
/// The most files that a package may list: equal data is stored once, so small metadata can claim many.
const MOST_FILES: usize = 1 << 20;
/// The most that a package's files may hold together, in bytes.
const CONTENT_CAP: u64 = 4 << 30;
/// The longest signature block that is passed over.
const SIGNATURE_CAP: u64 = 4 << 10;

/// A package file that cannot be relied on.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// It is no ADB file.
    #[error(transparent)]
    Adb(#[from] adb::Error),
    /// It is of another schema.
    #[error("{} where a package belongs", schema::schema_name(*found))]
    Schema {
        /// The schema's number.
        found: u32,
    },
    /// It lists more than a package may.
    #[error("it lists more than {MOST_FILES} files, or more than {CONTENT_CAP} bytes")]
    TooMuch,
    /// Data that belongs to no file, or to another one than is next.
    #[error("offset {at}: data of file {} in directory {}, where {} belongs", found.1, found.0, expected(*next))]
    Order {
        /// The offset in the unpacked file.
        at: u64,
        /// The directory and file that the data says it is of, counted from 1.
        found: (u32, u32),
        /// The directory and file whose data is next; none: all have had theirs.
        next: Option<(u32, u32)>,
    },
    /// A file's data is of another length than the metadata states.
    #[error("offset {at}: {found} bytes of {name}, which has {expected}")]
    Length {
        /// The offset in the unpacked file.
        at: u64,
        /// The file's name.
        name: String,
        /// The length that the metadata states.
        expected: u64,
        /// The length of the data.
        found: u64,
    },
    /// A file's data is not what the metadata states.
    #[error("offset {at}: the bytes of {name} do not have the hash that the package states")]
    Content {
        /// The offset in the unpacked file.
        at: u64,
        /// The file's name.
        name: String,
    },
    /// A path that leads out of its directory, or is none.
    #[error("the path {path:?} of a file is none that a router may write to")]
    Path { path: String },
    /// A file has no data.
    #[error("the bytes of {name} are missing")]
    Missing {
        /// The file's name.
        name: String,
    },
}

fn expected(next: Option<(u32, u32)>) -> String {
    next.map_or("the end".to_owned(), |(path, file)| format!("file {file} in directory {path}"))
}

impl From<Malformed> for PackageError {
    fn from(error: Malformed) -> PackageError {
        PackageError::Adb(error.into())
    }
}

impl From<io::Error> for PackageError {
    fn from(error: io::Error) -> PackageError {
        PackageError::Adb(error.into())
    }
}

impl From<PackageError> for io::Error {
    fn from(error: PackageError) -> io::Error {
        match error {
            PackageError::Adb(adb::Error::Io(error)) => error,
            error => io::Error::new(io::ErrorKind::InvalidData, error),
        }
    }
}

/// A package file that is sound in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apk {
    /// Its metadata: the payload of its first block.
    pub(crate) metadata: Vec<u8>,
    /// SHA-256 of the metadata, which an index states.
    pub(crate) sha256: [u8; 32],
}

/// The same as [`check`], with the metadata.
pub fn read(file: impl Read) -> Result<Apk, PackageError> {
    visit(file, &mut |_, _| Ok(()))
}

/// The same as [`read`], and shows each file to `visit` on the way: those without data first.
pub(crate) fn visit(file: impl Read, visit: &mut VisitFile<'_>) -> Result<Apk, PackageError> {
    read_packed(BufReader::with_capacity(64 << 10, file), visit)
}

/// Reads a package file to its end and checks that it is sound in itself: each file's data is there once, in order,
/// with the hash that the metadata states, and nothing else is. Returns SHA-256 of the metadata, which an index
/// states; signatures in the file are not looked at.
///
/// Holds the metadata in memory, and of the data no more than a buffer.
pub fn check(file: impl Read) -> Result<[u8; 32], PackageError> {
    Ok(read(file)?.sha256)
}

fn read_packed(file: impl BufRead, visit: &mut VisitFile<'_>) -> Result<Apk, PackageError> {
    let mut blocks = Blocks::open(adb::unpack(file)?)?;
    if blocks.schema() != schema::PACKAGE {
        return Err(PackageError::Schema { found: blocks.schema() });
    }
    let metadata = match blocks.next_block()? {
        Some(block) => block.into_bytes(METADATA_CAP)?,
        None => Vec::new(),
    };
    let files = files_with_data(&metadata, visit)?;
    let mut next = files.iter();
    while let Some(block) = blocks.next_block()? {
        match block.kind {
            BlockKind::Data => check_data(block, next.next(), visit)?,
            _ => drop(block.into_bytes(SIGNATURE_CAP)?),
        }
    }
    match next.next() {
        None => Ok(Apk { sha256: sha256(&metadata), metadata }),
        Some(file) => Err(PackageError::Missing { name: name(file) }),
    }
}

/// The files that have data, in order; the others are shown.
fn files_with_data<'m>(
    metadata: &'m [u8],
    visit: &mut VisitFile<'_>,
) -> Result<Vec<FileEntry<'m>>, PackageError> {
    let mut files = Vec::new();
    let mut content: u64 = 0;
    for (count, file) in Files::of(Adb::new(metadata)?.root().list()?)?.enumerate() {
        let file = file?;
        if file.has_data() {
            content = content.saturating_add(file.size);
            files.push(file);
        } else {
            visit(&path(&file)?, &mut io::empty())?;
        }
        if count >= MOST_FILES || content > CONTENT_CAP {
            return Err(PackageError::TooMuch);
        }
    }
    Ok(files)
}

fn check_data(
    mut block: Block<'_, impl Read>,
    next: Option<&FileEntry<'_>>,
    visit: &mut VisitFile<'_>,
) -> Result<(), PackageError> {
    let (at, length) = (block.at, block.length);
    let mut number = || {
        let mut bytes = [0; 4];
        block.read_exact(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    };
    let found = (number()?, number()?);
    let Some(file) = next.filter(|file| file.position == found) else {
        return Err(PackageError::Order { at, found, next: next.map(|file| file.position) });
    };
    let found = length.saturating_sub(8);
    if found != file.size {
        return Err(PackageError::Length { at, name: name(file), expected: file.size, found });
    }
    let mut content = Sha256Reader::new(block);
    visit(&path(file)?, &mut content)?;
    io::copy(&mut BufReader::with_capacity(64 << 10, &mut content), &mut io::sink())?;
    match content.finish().0 == file.hash {
        true => Ok(()),
        false => Err(PackageError::Content { at, name: name(file) }),
    }
}

/// The path of a file on the router, without the first slash.
fn path(file: &FileEntry<'_>) -> Result<String, PackageError> {
    let folder = String::from_utf8_lossy(file.folder);
    let path = if folder.is_empty() { name(file) } else { format!("{folder}/{}", name(file)) };
    let leads_out = path.split('/').any(|part| matches!(part, "" | "." | ".."));
    match leads_out || path.chars().any(char::is_control) {
        true => Err(PackageError::Path { path }),
        false => Ok(path),
    }
}

fn name(file: &FileEntry<'_>) -> String {
    String::from_utf8_lossy(file.name).into_owned()
}
