//! The QEMU script started for real, with a tiny guest (see [`guest`]): the whole way from the disk that owpkg wrote,
//! over EFI, Linux's own vfat and busybox ash, to what the package manager is told to install.
//!
//! [`guest`]: super::guest

use std::fmt::Write as _;
use std::io::Read;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::guest::{Guest, Kernel};
use super::scripts::{Host, qemu, qemu_of};
use crate::cli::disk::expected_feeds;
use crate::support::feeds::{FORMATS, Site, wifi};

/// A guest that is the stock image of a site's release.
pub fn stock(kernel: &Kernel, site: &Site) -> Guest {
    let guest = Guest::new(kernel);
    let facts = site.owpkg("resolve --chip iwl7265d --json --no-lock").run().exits(0).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let (release, target, arch) = (text(&facts["release"]), text(&facts["target"]), text(&facts["arch"]));
    guest.write(
        "etc/openwrt_release",
        format!("DISTRIB_RELEASE='{release}'\nDISTRIB_TARGET='{target}'\nDISTRIB_ARCH='{arch}'\n"),
    );
    guest.write(&format!("etc/{}/keys/.keep", site.format.name()), "");
    guest.write("etc/opkg.conf", format!("arch all 1\narch {arch} 10\n"));
    let installed = std::fs::read_to_string(site.path().join("tree").join(site.files.path_of(".manifest")));
    let installed = installed.unwrap().replace(" - ", " ");
    let (mut offers, mut names) = (String::new(), Vec::new());
    for package in facts["packages"].as_array().unwrap() {
        let [name, version, feed, file] = ["name", "version", "feed", "file"].map(|key| text(&package[key]));
        writeln!(offers, "{name} {version} {feed}/{file}").unwrap();
        names.push(name);
    }
    let mut sums = String::new();
    for (path, bytes) in expected_feeds(site, &names) {
        let digest = owpkg::trust::Digest::sha256(owpkg::trust::sha256(&bytes)).hex();
        writeln!(sums, "{digest}  {path}").unwrap();
    }
    guest.client(site.format.name(), &installed, &offers, &sums);
    guest
}

/// The host of the script tests, with the real QEMU and the system's own EFI firmware.
pub fn host() -> Host {
    with_firmware(qemu())
}

fn with_firmware(host: Host) -> Host {
    for (from, to) in
        [("firmware", "/usr/share/OVMF/OVMF_CODE_4M.fd"), ("lspci.txt", "/usr/share/OVMF/OVMF_VARS_4M.fd")]
    {
        std::fs::copy(to, host.desk.path().join(from)).unwrap();
    }
    host.program("qemu-system-x86_64", include_str!("guest/qemu.sh"))
}

/// What the guest printed to each typed line, and how the line ended.
pub fn answers(console: &str) -> Vec<(String, String, String)> {
    let console = console.replace('\r', "");
    let told = console.split("guest# ").skip(1).map(|told| {
        let (line, rest) = told.split_once('\n').unwrap();
        let (said, status) = rest.split_once("guest: status ").unwrap_or((rest, "none"));
        (line.to_owned(), said.to_owned(), status.lines().next().unwrap_or_default().to_owned())
    });
    told.collect()
}

/// The commands that the disk's own README.txt tells to type.
pub fn told_by_readme(site: &Site) -> Vec<String> {
    let readme = site.read("pkgs/README.txt");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("  "));
    lines.filter(|line| line.contains("/tmp/pkgs")).map(str::to_owned).collect()
}

