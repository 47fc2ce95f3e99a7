//! An image that carries a disk, taken apart again.
//!
//! What is in the archive is checked as a disk is; the rest of the image must be the official one, with just those
//! changes that this archive makes in it.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take, Write};

use camino::{Utf8Path, Utf8PathBuf};
use flate2::bufread::GzDecoder;
use tempfile::NamedTempFile;

use super::archive::Tar;
use super::change;
use super::door::{BOOT_FILE, behind_squashfs};
use super::first_boot::{DEFAULTS, FOLDER, FirstBoot};
use super::layout::has_overlay;
use super::{Door, DoorError, Holds, Layout, LayoutError, Load};
use crate::audit::{Audit, Wrong};
use crate::disk::check::{DiskSource, check};
use crate::fat::in_place::{InPlaceError, Place, Run, Volume};
use crate::lock::{Lock, LockError};
use crate::trust::{Keyring, UnsignedFeeds};

/// Most bytes of a text in an archive that is kept in memory.
const TEXT_CAP: u64 = 16 << 20;
/// Most bytes that an archive unpacks to.
const UNPACKED_CAP: u64 = 1 << 30;
/// How much of an image is compared at once.
const CHUNK: usize = 256 << 10;

/// An image that carries a disk.
#[derive(Debug)]
pub struct Carried {
    /// How the disk gets in.
    pub door: Door,
    /// The official image by its file name, as the image itself says.
    pub image: String,
    /// The device, by its name in `profiles.json`.
    pub profile: String,
    /// The disk's lock, which vouches for nothing.
    pub lock: Lock,
    path: Utf8PathBuf,
    layout: Layout,
    archive: NamedTempFile,
}

/// Why an image cannot be taken apart.
#[derive(Debug, thiserror::Error)]
pub enum CarriedError {
    /// It cannot be read, or is no disk.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A start has changed it.
    #[error("the image was started already: what it carried is moved, and its file systems are in use")]
    Started,
    /// It carries no disk.
    #[error("the image carries no disk")]
    Nothing,
    /// What it carries is not of owpkg.
    #[error("what the image carries is no disk that owpkg packed: {0}")]
    Foreign(String),
    /// The disk's lock is none.
    #[error("the lock in the image: {0}")]
    Lock(#[from] LockError),
}

impl From<io::Error> for CarriedError {
    fn from(error: io::Error) -> CarriedError {
        LayoutError::from(error).into()
    }
}

impl Carried {
    /// Finds the disk in an image.
    ///
    /// # Errors
    /// When the image is none, carries nothing, or was started.
    pub fn read(path: &Utf8Path) -> Result<Carried, CarriedError> {
        let mut image = File::open(path)?;
        let layout = Layout::read(&mut image)?;
        let (door, place) = find(&mut image, &layout)?;
        let mut archive = NamedTempFile::new()?;
        for Run { at, bytes } in place.runs {
            image.seek(SeekFrom::Start(at))?;
            io::copy(&mut (&image).take(bytes.end - bytes.start), archive.as_file_mut())?;
        }
        let (mut script, mut lock) = (None, None);
        let locked = format!("{FOLDER}/owpkg.lock");
        each_file(archive.path(), |path, file| {
            let text = match path {
                DEFAULTS => &mut script,
                _ if path == locked => &mut lock,
                _ => return Ok(()),
            };
            let mut bytes = Vec::new();
            file.take(TEXT_CAP).read_to_end(&mut bytes)?;
            *text = Some(String::from_utf8_lossy(&bytes).into_owned());
            Ok(())
        })
        .map_err(|error| CarriedError::Foreign(error.to_string()))?;
        let lacks = |what: &str| CarriedError::Foreign(format!("it lacks {what}"));
        let (script, lock) = (script.ok_or(lacks(DEFAULTS))?, lock.ok_or(lacks(&locked))?);
        let first_boot = FirstBoot::of_text(&script)
            .ok_or(CarriedError::Foreign(format!("{DEFAULTS} is not what this owpkg writes")))?;
        Ok(Carried {
            door,
            image: first_boot.image.to_owned(),
            profile: first_boot.profile.to_owned(),
            lock: Lock::parse(&lock)?,
            path: path.to_owned(),
            layout,
            archive,
        })
    }

    /// Checks the disk as such, and that the archive holds nothing else.
    ///
    /// # Errors
    /// When it cannot be read at all.
    pub fn check(&self, keyring: &Keyring, unsigned: &UnsignedFeeds) -> io::Result<Audit> {
        let archive = Utf8PathBuf::try_from(self.archive.path().to_owned()).map_err(io::Error::other)?;
        let source = DiskSource::Packed { archive, folder: FOLDER };
        let mut audit = check(&source, keyring, unsigned)?;
        if self.repack().is_err() {
            audit.fault(self.place(), Wrong::NotAsMade);
        }
        Ok(audit)
    }

