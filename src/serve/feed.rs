//! A folder with an index: its package files, and what the index says of them.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};

use super::file;
use crate::format::{FORMATS, FeedId, Format, IndexError, Package, is_package_file};
use crate::release::native_arch;
use crate::trust::{Keyring, Signed, SignedFile, TrustError, Unsigned, Verified};

/// How much is kept of what an index says of a package, in characters.
const MOST_WORDS: usize = 2000;

/// A feed, as routers and people are told about it.
#[derive(Debug)]
pub struct ServedFeed {
    /// Its name: `core`, `kmods`, `base`.
    pub name: String,
    pub folder: String,
    /// The format of its index.
    pub format: &'static dyn Format,
    /// The names of the package files that are there, sorted.
    pub files: Vec<String>,
    pub(super) index: Arc<Index>,
}

/// An index, read when it is first asked for.
#[derive(Debug)]
pub(super) struct Index {
    place: Utf8PathBuf,
    format: &'static dyn Format,
    /// What its files were tagged with; others when they are replaced.
    tags: Vec<String>,
    entries: OnceLock<Result<Entries, Unreadable>>,
}

/// What an index says.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// By the names of their files.
    pub(super) packages: HashMap<String, Entry>,
    /// The architecture that most of its packages are for, if they are not all for any.
    arch: Option<String>,
}

/// What an index says of a package. It is shown, and nothing is done on its word.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) size: Option<u64>,
    /// In one line.
    pub(super) description: String,
    /// Name and description in lower case.
    pub(super) words: String,
}

/// Why an index cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("{file} has more than {cap} bytes")]
    TooLarge { file: &'static str, cap: u64 },
}

impl ServedFeed {
    /// Looks into a folder; none if it has no index. Where an index that was `known` is still the same, it is not read
    /// again.
    pub(super) fn look(
        root: &Utf8Path,
        name: String,
        folder: String,
        known: Option<&Arc<Index>>,
    ) -> Option<Arc<ServedFeed>> {
        let place = root.join(&folder);
        let format = FORMATS.into_iter().find(|format| place.join(format.index_name()).is_file())?;
        let entries = place.read_dir_utf8().ok()?.flatten();
        let names = entries.map(|entry| entry.file_name().to_owned());
        let mut files: Vec<String> = names.filter(|name| is_package_file(name)).collect();
        files.sort();
        let index = Index::at(place, format);
        let index =
            match known.filter(|known| known.format.name() == format.name() && known.tags == index.tags) {
                Some(known) => known.clone(),
                None => Arc::new(index),
            };
        Some(Arc::new(ServedFeed { name, folder, format, files, index }))
    }

    /// Why its index cannot be read, if it cannot.
    pub fn trouble(&self) -> Option<String> {
        self.index.entries().err().map(ToString::to_string)
    }

    /// The architecture that its index is for, as far as that tells.
    pub(super) fn arch(&self) -> Option<&str> {
        self.index.entries().ok()?.arch.as_deref()
    }
}

impl Index {
    fn at(place: Utf8PathBuf, format: &'static dyn Format) -> Index {
        let tag =
            |name| place.join(name).metadata().and_then(|metadata| file::tag(&metadata)).unwrap_or_default();
        let tags = format.facts().index_files.iter().map(|file| tag(file.name)).collect();
        Index { place, format, tags, entries: OnceLock::new() }
    }

    pub(super) fn entries(&self) -> Result<&Entries, &Unreadable> {
        self.entries.get_or_init(|| self.read()).as_ref()
    }

    /// The files of the index that are there.
    pub(super) fn files(&self) -> Result<Vec<SignedFile>, Unreadable> {
        let mut files = Vec::new();
        for file in self.format.facts().index_files {
            let opened = match std::fs::File::open(self.place.join(file.name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened?,
            };
            let mut bytes = Vec::new();
            opened.take(file.cap + 1).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > file.cap {
                return Err(Unreadable::TooLarge { file: file.name, cap: file.cap });
            }
            files.push(SignedFile { name: file.name, bytes });
        }
        Ok(files)
    }

    fn read(&self) -> Result<Entries, Unreadable> {
        let signed = self.format.open(self.files()?)?;
        // Routers check it with their own keys; here it is enough that it is not changed under the name of a known one.
        let index = Keyring::official().verify(signed, "the index", Unsigned::Accept)?;
        Entries::of(self.format, &index)
    }
}

impl Entries {
    fn of(format: &dyn Format, index: &Verified<Signed>) -> Result<Entries, Unreadable> {
        let parsed = format.parse(index, FeedId(0))?;
        let arch = native_arch(format, &parsed).map(str::to_owned);
        let packages = parsed.into_packages().map(|package| (package.file.to_string(), Entry::of(&package)));
        Ok(Entries { packages: packages.collect(), arch })
    }
}

impl Entry {
    fn of(package: &Package<'_>) -> Entry {
        let apart = |c: char| c.is_whitespace() || c.is_control();
        let words: Vec<&str> = package.description.split(apart).filter(|word| !word.is_empty()).collect();
        let description: String = words.join(" ").chars().take(MOST_WORDS).collect();
        Entry {
            name: package.name.to_owned(),
            version: package.version.to_owned(),
            size: package.size,
            words: format!("{} {description}", package.name).to_lowercase(),
            description,
        }
    }
}
