//! The files of a machine are looked at: what no machine starts from is refused with the right name, and what is known of
//! the disk is not typed again.

use std::io::Write;

use super::{desk, efi_image, vm};
use crate::image::build::{Boot, Root, recipe};
use crate::image::command::site;
use crate::support::feeds::FORMATS;
use crate::support::run::{Desk, Ran};

fn with(desk: &Desk, image: &str, rest: &str) -> Ran {
    desk.owpkg(&format!("vm qemu --detect lspci.txt --image {image} {rest}")).run()
}

#[test]
fn what_no_machine_starts_from_is_refused() {
    let desk = desk();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&efi_image()).unwrap();
    let packed = "openwrt-23.05.2-x86-64-generic-ext4-combined.img.gz";
    desk.write(packed, gzip.finish().unwrap());
    with(&desk, packed, "--disk pkgs.img").exits(2).says(&[
        "is packed",
        "openwrt-23.05.2-x86-64-generic-ext4-combined-efi.img",
        "gunzip",
        "owpkg image",
    ]);
    let bios = "openwrt-23.05.2-x86-64-generic-ext4-combined.img";
    desk.write(bios, recipe(Boot::Bios, Root::Ext4).make().bytes());
    let no_efi = with(&desk, bios, "--disk pkgs.img").exits(2);
    no_efi
        .says(&["no partition that EFI starts from", "openwrt-23.05.2-x86-64-generic-ext4-combined-efi.img"]);
    let root = "openwrt-23.05.2-x86-64-generic-ext4-rootfs.img";
    desk.write(root, recipe(Boot::None, Root::Ext4).make().bytes());
    with(&desk, root, "--disk pkgs.img").exits(2).says(&["ext4-combined-efi.img"]);
    desk.write("zeros.img", vec![0; 1 << 20]);
    with(&desk, "zeros.img", "--disk pkgs.img").exits(2).says(&["holds nothing but zeros"]);
    desk.write("text.img", "hello, this is no disk".repeat(100));
    with(&desk, "text.img", "--disk pkgs.img").exits(2).says(&["no image of a disk"]);
    with(&desk, "nowhere.img", "--disk pkgs.img").exits(2).says(&["--image nowhere.img", "owpkg image OUT"]);
    with(&desk, "openwrt.img", "--disk nowhere.img").exits(2).says(&["--disk nowhere.img", "owpkg disk OUT"]);
    with(&desk, "openwrt.img", "").exits(2).says(&["carries no disk of packages", "--disk"]);
}

#[test]
fn other_formats_of_disks_are_for_qemu_alone() {
    let desk = desk();
    desk.write("openwrt.qcow2", [b"QFI\xfb".as_slice(), &[0; 4096]].concat());
    let script = with(&desk, "openwrt.qcow2", "--disk pkgs.img --script").exits(0).out;
    assert!(script.contains("image_format='qcow2'") && script.contains("packages_format='raw'"), "{script}");
    let xml = with(&desk, "openwrt.qcow2", "--disk pkgs.img --script --form libvirt").exits(0).out;
    assert!(xml.contains("type='qcow2'"), "{xml}");
    let bhyve = desk.owpkg("vm bhyve --detect pciconf.txt --image openwrt.qcow2 --disk pkgs.img").run();
    bhyve.exits(2).says(&["qcow2 image", "qemu-img convert -O raw"]);
}

#[test]
fn release_memory_and_secrets_are_those_of_the_lock() {
    let desk = desk();
    desk.write("cards.txt", "02:00.0 Network controller [0280]: Qualcomm [17cb:1103]\n");
    let large = vm(&desk, "bhyve --detect cards.txt --script").exits(0).out;
    assert!(large.contains("memory='512M'"), "ath11k: {large}");
    let small = vm(&desk, "bhyve --detect pciconf.txt").exits(0).out;
    assert!(small.contains("memory='192M'") && !small.contains("        rm '"), "{small}");
    assert!(small.contains("OpenWrt 25.12.0, by the lock in "), "{small}");
    desk.write("key", "correct horse");
    let disk =
        "disk pkgs.img --demo --chip iwl7265d --wifi home --wifi-key-file key --wifi-country DE --vm bhyve";
    desk.owpkg(disk).run().exits(0);
    let secret = vm(&desk, "bhyve --detect pciconf.txt").exits(0).out;
    assert!(secret.contains("        rm '") && !secret.contains("correct horse"), "{secret}");
    assert!(!secret.contains("/etc/init.d/owpkg-give-back"), "the disk brings it: {secret}");
    let named = "openwrt-22.03.5-x86-64-generic-ext4-combined-efi.img";
    desk.write(named, efi_image());
    with(&desk, named, "--disk pkgs.img")
        .exits(0)
        .says(&["OpenWrt 22.03.5 by its name", "packages are for 25.12.0"]);
}