#[test]
fn a_guest_mounts_the_disk_and_installs_from_it() {
    let Some(kernel) = Kernel::found() else { return };
    for format in FORMATS {
        let site = wifi().on(format);
        let file = site.write("overlay/etc/wifi.secret", "secret");
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
        site.owpkg("disk pkgs.img --chip iwl7265d --files overlay").run().exits(0);
        site.owpkg("disk pkgs --format dir --chip iwl7265d --files overlay").run().exits(0);
        let readme = told_by_readme(&site);
        let [mount, install, give_key] = readme.as_slice() else { panic!("{readme:?}") };
        let rehearse = format!("{install} --dry-run");
        let host = host();
        let guest = stock(&kernel, &site);
        let typed = [
            mount,
            give_key,
            &rehearse,
            "cat /client/installed",
            install,
            "cat /client/installed",
            "ls -ln /etc/wifi.secret",
            install,
            "umount /tmp/pkgs",
        ];
        std::fs::write(host.desk.path().join("openwrt.img"), guest.disk(&kernel, &typed)).unwrap();
        std::fs::copy(site.path().join("pkgs.img"), host.desk.path().join("pkgs.img")).unwrap();

        let output = host.run("install");
        let console = String::from_utf8_lossy(&output.stdout).into_owned();
        let answers = answers(&console);
        assert_eq!(answers.len(), typed.len(), "{console}{}", String::from_utf8_lossy(&output.stderr));
        for ((line, said, status), typed) in answers.iter().zip(typed) {
            assert_eq!((line.as_str(), status.as_str()), (typed, "0"), "{said}\n{console}");
        }
        let said = |nth: usize| answers[nth].1.as_str();
        assert!(said(2).contains("Dry run: nothing was changed."), "{}", said(2));
        assert!(said(4).contains("Done: 7 packages installed, 1 setting made"), "{}", said(4));
        assert!(said(6).starts_with("-rw-------    1 0        0                6 "), "{}", said(6));
        assert!(said(7).contains("Nothing to do"), "{}", said(7));
        let stock = site.files.0[&site.files.path_of(".manifest")].clone();
        assert_eq!(said(3), String::from_utf8(stock).unwrap().replace(" - ", " "));
        let added: Vec<&str> = said(5).lines().skip(said(3).lines().count()).collect();
        let added: Vec<&str> = added.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(added, site.plan("--chip iwl7265d"));
    }
}

#[test]
fn the_card_is_where_the_recipe_says() {
    let Some(kernel) = Kernel::found() else { return };
    let host = host().moved("/run/openwrt-vm", "vm");
    let guest = Guest::new(&kernel);
    let card = "/sys/devices/pci0000:00/0000:00:07.0";
    let look = format!("cat {card}/vendor");
    std::fs::write(host.desk.path().join("openwrt.img"), guest.disk(&kernel, &[&look])).unwrap();
    let console = std::thread::scope(|scope| {
        let running = scope.spawn(|| host.run("run"));
        let console = read_console(&host.desk.path().join("vm.console"), || running.is_finished());
        let output = running.join().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        console
    });
    // The device that stands in for a card is QEMU's own.
    assert_eq!(answers(&console), [(look, "0x1234\n".to_owned(), "0".to_owned())], "{console}");
}

#[test]
fn an_adapter_on_usb_is_in_the_guest() {
    let Some(kernel) = Kernel::found() else { return };
    let host = with_firmware(qemu_of("qemu --detect usb.txt")).moved("/run/openwrt-vm", "vm");
    let guest = Guest::new(&kernel);
    let look = "cat /sys/devices/pci0000:00/0000:00:05.0/class".to_owned();
    std::fs::write(host.desk.path().join("openwrt.img"), guest.disk(&kernel, &[&look])).unwrap();
    let (console, usb) = std::thread::scope(|scope| {
        let running = scope.spawn(|| host.run("run"));
        let usb = ask_monitor(&host.desk.path().join("vm.monitor"), "info usb", || running.is_finished());
        let console = read_console(&host.desk.path().join("vm.console"), || running.is_finished());
        let output = running.join().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (console, usb)
    });
    // The device that stands in for an adapter is QEMU's own; the controller is for USB 3.
    assert_eq!(answers(&console), [(look, "0x0c0330\n".to_owned(), "0".to_owned())], "{console}");
    assert!(usb.contains("Product QEMU USB Tablet"), "{usb}");
}

/// What QEMU's monitor says to a command.
fn ask_monitor(path: &camino::Utf8Path, command: &str, ended: impl Fn() -> bool) -> String {
    use std::io::{BufRead, BufReader, Write};
    let mut socket = connect(path, ended);
    socket.write_all(format!("{command}\n").as_bytes()).unwrap();
    let mut said = String::new();
    for line in BufReader::new(socket).lines() {
        said += &line.unwrap();
        if said.contains("Product") {
            break;
        }
    }
    said
}

/// All that comes from the console, from when it is there until the guest is off.
fn read_console(path: &camino::Utf8Path, ended: impl Fn() -> bool) -> String {
    let mut socket = connect(path, ended);
    let mut console = Vec::new();
    socket.read_to_end(&mut console).unwrap();
    String::from_utf8_lossy(&console).into_owned()
}

/// A socket, when it is there.
fn connect(path: &camino::Utf8Path, ended: impl Fn() -> bool) -> UnixStream {
    let start = Instant::now();
    loop {
        match UnixStream::connect(path) {
            Ok(socket) => return socket,
            Err(error) => assert!(start.elapsed() < Duration::from_secs(60) && !ended(), "{path}: {error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
