//! Keys: whoever else knows the format takes them, and nobody gets to see the secret half.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use owpkg::trust::{PublicKey, Scheme, SecretKey};

use super::{each, feed, index, new_key, pair, with_packages};
use crate::support::run::Desk;

/// A tool at a desk: whether it ended well, and what it wrote.
fn tool(desk: &Desk, line: &str) -> (bool, String) {
    let mut words = line.split_whitespace();
    let output = Command::new(words.next().unwrap()).args(words).current_dir(desk.path()).output();
    let output = output.unwrap_or_else(|error| panic!("these tests need {line}: {error}"));
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn signify_signs_and_verifies_with_a_new_pair() {
    let desk = Desk::new();
    desk.owpkg("key new mine --format opkg").run().exits(0);
    desk.write("message", "a message");
    assert!(tool(&desk, "signify-openbsd -S -s mine.sec -x message.sig -m message").0);
    assert!(tool(&desk, "signify-openbsd -V -q -p mine.pub -x message.sig -m message").0);
    desk.write("message", "another");
    assert!(!tool(&desk, "signify-openbsd -V -q -p mine.pub -x message.sig -m message").0);
}

#[test]
fn openssl_finds_a_new_key_sound_and_its_public_half_the_same() {
    let desk = Desk::new();
    desk.owpkg("key new mine").run().exits(0);
    assert!(tool(&desk, "openssl ec -in mine.pem -check -noout").0);
    assert_eq!(tool(&desk, "openssl ec -in mine.pem -pubout").1, desk.read("mine.pub.pem"));
    assert!(tool(&desk, "openssl ec -in mine.pem -noout -text").1.contains("prime256v1"));
}

#[test]
fn keys_of_other_makers_sign_feeds() {
    each(|format| {
        let site = with_packages(format);
        let makers = match format.name() {
            "opkg" => vec!["signify-openbsd -G -n -p mine.pub -s mine.sec"],
            _ => vec![
                "openssl ecparam -name prime256v1 -genkey -noout -out mine.pem",
                "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out mine.pem",
            ],
        };
        for maker in makers {
            assert!(tool(&site, maker).0, "{maker}");
            if format.name() == "apk" {
                // OpenWrt's build puts a remark before the key.
                site.write(
                    "mine.pem",
                    format!("untrusted comment: Local build key\n{}", site.read("mine.pem")),
                );
                assert!(tool(&site, "openssl ec -in mine.pem -pubout -out mine.pub.pem").0);
            }
            index(&site);
            site.owpkg(&format!("resolve --add mine --no-lock {}", feed(&site))).run().exits(0);
        }
    });
}

#[test]
fn the_secret_file_is_its_owners_alone() {
    each(|format| {
        let desk = Desk::new();
        new_key(&desk, format, "mine");
        let (secret, public) = pair(format, "mine");
        let mode = |name: &str| desk.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&secret), mode(&public)), (0o600, 0o644));
        let left: Vec<_> = desk.path().read_dir_utf8().unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    });
}

#[test]
fn a_key_is_never_overwritten() {
    each(|format| {
        for there in [pair(format, "mine").0, pair(format, "mine").1] {
            let desk = Desk::new();
            desk.write(&there, "precious");
            let ran = desk.owpkg(&format!("key new mine --format {}", format.name())).run().exits(7);
            ran.says(&[&there, "never overwritten", "another name"]);
            assert_eq!(desk.read(&there), "precious");
            assert_eq!(desk.path().read_dir_utf8().unwrap().count(), 1, "nothing new beside it");
        }
    });
}

#[test]
fn two_keys_are_never_the_same() {
    each(|format| {
        let desk = Desk::new();
        assert_ne!(new_key(&desk, format, "a"), new_key(&desk, format, "b"));
        assert_ne!(desk.read(&pair(format, "a").0), desk.read(&pair(format, "b").0));
    });
}

#[test]
fn show_and_fingerprint_tell_what_is_public() {
    each(|format| {
        let desk = Desk::new();
        let id = new_key(&desk, format, "mine");
        let (secret, public) = pair(format, "mine");
        let place = format!("{}/{}", format.facts().keys_folder, format.key_file(&id));
        for file in [&secret, &public] {
            assert_eq!(desk.owpkg(&format!("key show {file}")).run().exits(0).out, desk.read(&public));
            let ran = desk.owpkg(&format!("key fingerprint {file}")).run().exits(0);
            assert_eq!(ran.lines(), [&id, &place]);
            let json = desk.owpkg(&format!("key fingerprint {file} --json")).run().exits(0).json();
            assert_eq!((&json["schema"], &json["id"]), (&"owpkg.key/1".into(), &id.as_str().into()));
            assert_eq!(
                (&json["format"], &json["router_file"]),
                (&format.name().into(), &place.as_str().into())
            );
            assert_eq!(json["public_key"], desk.read(&public));
        }
    });
}

