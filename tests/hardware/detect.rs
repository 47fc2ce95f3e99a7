//! Devices in pasted text, however it is mixed, broken or hostile.

use std::fs;

use owpkg::cli::Help;
use owpkg::hardware::detect::{MAX_DEVICES, machine, read};
use owpkg::hardware::{Availability, Bus, Catalogue, DeviceReport, Series, Status};
use proptest::prelude::*;

use super::holds;

fn report(text: &str) -> Vec<DeviceReport> {
    let series = Series::new(25, 12);
    let has = holds(series);
    Catalogue::builtin()
        .report(&read(text), Availability { has: &has, series: Some(series), variant: None })
        .devices
}

#[test]
fn a_mixture_is_read_in_its_order_and_the_rest_is_passed_over() {
    let text = "Hi all, my router shows:\n\
        00:00.0 Host bridge [0600]: Intel Corporation 440FX - 82441FX PMC [Natoma] [8086:1237] (rev 02)\n\
        00:02.0 VGA compatible controller [0300]: Device [1234:1111] (rev 02)\n\
        02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a] (rev 59)\n\
        \tSubsystem: Intel Corporation Dual Band Wireless-AC 7265 [8086:5010]\n\
        \tKernel driver in use: vfio-pci\n\
        03:00.0 Ethernet controller [0200]: Realtek RTL8125 [10ec:8125] (rev 05)\n\
        and on USB\n\
        Bus 001 Device 001: ID 1d6b:0002 Linux Foundation 2.0 root hub\n\
        Bus 001 Device 004: ID 0bda:c811 Realtek Semiconductor Corp.\n\
        [    9.1] bluetooth hci0: Direct firmware load for intel/ibt-19-0-4.sfi failed with error -2\n\
        thanks!";
    let devices = report(text);
    let found: Vec<_> =
        devices.iter().map(|device| (device.line, device.id.as_deref().unwrap_or(&device.name))).collect();
    assert_eq!(
        found,
        [(4, "8086:095a:8086:5010"), (7, "10ec:8125"), (10, "0bda:c811"), (11, "intel/ibt-19-0-4.sfi")]
    );
    assert_eq!(read(text).devices[2].driver.as_deref(), Some("vfio-pci"));
    assert_eq!(devices[0].name, "Intel Corporation Wireless 7265");
    assert_eq!(devices[0].userspace, ["wpad-basic-mbedtls"]);
    assert!(devices[1].userspace.is_empty());
}

#[test]
fn a_network_card_that_nobody_knows_is_named_as_such() {
    let devices = report(
        "05:00.0 Network controller [0280]: Acme Radio [dead:beef] (rev 01)\n06:00.0 SATA controller [0106]: Acme Disk [dead:bee0]",
    );
    assert_eq!(devices.len(), 1);
    assert_eq!((devices[0].status, devices[0].id.as_deref()), (Status::Unknown, Some("dead:beef")));
}

#[test]
fn firmware_that_a_log_misses_leads_to_its_package() {
    for (line, package) in [
        (
            "iwlwifi 0000:02:00.0: Direct firmware load for iwlwifi-7265D-29.ucode failed with error -2",
            "iwlwifi-firmware-iwl7265d",
        ),
        (
            "iwlwifi 0000:02:00.0: Direct firmware load for iwlwifi-7265D-99.ucode failed with error -2",
            "iwlwifi-firmware-iwl7265d",
        ),
        ("r8169 0000:03:00.0: Unable to load firmware rtl_nic/rtl8125b-2.fw (-2)", "r8169-firmware"),
        (
            "ath10k_pci 0000:01:00.0: could not fetch firmware file 'ath10k/QCA9984/hw1.0/firmware-5.bin': -2",
            "ath10k-firmware-qca9984",
        ),
        ("firmware_class: /lib/firmware/rtlwifi/rtl8188eufw.bin not found", "rtl8188eu-firmware"),
        (
            "bluetooth hci0: Direct firmware load for mediatek/BT_RAM_CODE_MT7961_1_2_hdr.bin failed with error -2",
            "mt7921bt-firmware",
        ),
    ] {
        let devices = report(line);
        assert_eq!(devices.len(), 1, "{line}");
        assert!(devices[0].firmware.iter().any(|each| each == package), "{line}: {:?}", devices[0].firmware);
        assert_eq!(devices[0].status, Status::Ok);
    }
    let unknown = report("acme 0000:01:00.0: Direct firmware load for acme/radio.bin failed with error -2");
    assert_eq!(unknown[0].status, Status::FirmwareMissing);
    for not_firmware in [
        "iwlwifi: loaded firmware version 29 7265D-29.ucode",
        "failed to load notes.txt",
        "firmware failed: ../../etc/shadow.bin",
    ] {
        assert_eq!(report(not_firmware), [], "{not_firmware}");
    }
}

