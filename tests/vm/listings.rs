//! What is read of a host: every form in which people have it, and the cases of the field.

use super::{LSPCI, PCICONF, desk, vm};
use crate::support::run::{Desk, Ran};

fn from(desk: &Desk, host: &str, text: &str, rest: &str) -> Ran {
    let line = format!("vm {host} --detect - --image openwrt.img --disk pkgs.img {rest}");
    desk.owpkg(&line).stdin(text.to_owned()).run()
}

const CARD: &str = "03:00.0 Network controller [0280]: Intel AX210 [8086:2725] (rev 1a)\n";
const OTHER: &str = "04:00.0 Network controller [0280]: Acme [14c3:7961]\n";

#[test]
fn every_form_of_a_card_and_its_place() {
    let desk = desk();
    let nodedev = "<device>\n  <name>pci_0000_03_00_0</name>\n  <driver>\n    <name>iwlwifi</name>\n  </driver>\n  \
                   <capability type='pci'>\n    <class>0x028000</class>\n    <product id='0x2725'>AX210</product>\n    \
                   <vendor id='0x8086'>Intel Corporation</vendor>\n    <iommuGroup number='14'>\n      <address \
                   domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>\n    </iommuGroup>\n  </capability>\n</device>\n";
    let hostdev = "<hostdev mode='subsystem' type='pci' managed='yes'>\n<source>\n<address domain='0x0000' bus='0x03' \
                   slot='0x00' function='0x0'/>\n</source>\n<address type='pci' domain='0x0000' bus='0x06' slot='0x00' \
                   function='0x0'/>\n</hostdev>\n";
    let table = "┌──────────┬────────┬──────────────┬────────────┬────────┬─────────────┐\n\
                 │ class    │ device │ id           │ iommugroup │ vendor │ device_name │\n\
                 ╞══════════╪════════╪══════════════╪════════════╪════════╪═════════════╡\n\
                 │ 0x028000 │ 0x2725 │ 0000:03:00.0 │         14 │ 0x8086 │ AX210       │\n\
                 ├──────────┼────────┼──────────────┼────────────┼────────┼─────────────┤\n\
                 │ 0x010601 │ 0xa282 │ 0000:00:17.0 │          5 │ 0x8086 │ SATA        │\n";
    let compact = r#"[{"class":"0x010601","device":"0xa282","id":"0000:00:17.0","iommugroup":5,"vendor":"0x8086"},{"class":"0x028000","device":"0x2725","device_name":"AX210","id":"0000:03:00.0","iommugroup":14,"subsystem_device":"0x0024","subsystem_vendor":"0x8086","vendor":"0x8086"}]"#;
    let freebsd = "none0@pci0:3:0:0: class=0x028000 rev=0x1a hdr=0x00 vendor=0x8086 device=0x2725 subvendor=0x8086 subdevice=0x0024\n";
    for (name, text) in [
        ("lspci", CARD.to_owned()),
        ("two listings, one given by qm", format!("{CARD}{OTHER}bios: ovmf\nhostpci0: 0000:03:00,pcie=1\n")),
        (
            "a place and a card without one",
            "hostpci0: 03:00.0,pcie=1\noptions vfio-pci ids=8086:2725\n".to_owned(),
        ),
        (
            "a kernel's command line",
            "BOOT_IMAGE=/vmlinuz vfio-pci.ids=8086:2725 intel_iommu=on\nhostpci0: 0000:03:00.0\n".to_owned(),
        ),
        ("vm-bhyve", format!("{freebsd}{PCICONF}loader=\"uefi\"\npassthru0=\"3/0/0=6:0\"\n")),
        ("loader.conf", format!("{freebsd}{PCICONF}pptdevs=\"3/0/0\"\n")),
        ("virsh nodedev-dumpxml", nodedev.to_owned()),
        ("a hostdev", format!("{CARD}{OTHER}{hostdev}")),
        ("pvesh's table", table.to_owned()),
        ("pvesh's JSON", compact.to_owned()),
        ("quoted by mail", CARD.lines().map(|line| format!("> {line}\n")).collect()),
        ("in UTF-16", CARD.to_owned()),
    ] {
        for (host, place) in [
            ("bhyve", "passthru,3/0/0"),
            ("qemu", "vfio-pci,host=0000:03:00.0"),
            ("proxmox", "--hostpci0 0000:03:00,pcie=1"),
        ] {
            let ran = if name == "in UTF-16" {
                let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                desk.write("wide.txt", wide);
                vm(&desk, &format!("{host} --script --detect wide.txt"))
            } else {
                from(&desk, host, &text, "--script")
            };
            assert_eq!(ran.code, 0, "{name} in {host}: {}", ran.err);
            assert!(ran.out.contains(place), "{name} in {host}: {}", ran.out);
        }
    }
}

