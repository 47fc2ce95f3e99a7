//! Where a release comes from: servers, folders, mirrors, the cache.

use std::fs;
use std::net::TcpListener;

use owpkg::lock::Lock;
use owpkg::trust::{Digest, sha256};

use crate::support::feeds::{
    FORMATS, Files, OTHER_VERMAGIC, Site, public_key, release, signers, signers_of, wifi,
};
use crate::support::run::{Desk, Ran};
use crate::support::server::Reply;

/// A desk that trusts the key of a format's trees.
fn desk(format: &'static dyn owpkg::format::Format) -> Desk {
    let desk = Desk::new();
    desk.write("key", public_key(format, &signers()));
    desk
}

fn names(ran: &Ran) -> Vec<&str> {
    ran.lines()
}

#[test]
fn a_server_is_as_good_as_a_folder() {
    for format in FORMATS {
        let expected = wifi().on(format).plan("--chip iwl7265d");
        let server = wifi().build(format).serve();
        let desk = desk(format);
        let url = server.url();
        for tree in [url.clone(), format!("{url}/")] {
            let line = format!("resolve --chip iwl7265d --key key --format names --tree {tree}");
            assert_eq!(names(&desk.owpkg(&line).run().exits(0)), expected);
        }
        desk.owpkg("disk out.img --key key").run().exits(0);
        let lock = Lock::parse(&desk.read("owpkg.lock")).unwrap();
        assert!(lock.packages.iter().all(|package| package.url.starts_with(&url)));
    }
}

#[test]
fn plus_and_tilde_in_file_names_reach_the_server_and_the_disk() {
    for format in FORMATS {
        let release = release().package("libstdc++6", "13.3.0~g1+2-r1").provides("libstdc++");
        let server = release.build(format).serve();
        let desk = desk(format);
        let line = "disk out --format dir --add libstdc++6 --key key --tree";
        desk.owpkg(line).arg(&server.url()).run().exits(0);
        let asked = server.requests().into_iter().find(|request| request.path.contains("libstdc")).unwrap();
        assert!(asked.path.contains("libstdc%2B%2B6"), "a bare + is a blank to some servers: {}", asked.path);
        let file = release.build(format).path_of("libstdc++6").rsplit('/').next().unwrap().to_owned();
        assert!(desk.holds(&format!("out/feeds/base/{file}")), "{file}");
    }
}

#[test]
fn feeds_that_a_server_lacks_are_a_warning() {
    for format in FORMATS {
        let desk = desk(format);
        let without_list = wifi().build(format).without("feeds.conf").serve();
        let line = "resolve --chip iwl7265d --key key --tree";
        let ran = desk.owpkg(line).arg(&without_list.url()).run().exits(0);
        ran.says(&["lacks the feeds luci, packages, routing, telephony"]);

        let listed = wifi().feed("own").package("a", "1").build(format).without("x86_64/own/").serve();
        desk.owpkg(line).arg(&listed.url()).run().exits(0).says(&["lacks the feed own"]);
    }
}

#[test]
fn a_second_look_costs_no_bytes_that_have_not_changed() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = desk(format);
        let run = || desk.owpkg("resolve --chip iwl7265d --key key --tree").arg(&server.url()).run().exits(0);
        let first = run().out;
        let before = server.requests().len();
        assert_eq!(run().out, first);
        let again = &server.requests()[before..];
        let index = format.index_name();
        let of_index: Vec<_> = again.iter().filter(|request| request.path.ends_with(index)).collect();
        assert!(
            of_index.len() >= 3 && of_index.iter().any(|request| request.header("if-none-match").is_some())
        );
    }
}

#[test]
fn a_cold_disk_asks_for_no_file_twice() {
    for format in FORMATS {
        for line in [
            "disk out.img --chip iwl7265d",
            "disk out.img --chip iwl7265d --target x86/64",
            "disk out --format dir --add wpad-openssl",
        ] {
            let server = wifi().build(format).serve();
            let desk = desk(format);
            desk.owpkg(line).arg("--key").arg("key").arg("--tree").arg(&server.url()).run().exits(0);
            let again = server.requests().into_iter().filter(|request| request.earlier > 0);
            let again: Vec<String> = again.map(|request| request.path).collect();
            assert!(again.is_empty(), "{line}: {again:?}");
        }
    }
}

#[test]
fn what_was_asked_for_ahead_and_is_not_there_is_not_told() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = desk(format);
        let line = "resolve --chip iwl7265d --format names --no-lock --key key --tree";
        let ran = desk.owpkg(line).arg(&server.url()).run().exits(0);
        let asked = |part: &str| server.requests().iter().any(|request| request.path.contains(part));
        assert!(asked("/luci/"), "a feed that most releases have");
        for absent in ["luci", "404", "Packages.gz", "packages.adb", "openwrt-x86-64.manifest"] {
            assert!(!ran.err.contains(absent), "{absent}: {}", ran.err);
        }
        assert!(server.most_in_flight() <= 8);
    }
}

