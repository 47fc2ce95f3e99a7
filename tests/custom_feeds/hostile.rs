//! Folders that make no feed. What was there before is still there.

use owpkg::format::Format;
use owpkg::format::opkg::Opkg;
use owpkg::format::opkg::ipk::{self, DataTar};

use super::{each, new_key, packages, pair, with_feed};
use crate::support::feeds::{FORMATS, Site};
use crate::support::run::Desk;

/// Indexing is refused with these words, and changes nothing.
#[track_caller]
fn refuses(site: &Site, code: u8, words: &[&str]) {
    let state = || -> Vec<(String, Vec<u8>)> {
        let entries = site.path().join("packages").read_dir_utf8().unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().to_owned(), std::fs::read(entry.path()).unwrap_or_default()))
            .collect();
        files.sort();
        files
    };
    let before = state();
    let (secret, _) = pair(site.format, "mine");
    site.desk.owpkg(&format!("index packages --key {secret}")).run().exits(code).says(words);
    assert_eq!(state(), before);
}

fn other(format: &dyn Format) -> &'static dyn Format {
    *FORMATS.iter().find(|other| other.name() != format.name()).unwrap()
}

#[test]
fn folders_without_packages() {
    let desk = Desk::new();
    desk.owpkg("key new mine").run().exits(0);
    desk.write("empty/notes.txt", "");
    desk.write("file", "");
    desk.owpkg("index empty --key mine.pem").run().exits(2).says(&["holds no packages", "*.apk or *.ipk"]);
    desk.owpkg("index file --key mine.pem").run().exits(2).says(&["file cannot be read"]);
    desk.owpkg("index nowhere --key mine.pem").run().exits(2).says(&["nowhere cannot be read"]);
}

#[test]
fn packages_of_two_formats() {
    each(|format| {
        let (site, _) = with_feed(format);
        let (name, bytes) = packages(other(format)).remove(0);
        site.write(&format!("packages/{name}"), bytes);
        refuses(&site, 2, &["several formats", &name, "a folder of its own"]);
    });
}

#[test]
fn a_key_of_the_other_format() {
    each(|format| {
        let (site, _) = with_feed(format);
        new_key(&site, other(format), "other");
        let (secret, _) = pair(other(format), "other");
        let ran = site.desk.owpkg(&format!("index packages --key {secret}")).run().exits(2);
        ran.says(&["of another kind", &format!("owpkg key new NAME --format {}", format.name())]);
    });
}

#[test]
fn every_damaged_package_is_named() {
    each(|format| {
        let (site, _) = with_feed(format);
        let (name, bytes) = packages(format).remove(0);
        let cut = format!("cut{}", format.facts().package_ending);
        site.write(&format!("packages/{cut}"), &bytes[..bytes.len() / 2]);
        let page = format!("page{}", format.facts().package_ending);
        site.write(&format!("packages/{page}"), "<html>not found</html>");
        refuses(&site, 5, &["2 packages cannot stand in an index", &cut, &page, "take them out"]);
        std::fs::remove_file(site.path().join("packages").join(&page)).unwrap();
        std::fs::remove_file(site.path().join("packages").join(&cut)).unwrap();
        site.write(&format!("packages/{name}"), "");
        refuses(&site, 5, &["a package cannot stand in an index", &name]);
    });
}

#[test]
fn one_package_in_two_files() {
    each(|format| {
        let (site, _) = with_feed(format);
        let (name, bytes) = packages(format).remove(0);
        site.write(&format!("packages/copy{}", format.facts().package_ending), bytes);
        match format.name() {
            "opkg" => refuses(&site, 2, &["are all mine 1.0 for x86_64", "copy.ipk", &name, "leave one"]),
            // apk finds a package by the name that follows from its own.
            _ => refuses(&site, 5, &["copy.apk", &format!("under the name {name}")]),
        }
    });
}

