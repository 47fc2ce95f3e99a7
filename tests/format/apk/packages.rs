//! Package files: what is sound, and what is not what the index lists.

use owpkg::format::apk::adb::BlockKind;
use owpkg::format::apk::package::check;
use owpkg::format::apk::{File, FileContent, WrittenPackage, write_package};
use owpkg::format::measure;
use owpkg::trust::{Authority, Digest, DigestKind, Expected, sha256};

use super::{blocks, entry, file};

fn made(name: &str) -> WrittenPackage {
    let bytes = |path: &str, content: &[u8]| File {
        path: path.to_owned(),
        mode: 0o644,
        content: FileContent::Bytes(content.to_vec()),
    };
    let files =
        [bytes("etc/first", b"one"), bytes("etc/second", &[2; 100_000]), bytes("usr/third", b"three")];
    write_package(&entry(name, "1", "", ""), &files, &[]).expect("a package")
}

/// The package with its blocks changed, and why it is refused.
fn refusal(change: impl FnOnce(&mut Vec<(BlockKind, Vec<u8>)>)) -> String {
    let mut blocks = blocks(&made("p").bytes);
    change(&mut blocks);
    let bytes =
        file(b"pckg", &blocks.iter().map(|(kind, payload)| (*kind, &payload[..])).collect::<Vec<_>>());
    check(&bytes[..]).expect_err("a refusal").to_string()
}

#[test]
fn a_sound_package_has_the_digest_of_its_metadata() {
    let written = made("p");
    let digest = measure(DigestKind::AdbSha256, &mut &written.bytes[..]).expect("a sound package");
    assert_eq!(Some(digest), written.entry.packed.map(|(_, digest)| digest));
    assert_eq!(digest, Digest::adb_sha256(sha256(&blocks(&written.bytes)[0].1)));
}

#[test]
fn packing_and_signatures_do_not_change_the_digest() {
    let mut blocks = blocks(&made("p").bytes);
    blocks.insert(1, (BlockKind::Signature, vec![0; 90]));
    let bytes =
        file(b"pckg", &blocks.iter().map(|(kind, payload)| (*kind, &payload[..])).collect::<Vec<_>>());
    let digest = check(&bytes[..]).expect("a sound package");
    assert_eq!(Some(Digest::adb_sha256(digest)), made("p").entry.packed.map(|(_, digest)| digest));
}

#[test]
fn package_without_files() {
    let written = write_package(&entry("meta", "1", "a b", ""), &[], &[]).expect("a package");
    check(&written.bytes[..]).expect("a sound package");
}

#[test]
fn changed_byte_of_data() {
    let refused = refusal(|blocks| blocks[1].1[9] ^= 1);
    assert!(
        refused.ends_with("the bytes of first do not have the hash that the package states"),
        "{refused}"
    );
}

#[test]
fn missing_data() {
    assert_eq!(refusal(|blocks| drop(blocks.pop())), "the bytes of third are missing");
    let refused = refusal(|blocks| drop(blocks.remove(1)));
    assert!(
        refused.ends_with("data of file 2 in directory 2, where file 1 in directory 2 belongs"),
        "{refused}"
    );
}

#[test]
fn data_behind_the_last_file() {
    let refused = refusal(|blocks| blocks.push(blocks[3].clone()));
    assert!(refused.ends_with("data of file 1 in directory 3, where the end belongs"), "{refused}");
}

#[test]
fn data_in_another_order() {
    let refused = refusal(|blocks| blocks.swap(1, 2));
    assert!(
        refused.ends_with("data of file 2 in directory 2, where file 1 in directory 2 belongs"),
        "{refused}"
    );
}

#[test]
fn data_of_another_length() {
    assert!(refusal(|blocks| blocks[1].1.push(0)).ends_with("4 bytes of first, which has 3"));
    assert!(refusal(|blocks| blocks[1].1.truncate(10)).ends_with("2 bytes of first, which has 3"));
}

#[test]
fn data_without_room_for_its_position() {
    assert!(refusal(|blocks| blocks[1].1.truncate(7)).ends_with("failed to fill whole buffer"));
}

#[test]
fn index_in_place_of_a_package() {
    let index = file(b"indx", &[(BlockKind::Adb, &[0; 16])]);
    assert_eq!(check(&index[..]).expect_err("a refusal").to_string(), "an index where a package belongs");
}

#[test]
fn truncated_package() {
    let bytes = made("p").bytes;
    for end in 0..bytes.len() {
        check(&bytes[..end]).expect_err("a refusal");
    }
}

#[test]
fn files_larger_than_any_package() {
    use owpkg::format::apk::adb::{Word, Writer};
    let mut writer = Writer::new();
    let size = writer.int(5 << 30);
    let name = writer.blob(b"f");
    let one = writer.list(&[name, Word::NULL, size]);
    let files = writer.list(&[one]);
    let directory = writer.list(&[Word::NULL, Word::NULL, files]);
    let paths = writer.list(&[directory]);
    let root = writer.list(&[Word::NULL, paths]);
    let payload = writer.finish(root).expect("a small payload");
    let bytes = file(b"pckg", &[(BlockKind::Adb, &payload)]);
    let refused = check(&bytes[..]).expect_err("a refusal").to_string();
    assert!(refused.starts_with("it lists more than"), "{refused}");
}

#[test]
fn few_bytes_that_claim_many_files() {
    use owpkg::format::apk::adb::{Word, Writer};
    let mut writer = Writer::new();
    let name = writer.blob(b"f");
    let one = writer.list(&[name]);
    let files = writer.list(&vec![one; 4096]);
    let directory = writer.list(&[Word::NULL, Word::NULL, files]);
    let paths = writer.list(&vec![directory; 4096]);
    let root = writer.list(&[Word::NULL, paths]);
    let payload = writer.finish(root).expect("a small payload");
    assert!(payload.len() < 40_000);
    let bytes = file(b"pckg", &[(BlockKind::Adb, &payload)]);
    let refused = check(&bytes[..]).expect_err("a refusal").to_string();
    assert!(refused.starts_with("it lists more than"), "{refused}");
}

/// Whether `content` is what an index says of `listed`.
fn is_listed(content: &[u8], listed: &WrittenPackage) -> bool {
    let (size, digest) = listed.entry.packed.expect("a written package");
    let size = (content.len() == listed.bytes.len()).then_some(size);
    let expected = Expected { size, digest, by: Authority::Nobody, measure };
    expected.check(&mut &*content).expect("bytes can be read").is_some()
}

#[test]
fn only_the_package_that_the_index_lists() {
    assert!(is_listed(&made("p").bytes, &made("p")));
    assert!(!is_listed(&made("q").bytes, &made("p")), "another package");
    let longer = [&made("p").bytes[..], b"x"].concat();
    assert!(!is_listed(&longer, &made("p")), "bytes behind it");
}
