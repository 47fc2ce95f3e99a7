//! Small checkers of what others document: the keys of vm-bhyve's configuration, and the options of Proxmox's `qm`.

use super::scripts::Host;
use super::{at_root, desk};

/// Keys of vm-bhyve's `config.sample` and man page, `#` for a number.
const VM_BHYVE: [&str; 15] = [
    "loader",
    "bhyve_options",
    "cpu",
    "memory",
    "wired_memory",
    "ignore_msr",
    "utctime",
    "network#_type",
    "network#_switch",
    "network#_slot",
    "disk#_type",
    "disk#_dev",
    "disk#_name",
    "disk#_slot",
    "passthru#",
];

/// Options of qm(1) that take a value, `#` for a number.
const QM: [&str; 20] = [
    "--name",
    "--ostype",
    "--machine",
    "--bios",
    "--cpu",
    "--cores",
    "--memory",
    "--balloon",
    "--efidisk#",
    "--serial#",
    "--vga",
    "--net#",
    "--virtio#",
    "--boot",
    "--hostpci#",
    "--usb#",
    "--onboot",
    "--delete",
    "--force",
    "--timeout",
];

/// A key with its numbers as `#`.
fn plain(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

fn is_place(text: &str, parts: usize, separator: char) -> bool {
    text.split(separator).count() == parts && text.split(separator).all(|part| part.parse::<u8>().is_ok())
}

#[test]
fn vm_bhyve_knows_every_key() {
    let desk = desk();
    for listing in ["pciconf", "amd", "lspci", "two"] {
        let conf = at_root(&desk, &format!("bhyve --form vm-bhyve --detect {listing}.txt --script"));
        let lines: Vec<&str> = conf.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.len() > 15, "{conf}");
        for line in lines {
            let (key, value) = line.split_once('=').unwrap();
            assert!(VM_BHYVE.contains(&&*plain(key)), "{key}");
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap();
            assert!(!value.is_empty() && !value.contains(['"', '#']), "{line}");
            if key.starts_with("passthru") {
                let (host, guest) = value.split_once('=').unwrap();
                assert!(is_place(host, 3, '/') && is_place(guest, 2, ':'), "{line}");
            }
        }
    }
}

/// A host of Proxmox: what is asked of `qm` is written down; its machine has the disk of packages.
fn proxmox(listing: &str, cards: &[(&str, &str, &str)]) -> Host {
    let host = Host::new(&format!("proxmox --detect {listing}.txt")).moved("/sys/bus/pci/devices", "devices");
    for (place, vendor, device) in cards {
        host.desk.write(&format!("devices/{place}/vendor"), format!("{vendor}\n"));
        host.desk.write(&format!("devices/{place}/device"), format!("{device}\n"));
        host.desk.write(&format!("devices/{place}/iommu_group/keep"), "");
    }
    host.command("qm", "test \"$1\" != config || echo 'virtio1: local-lvm:vm-100-disk-2'")
}

#[test]
fn qm_knows_every_option() {
    let two = [("0000:01:00.0", "0x14c3", "0x7915"), ("0000:02:00.0", "0x14c3", "0x7916")];
    let one = [("0000:03:00.0", "0x14c3", "0x7961")];
    for (listing, cards) in [("lspci", &one[..]), ("two", &two[..]), ("usb", &[])] {
        let host = proxmox(listing, cards);
        for word in ["create", "install", "run", "stop"] {
            let output = host.run(word);
            assert!(output.status.success(), "{word}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let calls = host.calls("qm");
        assert!(calls.len() >= 8, "{calls:?}");
        for call in &calls {
            let words: Vec<&str> = call.split(' ').collect();
            assert!(
                ["create", "set", "start", "terminal", "config", "shutdown"].contains(&words[1]),
                "{call}"
            );
            assert_eq!(words[2], "100", "{call}");
            for option in words[3..].chunks(2) {
                let [key, value] = option else { panic!("{call}") };
                assert!(QM.contains(&&*plain(key)) || (*key, *value) == ("--forceStop", "1"), "{call}");
                let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
                match &*plain(key) {
                    "--hostpci#" => {
                        let place = value.strip_suffix(",pcie=1").unwrap();
                        assert!(place.split([':', '.']).all(is_hex) && place.len() >= 10, "{call}");
                    }
                    "--usb#" => assert_eq!(*value, "host=0bda:c811,usb3=1"),
                    "--virtio#" => assert!(value.starts_with("local-lvm:0,import-from="), "{call}"),
                    "--efidisk#" => assert_eq!(*value, "local-lvm:0,efitype=4m,pre-enrolled-keys=0"),
                    "--net#" => assert_eq!(*value, "virtio,bridge=vmbr1"),
                    _ => {}
                }
            }
        }
        assert!(
            calls.contains(&"qm set 100 --delete virtio1 --force 1".to_owned()),
            "no copy of a secret stays: {calls:?}"
        );
        assert!(calls.iter().any(|call| call.contains("--cpu host --cores 1")), "{calls:?}");
    }
    let other = proxmox("lspci", &[("0000:03:00.0", "0x14c3", "0x7922")]);
    let output = other.run("run");
    assert!(!output.status.success() && other.calls("qm").is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("another one"));
}
