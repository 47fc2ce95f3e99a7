//! What people pasted in public, cut to what matters, and what is right.

use owpkg::hardware::{Availability, Catalogue, DeviceReport, DevicesReport, Series, Status, Why, detect};

use super::holds;
use crate::shared;

fn report_of(text: &str, series: Series) -> DevicesReport {
    let has = holds(series);
    Catalogue::builtin()
        .report(&detect::read(text), Availability { has: &has, series: Some(series), variant: None })
}

fn devices(text: &str) -> Vec<DeviceReport> {
    report_of(text, V25_12).devices
}

/// A file of the shared cases; nothing where they do not lie beside the checkout.
fn case(name: &str) -> Option<String> {
    Some(detect::decode(&shared::read(&format!("cases/detect/{name}"))?))
}

const V25_12: Series = Series::new(25, 12);

/// A file, the id that it shows, and the modules, firmware and status that are right for it.
type Case<'a> = (&'a str, &'a str, &'a [&'a str], &'a [&'a str], Status);

#[test]
fn public_cases_have_their_right_answers() {
    let rows: &[Case<'_>] = &[
        ("03-mt76-1116-mt7902.txt", "14c3:7902", &["kmod-mt7921e"], &[], Status::FirmwareMissing),
        ("07-omr4326-rtl8125-lspci-k.txt", "", &["kmod-r8169"], &["r8169-firmware"], Status::Ok),
        (
            "13-forum178738-huawei.txt",
            "12d1:1573",
            &["kmod-usb-serial-option", "kmod-usb-net-huawei-cdc-ncm"],
            &[],
            Status::Ok,
        ),
        (
            "14-forum171787-fibocom.txt",
            "2cb7:0001",
            &["kmod-usb-serial-option", "kmod-usb-net-cdc-ether"],
            &[],
            Status::Ok,
        ),
        ("15-forum26730-zerocd.txt", "05c6:f000", &[], &[], Status::Ok),
        (
            "16-nbd168-4-ittim.txt",
            "0b48:7922:0b48:7922",
            &["kmod-mt7921e"],
            &["kmod-mt7922-firmware"],
            Status::Ok,
        ),
        (
            "31-windows-hwid-own.txt",
            "14c3:7961:105b:e0ab",
            &["kmod-mt7921e"],
            &["kmod-mt7921-firmware"],
            Status::Ok,
        ),
        (
            "41-pcidev-line.txt",
            "8086:7a70:8086:0074",
            &["kmod-iwlwifi"],
            &["iwlwifi-firmware-ax101"],
            Status::Ok,
        ),
        (
            "48-freebsd-dmesg.txt",
            "8086:2725:8086:0024",
            &["kmod-iwlwifi"],
            &["iwlwifi-firmware-ax210"],
            Status::Ok,
        ),
    ];
    for (file, id, kmods, firmware, status) in rows {
        let Some(text) = case(file) else { return };
        let found = devices(&text);
        let first = found.first().unwrap_or_else(|| panic!("{file}: {text}"));
        assert_eq!(first.id.as_deref().unwrap_or(""), *id, "{file}");
        assert_eq!(
            (first.kmods.as_slice(), first.status),
            (owned(kmods).as_slice(), *status),
            "{file}: {first:?}"
        );
        assert_eq!(first.firmware, owned(firmware), "{file}: {first:?}");
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn a_modem_gets_its_network_side_and_is_not_sure_of_it() {
    for file in ["13-forum178738-huawei.txt", "14-forum171787-fibocom.txt"] {
        let Some(text) = case(file) else { return };
        let modem = &devices(&text)[0];
        assert_eq!(modem.certainty.word(), "low", "{file}");
        assert!(
            modem.notes.facts.iter().any(|note| note.contains("interfaces")),
            "{file}: {:?}",
            modem.notes.facts
        );
    }
}

#[test]
fn a_disk_that_is_a_modem_is_switched_and_looked_at_again() {
    for (listing, after) in [
        ("Bus 001 Device 003: ID 05c6:f000 Qualcomm, Inc.", "05c6:9000"),
        ("Bus 001 Device 003: ID 0bda:1a2b Realtek Semiconductor Corp. RTL8188GU", ""),
        ("Bus 001 Device 003: ID 12d1:1f01 Huawei Technologies Co., Ltd.", "12d1:14dc"),
        ("Bus 001 Device 003: ID 19d2:2000 ZTE WCDMA Technologies MSM", "19d2:0002"),
    ] {
        let found = devices(listing);
        assert_eq!(found[0].userspace, ["usb-modeswitch"], "{listing}: {found:?}");
        assert!(
            found[0].notes.facts[0].contains("CD-ROM mode") && found[0].notes.facts[0].contains(after),
            "{:?}",
            found[0].notes
        );
    }
    // A stick whose Wi-Fi shows is no disk any more.
    let text = "T:  Bus=01 Lev=01 Prnt=01 Port=02 Cnt=01 Dev#=  4\nP:  Vendor=0bda ProdID=c811 Rev= 2.00\nI:* If#= 0 Alt= 0 #EPs= 6 Cls=ff(vend.) Sub=ff Prot=ff Driver=x";
    assert_eq!(devices(text)[0].kmods, ["kmod-rtw88-8821cu"]);
}

#[test]
fn a_card_and_its_bluetooth_half_are_two_devices() {
    if let Some(text) = case("19-usbwifi690-oneline.txt") {
        let found = devices(&text);
        let ids: Vec<_> = found.iter().filter_map(|device| device.id.as_deref()).collect();
        assert_eq!(ids, ["8087:0a2b", "0e8d:7961"]);
        assert_eq!(
            (&found[1].kmods[..], &found[1].firmware[..]),
            (&owned(&["kmod-mt7921u"])[..], &owned(&["kmod-mt7921-firmware"])[..])
        );
        let over: Vec<_> = report_of(&text, V25_12).passed_over.into_iter().map(|seen| seen.id).collect();
        assert_eq!(over, ["1d6b:0002", "04f2:b52c", "138a:0017", "0461:4d65", "1d6b:0003"]);
    }
    if let Some(text) = case("23-manjaro-inxi-rz608.txt") {
        let found = devices(&text);
        let ids: Vec<_> = found.iter().filter_map(|device| device.id.as_deref()).collect();
        assert_eq!(ids, ["14c3:0608", "0e8d:0608"]);
        assert_eq!(
            (&found[0].kmods[..], &found[0].firmware[..]),
            (&owned(&["kmod-mt7921e"])[..], &owned(&["kmod-mt7921-firmware"])[..])
        );
        assert!(found[0].offers.is_empty(), "the listing has the half itself");
    }
    let alone = devices(
        "02:00.0 Network controller [0280]: Intel Corporation Wi-Fi 6E(802.11ax) AX210 [8086:2725] (rev 1a)",
    );
    assert_eq!(alone[0].offers, ["usb:8087:0032"]);
    let half = devices("Bus 001 Device 003: ID 0e8d:0616 MediaTek Inc. Wireless_Device");
    assert_eq!(half[0].firmware, ["mt7922bt-firmware"], "{half:?}");
}

#[test]
fn the_bluetooth_half_of_a_card_is_offered_and_not_taken() {
    let catalogue = Catalogue::builtin();
    let both = "03:00.0 Network controller [0280]: MEDIATEK Corp. MT7922 [14c3:0616]\nBus 001 Device 003: ID 0e8d:0616 MediaTek Inc. Wireless_Device";
    let detected = detect::read(both);
    let offered: Vec<String> =
        catalogue.offered(&detected.devices).iter().map(|device| device.id.to_string()).collect();
    assert_eq!(offered, ["0e8d:0616"]);
    let alone = detect::read("Bus 001 Device 003: ID 0e8d:0616 MediaTek Inc. Wireless_Device");
    assert!(catalogue.offered(&alone.devices).is_empty(), "who shows it alone wants it");
}

#[test]
fn a_bluetooth_device_is_one_whatever_its_id() {
    for text in [
        "T:  Bus=01 Lev=01 Prnt=01 Port=02 Cnt=01 Dev#=  4\nD:  Ver= 2.00 Cls=e0(wlcon) Sub=01 Prot=01 MxPS=64 #Cfgs=  1\nP:  Vendor=fff1 ProdID=fff2 Rev= 1.00\nI:* If#= 0 Alt= 0 #EPs= 3 Cls=e0(wlcon) Sub=01 Prot=01 Driver=btusb",
        "usb:vFFF1pFFF2d0100dcE0dsc01dp01icE0isc01ip01in00",
        "Bluetooth:\n  Device-1: Acme Radio type: USB driver: btusb v: 0.8\n    bus-ID: 3-3:2 chip-ID: fff1:fff2 class-ID: e001",
    ] {
        let found = devices(text);
        assert_eq!(found[0].kmods, ["kmod-btusb"], "{text}: {found:?}");
    }
}

#[test]
fn what_a_later_kernel_brings_is_said_by_release() {
    let Some(text) = case("27-openwrt14025-ax101.txt") else { return };
    let status = |series| report_of(&text, series).devices[0].status;
    assert_eq!(status(Series::new(23, 5)), Status::NotInRelease);
    assert_eq!((status(Series::new(24, 10)), status(V25_12)), (Status::Ok, Status::Ok));
    let Some(text) = case("49-haos4962-yt6801.txt") else { return };
    let found = report_of(&text, V25_12).devices;
    assert_eq!(found[0].status, Status::NotInRelease);
    let found = report_of(&text, Series::SNAPSHOT).devices;
    assert_eq!((found[0].status, &found[0].kmods[..]), (Status::Ok, &owned(&["kmod-dwmac-motorcomm"])[..]));
    for id in ["14c3:7993", "14c3:799b"] {
        let found = devices(&format!("01:00.0 Network controller [0280]: MEDIATEK Corp. Device [{id}]"));
        assert_eq!(found[0].status, Status::Ok, "{id}");
        assert!(found[0].firmware.contains(&"kmod-mt7990-firmware".to_owned()));
    }
}

#[test]
fn what_the_kernel_has_inside_is_said_to_need_nothing() {
    let Some(text) = case("51-virtio-vmxnet3.txt") else { return };
    let found = devices(&text);
    assert_eq!(found.len(), 2);
    for device in found {
        assert_eq!(device.status, Status::BuiltIn, "{device:?}");
        assert!(
            device.kmods.is_empty() && device.notes.facts.iter().any(|note| note.contains("x86/64")),
            "{device:?}"
        );
    }
}

#[test]
fn names_lead_to_chips_where_ids_are_missing() {
    for (line, chips) in [
        (
            "03:00.0 Ethernet controller: Realtek Semiconductor Co., Ltd. RTL8125 2.5GbE Controller (rev 05)",
            &["rtl8125"][..],
        ),
        ("02:00.0 Network controller: Intel Corporation Wireless 7265 (rev 59)", &["iwl7265", "iwl7265d"]),
        ("iwm0 at pci2 dev 0 function 0 \"Intel Dual Band Wireless-AC 7260\" rev 0x83, msi", &["iwl7260"]),
        ("iwlwifi 0000:02:00.0: Detected Intel(R) Dual Band Wireless AC 7265, REV=0x210", &["iwl7265d"]),
        ("iwlwifi 0000:02:00.0: Detected Intel(R) Dual Band Wireless AC 7265, REV=0x184", &["iwl7265"]),
        (
            "  *-network\n     description: Wireless interface\n     product: AR9485 Wireless Network Adapter\n     vendor: Qualcomm Atheros\n     bus info: pci@0000:03:00.0",
            &["ar9485"],
        ),
        (
            "Network:\n  Device-1: MEDIATEK MT7922 802.11ax PCI Express Wireless Network Adapter\n    driver: mt7921e",
            &["mt7922"],
        ),
    ] {
        let found = devices(line);
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        assert_eq!(found[0].chip.as_slice(), chips, "{line}");
        assert_eq!(found[0].certainty.word(), "low", "{line}");
        assert!(found[0].notes.facts.iter().any(|note| note.contains("an id would be sure")), "{line}");
    }
    let unknown = devices("02:00.0 Network controller: Acme Radio (rev 59)");
    assert_eq!((unknown[0].status, unknown[0].name.as_str()), (Status::Unknown, "Acme Radio"));
}

#[test]
fn what_iwlwifi_read_decides_between_the_7265_and_the_7265d() {
    let log = |read: &str| {
        format!(
            "[    1.2] pci 0000:02:00.0: [8086:095a] type 00 class 0x028000\n[    9.1] iwlwifi 0000:02:00.0: Detected Intel(R) Dual Band Wireless AC 7265, REV={read}"
        )
    };
    let chips =
        |text: &str| devices(text).iter().map(|device| device.chip.as_slice().to_vec()).collect::<Vec<_>>();
    assert_eq!(chips(&log("0x210")), [["iwl7265d"]]);
    assert_eq!(chips(&log("0x184")), [["iwl7265"]]);
    assert_eq!(chips("iwlwifi 0000:02:00.0: PCI dev 095a/5010, rev=0x210, rfid=0xd55555d5"), [["iwl7265d"]]);
}

#[test]
fn a_log_line_that_misses_firmware_leads_to_the_chip() {
    for (line, chip, status) in [
        (
            "rtl8xxxu 1-1:1.0: Direct firmware load for rtlwifi/rtl8192fufw.bin failed with error -2",
            "rtl8192fu",
            Status::FirmwareMissing,
        ),
        (
            "iwlwifi 0000:02:00.0: Direct firmware load for iwlwifi-so-a0-hr-b0-72.ucode failed with error -2",
            "",
            Status::Ok,
        ),
        (
            "mt7921e 0000:01:00.0: Direct firmware load for mediatek/WIFI_RAM_CODE_MT7902_1.bin failed with error -2",
            "mt7902",
            Status::FirmwareMissing,
        ),
    ] {
        let found = devices(line);
        assert_eq!(found[0].status, status, "{line}");
        assert_eq!(found[0].chip.as_slice().first().copied().unwrap_or(""), chip, "{line}: {found:?}");
    }
}

/// Ids are never passed over in silence.
#[test]
fn every_id_of_a_listing_is_reported_or_passed_over_with_its_reason() {
    let report = report_of(
        "00:00.0 Host bridge [0600]: Intel Corporation 440FX [8086:1237] (rev 02)\nBus 001 Device 002: ID fff1:fff2 Acme Thing\nBus 001 Device 003: ID fff1:fff3 Acme Wireless Adapter\nit says abcd:ef01 on the label",
        V25_12,
    );
    let found: Vec<_> = report.devices.iter().map(|device| (device.id.as_deref(), device.status)).collect();
    assert_eq!(found, [(Some("fff1:fff3"), Status::Unknown)]);
    let over: Vec<_> =
        report.passed_over.iter().map(|seen| (seen.line, seen.id.as_str(), seen.why)).collect();
    assert_eq!(
        over,
        [
            (1, "8086:1237", Why::OtherClass),
            (2, "fff1:fff2", Why::UnknownId),
            (4, "abcd:ef01", Why::UnknownId)
        ]
    );
}

#[test]
fn a_router_that_describes_itself_is_heard() {
    let board = detect::read("{\n\t\"kernel\": \"5.15.137\",\n\t\"model\": \"QEMU Standard PC\",\n\t\"release\": {\n\t\t\"distribution\": \"OpenWrt\",\n\t\t\"version\": \"23.05.2\",\n\t\t\"target\": \"x86/64\"\n\t}\n}").board;
    assert_eq!((board.release.as_deref(), board.target.as_deref()), (Some("23.05.2"), Some("x86/64")));
    let board = detect::read("Model\tQEMU Standard PC\nTarget Platform\tx86/64\nFirmware Version\tOpenWrt 23.05.2 r23630-842932a63d / LuCI").board;
    assert_eq!((board.release.as_deref(), board.target.as_deref()), (Some("23.05.2"), Some("x86/64")));
}