#[test]
fn one_run_online_is_enough_for_all_later_ones() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = desk(format);
        let line = format!("--chip iwl7265d --key key --tree {}", server.url());
        desk.owpkg(&format!("resolve --offline {line}")).run().exits(6);
        assert_eq!(server.requests().len(), 0, "--offline means it");
        desk.owpkg(&format!("resolve {line}")).run().exits(0);
        desk.owpkg(&format!("disk out.img --offline {line}")).run().exits(6).says(&["is not in the cache"]);
        desk.owpkg(&format!("disk out.img {line}")).run().exits(0);
        // Only now have the packages been read, which a plan tells.
        let first = desk.owpkg(&format!("resolve {line}")).run().exits(0);
        drop(server);
        let offline = desk.owpkg(&format!("resolve --offline {line}")).run().exits(0);
        assert_eq!(offline.out, first.out);
        desk.owpkg(&format!("disk again.img --offline {line}")).run().exits(0);
        let read = |name: &str| fs::read(desk.path().join(name)).unwrap();
        assert!(read("out.img") == read("again.img"));
    }
}

#[test]
fn a_damaged_cache_is_mended() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = desk(format);
        let line = format!("disk out.img --chip iwl7265d --key key --tree {}", server.url());
        desk.owpkg(&line).run().exits(0);
        let good = fs::read(desk.path().join("out.img")).unwrap();
        let mut open = vec![desk.path().join("cache")];
        while let Some(at) = open.pop() {
            for entry in at.read_dir_utf8().unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => open.push(entry.path().to_owned()),
                    false => fs::write(entry.path(), "damaged").unwrap(),
                }
            }
        }
        fs::remove_file(desk.path().join("out.img")).unwrap();
        desk.owpkg(&line).run().exits(0);
        assert!(fs::read(desk.path().join("out.img")).unwrap() == good);
    }
}

#[test]
fn nobody_at_the_address_is_6() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let desk = Desk::new();
    let ran = desk.owpkg(&format!("disk x.img --add a --tree http://127.0.0.1:{port}")).run().exits(6);
    ran.says(&["could not be fetched", "check the network"]);
    assert!(!desk.holds("x.img"));
}

#[test]
fn a_server_that_changes_bytes_is_found_out() {
    for format in FORMATS {
        for (part, code) in [("kmod-cfg80211", 5), (format.index_name(), 5)] {
            let files = wifi().build(format);
            let honest = files.clone();
            let server = files.serve_but(move |path, request| {
                let bytes = honest.0.get(path).filter(|_| path.contains(part) && request.earlier < 9)?;
                let mut bytes = bytes.clone();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 4;
                Some(Reply::whole(&bytes))
            });
            let desk = desk(format);
            let line = format!("disk out.img --chip iwl7265d --key key --tree {}", server.url());
            let ran = desk.owpkg(&line).run();
            // Bytes that do not even unpack are no matter of trust.
            assert!(ran.code == code || ran.code == 6 && part != "kmod-cfg80211", "{part}: {}", ran.err);
            assert!(!desk.holds("out.img"));
        }
    }
}

#[test]
fn an_index_between_two_uploads_is_looked_at_once_more() {
    for format in FORMATS {
        let old = release().package("a", "1").build(format);
        let server = release().package("a", "2").build(format).serve_but(move |path, request| {
            // The signature, or in apk a damaged index, is the old one at the first look.
            let stale = path.ends_with("base/Packages.sig") && request.earlier == 0;
            stale.then(|| Reply::whole(&old.0[path]))
        });
        let desk = desk(format);
        let line = format!("resolve --add a --key key --json --tree {}", server.url());
        let plan = desk.owpkg(&line).run().exits(0).json();
        assert_eq!(plan["packages"][0]["version"], "2");
    }
}

#[test]
fn folders_are_named_in_any_way() {
    for format in FORMATS {
        let site = wifi().on(format);
        let expected = site.plan("--chip iwl7265d");
        let absolute = site.path().join("tree");
        for tree in [
            "tree".to_owned(),
            "./tree/".to_owned(),
            absolute.to_string(),
            format!("file:{absolute}"),
            format!("file://{absolute}"),
        ] {
            let ran =
                site.desk.owpkg("resolve --chip iwl7265d --key key --format names --tree").arg(&tree).run();
            assert_eq!(names(&ran.exits(0)), expected, "{tree}");
        }
        let inside = site.desk.owpkg("resolve --chip iwl7265d --key ../key --format names --tree .");
        assert_eq!(names(&inside.cwd(&absolute).run().exits(0)), expected);
    }
}

