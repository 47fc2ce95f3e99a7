//! The bodies of the fuzz targets: a parser of foreign bytes each, and what must hold of whatever it takes.
//!
//! A body fails by a panic. Most also say what must be true of a result, as "what is written is read back the same".

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use owpkg::fat::FatReader;
use owpkg::fat::in_place::Volume;
use owpkg::format::apk::adb::{Blocks, unpack};
use owpkg::format::opkg::ipk::{self, Limits};
use owpkg::format::{FORMATS, FeedId, Format, Installed, format_named};
use owpkg::hardware::detect;
use owpkg::image::Layout;
use owpkg::kmod::Module;
use owpkg::lock::Lock;
use owpkg::release::{Profiles, Sums, Versions};
use owpkg::resolve::case::Case;
use owpkg::selection::PackageList;
use owpkg::stick::Request;
use owpkg::trust::{Keyring, PublicKey, SecretKey, Signed, SignedFile, Unsigned, Verified, ec, usign};
use tar::{Builder, Header};

/// A target's name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("adb_installed", adb_installed),
    ("adb_package", adb_package),
    ("adb_payload", adb_payload),
    ("adb_wrappers", adb_wrappers),
    ("case", case),
    ("detect", pasted),
    ("disk_fat", disk_fat),
    ("disk_layout", disk_layout),
    ("feed_names", feed_names),
    ("fwtool", fwtool),
    ("installed", installed),
    ("ipk", opkg_package),
    ("key", key),
    ("kmod", kmod),
    ("lock", lock),
    ("opkg_index", opkg_index),
    ("opkg_stanzas", opkg_stanzas),
    ("package_list", package_list),
    ("pem", pem),
    ("profiles", profiles),
    ("release_versions", release_versions),
    ("request", request),
    ("signature_block", signature_block),
    ("sums", sums),
    ("tar", opkg_data),
    ("usign", usign_texts),
    ("versions", versions),
];

/// The most bytes that a body reads of what something unpacks to.
const MOST: u64 = 1 << 20;

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

fn named(format: &str) -> &'static dyn Format {
    format_named(format).expect("a format of that name")
}

/// What nobody signed, taken in spite of it.
fn taken(message: &[u8]) -> Verified<Signed> {
    let signed = Signed { message: message.to_vec(), signatures: Vec::new(), files: Vec::new() };
    Keyring::empty().verify(signed, "an index", Unsigned::Accept).expect("nothing is signed")
}

/// Names, versions and files of what an index lists are harmless words, whatever it says.
fn parse(format: &dyn Format, index: &Verified<Signed>) {
    let Ok(parsed) = format.parse(index, FeedId(0)) else { return };
    for package in parsed.packages() {
        assert!(!package.name.is_empty());
        for word in [package.name, package.version, package.arch] {
            assert!(word.bytes().all(|byte| byte.is_ascii_graphic()), "{word:?}");
        }
        assert!(!package.file.starts_with('/') && !package.file.split('/').any(|part| part == ".."));
    }
}

/// An index as a server sends it: packed, with its signature.
fn open(format: &dyn Format, data: &[u8]) {
    let name = format.facts().index_files[0].name;
    let Ok(signed) = format.open(vec![SignedFile { name, bytes: data.to_vec() }]) else { return };
    if let Ok(index) = Keyring::official().verify(signed, "an index", Unsigned::Accept) {
        parse(format, &index);
    }
}

/// The text of an opkg index.
pub fn opkg_stanzas(data: &[u8]) {
    parse(named("opkg"), &taken(data));
}

/// `Packages.gz`.
pub fn opkg_index(data: &[u8]) {
    open(named("opkg"), data);
}

/// The payload of `packages.adb`.
pub fn adb_payload(data: &[u8]) {
    parse(named("apk"), &taken(data));
}

/// `packages.adb` as it is: its wrapper, its blocks, its signatures.
pub fn adb_wrappers(data: &[u8]) {
    open(named("apk"), data);
    let Ok(unpacked) = unpack(data) else { return };
    let Ok(mut blocks) = Blocks::open(unpacked.take(MOST)) else { return };
    while let Ok(Some(block)) = blocks.next_block() {
        if block.into_bytes(MOST).is_err() {
            break;
        }
    }
}

