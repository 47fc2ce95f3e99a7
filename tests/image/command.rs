//! `owpkg image` with a selection, and `owpkg verify` of what it wrote.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::json;

use super::build::{Boot, MIB, Recipe, Root, done, mtools, recipe};
use crate::cli::image::{EFI, KERNEL, PLAIN, SQUASHFS, described, gzip, signed};
use crate::cli::keys;
use crate::support::feeds::{FORMATS, Files, Site, signers, wifi};
use crate::support::run::Ran;

/// The images of a release, official so far as its tree goes.
fn files(format: &'static dyn owpkg::format::Format, change: impl Fn(Recipe) -> Recipe) -> Files {
    let image = |boot, root| described(gzip(&change(recipe(boot, root)).make().bytes()));
    let files = wifi().build(format).with(KERNEL, b"bzImage".as_slice());
    let files = files.with(PLAIN, image(Boot::Bios, Root::Ext4));
    signed(files.with(EFI, image(Boot::Efi, Root::Ext4)).with(SQUASHFS, image(Boot::Efi, Root::Squashfs)))
}

fn site_of(format: &'static dyn owpkg::format::Format, files: Files) -> Site {
    let site = Site::new(format, files);
    site.write("usign", signers().usign.public().to_text());
    site
}

pub fn site(format: &'static dyn owpkg::format::Format) -> Site {
    site_of(format, files(format, |recipe| recipe))
}

pub fn image(site: &Site, line: &str) -> Ran {
    site.owpkg(&format!("image {line} --key usign")).run()
}

pub fn verify(site: &Site, line: &str) -> Ran {
    site.desk.owpkg(&format!("verify {line} --key key --key usign")).run()
}

fn official(site: &Site, path: &str) -> Vec<u8> {
    use std::io::Read;
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&site.files.0[path][..]).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The archive in the boot partition of an image, as others read it.
fn archive(site: &Site, name: &str) -> Vec<u8> {
    let image = fs::read(site.path().join(name)).unwrap();
    let fat = site.write("fat", &image[256 << 10..][..4 << 20]);
    done(mtools("mcopy", &fat).args(["-n", "::sysupgrade.tgz"]).arg(site.path().join("archive.tgz")));
    fs::read(site.path().join("archive.tgz")).unwrap()
}

/// Its files by path, with their permissions.
fn unpacked(archive: &[u8]) -> Vec<(String, u32, Vec<u8>)> {
    use std::io::Read;
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), entry.header().mode().unwrap(), bytes)
    };
    tar.entries().unwrap().map(read).collect()
}

#[test]
fn it_carries_the_very_disk_that_owpkg_disk_makes() {
    for format in FORMATS {
        let site = site(format);
        site.write("overlay/etc/banner", "hello\n");
        let selection = "--chip iwl7265d --files overlay --lan 192.168.5.1/24";
        let ran = image(&site, &format!("openwrt.img {selection}")).exits(0);
        for part in [
            "wrote openwrt.img: openwrt-25.12.0-x86-64-generic-ext4-combined-efi.img.gz, 20.28 MiB",
            "  its digest is signed by 0707070707070707",
            "  its first start installs 7 packages, from sysupgrade.tgz on the boot partition (",
            "  sets 2 files",
            "  is 192.168.5.1 in its LAN, from the next start on",
            "next: start it with the card in the machine; it needs no network, and tells in /etc/owpkg/first-boot.log",
        ] {
            assert!(ran.out.contains(part), "{part} in {}", ran.out);
        }
        site.owpkg(&format!("disk pkgs --format dir {selection} --key sums.pub")).run().exits(0);
        let archive = archive(&site, "openwrt.img");
        assert_eq!(archive[..4], [0x1f, 0x8b, 8, 0]);
        let mut files = unpacked(&archive);
        let (script, folder) = (files.remove(0), files.remove(0));
        assert_eq!((&script.0[..], script.1), ("etc/uci-defaults/97-owpkg-first-boot", 0o644));
        assert_eq!((&folder.0[..], folder.1), ("etc/owpkg/disk/", 0o700));
        for (path, mode, bytes) in &files {
            let own = path.strip_prefix("etc/owpkg/disk/").unwrap();
            assert!(fs::read(site.path().join("pkgs").join(own)).unwrap() == *bytes, "{own}");
            assert_eq!(*mode, 0o600, "{own}");
        }
        let disk = walk(site.path().join("pkgs").as_std_path());
        assert_eq!(files.len(), disk, "every file of the disk");
        let verified = verify(&site, "openwrt.img").exits(0);
        assert!(
            verified.out.starts_with(
                "the official image of OpenWrt 25.12.0, x86/64: openwrt-25.12.0-x86-64-generic-ext4-combined-efi.img.gz\n  \
                 its digest is signed by 0707070707070707\n  plus one archive with a disk of 7 packages"
            ),
            "{}",
            verified.out
        );
    }
}