#[test]
fn a_folder_that_is_no_tree_says_what_is_expected() {
    let desk = Desk::new();
    desk.write("empty/x", "");
    desk.owpkg("resolve --add a --tree empty").run().exits(6).says(&["is no release tree", "--mirror"]);
    desk.write("hollow/targets/x86/64/x", "");
    desk.owpkg("resolve --add a --tree hollow").run().exits(6).says(&["holds no package index"]);
}

#[test]
fn a_tree_of_several_targets_needs_to_be_told_which() {
    for format in FORMATS {
        let mut other = wifi();
        other.blueprint.target = "ath79/generic".into();
        other.blueprint.arch = "mips_24kc".into();
        let mut files = wifi().build(format);
        files.0.extend(other.build(format).0);
        let site = Site::new(format, files);
        let ran = site.owpkg("resolve --chip iwl7265d").run().exits(2);
        ran.says(&["holds several targets: ath79/generic, x86/64", "--target"]);
        for (target, arch) in [("x86/64", "x86_64"), ("ath79/generic", "mips_24kc")] {
            let line = format!("resolve --chip iwl7265d --json --target {target}");
            assert_eq!(site.owpkg(&line).run().exits(0).json()["arch"], arch);
        }
        site.owpkg("resolve --chip iwl7265d --target no/such")
            .run()
            .exits(6)
            .says(&["no package index", "--target"]);
    }
}

/// Releases 24.10.1, 24.10.2 and two snapshots, told apart by the version of the package `which`.
fn mirror(format: &'static dyn owpkg::format::Format, versions_json: &str) -> Files {
    let mut all = Files([(".versions.json".to_owned(), versions_json.into())].into());
    for (folder, release, version) in [
        ("releases/24.10.1", "24.10.1", "1"),
        ("releases/24.10.2", "24.10.2", "2"),
        ("releases/24.10-SNAPSHOT", "24.10-SNAPSHOT", "3"),
        ("snapshots", "SNAPSHOT", "4"),
    ] {
        let mut of = crate::support::feeds::release().package("which", version);
        of.blueprint.release = release.into();
        all.0.extend(of.build(format).below(folder).0);
    }
    all
}

#[test]
fn a_mirror_holds_releases_by_name() {
    let listed = r#"{"stable_version": "24.10.2", "versions_list": ["24.10.1", "24.10.2"]}"#;
    for format in FORMATS {
        let files = mirror(format, listed);
        let server = files.clone().serve();
        let folder = Site::new(format, files);
        for source in [server.url(), "tree".to_owned()] {
            for (release, name, version) in [
                ("", "24.10.2", "2"),
                ("--release 24.10.1", "24.10.1", "1"),
                ("--release v24.10.1", "24.10.1", "1"),
                ("--release 24.10-SNAPSHOT", "24.10-SNAPSHOT", "3"),
                ("--release SNAPSHOT", "SNAPSHOT", "4"),
                ("--release snapshot", "SNAPSHOT", "4"),
            ] {
                let line = format!("resolve --add which --key key --json --mirror {source} {release}");
                let plan = folder.desk.owpkg(&line).run().exits(0).json();
                assert_eq!(plan["release"], name, "{source} {release}");
                assert_eq!(plan["packages"][0]["version"], version, "{source} {release}");
            }
            let line = format!("resolve --add which --key key --mirror {source} --release 23.05.0");
            folder.desk.owpkg(&line).run().exits(6).says(&["releases/23.05.0"]);
        }
    }
}

