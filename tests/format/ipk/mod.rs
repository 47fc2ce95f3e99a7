//! opkg packages: what is read of good ones, what is said about bad ones, and what GNU tar, gzip and ar make of
//! those that are written here. The packages are built in these files, piece by piece.

mod hostile;
mod reading;
mod tools;
mod writing;

use std::io::Write as _;

use flate2::{Compression, GzBuilder};
use owpkg::format::opkg::ipk::{self, Ipk, IpkError, Limits};
use tar::{Builder, EntryType, Header};

const CONTROL: &str =
    "Package: demo\nVersion: 1.0-1\nArchitecture: all\nInstalled-Size: 10240\nDescription:  A demo\n";

fn read(package: &[u8]) -> Result<Ipk, IpkError> {
    ipk::read(package, &Limits::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A header with a raw name, no matter how bad; GNU format.
fn header(name: &[u8], kind: EntryType, link: &[u8], size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size as u64);
    header.set_cksum();
    header
}

/// An entry of a tar archive: name, kind, link, content.
type Entry<'a> = (&'a [u8], EntryType, &'a [u8], &'a [u8]);

/// A tar archive of entries.
fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    for (name, kind, link, content) in entries {
        archive.append(&header(name, *kind, link, content.len()), *content).unwrap();
    }
    archive.into_inner().unwrap()
}

/// A tar archive of plain files.
fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let entries =
        files.iter().map(|(name, content)| (name.as_bytes(), EntryType::Regular, &b""[..], *content));
    tar(&entries.collect::<Vec<_>>())
}

/// `control.tar.gz` with nothing but a control file.
fn control() -> Vec<u8> {
    gzip(&tar_of(&[("./control", CONTROL.as_bytes())]))
}

/// A package of these members in their order.
fn package(members: &[(&str, &[u8])]) -> Vec<u8> {
    gzip(&tar_of(members))
}

/// A package in OpenWrt's layout around a data archive, not yet packed.
fn around(data: &[u8]) -> Vec<u8> {
    around_packed(&gzip(data))
}

/// A package in OpenWrt's layout around a packed data archive.
fn around_packed(data: &[u8]) -> Vec<u8> {
    package(&[("./debian-binary", b"2.0\n"), ("./data.tar.gz", data), ("./control.tar.gz", &control())])
}

/// A package whose data archive has these entries.
fn with_entries(entries: &[Entry<'_>]) -> Vec<u8> {
    around(&tar(entries))
}
