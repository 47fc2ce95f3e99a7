//! `owpkg disk`: what stands on it, how it is read back, and what is left when it cannot be written.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::Arc;

use camino::Utf8Path;
use owpkg::disk::{self, OutputFormat, OutputOptions, write};
use owpkg::fat::{Label, Size};
use owpkg::fetch::{Fetcher, Options, Silent};
use owpkg::files::Permissions;
use owpkg::lock::{Bundle, Lock};
use owpkg::overlay::Overlay;
use owpkg::release::Upstream;
use owpkg::trust::Keyring;

use crate::support::feeds::{DATE, FORMATS, Site, key_id, signers, wifi};
use crate::support::run::Desk;

pub type Found = BTreeMap<String, Vec<u8>>;

pub fn said(command: &mut Command) -> String {
    let program = command.get_program().to_owned();
    let output = command.output().unwrap_or_else(|error| {
        panic!("{program:?} does not run ({error}): install the packages dosfstools, mtools and coreutils")
    });
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program:?}: {text}");
    text.into_owned()
}

/// The files of a FAT image, read by mtools after `fsck.fat` found it clean.
pub fn read_fat(image: &Utf8Path) -> Found {
    said(Command::new("fsck.fat").args(["-n", image.as_str()]));
    let folder = Desk::new();
    said(
        Command::new("mcopy")
            .env("LC_ALL", "C.UTF-8")
            .args(["-i", image.as_str(), "-s", "-n", "::*"])
            .arg(folder.path()),
    );
    read_dir(folder.path())
}

pub fn read_dir(folder: &Utf8Path) -> Found {
    let sums = Command::new("sha256sum").args(["-c", "--strict", "SHA256SUMS"]).current_dir(folder).output();
    assert!(sums.unwrap().status.success(), "SHA256SUMS does not hold");
    let mut found = Found::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in at.read_dir_utf8().unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path().to_owned()),
                false => {
                    let name = entry.path().strip_prefix(folder).unwrap().to_string();
                    found.insert(name, fs::read(entry.path()).unwrap());
                }
            }
        }
    }
    found
}

/// The files of a tar, with their times and modes.
pub fn read_tar(tar: &Utf8Path) -> (Found, Vec<(u64, u32)>) {
    let mut found = Found::new();
    let mut heads = Vec::new();
    for entry in tar::Archive::new(fs::File::open(tar).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        heads.push((entry.header().mtime().unwrap(), entry.header().mode().unwrap()));
        found.insert(entry.path().unwrap().to_str().unwrap().to_owned(), bytes);
    }
    (found, heads)
}

/// What a disk of the plan must hold below `feeds/`: by the tree's own files.
pub fn expected_feeds(site: &Site, plan: &[String]) -> Found {
    let mut expected = Found::new();
    for (path, bytes) in &site.files.0 {
        let (folder, file) = path.rsplit_once('/').unwrap();
        let feed = match folder {
            _ if folder.contains("/kmods/") => "kmods",
            "targets/x86/64/packages" => "core",
            _ => folder.rsplit('/').next().unwrap(),
        };
        let separator = if site.format.name() == "opkg" { "_" } else { "-" };
        let of_plan = || {
            plan.iter().any(|name| {
                let rest = file.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix(separator));
                rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            })
        };
        let index = ["Packages.gz", "Packages.sig", "packages.adb"].contains(&file);
        if ["kmods", "base"].contains(&feed) && (index || of_plan()) {
            expected.insert(format!("feeds/{feed}/{file}"), bytes.clone());
        }
    }
    expected
}

fn check_contents(site: &Site, found: &Found) {
    let plan = site.plan("--chip iwl7265d");
    let (feeds, made): (Found, Found) =
        found.clone().into_iter().partition(|(path, _)| path.starts_with("feeds/"));
    let expected = expected_feeds(site, &plan);
    assert_eq!(feeds.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    assert!(feeds == expected, "files below feeds/ differ from the tree's");
    let made: Vec<&str> = made.keys().map(String::as_str).collect();
    // No image of an official release holds the key of these trees.
    let key = format!("keys/{}", site.format.key_file(&key_id(site.format, &signers())));
    assert_eq!(made, ["README.txt", "SHA256SUMS", "install.sh", &key, "owpkg.lock"]);
    let sums = String::from_utf8(found["SHA256SUMS"].clone()).unwrap();
    assert_eq!(sums.lines().count(), found.len() - 1, "every file but the sums themselves has a sum");
}

#[test]
fn the_image_holds_the_signed_indexes_and_the_plans_packages_byte_for_byte() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("disk out.img --chip iwl7265d").run().exits(0);
        assert!(ran.out.starts_with("wrote out.img: 7 packages, "), "{}", ran.out);
        assert!(!site.holds("owpkg.lock"), "a disk of a selection leaves the lock alone");
        let found = read_fat(&site.path().join("out.img"));
        check_contents(&site, &found);
        let lock = String::from_utf8(found["owpkg.lock"].clone()).unwrap();
        assert_eq!(Lock::parse(&lock).unwrap().packages.len(), 7);
    }
}

