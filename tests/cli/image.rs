//! `owpkg image`: the release's own image, from its signed digest to the file; each link broken in turn.

use std::io::Write as _;

use serde_json::json;

use crate::support::feeds::{FORMATS, Files, Site, release, signers, signers_of};
use crate::support::run::Ran;

const FOLDER: &str = "targets/x86/64";
pub const PLAIN: &str = "targets/x86/64/openwrt-25.12.0-x86-64-generic-ext4-combined.img.gz";
pub const EFI: &str = "targets/x86/64/openwrt-25.12.0-x86-64-generic-ext4-combined-efi.img.gz";
pub const SQUASHFS: &str = "targets/x86/64/openwrt-25.12.0-x86-64-generic-squashfs-combined-efi.img.gz";
pub const KERNEL: &str = "targets/x86/64/openwrt-25.12.0-x86-64-generic-kernel.bin";

/// A disk with something at both ends and a hole in between.
fn disk(what: &str) -> Vec<u8> {
    let mut disk = vec![0; 300_000];
    disk[..what.len()].copy_from_slice(what.as_bytes());
    disk[299_999] = 0xaa;
    disk
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A file with a piece behind it as fwtool puts it there.
pub fn fwtool(mut file: Vec<u8>, kind: u8, data: &[u8]) -> Vec<u8> {
    file.extend_from_slice(data);
    let mut crc = flate2::Crc::new();
    crc.update(&file);
    file.extend_from_slice(b"FWx0");
    file.extend_from_slice(&(!crc.sum()).to_be_bytes());
    file.extend_from_slice(&[kind, 0, 0, 0]);
    file.extend_from_slice(&(data.len() as u32 + 16).to_be_bytes());
    file
}

pub fn described(file: Vec<u8>) -> Vec<u8> {
    let about = br#"{"metadata_version":"1.1","version":{"dist":"OpenWrt","version":"25.12.0","revision":"r1-ab","target":"x86/64"}}"#;
    fwtool(file, 1, &[&[0; 8], about.as_slice()].concat())
}

/// A release whose images are these files; `sha256sums` is of what they hold here, and signed.
pub fn signed(files: Files) -> Files {
    let image = |name: &str, kind: &str, fs: &str| json!({"name": name, "type": kind, "filesystem": fs, "sha256": "00"});
    let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let files = files.with_profiles(|profiles| {
        profiles["profiles"]["generic"]["images"] = json!([
            image(&name(PLAIN), "combined", "ext4"),
            image(&name(EFI), "combined-efi", "ext4"),
            image(&name(SQUASHFS), "combined-efi", "squashfs"),
            {"name": name(KERNEL), "type": "kernel", "sha256": "00"},
        ]);
    });
    let listed = files.0.iter().filter(|(path, _)| path.rsplit_once('/').unwrap().0 == FOLDER);
    let sums: String = listed
        .map(|(path, bytes)| format!("{} *{}\n", hex::encode(owpkg::trust::sha256(bytes)), name(path)))
        .collect();
    let signature = signers().usign.sign(sums.as_bytes()).to_text();
    files.with(&format!("{FOLDER}/sha256sums"), sums).with(&format!("{FOLDER}/sha256sums.sig"), signature)
}

fn with_efi(efi: Vec<u8>) -> Files {
    let files = release().build(FORMATS[0]);
    let files = files.with(PLAIN, gzip(&disk("plain"))).with(EFI, efi);
    files.with(SQUASHFS, gzip(&disk("squashfs"))).with(KERNEL, b"bzImage".as_slice())
}

fn site(files: Files) -> Site {
    let site = Site::new(FORMATS[0], files);
    site.write("usign", signers().usign.public().to_text());
    site
}

fn good() -> Site {
    site(signed(with_efi(described(gzip(&disk("efi"))))))
}

fn image(site: &Site, line: &str) -> Ran {
    site.desk.owpkg(&format!("image {line} --tree tree --key usign")).run()
}

fn written(site: &Site) -> Vec<u8> {
    std::fs::read(site.path().join("out.img")).unwrap()
}

#[test]
fn an_image_is_checked_and_unpacked() {
    let site = good();
    let ran = image(&site, "out.img").exits(0);
    assert_eq!(written(&site), disk("efi"));
    for part in [
        "wrote out.img: openwrt-25.12.0-x86-64-generic-ext4-combined-efi.img.gz, 292.97 KiB",
        "signed by 0707070707070707",
        "were left off: a description: OpenWrt 25.12.0 r1-ab x86/64",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    assert_eq!(ran.err, "");
}

#[test]
fn kind_and_file_system_choose() {
    let site = good();
    for (line, content) in [
        ("--kind combined", disk("plain")),
        ("--filesystem squashfs", disk("squashfs")),
        ("--kind kernel", b"bzImage".to_vec()),
        ("--profile generic --target x86/64", disk("efi")),
    ] {
        image(&site, &format!("out.img {line}")).exits(0);
        assert_eq!(written(&site), content, "{line}");
    }
    let ran = image(&site, "other.img --kind combined --filesystem squashfs").exits(3);
    ran.says(&["no image of combined, squashfs", "there are: combined ext4, combined-efi ext4"]);
    image(&site, "other.img --profile genric").exits(3).says(&["no profile genric", "did you mean generic?"]);
    assert!(!site.holds("other.img"));
}

#[test]
fn without_an_output_it_says_what_there_is() {
    let site = good();
    let ran = image(&site, "").exits(0);
    assert!(ran.out.starts_with("OpenWrt 25.12.0, x86/64, generic\n"), "{}", ran.out);
    assert!(
        ran.out.ends_with("takes openwrt-25.12.0-x86-64-generic-ext4-combined-efi.img.gz\n"),
        "{}",
        ran.out
    );
    assert_eq!(ran.lines().len(), 8, "{}", ran.out);
    let report = image(&site, "--json --kind combined-efi").exits(0).json();
    assert_eq!(super::keys(&report), ["schema", "release", "target", "profile", "verified_by", "images"]);
    assert_eq!(report["schema"], "owpkg.images/1");
    assert_eq!(report["images"].as_array().unwrap().len(), 2);
    assert_eq!(super::keys(&report["images"][0]), ["name", "kind", "filesystem", "sha256", "url"]);
    assert_eq!(report["verified_by"], json!(["0707070707070707"]));
}

#[test]
fn a_kind_that_there_is_not_is_told_which_there_are() {
    let site = good();
    for line in ["--kind combned", "out.img --kind combned", "--kind combned --json"] {
        image(&site, line).exits(3).says(&["combned", "combined"]);
    }
}

#[test]
fn a_file_can_grow_and_not_shrink() {
    let site = good();
    let report = image(&site, "out.img --size 1M --json").exits(0).json();
    assert_eq!((report["size"].as_u64(), report["image_size"].as_u64()), (Some(1 << 20), Some(300_000)));
    let bytes = written(&site);
    assert_eq!(bytes.len(), 1 << 20);
    assert!(bytes.starts_with(&disk("efi")) && bytes[300_000..].iter().all(|byte| *byte == 0));
    image(&site, "out.img --size 100K").exits(7).says(&["300000 bytes", "at least 293K"]);
    assert_eq!(written(&site), bytes, "what was there before is still there");
    image(&site, "out.img --kind kernel --size 1M").exits(2);
    image(&site, "out.img --size many").exits(2);
}

#[test]
fn one_flipped_byte_anywhere_is_5() {
    for path in [EFI, "targets/x86/64/profiles.json", "targets/x86/64/sha256sums"] {
        let files = signed(with_efi(described(gzip(&disk("efi")))));
        let mut bytes = files.0[path].clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let site = site(files.with(path, bytes));
        image(&site, "out.img").exits(5);
        assert!(!site.holds("out.img"), "{path}");
    }
}

#[test]
fn unsigned_and_foreign_digests_need_a_word() {
    let unsigned = site(signed(with_efi(gzip(&disk("efi")))).without("sha256sums.sig"));
    image(&unsigned, "out.img").exits(5).says(&["sha256sums is not signed", "--accept-unsigned"]);
    image(&unsigned, "").exits(5);
    let foreign = good();
    foreign.write("usign", signers_of(9).usign.public().to_text());
    image(&foreign, "out.img").exits(5).says(&["signed by key 0707070707070707, which is not trusted"]);
    for site in [unsigned, foreign] {
        assert!(!site.holds("out.img"));
        image(&site, "out.img --accept-unsigned all").exits(0).says(&["no trusted key vouches for it"]);
        assert_eq!(written(&site), disk("efi"));
    }
}

#[test]
fn an_image_that_the_digests_do_not_list_is_5() {
    let files = signed(with_efi(gzip(&disk("efi"))));
    let sums = String::from_utf8(files.0["targets/x86/64/sha256sums"].clone()).unwrap();
    let sums: String =
        sums.lines().filter(|line| !line.contains("ext4-combined-efi")).map(|l| format!("{l}\n")).collect();
    let signature = signers().usign.sign(sums.as_bytes()).to_text();
    let files =
        files.with("targets/x86/64/sha256sums", sums).with("targets/x86/64/sha256sums.sig", signature);
    image(&site(files), "out.img").exits(5).says(&["does not list openwrt-25.12.0"]);
}

#[test]
fn chains_of_trailers_are_taken_and_anything_else_is_refused() {
    let packed = || gzip(&disk("efi"));
    let cut = |mut bytes: Vec<u8>, by: usize| {
        bytes.truncate(bytes.len() - by);
        bytes
    };
    let mut wrong_sum = described(packed());
    let at = wrong_sum.len() - 20;
    wrong_sum[at] ^= 1;
    for (defect, bytes, code) in [
        ("nothing appended", packed(), 0),
        ("described and signed", fwtool(described(packed()), 0, b"untrusted comment: x\n"), 0),
        ("garbage", [packed(), b"garbage that is longer than a trailer".to_vec()].concat(), 5),
        ("a byte", [packed(), vec![0]].concat(), 5),
        ("zeros", [packed(), vec![0; 512]].concat(), 5),
        ("garbage before a trailer", described([packed(), b"garbage".to_vec()].concat()), 5),
        ("garbage behind a trailer", [described(packed()), b"x".to_vec()].concat(), 5),
        ("a wrong checksum", wrong_sum, 5),
        ("an unknown type", fwtool(packed(), 7, b"{}"), 5),
        ("a description without a header", fwtool(packed(), 1, b"{}"), 5),
        ("a description that is no JSON", fwtool(packed(), 1, b"\0\0\0\0\0\0\0\0hello"), 5),
        ("too much", fwtool(packed(), 0, &vec![b'x'; 70_000]), 5),
        ("a cut gzip", cut(packed(), 5), 5),
        ("no gzip", b"hello".to_vec(), 5),
        ("nothing", Vec::new(), 5),
    ] {
        let site = site(signed(with_efi(bytes)));
        let ran = image(&site, "out.img");
        assert_eq!(ran.code, code, "{defect}: {}", ran.err);
        assert_eq!(site.holds("out.img"), code == 0, "{defect}");
    }
}

#[test]
fn a_tree_without_images_or_digests_says_so() {
    for format in FORMATS {
        let site = Site::new(format, release().build(format).without("sha256sums.sig"));
        let none = site.owpkg("image out.img --accept-unsigned all").run().exits(6);
        none.says(&["has no image"]);
        let unsigned = site.owpkg("image out.img").run().exits(5);
        unsigned.says(&["sha256sums is not signed"]);
    }
}

#[test]
fn a_server_is_asked_and_the_cache_remembers() {
    let desk = good();
    let server = signed(with_efi(described(gzip(&disk("efi"))))).serve();
    let line = |more: &str| format!("image out.img --tree {} --key usign {more}", server.url());
    desk.desk.owpkg(&line("")).run().exits(0);
    assert_eq!(written(&desk), disk("efi"));
    let asked = server.requests().len();
    desk.desk.owpkg(&line("--offline")).run().exits(0);
    assert_eq!(server.requests().len(), asked);
}
