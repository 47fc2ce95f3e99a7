//! Mirrors that carry a feed of one's own beside a server's.

use owpkg::serve::{BaseUrl, Catalogue};

use super::{each, feed, index, new_key, packages, pair, with_feed};
use crate::support::feeds::{FORMATS, Site, signers};
use crate::support::run::Ran;

/// Mirrors `iw`'s needs and the feed.
fn mirror(site: &Site, more: &str) -> Ran {
    site.owpkg(&format!("mirror dest --add hostapd-common {} {more}", feed(site))).run()
}

fn verify(site: &Site) -> Ran {
    site.desk.owpkg(&format!("mirror verify dest --key key --key {}", pair(site.format, "mine").1)).run()
}

#[test]
fn the_feed_is_there_whole_with_its_key_and_says_how_routers_take_it() {
    each(|format| {
        let (site, id) = with_feed(format);
        let ran = mirror(&site, "").exits(0);
        for (name, bytes) in packages(format) {
            assert_eq!(std::fs::read(site.path().join("dest/feeds/mine").join(name)).unwrap(), bytes);
        }
        for file in format.facts().index_files {
            let bytes = |folder: &str| std::fs::read(site.path().join(folder).join(file.name)).unwrap();
            assert_eq!(bytes("dest/feeds/mine"), bytes("packages"));
        }
        let key = format.key_file(&id);
        assert_eq!(site.read(&format!("dest/keys/{key}")), site.read(&pair(format, "mine").1));
        let line = format.feed_line("mine", "http://HOST/feeds/mine");
        let command = format!("wget -O {}/{key} http://HOST/keys/{key}", format.facts().keys_folder);
        assert!(ran.lines().contains(&line.as_str()), "{}", ran.out);
        assert!(ran.lines().contains(&command.as_str()), "{}", ran.out);
        assert!(ran.out.contains(format.facts().custom_feeds_file) && ran.out.contains(&id), "{}", ran.out);
        assert!(verify(&site).exits(0).out.contains("all good"));
        // Again, and nothing is new.
        let json = mirror(&site, "--json").exits(0).json();
        assert_eq!((&json["new"], &json["published"]), (&0.into(), &0.into()));
        let own = &json["own_feeds"][0];
        assert_eq!((&own["name"], &own["folder"]), (&"mine".into(), &"feeds/mine".into()));
        assert_eq!(own["keys"][0]["file"], format!("keys/{key}"));
    });
}

#[test]
fn the_server_tells_routers_of_it() {
    each(|format| {
        let (site, id) = with_feed(format);
        mirror(&site, "").exits(0);
        let catalogue = Catalogue::read(&site.path().join("dest"));
        let [own] = &catalogue.custom[..] else { panic!("{:?}", catalogue.custom) };
        let key = format.key_file(&id);
        assert_eq!(own.custom.line("http://h:1"), format.feed_line("mine", "http://h:1/feeds/mine"));
        let command = format!("wget -O {}/{key} http://h:1/keys/{key}", format.facts().keys_folder);
        assert_eq!(own.custom.key_commands("http://h:1"), [command]);
        assert_eq!(own.feed.files.len(), 2);
        let of_release = Catalogue::lines(&catalogue.targets[0], &BaseUrl::of_host("h:1"));
        assert!(of_release.iter().all(|line| !line.contains("mine")), "{of_release:?}");
        if format.name() == "opkg" {
            assert!(of_release[0].starts_with("src/gz openwrt_core http://h:1/"), "{of_release:?}");
        }
    });
}

#[test]
fn a_disk_is_made_from_the_mirror_alone() {
    each(|format| {
        let (site, _) = with_feed(format);
        // In either format the target's metadata is signed by usign.
        site.write("usign.pub", signers().usign.public().to_text());
        mirror(&site, "--key usign.pub").exits(0);
        let public = pair(format, "mine").1;
        let line = format!(
            "disk out.img --add mine --mirror dest --release 25.12.0 --target x86/64 --feed mine=dest/feeds/mine \
             --key key --key {public}"
        );
        site.desk.owpkg(&line).run().exits(0);
        site.desk.owpkg(&format!("verify out.img --key key --key {public}")).run().exits(0);
    });
}

