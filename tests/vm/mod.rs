pub mod boot;
mod files;
mod golden;
pub mod guest;
mod keys;
mod listings;
mod partitioned;
mod scripts;

use crate::cli::keys;
use crate::fat::image;
use crate::support::run::{Desk, Ran, owpkg};

/// The first user's card, as his own `pciconf -lv` showed it.
const PCICONF: &str = include_str!("pciconf.txt");
/// The same card reserved, on an AMD host that shows more of itself.
const PCICONF_AMD: &str = include_str!("pciconf-amd.txt");
const LSPCI: &str = include_str!("lspci.txt");
/// A card of two functions at two places, one of them reserved.
const TWO: &str = include_str!("two.txt");
/// An adapter on USB.
const USB: &str = include_str!("usb.txt");

/// The smallest file that EFI reads.
pub fn efi_image() -> Vec<u8> {
    image::bytes(&vec![("startup.nsh".to_owned(), b"reset -s\r\n".to_vec())], &image::smallest())
}

fn desk() -> Desk {
    let desk = Desk::new();
    for (name, text) in [
        ("pciconf.txt", PCICONF),
        ("amd.txt", PCICONF_AMD),
        ("lspci.txt", LSPCI),
        ("two.txt", TWO),
        ("usb.txt", USB),
    ] {
        desk.write(name, text);
    }
    desk.write("openwrt.img", efi_image());
    desk.owpkg("disk pkgs.img --demo --add iw").run().exits(0);
    desk
}

fn vm(desk: &Desk, line: &str) -> Ran {
    desk.owpkg(&format!("vm {line} --image openwrt.img --disk pkgs.img")).run()
}

/// What is printed, as if it were run in `/root`.
fn at_root(desk: &Desk, line: &str) -> String {
    vm(desk, line).exits(0).out.replace(desk.path().as_str(), "/root")
}

#[test]
fn amd_s_iommu_is_enabled_where_the_listing_shows_amd() {
    let desk = desk();
    let amd = at_root(&desk, "bhyve --detect amd.txt");
    for line in [
        "        hw.vmm.amdvi.enable=\"1\"",
        "  line 1: AMD's IOMMU",
        "  line 5: card 2/0/0 (8086:095a:8086:5010)",
    ] {
        assert!(amd.lines().any(|each| each == line), "{line} in {amd}");
    }
    assert!(
        amd.contains("Line 5 shows that it is reserved already") && !amd.contains("shutdown -r"),
        "{amd}"
    );
    let intel = at_root(&desk, "bhyve --detect lspci.txt");
    assert!(!intel.lines().any(|line| line.trim() == "hw.vmm.amdvi.enable=\"1\""), "{intel}");
    assert!(intel.contains("pptdevs=\"3/0/0\""), "{intel}");
    let unknown = at_root(&desk, "bhyve --detect pciconf.txt");
    assert!(!unknown.lines().any(|line| line.trim() == "hw.vmm.amdvi.enable=\"1\""), "{unknown}");
}

#[test]
fn a_listing_from_a_pipe_and_quoted_by_mail_is_read() {
    let desk = desk();
    let quoted: String = PCICONF_AMD.lines().map(|line| format!("> {line}\n")).collect();
    let run = desk.owpkg("vm bhyve --detect - --image openwrt.img --disk pkgs.img");
    let ran = run.stdin(quoted).run().exits(0);
    assert!(ran.out.starts_with(
        "OpenWrt in bhyve with the card 8086:095a:8086:5010 at pci0:2:0:0, from standard input\n"
    ));
}

