//! Stanzas: where they end, which fields count, and what is passed over with a word.

use owpkg::format::opkg::Opkg;
use owpkg::format::{Feed, Format, IndexError, IndexFiles, Installed, InstalledPackage, Universe, Warning};
use owpkg::trust::Digest;
use proptest::prelude::*;

use super::{gzip, index, names, open, parse};

/// The warnings that an index gives, as line and reason.
fn warnings(text: &str) -> Vec<(u64, &'static str)> {
    let index = index(text);
    parse(&index).unwrap().warnings.into_iter().map(|Warning { at, why }| (at, why)).collect()
}

fn malformed(text: &str) -> (u64, String) {
    match parse(&index(text)).unwrap_err() {
        IndexError::Malformed { unit: "line", at, why } => (at, why),
        other => panic!("{other}"),
    }
}

#[test]
fn every_field_that_counts() {
    let text = "Package: p\nVersion: 1.0-1\nDepends: libc\nSection: net\nArchitecture: x86_64\nInstalled-Size: 10240\n\
                Filename: p_1.0-1_x86_64.ipk\nSize: 1234\nSHA256sum: "
        .to_owned()
        + &"ab".repeat(32)
        + "\nDescription:  What it is,\n and more.\n";
    let index = index(text);
    let parsed = parse(&index).unwrap();
    let package = parsed.packages()[0];
    assert_eq!((package.name, package.version, package.arch), ("p", "1.0-1", "x86_64"));
    assert_eq!((package.size, package.installed_size), (Some(1234), Some(10240)));
    assert_eq!(package.file, "p_1.0-1_x86_64.ipk");
    assert_eq!(package.digest, Some(Digest::sha256([0xab; 32])));
    assert_eq!(package.description, "What it is,\n and more.");
    assert!(parsed.warnings.is_empty());
}

#[test]
fn blank_lines_end_stanzas_however_many_there_are() {
    let stanza = |name: &str| format!("Package: {name}\nArchitecture: all\n");
    let (a, b) = (stanza("a"), stanza("b"));
    for separator in ["\n", "\n\n\n", " \n", "\t \n", "\r\n"] {
        assert_eq!(names(format!("{a}{separator}{b}")), ["a", "b"], "{separator:?}");
    }
    assert_eq!(names(format!("\n\n{a}\n{b}")), ["a", "b"]);
    assert_eq!(names(format!("{a}\n{b}\n\n\n")), ["a", "b"]);
    assert_eq!(names(format!("{a}\n{}", b.trim_end())), ["a", "b"]);
    assert_eq!(names(""), [""; 0]);
    assert_eq!(names("\n \n\n"), [""; 0]);
}

#[test]
fn a_blank_line_in_a_description_ends_the_stanza_quietly() {
    let text =
        "Package: a\nArchitecture: all\nDescription: One\n \n two: three\n\nPackage: b\nArchitecture: all\n";
    assert_eq!(names(text), ["a", "b"]);
    assert!(warnings(text).is_empty());
}

#[test]
fn field_names_are_case_sensitive_prefixes() {
    assert_eq!(names("Package:a\nArchitecture:all\n"), ["a"]);
    assert_eq!(names("Package a\nArchitecture\tall\n"), ["a"]);
    assert_eq!(names("Architecture: all\nVersion: 1\nPackage: last\n"), ["last"]);
    assert_eq!(warnings("package: a\nArchitecture: all\n"), [(1, "a stanza without Package")]);
    let index = index("Package: a\nVersion:1.0\nversion: 2.0\nArchitecture: all\nDEPENDS: b\n");
    let parsed = parse(&index).unwrap();
    assert_eq!((parsed.packages()[0].version, parsed.packages()[0].depends.len()), ("1.0", 0));
}

#[test]
fn lines_that_are_no_fields_do_not_matter() {
    assert_eq!(names("Package: a\nwhat is this\nArchitecture: all\nX-Other: y\n"), ["a"]);
    assert_eq!(names("Package: a\n continued\nArchitecture: all\n"), ["a"]);
    assert_eq!(names("just noise\n\nPackage: a\nArchitecture: all\n"), ["a"]);
    assert!(warnings("just noise\n\nPackage: a\nArchitecture: all\n").is_empty());
}

#[test]
fn a_carriage_return_or_a_blank_behind_the_architecture_loses_the_package() {
    let crlf = "Package: a\r\nVersion: 1\r\nArchitecture: all\r\n\r\nPackage: b\nArchitecture: all \n\nPackage: c\nArchitecture: all\n";
    assert_eq!(names(crlf), ["c"]);
    let why = "Architecture ends in a blank or a carriage return, so opkg ignores the package";
    assert_eq!(warnings(crlf), [(1, why), (5, why)]);
}

