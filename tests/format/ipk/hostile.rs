//! Packages with one defect each, named for it.

use owpkg::format::opkg::ipk::{self, IpkError, Limits, NewFile, Part};
use tar::EntryType;

use super::{CONTROL, around, around_packed, control, gzip, package, read, tar, tar_of, with_entries};

/// Bytes that do not compress, so that every cut goes through content.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn sample() -> Vec<u8> {
    around(&tar_of(&[("./lib/firmware/a.bin", &noise(6000)), ("./etc/b", b"text")]))
}

fn sample_ar() -> Vec<u8> {
    let data = gzip(&tar_of(&[("./lib/firmware/a.bin", &noise(3001))]));
    ar_of(&[("debian-binary", b"2.0\n"), ("control.tar.gz", &control()), ("data.tar.gz", &data)])
}

fn ar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ar::Builder::new(Vec::new());
    for (name, bytes) in members {
        archive.append(&ar::Header::new((*name).into(), bytes.len() as u64), *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

fn error(package: &[u8]) -> IpkError {
    read(package).expect_err("a package with a defect was taken")
}

#[test]
fn cut_off_anywhere() {
    for package in [sample(), sample_ar()] {
        // The last byte of an ar archive may be padding, which nobody misses.
        for end in
            (0..package.len() - 1).step_by(64).chain([1, 2, 9, 10, package.len() - 9, package.len() - 2])
        {
            error(&package[..end]);
        }
    }
    let package = sample();
    assert!(matches!(error(&package[..package.len() / 2]), IpkError::Truncated { part: Part::Package }));
}

#[test]
fn inner_archive_cut_off_in_a_whole_package() {
    let data = gzip(&tar_of(&[("./a", &noise(4000))]));
    for end in [1, 12, data.len() / 2, data.len() - 8, data.len() - 1] {
        let found = error(&around_packed(&data[..end]));
        assert!(matches!(found, IpkError::Truncated { part: Part::Data }), "{end}: {found}");
    }
}

#[test]
fn inner_tar_cut_off_in_whole_gzip() {
    let data = tar_of(&[("./a", &noise(4000))]);
    for end in [300, 600, 2000] {
        let found = error(&around(&data[..end]));
        assert!(
            matches!(
                found,
                IpkError::Corrupt { part: Part::Data, .. } | IpkError::Truncated { part: Part::Data }
            ),
            "{end}: {found}"
        );
    }
}

#[test]
fn any_flipped_byte_is_found_or_harmless() {
    let package = sample();
    let whole = read(&package).unwrap();
    for position in 0..package.len() {
        let mut flipped = package.clone();
        flipped[position] ^= 0x55;
        // Some bytes of a gzip stream carry nothing: times, unused codes. The content is always the same.
        match read(&flipped) {
            Ok(ipk) => assert_eq!(ipk, whole, "byte {position}"),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn wrong_checksum_of_the_package_and_of_the_data() {
    let mut package = sample();
    let crc = package.len() - 8;
    package[crc] ^= 1;
    assert!(matches!(error(&package), IpkError::Corrupt { part: Part::Package, .. }));

    let mut data = gzip(&tar_of(&[("./a", b"x")]));
    let crc = data.len() - 8;
    data[crc] ^= 1;
    assert!(matches!(error(&around_packed(&data)), IpkError::Corrupt { part: Part::Data, .. }));
}

#[test]
fn wrong_length_in_the_trailer() {
    let mut package = sample();
    *package.last_mut().unwrap() ^= 1;
    assert!(matches!(error(&package), IpkError::Corrupt { part: Part::Package, .. }));
}

#[test]
fn trailing_bytes_behind_every_layer() {
    let data = tar_of(&[("./a", b"x")]);
    for garbage in [&b"\0"[..], b"garbage", b"PK\x03\x04"] {
        let behind_package = [sample().as_slice(), garbage].concat();
        assert!(matches!(error(&behind_package), IpkError::TrailingBytes { part: Part::Package }));
        let behind_data = [gzip(&data).as_slice(), garbage].concat();
        assert!(matches!(error(&around_packed(&behind_data)), IpkError::TrailingBytes { part: Part::Data }));
    }
    let behind_tar = [data.as_slice(), b"hidden"].concat();
    assert!(matches!(error(&around(&behind_tar)), IpkError::TrailingBytes { part: Part::Data }));
    let behind_ar = [sample_ar().as_slice(), &[b'x'; 80]].concat();
    assert!(matches!(error(&behind_ar), IpkError::TrailingBytes { part: Part::Package }));
}

#[test]
fn a_second_gzip_member_of_garbage() {
    let package = [sample().as_slice(), b"\x1f\x8b and no more"].concat();
    assert!(matches!(error(&package), IpkError::Corrupt { .. } | IpkError::Truncated { .. }));
    let hidden = [sample(), gzip(b"hidden")].concat();
    assert!(matches!(error(&hidden), IpkError::TrailingBytes { part: Part::Package }));
}

#[test]
fn bombs_stop_at_the_limits() {
    let package = around(&tar_of(&[("./zeros", &[0; 1 << 20]), ("./b", b""), ("./c", b"")]));
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        ipk::read(package.as_slice(), &limits)
    };
    assert!(limits(|_| ()).is_ok());
    assert!(matches!(
        limits(|limits| limits.inflated = 1 << 19),
        Err(IpkError::TooLarge { part: Part::Data, cap: 524288, .. })
    ));
    assert!(matches!(
        limits(|limits| limits.control = 1000),
        Err(IpkError::TooLarge { part: Part::Control, cap: 1000, .. })
    ));
    assert!(matches!(limits(|limits| limits.entries = 2), Err(IpkError::TooLarge { cap: 2, .. })));
    assert!(matches!(limits(|limits| limits.names = 8), Err(IpkError::TooLarge { cap: 8, .. })));
    assert!(matches!(
        limits(|limits| limits.inflated = 1000),
        Err(IpkError::TooLarge { part: Part::Package, cap: 1000, .. })
    ));
}

#[test]
fn an_entry_that_claims_more_than_there_is() {
    for size in [1 << 40, u64::MAX, u64::MAX - 511] {
        let mut entry = super::header(b"./huge", EntryType::Regular, b"", 0);
        entry.set_size(size);
        entry.set_cksum();
        let mut data = entry.as_bytes().to_vec();
        data.resize(2048, 0);
        assert!(matches!(error(&around(&data)), IpkError::Corrupt { part: Part::Data, .. }), "{size}");
    }
}

#[test]
fn a_long_name_without_end() {
    let name = vec![b'n'; 1 << 20];
    let found = error(&with_entries(&[
        (b"././@LongLink", EntryType::GNULongName, b"", &name),
        (b"./n", EntryType::Regular, b"", b""),
    ]));
    assert!(matches!(found, IpkError::BadPath { part: Part::Data, why: "is longer than 4096 bytes", .. }));
    assert!(found.to_string().len() < 400);
}

#[test]
fn names_of_members_that_opkg_passes_over() {
    let control = control();
    let data = gzip(&tar_of(&[]));
    for name in ["./data.tar.xz", "data.tar", "./data.tar.zst"] {
        let found = error(&package(&[("./control.tar.gz", &control), (name, &data)]));
        let IpkError::WrongName { expected, found } = found else { panic!("{found}") };
        assert_eq!((expected, found.as_str()), ("data.tar.gz", name.trim_start_matches("./")));
    }
    let found = error(&package(&[("./control.tar.xz", &control), ("./data.tar.gz", &data)]));
    assert!(matches!(found, IpkError::WrongName { expected: "control.tar.gz", .. }));
}

#[test]
fn members_missing_or_twice() {
    let (control, data) = (control(), gzip(&tar_of(&[])));
    let missing = |members: &[(&str, &[u8])]| match error(&package(members)) {
        IpkError::Missing { member } | IpkError::Duplicate { member } => member,
        other => panic!("{other}"),
    };
    assert_eq!(missing(&[]), "control.tar.gz");
    assert_eq!(missing(&[("data.tar.gz", &data)]), "control.tar.gz");
    assert_eq!(missing(&[("control.tar.gz", &control)]), "data.tar.gz");
    assert_eq!(missing(&[("control.tar.gz", &data), ("data.tar.gz", &data)]), "control file");
    assert_eq!(missing(&[("data.tar.gz", &data), ("./data.tar.gz", &data)]), "data.tar.gz");
    assert_eq!(missing(&[("control.tar.gz", &control), ("./control.tar.gz", &control)]), "control.tar.gz");
    let twice = gzip(&tar_of(&[("./control", CONTROL.as_bytes()), ("control", b"Package: other\n")]));
    assert_eq!(missing(&[("control.tar.gz", &twice), ("data.tar.gz", &data)]), "control file");
}

#[test]
fn paths_that_lead_astray() {
    let cases: [(&[u8], &str); 6] = [
        (b"./../etc/passwd", "leads out of its directory"),
        (b"./a/../../b", "leads out of its directory"),
        (b"..", "leads out of its directory"),
        (b"./a\nb", "holds a control character"),
        (b"./a\x1b[2Jb", "holds a control character"),
        (b"./\x7f", "holds a control character"),
    ];
    for (name, expected) in cases {
        match error(&with_entries(&[(name, EntryType::Regular, b"", b"")])) {
            IpkError::BadPath { part: Part::Data, why, .. } => assert_eq!(why, expected),
            other => panic!("{other}"),
        }
    }
    let links: [(EntryType, &[u8]); 2] =
        [(EntryType::Link, b"../../etc/shadow"), (EntryType::Symlink, b"a\nb")];
    for (kind, link) in links {
        let found = error(&with_entries(&[(b"./l", kind, link, b"")]));
        assert!(matches!(found, IpkError::BadPath { part: Part::Data, .. }), "{found}");
    }
    let control = gzip(&tar_of(&[("./control", CONTROL.as_bytes()), ("./../postinst", b"")]));
    let found = error(&package(&[("control.tar.gz", &control), ("data.tar.gz", &gzip(&tar_of(&[])))]));
    assert!(matches!(found, IpkError::BadPath { part: Part::Control, .. }));
}

#[test]
fn a_nul_inside_a_long_name() {
    let found = error(&with_entries(&[
        (b"././@LongLink", EntryType::GNULongName, b"", b"./etc/passwd\0.txt\0"),
        (b"./etc/x", EntryType::Regular, b"", b""),
    ]));
    assert!(matches!(found, IpkError::BadPath { why: "holds a control character", .. }));
}

#[test]
fn a_name_longer_than_a_file_system_takes() {
    let name = [b"./".as_slice(), &[b'n'; 256], b"\0"].concat();
    let found = error(&with_entries(&[
        (b"././@LongLink", EntryType::GNULongName, b"", &name),
        (b"./n", EntryType::Regular, b"", b""),
    ]));
    assert!(matches!(found, IpkError::BadPath { why: "has a name of more than 255 bytes", .. }));
}

#[test]
fn entries_at_which_opkg_stops_unpacking() {
    let pax: &[u8] = b"12 path=abc\n";
    for (kind, content, expected) in [
        (EntryType::XHeader, pax, "a PAX header"),
        (EntryType::XGlobalHeader, pax, "a PAX header"),
        (EntryType::new(b'S'), b"", "a sparse file"),
        (EntryType::new(b'V'), b"", "an entry of an unknown kind"),
        (EntryType::new(b'7'), b"", "an entry of an unknown kind"),
    ] {
        let entries: [super::Entry; 2] =
            [(b"./h", kind, b"", content), (b"./a", EntryType::Regular, b"", b"x")];
        match error(&with_entries(&entries)) {
            IpkError::Unsupported { part: Part::Data, found, .. } => assert_eq!(found, expected),
            other => panic!("{other}"),
        }
    }
    let control = gzip(&tar(&[
        (b"./h", EntryType::XHeader, b"", pax),
        (b"./control", EntryType::Regular, b"", CONTROL.as_bytes()),
    ]));
    let found = error(&package(&[("control.tar.gz", &control), ("data.tar.gz", &gzip(&tar_of(&[])))]));
    assert!(matches!(found, IpkError::Unsupported { part: Part::Control, .. }));
}

#[test]
fn other_things_are_called_by_their_name() {
    let plain = tar_of(&[("./data.tar.gz", b"")]);
    let cases: [(&[u8], &str); 9] = [
        (b"", "an empty file"),
        (b"\xfd7zXZ\0\0\x04", "something packed with xz"),
        (b"\x28\xb5\x2f\xfd\0", "something packed with zstd"),
        (b"BZh91AY", "something packed with bzip2"),
        (b"PK\x03\x04\x14", "a zip archive"),
        (b"ADBd", "a package for apk"),
        (b"<!DOCTYPE html>", "a web page"),
        (&plain, "a tar archive that is not packed"),
        (b"hello", "something of another kind"),
    ];
    for (bytes, expected) in cases {
        match error(bytes) {
            IpkError::NotIpk { found } => assert_eq!(found, expected),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn gzip_of_something_else() {
    for bytes in [b"".as_slice(), b"hello", &noise(2000)] {
        error(&gzip(bytes));
    }
}

#[test]
fn ar_with_tables_of_long_names() {
    let member =
        |name: &str, size: u64| format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644);
    for (name, size) in
        [("//", 9_999_999_999), ("/77", 0), ("/", 9_999_999_999), ("#1/9999999999", 9_999_999_999)]
    {
        let archive = format!("!<arch>\n{}", member(name, size));
        assert!(matches!(error(archive.as_bytes()), IpkError::Corrupt { part: Part::Package, .. }), "{name}");
    }
    let huge = format!("!<arch>\n{}x", member("data.tar.gz", 9_999_999_999));
    error(huge.as_bytes());
}

#[test]
fn ar_with_a_bomb_of_members() {
    let archive = ar_of(&[("a", b"".as_slice()); 50]);
    let limits = Limits { entries: 10, ..Limits::default() };
    let found = ipk::read(archive.as_slice(), &limits).unwrap_err();
    assert!(matches!(found, IpkError::TooLarge { part: Part::Package, cap: 10, .. }));
}

#[test]
fn bad_paths_cannot_be_written_either() {
    let file = |path| NewFile { path, bytes: b"", mode: 0o644 };
    for files in [
        vec![file("../a")],
        vec![file("/a\nb")],
        vec![file("/")],
        vec![file("/a"), file("a")],
        vec![file("/a"), file("/a/b")],
        vec![file("/a/b"), file("/a")],
    ] {
        assert!(ipk::DataTar::pack(&files, 0).is_err(), "{files:?}");
    }
    let data = ipk::DataTar::pack(&[], 0).unwrap();
    assert!(ipk::write(CONTROL, &[("../postinst", "")], &data).is_err());
    assert!(ipk::write(CONTROL, &[("control", "")], &data).is_err());
}
