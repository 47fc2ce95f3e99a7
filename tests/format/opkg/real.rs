//! Indexes that real builds published, good ones and broken ones.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use owpkg::format::IndexError;
use owpkg::format::opkg::Opkg;
use owpkg::format::{Feed, FeedId, IndexFiles, Universe};

use super::{index, open, parse};
use crate::shared;

const CORE: &str = "indexes/opkg-23.05.2-mvebu/targets/mvebu/cortexa9/packages/Packages.gz";
const BASE: &str = "indexes/opkg-23.05.2-mvebu/packages/arm_cortex-a9_vfpv3-d16/base/Packages.gz";
const ARCH: &str = "arm_cortex-a9_vfpv3-d16";

#[test]
fn whole_feeds_are_read_to_the_last_package() {
    let Some(core) = shared::read(CORE) else { return };
    let (core, base) = (open(core).unwrap(), open(shared::read(BASE).unwrap()).unwrap());
    let (core, base) = (parse(&core).unwrap(), Opkg.parse(&base, FeedId(1)).unwrap());
    assert_eq!((core.packages().len(), base.packages().len()), (983, 330));
    assert!(core.warnings.is_empty() && base.warnings.is_empty());
    for package in core.packages().into_iter().chain(base.packages()) {
        let whole = package.digest.is_some() && package.size.is_some() && package.installed_size.is_some();
        assert!(whole && package.file.ends_with(".ipk") && !package.version.is_empty(), "{package}");
        assert!(package.arch == ARCH || package.arch == "all", "{package}");
    }
    let feed = |name: &str| Feed { name: name.into(), location: name.into(), custom: false };
    let universe = Universe::join(&Opkg, ARCH, [(feed("core"), core), (feed("base"), base)]);
    assert_eq!(universe.packages().len(), 1313);
    assert!(universe.holds("kmod-mt76x02-common") && universe.holds("busybox"));
    assert!(!universe.holds("libc") && !universe.holds("kernel"), "opkg's indexes leave these out");
    assert_eq!(universe.answering("tc").len(), 3, "each flavour of tc answers to the name");
}

#[test]
fn an_index_without_blank_lines_is_refused_at_a_line() {
    let Some(text) = shared::read("indexes/malformed/Packages.no-blank-lines") else { return };
    let index = index(&text);
    let IndexError::Malformed { unit: "line", at, why } = parse(&index).unwrap_err() else { panic!() };
    assert!(why.contains("blank line"), "{why}");
    // Up to here, blank lines inside descriptions happen to part the stanzas.
    assert_eq!(at, 92);
    let line = text.split(|byte| *byte == b'\n').nth(91).unwrap();
    assert!(line.starts_with(b"Package: "), "{}", String::from_utf8_lossy(line));
}

#[test]
fn a_nameless_stanza_is_passed_over_with_its_line() {
    let Some(packed) = shared::read("indexes/malformed/Packages.nameless-stanza.gz") else { return };
    let mut text = String::new();
    MultiGzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let named = text.lines().filter(|line| line.starts_with("Package: ")).count();
    let index = open(packed).unwrap();
    let parsed = parse(&index).unwrap();
    assert_eq!((parsed.packages().len(), named), (869, 869));
    let warnings: Vec<_> = parsed.warnings.iter().map(|warning| (warning.at, warning.why)).collect();
    assert_eq!(warnings, [(2, "a stanza without Package")]);
}
