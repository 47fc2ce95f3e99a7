//! Images that are started in QEMU, with Debian's kernel, and stand-ins for the parts of OpenWrt that restore.

use std::fs;
use std::io::{Cursor, Read};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use owpkg::files::{Content, Entry};
use owpkg::image::first_boot::{DEFAULTS, FOLDER, FirstBoot};
use owpkg::image::{Door, Load, pack, plan};
use owpkg::lock::Lock;
use owpkg::upgrade::{Script, first_start};

use super::build::{Boot, Made, Recipe, Root, recipe};
use crate::support::feeds::{FORMATS, Site, wifi};
use crate::support::judges::tool;
use crate::vm::boot::stock;
use crate::vm::guest::{Guest, Kernel};

const MODULES: [&str; 7] = ["crc16", "mbcache", "jbd2", "ext4", "squashfs", "overlay", "loop"];
const TOOLS: [&str; 11] =
    ["basename", "chroot", "dd", "gzip", "losetup", "mke2fs", "reboot", "sleep", "tail", "tar", "touch"];

/// What a start said.
struct Started(String);

impl Started {
    /// What a line typed at its end printed.
    #[track_caller]
    fn said(&self, line: &str) -> &str {
        let mark = format!("guest# {line}\n");
        let (_, said) = self.0.split_once(&mark).unwrap_or_else(|| panic!("no {line:?} in:\n{}", self.0));
        said.split("guest: status").next().unwrap_or_default()
    }
}

/// An image of a site's release that carries the disk for a card, with a configuration.
struct Image {
    made: Made,
    initrd: camino::Utf8PathBuf,
    kernel: std::path::PathBuf,
}

impl Image {
    fn new(kernel: &Kernel, site: &Site, way: Way) -> Image {
        Image::with(kernel, site, way, packed(site))
    }

    /// The same with this archive.
    fn with(
        kernel: &Kernel,
        site: &Site,
        (boot, root, door): Way,
        (archive, load): (Vec<u8>, Load),
    ) -> Image {
        let system = stock(kernel, site);
        system.write("etc/boot", include_str!("boot.sh"));
        let client = site.format.name();
        fs::rename(system.path(&format!("bin/{client}")), system.path(&format!("client/{client}"))).unwrap();
        system.program(&format!("bin/{client}"), include_str!("client.sh"));
        system.program("bin/uci", "#!/bin/ash\n");
        for name in TOOLS {
            let link = system.path(&format!("bin/{name}"));
            if !link.exists() {
                std::os::unix::fs::symlink("busybox", link).unwrap();
            }
        }
        for folder in ["proc", "sys", "dev", "tmp", "etc/uci-defaults"] {
            fs::create_dir_all(system.path(folder)).unwrap();
        }
        let tree = Some(system.path(""));
        let made = Recipe { tree, root_mib: 24, ..recipe(boot, root) }.make();
        let plan = plan(&mut made.open(), "x86/64", load, None).unwrap();
        assert_eq!(plan.door, door);
        plan.apply(&mut Cursor::new(archive), &mut made.open()).unwrap();
        let preinit = Guest::that_runs(kernel, include_str!("preinit.sh"), &MODULES, &TOOLS);
        let initrd = made.file("initrd");
        fs::write(&initrd, preinit.initrd()).unwrap();
        Image { made, initrd, kernel: kernel.image.clone() }
    }

    /// Starts it, in the memory that the first user gave his guest; the power fails at a step of that name.
    fn start(&self, cut: &str) -> Started {
        let mut qemu = Command::new("timeout")
            .args(["400", tool("qemu-system-x86_64").to_str().unwrap()])
            .args(["-M", "q35,accel=tcg", "-cpu", "max", "-m", "192M", "-nic", "none", "-no-reboot"])
            .args(["-display", "none", "-serial", "stdio", "-monitor", "none"])
            .arg("-kernel")
            .arg(&self.kernel)
            .arg("-initrd")
            .arg(&self.initrd)
            .args(["-append", &format!("console=ttyS0 loglevel=5 panic=-1 cut={cut}")])
            .args(["-drive", &format!("file={},format=raw,if=virtio", self.made.path())])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut console = Vec::new();
        qemu.stdout.take().unwrap().read_to_end(&mut console).unwrap();
        let console = String::from_utf8_lossy(&console).replace('\r', "");
        assert!(qemu.wait().unwrap().success(), "{console}");
        Started(console)
    }
}

