//! `owpkg detect`: listings from files, pipes and machines; what is printed of them; input that is none.

use std::fs;

use camino::Utf8Path;

use super::{fits_a_terminal, json, keys};
use crate::support::run::owpkg;

const PCICONF: &str = "hostb0@pci0:0:0:0:\tclass=0x060000 rev=0x00 hdr=0x00 vendor=0x1022 device=0x1630 subvendor=0x1022 subdevice=0x1630\n    \
    device     = 'Renoir/Cezanne Root Complex'\n\
    ppt0@pci0:2:0:0:\tclass=0x028000 rev=0x59 hdr=0x00 vendor=0x8086 device=0x095a subvendor=0x8086 subdevice=0x5010\n    \
    vendor     = 'Intel Corporation'\n    device     = 'Wireless 7265'\n";

const LSPCI: &str = "02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a]\n\
    03:00.0 Ethernet controller [0200]: Realtek RTL8125 2.5GbE Controller [10ec:8125] (rev 05)\n\
    04:00.0 Network controller [0280]: Acme Radio [dead:beef]\n\
    05:00.0 SATA controller [0106]: Acme Disk [dead:bee0]\n";

const DMESG: &str = "[    9.100] iwlwifi 0000:02:00.0: Direct firmware load for iwlwifi-7265D-29.ucode failed with error -2\n\
    [    9.101] iwlwifi 0000:02:00.0: Direct firmware load for iwlwifi-7265D-28.ucode failed with error -2\n\
    [   12.000] acme 0000:03:00.0: Direct firmware load for acme/radio.bin failed with error -2\n";

#[test]
fn a_pipe_is_read_and_leads_to_the_next_step() {
    for args in [&["detect"][..], &["detect", "-"]] {
        let ran = owpkg(args).stdin(PCICONF).run();
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        for line in [
            "1 network device in standard input, for OpenWrt 25.12",
            "Wireless 7265: supported",
            "  where     pci 8086:095a:8086:5010 revision 59, line 3",
            "  chip      iwl7265d (Wi-Fi, certainty high)",
            "  driver    kmod-iwlwifi",
            "  firmware  iwlwifi-firmware-iwl7265d",
            "  programs  wpad-basic-mbedtls",
            "next: owpkg resolve --chip iwl7265d",
        ] {
            assert!(ran.out.lines().any(|each| each == line), "{line:?} in:\n{}", ran.out);
        }
        assert!(ran.out.contains("no access point on 5 or 6 GHz"), "its limits: {}", ran.out);
        assert!(fits_a_terminal(&ran.out), "{}", ran.out);
    }
}

#[test]
fn a_file_is_named_in_the_next_step_as_a_shell_reads_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cwd = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
    fs::write(folder.path().join("my cards.txt"), LSPCI).expect("written");
    let ran = owpkg(&["detect", "my cards.txt", "--release", "24.10.2"]).cwd(cwd).run();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("3 network devices in my cards.txt, "), "{}", ran.out);
    assert!(ran.out.contains("Acme Radio: not in the catalogue"), "{}", ran.out);
    assert!(!ran.out.contains("Acme Disk"), "{}", ran.out);
    assert!(
        ran.out.ends_with("\nnext: owpkg resolve --detect 'my cards.txt' --release 24.10.2\n"),
        "{}",
        ran.out
    );
}

#[test]
fn a_chip_that_stays_open_is_taken_by_its_id() {
    let ran = owpkg(&["detect"]).stdin(LSPCI).run();
    assert!(ran.out.contains("chip      iwl7265d, iwl7265 (Wi-Fi, certainty low)"), "{}", ran.out);
    assert!(ran.out.contains("the PCI revision decides"), "{}", ran.out);
    assert!(ran.out.ends_with("next: owpkg resolve --chip rtl8125 --device pci:8086:095a\n"), "{}", ran.out);
}

#[test]
fn one_card_seen_many_times_is_shown_once() {
    let line = LSPCI.lines().next().expect("a line");
    let ran = owpkg(&["detect"]).stdin(format!("{line}\n").repeat(500)).run();
    assert!(ran.out.starts_with("1 network device in"), "{}", ran.out);
    assert!(ran.out.contains("line 1 and 499 more"), "{}", ran.out);
    let all = owpkg(&["detect", "--json"]).stdin(format!("{line}\n").repeat(500)).run();
    assert_eq!(json(&all.out)["devices"].as_array().map(Vec::len), Some(500));
}

