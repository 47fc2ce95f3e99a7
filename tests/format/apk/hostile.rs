//! Input made to harm, named by its defect: each is refused with the place, or passed over with a warning.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use owpkg::format::apk::Apk;
use owpkg::format::apk::adb::{BlockKind, Word, Writer, pack};
use owpkg::format::{FeedId, IndexError, IndexFiles};

use super::{file, opened};

const ADB: BlockKind = BlockKind::Adb;

/// Why an index is refused.
fn refusal(bytes: Vec<u8>) -> String {
    let read =
        opened(bytes).and_then(|index| Apk.parse(&index, FeedId(0)).map(|parsed| parsed.packages().len()));
    read.expect_err("a refusal").to_string()
}

/// An index of a payload of these words behind the header, the first of which is the root.
fn words(root: u32, words: &[u32]) -> Vec<u8> {
    let payload: Vec<u8> = [0, root].iter().chain(words).flat_map(|word| word.to_le_bytes()).collect();
    file(b"indx", &[(ADB, &payload)])
}

/// An index whose entries are written by `entries`.
fn index_of(entries: impl FnOnce(&mut Writer) -> Vec<Word>) -> Vec<u8> {
    let mut writer = Writer::new();
    let entries = entries(&mut writer);
    let packages = writer.list(&entries);
    let root = writer.list(&[Word::NULL, packages]);
    file(b"indx", &[(ADB, &writer.finish(root).expect("a small payload"))])
}

