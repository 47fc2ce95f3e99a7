//! Key, index, digest, bytes: each link of the chain broken in turn.

use owpkg::lock::Lock;

use crate::support::feeds::{FORMATS, Site, key_id, public_key, signers, signers_of, wifi};
use crate::support::run::Desk;

/// The paths of a tree's indexes and signatures.
fn is_index(path: &str) -> bool {
    path.ends_with("Packages.gz") || path.ends_with("Packages.sig") || path.ends_with("packages.adb")
}

/// A tree without signatures: in opkg the signature is a file, in apk a block that a build without keys lacks.
fn unsigned(site: &Site) {
    for (path, bytes) in &site.files.0 {
        if path.ends_with("Packages.sig") {
            std::fs::remove_file(site.path().join("tree").join(path)).unwrap();
        } else if path.ends_with("packages.adb") {
            site.write(&format!("tree/{path}"), without_signature(bytes));
        }
    }
}

/// An uncompressed copy of an ADB file with its first block alone, which is the payload.
fn without_signature(packed: &[u8]) -> Vec<u8> {
    let plain = match &packed[..4] {
        b"ADB." => packed.to_vec(),
        b"ADBd" => {
            let mut plain = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(&packed[4..]), &mut plain)
                .unwrap();
            plain
        }
        other => panic!("unexpected magic {other:?}"),
    };
    let head = u32::from_le_bytes(plain[8..12].try_into().unwrap());
    assert_eq!(head >> 30, 0, "the payload comes first");
    let end = 8 + (head & 0x3fff_ffff).next_multiple_of(8) as usize;
    plain[..end].to_vec()
}

#[test]
fn a_foreign_key_is_named_and_so_are_the_trusted_ones() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.write("foreign", public_key(format, &signers_of(9)));
        let (own, foreign) = (key_id(format, &signers()), key_id(format, &signers_of(9)));
        let ran = site.desk.owpkg("resolve --chip iwl7265d --tree tree --key foreign").run().exits(5);
        ran.says(&[&format!("signed by key {own}, which is not trusted"), &foreign, "--key FILE"]);
        site.desk.owpkg("disk out.img --chip iwl7265d --tree tree").run().exits(5).says(&[&own]);
        assert!(!site.holds("out.img") && !site.holds("owpkg.lock"));
    }
}

#[test]
fn several_keys_can_be_trusted() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.write("foreign", public_key(format, &signers_of(9)));
        site.desk.owpkg("resolve --chip iwl7265d --tree tree --key foreign --key key").run().exits(0);
    }
}

#[test]
fn an_index_without_signature_is_refused() {
    for format in FORMATS {
        let site = wifi().on(format);
        unsigned(&site);
        site.owpkg("resolve --chip iwl7265d").run().exits(5).says(&["is not signed", "--accept-unsigned"]);
    }
}

#[test]
fn a_damaged_index_is_a_matter_of_trust() {
    for format in FORMATS {
        let whole = wifi().on(format);
        let path = whole.files.path_of(&format!("base/{}", format.facts().index_files[0].name));
        let bytes = whole.files.0[&path].clone();
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 0x10;
        let pieces = [bytes[..bytes.len() / 2].to_vec(), bytes[..3].to_vec(), Vec::new(), flipped];
        for (damage, piece) in ["half", "start", "nothing", "flipped"].into_iter().zip(pieces) {
            let site = wifi().on(format);
            site.write(&format!("tree/{path}"), piece);
            for line in
                ["resolve --chip iwl7265d", "disk out.img --chip iwl7265d", "mirror m --chip iwl7265d"]
            {
                let ran = site.owpkg(line).run();
                assert_eq!(ran.code, 5, "{damage}, {line}: {}", ran.err);
            }
        }
    }
}