    /// Checks that the image is the official one but for what this archive changes in it.
    ///
    /// # Errors
    /// When either cannot be read, or the image was started.
    pub fn compare(&self, official: &mut File, audit: &mut Audit) -> Result<(), CarriedError> {
        let layout = Layout::read(official)?;
        if mounts(&self.layout) != mounts(&layout) {
            return Err(CarriedError::Started);
        }
        let mut archive = self.archive.reopen()?;
        let archive_size = archive.seek(SeekFrom::End(0))?;
        let load = Load { archive: archive_size, unpacked: 0, installed: 0, date: self.lock.date };
        let plan = match super::plan(official, &self.lock.target, load, Some(self.layout.size)) {
            Ok(plan) => plan,
            Err(DoorError::Layout(error)) => return Err(error.into()),
            Err(error) => {
                audit.fault(self.place(), Wrong::Text(error.to_string()));
                return Ok(());
            }
        };
        if (plan.door, plan.size) != (self.door, self.layout.size) {
            audit.fault(self.place(), Wrong::NotAsMade);
            return Ok(());
        }
        let mut image = File::open(&self.path)?;
        official.seek(SeekFrom::Start(0))?;
        let mut at = 0;
        let mut differing: Vec<String> = Vec::new();
        let (mut expected, mut found) = (vec![0; CHUNK], vec![0; CHUNK]);
        while at < plan.size {
            let length = CHUNK.min((plan.size - at) as usize);
            let (expected, found) = (&mut expected[..length], &mut found[..length]);
            // What it grew by is empty.
            expected.fill(0);
            read_full(official, expected)?;
            image.read_exact(found)?;
            change::overlay(&plan.changes, &mut archive, at, expected)?;
            if let Some(first) = expected.iter().zip(&*found).position(|(expected, found)| expected != found)
            {
                let part = layout.part_at(at + first as u64);
                if differing.last() != Some(&part) {
                    differing.push(part);
                }
            }
            at += length as u64;
        }
        differing.sort();
        differing.dedup();
        for part in differing {
            audit.fault(part, Wrong::NotOfficial);
        }
        audit.files += 1;
        audit.bytes += plan.size;
        Ok(())
    }

    /// What holds the disk.
    fn place(&self) -> &'static str {
        match self.door {
            Door::BootPartition => BOOT_FILE,
            Door::BehindSquashfs => "the archive behind the squashfs",
        }
    }

    /// Packs the files of the archive once more: what comes out must be what is there.
    fn repack(&self) -> io::Result<()> {
        let there = GzDecoder::new(BufReader::new(self.archive.reopen()?));
        let mut tar = Tar::new(Same(there), self.lock.date);
        let mut first = true;
        each_file(self.archive.path(), |path, file| {
            if first {
                first = false;
                let mut text = String::new();
                file.take(TEXT_CAP).read_to_string(&mut text)?;
                tar.script(&text)?;
                return tar.folder();
            }
            let path = path.strip_prefix(FOLDER).and_then(|path| path.strip_prefix('/'));
            let path = path.ok_or(io::ErrorKind::InvalidData)?.to_owned();
            let size = file.size();
            tar.file(&path, size, file)
        })?;
        let Same(mut rest) = tar.end()?;
        match read_full(&mut rest, &mut [0])? {
            0 => Ok(()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Where an image has its archive.
fn find(image: &mut File, layout: &Layout) -> Result<(Door, Place), CarriedError> {
    if let Some(boot) = layout.partition(1).filter(|boot| boot.holds == Holds::Fat) {
        let foreign = |error: InPlaceError| CarriedError::Foreign(error.to_string());
        let volume = Volume::open(image, boot.start..boot.start + boot.length).map_err(foreign)?;
        match volume.find(BOOT_FILE).map_err(foreign)? {
            Some(place) => return Ok((Door::BootPartition, place)),
            None if volume.had(BOOT_FILE) => return Err(CarriedError::Started),
            None => {}
        }
    }
    let Some((root, used)) = layout.root().and_then(|root| match root.holds {
        Holds::Squashfs { used } => Some((root, used)),
        _ => None,
    }) else {
        return Err(CarriedError::Nothing);
    };
    let at = behind_squashfs(root, used);
    image.seek(SeekFrom::Start(at))?;
    let mut gzip = GzDecoder::new(Counted { inner: BufReader::new(&*image), count: 0 });
    match io::copy(&mut gzip.by_ref().take(UNPACKED_CAP), &mut io::sink()) {
        Ok(UNPACKED_CAP) => Err(too_large()),
        Ok(_) if gzip.header().is_some() => {
            let size = gzip.into_inner().count;
            Ok((Door::BehindSquashfs, Place { size, runs: vec![Run { at, bytes: 0..size }] }))
        }
        _ if has_overlay(image, at)? => Err(CarriedError::Started),
        _ => Err(CarriedError::Nothing),
    }
}

fn too_large() -> CarriedError {
    CarriedError::Foreign(format!("it unpacks to more than {UNPACKED_CAP} bytes"))
}

fn mounts(layout: &Layout) -> Option<u64> {
    match layout.root()?.holds {
        Holds::Ext4 { mounts, .. } => Some(mounts),
        _ => None,
    }
}

/// Tells of each file of an archive, in its order.
fn each_file(
    archive: &std::path::Path,
    mut tell: impl FnMut(&str, &mut tar::Entry<'_, Take<GzDecoder<BufReader<File>>>>) -> io::Result<()>,
) -> io::Result<()> {
    let unpacked = GzDecoder::new(BufReader::new(File::open(archive)?));
    let mut tar = tar::Archive::new(unpacked.take(UNPACKED_CAP));
    for entry in tar.entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            tell(&path, &mut entry)?;
        }
    }
    Ok(())
}

/// Reads as much as there is, up to all that is wanted.
fn read_full(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match from.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Takes only what a reader says too.
struct Same<R>(R);

impl<R: Read> Write for Same<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut there = vec![0; bytes.len()];
        read_full(&mut self.0, &mut there)?;
        match there == bytes {
            true => Ok(bytes.len()),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts what is consumed.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: io::BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

impl<R: io::BufRead> io::BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.count += count as u64;
        self.inner.consume(count);
    }
}