#[test]
fn a_disk_with_a_partition_table_is_mounted_by_its_partition() {
    let desk = desk();
    let whole = vm(&desk, "qemu --detect lspci.txt").exits(0).out;
    assert!(whole.contains("mount -t vfat /dev/vdb /tmp/pkgs"), "{whole}");
    desk.owpkg("disk pkgs.img --demo --add iw --partition").run().exits(0);
    let ran = vm(&desk, "qemu --detect lspci.txt").exits(0);
    assert!(ran.out.contains("mount -t vfat /dev/vdb1 /tmp/pkgs"), "{}", ran.out);
    assert!(ran.out.contains("OpenWrt 25.12.0, by the lock"), "its lock is read: {}", ran.out);
}

#[test]
fn a_disk_for_a_guest_brings_what_gives_the_card_back() {
    let desk = desk();
    desk.owpkg("disk pkgs --format dir --demo --chip iwl7265d --vm bhyve").run().exits(0);
    assert_eq!(desk.read("pkgs/files/etc/init.d/owpkg-give-back"), owpkg::uci_defaults::GIVE_BACK);
    let script = desk.read("pkgs/install.sh");
    assert!(script.contains("'etc/rc.d/K95owpkg-give-back' '../init.d/owpkg-give-back'"), "{script}");
}

/// The service at work, on a sysfs with a Wi-Fi card on PCI and one that is none.
#[test]
fn the_service_gives_back_cards_on_pci_alone() {
    let desk = Desk::new();
    desk.write("sys/devices/0000:00:07.0/vendor", "0x8086\n");
    desk.write("sys/devices/0000:00:07.0/remove", "");
    desk.write("sys/devices/hwsim0/keep", "");
    for (phy, device) in [("phy0", "0000:00:07.0"), ("phy1", "hwsim0")] {
        let class = desk.path().join("sys/class/ieee80211").join(phy);
        std::fs::create_dir_all(&class).unwrap();
        std::os::unix::fs::symlink(desk.path().join("sys/devices").join(device), class.join("device"))
            .unwrap();
    }
    let service = owpkg::uci_defaults::GIVE_BACK
        .replace("/sys/class", &format!("{}/sys/class", desk.path()))
        .replace("/dev/kmsg", &format!("{}/kmsg", desk.path()));
    let file = desk.write("service", format!("{service}\nstop\n"));
    let busybox = crate::support::judges::tool("busybox");
    let output = std::process::Command::new(busybox).arg("ash").arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(desk.read("sys/devices/0000:00:07.0/remove"), "1\n");
    assert_eq!(desk.read("kmsg"), "owpkg: gives back 0000:00:07.0\n");
    assert!(!desk.holds("sys/devices/hwsim0/remove"));
}

/// One start with the card is all; what the disk would tell, the image's own lock tells.
#[test]
fn an_image_that_carries_its_disk_is_started_once() {
    for format in FORMATS {
        let site = site(format);
        site.write("key-of-wifi", "correct horse");
        let wifi =
            "--wifi home --wifi-key-file key-of-wifi --wifi-country DE --lan 192.168.7.1/24 --vm bhyve";
        site.owpkg(&format!("image openwrt.img --chip iwl7265d {wifi} --key usign")).run().exits(0);
        site.write("pciconf.txt", super::PCICONF);
        let vm = |line: &str| {
            site.desk.owpkg(&format!("vm {line} --detect pciconf.txt --image openwrt.img")).run()
        };
        for host in ["bhyve", "bhyve --form vm-bhyve", "qemu", "qemu --form libvirt", "proxmox"] {
            let recipe = vm(host).exits(0).out;
            assert!(!recipe.contains("install.sh") && !recipe.contains("Boot once"), "{host}: {recipe}");
            assert!(recipe.contains("this first start installs what the image"), "{host}: {recipe}");
            assert!(recipe.contains("192.168.7.") && !recipe.contains("192.168.1."), "{host}: {recipe}");
            assert!(!recipe.contains("        #!/bin/sh /etc/rc.common"), "the image brings it: {recipe}");
            assert!(!recipe.contains("correct horse"), "{host}: {recipe}");
        }
        let copied = vm("proxmox").exits(0).out;
        assert!(copied.contains("        rm '"), "the copy on the storage is the machine's: {copied}");
        assert!(!vm("bhyve").exits(0).out.contains("        rm '"), "the machine starts from it");
        vm("qemu --disk nowhere").exits(2);
    }
}