#[test]
fn firmware_that_a_log_misses_is_shown_by_its_packages() {
    let ran = owpkg(&["detect"]).stdin(DMESG).run();
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with("3 missing firmware files in standard input"), "{}", ran.out);
    assert!(ran.out.contains("firmware iwlwifi-7265D-29.ucode and 1 more: packaged"), "{}", ran.out);
    assert!(ran.out.contains("firmware acme/radio.bin: no package is known"), "{}", ran.out);
    assert!(ran.out.ends_with("next: owpkg resolve --add iwlwifi-firmware-iwl7265d\n"), "{}", ran.out);
}

#[test]
fn the_json_has_exactly_its_documented_keys() {
    let ran = owpkg(&["detect", "--json"]).stdin(PCICONF).run();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let report = json(&ran.out);
    assert_eq!(keys(&report), ["schema", "devices", "passed_over"]);
    assert_eq!(report["schema"], "owpkg.devices/1");
    let device = &report["devices"][0];
    let documented = [
        "line",
        "bus",
        "id",
        "revision",
        "chip",
        "name",
        "kmods",
        "firmware",
        "userspace",
        "status",
        "certainty",
        "notes",
        "offers",
    ];
    assert_eq!(keys(device), documented);
    assert_eq!(device["line"], 3);
    assert_eq!(device["id"], "8086:095a:8086:5010");
    assert_eq!(device["kmods"], serde_json::json!(["kmod-iwlwifi"]));
    let open = owpkg(&["detect", "--json"]).stdin(LSPCI).run();
    assert_eq!(json(&open.out)["devices"][0]["chip"], serde_json::json!(["iwl7265d", "iwl7265"]));
}

#[test]
fn the_release_decides_the_names_of_packages() {
    let wpad = |release: &str| {
        let ran = owpkg(&["detect", "--json", "--release", release]).stdin(PCICONF).run();
        assert_eq!(ran.code, 0, "{}", ran.err);
        json(&ran.out)["devices"][0]["userspace"][0].as_str().map(str::to_owned)
    };
    assert_eq!(wpad("25.12.0").as_deref(), Some("wpad-basic-mbedtls"));
    assert_eq!(wpad("22.03.5").as_deref(), Some("wpad-basic-wolfssl"));
    assert_eq!(wpad("19.07").as_deref(), Some("wpad-basic"));
    let ran = owpkg(&["detect", "--release", "yesterday"]).stdin(PCICONF).run();
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("\"yesterday\" is not a release"), "{}", ran.err);
}

#[test]
fn input_without_a_network_device_names_the_listings_that_work() {
    for (input, help) in [
        ("", "lspci -nnk"),
        ("hello\n\0\u{1b}[31mworld", "pciconf -lv"),
        ("05:00.0 SATA controller [0106]: Acme Disk [dead:bee0]\n", "lsusb"),
        ("05:00.0 SATA controller [0106]: Acme Disk [dead:bee0]\n", "only dead:bee0 (Acme Disk)"),
        ("02:00.0 SATA controller: Acme Disk (rev 59)\n", "lspci -nnk"),
    ] {
        let ran = owpkg(&["detect"]).stdin(input).run();
        assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{input:?}");
        assert!(ran.err.contains(help), "{input:?}: {}", ran.err);
    }
    let ran = owpkg(&["detect", "--json"]).stdin("").run();
    assert_eq!(ran.code, 3);
    assert_eq!(json(&ran.out)["schema"], "owpkg.error/1");
}

#[test]
fn a_listing_without_ids_leads_to_chips_by_name_and_says_what_would_be_sure() {
    let ran = owpkg(&["detect"])
        .stdin("02:00.0 Network controller: Intel Corporation Wireless 7265 (rev 59)\n")
        .run();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("certainty low") && ran.out.contains("an id would be sure"), "{}", ran.out);
    let ran = owpkg(&["resolve", "--demo", "--no-lock", "--format", "names", "--detect", "-"])
        .stdin("03:00.0 Ethernet controller: Realtek Semiconductor Co., Ltd. RTL8125 2.5GbE Controller (rev 05)\n")
        .run();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("line 1 shows no id"), "{}", ran.err);
}