#[test]
fn listings_without_ids_say_how_to_get_them() {
    let hints = |text| read(text).hints;
    assert!(
        hints("02:00.0 Network controller: Intel Corporation Wireless 7265 (rev 59)")[0]
            .contains("lspci -nnk")
    );
    assert!(
        hints("ugen0.2: <Realtek 802.11n WLAN Adapter> at usbus0, cfg=0 md=HOST spd=HIGH")[0]
            .contains("dump_device_desc")
    );
    let devices = report(
        "/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/6p, 480M\n    |__ Port 3: Dev 2, If 0, Class=Vendor Specific Class, Driver=rtl8xxxu, 480M",
    );
    assert_eq!(devices.len(), 1);
    assert_eq!(
        (devices[0].kmods.as_slice(), devices[0].id.as_ref()),
        (&["kmod-rtl8xxxu".to_owned()][..], None)
    );
}

#[test]
fn the_interfaces_of_one_device_are_put_together() {
    let text = "usb:v2C7Cp0125d0318dcEFdsc02dp01icFFiscFFipFFin00\nusb:v2C7Cp0125d0318dcEFdsc02dp01icFFisc00ip00in01\n";
    assert_eq!(read(text).devices.len(), 1);
    assert_eq!(read(text).devices[0].interfaces.len(), 2);
    assert_eq!(read(&text.repeat(2)).devices.len(), 2, "the same interface again is another device");
}

#[test]
fn names_cannot_harm_a_terminal() {
    let devices =
        report("02:00.0 Network controller [0280]: Evil \u{1b}[2J\u{202e}\u{7}card [8086:095a] (rev 59)");
    assert_eq!(devices[0].name, "Evil [2Jcard");
    let long = format!("02:00.0 Network controller [0280]: {} [8086:095a] (rev 59)", "x".repeat(1000));
    assert!(report(&long)[0].name.len() <= 120);
}

#[test]
fn huge_and_broken_text_is_bounded() {
    let many = "02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a] (rev 59)\n"
        .repeat(MAX_DEVICES + 10);
    let detected = read(&many);
    assert_eq!(detected.devices.len(), MAX_DEVICES);
    assert!(detected.truncated);
    assert_eq!(report(&"[8086:095a]".repeat(100_000)), []);
    assert_eq!(report(&"[".repeat(1_000_000)), []);
    let nameless = "Slot:\t02:00.0\nDevice:\t\nRev:\tzz\n\nP:  Vendor=zzzz ProdID=\nugen: <\nBus 001 Device 004: ID 0bda\npci:v\nusb:v12\nsdio:c";
    assert_eq!(report(nameless), []);
}