#[test]
fn a_folder_in_the_place_of_an_index() {
    each(|format| {
        let (site, _) = with_feed(format);
        let last = format.facts().index_files.last().unwrap().name;
        std::fs::remove_file(site.path().join("packages").join(last)).unwrap();
        std::fs::create_dir(site.path().join("packages").join(last)).unwrap();
        refuses(&site, 7, &[last, "is a folder"]);
    });
}

#[test]
fn control_files_that_opkg_would_read_otherwise() {
    let (site, _) = with_feed(&Opkg);
    let good = "Package: odd\nVersion: 1\nArchitecture: all\n";
    let cases = [
        ("Version: 1\nArchitecture: all\n", "without Package"),
        ("Package: odd\nArchitecture: all\n", "states no version"),
        ("Package: odd\nVersion: 1\n", "no Architecture"),
        ("Package: odd\r\nVersion: 1\r\nArchitecture: all\r\n", "carriage return"),
        ("Package: ../odd\nVersion: 1\nArchitecture: all\n", "package name"),
        (
            "Package: odd\nVersion: 1\nArchitecture: all\n\nPackage: more\nVersion: 1\nArchitecture: all\n",
            "one stanza",
        ),
        ("Package: odd\nPackage: more\nVersion: 1\nArchitecture: all\n", "second Package"),
    ];
    let data = DataTar::pack(&[], 0).unwrap();
    for (control, why) in cases {
        site.write("packages/odd_1_all.ipk", ipk::write(control, &[], &data).unwrap());
        refuses(&site, 5, &["odd_1_all.ipk", why]);
    }
    // What a package says of its own file is not believed, and what feeds leave out is left out.
    let control = format!(
        "{good}Filename: ../../evil\nSize: 1\nSHA256sum: {}\nMD5Sum: x\nSource: feeds/x\nMaintainer: A\n B\nLicense: MIT\n\
         Description: text\n more\n",
        "0".repeat(64)
    );
    let package = ipk::write(&control, &[], &data).unwrap();
    site.write("packages/odd_1_all.ipk", &package);
    site.desk.owpkg("index packages --key mine.sec").run().exits(0);
    let text = site.read("packages/Packages");
    let stanza = text.split("\n\n").find(|stanza| stanza.contains("odd")).unwrap();
    let digest = owpkg::trust::Digest::sha256(owpkg::trust::sha256(&package)).hex();
    assert_eq!(
        stanza,
        format!(
            "{good}License: MIT\nFilename: odd_1_all.ipk\nSize: {}\nSHA256sum: {digest}\nDescription: text\n more",
            package.len()
        )
    );
}

#[test]
fn what_every_opkg_router_holds_is_left_out() {
    let (site, _) = with_feed(&Opkg);
    let data = DataTar::pack(&[], 0).unwrap();
    for name in ["libc", "kernel"] {
        let control = format!("Package: {name}\nVersion: 1\nArchitecture: x86_64\n");
        site.write(&format!("packages/{name}_1_x86_64.ipk"), ipk::write(&control, &[], &data).unwrap());
    }
    let ran = site.desk.owpkg("index packages --key mine.sec --json").run().exits(0).says(&["kernel, libc"]);
    assert_eq!(ran.json()["unlisted"], serde_json::json!(["kernel", "libc"]));
    assert!(!site.read("packages/Packages").contains("Package: libc"));
}

#[test]
fn the_length_that_old_usign_hashes_wrongly_is_avoided() {
    let data = DataTar::pack(&[], 0).unwrap();
    let (site, _) = with_feed(&Opkg);
    for length in 0..128 {
        let control =
            format!("Package: odd\nVersion: 1\nArchitecture: all\nDescription: {}\n", "x".repeat(length));
        site.write("packages/odd_1_all.ipk", ipk::write(&control, &[], &data).unwrap());
        site.desk.owpkg("index packages --key mine.sec").run().exits(0);
        let rest = (64 + site.read("packages/Packages").len()) % 128;
        assert!(!matches!(rest, 110 | 111), "{length}");
    }
}
