//! The scripts at work, where every command of the host's is a stand-in that writes down how it was called.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use super::{desk, vm};
use crate::support::run::Desk;

/// A host: a script, and what its commands do.
pub struct Host {
    pub desk: Desk,
    script: String,
}

impl Host {
    pub fn new(line: &str) -> Host {
        let desk = desk();
        let script = vm(&desk, &format!("{line} --script")).exits(0).out;
        for name in ["openwrt.img", "pkgs.img", "firmware"] {
            desk.write(name, name);
        }
        Host { desk, script }
    }

    /// Turns a path of the host's into one below the desk.
    pub fn moved(mut self, from: &str, to: &str) -> Host {
        assert!(self.script.contains(from), "{from}");
        self.script = self.script.replace(from, &format!("{}/{to}", self.desk.path()));
        self
    }

    /// A stand-in for a command: it is written down, then does this.
    pub fn command(self, name: &str, does: &str) -> Host {
        let log = self.desk.path().join("log");
        self.program(name, &format!("#!/bin/sh\necho {name} \"$@\" >>'{log}'\n{does}\n"))
    }

    /// Another program for a command.
    pub fn program(self, name: &str, text: &str) -> Host {
        let path = self.desk.write(&format!("bin/{name}"), text);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    pub fn run(&self, word: &str) -> Output {
        let path = format!("{}/bin:/usr/bin:/bin", self.desk.path());
        let script = self.desk.write("script", &self.script);
        let mut command = Command::new("sh");
        command.arg(script).arg(word).env("PATH", path).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// How a command was called, once or more, with the desk's own path taken out.
    pub fn calls(&self, name: &str) -> Vec<String> {
        let log = if self.desk.holds("log") { self.desk.read("log") } else { String::new() };
        let log = log.replace(&format!("{}/", self.desk.path()), "");
        let start = format!("{name} ");
        log.lines().filter(|line| line.starts_with(&start)).map(str::to_owned).collect()
    }
}

fn bhyve(pciconf: &str) -> Host {
    Host::new("bhyve --detect pciconf.txt")
        .moved("/usr/local/share/uefi-firmware/BHYVE_UEFI.fd", "firmware")
        .command("kldload", "")
        .command("sysctl", "case $* in *hw.model*) echo 'AMD Ryzen' ;; *amdvi*) echo 1 ;; esac")
        .command("ifconfig", "")
        .command("bhyvectl", "")
        .command("pciconf", &format!("echo '{pciconf}'"))
}

const RESERVED: &str = "ppt0@pci0:2:0:0: class=0x028000 rev=0x59 hdr=0x00 vendor=0x8086 device=0x095a subvendor=0x8086 subdevice=0x5010";

#[test]
fn bhyve_installs_with_the_disk_and_starts_again_when_the_guest_reboots() {
    let host = bhyve("").command("bhyve", "test -e \"$0.again\" && exit 1; : >\"$0.again\"");
    assert!(host.run("install").status.success());
    let call = "bhyve -A -H -P -u -w -c 1 -m 192M -s 0:0,hostbridge -s 31:0,lpc -s 2:0,virtio-net,tap0 \
                -s 3:0,virtio-blk,openwrt.img -l bootrom,firmware -s 4:0,virtio-blk,pkgs.img -l com1,stdio -W openwrt";
    assert_eq!(host.calls("bhyve"), [call, call]);
    for call in ["inet 192.168.1.2/24 up", "inet6 auto_linklocal accept_rtadv -ifdisabled"] {
        assert!(host.calls("ifconfig").contains(&format!("ifconfig bridge0 {call}")), "{call}");
    }
}

#[test]
fn bhyve_runs_with_the_card_in_wired_memory() {
    for line in
        [RESERVED, "ppt1@pci0:2:0:0: class=0x028000 card=0x50108086 chip=0x095a8086 rev=0x59 hdr=0x00"]
    {
        let host = bhyve(line).command("bhyve", "exit 2");
        assert!(host.run("run").status.success(), "{line}");
        let calls = host.calls("bhyve");
        assert_eq!(calls.len(), 1);
        assert!(calls[0].ends_with("-S -l com1,/dev/nmdm0A -s 7:0,passthru,2/0/0 -W openwrt"), "{calls:?}");
    }
}

#[test]
fn bhyve_takes_no_card_that_is_another_or_not_reserved() {
    for line in [
        "",
        &RESERVED.replace("ppt0", "iwm0"),
        &RESERVED.replace("0x095a", "0x095b"),
        &RESERVED.replace("pci0:2:", "pci0:12:"),
    ] {
        let host = bhyve(line).command("bhyve", "");
        let output = host.run("run");
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("not reserved at pci0:2:0:0"));
        assert!(host.calls("bhyve").is_empty());
    }
    let crashed = bhyve(RESERVED).command("bhyve", "exit 4");
    assert_eq!(crashed.run("run").status.code(), Some(1));
}

#[test]
fn bhyve_starts_with_no_card_where_the_iommu_is_off() {
    for (model, enable, found) in
        [("AMD Ryzen", "hw.vmm.amdvi.enable", "0"), ("Intel(R) Core(TM)", "hw.vmm.iommu.enable", "")]
    {
        let told = format!(
            "case $* in *hw.model*) echo '{model}' ;; *{enable}*) echo '{found}' ;; *) echo 1 ;; esac"
        );
        let host = bhyve(RESERVED).command("sysctl", &told).command("bhyve", "");
        let output = host.run("run");
        assert_eq!(output.status.code(), Some(1), "{model}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(&format!("{enable}=\"1\"")), "{model}");
        assert!(host.calls("bhyve").is_empty());
    }
}