#[test]
fn of_several_cards_one_is_named() {
    let desk = desk();
    let second = "04:00.0 Network controller [0280]: Acme [14c3:7961]\n";
    desk.write("two.txt", format!("{LSPCI}{second}"));
    let ran = vm(&desk, "qemu --detect two.txt").exits(2);
    ran.says(&["0000:03:00.0 (14c3:7961:105b:e0ab), 0000:04:00.0 (14c3:7961)", "--card"]);
    let recipe = at_root(&desk, "qemu --detect two.txt --card 04:00.0");
    assert!(recipe.contains("\"$@\" 0000:04:00.0 0x14c3 0x7961"), "{recipe}");
    assert!(!recipe.contains("vfio-pci ids="), "its twin would be taken from the host: {recipe}");
    for slot in ["3/0/0", "pci0:3:0:0", "03:00.0", "0000:03:00.0"] {
        assert!(
            at_root(&desk, &format!("bhyve --detect two.txt --card {slot}")).contains("passthru,3/0/0"),
            "{slot}"
        );
    }
    let ethernet = at_root(&desk, "qemu --detect lspci.txt --card 00:1f.6");
    assert!(ethernet.contains("softdep e1000e pre: vfio-pci"), "{ethernet}");
    vm(&desk, "qemu --detect two.txt --card 05:00.0").exits(3).says(&["no device at 0000:05:00.0"]);
    for slot in ["5", "5/0", "5/0/0/0", "300/0/0", "5/32/0", "5/0/8", "zz:00.0", "pci0:5:0"] {
        vm(&desk, &format!("qemu --detect two.txt --card {slot}")).exits(2).says(&["--card"]);
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    let desk = desk();
    desk.write("nothing.txt", "hello\n");
    vm(&desk, "bhyve --detect nothing.txt").exits(3).says(&["no network card", "pciconf -lv"]);
    desk.write("noplace.txt", "Network controller [0280]: Acme [14c3:7961]\n");
    vm(&desk, "qemu --detect noplace.txt")
        .exits(3)
        .says(&["14c3:7961, and not where it is", "from their start"]);
    desk.write("domain.txt", "0001:03:00.0 Network controller [0280]: Acme [14c3:7961]\n");
    vm(&desk, "bhyve --detect domain.txt").exits(4).says(&["not in PCI domain 0"]);
    vm(&desk, "qemu --detect domain.txt").exits(0);
    vm(&desk, "qemu --detect nowhere.txt").exits(2);
    desk.owpkg("vm qemu --detect lspci.txt").run().exits(2);
    desk.owpkg("vm xen --guide").run().exits(2);
    desk.write("a,readonly=on", "");
    let comma = desk.owpkg(&[
        "vm",
        "qemu",
        "--detect",
        "lspci.txt",
        "--image",
        "a,readonly=on",
        "--disk",
        "pkgs.img",
    ]);
    comma.run().exits(2).says(&["holds a character that ends an argument"]);
}

#[test]
fn what_the_machine_is_given_is_checked() {
    let desk = desk();
    for wrong in ["--memory 64", "--cpus 0", "--bridge a;b", "--slot 5", "--slot 31"] {
        let flag = wrong.split(' ').next().unwrap();
        vm(&desk, &format!("qemu --detect lspci.txt {wrong}"))
            .exits(2)
            .says(&[&format!("like {flag}")[..4], flag]);
    }
    vm(&desk, "qemu --detect two.txt --slot 30").exits(2).says(&["no place 30"]);
    let given = "--memory 512 --cpus 2 --bridge br0 --slot 9";
    for (line, words) in [
        ("bhyve --detect pciconf.txt", ["memory='512M'", "cpus='2'", "bridge='br0'", "9:0,passthru,2/0/0"]),
        (
            "bhyve --form vm-bhyve --detect pciconf.txt",
            ["memory=\"512M\"", "cpu=\"2\"", "_switch=\"br0\"", "2/0/0=9:0"],
        ),
        ("qemu --detect lspci.txt", ["memory='512'", "cpus='2'", "bridge='br0'", "addr=0x9"]),
        ("qemu --form libvirt --detect lspci.txt", [">512<", "<vcpu>2<", "bridge='br0'", "slot='0x09'"]),
        (
            "proxmox --detect lspci.txt",
            ["memory='512'", "cpus='2'", "bridge='br0'", "--hostpci0 0000:03:00,pcie=1"],
        ),
    ] {
        let script = vm(&desk, &format!("{line} {given} --script")).exits(0).out;
        assert!(words.iter().all(|word| script.contains(word)), "{words:?} in {script}");
    }
    let home = vm(&desk, "proxmox --detect lspci.txt --bridge vmbr0").exits(0);
    assert!(home.err.contains("vmbr0 is the network of the house"), "{}", home.err);
    vm(&desk, "bhyve --detect pciconf.txt --form libvirt").exits(2).says(&["owpkg vm qemu --form libvirt"]);
}

#[test]
fn hostile_text_stays_a_remark() {
    let desk = desk();
    let line = "03:00.0 Network controller [0280]: $(reboot)`reboot`\u{1b}[2J'\"; reboot [14c3:7961]\n";
    desk.write("hostile.txt", format!("{line}\tKernel driver in use: x; reboot\n"));
    for host in ["bhyve", "bhyve --form vm-bhyve", "qemu", "qemu --form libvirt", "proxmox"] {
        let script = vm(&desk, &format!("{host} --script --detect hostile.txt")).exits(0).out;
        let reboots: Vec<&str> = script.lines().filter(|line| line.contains("; reboot")).collect();
        assert!(reboots.iter().all(|line| line.starts_with("# ")), "{reboots:?}");
        assert!(!script.contains('\u{1b}'));
        let recipe = vm(&desk, &format!("{host} --detect hostile.txt")).exits(0).out;
        assert!(!recipe.contains("softdep"), "no such module: {recipe}");
    }
}

#[test]
fn the_guide_is_six_commands() {
    for (host, words) in [
        ("bhyve", ["pciconf -lv", "bhyve-firmware"]),
        ("qemu", ["lspci -nnk", "ovmf"]),
        ("proxmox", ["lspci -nnk", "openwrt-vm create"]),
    ] {
        let ran = owpkg(&format!("vm {host} --guide")).run().exits(0).out;
        let numbered = |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        assert_eq!(ran.lines().filter(numbered).count(), 6, "{ran}");
        assert!(words.iter().all(|word| ran.contains(word)) && crate::cli::fits_a_terminal(&ran), "{ran}");
    }
}

#[test]
fn the_json_has_exactly_its_documented_keys() {
    let desk = desk();
    let report = vm(&desk, "bhyve --detect amd.txt --json").exits(0).json();
    assert_eq!(keys(&report), ["schema", "title", "sources", "script", "steps"]);
    assert_eq!(report["schema"], "owpkg.vm/1");
    assert_eq!(keys(&report["sources"][0]), ["line", "value", "text"]);
    assert_eq!(report["steps"][0]["body"]["file"]["path"], "/boot/loader.conf.d/vmm.conf");
    assert_eq!(report["script"], vm(&desk, "bhyve --detect amd.txt --script").exits(0).out);
}

#[test]
fn the_lan_is_the_disks_own() {
    let desk = desk();
    desk.owpkg("disk pkgs.img --demo --add iw --lan 172.20.99.1/24").run().exits(0);
    for (host, listing, route) in [
        ("bhyve", "pciconf.txt", "route add default 172.20.99.1"),
        ("qemu", "lspci.txt", "ip route add default via 172.20.99.1"),
    ] {
        let ran = vm(&desk, &format!("{host} --detect {listing}")).exits(0);
        assert!(ran.out.contains("172.20.99.2/24") && ran.out.contains(route), "{}", ran.out);
        assert!(!ran.out.contains("192.168.1."), "{}", ran.out);
    }
    for host in ["proxmox", "qemu --form libvirt"] {
        let ran = vm(&desk, &format!("{host} --detect lspci.txt")).exits(0);
        assert!(ran.out.contains("172.20.99.2") && !ran.out.contains("192.168.1."), "{}", ran.out);
    }
}

#[test]
fn a_file_that_is_missing_is_told_at_once() {
    let desk = desk();
    let line = "vm qemu --detect lspci.txt";
    let image = desk.owpkg(&format!("{line} --image nowhere.img --disk pkgs.img")).run().exits(2);
    image.says(&["--image nowhere.img cannot be read", "owpkg image OUT fetches it"]);
    let disk = desk.owpkg(&format!("{line} --image openwrt.img --disk nowhere.img")).run().exits(2);
    disk.says(&["--disk nowhere.img cannot be read", "owpkg disk OUT makes it"]);
    desk.write("other.img", "no disk");
    let other = desk.owpkg(&format!("{line} --image openwrt.img --disk other.img")).run().exits(0);
    other.says(&["other.img is no disk of owpkg's", "192.168.1.1/24"]);
}
