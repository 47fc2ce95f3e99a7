//! SBOMs: the shape that CycloneDX 1.6 asks for, by its own library for Python where it is there, and what they say.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use owpkg::format::{FeedId, format_named};
use owpkg::trust::{Keyring, SignedFile, Unsigned};
use serde_json::Value;

use crate::cli::image::gzip;
use crate::image::command::{image, site};
use crate::shared;
use crate::support::feeds::{FORMATS, Site, release, signers};
use crate::support::judges::skipped;
use crate::support::run::{Desk, Ran};

/// Reads an SBOM by the rules of CycloneDX 1.6, and lets its library for Python read it too.
pub fn read(text: &str) -> Value {
    let json: Value = serde_json::from_str(text).unwrap();
    assert_eq!((&json["bomFormat"], &json["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
    assert_eq!((&json["version"], json.get("serialNumber")), (&1.into(), None));
    let components = json["components"].as_array().unwrap();
    let mut refs = BTreeSet::from([json["metadata"]["component"]["bom-ref"].as_str().unwrap()]);
    for component in components {
        assert!(refs.insert(component["bom-ref"].as_str().unwrap()), "twice: {component}");
        let kinds = ["application", "device-driver", "file", "firmware", "library"];
        assert!(kinds.contains(&component["type"].as_str().unwrap()), "{component}");
        assert!(!component["name"].as_str().unwrap().is_empty());
        for hash in component["hashes"].as_array().into_iter().flatten() {
            assert_eq!((&hash["alg"], hash["content"].as_str().unwrap().len()), (&"SHA-256".into(), 64));
        }
    }
    for needs in json["dependencies"].as_array().into_iter().flatten() {
        let named = needs["dependsOn"].as_array().into_iter().flatten().chain([&needs["ref"]]);
        named.for_each(|name| assert!(refs.contains(name.as_str().unwrap()), "{name} is nothing"));
    }
    judge(text);
    json
}

fn judge(text: &str) {
    let python = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/cyclonedx/bin/python"));
    if !python.exists() {
        return skipped("no cyclonedx-python-lib: ./check installs it in target/cyclonedx");
    }
    let script = "import sys\n\
                  from cyclonedx.schema import SchemaVersion\n\
                  from cyclonedx.validation.json import JsonStrictValidator\n\
                  from cyclonedx.model.bom import Bom\n\
                  import json\n\
                  text = open(sys.argv[1]).read()\n\
                  wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)\n\
                  assert wrong is None, wrong\n\
                  bom = Bom.from_json(json.loads(text))\n\
                  assert len(bom.components) == len(json.loads(text)['components'])\n";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let judged = Command::new(python).args(["-c", script]).arg(file.path()).output().unwrap();
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
}

/// The component of a name.
pub fn component<'j>(json: &'j Value, name: &str) -> &'j Value {
    let components = json["components"].as_array().unwrap();
    components.iter().find(|component| component["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

fn done(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran
}

#[test]
fn a_disk_has_one_and_the_same_disk_the_same() {
    let desk = Desk::new();
    for (image, bom) in [("a.img", "a.json"), ("b.tar", "b.json")] {
        done(desk.owpkg(&["disk", image, "--demo", "--chip", "iwl7265d", "--sbom", bom]).run());
    }
    assert_eq!(desk.read("a.json"), desk.read("b.json"));
    let json = read(&desk.read("a.json"));
    assert_eq!(component(&json, "kmod-iwlwifi")["type"], "device-driver");
    assert_eq!(component(&json, "iwlwifi-firmware-iwl7265d")["type"], "firmware");
    let time = json["metadata"]["timestamp"].as_str().unwrap();
    assert!(time.ends_with('Z') && !time.starts_with("1970"), "{time}");
    // What was asked for needs what it needs.
    let needs = json["dependencies"].as_array().unwrap();
    assert_eq!(needs[0]["ref"], json["metadata"]["component"]["bom-ref"]);
    let driver = component(&json, "kmod-iwlwifi")["bom-ref"].clone();
    let of_driver = needs.iter().find(|entry| entry["ref"] == driver).unwrap();
    assert!(!of_driver["dependsOn"].as_array().unwrap().is_empty());
}

#[test]
fn indexes_say_whose_work_a_package_is() {
    let feeds = [
        ("opkg", "opkg-23.05.2-mvebu", "packages/arm_cortex-a9_vfpv3-d16/base", "d95e275d41a63bff"),
        ("apk", "apk-25.12.2-x86-64", "packages/x86_64/base", "cunliu-build-key.pem"),
    ];
    for (format, tree, feed, key) in feeds {
        let format = format_named(format).unwrap();
        let file = |name: &str| shared::read(&format!("indexes/{tree}/{name}"));
        let Some(key) = file(&format!("keys/{key}")) else { return };
        let mut keyring = Keyring::empty();
        keyring.add(&key, "test").unwrap();
        let names = format.facts().index_files.iter().map(|file| file.name);
        let files =
            names.map(|name| SignedFile { name, bytes: file(&format!("{feed}/{name}")).unwrap() }).collect();
        let index = keyring.verify(format.open(files).unwrap(), "base", Unsigned::Refuse).unwrap();
        let parsed = format.parse(&index, FeedId(0)).unwrap();
        let named = |name: &str| {
            &parsed.packages().into_iter().find(|package| package.name == name).unwrap().provenance
        };
        assert_eq!(named("dnsmasq").license, "GPL-2.0");
        let is_apk = format.name() == "apk";
        let cpe = if is_apk { "" } else { "cpe:/a:thekelleys:dnsmasq" };
        assert_eq!(named("dnsmasq").cpe, cpe, "that build of apk's index leaves it out");
        let origin = if is_apk { "feeds/base/network/services/dnsmasq" } else { "" };
        assert_eq!(named("dnsmasq").origin, origin, "opkg's indexes leave it out");
    }
}

#[test]
fn an_image_has_one_with_the_disk_in_it_and_without() {
    for format in FORMATS {
        let site = site(format);
        image(&site, "plain.img --sbom plain.json").exits(0);
        let plain = read(&site.desk.read("plain.json"));
        assert_eq!(plain["components"], Value::Array(Vec::new()));
        let official = &plain["metadata"]["component"];
        assert_eq!((&official["type"], &official["version"]), (&"firmware".into(), &"25.12.0".into()));
        assert_eq!(official["hashes"][0]["content"].as_str().unwrap().len(), 64);
        image(&site, "carries.img --chip iwl7265d --sbom carries.json").exits(0);
        let carries = read(&site.desk.read("carries.json"));
        let within = component(&carries, official["name"].as_str().unwrap());
        assert_eq!(within["hashes"], official["hashes"]);
        assert_eq!(component(&carries, "kmod-iwlwifi")["version"], "6.12.71-r1");
        let of_image = &carries["dependencies"][0]["dependsOn"];
        assert!(of_image.as_array().unwrap().contains(&within["bom-ref"]), "{of_image}");
    }
}

/// The index is verified, but who wrote it may still have been careless.
#[test]
fn odd_words_of_an_index_stay_words() {
    let opkg = format_named("opkg").unwrap();
    let files = release().package("a", "1.0-r1").build(opkg);
    let licence = r#"</script>"\u0000 GPL-2.0 'or" MIT ☂"#;
    let odd = format!("License: {licence}\nCPE-ID: cpe:/a:b:{{}}\"\\c{}\n", "x".repeat(20_000));
    let index = files.path_of("base/Packages.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&files.0[&index][..]).read_to_string(&mut text).unwrap();
    let text = text.replace("Package: a\n", &format!("Package: a\n{odd}"));
    assert!(text.contains(&odd));
    let signature = signers().usign.sign(text.as_bytes()).to_text();
    let files = files.with(&index, gzip(text.as_bytes())).with(&index.replace("gz", "sig"), signature);
    let site = Site::new(opkg, files);
    site.owpkg("disk a.img --add a --sbom a.json").run().exits(0);
    let json = read(&site.desk.read("a.json"));
    assert_eq!(component(&json, "a")["licenses"][0]["license"]["name"], licence);
}

#[test]
fn an_upgrade_has_none() {
    let line = "fill owpkg-request.txt stick.img --with-image --sbom stick.json";
    crate::support::run::owpkg(line).run().exits(2).says(&["--with-image", "--sbom"]);
}
