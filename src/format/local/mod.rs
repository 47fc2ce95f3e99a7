//! A feed of the package files in a folder, for which an index is to be made.

mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{FORMATS, Format, IndexError};
use crate::parallel;
use crate::trust::{Digest, Keyring, SecretKey, Signed, TrustError, Unsigned, Verified};

pub use write::write_index;

/// What an index tells of a package file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    pub file: String,
    pub name: String,
    pub version: String,
    pub arch: String,
    /// The file's size in bytes.
    pub size: u64,
    /// The digest that the index states.
    pub digest: Digest,
    /// All of it in the format's own form: the stanza, or the package's metadata.
    pub(super) metadata: Vec<u8>,
}

/// The packages of a folder.
#[derive(Debug)]
pub struct LocalFeed {
    pub format: &'static dyn Format,
    /// The packages that the index is to list, sorted by the names of their files.
    pub packages: Vec<IndexEntry>,
    /// The names of the packages that it is not to list, as no index of the format does.
    pub unlisted: Vec<String>,
}

/// A package file that cannot stand in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotIndexed {
    pub file: String,
    pub why: String,
    /// The name under which it could, where that is all that is wrong.
    pub rename_to: Option<String>,
}

/// Why a package file cannot stand in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indescribable {
    /// What is wrong with it, in words.
    pub why: String,
    /// The name under which it could, where that is all that is wrong.
    pub rename_to: Option<String>,
}

impl From<&str> for Indescribable {
    fn from(why: &str) -> Indescribable {
        why.to_owned().into()
    }
}

impl From<String> for Indescribable {
    fn from(why: String) -> Indescribable {
        Indescribable { why, rename_to: None }
    }
}

impl fmt::Display for NotIndexed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.why)
    }
}

