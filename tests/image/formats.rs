//! An image in the formats of virtual machines: what QEMU reads in them is the raw one.

use std::fs;
use std::process::Command;

use super::build::{MIB, done};
use super::command::{image, site, verify};
use crate::support::feeds::{FORMATS, Site};
use crate::support::judges::tool;

const OTHERS: [&str; 3] = ["qcow2", "vdi", "vmdk"];

fn bytes(site: &Site, name: &str) -> Vec<u8> {
    fs::read(site.path().join(name)).unwrap()
}

/// QEMU's own opinion on a file, and on whether two hold the same disk.
fn judge(site: &Site, raw: &str, format: &str, file: &str) {
    let qemu = |word: &str| {
        let mut command = Command::new(tool("qemu-img"));
        command.arg(word).current_dir(site.path());
        command
    };
    done(qemu("check").args(["-q", "-f", format, file]));
    let compared = qemu("compare").args(["-f", "raw", "-F", format, raw, file]).output().unwrap();
    let said = String::from_utf8_lossy(&compared.stdout).into_owned();
    assert_eq!(said, "Images are identical.\n", "{file}");
    let info = qemu("info").args(["-f", format, file]).output().unwrap();
    let bytes = fs::metadata(site.path().join(raw)).unwrap().len();
    assert!(String::from_utf8_lossy(&info.stdout).contains(&format!("({bytes} bytes)")), "{file}");
}

#[test]
fn every_format_holds_the_raw_disk() {
    for format in FORMATS {
        let site = site(format);
        // Of two second tables in qcow2, of a size that no block divides.
        for size in ["", "--size 25M", "--size 600M", "--size 26214912"] {
            let line = format!("--chip iwl7265d {size}");
            image(&site, &format!("openwrt.img {line}")).exits(0);
            let raw = fs::metadata(site.path().join("openwrt.img")).unwrap().len();
            for other in OTHERS {
                let name = format!("openwrt.{other}");
                let ran = image(&site, &format!("{name} {line}")).exits(0);
                assert!(ran.out.contains(&format!("  as {other}: a disk of ")), "{}", ran.out);
                assert!(!ran.out.contains("dd if="), "{}", ran.out);
                judge(&site, "openwrt.img", other, &name);
                let file = bytes(&site, &name);
                assert!((file.len() as u64) < raw, "{name}: {}", file.len());
                image(&site, &format!("{name} {line}")).exits(0);
                assert!(bytes(&site, &name) == file, "{name} is the same each time");
            }
        }
    }
}

#[test]
fn the_ending_decides_unless_the_format_is_named() {
    let site = site(FORMATS[1]);
    image(&site, "openwrt.img").exits(0);
    image(&site, "OPENWRT.VDI").exits(0);
    judge(&site, "openwrt.img", "vdi", "OPENWRT.VDI");
    image(&site, "disk --format vmdk").exits(0);
    judge(&site, "openwrt.img", "vmdk", "disk");
    image(&site, "odd.qcow2 --format raw").exits(0);
    assert!(bytes(&site, "odd.qcow2") == bytes(&site, "openwrt.img"));
    let json = image(&site, "a.vdi --size 40M --json").exits(0).json();
    assert_eq!((&json["format"], json["disk_size"].as_u64()), (&"vdi".into(), Some(40 * MIB)));
    assert_eq!(json["size"].as_u64(), Some(bytes(&site, "a.vdi").len() as u64));
    image(&site, "kernel.qcow2 --kind kernel").exits(2).says(&["is no packed disk", "--format raw"]);
    image(&site, "a.img --format vhdx").exits(2).says(&["qcow2", "vmdk"]);
    image(&site, "a.img --size 4096G").exits(2).says(&["at most 2048G"]);
}

#[test]
fn a_name_that_a_description_cannot_hold_does_no_harm() {
    let site = site(FORMATS[1]);
    image(&site, "openwrt.img").exits(0);
    let name = "a\"\nRW 1 FLAT \"b.vmdk";
    site.owpkg("image --key usign").arg(name).run().exits(0);
    judge(&site, "openwrt.img", "vmdk", name);
}

#[test]
fn verify_names_the_way_back_to_a_raw_image() {
    let site = site(FORMATS[1]);
    for other in OTHERS {
        let name = format!("openwrt.{other}");
        image(&site, &format!("{name} --chip iwl7265d")).exits(0);
        let told = verify(&site, &name).exits(2);
        told.says(&[
            &format!("{name} is a {other} file"),
            &format!("qemu-img convert -O raw {name} raw.img"),
        ]);
        let mut convert = Command::new(tool("qemu-img"));
        done(convert.args(["convert", "-O", "raw", &name, "raw.img"]).current_dir(site.path()));
        verify(&site, "raw.img").exits(0);
        fs::remove_file(site.path().join("raw.img")).unwrap();
    }
}

#[test]
fn a_secret_stays_with_its_owner_in_every_format() {
    use std::os::unix::fs::PermissionsExt;
    let site = site(FORMATS[1]);
    let file = site.write("overlay/etc/wifi.secret", "secret");
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    image(&site, "openwrt.qcow2 --files overlay").exits(0);
    let mode = fs::metadata(site.path().join("openwrt.qcow2")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
