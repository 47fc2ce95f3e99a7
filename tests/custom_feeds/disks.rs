//! Disks with a feed of one's own: they carry its key, and say so wherever somebody looks.

use std::collections::BTreeSet;

use owpkg::lock::Lock;
use owpkg::trust::usign;

use super::{each, feed, index, pair, with_feed};
use crate::support::feeds::{Site, key_id, signers};

/// Writes the folder `out` with `mine` on it.
fn disk(site: &Site) {
    site.owpkg(&format!("disk out --format dir --add mine {}", feed(site))).run().exits(0);
}

fn verify(site: &Site) -> crate::support::run::Ran {
    site.desk.owpkg(&format!("verify out --key key --key {}", pair(site.format, "mine").1)).run()
}

#[test]
fn the_key_is_on_it_and_in_every_text() {
    each(|format| {
        let (site, id) = with_feed(format);
        let ran = site.owpkg(&format!("disk out --format dir --add mine {}", feed(&site))).run().exits(0);
        let file = format.key_file(&id);
        let command = format!("keys/{file} {}/", format.facts().keys_folder);
        assert!(
            ran.out.contains(&format!("add the key {id} of the feed mine, which official images lack")),
            "{}",
            ran.out
        );
        assert!(ran.out.contains(&format!("cp {command}")), "{}", ran.out);
        assert_eq!(site.read(&format!("out/keys/{file}")), site.read(&pair(format, "mine").1));
        let readme = site.read("out/README.txt");
        assert!(readme.contains(&id) && readme.contains(&format!("cp /tmp/pkgs/{command}")), "{readme}");
        assert!(site.read("out/install.sh").contains(&format!("'mine' '{file}'")));
        assert!(site.read("out/SHA256SUMS").contains(&format!("  keys/{file}\n")));
        verify(&site).exits(0);
    });
}

#[test]
fn keys_are_told_as_json_and_those_of_the_image_apart() {
    each(|format| {
        let (site, id) = with_feed(format);
        let line = format!("disk out.img --add mine --json {}", feed(&site));
        let keys = site.owpkg(&line).run().exits(0).json()["keys"].clone();
        let of = |id: &str, feed: &str, in_image: bool| {
            serde_json::json!({"id": id, "feeds": [feed], "in_image": in_image,
                "file": format!("keys/{}", format.key_file(id)), "router_folder": format.facts().keys_folder})
        };
        // The tree's own key signed the target's feed, so the image of that build holds it: no words are made of it.
        let build = key_id(format, &signers());
        assert_eq!(keys, serde_json::json!([of(&build, "base", true), of(&id, "mine", false)]));
        let ran = site.owpkg(&line.replace(" --json", "")).run().exits(0);
        assert!(!ran.out.contains(&build), "{}", ran.out);
    });
}

#[test]
fn a_disk_of_the_demo_hands_out_no_key() {
    let desk = crate::support::run::Desk::new();
    desk.owpkg("disk out --format dir --demo --add iw").run().exits(0);
    assert!(!desk.holds("out/keys") && desk.read("out/install.sh").contains("own_keys() {\n\t:\n}"));
    assert_eq!(Lock::parse(&desk.read("out/owpkg.lock")).unwrap().keys, []);
}

#[test]
fn the_lock_alone_makes_the_same_disk() {
    each(|format| {
        let (site, _) = with_feed(format);
        let line = format!("--add mine {}", feed(&site));
        site.owpkg(&format!("resolve {line}")).run().exits(0);
        site.owpkg(&format!("disk a.img {line}")).run().exits(0);
        let public = pair(format, "mine").1;
        site.desk.owpkg(&format!("disk b.img --key key --key {public}")).run().exits(0);
        let bytes = |name: &str| std::fs::read(site.path().join(name)).unwrap();
        assert_eq!(bytes("a.img"), bytes("b.img"));
        site.desk.owpkg("disk c.img --key key").run().exits(5).says(&["--key FILE"]);
        // An index made anew is another one, unless nothing changed.
        index(&site);
        site.desk.owpkg(&format!("disk d.img --key key --key {public}")).run().exits(0);
        assert_eq!(bytes("a.img"), bytes("d.img"));
    });
}

#[test]
fn a_key_on_it_that_is_not_the_trusted_one_is_a_fault() {
    each(|format| {
        let (site, id) = with_feed(format);
        disk(&site);
        let place = format!("out/keys/{}", format.key_file(&id));
        let good = site.read(&place);
        // Another key that goes by the same id, which usign's are free to choose.
        let raw: Vec<u8> =
            (0..8).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()).collect();
        let false_one = usign::SecretKey::from_seed(raw.try_into().unwrap(), &[9; 32]).public().to_text();
        for text in [false_one.as_str(), "", &good.replace("key", "kez").replace("PUB", "PUP")] {
            site.write(&place, text);
            verify(&site).exits(5);
        }
        std::fs::remove_file(site.path().join(&place)).unwrap();
        let ran = verify(&site).exits(5);
        assert!(ran.out.contains(&format!("keys/{}: missing", format.key_file(&id))), "{}", ran.out);
        site.write(&place, &good);
        verify(&site).exits(0);
        let ran = site.desk.owpkg("verify out --key key").run().exits(5);
        assert!(ran.out.contains("none of the trusted ones"), "{}", ran.out);
        site.write("out/keys/another", &good);
        verify(&site).exits(5);
    });
}

#[test]
fn every_changed_byte_of_what_it_carries_of_the_feed_is_a_fault() {
    each(|format| {
        let (site, _) = with_feed(format);
        disk(&site);
        let mut names = BTreeSet::new();
        for entry in site.path().join("out/feeds/mine").read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            let good = std::fs::read(&path).unwrap();
            names.insert(path.file_name().unwrap().to_owned());
            for at in (0..good.len()).step_by(good.len() / 7 + 1) {
                let mut bad = good.clone();
                bad[at] ^= 0x20;
                std::fs::write(&path, bad).unwrap();
                verify(&site).exits(5);
            }
            std::fs::write(&path, good).unwrap();
        }
        assert_eq!(names.len(), format.facts().index_files.len() + 2, "{names:?}");
        verify(&site).exits(0);
    });
}