/// Why the packages of a folder make no index.
#[derive(Debug, thiserror::Error)]
pub enum LocalFeedError {
    /// The folder cannot be read.
    #[error("{folder} cannot be read: {source}")]
    Unreadable { folder: Utf8PathBuf, source: io::Error },
    /// There is no package in it.
    #[error("{folder} holds no packages ({})", FORMATS.map(|format| format!("*{}", format.facts().package_ending)).join(" or "))]
    Empty { folder: Utf8PathBuf },
    /// It holds packages of several formats.
    #[error("{folder} holds packages of several formats: {}", files.join(", "))]
    Mixed {
        folder: Utf8PathBuf,
        /// One file of each format.
        files: Vec<String>,
    },
    /// Packages are damaged, or not such as their client takes.
    #[error("{folder}: {} cannot stand in an index, and nothing was written:\n  {}", count(packages.len()), lines(packages))]
    Packages { folder: Utf8PathBuf, packages: Vec<NotIndexed> },
    /// Two files are of one package in one version.
    #[error("{folder}: {} are all {name} {version} for {arch}, of which a router would see one", files.join(", "))]
    Twice { folder: Utf8PathBuf, name: String, version: String, arch: String, files: Vec<String> },
    /// The key is of another format's kind.
    #[error("key {key} is of another kind than indexes of {} are signed with", format.name())]
    OtherScheme {
        /// The key's id.
        key: String,
        format: &'static dyn Format,
    },
    /// A file cannot be given the name that its client looks for.
    #[error("{from} cannot be renamed to {to}: {source}")]
    Rename { from: Utf8PathBuf, to: String, source: io::Error },
    /// There is too much for an index.
    #[error("an index of {folder} cannot be made: {source}")]
    Write { folder: Utf8PathBuf, source: io::Error },
    /// The index that was made cannot be read again.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The index that was made does not verify.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

fn count(packages: usize) -> String {
    if packages == 1 { "a package".to_owned() } else { format!("{packages} packages") }
}

fn lines(packages: &[NotIndexed]) -> String {
    packages.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

impl LocalFeed {
    /// Reads every package file of a folder to its end. Hidden files, and those of other endings, do not matter.
    ///
    /// # Errors
    /// When there are none, they are of several formats, or one of them cannot stand in an index.
    pub fn read(folder: &Utf8Path) -> Result<LocalFeed, LocalFeedError> {
        let (format, files) = package_files(folder)?;
        let results = parallel::map(&files, parallel::processors(), |name| {
            let mut file = File::open(folder.join(name)).map_err(|error| error.to_string())?;
            format.describe(name, &mut file)
        });
        let (mut packages, mut bad) = (Vec::new(), Vec::new());
        for (file, result) in files.into_iter().zip(results) {
            match result {
                Ok(package) => packages.push(package),
                Err(Indescribable { why, rename_to }) => bad.push(NotIndexed { file, why, rename_to }),
            }
        }
        if !bad.is_empty() {
            return Err(LocalFeedError::Packages { folder: folder.to_owned(), packages: bad });
        }
        refuse_twins(folder, &packages)?;
        let (unlisted, packages): (Vec<_>, Vec<_>) = packages
            .into_iter()
            .partition(|package| format.facts().unlisted.contains(&package.name.as_str()));
        if packages.is_empty() {
            return Err(LocalFeedError::Empty { folder: folder.to_owned() });
        }
        Ok(LocalFeed {
            format,
            packages,
            unlisted: unlisted.into_iter().map(|package| package.name).collect(),
        })
    }

    /// The same, after files that are called otherwise than their client looks for were renamed: which, and to what.
    ///
    /// # Errors
    /// As [`LocalFeed::read`], and when a name is taken or a file cannot be renamed.
    pub fn read_renaming(folder: &Utf8Path) -> Result<(LocalFeed, Vec<(String, String)>), LocalFeedError> {
        let misnamed = match LocalFeed::read(folder) {
            Err(LocalFeedError::Packages { packages, .. })
                if packages.iter().all(|file| file.rename_to.is_some()) =>
            {
                packages
            }
            read => return Ok((read?, Vec::new())),
        };
        let mut renamed = Vec::new();
        for NotIndexed { file, rename_to, .. } in misnamed {
            let to = rename_to.unwrap_or_default();
            let failed = |source| LocalFeedError::Rename { from: folder.join(&file), to: to.clone(), source };
            if folder.join(&to).symlink_metadata().is_ok() {
                return Err(failed(io::ErrorKind::AlreadyExists.into()));
            }
            fs::rename(folder.join(&file), folder.join(&to)).map_err(failed)?;
            renamed.push((file, to));
        }
        Ok((LocalFeed::read(folder)?, renamed))
    }

    /// Makes the index, signed if there is a key, and reads it again: what comes of it is what a router will see.
    ///
    /// # Errors
    /// When the key is of another kind than the format's.
    pub fn index(
        &self,
        folder: &Utf8Path,
        key: Option<&SecretKey>,
    ) -> Result<Verified<Signed>, LocalFeedError> {
        let (mut keyring, mut unsigned) = (Keyring::empty(), Unsigned::Accept);
        if let Some(key) = key {
            let public = key.public();
            if public.scheme() != self.format.facts().scheme {
                return Err(LocalFeedError::OtherScheme {
                    key: public.id().to_string(),
                    format: self.format,
                });
            }
            keyring.add(public.to_text().as_bytes(), folder.as_str())?;
            unsigned = Unsigned::Refuse;
        }
        let write = |source| LocalFeedError::Write { folder: folder.to_owned(), source };
        let files = self.format.make_index(&self.packages, key).map_err(write)?;
        Ok(keyring.verify(self.format.open(files)?, folder.as_str(), unsigned)?)
    }

    /// The architectures of packages that are for one alone; a router takes only those of its own.
    pub fn archs(&self) -> Vec<&str> {
        let archs: BTreeSet<&str> = self.packages.iter().map(|package| package.arch.as_str()).collect();
        archs.into_iter().filter(|arch| !self.format.fits(arch, "")).collect()
    }
}

/// The names of a folder's package files, sorted, and their format.
fn package_files(folder: &Utf8Path) -> Result<(&'static dyn Format, Vec<String>), LocalFeedError> {
    let unreadable = |source| LocalFeedError::Unreadable { folder: folder.to_owned(), source };
    let mut of_formats = FORMATS.map(|format| (format, Vec::new()));
    for entry in folder.read_dir_utf8().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let of_format =
            of_formats.iter_mut().find(|(format, _)| name.ends_with(format.facts().package_ending));
        if let Some((_, files)) = of_format
            && !name.starts_with('.')
            && entry.path().is_file()
        {
            files.push(name.to_owned());
        }
    }
    let mut found = of_formats.into_iter().filter(|(_, files)| !files.is_empty());
    let empty = || LocalFeedError::Empty { folder: folder.to_owned() };
    let (format, mut files) = found.next().ok_or_else(empty)?;
    let firsts = |files: &[String]| files.iter().min().cloned();
    if let Some((_, others)) = found.next() {
        let files = firsts(&files).into_iter().chain(firsts(&others)).collect();
        return Err(LocalFeedError::Mixed { folder: folder.to_owned(), files });
    }
    files.sort();
    Ok((format, files))
}

/// Of two files of one package in one version, a router would see the one that its client happens to take.
fn refuse_twins(folder: &Utf8Path, packages: &[IndexEntry]) -> Result<(), LocalFeedError> {
    let mut files: BTreeMap<(&str, &str, &str), Vec<String>> = BTreeMap::new();
    for package in packages {
        let key = (package.name.as_str(), package.version.as_str(), package.arch.as_str());
        files.entry(key).or_default().push(package.file.clone());
    }
    match files.into_iter().find(|(_, files)| files.len() > 1) {
        None => Ok(()),
        Some(((name, version, arch), files)) => Err(LocalFeedError::Twice {
            folder: folder.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            arch: arch.to_owned(),
            files,
        }),
    }
}
