//! The commands themselves, run in this process.

use camino::Utf8Path;
use owpkg::format::FORMATS;
use serde_json::Value;

use crate::support::run;

use super::{Bench, Tree, Upstream, for_each_format, in_base, server_tree, vouched, with_images};

/// Runs owpkg in the bench's folder: exit status, standard output, standard error.
pub(super) fn owpkg(bench: &Bench, args: &[&str]) -> (u8, String, String) {
    let cache = bench.path("cache").into_string();
    let ran = run::owpkg(args).cwd(bench.path("").as_path()).var("OWPKG_CACHE", &cache).run();
    (ran.code, ran.out, ran.err)
}

/// A bench with the key files of made releases.
pub(super) fn bench() -> Bench {
    let bench = Bench::new();
    let signers = ::owpkg::demo::signers().unwrap();
    std::fs::write(bench.path("usign.pub"), signers.usign.public().to_text()).unwrap();
    std::fs::write(bench.path("ec.pem"), signers.ec.public().to_pem()).unwrap();
    bench
}

pub(super) const KEYS: [&str; 4] = ["--key", "usign.pub", "--key", "ec.pem"];

pub(super) fn done(bench: &Bench, args: &[&str]) -> String {
    let (code, out, err) = owpkg(bench, &[args, &KEYS].concat());
    assert_eq!(code, 0, "{args:?}: {err}");
    out
}

#[test]
fn a_mirror_of_a_lock_is_a_server_for_the_next_owpkg() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let upstream = Upstream::honest(tree.clone());
        let (bench, url) = (bench(), upstream.server.url());
        let from = ["--mirror", &url, "--release", "25.12.0"];
        done(&bench, &[&["resolve", "--add", "b", "--lock", "b.lock"], &from[..]].concat());
        done(&bench, &[&["resolve", "--add", "c", "--lock", "c.lock"], &from[..]].concat());
        let out = done(&bench, &["mirror", "dest", "--lock", "b.lock", "--lock", "c.lock", "--json"]);
        let json: Value = serde_json::from_str(&out).unwrap();
        // b needs a and kmod-a, which needs kmod-c; and profiles.json and the manifest.
        assert_eq!((&json["schema"], &json["new"]), (&"owpkg.mirror/1".into(), &7.into()));
        let dest = bench.dest();
        let again = ["--mirror", dest.as_str(), "--release", "25.12.0"];
        let names = done(
            &bench,
            &[&["resolve", "--add", "b", "--no-lock", "--format", "names"], &again[..]].concat(),
        );
        assert!(names.lines().any(|name| name == "kmod-a"), "{names}");
        done(&bench, &[&["disk", "b.img", "--add", "b"], &again[..]].concat());
        assert!(done(&bench, &["verify", "b.img"]).contains("all good"));
        assert!(done(&bench, &["mirror", "verify", "dest"]).contains("all good"));
        assert!(done(&bench, &["verify", "b.lock"]).contains("all good"));
    });
}

