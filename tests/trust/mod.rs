//! Keys, signatures and digests; Debian's signify-openbsd judges the keys and signatures that are made here, and
//! makes some of its own.

use std::fs;
use std::io::Read;
use std::process::Command;

use camino::Utf8PathBuf;
use owpkg::cli::Help;
use owpkg::format::opkg::Opkg;
use owpkg::format::{Format, IndexFiles, measure};
use owpkg::trust::usign::{PublicKey, SecretKey, Signature, UsignError};
use owpkg::trust::{self, Authority, Digest, Expected, KeyError, Keyring, Signed, TrustError, Unsigned};
use tempfile::TempDir;

use crate::shared;

const MESSAGE: &[u8] = b"Package: demo\nVersion: 1\n\n";

fn secret(id: u8) -> SecretKey {
    SecretKey::from_seed([id; 8], &[id; 32])
}

fn ring(keys: &[&SecretKey]) -> Keyring {
    let mut ring = Keyring::empty();
    for key in keys {
        ring.add(key.public().to_text().as_bytes(), "key").unwrap();
    }
    ring
}

fn signed(message: &[u8], signatures: impl IntoIterator<Item = Signature>) -> Signed {
    let signatures = signatures.into_iter().map(trust::Signature::Usign).collect();
    Signed { files: Vec::new(), message: message.to_vec(), signatures }
}

/// signify-openbsd in a folder of its own.
struct Signify(TempDir);

