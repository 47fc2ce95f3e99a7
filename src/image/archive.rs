//! The one file that is added to an image: a tar, packed by gzip, that the first start unpacks in `/`.
//!
//! It holds the uci-default that installs, and the whole disk in a folder of its own. fstools takes it for an archive
//! by its first four bytes alone, so the gzip has no flags: no name, no comment.

use std::io::{self, BufWriter, Read, Seek, Write};

use flate2::{Compression, GzBuilder};

use super::Load;
use super::first_boot::{DEFAULTS, FOLDER, FirstBoot};
use crate::files::Entry;
use crate::lock::Lock;

/// What files take on a root with blocks of this many bytes.
const BLOCK: u64 = 4096;

/// Packs the archive of a disk; `entries` are its files, by path.
///
/// # Errors
/// When a file cannot be read, or the archive cannot be written.
pub fn pack(
    to: &mut (impl Write + Seek),
    script: &FirstBoot<'_>,
    lock: &Lock,
    entries: &[Entry],
) -> io::Result<Load> {
    let gzip = GzBuilder::new().write(BufWriter::new(&mut *to), Compression::default());
    let mut tar = Tar::new(gzip, lock.date);
    tar.script(&script.to_text())?;
    tar.folder()?;
    for entry in entries {
        tar.file(&entry.path, entry.content.size(), entry.content.open()?)?;
    }
    tar.end()?.finish()?.flush()?;
    let blocks = |size: u64| size.next_multiple_of(BLOCK);
    let packages = lock.packages.iter().filter_map(|package| package.installed_size);
    let files =
        lock.configuration.iter().flat_map(|configuration| &configuration.files).map(|file| file.size);
    Ok(Load {
        archive: to.stream_position()?,
        unpacked: entries.iter().map(|entry| blocks(entry.content.size())).sum(),
        installed: packages.chain(files).map(blocks).sum(),
        date: lock.date,
    })
}

/// The tar inside, which is always the same for the same files.
pub(super) struct Tar<W: Write> {
    tar: tar::Builder<W>,
    date: u64,
}

impl<W: Write> Tar<W> {
    pub(super) fn new(to: W, date: i64) -> Tar<W> {
        Tar { tar: tar::Builder::new(to), date: u64::try_from(date).unwrap_or(0) }
    }

    /// The uci-default comes first: should power fail while the rest is unpacked, it says so at the next start.
    pub(super) fn script(&mut self, text: &str) -> io::Result<()> {
        let mut header = self.header(text.len() as u64, 0o644);
        self.tar.append_data(&mut header, DEFAULTS, text.as_bytes())
    }

    /// The folder of the disk, which may hold secrets.
    pub(super) fn folder(&mut self) -> io::Result<()> {
        let mut header = self.header(0, 0o700);
        header.set_entry_type(tar::EntryType::Directory);
        self.tar.append_data(&mut header, format!("{FOLDER}/"), io::empty())
    }

    /// A file of the disk.
    pub(super) fn file(&mut self, path: &str, size: u64, content: impl Read) -> io::Result<()> {
        let mut header = self.header(size, 0o600);
        self.tar.append_data(&mut header, format!("{FOLDER}/{path}"), content)
    }

    pub(super) fn end(self) -> io::Result<W> {
        self.tar.into_inner()
    }

    fn header(&self, size: u64, mode: u32) -> tar::Header {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(mode);
        header.set_mtime(self.date);
        header.set_uid(0);
        header.set_gid(0);
        header
    }
}