#[test]
fn a_place_or_numbers_alone_are_not_enough() {
    let desk = desk();
    let passthru = "DEVICE     BHYVE ID     READY        DESCRIPTION\niwm0       2/0/0        No           Wireless 7265\n";
    from(&desk, "bhyve", passthru, "").exits(3).says(&["0000:02:00.0", "numbers", "pciconf -lv"]);
    from(&desk, "bhyve", "passthru0=\"2/0/0\"\n", "").exits(3).says(&["0000:02:00.0", "pciconf -lv"]);
    from(&desk, "bhyve", &format!("{passthru}{PCICONF}"), "").exits(0);
    from(&desk, "qemu", "options vfio-pci ids=14c3:7961\n", "")
        .exits(3)
        .says(&["not where it is", "lspci -nnk"]);
    from(&desk, "qemu", "03:00.0 Network controller: Intel Wi-Fi 6 AX200 (rev 1a)\n", "")
        .exits(3)
        .says(&["lspci -nnk"]);
    from(&desk, "qemu", CARD, "--card 0bda:c811").exits(3).says(&["no device 0bda:c811"]);
    from(&desk, "qemu", CARD, "--card 8086:2725").exits(0);
    from(&desk, "qemu", CARD, "--card card").exits(2).says(&["names no card", "1-4.2"]);
}

#[test]
fn several_cards_are_named_one_by_one() {
    let desk = desk();
    let both = format!("{CARD}{OTHER}");
    from(&desk, "qemu", &both, "")
        .exits(2)
        .says(&["0000:03:00.0 (8086:2725), 0000:04:00.0 (14c3:7961)", "may be repeated"]);
    let script = from(&desk, "qemu", &both, "--card 03:00.0 --card 4/0/0 --script").exits(0).out;
    for part in [
        "vfio-pci,host=0000:03:00.0,addr=0x7",
        "vfio-pci,host=0000:04:00.0,addr=0x8",
        "passed='0000:03:00.0 0000:04:00.0'",
    ] {
        assert!(script.contains(part), "{part} in {script}");
    }
    let ports = "01:00.0 Ethernet controller [0200]: Mellanox [15b3:1015]\n01:00.1 Ethernet controller [0200]: Mellanox [15b3:1015]\n";
    let bhyve = from(&desk, "bhyve", ports, "--script").exits(0).out;
    assert!(bhyve.contains("-s 7:0,passthru,1/0/0 -s 7:1,passthru,1/0/1"), "{bhyve}");
    let qemu = from(&desk, "qemu", ports, "--script").exits(0).out;
    assert!(
        qemu.contains("addr=0x7.0x0,multifunction=on") && qemu.contains("addr=0x7.0x1,multifunction=on"),
        "{qemu}"
    );
}

#[test]
fn what_shares_a_group_is_told_with_the_ways_out() {
    let desk = desk();
    let listing = "IOMMU Group 2:\n\t00:01.0 PCI bridge [0604]: Intel [8086:1901]\n\t01:00.0 VGA compatible controller [0300]: \
                   NVIDIA [10de:2184]\n\t02:00.0 Network controller [0280]: Intel [8086:2725]\nIOMMU Group 3:\n\t00:14.0 USB \
                   controller [0c03]: Intel [8086:a12f]\n";
    let told = ["IOMMU group 2 with 0000:01:00.0 (01:00.0 VGA", "another slot", "pcie_acs_override", "price"];
    for host in ["qemu", "proxmox"] {
        let ran = from(&desk, host, listing, "").exits(0).says(&told);
        assert!(!ran.err.contains("00:01.0 PCI bridge") && !ran.err.contains("00:14.0"), "{}", ran.err);
        let whole = from(&desk, host, listing, "--card 02:00.0 --card 01:00.0").exits(0);
        assert!(!whole.err.contains("IOMMU group"), "all of it goes: {}", whole.err);
    }
    assert!(!from(&desk, "bhyve", listing, "").exits(0).err.contains("IOMMU group"), "FreeBSD has none");
    let verbose = format!(
        "{CARD}\tIOMMU group: 9\n04:00.0 SATA controller [0106]: Acme [1b21:0612]\n\tIOMMU group: 9\n"
    );
    from(&desk, "qemu", &verbose, "").exits(0).says(&["IOMMU group 9 with 0000:04:00.0"]);
}