#[test]
fn an_accepted_unsigned_index_is_told_of_everywhere() {
    for format in FORMATS {
        let site = wifi().on(format);
        unsigned(&site);
        let ran = site.owpkg("resolve --chip iwl7265d --accept-unsigned all").run().exits(0);
        assert!(ran.out.contains("NOT SIGNED"), "{}", ran.out);
        let lock = Lock::parse(&site.read("owpkg.lock")).unwrap();
        assert!(lock.accepted_unsigned && lock.feeds.iter().all(|feed| feed.signed_by.is_empty()));

        site.owpkg("disk out --format dir").run().exits(5).says(&["is not signed"]);
        assert!(!site.holds("out"));
        let ran = site.owpkg("disk out --format dir --accept-unsigned all --json").run().exits(0);
        assert_eq!(ran.json()["accepted_unsigned"], true);
        assert!(site.read("out/install.sh").contains("\nsigned=no\n"));
        assert!(site.read("out/owpkg.lock").contains("accepted_unsigned = true"));

        let signed = wifi().on(format);
        signed.owpkg("disk out --format dir --chip iwl7265d --accept-unsigned all").run().exits(0);
        assert!(signed.read("out/install.sh").contains("\nsigned=yes\n"), "the flag alone changes nothing");
    }
}

#[test]
fn a_foreign_signature_is_accepted_as_none_is() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.desk.owpkg("resolve --chip iwl7265d --tree tree --accept-unsigned all").run().exits(0);
        assert!(ran.out.contains("NOT SIGNED"), "{}", ran.out);
        assert!(Lock::parse(&site.read("owpkg.lock")).unwrap().accepted_unsigned);
    }
}

#[test]
fn a_wrong_signature_in_the_name_of_a_trusted_key_is_refused_whatever_is_accepted() {
    for format in FORMATS {
        let site = wifi().on(format);
        let other = wifi().package("planted", "1").build(format);
        for (path, bytes) in other.0.iter().filter(|(path, _)| path.contains("/base/") && is_index(path)) {
            match path.ends_with("packages.adb") {
                false if path.ends_with("Packages.gz") => drop(site.write(&format!("tree/{path}"), bytes)),
                false => {}
                true => drop(site.write(&format!("tree/{path}"), spliced(bytes, &site.files.0[path]))),
            }
        }
        let key = key_id(format, &signers());
        for flag in ["", "--accept-unsigned all"] {
            let ran = site.owpkg(&format!("resolve --add planted {flag}")).run().exits(5);
            ran.says(&["does not have the bytes that key", &key]);
        }
    }
}

/// The payload of the one with the signature of the other.
fn spliced(payload: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut file = without_signature(payload);
    let other = plain_adb(signature);
    file.extend_from_slice(&other[without_signature(signature).len()..]);
    file
}

fn plain_adb(packed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match &packed[..4] {
        b"ADBd" => drop(
            std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(&packed[4..]), &mut plain)
                .unwrap(),
        ),
        _ => plain.extend_from_slice(packed),
    }
    plain
}

/// A tree with a package file of the same size but other bytes.
fn flip(site: &Site, part: &str) {
    let path = site.files.path_of(part);
    let mut bytes = site.files.0[&path].clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    site.write(&format!("tree/{path}"), bytes);
}

#[test]
fn a_flipped_bit_in_a_package_makes_no_disk() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.write("out.img", "an older disk");
        flip(&site, "kmod-cfg80211");
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        for line in ["disk out.img", "disk out.img --chip iwl7265d", "disk new --format dir"] {
            site.owpkg(line)
                .run()
                .exits(5)
                .says(&["kmod-cfg80211", "is not the file that the index describes"]);
        }
        assert_eq!(site.read("out.img"), "an older disk");
        assert!(!site.holds("new"));
        site.owpkg("disk other.img --add hostapd-common").run().exits(0);
    }
}

#[test]
fn a_truncated_package_makes_no_disk() {
    for format in FORMATS {
        let site = wifi().on(format);
        let path = site.files.path_of("kmod-cfg80211");
        site.write(&format!("tree/{path}"), &site.files.0[&path][..100]);
        site.owpkg("disk out.img --chip iwl7265d").run().exits(5);
        assert!(!site.holds("out.img"));
    }
}

#[test]
fn a_package_that_is_gone_is_not_a_matter_of_trust() {
    for format in FORMATS {
        let site = wifi().on(format);
        let path = site.files.path_of("kmod-cfg80211");
        std::fs::remove_file(site.path().join("tree").join(&path)).unwrap();
        site.owpkg("disk out.img --chip iwl7265d").run().exits(6).says(&["kmod-cfg80211", "does not exist"]);
        assert!(!site.holds("out.img"));
    }
}