#[test]
fn a_version_may_be_missing_and_an_architecture_not() {
    let index = index("Package: a\nArchitecture: all\n\nPackage: b\nVersion: 1\n");
    let parsed = parse(&index).unwrap();
    assert_eq!(parsed.packages().len(), 1);
    assert_eq!((parsed.packages()[0].name, parsed.packages()[0].version), ("a", ""));
    assert_eq!(parsed.warnings, [Warning { at: 4, why: "no Architecture" }]);
}

#[test]
fn packages_of_other_architectures_are_left_out() {
    let text: String = ["x86_64", "all", "noarch", "mips_24kc"]
        .map(|arch| format!("Package: {arch}\nArchitecture: {arch}\n\n"))
        .concat();
    let index = index(text);
    let feed = Feed { name: "f".into(), location: "f".into(), custom: false };
    let universe = Universe::join(&Opkg, "x86_64", [(feed, parse(&index).unwrap())]);
    let names: Vec<_> = universe.packages().map(|(_, package)| package.name).collect();
    assert_eq!(names, ["all", "noarch", "x86_64"], "by name, whatever the order of the index");
}

#[test]
fn of_equal_entries_the_later_one_counts() {
    let entry =
        |size: u64| format!("Package: a\nVersion: 1\nArchitecture: all\nProvides: p{size}\nSize: {size}\n\n");
    let first = index(entry(1) + &entry(2) + "Package: a\nVersion: 2\nArchitecture: all\nSize: 9\n");
    let second = index(entry(3));
    let feed = |name: &str| Feed { name: name.into(), location: name.into(), custom: false };
    let sizes = |universe: &Universe<'_>| -> Vec<_> {
        universe
            .named("a")
            .map(|id| (universe.package(id).version.to_owned(), universe.package(id).size))
            .collect()
    };
    let one = Universe::join(&Opkg, "x86_64", [(feed("one"), parse(&first).unwrap())]);
    let mut found = sizes(&one);
    found.sort();
    assert_eq!(found, [("1".to_owned(), Some(2)), ("2".to_owned(), Some(9))]);
    assert!(one.answering("p1").is_empty());
    assert_eq!(one.answering("p2").len(), 1);

    let both = [
        (feed("one"), parse(&first).unwrap()),
        (feed("two"), Opkg.parse(&second, owpkg::format::FeedId(1)).unwrap()),
    ];
    let joined = Universe::join(&Opkg, "x86_64", both);
    let last = joined.answering("p3");
    assert_eq!(last.len(), 1);
    assert_eq!(joined.feed(joined.package(last[0]).feed).name, "two");
    assert_eq!(joined.packages().len(), 2);
}

#[test]
fn digests_of_either_case_and_no_other_spelling() {
    let digest = |line: &str| {
        let index = index(format!("Package: a\nArchitecture: all\n{line}\n"));
        parse(&index).unwrap().packages()[0].digest
    };
    let (lower, upper) = ("0a".repeat(32), "0A".repeat(32));
    let expected = Some(Digest::sha256([0x0a; 32]));
    assert_eq!(digest(&format!("SHA256sum: {lower}")), expected);
    assert_eq!(digest(&format!("SHA256sum: {upper}")), expected);
    assert_eq!(digest(&format!("SHA256Sum: {lower}")), None);
    assert_eq!(digest(&format!("sha256sum: {lower}")), None);
    assert_eq!(digest(&format!("SHA256sum: {}", &lower[1..])), None);
    assert_eq!(digest(&format!("SHA256sum: {lower}00")), None);
    assert_eq!(digest(&format!("SHA256sum: {}zz", &lower[2..])), None);
    assert_eq!(digest("MD5Sum: 0123456789abcdef0123456789abcdef"), None);
    assert_eq!(
        digest(&format!("SHA256sum: {lower}\nSHA256sum: broken")),
        expected,
        "what is no digest is dropped"
    );
}

#[test]
fn sizes_are_decimal_and_end_at_the_first_other_sign() {
    let size = |value: &str| {
        let index = index(format!("Package: a\nArchitecture: all\nSize: {value}\n"));
        parse(&index).unwrap().packages()[0].size
    };
    assert_eq!(size("1234"), Some(1234));
    assert_eq!(size("1234 bytes"), Some(1234));
    assert_eq!(size(""), None);
    assert_eq!(size("many"), None);
    assert_eq!(size("99999999999999999999999999"), None);
}

#[test]
fn a_description_is_readable_whatever_its_bytes() {
    let mut text = b"Package: a\nArchitecture: all\nDescription: Gr\xfc\xdfe\n \xffmore\n\n".to_vec();
    text.extend_from_slice("Package: b\nArchitecture: all\nDescription: Grüße\n".as_bytes());
    let index = index(text);
    let parsed = parse(&index).unwrap();
    assert_eq!(parsed.packages()[0].description, "Gr\u{fffd}\u{fffd}e\n \u{fffd}more");
    assert_eq!(parsed.packages()[1].description, "Grüße");
}