#[test]
fn an_image_takes_a_set() {
    for format in FORMATS {
        let site = site(format);
        site.write("owpkg.toml", "[[set]]\nname = \"home\"\nadd = [\"libmbedtls21\"]\n");
        let ran = image(&site, "openwrt.img --set home").exits(0);
        assert!(ran.out.contains("its first start installs 1 package, "), "{}", ran.out);
        verify(&site, "openwrt.img").exits(0);
        image(&site, "other.img --set office").exits(2).says(&["office", "home"]);
    }
}

fn walk(folder: &std::path::Path) -> usize {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|p| if p.is_dir() { walk(&p) } else { 1 })
        .sum()
}

#[test]
fn the_same_again_is_the_same_and_a_lock_makes_it_too() {
    let site = site(FORMATS[1]);
    image(&site, "one.img --chip iwl7265d --filesystem squashfs").exits(0);
    image(&site, "two.img --chip iwl7265d --filesystem squashfs").exits(0);
    site.owpkg("resolve --chip iwl7265d").run().exits(0);
    image(&site, "three.img --lock owpkg.lock --filesystem squashfs").exits(0);
    let read = |name: &str| fs::read(site.path().join(name)).unwrap();
    assert!(read("one.img") == read("two.img") && read("one.img") == read("three.img"));
}

#[test]
fn a_configuration_alone_makes_one_too() {
    for format in FORMATS {
        let site = site(format);
        image(&site, "openwrt.img --lan 192.168.5.1/24").exits(0);
        verify(&site, "openwrt.img").exits(0);
        assert!(
            unpacked(&archive(&site, "openwrt.img"))
                .iter()
                .any(|(path, ..)| path.ends_with("98-owpkg-network"))
        );
    }
}

#[test]
fn an_image_with_a_secret_is_for_its_owner_alone() {
    let site = site(FORMATS[0]);
    let run = site.owpkg("image openwrt.img --key usign --chip iwl7265d --wifi home");
    let ran = run.var("OWPKG_WIFI_KEY", "correct horse").run().exits(0);
    assert!(
        ran.out.contains("holds secrets (etc/uci-defaults/99-owpkg-wifi): only you can read it"),
        "{}",
        ran.out
    );
    let mode = |name: &str| fs::metadata(site.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("openwrt.img"), 0o600);
    assert!(!ran.out.contains("correct") && !ran.err.contains("correct"));
    verify(&site, "openwrt.img").exits(0);
    image(&site, "open.img --chip iwl7265d").exits(0);
    assert_eq!(mode("open.img"), 0o644);
}

#[test]
fn the_json_has_exactly_its_documented_keys() {
    let site = site(FORMATS[1]);
    let report = image(&site, "openwrt.img --chip iwl7265d --json").exits(0).json();
    assert_eq!(
        keys(&report["disk"]),
        [
            "door",
            "archive_size",
            "root_size",
            "packages",
            "install",
            "accepted_unsigned",
            "configuration",
            "keys",
            "cards",
            "shared_ids"
        ]
    );
    assert_eq!(report["disk"]["cards"][0]["card"], "iwl7265d");
    assert_eq!((&report["disk"]["door"], &report["disk"]["packages"]), (&json!("boot-partition"), &json!(7)));
    assert_eq!(report["disk"]["archive_size"], json!(archive(&site, "openwrt.img").len()));
    let report = image(&site, "alone.img --json").exits(0).json();
    assert_eq!(report["disk"], json!(null));
    assert_eq!(
        fs::read(site.path().join("alone.img")).unwrap(),
        official(&site, EFI),
        "without a selection it is official"
    );
    let verified = verify(&site, "openwrt.img --json").exits(0).json();
    assert_eq!(keys(&verified["image"]), ["name", "release", "target", "verified_by", "door", "packages"]);
    assert_eq!(verified["image"]["verified_by"], json!(["0707070707070707"]));
}