#[test]
fn image_tar_and_folder_hold_the_same_files() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        site.owpkg("disk out.img").run().exits(0);
        site.owpkg("disk out.tar --format tar").run().exits(0);
        site.owpkg("disk out --format dir").run().exits(0);
        let (tar, heads) = read_tar(&site.path().join("out.tar"));
        check_contents(&site, &tar);
        assert!(read_dir(&site.path().join("out")) == tar);
        assert!(read_fat(&site.path().join("out.img")) == tar);
        assert!(heads.iter().all(|(time, mode)| *time == DATE && [0o644, 0o755].contains(mode)), "{heads:?}");
    }
}

#[test]
fn the_same_lock_gives_the_same_disk_anywhere() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        for kind in ["fat", "tar"] {
            let disk = |line: &str, name: &str| {
                site.owpkg(&format!("{line} --format {kind}")).run().exits(0);
                fs::read(site.path().join(name)).unwrap()
            };
            let first = disk("disk one", "one");
            assert!(disk("disk one", "one") == first, "written over itself");
            assert!(disk("disk two --chip iwl7265d", "two") == first, "from the selection");

            let elsewhere = Desk::new();
            elsewhere.write("owpkg.lock", site.read("owpkg.lock"));
            elsewhere.write("key", site.read("key"));
            let ran = elsewhere.owpkg(&format!("disk out --key key --format {kind}"));
            ran.var("TZ", "Asia/Tokyo").var("SOURCE_DATE_EPOCH", "1").run().exits(0);
            assert!(fs::read(elsewhere.path().join("out")).unwrap() == first, "elsewhere");
        }
    }
}

#[test]
fn the_clock_of_a_selection_can_be_set() {
    for format in FORMATS {
        let site = wifi().on(format);
        let tar = |line: &str, epoch: &str| {
            site.owpkg(line).var("SOURCE_DATE_EPOCH", epoch).run().exits(0);
            read_tar(&site.path().join("out.tar")).1
        };
        let times = tar("disk out.tar --format tar --chip iwl7265d", "1700000000");
        assert!(times.iter().all(|(time, _)| *time == 1_700_000_000), "{times:?}");
        let times = tar("disk out.tar --format tar --chip iwl7265d", "");
        assert!(times.iter().all(|(time, _)| *time == DATE), "{times:?}");
        let ran = site.owpkg("disk no.tar --format tar --chip iwl7265d").var("SOURCE_DATE_EPOCH", "tuesday");
        ran.run().exits(2).says(&["SOURCE_DATE_EPOCH"]);
        assert!(!site.holds("no.tar"));
    }
}

#[test]
fn too_small_a_size_names_the_size_that_will_do() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.write("out.img", "an older disk");
        let ran = site.owpkg("disk out.img --chip iwl7265d --size 16K").run().exits(7);
        assert_eq!(site.read("out.img"), "an older disk");
        let needed = ran.err.split("at least ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let kib: u64 = needed.trim_end_matches('K').parse().unwrap();
        site.owpkg(&format!("disk out.img --chip iwl7265d --size {}K", kib - 1)).run().exits(7);
        site.owpkg(&format!("disk out.img --chip iwl7265d --size {needed}")).run().exits(0);
        read_fat(&site.path().join("out.img"));
        assert_eq!(fs::metadata(site.path().join("out.img")).unwrap().len(), kib * 1024);
    }
}