#[test]
fn a_feed_that_has_moved_on_since_the_lock_is_told() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        for (path, bytes) in wifi().package("later", "1").build(format).0 {
            site.write(&format!("tree/{path}"), bytes);
        }
        let ran = site.owpkg("disk out.img").run().exits(6);
        ran.says(&["/base/", "the feed has moved on", "run owpkg resolve again"]);
        assert!(!site.holds("out.img"));
        site.owpkg("disk out.img --chip iwl7265d").run().exits(0);
    }
}

/// Runs `disk` from the lock after a change to it by hand.
fn tampered(site: &Site, change: impl Fn(&str) -> String) -> crate::support::run::Ran {
    let lock = site.read("good.lock");
    let changed = change(&lock);
    assert_ne!(changed, lock, "nothing was changed");
    site.write("owpkg.lock", changed);
    let ran = site.owpkg("disk out.img").run();
    assert!(!site.holds("out.img"));
    ran
}

#[test]
fn a_lock_vouches_for_nothing() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d --lock good.lock").run().exits(0);
        let lock = Lock::parse(&site.read("good.lock")).unwrap();
        let module = lock.packages.iter().find(|package| package.name == "kmod-mac80211").unwrap();
        let digest = module.digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();

        let by_hand = ["is not in the index of the feed", "changed by hand"];
        tampered(&site, |lock| lock.replace(&digest, &digest.replace('a', "b").replace('0', "1")))
            .exits(5)
            .says(&by_hand);
        let of_mac80211 = "name = \"kmod-mac80211\"\nversion = \"6.12.71-r1\"";
        tampered(&site, |lock| {
            lock.replace(of_mac80211, "name = \"kmod-mac80211\"\nversion = \"6.12.72-r1\"")
        })
        .exits(5)
        .says(&by_hand);
        tampered(&site, |lock| lock.replace(of_mac80211, "name = \"planted\"\nversion = \"6.12.71-r1\""))
            .exits(5)
            .says(&by_hand);
        tampered(&site, |lock| lock.replace("feed = \"kmods\"", "feed = \"base\"")).exits(5).says(&by_hand);

        let plain = ["is not a plain file name"];
        for evil in ["../kmod-mac80211", "a/b", ".hidden", "a'b", "-x", "a\\u0000b"] {
            tampered(&site, |lock| lock.replace("name = \"kmod-mac80211\"", &format!("name = \"{evil}\"")))
                .exits(2)
                .says(&plain);
        }
        tampered(&site, |lock| lock.replace(&format!("file = \"{}\"", module.file), "file = \"../../evil\""))
            .exits(2)
            .says(&plain);
        tampered(&site, |lock| lock.replace("name = \"kmods\"", "name = \"..\"")).exits(2).says(&plain);
        tampered(&site, |lock| lock.replace("owpkg.lock/1", "owpkg.lock/9")).exits(2).says(&["schema"]);
        tampered(&site, |lock| lock.replace("format = \"", "format = \"x")).exits(2).says(&["is not known"]);
        tampered(&site, |lock| lock.replace("date = ", "date : ")).exits(2).says(&["is not a lock"]);

        site.write("owpkg.lock", site.read("good.lock"));
        site.owpkg("disk out.img").run().exits(0);
    }
}

#[test]
fn names_to_install_that_a_hand_added_reach_no_script() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d --lock good.lock").run().exits(0);
        for evil in ["--allow-untrusted", "a b", "planted"] {
            tampered(&site, |lock| lock.replace("install = [", &format!("install = [\"{evil}\", ")))
                .exits(2)
                .says(&["which is not one of its packages"]);
        }
    }
}

#[test]
fn a_lock_is_no_use_without_the_key() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        site.desk.owpkg("disk out.img").run().exits(5).says(&[&key_id(format, &signers())]);
        assert!(!site.holds("out.img"));
        site.desk.owpkg("disk out.img --key key").run().exits(0);
    }
}

#[test]
fn a_key_that_is_none_is_a_mistake() {
    let desk = Desk::new();
    desk.write("key", "not a key");
    desk.owpkg("resolve --demo --add dnsmasq --key key").run().exits(2).says(&["key is not a public key"]);
}
