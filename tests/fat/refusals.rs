//! What cannot be put on FAT is refused before a byte is written, and says why.

use std::error::Error;
use std::io::{self, Read};

use super::image::{MIB, exactly, options, plan_of, smallest};
use owpkg::fat::{FatError, FatKind, Label, NameFault, Size};

fn refusal(paths: &[&str]) -> FatError {
    let files: Vec<(&str, u64)> = paths.iter().map(|&path| (path, 1)).collect();
    plan_of(&files, &smallest()).unwrap_err()
}

#[test]
fn names_that_fat_cannot_hold() {
    let long = "x".repeat(256);
    let wide = "😀".repeat(128);
    for (path, expected) in [
        ("", NameFault::Empty),
        ("/etc/passwd", NameFault::Empty),
        ("a//b", NameFault::Empty),
        ("a/", NameFault::Empty),
        (".", NameFault::Dots),
        ("a/../b", NameFault::Dots),
        ("a/./b", NameFault::Dots),
        ("..", NameFault::Dots),
        ("a:b", NameFault::Character(':')),
        ("a?/b", NameFault::Character('?')),
        ("a*", NameFault::Character('*')),
        ("a\"", NameFault::Character('"')),
        ("<", NameFault::Character('<')),
        (">", NameFault::Character('>')),
        ("a|b", NameFault::Character('|')),
        ("a\\b", NameFault::Character('\\')),
        ("a\nb", NameFault::Character('\n')),
        ("a\0b", NameFault::Character('\0')),
        ("a\u{7f}", NameFault::Character('\u{7f}')),
        ("a./b", NameFault::TrailingDotOrSpace),
        ("...", NameFault::TrailingDotOrSpace),
        ("a ", NameFault::TrailingDotOrSpace),
        (&long, NameFault::TooLong { units: 256 }),
        (&wide, NameFault::TooLong { units: 256 }),
    ] {
        match refusal(&["fine", path]) {
            FatError::Name { path: found, fault, .. } => {
                assert_eq!((found.as_str(), fault), (path, expected));
            }
            other => panic!("{path:?}: {other}"),
        }
    }
}

#[test]
fn names_that_differ_only_in_case() {
    for (first, second) in [
        ("Packages", "packages"),
        ("a/b", "A/c"),
        ("GRÜSSE", "grüsse"),
        ("same", "same"),
        ("file", "file/below"),
        ("directory/below", "directory"),
        ("a/b/c", "a/B"),
    ] {
        let error = refusal(&[first, second]);
        assert!(matches!(&error, FatError::SameName { path, .. } if path == second), "{error}");
    }
    // One letter is not the same as two.
    assert!(plan_of(&[("straße", 1), ("STRASSE", 1)], &smallest()).is_ok());
}

#[test]
fn a_file_of_four_gib() {
    let most = u64::from(u32::MAX);
    assert_eq!(plan_of(&[("big", most)], &smallest()).unwrap().kind(), FatKind::Fat32);
    let error = plan_of(&[("dir/big", most + 1)], &smallest()).unwrap_err();
    assert!(matches!(error, FatError::FileTooLarge { size, .. } if size == most + 1));
}

#[test]
fn a_directory_with_too_many_names() {
    // 16 slots each, so 4,095 of them are too many beside `.` and `..`.
    let names: Vec<String> = (0..4_095).map(|i| format!("a/feed/{i:0>195}")).collect();
    let files = |count: usize| names[..count].iter().map(|name| (name.as_str(), 1)).collect::<Vec<_>>();
    plan_of(&files(4_094), &smallest()).unwrap();
    match plan_of(&files(4_095), &smallest()).unwrap_err() {
        FatError::DirectoryTooLarge { path, slots: 65_522, limit: 65_520 } => assert_eq!(path, "a/feed"),
        other => panic!("{other}"),
    }
}

#[test]
fn sizes_and_kinds_that_do_not_go_together() {
    let file = [("a", 6 * MIB)];
    match plan_of(&file, &exactly(5 * MIB)).unwrap_err() {
        FatError::TooSmall { size, needed } => {
            assert_eq!(size, 5 * MIB);
            assert_eq!(plan_of(&file, &exactly(needed)).unwrap().size(), needed);
            assert!(plan_of(&file, &exactly(needed - 1)).is_err());
        }
        other => panic!("{other}"),
    }
    let forced = |kind, size| options(size, Some(kind));
    for (kind, size) in [(FatKind::Fat12, 140 * MIB), (FatKind::Fat16, 2200 * MIB), (FatKind::Fat32, 3 << 40)]
    {
        let error = plan_of(&file, &forced(kind, Size::Exactly(size))).unwrap_err();
        assert!(matches!(error, FatError::TooLarge { kind: k, .. } if k == kind), "{error}");
    }
    assert!(matches!(plan_of(&[], &exactly(0)).unwrap_err(), FatError::TooSmall { size: 0, .. }));
    let error = plan_of(&file, &forced(FatKind::Fat32, Size::Exactly(30 * MIB))).unwrap_err();
    assert!(matches!(error, FatError::TooSmall { .. }), "{error}");
    let error = plan_of(&[("a", 200 * MIB)], &forced(FatKind::Fat12, Size::Smallest)).unwrap_err();
    assert!(matches!(error, FatError::TooMuch { kind: FatKind::Fat12, .. }), "{error}");
    assert!(error.help().is_some());
}

#[test]
fn labels() {
    for bad in ["", "TWELVE CHARS", "A.B", "A/B", "A+B", "Ä", "A\n", " A", "A ", "no name", "*"] {
        assert!(matches!(Label::new(bad), Err(FatError::Label { .. })), "{bad:?}");
    }
    assert_eq!(Label::new("openwrt").unwrap(), Label::new("OPENWRT").unwrap());
    Label::new("24_10-2 X86").unwrap();
}

/// Gives its bytes one at a time, each after an interruption.
struct Slow<'a>(&'a [u8], bool);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

fn written<'a>(
    size: u64,
    source: impl Fn() -> io::Result<Box<dyn Read + 'a>> + Send,
) -> Result<Vec<u8>, FatError> {
    let mut out = Vec::new();
    plan_of(&[("dir/a", size)], &smallest()).unwrap().write(&mut out, move |_| source()).map(|()| out)
}

#[test]
fn sources_of_another_size() {
    let bytes = [7; 1000];
    let expected = written(1000, || Ok(Box::new(&bytes[..]))).unwrap();
    assert_eq!(written(1000, || Ok(Box::new(Slow(&bytes, false)))).unwrap(), expected);

    let short = written(1001, || Ok(Box::new(&bytes[..]))).unwrap_err();
    match short {
        FatError::SourceTooShort { path, planned: 1001, found: 1000 } => assert_eq!(path, "dir/a"),
        other => panic!("{other}"),
    }
    for planned in [999, 0] {
        let long = written(planned, || Ok(Box::new(&bytes[..]))).unwrap_err();
        assert!(matches!(long, FatError::SourceTooLong { planned: found, .. } if found == planned), "{long}");
    }
    let missing = written(1, || Err(io::ErrorKind::NotFound.into())).unwrap_err();
    assert!(matches!(missing, FatError::Read { .. }));
    assert!(missing.source().is_some());
}

#[test]
fn an_image_that_cannot_be_written() {
    let plan = plan_of(&[("a", 1)], &smallest()).unwrap();
    let mut little = [0; 1000];
    let error = plan.write(&mut &mut little[..], |_| Ok(Box::new(&b"a"[..]))).unwrap_err();
    assert!(matches!(error, FatError::Write(_)), "{error}");
}
