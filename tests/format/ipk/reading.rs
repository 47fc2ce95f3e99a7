//! Good packages in all their forms.

use std::io::{self, Read};

use owpkg::format::opkg::ipk::{self, Container, FileEntry, FileKind, IpkError, Limits};
use tar::EntryType;

use super::{CONTROL, around, control, gzip, package, read, tar, tar_of, with_entries};

fn paths(package: &[u8]) -> Vec<String> {
    read(package).unwrap().files.into_iter().map(|file| file.path).collect()
}

#[test]
fn tells_container_control_files_and_sizes() {
    let data = tar_of(&[("./etc/a", b"one"), ("./etc/b", b"three")]);
    let packed = gzip(&data);
    let ipk = read(&super::around_packed(&packed)).unwrap();
    assert_eq!(ipk.container, Container::GzipTar);
    assert_eq!(ipk.accepted_by_opkg(), Ok(()));
    assert_eq!(ipk.control, CONTROL);
    assert_eq!((ipk.packed_size, ipk.unpacked_size), (packed.len() as u64, data.len() as u64));
    let file = |path: &str, size| FileEntry { path: path.into(), kind: FileKind::File, size, mode: 0o644 };
    assert_eq!(ipk.files, [file("/etc/a", 3), file("/etc/b", 5)]);
}

#[test]
fn members_may_stand_in_any_order_with_or_without_the_dot_and_debian_binary() {
    let data = gzip(&tar_of(&[("./a", b"x")]));
    let control = control();
    let (data, control) = (data.as_slice(), control.as_slice());
    for members in [
        vec![("./control.tar.gz", control), ("./data.tar.gz", data)],
        vec![("data.tar.gz", data), ("control.tar.gz", control)],
        vec![("control.tar.gz", control), ("debian-binary", b"2.0\n".as_slice()), ("./data.tar.gz", data)],
        vec![("./data.tar.gz", data), ("_notes", b"anything"), ("./control.tar.gz", control)],
    ] {
        assert_eq!(paths(&package(&members)), ["/a"]);
    }
}

#[test]
fn control_members_and_conffiles_are_listed() {
    let files: [(&str, &[u8]); 4] = [
        ("./control", CONTROL.as_bytes()),
        ("./postinst", b"#!/bin/sh\n"),
        ("./conffiles", b"/etc/config/demo\n\n/etc/demo.conf\n"),
        ("prerm", b""),
    ];
    let control = gzip(&tar_of(&files));
    let data = gzip(&tar_of(&[]));
    let ipk = read(&package(&[("./data.tar.gz", &data), ("./control.tar.gz", &control)])).unwrap();
    assert_eq!(ipk.control_members, ["postinst", "conffiles", "prerm"]);
    assert_eq!(ipk.conffiles, ["/etc/config/demo", "/etc/demo.conf"]);
    assert!(ipk.files.is_empty());
}

#[test]
fn every_kind_of_entry_that_opkg_unpacks_is_told_apart() {
    let package = with_entries(&[
        (b"./", EntryType::Directory, b"", b""),
        (b"./bin/", EntryType::Directory, b"", b""),
        (b"./bin/sh", EntryType::Symlink, b"../bin/busybox", b""),
        (b"./bin/ash", EntryType::Link, b"./bin/busybox", b""),
        (b"./dev/null", EntryType::Char, b"", b""),
        (b"./dev/sda", EntryType::Block, b"", b""),
        (b"./run/pipe", EntryType::Fifo, b"", b""),
    ]);
    let kinds: Vec<_> = read(&package).unwrap().files.into_iter().map(|f| (f.path, f.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("/bin".to_owned(), FileKind::Directory),
            ("/bin/sh".to_owned(), FileKind::Symlink("../bin/busybox".into())),
            ("/bin/ash".to_owned(), FileKind::HardLink("/bin/busybox".into())),
            ("/dev/null".to_owned(), FileKind::Device),
            ("/dev/sda".to_owned(), FileKind::Device),
            ("/run/pipe".to_owned(), FileKind::Fifo),
        ]
    );
}

#[test]
fn paths_become_absolute_whatever_stands_before_them() {
    let package =
        around(&tar_of(&[("./a", b""), ("b", b""), ("/c", b""), (".//d/./e", b""), ("./.hidden", b"")]));
    assert_eq!(paths(&package), ["/a", "/b", "/c", "/d/e", "/.hidden"]);
}

