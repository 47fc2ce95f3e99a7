//! Copies of parts of a server that others made: checked, and used as they are.

use std::fs;

use serde_json::Value;

use super::command::{KEYS, bench, done, owpkg};
use super::{
    BASE, Bench, Tree, Upstream, for_each_format, in_base, server_tree, tree_of, vouched, with_images,
};

/// A bench whose folder `copy` has those files of a server whose paths start so, below that.
fn copied(tree: &Tree, start: &str) -> Bench {
    let bench = bench();
    for (path, bytes) in tree {
        if let Some(below) = path.strip_prefix(start) {
            let place = bench.path("copy").join(below.trim_start_matches('/'));
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, bytes).unwrap();
        }
    }
    bench
}

/// Checks the copy: the exit status, and what was found.
fn check(bench: &Bench, more: &[&str]) -> (u8, Value) {
    let (code, out, err) = owpkg(bench, &[&["verify", "copy", "--json"], more].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{code} {err}")))
}

fn faults(found: &Value) -> Vec<(String, String)> {
    let text = |fault: &Value, key: &str| fault[key].as_str().unwrap().to_owned();
    let faults = found["faults"].as_array().unwrap().iter();
    faults.map(|fault| (text(fault, "path"), text(fault, "fault"))).collect()
}

#[test]
fn a_copy_of_any_part_is_checked_to_the_last_byte() {
    for_each_format(|format| {
        let tree = with_images(server_tree(format, "1.0-r1"));
        for start in
            ["", "releases/25.12.0", "releases/25.12.0/packages", "releases/25.12.0/targets/x86", BASE]
        {
            let bench = copied(&tree, start);
            let (code, found) = check(&bench, &KEYS);
            assert_eq!((code, faults(&found)), (0, Vec::new()), "{start}");
            let of = |tree: &Tree| tree.keys().filter(|path| path.starts_with(start)).count();
            let nobodys = ["feeds.conf", "unsigned.img", "index.json", "Packages.manifest"];
            let unvouched: Vec<&str> =
                found["unvouched"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
            assert!(
                unvouched.iter().all(|path| nobodys.iter().any(|end| path.ends_with(end))),
                "{unvouched:?}"
            );
            assert_eq!(found["files"].as_u64().unwrap() as usize + unvouched.len(), of(&tree), "{start}");
        }
    });
}

#[test]
fn what_is_cut_changed_missing_or_alien_is_told() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let bench = copied(&tree, "releases/25.12.0/packages/x86_64");
        let place = |path: &str| bench.path("copy").join(path);
        let of = |start: &str| {
            in_base(&tree, start).strip_prefix("releases/25.12.0/packages/x86_64/").unwrap().to_owned()
        };
        let (a, b, c) = (of("a"), of("b"), of("c"));
        fs::remove_file(place(&c)).unwrap();
        let (code, found) = check(&bench, &KEYS);
        assert_eq!((code, faults(&found)), (6, vec![(c.clone(), "missing".to_owned())]));

        let bytes = fs::read(place(&b)).unwrap();
        fs::write(place(&b), &bytes[..bytes.len() / 2]).unwrap();
        let mut bytes = fs::read(place(&a)).unwrap();
        let last = bytes.len() - 1;
        bytes[last / 2] ^= 1;
        fs::write(place(&a), bytes).unwrap();
        fs::write(place("base/alien.bin"), "x").unwrap();
        let (code, found) = check(&bench, &KEYS);
        let paths: Vec<String> = faults(&found).into_iter().map(|(path, _)| path).collect();
        assert_eq!((code, paths), (5, vec![a, b.clone(), c]));
        assert!(faults(&found).contains(&(
            b,
            format!(
                "damaged: expected {} bytes, found {}",
                tree[&in_base(&tree, "b")].len(),
                tree[&in_base(&tree, "b")].len() / 2
            )
        )));
        assert!(found["unvouched"].as_array().unwrap().contains(&"base/alien.bin".into()));

        // An index that was changed vouches for nothing any more.
        let index = format!("luci/{}", format.index_name());
        let mut bytes = fs::read(place(&index)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(place(&index), bytes).unwrap();
        let (_, found) = check(&bench, &KEYS);
        assert!(faults(&found).iter().any(|(path, _)| *path == index), "{found}");
        let (code, _, err) = owpkg(&bench, &[&["verify", "copy", "--repair"], &KEYS[..]].concat());
        assert!(code == 2 && err.contains("not made by owpkg"), "{code} {err}");
    });
}