#[test]
fn size_kind_and_label_are_as_told() {
    for format in FORMATS {
        let site = wifi().on(format);
        for (arguments, bytes, kind) in [
            ("--size 1M", 1 << 20, "FAT12"),
            ("--size 5M --fat 12", 5 << 20, "FAT12"),
            ("--size 16M --fat 16", 16 << 20, "FAT16"),
            ("--size 64M --fat 32", 64 << 20, "FAT32"),
        ] {
            site.owpkg(&format!("disk out.img --chip iwl7265d --label WIFI {arguments}")).run().exits(0);
            let image = fs::read(site.path().join("out.img")).unwrap();
            assert_eq!(image.len(), bytes, "{arguments}");
            let at = if kind == "FAT32" { 71 } else { 43 };
            assert_eq!(&image[at..at + 16], format!("WIFI       {kind}").as_bytes());
            check_contents(&site, &read_fat(&site.path().join("out.img")));
        }
    }
}

#[test]
fn an_output_that_cannot_be_written_is_7_and_leaves_nothing() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.write("file", "");
        site.write("full/of", "things");
        for (line, words) in [
            ("disk nowhere/out.img", "nowhere/out.img cannot be written"),
            ("disk file/out.img", "cannot be written"),
            ("disk full", "is there already, and is a folder"),
            ("disk full --format tar", "is there already, and is a folder"),
            ("disk full --format dir", "is a folder that is not empty"),
            ("disk file --format dir", "is there already, and is a file"),
        ] {
            let ran = site.owpkg(&format!("{line} --chip iwl7265d")).run().exits(7);
            ran.says(&[words]);
        }
        assert_eq!((site.read("file"), site.read("full/of")), (String::new(), "things".to_owned()));
        let names: Vec<String> =
            site.path().read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
        assert!(!names.iter().any(|name| name.starts_with(".owpkg")), "{names:?}");

        fs::create_dir(site.path().join("empty")).unwrap();
        site.owpkg("disk empty --format dir --chip iwl7265d").run().exits(0);
        check_contents(&site, &read_dir(&site.path().join("empty")));
    }
}

#[test]
fn a_package_file_that_shrinks_while_it_is_written_leaves_no_output() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        let lock = Lock::parse(&site.read("owpkg.lock")).unwrap();
        let fetcher = Fetcher::new(Options::new(site.path().join("cache")), Arc::new(Silent));
        let mut keyring = Keyring::empty();
        keyring.add(site.read("key").as_bytes(), "key").unwrap();
        let bundle = Bundle::fetch(&Upstream::new(fetcher, keyring), lock).unwrap();
        let entries = disk::contents(&bundle, &Overlay::default()).unwrap();

        let path = site.path().join("tree").join(site.files.path_of("wpad-basic-mbedtls"));
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        for kind in [OutputFormat::Fat, OutputFormat::Tar, OutputFormat::Dir] {
            let options = OutputOptions {
                format: kind,
                size: Size::Smallest,
                kind: None,
                label: Label::new("OWPKG").unwrap(),
                volume_id: 1,
                partition: false,
                date: 0,
                permissions: Permissions::All,
            };
            let folder = Desk::new();
            assert!(write(&folder.path().join("out"), &entries, &options).is_err(), "{kind:?}");
            assert_eq!(folder.path().read_dir_utf8().unwrap().count(), 0, "{kind:?} leaves something");
            let out = folder.write("old", "old");
            if kind != OutputFormat::Dir {
                assert!(write(&out, &entries, &options).is_err());
                assert_eq!(folder.read("old"), "old");
            }
        }
    }
}

#[test]
fn what_was_written_is_told_as_json() {
    for format in FORMATS {
        let site = wifi().on(format);
        let told = site.owpkg("disk out.img --chip iwl7265d --json").run().exits(0).json();
        let keys: Vec<&String> = told.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "schema",
                "out",
                "size",
                "packages",
                "feeds",
                "install",
                "replaced",
                "demo",
                "accepted_unsigned",
                "configuration",
                "keys",
                "cards",
                "shared_ids"
            ]
        );
        assert_eq!((&told["schema"], &told["packages"]), (&"owpkg.disk/1".into(), &7.into()));
        assert_eq!(told["size"], fs::metadata(site.path().join("out.img")).unwrap().len());
        assert_eq!(told["feeds"], serde_json::json!(["kmods", "base"]));
    }
}

#[test]
fn a_disk_with_nothing_to_add_is_a_disk() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("disk out.img --add busybox").run().exits(0);
        let found = read_fat(&site.path().join("out.img"));
        assert_eq!(found.len(), 4, "{:?}", found.keys());
    }
}
