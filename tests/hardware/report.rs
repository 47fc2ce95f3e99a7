//! What is said of devices, and its JSON; what is asked of a release for them.

use owpkg::hardware::{Availability, Catalogue, Device, Found, Series, Status, detect, limits};

use super::holds;

fn json(text: &str, series: Series) -> serde_json::Value {
    let has = holds(series);
    let offer = Availability { has: &has, series: Some(series), variant: None };
    serde_json::to_value(Catalogue::builtin().report(&detect::read(text), offer)).expect("it can be written")
}

#[test]
fn the_json_has_its_documented_keys_in_order() {
    let report = json(
        "ppt0@pci0:2:0:0: class=0x028000 rev=0x59 hdr=0x00 vendor=0x8086 device=0x095a subvendor=0x8086 subdevice=0x5010\n    device     = 'Wireless 7265'\n",
        Series::new(25, 12),
    );
    assert_eq!(report["schema"], "owpkg.devices/1");
    let device = report["devices"][0].as_object().expect("an object");
    let keys: Vec<&str> = device.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
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
            "offers"
        ]
    );
    assert_eq!(device["bus"], "pci");
    assert_eq!(device["id"], "8086:095a:8086:5010");
    assert_eq!(device["revision"], "59");
    assert_eq!(device["chip"], "iwl7265d");
    assert_eq!(device["name"], "Wireless 7265");
    assert_eq!(device["userspace"], serde_json::json!(["wpad-basic-mbedtls"]));
    assert_eq!(device["status"], "ok");
    assert_eq!(device["certainty"], "high");
}

#[test]
fn several_open_chips_are_a_list_and_their_packages_the_union() {
    let report = json(
        "02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a]",
        Series::new(23, 5),
    );
    let device = &report["devices"][0];
    assert_eq!(device["chip"], serde_json::json!(["iwl7265d", "iwl7265"]));
    assert_eq!(
        device["firmware"],
        serde_json::json!(["iwlwifi-firmware-iwl7265d", "iwlwifi-firmware-iwl7265"])
    );
}

#[test]
fn each_status_is_told_apart() {
    for (line, series, status) in [
        ("pci:v00008086d00002725sv00008086sd00000024bc02sc80i00", Series::new(25, 12), "ok"),
        ("pci:v00008086d000051F0sv00008086sd00000094bc02sc80i00", Series::new(25, 12), "firmware-missing"),
        ("pci:v00008086d0000272Bsv00008086sd000000F4bc02sc80i00", Series::new(23, 5), "not-in-release"),
        ("usb:v0BDApB832d0000dc00dsc00dp00icFFiscFFipFFin00", Series::new(25, 12), "no-driver-package"),
        ("pci:v0000DEADd0000BEEFsv00000000sd00000000bc02sc80i00", Series::new(25, 12), "unknown"),
    ] {
        let report = json(line, series);
        assert_eq!(report["devices"][0]["status"], status, "{line} on {series}: {report:#}");
    }
}

#[test]
fn limits_are_told_before_anything_is_built() {
    let catalogue = Catalogue::builtin();
    let topics = |chip: &str| {
        limits(catalogue.chip(chip).expect("in the catalogue")).map(|limit| limit.topic).collect::<Vec<_>>()
    };
    assert!(topics("iwl7265d").contains(&"ap"));
    assert!(topics("qca988x").contains(&"passthrough"));
    assert!(topics("wcn6855").contains(&"passthrough"));
    assert!(topics("rtl8156").contains(&"speed"));
    assert!(topics("rtl8168").is_empty());
    let series = Series::new(25, 12);
    let found = catalogue.find("iwl7265d").expect("in the catalogue");
    let selection = catalogue.wanted(found, None, &holds(series), Some(series)).expect("supported");
    assert!(
        selection
            .warnings
            .iter()
            .any(|warning| warning.to_string().starts_with("iwl7265d: no access point on 5")),
        "{:?}",
        selection.warnings
    );
    let report = json(
        "8086 [8086:095a] 02:00.0 Network controller [0280]: Intel [8086:095a] (rev 59)\npci:v00008086d00002725sv00008086sd00000024bc02sc80i00",
        series,
    );
    assert!(report["devices"].to_string().contains("no access point on 5"));
}