#[test]
fn a_disk_that_is_a_modem_makes_a_plan_of_what_switches_it() {
    let ran =
        owpkg(&["resolve", "--demo", "--no-lock", "--format", "names", "--device", "usb:12d1:1f01"]).run();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.lines().any(|line| line == "usb-modeswitch"), "{}", ran.out);
    assert!(ran.err.contains("CD-ROM mode") && ran.err.contains("12d1:14dc"), "{}", ran.err);
}

#[test]
fn a_router_that_describes_itself_is_told_the_flags_for_it() {
    let text = "{\n\t\"model\": \"QEMU\",\n\t\"release\": {\n\t\t\"version\": \"23.05.2\",\n\t\t\"target\": \"x86/64\"\n\t}\n}\n";
    let ran = owpkg(&["detect"]).stdin(text).run();
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("--release 23.05.2 --target x86/64"), "{}", ran.err);
}

#[test]
fn hostile_and_huge_input_neither_harms_nor_stops_it() {
    let line = format!("{}\n", "A".repeat(1 << 20));
    let huge = format!("{PCICONF}{}", line.repeat(17));
    let ran = owpkg(&["detect"]).stdin(huge).run();
    assert_eq!(ran.code, 0);
    assert!(ran.err.starts_with("warning: standard input: only the first 16 MiB"), "{}", ran.err);
    let hostile = "02:00.0 Network controller [0280]: \u{1b}]0;pwned\u{7}\u{202e}Card [8086:095a] (rev 59)\n";
    let ran = owpkg(&["detect"]).stdin(hostile).run();
    assert_eq!(ran.code, 0);
    assert!(!ran.out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{:?}", ran.out);
    let ran =
        owpkg(&["detect"]).stdin([b"\xff\xfe\x00".as_slice(), PCICONF.as_bytes(), b"\xc3"].concat()).run();
    assert!(ran.out.contains("iwl7265d"), "{}", ran.out);
}

#[test]
fn a_folder_is_read_as_a_sysfs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let device = folder.path().join("sys/bus/pci/devices/0000:02:00.0");
    fs::create_dir_all(&device).expect("made");
    for (file, text) in [
        ("vendor", "0x8086"),
        ("device", "0x095a"),
        ("subsystem_vendor", "0x8086"),
        ("subsystem_device", "0x5010"),
        ("revision", "0x59"),
        ("class", "0x028000"),
    ] {
        fs::write(device.join(file), format!("{text}\n")).expect("written");
    }
    let cwd = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
    let ran = owpkg(&["detect", "sys"]).cwd(cwd).run();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("where     pci 8086:095a:8086:5010 revision 59\n"), "{}", ran.out);
    assert!(ran.out.ends_with("next: owpkg resolve --detect sys\n"), "{}", ran.out);
    let empty = owpkg(&["detect", "sys/bus"]).cwd(cwd).run();
    assert_eq!(empty.code, 2, "{}", empty.err);
    assert!(empty.err.contains("| owpkg detect"), "{}", empty.err);
}

#[test]
fn at_a_terminal_this_machine_is_read() {
    let ran = owpkg(&["detect"]).run();
    assert!([0, 3, 6].contains(&ran.code), "{} {}", ran.code, ran.err);
    assert!(!format!("{}{}", ran.out, ran.err).contains("standard input"), "{}", ran.err);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let ran = owpkg(&["detect", "no-such-file"]).run();
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("error: no-such-file cannot be read: "), "{}", ran.err);
}

#[test]
fn colour_is_for_terminals_alone() {
    let colour = |run: crate::support::run::Run| run.stdin(PCICONF).run().out.contains('\u{1b}');
    assert!(colour(owpkg(&["detect"]).on_terminal()));
    assert!(!colour(owpkg(&["detect"]).on_terminal().var("NO_COLOR", "1")));
    assert!(!colour(owpkg(&["detect"])));
}
