//! What is warned of before a disk or a virtual machine is made.

use crate::support::feeds::{Builder, FORMATS, Site, wifi};
use crate::support::run::Desk;

const KEY: &str = "correct horse battery";

fn warnings(site: &Site, line: &str) -> String {
    let _ = std::fs::remove_file(site.path().join("d.img"));
    site.owpkg(&format!("disk d.img --wifi home {line}")).var("OWPKG_WIFI_KEY", KEY).run().exits(0).err
}

#[test]
fn an_access_point_on_five_ghz_of_intel_s_cards() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ap = "--wifi-mode ap --wifi-country de";
        let note = "the access point on 5 GHz will not come up on a card of kmod-iwlwifi (no access point on 5 or 6 GHz)";
        let err = warnings(&site, &format!("--chip iwl7265d {ap} --wifi-band 5g"));
        assert_eq!(err.matches(note).count(), 1, "once for all chips of the driver: {err}");
        assert!(err.contains("--wifi-band 2g"), "{err}");
        for fine in [
            "--chip iwl7265d --wifi-band 5g".to_owned(),
            format!("--chip iwl7265d {ap}"),
            format!("--chip mt7921e {ap} --wifi-band 5g"),
        ] {
            let err = warnings(&site, &fine);
            assert!(!err.contains("will not come up"), "{fine}: {err}");
        }
    }
}

#[test]
fn the_same_from_a_lock() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        let run = site.desk.owpkg("disk d.img --key key --wifi home --wifi-mode ap --wifi-band 5g");
        run.var("OWPKG_WIFI_KEY", KEY)
            .run()
            .exits(0)
            .says(&["will not come up on a card of kmod-iwlwifi", "without a country"]);
    }
}

#[test]
fn an_access_point_without_a_country() {
    let site = wifi().on(FORMATS[0]);
    let note = "without a country";
    assert!(warnings(&site, "--chip mt7921e --wifi-mode ap --wifi-band 5g").contains(note));
    for fine in ["--wifi-mode ap --wifi-band 5g --wifi-country de", "--wifi-mode ap", "--wifi-band 5g"] {
        assert!(!warnings(&site, &format!("--chip mt7921e {fine}")).contains(note), "{fine}");
    }
}

/// [`wifi`] with programs that know no WPA3 or not both sides of a Wi-Fi.
fn old_programs() -> Builder {
    wifi().package("wpad-mini", "1").package("wpa-supplicant-mini", "1").package("hostapd-mbedtls", "1")
}

#[test]
fn a_wpad_without_wpa3() {
    for format in FORMATS {
        let site = old_programs().on(format);
        let old = "--chip iwl7265d --wpa wpad-mini";
        for encryption in ["sae", "sae-mixed"] {
            let err = warnings(&site, &format!("{old} --wifi-encryption {encryption}"));
            assert!(err.contains(&format!("wpad-mini cannot do {encryption}")), "{err}");
        }
        assert!(!warnings(&site, &format!("{old} --wifi-encryption psk2")).contains("cannot do"));
        assert!(!warnings(&site, "--chip iwl7265d --wifi-encryption sae").contains("cannot do"));
        // Without a word the encryption is one that it can do.
        site.owpkg(&format!("disk e --format dir --wifi home {old}"))
            .var("OWPKG_WIFI_KEY", KEY)
            .run()
            .exits(0);
        assert!(site.read("e/files/etc/uci-defaults/99-owpkg-wifi").contains("encryption='psk2'"));
    }
}

#[test]
fn programs_for_the_other_side_of_a_wifi_or_none() {
    let site = old_programs().on(FORMATS[1]);
    let ap = "--wifi-mode ap";
    for (line, words) in [
        (
            format!("--chip iwl7265d --wpa wpa-supplicant-mini {ap}"),
            "wpa-supplicant-mini cannot be an access point",
        ),
        ("--chip iwl7265d --wpa hostapd-mbedtls".to_owned(), "hostapd-mbedtls cannot join a Wi-Fi"),
        ("--chip iwl7265d --wpa none".to_owned(), "nothing on the router can join a Wi-Fi"),
    ] {
        assert!(warnings(&site, &line).contains(words), "{line}: {}", warnings(&site, &line));
    }
    for line in [
        format!("--chip iwl7265d {ap}"),
        "--chip iwl7265d --wpa wpa-supplicant-mini --wifi-encryption psk2".to_owned(),
    ] {
        let err = warnings(&site, &line);
        assert!(!err.contains("cannot") && !err.contains("nothing on the router"), "{err}");
    }
    // One that the router holds already counts.
    let site = wifi().stock("wpad-basic-mbedtls", "2025.08.26~ca266cc2-r1").on(FORMATS[0]);
    assert!(!warnings(&site, "--chip iwl7265d").contains("nothing on the router"));
}

