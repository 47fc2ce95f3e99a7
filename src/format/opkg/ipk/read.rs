//! Reads a package in one pass, in constant memory but for its control files and its list of files.

use std::io::{self, BufReader, Cursor, ErrorKind, Read};

use tar::EntryType;

use super::ar_guard::{self, ArGuard};
use super::archive::{self, Member};
use super::gunzip::Gunzip;
use super::path::{on_router, shown};
use crate::format::VisitFile;

use super::{Container, FileEntry, FileKind, Ipk, IpkError, Limits, Part};

const CONTROL: &str = "control.tar.gz";
const DATA: &str = "data.tar.gz";

/// Reads a whole package; `reader` is read to its end, through buffers of the function's own.
pub fn read(reader: impl Read, limits: &Limits) -> Result<Ipk, IpkError> {
    visit(reader, limits, &mut |_, _| Ok(()))
}

/// The same as [`read`], and shows each file and link to `visit` on the way.
pub(crate) fn visit(reader: impl Read, limits: &Limits, visit: &mut VisitFile<'_>) -> Result<Ipk, IpkError> {
    let mut reader = Source(reader);
    let mut head = Vec::new();
    reader.by_ref().take(512).read_to_end(&mut head).map_err(|error| IpkError::met(Part::Package, error))?;
    let container = container(&head).map_err(|found| IpkError::NotIpk { found })?;
    let mut reader = BufReader::with_capacity(1 << 15, Cursor::new(head).chain(reader));
    let mut reading = Reading { limits, visit, control: None, data: None };
    match container {
        Container::GzipTar => reading.gzip_tar(reader)?,
        Container::Ar => reading.ar(&mut reader)?,
    }
    let control = reading.control.ok_or(IpkError::Missing { member: CONTROL })?;
    let data = reading.data.ok_or(IpkError::Missing { member: DATA })?;
    Ok(Ipk {
        container,
        control: control.control.ok_or(IpkError::Missing { member: "control file" })?,
        control_members: control.others,
        conffiles: control.conffiles,
        files: data.files,
        packed_size: data.packed,
        unpacked_size: data.unpacked,
    })
}

/// The container that a file starts as, or what it is instead.
fn container(head: &[u8]) -> Result<Container, &'static str> {
    const OTHERS: [(&[u8], &str); 7] = [
        (b"\xfd7zXZ\0", "something packed with xz"),
        (b"\x28\xb5\x2f\xfd", "something packed with zstd"),
        (b"BZh", "something packed with bzip2"),
        (b"PK\x03\x04", "a zip archive"),
        (b"ADB", "a package for apk"),
        (b"<", "a web page"),
        (b"\x7fELF", "a program"),
    ];
    if head.is_empty() {
        return Err("an empty file");
    }
    if head.starts_with(b"\x1f\x8b") {
        return Ok(Container::GzipTar);
    }
    if head.starts_with(ar_guard::MAGIC) {
        return Ok(Container::Ar);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Err("a tar archive that is not packed");
    }
    let known = OTHERS.into_iter().find(|(magic, _)| head.starts_with(magic));
    Err(known.map_or("something of another kind", |(_, name)| name))
}

/// The package's own bytes; trouble with getting them is told apart from trouble with what they say.
struct Source<R>(R);

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            ErrorKind::Interrupted => error,
            _ => IpkError::Unreadable(error).into(),
        })
    }
}

/// What was found of a package so far.
struct Reading<'l, 'v> {
    limits: &'l Limits,
    visit: &'l mut VisitFile<'v>,
    control: Option<Control>,
    data: Option<Data>,
}

#[derive(Default)]
struct Control {
    control: Option<String>,
    others: Vec<String>,
    conffiles: Vec<String>,
}

struct Data {
    files: Vec<FileEntry>,
    packed: u64,
    unpacked: u64,
}

impl Reading<'_, '_> {
    fn gzip_tar(&mut self, packed: impl io::BufRead) -> Result<(), IpkError> {
        let limits = self.limits;
        let archive = Gunzip::new(Part::Package, packed, limits.inflated);
        archive::walk(Part::Package, archive, limits, |member, content| match member.kind {
            EntryType::Regular => self.member(member.plain_name(), member.size, content),
            _ => Ok(()),
        })?;
        Ok(())
    }

    fn ar(&mut self, reader: &mut impl Read) -> Result<(), IpkError> {
        let mut archive = ar::Archive::new(ArGuard::new(reader));
        let mut entries = 0;
        while let Some(entry) = archive.next_entry() {
            let mut entry = entry.map_err(|error| IpkError::met(Part::Package, error))?;
            entries += 1;
            if entries > self.limits.entries {
                let cap = self.limits.entries;
                return Err(IpkError::TooLarge { part: Part::Package, cap, of: "entries" });
            }
            let (name, size) = (entry.header().identifier().to_vec(), entry.header().size());
            self.member(name.strip_prefix(b"./").unwrap_or(&name), size, &mut entry)?;
            // The crate skips what is left of an entry, but keeps quiet about a file that ends meanwhile.
            io::copy(&mut entry, &mut io::sink()).map_err(|error| IpkError::met(Part::Package, error))?;
        }
        Ok(())
    }