#[test]
fn this_machine_is_read_from_sysfs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, content: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    };
    for (file, content) in [
        ("vendor", "0x8086\n"),
        ("device", "0x095a\n"),
        ("subsystem_vendor", "0x8086\n"),
        ("subsystem_device", "0x5010\n"),
        ("revision", "0x59\n"),
        ("class", "0x028000\n"),
    ] {
        write(&format!("bus/pci/devices/0000:02:00.0/{file}"), content);
    }
    for (file, content) in [
        ("idVendor", "0bda\n"),
        ("idProduct", "c811\n"),
        ("bDeviceClass", "00\n"),
        ("bDeviceSubClass", "00\n"),
        ("bDeviceProtocol", "00\n"),
        ("product", "802.11ac NIC\n"),
    ] {
        write(&format!("bus/usb/devices/1-2/{file}"), content);
    }
    for (file, content) in [
        ("bInterfaceClass", "ff"),
        ("bInterfaceSubClass", "ff"),
        ("bInterfaceProtocol", "ff"),
        ("bInterfaceNumber", "00"),
    ] {
        write(&format!("bus/usb/devices/1-2/1-2:1.0/{file}"), content);
        write(&format!("bus/usb/devices/1-2:1.0/{file}"), content);
    }
    write("bus/sdio/devices/mmc1:0001:1/modalias", "sdio:c00v02D0dA9A6\n");
    write("bus/pci/devices/0000:03:00.0/vendor", "broken");
    let devices = machine(folder.path()).expect("there is a sysfs");
    let found: Vec<_> = devices
        .iter()
        .map(|device| (device.id.bus, device.id.to_string(), device.interfaces.len()))
        .collect();
    assert_eq!(
        found,
        [
            (Bus::Pci, "8086:095a:8086:5010".to_owned(), 0),
            (Bus::Usb, "0bda:c811".to_owned(), 1),
            (Bus::Sdio, "02d0:a9a6".to_owned(), 0)
        ]
    );
    assert_eq!(devices[0].id.revision, Some(0x59));
    assert_eq!(devices[1].name, "802.11ac NIC");

    let missing = machine(&folder.path().join("nowhere")).expect_err("no sysfs there");
    assert!(missing.help().is_some_and(|help| help.contains("owpkg detect -")));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[\n\t\r\\[\\]:=<>\"| ]|pci:v|usb:v|sdio:c|Slot:|P:  Vendor=|ugen0.1: <|Bus 1 Device 2: ID |class=0x|chip=0x|bInterfaceClass |firmware failed |02:00.0 |[0-9a-f]{4}){0,200}") {
        let detected = read(&text);
        prop_assert!(detected.devices.len() <= text.len());
        for device in report(&text) {
            prop_assert!(!device.name.chars().any(char::is_control));
        }
    }

    #[test]
    fn what_surrounds_a_listing_does_not_change_it(before in "[a-z \n]{0,60}", after in "[a-z \n]{0,60}") {
        let listing = "02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a] (rev 59)\n\tSubsystem: Intel [8086:5010]";
        let devices = report(&format!("{before}\n{listing}\n{after}"));
        prop_assert_eq!(devices.len(), 1);
        prop_assert_eq!(devices[0].id.as_deref(), Some("8086:095a:8086:5010"));
    }
}

/// What a text says of passing devices on.
#[test]
fn hosts_of_virtual_machines_are_told() {
    use owpkg::hardware::Hypervisor;
    use owpkg::hardware::detect::{HostFact, Maker};
    let card = "03:00.0 Network controller [0280]: Acme [14c3:7961]\n";
    for (text, hypervisor) in [
        (card.to_owned(), None),
        (format!("{card}\tKernel driver in use: vfio-pci\n"), Some(Hypervisor::Qemu)),
        ("vfio-pci.ids=14c3:7961".to_owned(), Some(Hypervisor::Qemu)),
        ("hostpci0: 0000:03:00".to_owned(), Some(Hypervisor::Proxmox)),
        ("passthru0=\"2/0/0\"".to_owned(), Some(Hypervisor::Bhyve)),
        ("iwm0@pci0:2:0:0: class=0x028000 chip=0x095a8086 rev=0x59".to_owned(), Some(Hypervisor::Bhyve)),
    ] {
        assert_eq!(read(&text).hypervisor, hypervisor, "{text}");
    }
    let facts =
        |text: &str| read(text).host.into_iter().map(|told| (told.line, told.fact)).collect::<Vec<_>>();
    let slot = "03:00.0".parse().unwrap();
    for (line, fact) in [
        ("iommu: Adding device 0000:03:00.0 to group 14", HostFact::Group { slot, group: 14 }),
        ("pci 0000:03:00.0: Adding to iommu group 14", HostFact::Group { slot, group: 14 }),
        ("AMD-Vi: Found IOMMU", HostFact::Cpu(Maker::Amd)),
        ("DMAR: IOMMU enabled", HostFact::Cpu(Maker::Intel)),
        ("hostpci12: 03:00,pcie=1", HostFact::Given { slot }),
        (
            "vfio_pci: add [14c3:7961[ffffffff:ffffffff]] class 0",
            HostFact::Reserved { vendor: 0x14c3, device: 0x7961 },
        ),
        ("vfio-pci 0000:03:00.0: enabling device (0000 -> 0002)", HostFact::Held { slot }),
    ] {
        assert_eq!(facts(&format!("hello\n{line}\n")), [(2, fact)], "{line}");
    }
    // Below the line of a group stand its devices, until something stands at the left again.
    let grouped =
        read(&format!("IOMMU Group 7:\n\t{card}04:00.0 SATA controller [0106]: Acme [1b21:0612]\n"));
    let groups: Vec<_> = grouped.devices.iter().map(|device| device.iommu_group).collect();
    assert_eq!(groups, [Some(7), None]);
    for broken in [
        "hostpci0: zz",
        "passthru0=",
        "pptdevs=\"300/0/0\"",
        "IOMMU Group x:",
        "[{\"id\":1}]",
        "[{",
        "<address bus='0x",
    ] {
        assert_eq!(read(broken).host, [], "{broken}");
    }
}