#[test]
fn a_station_without_a_band_looks_at_one_only() {
    let site = wifi().on(FORMATS[1]);
    let note = "on the card's highest band only";
    assert!(warnings(&site, "--chip iwl7265d").contains(note));
    assert!(!warnings(&site, "--chip iwl7265d --wifi-band 2g").contains(note));
    let mut older = wifi();
    older.blueprint.release = "24.10.2".into();
    assert!(!warnings(&older.on(FORMATS[0]), "--chip iwl7265d").contains(note));
}

#[test]
fn a_router_that_cannot_mount_a_fat_disk() {
    for format in FORMATS {
        for missing in ["kmod-fs-vfat", "kmod-nls-cp437", "kmod-nls-iso8859-1"] {
            let mut builder = wifi();
            builder.blueprint.manifest.retain(|(name, _)| name != missing);
            let site = builder.on(format);
            let words = [&*format!("the router holds no {missing}:"), "(owpkg disk pkgs.tar)"];
            site.owpkg("resolve --chip iwl7265d").run().exits(0).says(&words);
            site.owpkg("disk d.img --chip iwl7265d").run().exits(0).says(&words);
            let tar = site.owpkg("disk d.tar --format tar --chip iwl7265d").run().exits(0);
            assert!(!tar.err.contains("the router holds no"), "a tar needs no mount: {}", tar.err);
        }
        let ran = wifi().on(format).owpkg("disk d.img --chip iwl7265d").run().exits(0);
        assert!(!ran.err.contains("the router holds no"), "{}", ran.err);
    }
}

const ETHERNET: &str = "00:1f.6 Ethernet controller [0200]: Intel [8086:15bc]\n";
const CONTROLLER: &str = "00:14.0 USB controller [0c03]: Intel [8086:9d2f]\n";
const ADAPTER: &str = "Bus 001 Device 004: ID 0bda:c811 Realtek Semiconductor Corp. 802.11ac NIC\n";

fn with_image_and_disk() -> Desk {
    let desk = Desk::new();
    desk.write("a", crate::vm::efi_image());
    desk.owpkg("disk b --demo --add iw --format fat").run().exits(0);
    desk
}

#[test]
fn an_adapter_on_usb_is_not_passed_like_a_card() {
    let desk = with_image_and_disk();
    let vm = |listing: String, line: &str| {
        desk.owpkg(&format!("vm {line} --detect - --image a --disk b")).stdin(listing).run()
    };
    let ways =
        ["0bda:c811", "on USB", "usb-host,vendorid=0x0bda,productid=0xc811", "bhyve passes no USB device"];
    vm(ADAPTER.to_owned(), "bhyve").exits(3).says(&["0bda:c811", "on USB", "bhyve passes no USB device"]);
    vm(format!("{CONTROLLER}{ADAPTER}"), "bhyve").exits(3).says(&["0bda:c811", "on USB", "--card 0/20/0"]);
    vm(format!("{ETHERNET}{ADAPTER}"), "bhyve").exits(0).says(&ways).says(&["no Wi-Fi card"]);
    for host in ["qemu", "proxmox"] {
        for listing in [ADAPTER.to_owned(), format!("{CONTROLLER}{ADAPTER}"), format!("{ETHERNET}{ADAPTER}")]
        {
            let recipe = vm(listing, host).exits(0).out;
            assert!(recipe.contains("the USB adapter 0bda:c811"), "it is passed by itself: {recipe}");
        }
    }
    for host in ["bhyve", "qemu"] {
        let wifi = "03:00.0 Network controller [0280]: Acme [8086:2725]\n";
        assert_eq!(vm(format!("{wifi}{ADAPTER}"), host).exits(0).err, "", "the card is meant");
        let whole = vm(format!("{CONTROLLER}{ADAPTER}"), &format!("{host} --card 00:14.0")).exits(0);
        assert_eq!(whole.err, "", "the way out that was named");
    }
}

#[test]
fn a_card_that_no_guest_can_use_or_use_twice() {
    let desk = with_image_and_disk();
    let vm = |id: &str| {
        let listing = format!("02:00.0 Network controller [0280]: Acme [{id}]\n");
        desk.owpkg("vm bhyve --detect - --image a --disk b --anyway").stdin(listing).run().exits(0).err
    };
    assert!(vm("14e4:43a0").contains("OpenWrt has no driver package for bcm43142"), "{}", vm("14e4:43a0"));
    assert!(vm("168c:003e").contains("qca6174: does not come back from a bus reset"), "{}", vm("168c:003e"));
    assert_eq!(vm("14c3:7961"), "");
}

#[test]
fn who_only_joins_hears_nothing_of_access_points() {
    for format in FORMATS {
        let site = wifi().on(format);
        assert!(!warnings(&site, "--chip iwl7265d --wifi-band 5g").contains("access point"));
        let line = "--chip iwl7265d --wifi-mode ap --wifi-band 5g --wifi-country DE";
        assert!(warnings(&site, line).contains("access point"));
    }
}