impl Image {
    /// The power fails at a step of its start.
    #[track_caller]
    fn fails_at(&self, step: &str) {
        let started = self.start(step);
        assert!(started.0.contains(&format!("guest: power fails at {step}")), "{}", started.0);
    }
}

/// The archive of a site's disk.
fn packed(site: &Site) -> (Vec<u8>, Load) {
    let (lock, entries) = disk(site);
    let mut archive = Cursor::new(Vec::new());
    let load = pack(&mut archive, &FIRST, &lock, &entries).unwrap();
    (archive.into_inner(), load)
}

const FIRST: FirstBoot<'_> = FirstBoot { image: "openwrt.img.gz", profile: "generic" };

/// The same as `sysupgrade` packs it for an upgrade to a release, beside a configuration.
fn kept(site: &Site, to: &str) -> (Vec<u8>, Load) {
    let (_, entries) = disk(site);
    let script = Script {
        router: "",
        board: "acme,far",
        from: "24.10.2",
        to,
        revision: None,
        target: "x86/64",
        image: FIRST.image,
        needed_kb: 0,
        fresh: false,
    };
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut add = |path: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, bytes).unwrap();
    };
    add("etc/config/network", b"config interface 'lan'\n");
    for Entry { path, content } in &entries {
        let mut bytes = Vec::new();
        content.open().unwrap().read_to_end(&mut bytes).unwrap();
        add(&format!("{FOLDER}/{path}"), &bytes);
    }
    add(DEFAULTS, first_start(&FIRST, &script).as_bytes());
    let archive = tar.into_inner().unwrap().finish().unwrap();
    let load = Load { archive: archive.len() as u64, unpacked: 0, installed: 0, date: 0 };
    (archive, load)
}

/// The lock and the files of a site's disk.
fn disk(site: &Site) -> (Lock, Vec<Entry>) {
    site.write("overlay/etc/banner", "hello\n");
    site.write("overlay/etc/uci-defaults/99-wifi", "echo joined >>/wifi\n");
    if !site.holds("pkgs") {
        site.owpkg("disk pkgs --format dir --chip iwl7265d --files overlay").run().exits(0);
    }
    let mut entries = Vec::new();
    let root = site.path().join("pkgs");
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir_utf8().unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.into_path());
            } else {
                let path = entry.path().strip_prefix(&root).unwrap().to_string();
                entries.push(Entry { path, content: Content::Own(fs::read(entry.path()).unwrap().into()) });
            }
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    (Lock::parse(&site.read("pkgs/owpkg.lock")).unwrap(), entries)
}

#[track_caller]
fn is_installed(site: &Site, started: &Started) {
    let stock = site.files.0[&site.files.path_of(".manifest")].clone();
    let stock = String::from_utf8(stock).unwrap().lines().count();
    let installed: Vec<&str> = started.said("cat /client/installed").lines().skip(stock).collect();
    let names: Vec<&str> = installed.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, site.plan("--chip iwl7265d"), "{}", started.0);
    assert_eq!(started.said("ls -A1 /etc/owpkg"), "applied\nfirst-boot.log\n");
    assert_eq!(started.said("ls -A1 /etc/uci-defaults"), "");
    assert_eq!(started.said("cat /etc/banner"), "hello\n");
    assert_eq!(started.said("cat /wifi"), "joined\n");
}