#[test]
fn it_grows_and_is_still_verified() {
    let site = site(FORMATS[0]);
    for filesystem in ["ext4", "squashfs"] {
        image(&site, &format!("openwrt.img --chip iwl7265d --size 64M --filesystem {filesystem}")).exits(0);
        assert_eq!(fs::metadata(site.path().join("openwrt.img")).unwrap().len(), 64 * MIB);
        verify(&site, "openwrt.img").exits(0);
    }
    image(&site, "openwrt.img --chip iwl7265d --size 1M").exits(7).says(&["more than the size of 1048576"]);
}

#[test]
fn what_has_no_door_or_no_room_names_an_image_that_has() {
    let site = site(FORMATS[1]);
    let efi = "--kind combined-efi --filesystem ext4, or --kind combined-efi --filesystem squashfs";
    image(&site, "openwrt.img --chip iwl7265d --kind combined").exits(7).says(&["that is no FAT", efi]);
    image(&site, "openwrt.img --chip iwl7265d --kind kernel").exits(7).says(&["no partition table"]);
    site.write("big/noise", super::archive(5 << 20));
    let ran = image(&site, "openwrt.img --chip iwl7265d --files big").exits(7);
    ran.says(&["the boot partition has room for", "--kind combined-efi --filesystem squashfs"]);
    // The squashfs has the other door, but here not enough room either: archive, disk and what is installed of it.
    site.write("big/more", super::archive(6 << 20));
    let ran = image(&site, "openwrt.img --chip iwl7265d --filesystem squashfs --files big").exits(7);
    ran.says(&["on the root file system", "leave packages or files out"]);
    assert!(!site.holds("openwrt.img"));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let site = site(FORMATS[1]);
    site.owpkg("resolve --chip iwl7265d").run().exits(0);
    let lock = site.read("owpkg.lock");
    image(&site, "--chip iwl7265d").exits(2).says(&["no name for the image"]);
    image(&site, "openwrt.img --chip iwl7265d --lock owpkg.lock").exits(2).says(&["two plans"]);
    site.write("held", "kernel - 1\n");
    image(&site, "openwrt.img --chip iwl7265d --installed held").exits(2).says(&["--installed"]);
    for (from, to, word) in
        [("25.12.0", "25.12.1", "--release 25.12.1"), ("x86/64", "x86/generic", "--target x86/generic")]
    {
        site.write("other.lock", lock.replace(from, to));
        image(&site, "openwrt.img --lock other.lock").exits(2).says(&[word]);
    }
    assert!(!site.holds("openwrt.img"));
}

/// Flips a byte at a place of a copy of the image.
#[track_caller]
fn is_caught(site: &Site, at: u64, fault: &str) {
    let mut bytes = fs::read(site.path().join("openwrt.img")).unwrap();
    bytes[at as usize] ^= 1;
    site.write("flipped.img", bytes);
    let ran = verify(site, "flipped.img").exits(5);
    assert!(format!("{}{}", ran.out, ran.err).contains(fault), "{at}: {fault} in {}{}", ran.out, ran.err);
}

#[test]
fn a_flipped_byte_anywhere_is_caught() {
    for (line, root) in
        [("--filesystem ext4", Root::Ext4), ("--filesystem squashfs --size 40M", Root::Squashfs)]
    {
        let site = site(FORMATS[1]);
        image(&site, &format!("openwrt.img --chip iwl7265d {line}")).exits(0);
        let made = recipe(Boot::Efi, root);
        let (boot, root) = (256 << 10, (256 << 10) + made.boot_mib * MIB);
        is_caught(&site, 100, "outside of the partitions: has other bytes than the official image");
        is_caught(&site, 700, "outside of the partitions: has other bytes than the official image");
        is_caught(&site, boot + made.boot_mib * MIB - 1, "partition 1: has other bytes");
        is_caught(&site, root + 5 * 1024, "partition 2: has other bytes");
        is_caught(&site, root + made.root_mib * MIB + 5, "outside of the partitions: has other bytes");
    }
}

