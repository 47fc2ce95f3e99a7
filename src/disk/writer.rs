//! Writes a tree of files as a FAT image, a tar or a folder: whole, or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::fat::{self, FatError, FatKind, Label, Size, Timestamp};
use crate::files::{Entry, OutputError, Permissions, WrittenFile, place_file, place_folder};
use crate::lock::Lock;
use crate::trust;

/// What to make of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// A FAT image, to be attached to the router as a disk.
    Fat,
    /// A tar, for a router that is reached by scp.
    Tar,
    /// The same, packed by gzip.
    TarGz,
    /// A folder.
    Dir,
}

impl OutputFormat {
    /// All of them.
    pub const ALL: [OutputFormat; 4] =
        [OutputFormat::Fat, OutputFormat::Tar, OutputFormat::TarGz, OutputFormat::Dir];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            OutputFormat::Fat => "fat",
            OutputFormat::Tar => "tar",
            OutputFormat::TarGz => "tar.gz",
            OutputFormat::Dir => "dir",
        }
    }

    /// What the ending of an output's name asks for: `.img`, `.tar`, `.tar.gz`, or a slash for a folder.
    pub fn of_name(name: &str) -> Option<OutputFormat> {
        let lower = name.to_ascii_lowercase();
        let endings = [
            ("/", OutputFormat::Dir),
            (".tar.gz", OutputFormat::TarGz),
            (".tgz", OutputFormat::TarGz),
            (".tar", OutputFormat::Tar),
            (".img", OutputFormat::Fat),
        ];
        endings.into_iter().find(|(ending, _)| lower.ends_with(ending)).map(|(_, format)| format)
    }
}

/// How to make it.
#[derive(Debug, Clone)]
pub struct OutputOptions {
    /// What to make.
    pub format: OutputFormat,
    /// The size of a FAT image.
    pub size: Size,
    /// The kind of FAT; none: by size and content.
    pub kind: Option<FatKind>,
    /// The label of a FAT image.
    pub label: Label,
    /// The volume id of a FAT image.
    pub volume_id: u32,
    /// Whether a partition table comes before a FAT.
    pub partition: bool,
    /// The time of every file, in seconds since 1970.
    pub date: i64,
    /// Who may read it.
    pub permissions: Permissions,
}

impl OutputOptions {
    /// The smallest FAT image for a lock. The same lock gives the same image: its volume id and its time are the lock's.
    /// One for a router that asked for it goes there on a stick, and so has a partition table.
    pub fn of(lock: &Lock) -> OutputOptions {
        let partition = lock.router.is_some();
        OutputOptions { partition, ..OutputOptions::of_all([lock]) }
    }

    /// The same for all locks of a stick for many routers, of the time of the latest.
    pub(crate) fn of_all<'l>(locks: impl IntoIterator<Item = &'l Lock> + Clone) -> OutputOptions {
        let text: String = locks.clone().into_iter().map(Lock::to_text).collect();
        let [a, b, c, d, ..] = trust::sha256(text.as_bytes());
        let is_secret = locks.clone().into_iter().any(Lock::is_secret);
        OutputOptions {
            format: OutputFormat::Fat,
            size: Size::Smallest,
            kind: None,
            label: Label::OWPKG,
            volume_id: u32::from_le_bytes([a, b, c, d]),
            partition: true,
            date: locks.into_iter().map(|lock| lock.date).max().unwrap_or_default(),
            permissions: if is_secret { Permissions::Owner } else { Permissions::All },
        }
    }
}

/// Why a disk could not be written. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The files do not make a FAT image.
    #[error("{path}: {source}")]
    Fat {
        /// The output.
        path: Utf8PathBuf,
        /// Why.
        source: FatError,
    },
    /// Its file, or a file of its folder, cannot be put in place.
    #[error(transparent)]
    File(#[from] OutputError),
}

/// Writes the files to `path`, in place of an earlier file of that name; a folder must be new or empty.
///
/// # Errors
/// When the files do not fit, or the place cannot be written.
pub fn write(path: &Utf8Path, entries: &[Entry], options: &OutputOptions) -> Result<WrittenFile, WriteError> {
    match options.format {
        OutputFormat::Fat => write_fat(path, entries, options),
        OutputFormat::Tar | OutputFormat::TarGz => place_file(path, options.permissions, |file| {
            let out = BufWriter::new(file);
            let written = match options.format {
                // Packages are packed already: there is little to gain by more than this.
                OutputFormat::TarGz => {
                    let packed = GzEncoder::new(out, Compression::fast());
                    write_tar(packed, entries, options).and_then(GzEncoder::finish)
                }
                _ => write_tar(out, entries, options),
            };
            let written = written.and_then(|mut out| out.flush());
            written.map_err(|source| OutputError::Io { path: path.to_owned(), source }.into())
        })
        .map(|((), placed)| placed),
        OutputFormat::Dir => {
            Ok(place_folder(path, options.permissions, |staging| write_dir(staging, entries, options))?)
        }
    }
}

fn write_fat(path: &Utf8Path, entries: &[Entry], options: &OutputOptions) -> Result<WrittenFile, WriteError> {
    let failed = |source| WriteError::Fat { path: path.to_owned(), source };
    let files: Vec<fat::FileSize<'_>> =
        entries.iter().map(|entry| fat::FileSize { path: &entry.path, size: entry.content.size() }).collect();
    let settings = fat::Options {
        size: options.size,
        kind: options.kind,
        label: options.label,
        volume_id: options.volume_id,
        time: Timestamp::from_unix(options.date),
        partition: options.partition,
    };
    let plan = fat::plan(&files, &settings).map_err(failed)?;
    let ((), placed) = place_file(path, options.permissions, |file| {
        plan.write(file, |index| entries[index].content.open()).map_err(failed)?;
        file.set_len(plan.size()).map_err(|error| failed(FatError::Write(error)))
    })?;
    Ok(placed)
}

fn write_tar<W: Write>(out: W, entries: &[Entry], options: &OutputOptions) -> io::Result<W> {
    let mut tar = tar::Builder::new(out);
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.content.size());
        let mode = if entry.path.ends_with(".sh") { 0o755 } else { 0o644 };
        header.set_mode(if options.permissions == Permissions::Owner { mode & 0o700 } else { mode });
        header.set_mtime(u64::try_from(options.date).unwrap_or(0));
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, &entry.path, entry.content.open()?)?;
    }
    tar.into_inner()
}

fn write_dir(folder: &Utf8Path, entries: &[Entry], options: &OutputOptions) -> io::Result<u64> {
    let seconds = Duration::from_secs(u64::try_from(options.date).unwrap_or(0));
    let mut bytes = 0;
    for entry in entries {
        let to = folder.join(&entry.path);
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = File::create(&to)?;
        bytes += io::copy(&mut entry.content.open()?, &mut file)?;
        file.set_modified(SystemTime::UNIX_EPOCH + seconds)?;
        file.sync_all()?;
    }
    Ok(bytes)
}