#[test]
fn adapters_on_usb() {
    let desk = desk();
    let adapter = "Bus 001 Device 004: ID 0bda:c811 Realtek Semiconductor Corp. 802.11ac NIC\n";
    let one = from(&desk, "qemu", adapter, "--script").exits(0).out;
    assert!(
        one.contains("-device qemu-xhci,addr=0x5 -device usb-host,vendorid=0x0bda,productid=0xc811"),
        "{one}"
    );
    let alike = format!("{adapter}{}", adapter.replace("Device 004", "Device 005"));
    from(&desk, "qemu", &alike, "").exits(2).says(&["several adapters 0bda:c811", "--card 1-4.2"]);
    let log = "usb 1-4.2: New USB device found, idVendor=0bda, idProduct=c811, bcdDevice= 2.00\n\
               usb 1-3: New USB device found, idVendor=0bda, idProduct=c811, bcdDevice= 2.00\n";
    from(&desk, "proxmox", log, "").exits(2).says(&["1-4.2 (0bda:c811), 1-3 (0bda:c811)"]);
    let port = from(&desk, "qemu", log, "--script --card 1-4.2").exits(0).out;
    assert!(port.contains("usb-host,hostbus=1,hostport=4.2"), "{port}");
    assert!(
        from(&desk, "proxmox", log, "--script --card 1-4.2")
            .exits(0)
            .out
            .contains("--usb0 host=1-4.2,usb3=1")
    );
    let line = "00:14.0 USB controller [0c03]: Intel xHCI [8086:9d2f]";
    from(&desk, "bhyve", &format!("{line}\n{adapter}"), "").exits(3).says(&[
        "bhyve passes no USB device, only a whole controller",
        "--card 0/20/0",
        line,
    ]);
}

#[test]
fn warnings_are_for_the_host_in_question() {
    let desk = desk();
    let card = |id: &str| format!("02:00.0 Network controller [0280]: Acme [{id}]\n");
    for (id, host, words) in [
        ("17cb:1107", "qemu", "reset the host"),
        ("17cb:1109", "proxmox", "reset the host"),
        ("14c3:0616", "bhyve", "Transactions pending after FLR"),
        ("14c3:7915", "qemu", "freeze the host when the guest shuts down"),
        ("14c3:7961", "proxmox", "lose its access point"),
    ] {
        let told = from(&desk, host, &card(id), "").exits(0).err;
        assert_eq!(told.matches(words).count(), 1, "{id} in {host}: {told}");
        let other = if host == "bhyve" { "qemu" } else { "bhyve" };
        let other = from(&desk, other, &card(id), "").exits(0).err;
        assert!(!other.contains(words), "{id} elsewhere: {other}");
    }
    for host in ["bhyve", "qemu", "proxmox"] {
        from(&desk, host, &card("14e4:43a0"), "").exits(4).says(&["freeze the host", "--anyway"]);
        from(&desk, host, &card("14e4:43a0"), "--anyway")
            .exits(0)
            .says(&["freeze the host", "no driver package"]);
    }
    // Where a virtual machine is meant, `detect` and `disk` say the same.
    let held = format!("{}\tKernel driver in use: vfio-pci\n", card("14c3:7961"));
    for (text, told) in [(card("14c3:7961"), false), (held, true)] {
        desk.write("cards.txt", text);
        let detect = desk.owpkg("detect cards.txt --json").run().exits(0).out;
        assert_eq!(detect.contains("lose its access point"), told, "{detect}");
        let disk = desk.owpkg("disk d.img --demo --detect cards.txt").run().exits(0).err;
        assert_eq!(disk.contains("lose its access point"), told, "{disk}");
    }
    let freebsd = "none0@pci0:3:0:0: class=0x028000 rev=0x00 hdr=0x00 vendor=0x14c3 device=0x0616\n";
    let detect = desk.owpkg("detect - --json").stdin(freebsd).run().exits(0).out;
    assert!(detect.contains("Transactions pending after FLR"), "FreeBSD needs one for OpenWrt: {detect}");
    let meant = desk.owpkg("disk d.img --demo --chip mt7921e --vm proxmox").run().exits(0).err;
    assert!(meant.contains("lose its access point"), "{meant}");
}