/// The guest ends by the power button, by the plug, or not at all.
#[test]
fn bhyve_stops_gently_first() {
    for (looks, calls) in [
        (0, &[][..]),
        (62, &["bhyvectl --force-poweroff --vm=openwrt"]),
        (90, &["bhyvectl --force-poweroff --vm=openwrt", "bhyvectl --destroy --vm=openwrt"]),
    ] {
        let host = bhyve(RESERVED).command("pkill", "").command("sleep", "").command(
            "pgrep",
            &format!(
                "n=$(cat \"$0.n\" 2>/dev/null || echo 0); echo $((n + 1)) >\"$0.n\"; test $n -lt {looks}"
            ),
        );
        assert!(host.run("stop").status.success(), "{looks}");
        assert_eq!(host.calls("pkill"), ["pkill -TERM -x -f bhyve: openwrt"]);
        assert_eq!(host.calls("bhyvectl"), calls, "{looks}");
    }
    let none = bhyve(RESERVED).command("pkill", "exit 1");
    assert!(none.run("stop").status.success() && none.calls("bhyvectl").is_empty(), "there is none to stop");
}

pub fn qemu() -> Host {
    qemu_of("qemu --detect lspci.txt")
}

pub fn qemu_of(line: &str) -> Host {
    let host = Host::new(line)
        .moved("/usr/share/qemu/firmware", "descriptions")
        .moved("/sys/bus/pci/devices", "devices")
        .moved("/sys/bus/pci/drivers_probe", "probe")
        .moved("/usr/share/OVMF/OVMF_CODE_4M.fd", "firmware")
        .moved("/usr/share/OVMF/OVMF_VARS_4M.fd", "lspci.txt")
        .command("ip", "")
        .command("modprobe", "")
        .command("qemu-system-x86_64", "");
    let card = "devices/0000:03:00.0";
    for (file, text) in [
        ("vendor", "0x14c3\n"),
        ("device", "0x7961\n"),
        ("driver/unbind", ""),
        ("iommu_group/devices/0000:03:00.0/class", "0x028000\n"),
        ("iommu_group/devices/0000:00:01.0/class", "0x060400\n"),
    ] {
        host.desk.write(&format!("{card}/{file}"), text);
    }
    host
}