#[test]
fn an_sbom_names_what_a_mirror_is_to_hold() {
    for_each_format(|format| {
        let upstream = Upstream::honest(server_tree(format, "1.0-r1"));
        let (bench, url) = (bench(), upstream.server.url());
        let from = ["--mirror", &url, "--release", "25.12.0"];
        done(&bench, &[&["mirror", "dest", "--add", "b", "--sbom", "bom.json"], &from[..]].concat());
        let json = crate::sbom::read(&std::fs::read_to_string(bench.path("bom.json")).unwrap());
        let names: Vec<&str> =
            json["components"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert!(
            ["a", "b", "kmod-a", "kmod-c", "profiles.json"].iter().all(|name| names.contains(name)),
            "{names:?}"
        );
        assert!(!names.contains(&"c"), "{names:?}");
        let place = &crate::sbom::component(&json, "b")["externalReferences"][0]["url"];
        assert!(place.as_str().unwrap().starts_with(&url), "{place}");
    });
}

#[test]
fn faults_are_named_mended_and_told_by_the_exit_status() {
    let tree = server_tree(FORMATS[0], "1.0-r1");
    let upstream = Upstream::honest(tree.clone());
    let (bench, url) = (bench(), upstream.server.url());
    done(&bench, &["mirror", "dest", "--full", "--mirror", &url, "--release", "25.12.0"]);
    let a = in_base(&tree, "a");
    std::fs::write(bench.dest().join(&a), "x").unwrap();
    let (code, out, _) = owpkg(&bench, &[&["verify", "dest", "--json"], &KEYS[..]].concat());
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &json["faults"][0]["path"]), (5, &Value::from(a)));
    assert!(done(&bench, &["verify", "dest", "--repair", "--mirror", &url]).contains("all good"));
    assert_eq!(owpkg(&bench, &["verify", "nothing"]).0, 2);
    assert_eq!(owpkg(&bench, &["mirror", "other"]).0, 2, "there is no lock");
    assert_eq!(owpkg(&bench, &["mirror", "other", "--full", "--feed", "x/y=http://h/x"]).0, 2);
}

#[test]
fn feeds_of_an_architecture_need_no_target_and_can_be_chosen() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let upstream = Upstream::honest(tree.clone());
        let (bench, url) = (bench(), upstream.server.url());
        let from = ["--mirror", &url, "--releases", "25.12.0", "--full", "--archs", "x86_64"];
        done(&bench, &[&["mirror", "dest"], &from[..], &["--feeds", "luci"]].concat());
        let of = |start: &str| -> Tree {
            vouched(&tree).into_iter().filter(|(path, _)| path.starts_with(start)).collect()
        };
        assert_eq!(bench.visible(), of("releases/25.12.0/packages/x86_64/luci/"));
        done(&bench, &[&["mirror", "dest"], &from[..]].concat());
        assert_eq!(bench.visible(), of("releases/25.12.0/packages/"));
    });
}

#[test]
fn images_come_by_device_and_only_as_the_signed_sums_say() {
    let tree = with_images(server_tree(FORMATS[0], "1.0-r1"));
    let folder = "releases/25.12.0/targets/x86/64";
    let upstream = Upstream::honest(tree.clone());
    let (bench, url) = (bench(), upstream.server.url());
    let images = |bench: &Bench| -> Vec<String> {
        let names =
            bench.visible().into_keys().filter(|path| Utf8Path::new(path).parent() == Some(folder.into()));
        names
            .filter_map(|path| path.rsplit('/').next().map(str::to_owned))
            .filter(|name| name.contains("img"))
            .collect()
    };
    let run = |more: &[&str]| {
        done(
            &bench,
            &[&["mirror", "dest", "--images", "--mirror", &url, "--release", "25.12.0"], more].concat(),
        )
    };
    run(&["--profile", "one"]);
    assert_eq!(images(&bench), ["one.img.gz"]);
    run(&["--images", "two", "--images", "one"]);
    assert_eq!(images(&bench), ["one.img.gz", "two.img.gz"]);
    let wrong = ["mirror", "dest", "--images", "twoo", "--mirror", &url, "--release", "25.12.0"];
    let (code, _, err) = owpkg(&bench, &[&wrong[..], &KEYS].concat());
    assert!(code == 3 && err.contains("--images twoo") && err.contains("did you mean two?"), "{code} {err}");
    std::fs::remove_dir_all(bench.dest()).unwrap();
    run(&[]);
    assert_eq!(images(&bench), ["one.img.gz", "two.img.gz"]);
    assert!(!bench.visible().contains_key(&format!("{folder}/openwrt-sdk.tar.zst")));
    assert_eq!(bench.faults(), Vec::<String>::new());
}

