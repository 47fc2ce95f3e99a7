//! What an index tells of package files at hand: all that a package says of itself, as `apk mkndx` copies it.

use std::io::{self, Read};

use super::adb::{Adb, Content, List, Malformed, PayloadTooLarge, Value, Word, Writer};
use super::package as package_file;
use super::read;
use super::schema::{dependency, info, package};
use super::version;
use super::write::{self, WriteError, put};
use crate::format::{FeedId, Indescribable, IndexEntry, Package};
use crate::trust::ec::SecretKey;
use crate::trust::{Counted, Digest, SignedFile};

/// The most items of a list that a package may tell of itself.
const MOST_ITEMS: usize = 1 << 14;

/// A package whose word about itself cannot stand in an index.
#[derive(Debug, thiserror::Error)]
enum MetadataError {
    /// Its metadata breaks the format.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It holds what no package of apk 3.0 does.
    #[error("it tells of itself what this owpkg does not know")]
    Unknown,
    /// It claims too much.
    #[error(transparent)]
    TooLarge(#[from] PayloadTooLarge),
}

/// Reads a package to its end, and makes its entry; what apk would not read again from it is refused.
pub(super) fn describe(name: &str, file: &mut dyn Read) -> Result<IndexEntry, Indescribable> {
    let mut file = Counted::new(file);
    let whole = package_file::read(&mut file).map_err(|error| error.to_string())?;
    io::copy(&mut file, &mut io::sink()).map_err(|error| error.to_string())?;
    let (size, digest) = (file.count(), Digest::adb_sha256(whole.sha256));
    let payload = payload([(&whole.metadata[..], size, digest)]).map_err(|error| error.to_string())?;
    let parsed = read::parse(&payload, FeedId(0)).map_err(|error| error.to_string())?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(warning.why.to_owned().into());
    }
    let packages = parsed.packages();
    let Some(&Package { name: own, version, arch, ref file, .. }) = packages.first().copied() else {
        return Err("it does not say what it is".into());
    };
    if !version::is_valid(version) {
        return Err(format!("{version:?} is no version to apk").into());
    }
    if *file != name {
        return Err(Indescribable {
            why: format!("apk looks for {own} {version} under the name {file}"),
            rename_to: Some(file.to_string()).filter(|file| !file.contains(['/', '\\'])),
        });
    }
    Ok(IndexEntry {
        file: name.to_owned(),
        name: own.to_owned(),
        version: version.to_owned(),
        arch: arch.to_owned(),
        size,
        digest,
        metadata: whole.metadata,
    })
}

/// Writes the index of these packages.
pub(super) fn write_index(
    packages: &[IndexEntry],
    key: Option<&SecretKey>,
) -> Result<SignedFile, WriteError> {
    let mut sorted: Vec<&IndexEntry> = packages.iter().collect();
    sorted.sort_by(|a, b| {
        let versions = || version::compare(&a.version, &b.version);
        a.name.cmp(&b.name).then_with(versions).then_with(|| a.digest.cmp(&b.digest))
    });
    let told = sorted.into_iter().map(|package| (&package.metadata[..], package.size, package.digest));
    // They were all read once, each for itself; together they may be too many.
    let payload = payload(told).map_err(|_| WriteError::TooLarge(PayloadTooLarge))?;
    write::seal(&payload, key.as_slice())
}

/// The payload of an index of packages, each told by its metadata, its file's size in bytes, and its digest.
fn payload<'p>(
    packages: impl IntoIterator<Item = (&'p [u8], u64, Digest)>,
) -> Result<Vec<u8>, MetadataError> {
    let mut writer = Writer::new();
    let mut entries = Vec::new();
    for (metadata, size, digest) in packages {
        let told = Adb::new(metadata)?.root().list()?.get(package::INFO).list()?;
        let mut slots: [Word; info::SLOTS] = copy_slots(&mut writer, told, copy_told)?;
        put(&mut slots, info::FILE_SIZE, writer.int(size));
        put(&mut slots, info::HASHES, writer.blob(&digest.value));
        entries.push(writer.list(&slots));
    }
    Ok(write::root(writer, &entries)?)
}

/// Something told of a package: a number, a text, or a list of texts or dependencies.
fn copy_told(writer: &mut Writer, value: Value<'_>) -> Result<Word, MetadataError> {
    let Content::List(list) = value.content()? else { return copy_plain(writer, value) };
    if list.len() > MOST_ITEMS {
        return Err(MetadataError::Unknown);
    }
    let items: Result<Vec<Word>, MetadataError> = list.items().map(|item| copy_item(writer, item)).collect();
    Ok(writer.list(&items?))
}

fn copy_item(writer: &mut Writer, value: Value<'_>) -> Result<Word, MetadataError> {
    match value.content()? {
        Content::List(parts) => {
            let slots: [Word; dependency::MATCH] = copy_slots(writer, parts, copy_plain)?;
            Ok(writer.list(&slots))
        }
        _ => copy_plain(writer, value),
    }
}

fn copy_plain(writer: &mut Writer, value: Value<'_>) -> Result<Word, MetadataError> {
    Ok(match value.content()? {
        Content::Null => Word::NULL,
        Content::Bool(truth) => writer.bool(truth),
        Content::Int(number) => writer.int(number),
        Content::Blob(bytes) => writer.blob(bytes),
        Content::List(_) => return Err(MetadataError::Unknown),
    })
}

/// The slots of an object, which has no more of them than are known.
fn copy_slots<const N: usize>(
    writer: &mut Writer,
    object: List<'_>,
    copy: impl Fn(&mut Writer, Value<'_>) -> Result<Word, MetadataError>,
) -> Result<[Word; N], MetadataError> {
    let mut slots = [Word::NULL; N];
    for (position, value) in object.items().enumerate() {
        match slots.get_mut(position) {
            Some(slot) => *slot = copy(writer, value)?,
            None => return Err(MetadataError::Unknown),
        }
    }
    Ok(slots)
}