#[test]
fn a_listing_of_a_guest_is_refused() {
    let desk = desk();
    for (line, whose) in [
        ("00:00.0 Host bridge [0600]: Intel [8086:29c0]\n\tSubsystem: Red Hat [1af4:1100]\n", "QEMU's"),
        (
            "00:00.0 Host bridge [0600]: Intel 440BX [8086:7190]\n\tSubsystem: VMware [15ad:1976]\n",
            "VMware's",
        ),
        ("00:03.0 Ethernet controller [0200]: Red Hat Virtio network device [1af4:1000]\n", "QEMU's"),
    ] {
        from(&desk, "qemu", &format!("{line}{CARD}"), "").exits(2).says(&[
            "inside a virtual machine",
            whose,
            "on the host",
        ]);
    }
}

/// The status of each host for a case of the field, and what is said.
#[test]
fn the_cases_of_the_field() {
    let desk = desk();
    desk.write("cards.txt", LSPCI);
    for (file, bhyve, qemu, words) in [
        ("01-musenki-qca988x.txt", 0, 0, &["does not come back from a bus reset"][..]),
        ("05-vm-bhyve.conf", 3, 3, &["0000:02:00.0", "pciconf -lv"]),
        ("06-pve13642-vfio.txt", 0, 0, &[]),
        ("07-wcn7850.txt", 0, 0, &[]),
        ("12-apu236-iommu.txt", 0, 0, &[]),
        ("13-iommu-indented.txt", 0, 0, &[]),
        ("13-iommu-same-line.txt", 0, 0, &[]),
        ("14-pvesh.json", 0, 0, &[]),
        ("14-vfio-dmesg.txt", 0, 0, &["did not answer any more"]),
        ("15-mt7915-two-functions.txt", 0, 0, &[]),
        ("16-openwrt11630-in-guest.txt", 2, 2, &["inside a virtual machine"]),
        ("24-opkg-extras-uci.txt", 3, 3, &["no network card"]),
    ] {
        let Some(text) = crate::shared::read(&format!("cases/vm/{file}")) else { return };
        let text = String::from_utf8(text).unwrap();
        for (host, code) in [("bhyve", bhyve), ("qemu", qemu), ("proxmox", qemu)] {
            let ran = from(&desk, host, &text, "");
            assert_eq!(i32::from(ran.code), code, "{file} in {host}: {}", ran.err);
            assert!(words.iter().all(|word| ran.err.contains(word)), "{file} in {host}: {}", ran.err);
            match (file, host) {
                ("06-pve13642-vfio.txt", "qemu") => {
                    assert!(ran.out.contains("softdep mt7921e pre: vfio-pci"), "{}", ran.out);
                    assert!(ran.out.contains("Line 3 shows that it is reserved already"), "{}", ran.out);
                }
                ("07-wcn7850.txt", "qemu") => {
                    assert!(ran.err.contains("reset the host") && ran.out.contains("memory='512'"))
                }
                ("12-apu236-iommu.txt", "qemu") => {
                    assert!(ran.err.contains("group 1 with 0000:01:00.0"), "{}", ran.err)
                }
                ("13-iommu-indented.txt", "qemu") => {
                    assert!(ran.err.contains("group 2 with 0000:01:00.0"), "{}", ran.err)
                }
                ("13-iommu-same-line.txt", "proxmox") => {
                    assert!(ran.out.contains("--hostpci0 0000:01:00,pcie=1"), "{}", ran.out)
                }
                ("15-mt7915-two-functions.txt", "bhyve") => {
                    assert!(ran.out.contains("-s 7:0,passthru,1/0/0 -s 8:0,passthru,2/0/0"), "{}", ran.out);
                }
                _ => {}
            }
        }
    }
}