#[test]
fn names_and_versions_must_be_text() {
    let index = index(
        b"Package: \xff\nArchitecture: all\n\nPackage: b\nVersion: \xfe\nArchitecture: all\n".as_slice(),
    );
    let parsed = parse(&index).unwrap();
    assert!(parsed.packages().is_empty());
    let why = "a name or version that is not UTF-8";
    assert_eq!(parsed.warnings, [Warning { at: 1, why }, Warning { at: 4, why }]);
}

#[test]
fn names_that_could_harm_a_path_or_a_shell_are_passed_over() {
    for name in ["../a", "a/b", "a b", "a'b", "a\"b", "a`b`", "$(a)", "a\x1b", "-a", ".a", &"n".repeat(256)] {
        let text = format!("Package: {name}\nArchitecture: all\n");
        assert_eq!(names(&text), [""; 0], "{name}");
        assert_eq!(warnings(&text)[0].0, 1);
    }
    for file in ["../a.ipk", "sub/a.ipk", "/etc/a.ipk", "a'.ipk", "..", "-rf"] {
        let text = format!("Package: a\nArchitecture: all\nFilename: {file}\n");
        assert_eq!(warnings(&text), [(1, "Filename is not a plain file name")], "{file}");
    }
    assert_eq!(names("Package: libfoo++1.0~x=y,z@\nArchitecture: all\nFilename: a+b~c_1:2.ipk\n").len(), 1);
}

#[test]
fn a_missing_blank_line_is_an_error_with_its_line() {
    let (line, why) = malformed("Package: a\nArchitecture: all\nPackage: b\nArchitecture: all\n");
    assert_eq!(line, 3);
    assert!(why.contains("blank line"), "{why}");
}

#[test]
fn a_line_longer_than_the_client_reads_is_an_error_with_its_line() {
    let long =
        |length: usize| format!("Package: a\nArchitecture: all\nDepends: {}\n", "x".repeat(length - 9));
    assert_eq!(names(long(1 << 20)), ["a"]);
    assert_eq!(malformed(&long((1 << 20) + 1)).0, 3);
}

#[test]
fn a_feed_may_state_a_status() {
    assert_eq!(
        names("Package: libc\nStatus: unknown hold not-installed\nEssential: yes\nArchitecture: all\n"),
        ["libc"]
    );
}

#[test]
fn packed_indexes_that_do_not_unpack() {
    let packed = gzip(b"Package: a\nArchitecture: all\n");
    let packing =
        |bytes: Vec<u8>| matches!(open(bytes), Err(IndexError::Packing { file: "Packages.gz", .. }));
    assert!(packing(Vec::new()));
    assert!(packing(b"Package: a\n".to_vec()), "plain text under the name of a packed index");
    for end in [1, 9, packed.len() / 2, packed.len() - 1] {
        assert!(packing(packed[..end].to_vec()), "{end}");
    }
    let mut flipped = packed.clone();
    let crc = packed.len() - 8;
    flipped[crc] ^= 1;
    assert!(packing(flipped));
    assert!(packing([packed.as_slice(), b"garbage"].concat()));
    let two = open([packed, gzip(b"\nPackage: b\nArchitecture: all\n")].concat()).unwrap();
    assert_eq!(parse(&two).unwrap().packages().len(), 2, "members in a row are one text");
}

#[test]
fn a_bomb_is_too_large() {
    let bomb = gzip(&vec![b'\n'; 1 << 20]).repeat(129);
    assert!((bomb.len() as u64) < Opkg.facts().index_files[0].cap);
    assert!(matches!(open(bomb), Err(IndexError::TooLarge { file: "Packages.gz", cap: 67108864 })));
}

#[test]
fn a_status_file_tells_what_is_installed() {
    let status = "Package: a\nVersion: 1\nProvides: v, w\nStatus: install user installed\nArchitecture: all\n\
                  Conffiles:\n /etc/a 0123\n\n\
                  Package: b\nVersion: 2\nStatus: install ok unpacked\n\n\
                  Package: c\nVersion: 3\nStatus: deinstall ok not-installed\n\n\
                  Package: d\nVersion: 4\n";
    let installed = Installed::parse(status).unwrap();
    let names: Vec<_> = installed.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b"]);
    let provides = vec![("v".to_owned(), None), ("w".to_owned(), None)];
    assert_eq!(installed.get("a"), Some(&InstalledPackage { version: "1".into(), provides }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_the_reader_fall(
        lines in proptest::collection::vec(
            prop_oneof![
                "(Package|Version|Architecture|Depends|Replaces|Conflicts|Provides|Size|Description|SHA256sum):?[ -~]{0,20}",
                "[ \\t\\r]{0,3}",
                "[A-Z ]?[ -~é]{0,12}",
            ],
            0..20,
        ),
        noise in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let text = [lines.join("\n").into_bytes(), noise].concat();
        let index = index(text);
        if let Ok(parsed) = parse(&index) {
            for package in parsed.packages() {
                prop_assert!(!package.name.is_empty() && !package.name.contains(['/', ' ', '\n', '\'']));
            }
        }
    }
}