#[test]
fn an_image_comes_from_a_mirror_alone() {
    for_each_format(|format| {
        let upstream = Upstream::honest(with_images(server_tree(format, "1.0-r1")));
        let (bench, url) = (bench(), upstream.server.url());
        done(&bench, &["mirror", "dest", "--images", "one", "--mirror", &url, "--release", "25.12.0"]);
        // Those of a lock's release too.
        done(
            &bench,
            &["resolve", "--add", "a", "--lock", "a.lock", "--mirror", &url, "--release", "25.12.0"],
        );
        done(&bench, &["mirror", "other", "--lock", "a.lock", "--images", "two"]);
        let has = |dest: &str, name: &str| {
            bench.path(dest).join("releases/25.12.0/targets/x86/64").join(name).exists()
        };
        assert!(has("other", "two.img.gz") && !has("other", "one.img.gz") && !has("dest", "two.img.gz"));
        let before = upstream.server.requests().len();
        done(&bench, &["image", "x.img", "--profile", "one", "--mirror", "dest"]);
        assert_eq!(std::fs::read(bench.path("x.img")).unwrap(), b"the first image");
        let line = ["image", "y.img", "--profile", "two", "--mirror", "dest"];
        let (code, _, err) = owpkg(&bench, &[&line[..], &KEYS].concat());
        assert!(code == 6 && err.contains("two.img.gz"), "{code} {err}");
        assert_eq!(upstream.server.requests().len(), before);
    });
}

/// That it takes as long as it should is all that a slow machine cannot spoil.
#[test]
fn a_limited_rate_is_kept_by_all_downloads_together() {
    let upstream = Upstream::honest(server_tree(FORMATS[0], "1.0-r1"));
    let (bench, url) = (bench(), upstream.server.url());
    let line = ["mirror", "dest", "--full", "--mirror", &url, "--release", "25.12.0", "--json"];
    let out = done(&bench, &[&line[..], &["--limit-rate", "100K"]].concat());
    let json: Value = serde_json::from_str(&out).unwrap();
    let least = json["bytes"].as_f64().unwrap() / 102_400.0;
    assert!(least > 0.3 && json["seconds"].as_f64().unwrap() >= least, "{least} {json}");
    let wrong = [&line[..], &["--limit-rate", "fast"]].concat();
    assert_eq!(owpkg(&bench, &wrong).0, 2);
}

#[test]
fn what_is_not_to_be_had_is_listed_and_the_rest_is_there() {
    for_each_format(|format| {
        let mut tree = server_tree(format, "1.0-r1");
        let c = in_base(&tree, "c");
        tree.remove(&c);
        let upstream = Upstream::honest(tree.clone());
        let (bench, url) = (bench(), upstream.server.url());
        let line = ["mirror", "dest", "--full", "--mirror", &url, "--release", "25.12.0"];
        let (code, out, err) = owpkg(&bench, &[&line[..], &KEYS].concat());
        assert_eq!(code, 6, "{err}");
        assert!(out.contains(&format!("not to be had:\n  {url}/{c} does not exist\n")), "{out}");
        assert!(out.contains("luci: 1 file\n") && !out.contains("base: "), "{out}");
        assert!(
            err.contains("1 of the mirrored files is not to be had, so these feeds are as they were"),
            "{err}"
        );
        assert!(err.contains("--keep-going"), "{err}");
        let index =
            |bench: &Bench| bench.visible().contains_key(&format!("{}/{}", super::BASE, format.index_name()));
        assert!(!index(&bench));
        let (code, out, err) = owpkg(&bench, &[&line[..], &KEYS, &["--keep-going", "--json"]].concat());
        assert_eq!(code, 6, "{err}");
        let json: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(json["missing"][0]["file"], c.rsplit('/').next().unwrap());
        assert_eq!(
            (json["missing"].as_array().unwrap().len(), &json["unpublished"]),
            (1, &Value::Array(Vec::new()))
        );
        assert!(index(&bench), "published without it");
        assert!(done(&bench, &["verify", "dest"]).contains("all good"));
    });
}