#[test]
fn a_detected_device_feeds_the_selection() {
    let catalogue = Catalogue::builtin();
    let series = Series::new(25, 12);
    let has = holds(series);
    let offer = Availability { has: &has, series: Some(series), variant: None };
    let device = |id: &str| Device::of_id(id.parse().expect("an id"));
    let names = |id| {
        catalogue
            .wanted_for(&device(id), offer)
            .map(|selection| selection.wanted.into_iter().map(|each| each.package).collect::<Vec<_>>())
    };
    assert_eq!(
        names("pci:8086:095a:8086:5010@59"),
        Ok(vec!["kmod-iwlwifi".into(), "iwlwifi-firmware-iwl7265d".into(), "wpad-basic-mbedtls".into()])
    );
    let modem = names("usb:2c7c:0125").expect("supported");
    assert!(
        modem.contains(&"kmod-usb-net-qmi-wwan".to_owned())
            && modem.contains(&"kmod-usb-serial-option".to_owned()),
        "{modem:?}"
    );
    let unsupported = names("usb:0bda:b832").expect_err("no driver");
    assert!(unsupported.to_string().starts_with("0bda:b832: OpenWrt has no driver package"), "{unsupported}");
    let unknown = names("dead:beef").expect_err("in no table");
    assert_eq!(unknown.to_string(), "the catalogue has no row for the pci device dead:beef");
    assert!(unknown.help().is_some());
}

#[test]
fn statuses_are_ordered_from_good_to_bad() {
    assert!(Status::Ok < Status::FirmwareMissing && Status::FirmwareMissing < Status::NoDriverPackage);
}

#[test]
fn the_catalogue_is_searched_by_any_word() {
    let catalogue = Catalogue::builtin();
    let names = |words: &[&str]| catalogue.search(words, None).iter().map(Found::name).collect::<Vec<_>>();
    assert_eq!(names(&["AX210"])[0], "ax210");
    assert_eq!(names(&["qca9984"])[0], "qca9984");
    assert_eq!(names(&["8086:2725"])[..2], ["ax210", "ax211"]);
    assert_eq!(names(&["iwlwifi-firmware-iwl7265d"]), ["iwl3165", "iwl7265d"]);
    assert_eq!(names(&["iwlwifi"])[0], "iwlwifi");
    assert!(names(&["ath10k_pci"]).contains(&"qca9984"));
    assert!(names(&["realtek", "usb"]).contains(&"rtl8821cu"));
    assert!(names(&["intel", "6e"]).contains(&"ax210"));
    assert!(names(&["14c3:"]).contains(&"mt7922"));
    assert_eq!(names(&["no such thing at all"]), Vec::<&str>::new());
    assert!(names(&[]).len() > 700);
    let wifi = catalogue.search(&["8086:"], Some(owpkg::hardware::Kind::Wifi));
    assert!(
        !wifi.is_empty()
            && wifi
                .iter()
                .all(|found| matches!(found, Found::Chip(chip) if chip.kind == owpkg::hardware::Kind::Wifi))
    );
}

#[test]
fn a_listing_says_what_a_chip_needs_and_since_when() {
    let catalogue = Catalogue::builtin();
    let size = |package: &str| (package != "iwlwifi-firmware-be200").then_some(100);
    let series = Series::new(25, 12);
    let has = holds(series);
    let offer = Availability { has: &has, series: Some(series), variant: None };
    let listing = |words: &[&str]| {
        serde_json::to_value(catalogue.listing(&catalogue.search(words, None), offer, &size))
            .expect("it can be written")
    };
    let found = listing(&["qca9984"]);
    assert_eq!(found["schema"], "owpkg.chips/1");
    let chip = &found["chips"][0];
    assert_eq!(
        (&chip["name"], &chip["first_release"], &chip["last_release"]),
        (&"qca9984".into(), &"17.01".into(), &serde_json::Value::Null)
    );
    assert_eq!(chip["alternatives"][0]["choice"], "ct");
    assert_eq!(listing(&["zd1211"])["chips"][0]["last_release"], "22.03");
    assert_eq!(listing(&["rtl8126"])["chips"][0]["first_release"], "25.12");
    assert_eq!(listing(&["rtl8852bu"])["chips"][0]["gap"], "no-driver");
    assert_eq!(listing(&["zd1211"])["chips"][0]["status"], "not-in-release");
    assert_eq!(found["release"], "25.12");
    let family = &listing(&["iwlwifi"])["families"][0];
    let member = |name: &str| {
        family["members"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|each| each["chip"] == name)
            .cloned()
            .expect("a member")
    };
    assert_eq!(member("iwl7265d")["size"], 200);
    assert_eq!(member("be200")["size"], serde_json::Value::Null);
}