#[test]
fn what_is_in_the_archive_is_checked_as_a_disk() {
    let site = site(FORMATS[1]);
    let pristine = official(&site, EFI);
    let made = recipe(Boot::Efi, Root::Ext4).make();
    image(&site, "openwrt.img --chip iwl7265d").exits(0);
    let honest = unpacked(&archive(&site, "openwrt.img"));
    type Change = fn(&mut Vec<(String, u32, Vec<u8>)>);
    let changes: [(Change, &str); 7] = [
        (|files| files[0].2.extend(b"reboot\n"), "97-owpkg-first-boot is not what this owpkg writes"),
        (
            |files| files.push(("etc/rc.local".into(), 0o755, b"reboot\n".to_vec())),
            "sysupgrade.tgz: is not what this owpkg",
        ),
        (|files| files[5].1 = 0o4755, "sysupgrade.tgz: is not what this owpkg"),
        (|files| files.push(("etc/owpkg/disk/more".into(), 0o600, Vec::new())), "more: does not belong here"),
        (
            |files| files.iter_mut().find(|f| f.0.ends_with("install.sh")).unwrap().2.push(b'\n'),
            "install.sh: is not what",
        ),
        (|files| files.iter_mut().find(|f| f.0.contains("/kmod-")).unwrap().2[40] ^= 1, "kmod-"),
        (|files| files.truncate(2), "it lacks etc/owpkg/disk/owpkg.lock"),
    ];
    for (change, fault) in changes {
        let mut files = honest.clone();
        change(&mut files);
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default()));
        for (path, mode, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(mode);
            header.set_mtime(crate::support::feeds::DATE);
            if path.ends_with('/') {
                header.set_entry_type(tar::EntryType::Directory);
            }
            tar.append_data(&mut header, path, &bytes[..]).unwrap();
        }
        let archive = tar.into_inner().unwrap().finish().unwrap();
        made.put(0, &pristine);
        super::carry(&made, "x86/64", &archive, None).unwrap();
        fs::copy(made.path(), site.path().join("other.img")).unwrap();
        let ran = verify(&site, "other.img").exits(5);
        assert!(format!("{}{}", ran.out, ran.err).contains(fault), "{fault} in {}{}", ran.out, ran.err);
    }
}

#[test]
fn an_image_that_was_started_is_told_as_such() {
    let site = site(FORMATS[1]);
    image(&site, "openwrt.img --chip iwl7265d").exits(0);
    let bytes = fs::read(site.path().join("openwrt.img")).unwrap();
    let fat = site.write("fat", &bytes[256 << 10..][..4 << 20]);
    done(mtools("mdel", &fat).arg("::sysupgrade.tgz"));
    let started = [&bytes[..256 << 10], &fs::read(&fat).unwrap(), &bytes[(256 << 10) + (4 << 20)..]].concat();
    site.write("started.img", started);
    verify(&site, "started.img").exits(5).says(&["the image was started already"]);
    // Mounted once, and then the power failed.
    let root = (256 << 10) + (4 << 20);
    let mut mounted = bytes.clone();
    mounted[root + 1024 + 52] += 1;
    site.write("mounted.img", mounted);
    verify(&site, "mounted.img").exits(5).says(&["the image was started already"]);
    image(&site, "alone.img").exits(0);
    verify(&site, "alone.img").exits(2).says(&["the image carries no disk"]);
    image(&site, "squashfs.img --chip iwl7265d --filesystem squashfs").exits(0);
    verify(&site, "squashfs.img").exits(0);
}

#[test]
fn the_official_image_comes_from_the_tree_the_cache_or_not_at_all() {
    let site = site(FORMATS[1]);
    image(&site, "openwrt.img --chip iwl7265d").exits(0);
    fs::rename(site.path().join("tree"), site.path().join("moved")).unwrap();
    assert!(verify(&site, "openwrt.img").code > 4);
    verify(&site, "openwrt.img --tree moved").exits(0);
    let files = site.files.0[EFI].clone();
    let other = signed(site.files.clone().with(EFI, [&files[..100], &[1], &files[101..]].concat()));
    let other = site_of(FORMATS[1], other);
    fs::copy(site.path().join("openwrt.img"), other.path().join("openwrt.img")).unwrap();
    verify(&other, "openwrt.img --tree tree").exits(5);
}

#[test]
fn others_read_the_archive_as_a_tar() {
    let site = site(FORMATS[0]);
    image(&site, "openwrt.img --chip iwl7265d").exits(0);
    archive(&site, "openwrt.img");
    let listed = done(Command::new("busybox").args(["tar", "tzf"]).arg(site.path().join("archive.tgz")));
    assert!(listed.starts_with("etc/uci-defaults/97-owpkg-first-boot\netc/owpkg/disk/\n"), "{listed}");
}
