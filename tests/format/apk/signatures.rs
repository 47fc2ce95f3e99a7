//! Keys and signatures of apk: who signed, over what, and what is refused.

use std::process::Command;

use owpkg::format::IndexFiles;
use owpkg::format::apk::adb::BlockKind;
use owpkg::format::apk::{Apk, write_index};
use owpkg::trust::ec::{PublicKey, SecretKey};
use owpkg::trust::{Authority, KeyError, Keyring, Signed, SignedFile, TrustError, Unsigned};

use super::{blocks, entry, file, key, keyring};

fn open(bytes: Vec<u8>) -> Signed {
    Apk.open(vec![SignedFile { name: "packages.adb", bytes }]).expect("a sound index")
}

fn other_key() -> SecretKey {
    SecretKey::from_seed(&[9; 32]).expect("a number below the curve's order")
}

/// An index of one package, signed by these keys.
fn index(keys: &[&SecretKey]) -> Vec<u8> {
    write_index(&[entry("a", "1", "", "")], keys).expect("good entries").bytes
}

fn with_blocks(blocks: &[(BlockKind, Vec<u8>)]) -> Vec<u8> {
    file(b"indx", &blocks.iter().map(|(kind, payload)| (*kind, &payload[..])).collect::<Vec<_>>())
}

#[test]
fn one_good_signature_is_enough() {
    for keys in [&[&key()][..], &[&other_key(), &key()], &[&key(), &other_key()], &[&key(), &key()]] {
        let index =
            keyring().verify(open(index(keys)), "the index", Unsigned::Refuse).expect("a good signature");
        assert_eq!(*index.by(), Authority::Keys(vec![key().public().id().clone()]));
    }
}

#[test]
fn both_keys_are_named_when_both_are_trusted() {
    let mut keyring = keyring();
    keyring.add(other_key().public().to_pem().as_bytes(), "another").expect("a PEM file");
    let index =
        keyring.verify(open(index(&[&key(), &other_key()])), "x", Unsigned::Refuse).expect("good signatures");
    assert_eq!(index.by().key_ids(), keyring.ids());
}

#[test]
fn unsigned() {
    let refused = keyring().verify(open(index(&[])), "the index", Unsigned::Refuse).expect_err("a refusal");
    assert_eq!(refused, TrustError::Unsigned { what: "the index".to_owned() });
}

#[test]
fn wrong_signature() {
    let mut changed = blocks(&index(&[&key()]));
    let last = changed[0].1.len() - 1;
    changed[0].1[last] ^= 1;
    for policy in [Unsigned::Refuse, Unsigned::Accept] {
        let refused =
            keyring().verify(open(with_blocks(&changed)), "the index", policy).expect_err("a refusal");
        assert!(matches!(refused, TrustError::WrongSignature { .. }), "{refused}");
    }
}

#[test]
fn signature_in_the_name_of_another_key() {
    let mut forged = blocks(&index(&[&other_key()]));
    forged[1].1[2..18].copy_from_slice(key().public().id().as_bytes());
    let refused = keyring().verify(open(with_blocks(&forged)), "x", Unsigned::Refuse).expect_err("a refusal");
    assert!(matches!(refused, TrustError::WrongSignature { .. }), "{refused}");
}

#[test]
fn signature_of_another_schema() {
    let whole = blocks(&index(&[&key()]));
    let package = u32::from_le_bytes(*b"pckg");
    let replayed = key().sign(package, &whole[0].1).to_block();
    let bytes = with_blocks(&[whole[0].clone(), (BlockKind::Signature, replayed)]);
    let refused = keyring().verify(open(bytes), "x", Unsigned::Refuse).expect_err("a refusal");
    assert!(matches!(refused, TrustError::WrongSignature { .. }), "{refused}");
}

#[test]
fn hash_named_in_the_signature_is_signed_too() {
    let mut whole = blocks(&index(&[&key()]));
    whole[1].1[1] = 3;
    let refused = keyring().verify(open(with_blocks(&whole)), "x", Unsigned::Refuse).expect_err("a refusal");
    assert!(matches!(refused, TrustError::WrongSignature { .. }), "{refused}");
}

#[test]
fn signatures_of_later_versions_are_passed_over() {
    let mut whole = blocks(&index(&[&other_key(), &key()]));
    whole[1].1[0] = 1;
    keyring().verify(open(with_blocks(&whole)), "x", Unsigned::Refuse).expect("the other one is good");
    whole[2].1[0] = 1;
    let refused = keyring().verify(open(with_blocks(&whole)), "x", Unsigned::Refuse).expect_err("a refusal");
    assert!(matches!(refused, TrustError::Unsigned { .. }), "{refused}");
}

#[test]
fn too_many_signatures() {
    let mut whole = blocks(&index(&[&key()]));
    whole.resize(66, whole[1].clone());
    let signed = Apk.open(vec![SignedFile { name: "packages.adb", bytes: with_blocks(&whole) }]);
    assert!(signed.expect_err("a refusal").to_string().ends_with("more than 64 signatures"));
}

#[test]
fn signing_is_deterministic() {
    assert_eq!(index(&[&key()]), index(&[&key()]));
}

#[test]
fn text_around_a_key_does_not_matter() {
    let pem = key().public().to_pem();
    let key = PublicKey::parse(format!("untrusted comment: Local build key\n{pem}\nthe end\n").as_bytes());
    assert_eq!(key.expect("a PEM file").id(), super::key().public().id());
}

#[test]
fn files_that_are_no_key() {
    let mut keyring = Keyring::empty();
    let p384 = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYFK4EEACIDQgAE\n-----END PUBLIC KEY-----\n";
    let cut = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
    let secret = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    for text in [p384, cut, secret] {
        match keyring.add(text.as_bytes(), "a file") {
            Err(TrustError::BadKey { source: KeyError::Ec(_), .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    match keyring.add(b"RWQ\xff", "a file") {
        Err(TrustError::BadKey { source: KeyError::Usign(_), .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!(keyring.ids().is_empty());
}

#[test]
fn openssl_agrees() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let payload = b"what is signed";
    let block = key().sign(u32::from_le_bytes(*b"indx"), payload).to_block();
    let digest = {
        use sha2::Digest;
        sha2::Sha512::digest(payload)
    };
    let message = [b"indx", &block[..18], &digest[..]].concat();
    std::fs::write(path("key.pem"), key().public().to_pem()).expect("a file");
    std::fs::write(path("signature"), &block[18..]).expect("a file");
    std::fs::write(path("message"), message).expect("a file");
    let status = Command::new("openssl")
        .current_dir(folder.path())
        .args(["dgst", "-sha512", "-verify", "key.pem", "-signature", "signature", "message"])
        .status()
        .expect("openssl is needed (Debian package openssl)");
    assert!(status.success());
}
