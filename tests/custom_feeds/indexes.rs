//! Indexes of local packages: what they say, and that clients would take them.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Command;

use owpkg::format::{FeedId, Format};
use owpkg::trust::{Authority, Keyring, SignedFile, Unsigned};

use super::{each, feed, index, new_key, pair, with_feed, with_packages};
use crate::support::feeds::{FORMATS, Site, digest, public_key, release, signers};

/// The files of an index.
fn files(format: &dyn Format, read: impl Fn(&str) -> Option<Vec<u8>>) -> Vec<SignedFile> {
    let files = format.facts().index_files.iter();
    files.filter_map(|file| Some(SignedFile { name: file.name, bytes: read(file.name)? })).collect()
}

fn made(site: &Site) -> Vec<SignedFile> {
    files(site.format, |name| std::fs::read(site.path().join("packages").join(name)).ok())
}

/// What an index says of each package, every field of it.
fn told(format: &dyn Format, files: Vec<SignedFile>, key: &str) -> BTreeSet<String> {
    let mut keyring = Keyring::empty();
    keyring.add(key.as_bytes(), "key").unwrap();
    let index = keyring.verify(format.open(files).unwrap(), "index", Unsigned::Refuse).unwrap();
    let parsed = format.parse(&index, FeedId(0)).unwrap();
    assert_eq!(parsed.warnings, []);
    parsed.packages().iter().map(|package| format!("{package:?}")).collect()
}

#[test]
fn it_says_the_same_as_the_builder_of_releases() {
    each(|format| {
        let builder = release()
            .package("a", "1.0")
            .depends("b>=1.0 c")
            .provides("v w=2")
            .package("b", "1.10")
            .conflicts("a-old")
            .package("c", "2026.01.01~abcdef-r3")
            .package("c", "2026.01.02~abcdef-r1");
        let site = builder.on(format);
        let mut count = 0;
        for (path, bytes) in site.files.0.iter().filter(|(path, _)| path.contains("/base/")) {
            let name = path.rsplit('/').next().unwrap();
            if name.ends_with(format.facts().package_ending) {
                site.write(&format!("packages/{name}"), bytes);
                count += 1;
            }
        }
        new_key(&site, format, "mine");
        index(&site);
        let base = site.files.path_of(&format!("base/{}", format.index_name()));
        let folder = base.rsplit_once('/').unwrap().0;
        let theirs = files(format, |name| site.files.0.get(&format!("{folder}/{name}")).cloned());
        let own = told(format, made(&site), &site.read(&pair(format, "mine").1));
        assert_eq!(own, told(format, theirs, &public_key(format, &signers())));
        assert_eq!(own.len(), count);
    });
}

#[test]
fn the_same_folder_and_key_give_the_same_bytes() {
    each(|format| {
        let (site, _) = with_feed(format);
        let bytes = |files: Vec<SignedFile>| files.into_iter().map(|file| file.bytes).collect::<Vec<_>>();
        let first = bytes(made(&site));
        index(&site);
        assert_eq!(bytes(made(&site)), first);
        // The order in which a folder lists its files, and files of other kinds, do not matter.
        for entry in site.path().join("packages").read_dir_utf8().unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        for (name, bytes) in super::packages(format).iter().rev() {
            site.write(&format!("packages/{name}"), bytes);
        }
        site.write(&format!("packages/.hidden{}", format.facts().package_ending), "junk");
        site.write("packages/notes.txt", "no package");
        index(&site);
        assert_eq!(bytes(made(&site)), first);
    });
}

#[test]
fn it_is_a_feed_like_any_other() {
    each(|format| {
        let (site, id) = with_feed(format);
        let ran = site.owpkg(&format!("resolve --add mine --json {}", feed(&site))).run().exits(0);
        let plan = ran.json();
        let of = |package: &serde_json::Value| format!("{} {}", package["name"], package["feed"]);
        let packages: BTreeSet<String> = plan["packages"].as_array().unwrap().iter().map(of).collect();
        let expected = ["\"hostapd-common\" \"base\"", "\"mine\" \"mine\"", "\"other\" \"mine\""];
        assert_eq!(packages, expected.map(str::to_owned).into());
        assert!(plan["source"]["verified_by"].as_array().unwrap().contains(&id.into()));
        site.owpkg("resolve --add mine --feed mine=packages").run().exits(5).says(&["--key FILE"]);
    });
}

#[test]
fn a_feed_of_the_other_format_is_none() {
    each(|format| {
        let (site, _) = with_feed(format);
        let other = *FORMATS.iter().find(|other| other.name() != format.name()).unwrap();
        for (name, bytes) in super::packages(other) {
            site.write(&format!("others/{name}"), bytes);
        }
        new_key(&site, other, "other");
        let (secret, _) = pair(other, "other");
        site.desk.owpkg(&format!("index others --key {secret}")).run().exits(0);
        let ran = site.owpkg("resolve --add mine --feed mine=others").run().exits(6);
        let (file, client) = (format!("have a {}", format.index_name()), format!("one of {}", format.name()));
        ran.says(&["the feed mine cannot be read", "others has no index", &file, &client]);
    });
}