#[test]
fn without_the_key_nothing_is_good() {
    for_each_format(|format| {
        let bench = copied(&server_tree(format, "1.0-r1"), "releases/25.12.0");
        let (code, found) = check(&bench, &[]);
        assert_eq!((code, found["files"].as_u64()), (5, Some(0)));
        assert!(faults(&found).iter().all(|(_, fault)| fault.contains("not trusted")), "{found}");
    });
}

/// A target's list of digests is signed on every server; one of packages may be there unsigned, and vouches for nothing.
#[test]
fn a_list_without_its_signature_vouches_for_nothing() {
    for_each_format(|format| {
        let mut tree = server_tree(format, "1.0-r1");
        tree.remove("releases/25.12.0/targets/x86/64/sha256sums.sig");
        let alien = "releases/25.12.0/packages/x86_64/alien.bin".to_owned();
        tree.insert(alien.clone(), b"right".to_vec());
        let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"right"));
        let sums = format!("{digest} *alien.bin\n{digest} *gone.bin\n{digest} *../outside.bin\n");
        tree.insert("releases/25.12.0/packages/x86_64/sha256sums".into(), sums.into_bytes());
        let bench = copied(&tree, "");
        let (code, found) = check(&bench, &KEYS);
        let paths: Vec<String> = faults(&found).into_iter().map(|(path, _)| path).collect();
        assert_eq!((code, paths), (5, vec!["releases/25.12.0/targets/x86/64/sha256sums".to_owned()]));
        assert!(found["unvouched"].as_array().unwrap().contains(&alien.clone().into()));
        fs::write(bench.path("copy").join(&alien), "wrong").unwrap();
        let (_, found) = check(&bench, &KEYS);
        assert!(
            faults(&found).iter().any(|(path, fault)| *path == alien && fault.contains("damaged")),
            "{found}"
        );
    });
}

/// Servers have such links, and a copy may have kept them.
#[test]
fn links_to_folders_are_gone_through_once() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let bench = copied(&tree, "");
        let packages = bench.path("copy/releases/25.12.0/packages");
        fs::rename(&packages, bench.path("packages-25.12")).unwrap();
        let (_, without) = check(&bench, &KEYS);
        std::os::unix::fs::symlink(bench.path("packages-25.12"), &packages).unwrap();
        std::os::unix::fs::symlink("25.12.0", bench.path("copy/releases/latest")).unwrap();
        std::os::unix::fs::symlink("..", bench.path("copy/releases/up")).unwrap();
        let (code, found) = check(&bench, &KEYS);
        assert_eq!((code, faults(&found)), (0, Vec::new()));
        assert!(found["files"].as_u64() > without["files"].as_u64());
        std::os::unix::fs::symlink("nowhere", bench.path("copy/releases/lost")).unwrap();
        assert_eq!(check(&bench, &KEYS).0, 6);
    });
}

#[test]
fn many_are_told_in_short_and_a_folder_of_something_else_is_none() {
    let bench = copied(&server_tree(owpkg::format::FORMATS[0], "1.0-r1"), BASE);
    for number in 0..30 {
        fs::write(bench.path(&format!("copy/photo{number:02}.jpg")), "x").unwrap();
    }
    let (code, out, _) = owpkg(&bench, &[&["verify", "copy"], &KEYS[..]].concat());
    assert!(code == 0 && out.contains("no signed index names 30 files"), "{out}");
    assert!(out.contains("photo02.jpg") && !out.contains("photo03.jpg") && out.contains("27 more"), "{out}");
    fs::create_dir(bench.path("photos")).unwrap();
    let (code, _, err) = owpkg(&bench, &["verify", "photos"]);
    assert!(code == 2 && err.contains("neither a mirror nor a disk"), "{code} {err}");
}

const ROUTER: &str = "libc - 1.2.5-r1\nkernel - 6.12.71~abababababababababababababababab-r1\n";