#[test]
fn nothing_secret_is_in_any_output() {
    each(|format| {
        let site = with_packages(format);
        let (secret, public) = pair(format, "mine");
        let made = site.desk.owpkg(&format!("key new mine --format {}", format.name())).run().exits(0);
        let text = site.read(&secret);
        let mut outputs = vec![made.out, made.err, site.read(&public)];
        for line in [
            format!("key show {secret}"),
            format!("key show {secret} --json"),
            format!("key fingerprint {secret}"),
            format!("key new mine --format {}", format.name()),
            format!("index packages --key {secret}"),
            format!("index packages --key {secret} --json"),
            format!("index nowhere --key {secret}"),
            format!("resolve --tree tree --key {secret} --add mine"),
            format!("verify {secret}"),
        ] {
            let ran = site.desk.owpkg(&line).run();
            outputs.extend([ran.out, ran.err]);
        }
        let key = SecretKey::parse(text.as_bytes()).unwrap();
        outputs.push(format!("{key:?}"));
        site.owpkg(&format!("disk out --format dir --add mine {}", feed(&site))).run().exits(0);
        for name in ["README.txt", "install.sh", "owpkg.lock"] {
            outputs.push(site.read(&format!("out/{name}")));
        }
        // The number that is the secret: in usign's file after the id, in the other at the start; the rest is public.
        let line = text.lines().nth(1).unwrap();
        let secret = if format.name() == "opkg" { &line[54..96] } else { &line[10..52] };
        for output in &outputs {
            for piece in [&secret[..16], &secret[secret.len() - 16..]] {
                assert!(!output.contains(piece), "a piece of the secret in:\n{output}");
            }
        }
    });
}

#[test]
fn files_that_are_no_keys_are_told_apart() {
    let desk = Desk::new();
    desk.owpkg("key new opkg --format opkg").run().exits(0);
    desk.owpkg("key new apk --format apk").run().exits(0);
    desk.write("packages/a.ipk", "x");
    desk.write("empty", "");
    desk.write("text", "untrusted comment: x\nnot base64!\n");
    for public in ["opkg.pub", "apk.pub.pem"] {
        let ran = desk.owpkg(&format!("index packages --key {public}")).run().exits(2);
        ran.says(&["is a public key", "other file of the pair"]);
    }
    for (secret, public) in [("opkg.sec", "opkg.pub"), ("apk.pem", "apk.pub.pem")] {
        let ran = desk.owpkg(&format!("resolve --demo --add iw --key {secret}")).run().exits(2);
        ran.says(&["it is a secret key", &format!("owpkg key show {secret}")]);
        desk.owpkg(&format!("key show {public}")).run().exits(0);
    }
    for file in ["empty", "text", "nowhere"] {
        desk.owpkg(&format!("key show {file}")).run().exits(2).says(&[file]);
        desk.owpkg(&format!("index packages --key {file}")).run().exits(2).says(&[file, "owpkg key new"]);
    }
    // A passphrase is a number of rounds other than zero; a changed byte breaks the checksum.
    let text = desk.read("opkg.sec");
    let line = text.lines().nth(1).unwrap();
    for (at, sign, words) in [(7, "Q", "passphrase"), (70, "/", "damaged"), (70, "+", "damaged")] {
        let changed = format!("{}{sign}{}", &line[..at], &line[at + 1..]);
        if changed != line {
            desk.write("changed", format!("untrusted comment: x\n{changed}\n"));
            desk.owpkg("index packages --key changed").run().exits(2).says(&[words]);
        }
    }
}

#[test]
fn texts_of_keys_round_trip() {
    for scheme in [Scheme::Usign, Scheme::Ec] {
        let key = SecretKey::generate(scheme).unwrap();
        let again = SecretKey::parse(key.to_text().as_bytes()).unwrap();
        assert_eq!(again.to_text(), key.to_text());
        let public = PublicKey::parse(key.public().to_text().as_bytes()).unwrap();
        assert_eq!((public.id(), public.to_text()), (key.public().id(), key.public().to_text()));
        assert_eq!(public.scheme(), scheme);
    }
}