/// An entry of a name, a version and a hash.
fn plain(writer: &mut Writer, name: &[u8], version: &[u8], hash: &[u8]) -> Word {
    let slots = [writer.blob(name), writer.blob(version), writer.blob(hash)];
    writer.list(&slots)
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed = pack(Vec::new()).expect("memory");
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

/// A good, small index, not packed.
fn good() -> Vec<u8> {
    index_of(|writer| vec![plain(writer, b"a", b"1", &[1; 32])])
}

#[test]
fn the_good_one_is_read() {
    for bytes in [good(), deflated(&good()), [b"ADBc\x00\x01", &good()[..]].concat()] {
        let index = opened(bytes).expect("a good index");
        assert_eq!(Apk.parse(&index, FeedId(0)).expect("a good index").packages().len(), 1);
    }
    let zstd = ruzstd::encoding::compress_to_vec(&good()[..], ruzstd::encoding::CompressionLevel::Fastest);
    let index = opened([b"ADBc\x02\x00", &zstd[..]].concat()).expect("a good index");
    assert_eq!(Apk.parse(&index, FeedId(0)).expect("a good index").packages().len(), 1);
}

#[test]
fn offset_past_the_end() {
    let refused = "payload offset 4: the value at offset 4096 reaches to 4100, past the end at 16";
    assert_eq!(refusal(words(0xe000_1000, &[0, 0])), refused);
}

#[test]
fn list_that_reaches_past_the_end() {
    let refused = "payload offset 4: the value at offset 8 reaches to 24, past the end at 16";
    assert_eq!(refusal(words(0xe000_0008, &[4, 0])), refused);
}

#[test]
fn text_that_reaches_past_the_end() {
    let entry_with_long_name = [3, 0, 0xe000_0014, 2, 0xe000_001c, 2, 0x8000_0024, 0xff];
    let refused = "payload offset 32: the value at offset 36 reaches to 292, past the end at 40";
    assert_eq!(refusal(words(0xe000_0008, &entry_with_long_name)), refused);
}

#[test]
fn cycle_of_objects() {
    let root_is_its_own_list_of_packages = words(0xe000_0008, &[3, 0, 0xe000_0008]);
    assert_eq!(refusal(root_is_its_own_list_of_packages), "payload offset 16: a list where a blob belongs");
    let list_holds_itself = words(0xe000_0008, &[3, 0, 0xe000_0014, 2, 0xe000_0014]);
    assert_eq!(refusal(list_holds_itself), "payload offset 24: a list where a blob belongs");
}

#[test]
fn count_of_two_to_the_28() {
    let refused = "payload offset 4: the value at offset 8 reaches to 1073741832, past the end at 16";
    assert_eq!(refusal(words(0xe000_0008, &[1 << 28, 0])), refused);
}

#[test]
fn count_of_zero() {
    assert_eq!(refusal(words(0xe000_0008, &[0, 0])), "payload offset 4: a list with a count of 0");
}

#[test]
fn misaligned_list() {
    let refused = "payload offset 4: the value at offset 9 is not aligned to 4";
    assert_eq!(refusal(words(0xe000_0009, &[0, 0])), refused);
}

#[test]
fn unknown_value() {
    assert_eq!(refusal(words(0xf000_0008, &[0, 0])), "payload offset 4: the unknown value 0xf0000008");
    assert_eq!(refusal(words(0x0000_0003, &[0, 0])), "payload offset 4: the unknown value 0x00000003");
}

#[test]
fn few_bytes_that_claim_many_dependencies() {
    let bytes = index_of(|writer| {
        let name = writer.blob(b"d");
        let dependency = writer.list(&[name]);
        let depends = writer.list(&vec![dependency; 2048]);
        let mut slots = vec![writer.blob(b"a"), writer.blob(b"1"), writer.blob(&[1; 32])];
        slots.resize(14, Word::NULL);
        slots.push(depends);
        vec![writer.list(&slots); 1024]
    });
    assert!(bytes.len() < 16_000, "{}", bytes.len());
    assert!(refusal(bytes).ends_with("more dependencies than an index may list"));
}

#[test]
fn few_bytes_that_claim_many_packages() {
    let bytes = index_of(|writer| vec![plain(writer, b"a", b"1", &[1; 32]); (1 << 17) + 1]);
    assert!(refusal(bytes).ends_with("more packages than an index may list"));
}

#[test]
fn bomb() {
    const LENGTH: u32 = 512 << 20;
    let mut packed = DeflateEncoder::new(b"ADBd".to_vec(), Compression::best());
    packed.write_all(b"ADB.indx").expect("memory");
    packed.write_all(&(LENGTH + 4).to_le_bytes()).expect("memory");
    packed.write_all(&vec![0; 1 << 20]).expect("memory");
    let bytes = packed.finish().expect("memory");
    let refused = opened(bytes).map(|_| ()).expect_err("a refusal");
    assert_eq!(refused, IndexError::TooLarge { file: "packages.adb", cap: 64 << 20 });
}

#[test]
fn truncated_deflate() {
    let whole = deflated(&good());
    for end in 4..whole.len() {
        let refused = refusal(whole[..end].to_vec());
        assert!(refused.ends_with("the deflate stream is cut short"), "{end}: {refused}");
    }
}

#[test]
fn truncated_file() {
    let whole = good();
    for end in 0..whole.len() {
        refusal(whole[..end].to_vec());
    }
    assert_eq!(refusal(whole[..7].to_vec()), "offset 7: the file ends 1 bytes early");
    assert_eq!(refusal(whole[..8].to_vec()), "offset 8: no block");
}

#[test]
fn bytes_behind_the_packed_stream() {
    let refused = "packages.adb does not unpack: more bytes follow where the packed data ends";
    assert_eq!(refusal([&deflated(&good())[..], b"x"].concat()), refused);
    let zstd = ruzstd::encoding::compress_to_vec(&good()[..], ruzstd::encoding::CompressionLevel::Fastest);
    assert_eq!(refusal([b"ADBc\x02\x00", &zstd[..], b"x"].concat()), refused);
}

#[test]
fn bytes_behind_the_last_block() {
    let end = good().len();
    let refused = format!("offset {end}: the file ends 1 bytes early");
    assert_eq!(refusal([&good()[..], b"xyz"].concat()), refused);
}

#[test]
fn filled_padding() {
    let mut bytes = file(b"indx", &[(ADB, &[0; 17])]);
    *bytes.last_mut().expect("a file") = 1;
    assert!(refusal(bytes).ends_with("the padding behind a block is not zero"));
}

#[test]
fn not_an_adb_file() {
    assert_eq!(
        refusal(b"\x1f\x8b\x08\0".to_vec()),
        "offset 0: not an ADB file: it starts with [1f, 8b, 08, 00]"
    );
    assert_eq!(refusal(Vec::new()), "offset 0: not an ADB file: it starts with []");
    assert_eq!(refusal(deflated(b"Packages")), "offset 0: not an ADB file: it starts with [50, 61, 63, 6b]");
    assert_eq!(refusal(b"ADBx".to_vec()), "offset 3: packed with the unknown algorithm 120");
    assert_eq!(refusal(b"ADBc\x07\x00".to_vec()), "offset 3: packed with the unknown algorithm 7");
    assert_eq!(refusal(b"ADBc\x01".to_vec()), "offset 4: the file ends 1 bytes early");
}

#[test]
fn corrupt_zstd() {
    assert!(
        refusal(b"ADBc\x02\x00garbage that is no frame".to_vec()).starts_with("packages.adb does not unpack")
    );
}

#[test]
fn package_in_place_of_an_index() {
    let package = file(b"pckg", &[(ADB, &[0; 16])]);
    assert_eq!(refusal(package), "offset 4: a package where an index belongs");
}

#[test]
fn blocks_out_of_order() {
    let payload = [0; 16];
    let twice = file(b"indx", &[(ADB, &payload), (ADB, &payload)]);
    assert_eq!(refusal(twice), "offset 32: an ADB block out of order");
    let signature_first = file(b"indx", &[(BlockKind::Signature, &payload), (ADB, &payload)]);
    assert_eq!(refusal(signature_first), "offset 8: a signature block out of order");
    let data = file(b"indx", &[(ADB, &payload), (BlockKind::Data, &payload)]);
    assert_eq!(refusal(data), "offset 36: data in an index");
}

#[test]
fn blocks_of_impossible_size() {
    let too_small = [b"ADB.indx", &3u32.to_le_bytes()[..]].concat();
    assert_eq!(refusal(too_small), "offset 8: a block of size 3");
    let extended = |kind: u32, size: u64| {
        [b"ADB.indx", &(3 << 30 | kind).to_le_bytes()[..], &[0; 4], &size.to_le_bytes()].concat()
    };
    assert_eq!(refusal(extended(0, 15)), "offset 8: a block of size 15");
    assert_eq!(refusal(extended(0, u64::MAX)), "offset 8: a block of size 18446744073709551615");
    assert_eq!(refusal(extended(9, 20)), "offset 8: a block of the unknown kind 9");
    assert_eq!(refusal(extended(0, 20)), "offset 24: the file ends 4 bytes early");
}

#[test]
fn later_version() {
    let mut payload = [0; 16];
    payload[0] = 1;
    let refused = "payload offset 0: compatibility version 1, where 0 is known";
    assert_eq!(refusal(file(b"indx", &[(ADB, &payload)])), refused);
}

#[test]
fn index_without_packages() {
    let refused = "payload offset 0: a payload of 8 bytes, where at least 16 are needed";
    assert_eq!(refusal(file(b"indx", &[(ADB, &[0; 8])])), refused);
}

#[test]
fn package_files_named_in_another_way() {
    let mut writer = Writer::new();
    let spec = writer.blob(b"../${name}-${version}.apk");
    let root = writer.list(&[Word::NULL, Word::NULL, spec]);
    let bytes = file(b"indx", &[(ADB, &writer.finish(root).expect("a small payload"))]);
    assert!(refusal(bytes).ends_with("package files are named in a way of the index's own"));
}

#[test]
fn names_and_versions_that_could_harm() {
    let bad: [(&[u8], &[u8]); 10] = [
        (b"../../etc/passwd", b"1"),
        (b"a", b"1/../../x"),
        (b"a'$(reboot)'", b"1"),
        (b"a b", b"1"),
        (b"a\nb", b"1"),
        (b"a\0", b"1"),
        (b"\xff\xfe", b"1"),
        (b"", b"1"),
        (b"-rf", b"1"),
        (b"a", b""),
    ];
    let bytes = index_of(|writer| {
        let good = plain(writer, b"good", b"1", &[1; 32]);
        let long = plain(writer, &[b'a'; 256], b"1", &[1; 32]);
        let bad = bad.iter().map(|(name, version)| plain(writer, name, version, &[1; 32]));
        bad.chain([long, good]).collect()
    });
    let index = opened(bytes).expect("a sound index");
    let parsed = Apk.parse(&index, FeedId(0)).expect("a sound index");
    assert_eq!(parsed.packages().iter().map(|package| package.name).collect::<Vec<_>>(), ["good"]);
    assert_eq!(parsed.warnings.len(), bad.len() + 1);
}

#[test]
fn dependencies_of_unknown_kind() {
    let bytes = index_of(|writer| {
        let name = writer.blob(b"d");
        let version = writer.blob(b"1");
        let how = writer.int(1 << 40);
        let dependency = writer.list(&[name, version, how]);
        let mut slots = vec![writer.blob(b"a"), version, writer.blob(&[1; 32])];
        slots.resize(14, Word::NULL);
        slots.push(writer.list(&[dependency]));
        vec![writer.list(&slots)]
    });
    let index = opened(bytes).expect("a sound index");
    let parsed = Apk.parse(&index, FeedId(0)).expect("a sound index");
    assert_eq!(parsed.packages().len(), 0);
    assert_eq!(parsed.warnings[0].why, "a dependency of an unknown kind");
}

#[test]
fn hashes_of_other_lengths() {
    let bytes = index_of(|writer| {
        [32, 20, 0, 19, 64]
            .map(|length| plain(writer, format!("p{length}").as_bytes(), b"1", &vec![1; length]))
            .into()
    });
    let index = opened(bytes).expect("a sound index");
    let parsed = Apk.parse(&index, FeedId(0)).expect("a sound index");
    let found: Vec<_> =
        parsed.packages().iter().map(|package| (package.name, package.digest.is_some())).collect();
    assert_eq!(found, [("p32", true), ("p20", false)], "20 bytes are a name, not a digest");
    assert_eq!(parsed.warnings.len(), 3);
}