/// A package of a format: its files have paths below the root.
fn package(format: &dyn Format, name: &str, data: &[u8]) {
    let mut visit = |path: &str, _: &mut dyn Read| {
        assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."), "{path:?}");
        Ok(())
    };
    let read = format.visit_files(&mut Cursor::new(data), &mut visit);
    let described = format.describe(name, &mut Cursor::new(data));
    assert!(described.is_err() || read.is_ok(), "what is described can be read");
}

/// An apk package.
pub fn adb_package(data: &[u8]) {
    package(named("apk"), "a-1.apk", data);
}

/// An opkg package.
pub fn opkg_package(data: &[u8]) {
    package(named("opkg"), "a_1_all.ipk", data);
}

/// The data archive of an opkg package: its tar, packed here.
pub fn opkg_data(data: &[u8]) {
    let limits = Limits { inflated: MOST, control: MOST, entries: 64, names: 1 << 12 };
    if let Ok(read) = ipk::read(&around(data)[..], &limits) {
        assert!(read.files.len() <= limits.entries as usize);
    }
}

/// A package around a data archive.
fn around(data: &[u8]) -> Vec<u8> {
    let mut control = Builder::new(Vec::new());
    append(&mut control, "./control", b"Package: a\nVersion: 1\nArchitecture: all\n");
    let mut package = Builder::new(Vec::new());
    append(&mut package, "./debian-binary", b"2.0\n");
    append(&mut package, "./data.tar.gz", &gzip(data));
    append(&mut package, "./control.tar.gz", &gzip(&control.into_inner().expect("memory")));
    gzip(&package.into_inner().expect("memory"))
}

fn append(tar: &mut Builder<Vec<u8>>, name: &str, bytes: &[u8]) {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes).expect("memory");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

/// The list of what a router holds, in all of its forms.
pub fn installed(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(installed) = Installed::parse(text) {
        assert!(!installed.is_empty());
    }
}

/// apk's database of what is installed.
pub fn adb_installed(data: &[u8]) {
    if let Some(text) = text(data) {
        named("apk").read_database(text);
        named("opkg").read_database(text);
    }
}

/// A list of names, in all of its forms.
pub fn package_list(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let _ = PackageList::parse(text);
}

/// Keys and signatures of usign: what is read is written the same.
pub fn usign_texts(data: &[u8]) {
    if let Ok(key) = usign::PublicKey::parse(data) {
        let again = usign::PublicKey::parse(key.to_text().as_bytes()).expect("its own text");
        assert_eq!(again.to_text(), key.to_text());
    }
    if let Ok(signature) = usign::Signature::parse(data) {
        let again = usign::Signature::parse(signature.to_text().as_bytes()).expect("its own text");
        assert_eq!(again.to_text(), signature.to_text());
        for id in Keyring::official().ids() {
            let key = Keyring::official().get(&id).cloned();
            assert!(!key.is_some_and(|key| key.verifies(data, &owpkg::trust::Signature::Usign(signature.clone()))));
        }
    }
}

/// Keys of apk.
pub fn pem(data: &[u8]) {
    if let Ok(key) = ec::PublicKey::parse(data) {
        let again = ec::PublicKey::parse(key.to_pem().as_bytes()).expect("its own text");
        assert_eq!(again.to_pem(), key.to_pem());
    }
}

/// Keys of any scheme: a secret key is read with its public half.
pub fn key(data: &[u8]) {
    if let Ok(key) = SecretKey::parse(data) {
        let public = key.public();
        assert_eq!(PublicKey::parse(public.to_text().as_bytes()).expect("its own text").id(), public.id());
    }
    let _ = PublicKey::parse(data);
}