#[test]
fn the_latest_release_is_the_stable_one_or_the_highest_listed() {
    for (versions, expected) in [
        (r#"{"versions_list": ["24.10.2", "24.10.1", "25.12.0-rc1"]}"#, Some("24.10.2")),
        (
            r#"{"stable_version": null, "versions_list": ["24.10.1", "9.7", "24.10-SNAPSHOT"]}"#,
            Some("24.10.1"),
        ),
        (r#"{"stable_version": "../evil", "versions_list": ["24.10.1"]}"#, Some("24.10.1")),
        (r#"{"versions_list": []}"#, None),
        ("[]", None),
        ("", None),
    ] {
        let site = Site::new(FORMATS[0], mirror(FORMATS[0], versions));
        let ran = site.desk.owpkg("resolve --add which --key key --json --mirror tree").run();
        match expected {
            Some(release) => assert_eq!(ran.exits(0).json()["release"], release, "{versions}"),
            None => drop(ran.exits(6).says(&[".versions.json"])),
        }
    }
}

/// `sha256sums` of a target's manifest and its signature.
fn with_sums(files: Files, manifest: &[u8], signer: u8) -> Files {
    let path = files.path_of(".manifest");
    let (folder, name) = path.rsplit_once('/').unwrap();
    let sums = format!("{} *{name}\n", Digest::sha256(sha256(manifest)).hex());
    let signature = signers_of(signer).usign.sign(sums.as_bytes()).to_text();
    files
        .with(&format!("{folder}/sha256sums"), sums.clone())
        .with(&format!("{folder}/sha256sums.sig"), signature)
}

#[test]
fn a_manifest_that_the_signed_sums_do_not_list_is_refused() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.write("usign", signers_of(7).usign.public().to_text());
        let manifest = site.files.0[&site.files.path_of(".manifest")].clone();
        let run = |files: Files| {
            let site = Site::new(format, files);
            site.write("usign", signers_of(7).usign.public().to_text());
            site.owpkg("resolve --chip iwl7265d --key usign").run()
        };
        run(with_sums(site.files.clone(), &manifest, 7)).exits(0);
        let ran = run(with_sums(site.files.clone(), b"another", 7)).exits(5);
        ran.says(&["is not the file that the signed sha256sums lists", "--installed"]);
        // Sums that nobody trusted signed decide nothing, either way.
        run(with_sums(site.files.clone(), b"another", 9)).exits(0);
        // A wrong signature by a trusted key is a lie.
        let sums = with_sums(site.files.clone(), &manifest, 7);
        let path = sums.path_of("sha256sums.sig").replace(".sig", "");
        let forged = sums.0[&path].iter().rev().copied().collect::<Vec<u8>>();
        run(sums.with(&path, forged)).exits(5).says(&["does not have the bytes"]);
    }
}

#[test]
fn a_further_feed_is_a_feed_like_the_others() {
    for format in FORMATS {
        let site = wifi().on(format);
        let own = release().feed("own").package("mine", "1").depends("hostapd-common").build(format);
        for (path, bytes) in own.0.iter().filter(|(path, _)| path.contains("/own/")) {
            site.write(&format!("elsewhere/{}", path.rsplit('/').next().unwrap()), bytes);
        }
        site.owpkg("resolve --add mine").run().exits(3);
        let line = "disk out --format dir --add mine --feed own=elsewhere";
        site.owpkg(line).run().exits(0);
        let lock = Lock::parse(&site.read("out/owpkg.lock")).unwrap();
        let of: Vec<(&str, &str)> =
            lock.packages.iter().map(|package| (package.name.as_str(), package.feed.as_str())).collect();
        assert_eq!(of, [("hostapd-common", "base"), ("mine", "own")]);
        assert!(site.path().join("out/feeds/own").is_dir());
        let gone = site.owpkg("resolve --chip iwl7265d --feed own=nowhere").run().exits(6);
        gone.says(&["the feed own cannot be read", "nowhere is not there", "is the name right?"]);
        fs::create_dir_all(site.path().join("empty")).unwrap();
        let empty = site.owpkg("resolve --chip iwl7265d --feed own=empty").run().exits(6);
        empty.says(&["the feed own cannot be read", "empty has no index", format.index_name()]);

        let foreign = release().feed("own").package("mine", "1").build_signed(format, &signers_of(9));
        for (path, bytes) in foreign.0.iter().filter(|(path, _)| path.contains("/own/")) {
            site.write(&format!("elsewhere/{}", path.rsplit('/').next().unwrap()), bytes);
        }
        site.owpkg("resolve --add mine --feed own=elsewhere").run().exits(5).says(&["elsewhere"]);
    }
}

#[test]
fn two_feeds_of_one_name_do_not_share_a_folder_of_the_disk() {
    for format in FORMATS {
        let site = wifi().on(format);
        let own = release().feed("own").package("mine", "1").depends("hostapd-common").build(format);
        for (path, bytes) in own.0.iter().filter(|(path, _)| path.contains("/own/")) {
            site.write(&format!("elsewhere/{}", path.rsplit('/').next().unwrap()), bytes);
        }
        let ran = site.owpkg("disk out --format dir --add mine --feed base=elsewhere").run();
        ran.exits(2).says(&["cannot be the feed base", "another name"]);
    }
}

#[test]
fn modules_of_an_unknown_kernel_are_not_asked_for() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = desk(format);
        let list = format!("kernel - 6.12.71~{OTHER_VERMAGIC}-r1\nlibc - 1\n");
        let line = format!("resolve --chip iwl7265d --key key --installed - --tree {}", server.url());
        desk.owpkg(&line).stdin(list).run().exits(4);
        let asked = server.requests();
        let folder = |vermagic: &str| asked.iter().any(|request| request.path.contains(vermagic));
        assert!(folder(OTHER_VERMAGIC), "the router's own come first");
    }
}