/// What the copy lacks, the router's own list and its target tell.
#[test]
fn a_copy_of_architectures_alone_is_a_source_for_a_known_router() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let bench = copied(&tree, "releases/25.12.0/packages");
        fs::create_dir(bench.path("25.12.0")).unwrap();
        fs::rename(bench.path("copy"), bench.path("25.12.0/packages")).unwrap();
        fs::write(bench.path("router.txt"), ROUTER).unwrap();
        let router = ["--target", "x86/64", "--installed", "router.txt", "--tree", "25.12.0"];
        let out = done(&bench, &[&["resolve", "--add", "c", "--no-lock", "--json"], &router[..]].concat());
        let plan: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&plan["release"], &plan["arch"]), (&"25.12.0".into(), &"x86_64".into()));
        assert_eq!(plan["kernel"]["vermagic"], "ab".repeat(16));
        let line = [&["disk", "c.img", "--add", "c"], &router[..], &KEYS].concat();
        let (code, _, err) = owpkg(&bench, &line);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("lacks the feed core") && !err.contains("feeds base"), "{err}");
        assert!(done(&bench, &["verify", "c.img"]).contains("all good"));
        // A module is in no feed of an architecture, and is not made up.
        let line = [&["resolve", "--add", "kmod-a", "--no-lock"], &router[..], &KEYS].concat();
        let (code, _, err) = owpkg(&bench, &line);
        assert!(code != 0 && err.contains("core"), "{code} {err}");
        let alone = ["resolve", "--add", "c", "--no-lock", "--target", "x86/64", "--tree", "25.12.0"];
        let (code, _, err) = owpkg(&bench, &[&alone[..], &KEYS].concat());
        assert!(code == 6 && err.contains("--installed FILE"), "{code} {err}");

        // Of several architectures, the release's own list of targets tells the right one.
        fs::create_dir(bench.path("25.12.0/packages/mips_24kc")).unwrap();
        let line = [&["resolve", "--add", "c", "--no-lock"], &router[..], &KEYS].concat();
        let (code, _, err) = owpkg(&bench, &line);
        assert!(
            code == 6 && err.contains("mips_24kc, x86_64") && err.contains(".targets.json"),
            "{code} {err}"
        );
        fs::write(bench.path("25.12.0/.targets.json"), "{\"x86/64\":\"x86_64\"}").unwrap();
        assert_eq!(owpkg(&bench, &line).0, 0);
    });
}

#[test]
fn a_mirror_of_architectures_from_a_folder_asks_no_server() {
    for_each_format(|format| {
        let tree = server_tree(format, "1.0-r1");
        let server = Upstream::honest(tree.clone());
        let bench = copied(&tree, "releases/25.12.0/packages");
        fs::create_dir(bench.path("tree")).unwrap();
        fs::rename(bench.path("copy"), bench.path("tree/packages")).unwrap();
        let cache = bench.path("cache").into_string();
        let line = ["mirror", "dest", "--tree", "tree", "--full", "--archs", "x86_64"];
        let run = |more: &[&str]| {
            let ran = crate::support::run::owpkg(&[&line[..], more, &KEYS].concat());
            let ran = ran.cwd(bench.path("").as_path()).var("OWPKG_CACHE", &cache);
            ran.var("OWPKG_MIRROR", &server.server.url()).run()
        };
        let ran = run(&[]);
        assert!(ran.code == 2 && ran.err.contains("--release"), "{} {}", ran.code, ran.err);
        assert_eq!(run(&["--release", "25.12.0"]).code, 0);
        assert_eq!(server.server.requests().len(), 0);
        let of = |start: &str| -> Tree {
            vouched(&tree).into_iter().filter(|(path, _)| path.starts_with(start)).collect()
        };
        assert_eq!(bench.visible(), of("releases/25.12.0/packages/"));
        // The name of a folder as a server has it will do.
        fs::rename(bench.path("tree"), bench.path("25.12.0")).unwrap();
        done(&bench, &["mirror", "other", "--tree", "25.12.0", "--full", "--archs", "x86_64"]);
    });
}

/// An rsync of a server, without what owpkg would have written.
#[test]
fn a_copy_of_releases_is_a_mirror_as_it_is() {
    for_each_format(|format| {
        let mut tree = server_tree(format, "1.0-r1");
        tree.extend(tree_of(
            owpkg::demo::Blueprint { release: "24.10.2".into(), ..super::blueprint("1.0-r1") },
            "releases/24.10.2",
            format,
        ));
        let bench = copied(&tree, "");
        let out = done(&bench, &["resolve", "--add", "b", "--no-lock", "--json", "--mirror", "copy"]);
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["release"], "25.12.0");
        done(&bench, &["mirror", "dest", "--full", "--mirror", "copy", "--release", "24.10.2"]);
        assert!(done(&bench, &["verify", "dest"]).contains("all good"));
    });
}