/// A signature block of apk: what is read is written the same.
pub fn signature_block(data: &[u8]) {
    let Some((schema, block)) = data.split_first_chunk::<4>() else { return };
    let schema = u32::from_le_bytes(*schema);
    if let Some(signature) = ec::Signature::parse(schema, block) {
        let block = signature.to_block();
        assert_eq!(ec::Signature::parse(schema, &block).expect("its own bytes").to_block(), block);
    }
}

/// A lock: what is read is written so that it is read the same.
pub fn lock(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(lock) = Lock::parse(text) {
        let again = Lock::parse(&lock.to_text()).expect("its own text");
        assert_eq!(again.to_text(), lock.to_text());
    }
}

/// What a router writes of itself.
pub fn request(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(request) = Request::parse(text) {
        assert!(!request.installed.is_empty());
    }
}

/// Whatever was pasted.
pub fn pasted(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = detect::read(&text);
    assert_eq!(found, detect::read(&text));
    assert!(detect::decode(data).len() <= 4 * data.len() + 4);
}

/// A saved request, resolved in every format.
pub fn case(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(case) = Case::parse(text) else { return };
    if text.len() <= 4 << 10 {
        FORMATS.into_iter().for_each(|format| drop(case.run(format)));
    }
}

/// `profiles.json`.
pub fn profiles(data: &[u8]) {
    let _ = serde_json::from_slice::<Profiles>(data);
}

/// `.versions.json`.
pub fn release_versions(data: &[u8]) {
    let _ = serde_json::from_slice::<Versions>(data);
}

/// `sha256sums`.
pub fn sums(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let sums = Sums::parse(text);
    assert!(sums.iter().all(|(path, digest)| sums.get(path) == Some(digest)));
}

/// `feeds.conf`, `feeds.buildinfo` and a router's lists of feeds: a feed's name is one part of a path.
pub fn feed_names(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for name in owpkg::release::feeds_named(text) {
        assert!(!name.is_empty() && !name.contains('/') && name != ".." && name != ".", "{name:?}");
    }
}

/// A FAT image: the reader of disks, and the writer into boot partitions.
pub fn disk_fat(data: &[u8]) {
    if let Ok(reader) = FatReader::new(Cursor::new(data)) {
        let mut read = 0;
        let _ = reader.visit(&mut |_, file| {
            read += std::io::copy(file, &mut std::io::sink())?;
            Ok(())
        });
        assert!(read <= data.len() as u64, "no byte of an image is read twice");
    }
    if let Ok(volume) = Volume::open(&mut Cursor::new(data), 0..data.len() as u64) {
        assert!(volume.free() <= data.len() as u64);
        let _ = volume.find("pkgs.tar.gz");
        if let Ok(added) = volume.add("pkgs.tar.gz", 100, owpkg::fat::Timestamp::from_unix(1 << 30)) {
            let ends = added.made.iter().map(|(at, bytes)| at + bytes.len() as u64);
            let runs = added.file.iter().map(|run| run.at + run.bytes.end - run.bytes.start);
            assert!(ends.chain(runs).all(|end| end <= data.len() as u64));
        }
    }
}

/// The partitions of an image.
pub fn disk_layout(data: &[u8]) {
    let _ = Layout::read(&mut Cursor::new(data));
}

/// What fwtool appended to an image.
pub fn fwtool(data: &[u8]) {
    let _ = owpkg::release::fwtool::read_tail(Default::default(), data);
}

/// A kernel module.
pub fn kmod(data: &[u8]) {
    if let Ok(module) = Module::read(data) {
        assert_eq!(Module::read(data), Ok(module));
    }
}

/// Three versions, a line each: their order is one, in both formats.
pub fn versions(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let mut lines = text.lines();
    let (Some(a), Some(b), Some(c)) = (lines.next(), lines.next(), lines.next()) else { return };
    for format in FORMATS {
        assert!(format.compare(a, a).is_eq());
        assert_eq!(format.compare(a, b), format.compare(b, a).reverse(), "{a:?} {b:?} in {}", format.name());
        if format.compare(a, b).is_le() && format.compare(b, c).is_le() {
            assert!(format.compare(a, c).is_le(), "{a:?} {b:?} {c:?} in {}", format.name());
        }
    }
}