type Way = (Boot, Root, Door);
const BOOT_EXT4: Way = (Boot::Efi, Root::Ext4, Door::BootPartition);
const BOOT_SQUASHFS: Way = (Boot::Efi, Root::Squashfs, Door::BootPartition);
const BEHIND_SQUASHFS: Way = (Boot::Bios, Root::Squashfs, Door::BehindSquashfs);

#[test]
fn the_first_start_installs_and_the_next_one_has_nothing_to_do() {
    let Some(kernel) = Kernel::found() else { return };
    for (format, way) in FORMATS.into_iter().zip([BOOT_EXT4, BEHIND_SQUASHFS]) {
        let site = wifi().on(format);
        let image = Image::new(&kernel, &site, way);
        let first = image.start("");
        assert!(first.0.contains("- config restore -"), "{}", first.0);
        is_installed(&site, &first);
        let log = first.said("cat /etc/owpkg/first-boot.log");
        assert!(log.contains("Done: 7 packages installed, 2 settings made"), "{log}");
        let second = image.start("");
        assert!(!second.0.contains("- config restore -"), "{}", second.0);
        is_installed(&site, &second);
    }
}

#[test]
fn where_power_fails_while_it_installs_the_next_start_goes_on() {
    let Some(kernel) = Kernel::found() else { return };
    for (format, ways) in
        FORMATS.into_iter().zip([[BOOT_EXT4, BEHIND_SQUASHFS], [BOOT_SQUASHFS, BEHIND_SQUASHFS]])
    {
        let site = wifi().on(format);
        for way in ways {
            let image = Image::new(&kernel, &site, way);
            image.fails_at("installing");
            is_installed(&site, &image.start(""));
        }
    }
}

#[test]
fn from_the_boot_partition_it_is_restored_until_it_is_there() {
    let Some(kernel) = Kernel::found() else { return };
    let site = wifi().on(FORMATS[1]);
    let image = Image::new(&kernel, &site, BOOT_EXT4);
    image.fails_at("restoring");
    image.fails_at("unpacking");
    is_installed(&site, &image.start(""));
}

/// The archive is gone once that place is formatted.
#[test]
fn behind_a_squashfs_it_is_there_for_one_start_and_the_router_starts_as_a_stock_one() {
    let Some(kernel) = Kernel::found() else { return };
    let site = wifi().on(FORMATS[0]);
    let image = Image::new(&kernel, &site, BEHIND_SQUASHFS);
    image.fails_at("unpacking");
    let second = image.start("");
    let stock = String::from_utf8(site.files.0[&site.files.path_of(".manifest")].clone()).unwrap();
    assert_eq!(second.said("cat /client/installed").lines().count(), stock.lines().count(), "{}", second.0);
}

#[test]
fn after_an_upgrade_the_first_start_installs_wherever_power_fails() {
    let Some(kernel) = Kernel::found() else { return };
    for (format, way) in FORMATS.into_iter().zip([BOOT_EXT4, BOOT_SQUASHFS]) {
        let site = wifi().on(format);
        let image = Image::with(&kernel, &site, way, kept(&site, "25.12.0"));
        for step in ["restoring", "unpacking", "installing"] {
            image.fails_at(step);
        }
        is_installed(&site, &image.start(""));
    }
}

#[test]
fn a_start_of_another_release_takes_an_upgrade_away_that_did_not_take_place() {
    let Some(kernel) = Kernel::found() else { return };
    let site = wifi().on(FORMATS[0]);
    let image = Image::with(&kernel, &site, BOOT_EXT4, kept(&site, "26.01.0"));
    let started = image.start("");
    let stock = String::from_utf8(site.files.0[&site.files.path_of(".manifest")].clone()).unwrap();
    assert_eq!(started.said("cat /client/installed").lines().count(), stock.lines().count(), "{}", started.0);
    assert_eq!(started.said("ls -A1 /etc/owpkg"), "");
    assert_eq!(started.said("ls -A1 /etc/uci-defaults"), "");
}