    /// Reads one member of the container; those that opkg does not know do not matter.
    fn member(&mut self, name: &[u8], size: u64, content: &mut dyn Read) -> Result<(), IpkError> {
        let wrong = |expected| Err(IpkError::WrongName { expected, found: shown(name) });
        match name {
            b"control.tar.gz" if self.control.is_some() => Err(IpkError::Duplicate { member: CONTROL }),
            b"control.tar.gz" => {
                self.control = Some(read_control(content, self.limits)?);
                Ok(())
            }
            b"data.tar.gz" if self.data.is_some() => Err(IpkError::Duplicate { member: DATA }),
            b"data.tar.gz" => {
                self.data = Some(read_data(content, size, self.limits, self.visit)?);
                Ok(())
            }
            _ if name.starts_with(b"control.tar") => wrong(CONTROL),
            _ if name.starts_with(b"data.tar") => wrong(DATA),
            _ => Ok(()),
        }
    }
}

fn read_control(packed: &mut dyn Read, limits: &Limits) -> Result<Control, IpkError> {
    let part = Part::Control;
    let mut control = Control::default();
    let archive = Gunzip::new(part, BufReader::new(packed), limits.control);
    archive::walk(part, archive, limits, |member, content| {
        refuse_extension(part, member)?;
        if member.kind != EntryType::Regular {
            return Ok(());
        }
        let path = on_router(part, &member.name)?;
        let name = path.trim_start_matches('/');
        // The archive's cap holds for its members too.
        let mut text = Vec::new();
        content.read_to_end(&mut text).map_err(|error| IpkError::met(part, error))?;
        let text = String::from_utf8_lossy(&text);
        match name {
            "control" if control.control.is_some() => {
                return Err(IpkError::Duplicate { member: "control file" });
            }
            "control" => control.control = Some(text.into_owned()),
            _ => {
                if name == "conffiles" {
                    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                    control.conffiles.extend(lines.map(str::to_owned));
                }
                control.others.push(name.to_owned());
            }
        }
        Ok(())
    })?;
    Ok(control)
}

fn read_data(
    packed: &mut dyn Read,
    size: u64,
    limits: &Limits,
    visit: &mut VisitFile<'_>,
) -> Result<Data, IpkError> {
    let part = Part::Data;
    let mut files = Vec::new();
    let archive = Gunzip::new(part, BufReader::with_capacity(1 << 15, packed), limits.inflated);
    let archive = archive::walk(part, archive, limits, |member, content| {
        refuse_extension(part, member)?;
        let path = on_router(part, &member.name)?;
        let kind = match member.kind {
            EntryType::Directory => FileKind::Directory,
            EntryType::Symlink => FileKind::Symlink(link_text(part, &member.link)?),
            EntryType::Link => FileKind::HardLink(on_router(part, &member.link)?),
            EntryType::Char | EntryType::Block => FileKind::Device,
            EntryType::Fifo => FileKind::Fifo,
            _ => FileKind::File,
        };
        if kind != FileKind::Directory {
            visit(path.trim_start_matches('/'), content).map_err(|error| IpkError::met(part, error))?;
        }
        // "./" stands for the root, which is there already.
        if path != "/" {
            let size = if kind == FileKind::File { member.size } else { 0 };
            files.push(FileEntry { path, kind, size, mode: member.mode });
        }
        Ok(())
    })?;
    Ok(Data { files, packed: size, unpacked: archive.inflated() })
}

/// opkg does not skip the content of entries that it does not know, reads on in the middle of it, and ends there.
fn refuse_extension(part: Part, member: &Member) -> Result<(), IpkError> {
    let found = match member.kind {
        EntryType::Regular | EntryType::Link | EntryType::Symlink | EntryType::Directory => return Ok(()),
        EntryType::Char | EntryType::Block | EntryType::Fifo => return Ok(()),
        EntryType::XHeader | EntryType::XGlobalHeader => "a PAX header",
        EntryType::GNUSparse => "a sparse file",
        _ => "an entry of an unknown kind",
    };
    Err(IpkError::Unsupported { part, found, path: shown(&member.name) })
}

/// What a symbolic link says: any path, but no control characters.
fn link_text(part: Part, link: &[u8]) -> Result<String, IpkError> {
    match link.iter().any(u8::is_ascii_control) {
        true => Err(IpkError::BadPath { part, path: shown(link), why: "holds a control character" }),
        false => Ok(String::from_utf8_lossy(link).into_owned()),
    }
}