#[test]
fn faults_of_the_feed_and_its_key_are_found() {
    each(|format| {
        let (site, id) = with_feed(format);
        mirror(&site, "").exits(0);
        let key = format!("keys/{}", format.key_file(&id));
        let package = format!("feeds/mine/{}", packages(format)[0].0);
        let index = format!("feeds/mine/{}", format.index_name());
        for path in [key, package, index] {
            let place = site.path().join("dest").join(&path);
            let good = std::fs::read(&place).unwrap();
            for bad in [Some(&b"bad"[..]), None] {
                std::fs::remove_file(&place).unwrap();
                if let Some(bad) = bad {
                    std::fs::write(&place, bad).unwrap();
                }
                let ran = verify(&site).exits(5);
                assert!(ran.out.contains(&path), "{}", ran.out);
                if bad.is_none() {
                    std::fs::write(&place, &good).unwrap();
                }
            }
            verify(&site).exits(0);
        }
        site.write("dest/keys/stranger", "a key");
        assert!(verify(&site).exits(5).out.contains("keys/stranger: does not belong here"));
        mirror(&site, "--prune").exits(0);
        assert!(!site.holds("dest/keys/stranger"));
        verify(&site).exits(0);
    });
}

#[test]
fn a_key_that_was_lost_or_changed_is_put_back() {
    each(|format| {
        let (site, id) = with_feed(format);
        mirror(&site, "").exits(0);
        let place = site.path().join("dest/keys").join(format.key_file(&id));
        let good = std::fs::read(&place).unwrap();
        let public = pair(format, "mine").1;
        let repair =
            |keys: &str| site.desk.owpkg(&format!("mirror verify dest --repair --key key {keys}")).run();
        for bad in [None, Some("another")] {
            std::fs::remove_file(&place).unwrap();
            if let Some(bad) = bad {
                std::fs::write(&place, bad).unwrap();
            }
            repair("").exits(5);
            assert_eq!(
                std::fs::read_to_string(&place).ok().as_deref(),
                bad,
                "nobody vouches for another one"
            );
            assert!(repair(&format!("--key {public}")).exits(0).out.contains("all good"));
            assert_eq!(std::fs::read(&place).unwrap(), good);
        }
    });
}

#[test]
fn a_new_key_takes_the_place_of_the_old_one_when_pruned() {
    each(|format| {
        let (site, old) = with_feed(format);
        mirror(&site, "").exits(0);
        let (secret, public) = pair(format, "mine");
        for file in [&secret, &public] {
            std::fs::rename(site.path().join(file), site.path().join(format!("old.{file}"))).unwrap();
        }
        let new = new_key(&site, format, "mine");
        index(&site);
        mirror(&site, "").exits(0);
        let holds = |id: &str| site.holds(&format!("dest/keys/{}", format.key_file(id)));
        assert!(holds(&old) && holds(&new), "routers that know the old index only still need the old key");
        site.desk
            .owpkg(&format!("mirror verify dest --key key --key {public} --key old.{public}"))
            .run()
            .exits(0);
        mirror(&site, "--prune").exits(0);
        assert!(!holds(&old) && holds(&new));
        verify(&site).exits(0);
    });
}

#[test]
fn a_name_stands_for_one_feed() {
    each(|format| {
        let (site, _) = with_feed(format);
        mirror(&site, "").exits(0);
        let other = *FORMATS.iter().find(|other| other.name() != format.name()).unwrap();
        let (theirs, _) = with_feed(other);
        let dest = site.path().join("dest");
        let ran =
            theirs.owpkg(&format!("mirror {dest} --add hostapd-common {}", feed(&theirs))).run().exits(2);
        ran.says(&["feeds/mine of this mirror is a feed of another package format", "another name"]);
        verify(&site).exits(0);
        for name in ["../x", "a b", "a/b", ".x", "-x", ""] {
            let run = site.desk.owpkg(&["mirror", "dest", "--tree", "tree", "--add", "iw", "--feed"]);
            run.arg(&format!("{name}=packages")).run().exits(2);
        }
    });
}

#[test]
fn with_nothing_else_named_the_feed_alone_is_mirrored() {
    each(|format| {
        let (site, _) = with_feed(format);
        let line = format!("mirror dest {}", feed(&site));
        site.owpkg(&line).run().exits(0);
        assert!(site.holds(&format!("dest/feeds/mine/{}", packages(format)[0].0)));
        verify(&site).exits(0);
        // The lock, where there is one, is what else is named.
        site.owpkg(&format!("resolve --chip iwl7265d {}", feed(&site))).run().exits(0);
        let json = site.owpkg(&format!("{line} --json")).run().exits(0).json();
        assert!(json["new"].as_u64().unwrap() > 5, "{json}");
        verify(&site).exits(0);
        site.owpkg(&format!("mirror dest --full --archs x86_64 --release 25.12.0 {}", feed(&site)))
            .run()
            .exits(2)
            .says(&["--archs"]);
    });
}