#[test]
fn qemu_installs_with_the_disk_and_runs_with_the_card() {
    let host = qemu();
    assert!(host.run("install").status.success());
    assert!(!host.desk.holds("probe"), "the card stays with the host");
    let output = host.run("run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = host.calls("qemu-system-x86_64");
    let common = "qemu-system-x86_64 -name openwrt -nodefaults -display none -machine q35,accel=kvm -cpu host -smp 1 -m 192 \
                  -drive if=pflash,unit=0,format=raw,readonly=on,file=firmware \
                  -drive if=pflash,unit=1,format=raw,file=openwrt.img.efivars \
                  -drive if=none,id=system,format=raw,file=openwrt.img -device virtio-blk-pci,drive=system,addr=0x3 \
                  -netdev tap,id=lan,ifname=tap-openwrt,script=no,downscript=no \
                  -device virtio-net-pci,netdev=lan,addr=0x2 ";
    let own: Vec<&str> = calls.iter().filter_map(|call| call.strip_prefix(common)).collect();
    assert_eq!(
        own,
        [
            "-drive if=none,id=packages,format=raw,file=pkgs.img -device virtio-blk-pci,drive=packages,addr=0x4 \
             -serial mon:stdio",
            "-pidfile /run/openwrt-vm.pid -serial unix:/run/openwrt-vm.console,server=on,wait=off \
             -monitor unix:/run/openwrt-vm.monitor,server=on,wait=off \
             -device vfio-pci,host=0000:03:00.0,addr=0x7",
        ]
    );
    assert_eq!(host.desk.read("devices/0000:03:00.0/driver_override"), "vfio-pci\n");
    assert_eq!(host.desk.read("devices/0000:03:00.0/driver/unbind"), "0000:03:00.0\n");
    assert_eq!(host.desk.read("probe"), "0000:03:00.0\n");
    assert!(host.run("release").status.success());
    assert_eq!(host.desk.read("devices/0000:03:00.0/driver_override"), "\n");
}

#[test]
fn qemu_takes_no_card_that_is_another_or_shares_its_group() {
    let other = qemu();
    other.desk.write("devices/0000:03:00.0/device", "0x7922\n");
    let shared = qemu();
    shared.desk.write("devices/0000:03:00.0/iommu_group/devices/0000:00:17.0/class", "0x010601\n");
    let none = qemu();
    std::fs::remove_dir_all(none.desk.path().join("devices/0000:03:00.0/iommu_group")).unwrap();
    for (host, why) in [(other, "another one"), (shared, "0000:00:17.0 is in the same"), (none, "no IOMMU")] {
        let output = host.run("run");
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains(why), "{why}");
        assert!(host.calls("qemu-system-x86_64").is_empty() && !host.desk.holds("probe"), "{why}");
    }
}

/// Firmware as distributions describe it: the first that is without Secure Boot, raw or qcow2.
#[test]
fn qemu_finds_the_firmware_that_is_described() {
    let described = |code: &str, format: &str, feature: &str| {
        format!(
            "{{ \"description\": \"UEFI for x86_64\", \"mapping\": {{ \"device\": \"flash\",\n \"executable\": {{ \"filename\": \
             \"{code}\", \"format\": \"{format}\" }},\n \"nvram-template\": {{ \"filename\": \"{code}\", \"format\": \"{format}\" \
             }} }},\n \"targets\": [ {{ \"architecture\": \"x86_64\", \"machines\": [ \"pc-q35-*\" ] }} ],\n \"features\": [ \
             \"{feature}\" ] }}\n"
        )
    };
    let host = qemu();
    let code = host.desk.write("code.qcow2", "code");
    host.desk.write("descriptions/40-secure.json", described("/nowhere/secure.fd", "raw", "requires-smm"));
    host.desk.write("descriptions/50-gone.json", described("/nowhere/gone.fd", "raw", "acpi-s3"));
    host.desk.write("descriptions/60-plain.json", described(code.as_str(), "qcow2", "acpi-s3"));
    assert!(host.run("install").status.success());
    let calls = host.calls("qemu-system-x86_64");
    assert!(calls[0].contains("if=pflash,unit=0,format=qcow2,readonly=on,file=code.qcow2"), "{calls:?}");
    assert!(calls[0].contains("if=pflash,unit=1,format=qcow2,file=openwrt.img.efivars"), "{calls:?}");
    assert_eq!(host.desk.read("openwrt.img.efivars"), "code");
}

#[test]
fn qemu_passes_an_adapter_on_usb_without_an_iommu() {
    let host = qemu_of("qemu --detect usb.txt");
    assert!(host.run("run").status.success());
    let calls = host.calls("qemu-system-x86_64");
    let usb = "-device qemu-xhci,addr=0x5 -device usb-host,vendorid=0x0bda,productid=0xc811";
    assert!(calls[0].ends_with(usb), "{calls:?}");
    assert!(!host.desk.holds("probe"), "no card is taken");
}