impl Signify {
    fn new() -> Signify {
        Signify(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    fn get(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }

    fn succeeds(&self, args: &[&str]) -> bool {
        let run = Command::new("signify-openbsd").args(args).current_dir(self.0.path()).output();
        run.expect("signify-openbsd runs: Debian's package of that name has it").status.success()
    }

    fn verifies(&self) -> bool {
        self.succeeds(&["-V", "-q", "-p", "key.pub", "-x", "message.sig", "-m", "message"])
    }
}

#[test]
fn signify_takes_keys_and_signatures_made_here() {
    let signify = Signify::new();
    let key = secret(7);
    signify.put("key.pub", key.public().to_text());
    signify.put("message", MESSAGE);
    signify.put("message.sig", key.sign(MESSAGE).to_text());
    assert!(signify.verifies());
    signify.put("message", b"another message");
    assert!(!signify.verifies());
    signify.put("message", MESSAGE);
    signify.put("message.sig", secret(8).sign(MESSAGE).to_text());
    assert!(!signify.verifies());
}

#[test]
fn signify_signs_with_a_secret_key_made_here() {
    let signify = Signify::new();
    let key = secret(9);
    signify.put("key.sec", key.to_text());
    signify.put("message", MESSAGE);
    assert!(signify.succeeds(&["-S", "-s", "key.sec", "-x", "message.sig", "-m", "message"]));
    let theirs = Signature::parse(&signify.get("message.sig")).unwrap();
    assert!(key.public().verifies(MESSAGE, &theirs));
    let payload = |text: &[u8]| text.split(|byte| *byte == b'\n').nth(1).map(<[u8]>::to_vec);
    assert_eq!(payload(&signify.get("message.sig")), payload(key.sign(MESSAGE).to_text().as_bytes()));
}

#[test]
fn keys_and_signatures_of_signify_are_taken_here() {
    for length in [0, 1, 110, 111, 127, 128, 5000] {
        let message = vec![b'x'; length];
        let signify = Signify::new();
        signify.put("message", &message);
        assert!(signify.succeeds(&["-G", "-n", "-p", "key.pub", "-s", "key.sec"]));
        assert!(signify.succeeds(&["-S", "-s", "key.sec", "-x", "message.sig", "-m", "message"]));
        let mut ring = Keyring::empty();
        ring.add(&signify.get("key.pub"), "key.pub").unwrap();
        let signature = Signature::parse(&signify.get("message.sig")).unwrap();
        let good = ring.verify(signed(&message, [signature.clone()]), "index", Unsigned::Refuse).unwrap();
        assert_eq!(good.by().key_ids(), ring.ids());
        let changed = [message, vec![b'y']].concat();
        let wrong = ring.verify(signed(&changed, [signature]), "index", Unsigned::Refuse).unwrap_err();
        assert!(matches!(wrong, TrustError::WrongSignature { .. }));
    }
}

#[test]
fn texts_round_trip() {
    let key = secret(3);
    let public = PublicKey::parse(key.public().to_text().as_bytes()).unwrap();
    assert_eq!(public.to_text(), key.public().to_text());
    assert_eq!(public.id().to_string(), "0303030303030303");
    let signature = Signature::parse(key.sign(MESSAGE).to_text().as_bytes()).unwrap();
    assert_eq!(signature.key_id(), public.id());
    assert!(public.verifies(MESSAGE, &signature));
}

#[test]
fn official_keys_are_named_by_their_ids() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/indexes/keys/usign");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let key =
            PublicKey::parse(&fs::read(entry.path()).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(key.id().to_string(), name);
        names.push(name);
    }
    names.sort();
    let mut ids = Keyring::official().ids();
    // The ids of usign keys are 16 digits long, those of apk keys 32.
    ids.retain(|id| id.len() == 16);
    ids.sort();
    assert_eq!(ids, names, "every key file is built in");
}

#[test]
fn a_good_signature_names_its_key() {
    let (ours, theirs) = (secret(1), secret(2));
    let ring = ring(&[&ours, &theirs]);
    let both = signed(MESSAGE, [ours.sign(MESSAGE), theirs.sign(MESSAGE)]);
    let good = ring.verify(both, "index", Unsigned::Refuse).unwrap();
    assert_eq!(good.by().key_ids(), ["0101010101010101", "0202020202020202"]);
    assert_eq!(good.message, MESSAGE);
}

#[test]
fn a_missing_signature_is_refused_or_accepted_by_name() {
    let ring = ring(&[&secret(1)]);
    let refused = ring.verify(signed(MESSAGE, []), "http://feed/Packages.gz", Unsigned::Refuse).unwrap_err();
    assert_eq!(refused, TrustError::Unsigned { what: "http://feed/Packages.gz".into() });
    assert!(refused.help().unwrap().contains("--accept-unsigned"));
    let taken = ring.verify(signed(MESSAGE, []), "index", Unsigned::Accept).unwrap();
    assert_eq!(*taken.by(), Authority::Nobody);
    assert!(taken.by().key_ids().is_empty());
}

#[test]
fn a_foreign_signature_is_refused_or_accepted_by_name() {
    let ring = ring(&[&secret(1)]);
    let foreign = || signed(MESSAGE, [secret(5).sign(MESSAGE)]);
    let expected = TrustError::ForeignKey {
        what: "index".into(),
        signed_by: vec!["0505050505050505".into()],
        trusted: vec!["0101010101010101".into()],
        given: vec!["0101010101010101".into()],
        other_kind: vec![],
    };
    let refused = ring.verify(foreign(), "index", Unsigned::Refuse).unwrap_err();
    assert!(refused.help().unwrap().contains("0505050505050505"));
    assert_eq!(refused, expected);
    assert_eq!(*ring.verify(foreign(), "index", Unsigned::Accept).unwrap().by(), Authority::Nobody);
    let no_keys = Keyring::empty().verify(foreign(), "index", Unsigned::Refuse).unwrap_err();
    assert!(matches!(no_keys, TrustError::ForeignKey { trusted, .. } if trusted.is_empty()));
}

#[test]
fn a_wrong_signature_in_a_trusted_name_is_never_accepted() {
    let ours = secret(1);
    let ring = ring(&[&ours]);
    let impostor = SecretKey::from_seed([1; 8], &[66; 32]);
    for signature in [ours.sign(b"other"), impostor.sign(MESSAGE)] {
        for policy in [Unsigned::Refuse, Unsigned::Accept] {
            let wrong = ring.verify(signed(MESSAGE, [signature.clone()]), "index", policy).unwrap_err();
            let expected =
                TrustError::WrongSignature { what: "index".into(), key: "0101010101010101".into() };
            assert_eq!(wrong, expected);
        }
    }
}

#[test]
fn two_keys_may_share_an_id() {
    let (one, other) = (SecretKey::from_seed([1; 8], &[1; 32]), SecretKey::from_seed([1; 8], &[2; 32]));
    let ring = ring(&[&one, &other]);
    for key in [&one, &other] {
        assert!(ring.verify(signed(MESSAGE, [key.sign(MESSAGE)]), "index", Unsigned::Refuse).is_ok());
    }
}

#[test]
fn files_that_are_no_keys() {
    let key = secret(1);
    let (public, secret, signature) = (key.public().to_text(), key.to_text(), key.sign(MESSAGE).to_text());
    let mut ring = Keyring::empty();
    let cases: [(&[u8], UsignError); 8] = [
        (b"", UsignError::NoPayload),
        (b"untrusted comment: alone", UsignError::NoPayload),
        (b"untrusted comment: alone\n", UsignError::NoPayload),
        (b"untrusted comment: x\n!!!\n", UsignError::NotBase64),
        (b"untrusted comment: x\n\xff\xfe\n", UsignError::NotBase64),
        (b"untrusted comment: x\nRWQ=\n", UsignError::WrongKind { expected: 42, found: 2 }),
        (secret.as_bytes(), UsignError::WrongKind { expected: 42, found: 104 }),
        (signature.as_bytes(), UsignError::WrongKind { expected: 42, found: 74 }),
    ];
    for (text, expected) in cases {
        let error = ring.add(text, "my.key").unwrap_err();
        assert!(error.help().is_some_and(|help| !help.is_empty()));
        assert_eq!(error, TrustError::BadKey { what: "my.key".into(), source: KeyError::Usign(expected) });
    }
    assert!(ring.ids().is_empty());
    let wrong = Signature::parse(public.as_bytes()).unwrap_err();
    assert_eq!(wrong, UsignError::WrongKind { expected: 74, found: 42 });
}

#[test]
fn comments_and_line_ends_do_not_matter() {
    let text = secret(1).public().to_text();
    let payload = text.lines().nth(1).unwrap();
    for variant in
        [format!("any comment\n{payload}"), format!("\n{payload}\n"), format!("c\r\n{payload}\r\n")]
    {
        assert!(PublicKey::parse(variant.as_bytes()).is_ok(), "{variant:?}");
    }
}

#[test]
fn a_real_index_verifies_with_its_key_and_not_without() {
    const ROOT: &str = "indexes/opkg-23.05.2-mvebu/targets/mvebu/cortexa9/packages";
    let Some(key) = shared::read("indexes/opkg-23.05.2-mvebu/keys/d95e275d41a63bff") else { return };
    let open = || {
        let files = Opkg.facts().index_files.iter().map(|file| {
            let bytes = shared::read(&format!("{ROOT}/{}", file.name)).unwrap();
            trust::SignedFile { name: file.name, bytes }
        });
        Opkg.open(files.collect()).unwrap()
    };
    let mut ring = Keyring::official();
    let foreign = ring.verify(open(), "core", Unsigned::Refuse).unwrap_err();
    assert!(matches!(foreign, TrustError::ForeignKey { signed_by, .. } if signed_by == ["d95e275d41a63bff"]));
    ring.add(&key, "d95e275d41a63bff").unwrap();
    assert_eq!(ring.verify(open(), "core", Unsigned::Refuse).unwrap().by().key_ids(), ["d95e275d41a63bff"]);
    let mut changed = open();
    changed.message[1000] ^= 1;
    let wrong = ring.verify(changed, "core", Unsigned::Accept).unwrap_err();
    assert!(matches!(wrong, TrustError::WrongSignature { key, .. } if key == "d95e275d41a63bff"));
}

#[test]
fn the_official_key_vouches_for_its_sums() {
    let Some(sums) = shared::read("indexes/official/25.12.5-x86-64/sha256sums") else { return };
    let signature = shared::read("indexes/official/25.12.5-x86-64/sha256sums.sig").unwrap();
    let signature = Signature::parse(&signature).unwrap();
    let good =
        Keyring::official().verify(signed(&sums, [signature]), "sha256sums", Unsigned::Refuse).unwrap();
    assert_eq!(good.by().key_ids(), ["b5043e70f9a75cde"]);
}

#[test]
fn a_package_file_is_checked_by_size_and_digest() {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().join("a.ipk")).unwrap();
    fs::write(&path, MESSAGE).unwrap();
    let digest = Digest::sha256(trust::sha256(MESSAGE));
    let length = MESSAGE.len() as u64;
    let check = |size, digest: Digest| {
        let expected = Expected { size, digest, by: Authority::Nobody, measure };
        expected.check(&mut fs::File::open(&path).unwrap()).unwrap()
    };
    let good = check(Some(length), digest).unwrap().kept_at(&path);
    assert_eq!((good.size(), good.sha256(), good.path()), (length, digest.value, path.as_path()));
    assert_eq!(*good.by(), Authority::Nobody);
    assert!(check(None, digest).is_some());
    assert!(check(Some(length + 1), digest).is_none());
    assert!(check(Some(length), Digest::sha256([0; 32])).is_none());
    assert!(check(Some(length), Digest::adb_sha256(digest.value)).is_none(), "no ADB file at all");

    let mut copy = Vec::new();
    good.open().unwrap().read_to_end(&mut copy).unwrap();
    assert_eq!(copy, MESSAGE);
    fs::write(&path, b"changed behind the back").unwrap();
    assert!(good.open().unwrap().read_to_end(&mut Vec::new()).is_err());
}