#[test]
fn what_was_written_is_told() {
    each(|format| {
        let (site, id) = with_feed(format);
        let (secret, _) = pair(format, "mine");
        let ran = site.desk.owpkg(&format!("index packages --key {secret}")).run().exits(0);
        assert!(ran.out.contains(&format!("2 packages, signed by key {id}")), "{}", ran.out);
        assert!(ran.out.contains("--feed mine=packages"), "{}", ran.out);
        let json = site.desk.owpkg(&format!("index packages/ --key {secret} --json")).run().exits(0).json();
        assert_eq!((&json["schema"], &json["format"]), (&"owpkg.index/1".into(), &format.name().into()));
        assert_eq!((&json["signed_by"], &json["unlisted"]), (&id.into(), &serde_json::json!([])));
        assert_eq!(json["packages"][0]["name"], "mine");
        for name in json["files"].as_array().unwrap() {
            assert!(site.holds(&format!("packages/{}", name.as_str().unwrap())), "{name}");
        }
    });
}

#[test]
fn an_unsigned_index_is_made_and_taken_by_name_only() {
    each(|format| {
        let (site, _) = with_feed(format);
        let ran = site.desk.owpkg("index packages").run().exits(2);
        ran.says(&["signed with a secret key", "owpkg key new", "--unsigned"]);
        let ran = site.desk.owpkg("index packages --unsigned").run().exits(0);
        assert!(ran.out.contains("NOT SIGNED"), "{}", ran.out);
        assert!(!site.holds("packages/Packages.sig"), "the signature of the earlier index is gone");
        site.owpkg("resolve --add mine --feed mine=packages").run().exits(5).says(&["--accept-unsigned"]);
        site.owpkg("resolve --add mine --feed mine=packages --accept-unsigned mine").run().exits(0);
        let mut keyring = Keyring::empty();
        keyring.add(public_key(format, &signers()).as_bytes(), "key").unwrap();
        let signed = format.open(made(&site)).unwrap();
        assert_eq!(*keyring.verify(signed, "index", Unsigned::Accept).unwrap().by(), Authority::Nobody);
    });
}

#[test]
fn any_changed_byte_of_an_index_is_seen() {
    each(|format| {
        let (site, _) = with_feed(format);
        let mut keyring = Keyring::empty();
        keyring.add(site.read(&pair(format, "mine").1).as_bytes(), "key").unwrap();
        let files = made(&site);
        let message = format.open(files.clone()).unwrap().message;
        for (position, file) in files.iter().enumerate() {
            for at in 0..file.bytes.len() {
                let mut changed = files.clone();
                changed[position].bytes[at] ^= 1 << (at % 8);
                let verified = format.open(changed).ok();
                let verified = verified.map(|signed| keyring.verify(signed, "index", Unsigned::Refuse));
                // Some bits say nothing: of the comment in a signature, of a gzip header, of the end of a stream.
                if let Some(Ok(index)) = verified {
                    assert_eq!(index.message, message, "byte {at} of {}", file.name);
                }
            }
        }
    });
}

/// What an apk package unpacks to.
fn inflated(package: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::DeflateDecoder::new(&package[4..]).read_to_end(&mut plain).unwrap();
    plain
}

#[test]
fn any_changed_byte_of_a_package_is_seen() {
    each(|format| {
        let (site, _) = with_feed(format);
        for (name, bytes) in super::packages(format) {
            let listed = digest(format, &bytes).unwrap();
            for at in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << (at % 8);
                if digest(format, &changed).is_ok_and(|found| found == listed) {
                    // The last bits of a stream say nothing.
                    assert_eq!(inflated(&changed), inflated(&bytes), "byte {at} of {name}");
                }
            }
        }
        let (name, mut bytes) = super::packages(format).remove(0);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        site.write(&format!("packages/{name}"), bytes);
        let ran = site.owpkg(&format!("disk out.img --add mine {}", feed(&site))).run().exits(5);
        ran.says(&[&name]);
        assert!(!site.holds("out.img"));
    });
}

#[test]
fn signify_verifies_the_text_that_the_packed_index_holds() {
    each(|format| {
        if format.name() != "opkg" {
            return;
        }
        let (site, _) = with_feed(format);
        let verify = "-V -q -p mine.pub -x packages/Packages.sig -m packages/Packages";
        let signify = || {
            let mut command = Command::new("signify-openbsd");
            command.args(verify.split(' ')).current_dir(site.path()).output().unwrap().status.success()
        };
        assert!(signify());
        let mut text = String::new();
        let packed = std::fs::read(site.path().join("packages/Packages.gz")).unwrap();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, site.read("packages/Packages"));
        site.write("packages/Packages", text.replace("1.0", "1.1"));
        assert!(!signify());
    });
}

#[test]
fn of_several_versions_and_architectures_all_are_listed() {
    each(|format| {
        let site = with_packages(format);
        let newer = release().package("mine", "2.0").build(format);
        let mut strange = release().package("strange", "1");
        strange.blueprint.arch = "mips_24kc".into();
        let strange = strange.build(format);
        for (path, bytes) in newer.0.iter().chain(&strange.0) {
            let name = path.rsplit('/').next().unwrap();
            if name.starts_with("mine") || name.starts_with("strange") {
                site.write(&format!("packages/{name}"), bytes);
            }
        }
        new_key(&site, format, "mine");
        let (secret, _) = pair(format, "mine");
        let ran = site.desk.owpkg(&format!("index packages --key {secret}")).run().exits(0);
        let ran = ran.says(&["several architectures, mips_24kc, x86_64"]);
        assert!(ran.out.contains("4 packages"), "{}", ran.out);
        let plan = site.plan(&format!("--add mine {}", feed(&site)));
        assert_eq!(plan, ["mine"], "the newer one needs nothing");
        site.owpkg(&format!("resolve --add strange {}", feed(&site))).run().exits(4);
    });
}