#[test]
fn gnu_long_names_and_links_are_whole() {
    let (name, link) = (format!("./{}", "n/".repeat(90) + "file"), format!("./{}", "t/".repeat(120)));
    let terminated = |text: &str| [text.as_bytes(), b"\0"].concat();
    let package = with_entries(&[
        (b"././@LongLink", EntryType::GNULongLink, b"", &terminated(&link)),
        (b"././@LongLink", EntryType::GNULongName, b"", &terminated(&name)),
        (b"./cut", EntryType::Symlink, b"./cut", b""),
        (b"./next", EntryType::Regular, b"", b"x"),
    ]);
    let files = read(&package).unwrap().files;
    assert_eq!(files[0].path, name[1..]);
    assert_eq!(files[0].kind, FileKind::Symlink(link));
    assert_eq!(files[1].path, "/next");
}

#[test]
fn ustar_prefixes_belong_to_the_name() {
    let mut header = tar::Header::new_ustar();
    header.set_path("very/long/prefix/".repeat(8) + "file").unwrap();
    header.set_size(0);
    header.set_mode(0o600);
    header.set_cksum();
    let mut archive = tar::Builder::new(Vec::new());
    archive.append(&header, io::empty()).unwrap();
    let files = read(&around(&archive.into_inner().unwrap())).unwrap().files;
    assert_eq!(files[0].path, "/".to_owned() + &"very/long/prefix/".repeat(8) + "file");
    assert_eq!(files[0].mode, 0o600);
}

#[test]
fn a_pax_header_around_the_members_does_not_matter() {
    let data = gzip(&tar_of(&[("./a", b"x")]));
    let control = control();
    let package = gzip(&tar(&[
        (b"./PaxHeaders/data.tar.gz", EntryType::XHeader, b"", b"12 mtime=1.\n"),
        (b"./data.tar.gz", EntryType::Regular, b"", &data),
        (b"./control.tar.gz", EntryType::Regular, b"", &control),
    ]));
    assert_eq!(paths(&package), ["/a"]);
}

#[test]
fn gzip_members_in_a_row_are_one_stream() {
    let data = tar_of(&[("./a", &[7; 3000])]);
    let (front, back) = data.split_at(1000);
    let packed = [gzip(front), gzip(back)].concat();
    let ipk = read(&super::around_packed(&packed)).unwrap();
    assert_eq!((ipk.files.len(), ipk.unpacked_size), (1, data.len() as u64));
}

#[test]
fn the_ar_container_is_read_and_named_as_refused() {
    let data = gzip(&tar_of(&[("./a", b"x")]));
    let control = control();
    let mut archive = ar::Builder::new(Vec::new());
    let members = [("debian-binary", &b"2.0\n"[..]), ("control.tar.gz", &control), ("data.tar.gz", &data)];
    for (name, bytes) in members {
        archive.append(&ar::Header::new(name.into(), bytes.len() as u64), bytes).unwrap();
    }
    let ipk = read(&archive.into_inner().unwrap()).unwrap();
    assert_eq!(ipk.container, Container::Ar);
    assert!(ipk.accepted_by_opkg().unwrap_err().contains("ar archive"));
    assert_eq!((ipk.control.as_str(), ipk.files.len(), ipk.packed_size), (CONTROL, 1, data.len() as u64));
}

/// Gives one byte at a time, then perhaps fails.
struct Slow<'a>(&'a [u8], Option<io::ErrorKind>);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match (self.0.split_first(), self.1) {
            (Some((byte, rest)), _) if !buffer.is_empty() => {
                (buffer[0], self.0) = (*byte, rest);
                Ok(1)
            }
            (None, Some(kind)) => Err(kind.into()),
            _ => Ok(0),
        }
    }
}

#[test]
fn bytes_may_come_one_at_a_time() {
    let package = around(&tar_of(&[("./a", &[1; 2000])]));
    assert_eq!(ipk::read(Slow(&package, None), &Limits::default()).unwrap(), read(&package).unwrap());
}

#[test]
fn trouble_with_the_source_is_not_blamed_on_the_package() {
    let package = around(&tar_of(&[("./a", &[1; 2000])]));
    for end in [0, 5, 100, package.len() / 2, package.len()] {
        let source = Slow(&package[..end], Some(io::ErrorKind::ConnectionReset));
        match ipk::read(source, &Limits::default()) {
            Err(IpkError::Unreadable(error)) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
            other => panic!("{end}: {other:?}"),
        }
    }
}
