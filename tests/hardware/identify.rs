//! Which chip a device id is.

use std::collections::BTreeSet;

use owpkg::hardware::{
    Bus, Catalogue, Certainty, Chip, Device, DeviceId, Gap, IdRow, Kind, UsbInterface, all_id_rows,
    all_limits, id_rows, id_source,
};
use proptest::prelude::*;

fn rows() -> Vec<IdRow> {
    all_id_rows().unwrap_or_else(|bad| panic!("{bad}"))
}

fn chips(device: &Device) -> Vec<&'static str> {
    Catalogue::builtin()
        .identify(device)
        .map_or(vec![], |identity| identity.chips.iter().map(|chip| chip.name).collect())
}

fn pci(id: &str) -> Device {
    Device::of_id(id.parse().unwrap_or_else(|bad| panic!("{bad}")))
}

#[test]
fn the_table_is_sorted_and_every_row_names_chips_and_a_source() {
    let text = include_str!("../../indexes/hardware/ids.tsv");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
    for pair in lines.windows(2) {
        assert!(
            pair[0] < pair[1],
            "ids.tsv must be in the order of LC_ALL=C sort:\n{}\n{}",
            pair[0],
            pair[1]
        );
    }
    let rows = rows();
    assert_eq!(rows.len(), lines.len());
    for row in rows {
        assert!(id_source(row.source).is_some(), "sources.tsv has no {:?}", row.source);
        for name in row.chips.iter() {
            let chip = Catalogue::builtin().chip(name).unwrap_or_else(|| panic!("ids.tsv: no chip {name}"));
            assert_eq!(chip.bus, row.bus, "{name}");
        }
    }
}

/// Rows with one key may name several drivers, for all of them claim the device, but never one driver twice.
#[test]
fn no_row_shadows_another() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        let key =
            (row.bus, row.vendor, row.device, row.subvendor, row.subdevice, row.revision, row.interface);
        let chip =
            row.chips.iter().find_map(|name| Catalogue::builtin().chip(name)).expect("in the catalogue");
        let driver = chip.modules.iter().next().unwrap_or(chip.name);
        assert!(seen.insert((key, driver)), "{row:?} is there twice");
    }
}

/// A modem of a vendor, of which only serial ports are known.
fn modem_of(vendor: &str) -> Device {
    let serial = |row: &IdRow| {
        let chips = row.chips.iter().filter_map(|name| Catalogue::builtin().chip(name));
        let kmods: Vec<&str> = chips.flat_map(|chip| chip.kmods.iter()).collect();
        let is_serial = |kmod: &&str| kmod.starts_with("kmod-usb-serial");
        row.vendor == vendor && row.device != "*" && !kmods.is_empty() && kmods.iter().all(is_serial)
    };
    let rows = rows();
    let own = rows.iter().filter(|row| row.bus == Bus::Usb && serial(row));
    let alone = |row: &&IdRow| {
        rows.iter().filter(|other| other.vendor == vendor && other.device == row.device).all(serial)
    };
    let row =
        own.clone().find(alone).unwrap_or_else(|| panic!("{vendor} has a modem with serial ports alone"));
    let device = u16::from_str_radix(row.device, 16).expect("an id");
    Device::of_id(DeviceId::new(Bus::Usb, u16::from_str_radix(vendor, 16).expect("an id"), device))
}

/// A device that meets every condition of a row.
fn device_of(row: &IdRow) -> Device {
    let number = |digits: &str, wild: u16| u16::from_str_radix(digits, 16).unwrap_or(wild);
    let mut id = DeviceId::new(row.bus, number(row.vendor, 0xfff1), number(row.device, 0xfe0f));
    let mut device = Device::of_id(id);
    if row.bus == Bus::Pci {
        let subdevice = row
            .subdevice
            .split_once('=')
            .map_or_else(|| number(row.subdevice, 0xfff3), |(_, value)| number(value, 0));
        id.subsystem = Some((number(row.subvendor, 0xfff4), subdevice));
        id.revision = Some(u8::from_str_radix(row.revision, 16).unwrap_or(0xee));
        device.id = id;
    }
    if row.interface == "modem" {
        return modem_of(row.vendor);
    }
    let (condition, value) = row.interface.split_once('=').unwrap_or(("", ""));
    let digits = value.replace('*', "0").replace('/', "");
    match condition {
        "class" | "devclass" => device.class = digits,
        "ifclass" => {
            let byte = |at| u8::from_str_radix(&digits.replace('*', "00")[at..at + 2], 16).unwrap_or(0);
            let parts: Vec<u8> =
                value.split('/').map(|part| u8::from_str_radix(part, 16).unwrap_or(0)).collect();
            assert!(parts.len() == 3 && byte(0) == parts[0], "{value}");
            device
                .interfaces
                .push(UsbInterface { number: Some(0x3f), class: [parts[0], parts[1], parts[2]] });
        }
        "ifnum" => {
            let number = u8::from_str_radix(value, 16).ok();
            device.interfaces.push(UsbInterface { number, class: [0xff, 0xfe, 0xfd] });
        }
        _ => {}
    }
    device
}

/// A driver that nobody packages stands back behind one that somebody does, and a generic Ethernet driver behind one
/// that takes the whole device.
#[test]
fn a_device_that_meets_a_row_is_its_chip() {
    let catalogue = Catalogue::builtin();
    let all = |names: &[&str], holds: &dyn Fn(&Chip) -> bool| {
        names.iter().filter_map(|name| catalogue.chip(name)).all(holds)
    };
    let unpackaged = |chip: &Chip| chip.gap == Some(Gap::NoDriver);
    let (mut resolved, mut stood_back) = (0, 0);
    for row in rows() {
        let found = chips(&device_of(&row));
        let own: Vec<&str> = row.chips.iter().collect();
        let behind_packaged = all(&own, &unpackaged) && !all(&found, &unpackaged);
        let behind_whole = row.interface != "*"
            && all(&own, &|chip| chip.kind == Kind::Ethernet)
            && id_rows(row.bus, row.vendor, row.device).any(|other| {
                other.interface == "*"
                    && !all(&other.chips.iter().collect::<Vec<_>>(), &|chip| chip.kind == Kind::Wwan)
            });
        if behind_packaged || behind_whole {
            assert!(!found.is_empty(), "{row:?}");
            stood_back += 1;
        } else {
            assert!(own.iter().all(|name| found.contains(name)), "{row:?} leads to {found:?}");
            resolved += 1;
        }
    }
    assert!(resolved > 7000 && stood_back < 200, "{resolved} {stood_back}");
}

#[test]
fn revisions_tell_the_7265_from_the_7265d() {
    assert_eq!(chips(&pci("8086:095a:8086:5010@59")), ["iwl7265d"]);
    assert_eq!(chips(&pci("8086:095a:8086:5010@2b")), ["iwl7265"]);
    assert_eq!(chips(&pci("8086:095a@59")), ["iwl7265d"]);
    let unknown = Catalogue::builtin().identify(&pci("8086:095a:8086:5010")).expect("in the table");
    assert_eq!(unknown.chips.len(), 2);
    assert_eq!(unknown.certainty, Certainty::Low);
    assert!(unknown.notes.iter().any(|note| note.contains("revision decides")), "{:?}", unknown.notes);
    let between = Catalogue::builtin().identify(&pci("8086:095a:8086:5010@48")).expect("in the table");
    assert_eq!(between.chips.len(), 2);
    assert!(between.notes.iter().any(|note| note.contains("48 does not decide")), "{:?}", between.notes);
    let other = Catalogue::builtin().identify(&pci("8086:095a:8086:5010@77")).expect("in the table");
    assert_eq!(other.chips.len(), 2);
}

#[test]
fn the_radio_of_an_integrated_card_is_a_nibble_of_its_subsystem() {
    for (id, chip) in [
        ("8086:51f0:8086:0074", "ax201-so"),
        ("8086:51f0:8086:0094", "ax211"),
        ("8086:51f0:8086:0244", "ax101"),
        ("8086:51f0:8086:1691", "ax411"),
        ("8086:a0f0:8086:0074", "ax201"),
        ("8086:34f0:8086:0074", "ax201-qu"),
        ("8086:2526:8086:0014", "iwl9260"),
        ("8086:2526:8086:0034", "iwl9560"),
        ("8086:2526:8086:1552", "iwl9560"),
        ("8086:24f3:8086:0000", "iwl8265"),
    ] {
        assert_eq!(chips(&pci(id)), [chip], "{id}");
    }
    let open = Catalogue::builtin().identify(&pci("8086:51f0")).expect("in the table");
    assert!(open.chips.len() > 3 && open.certainty == Certainty::Low);
    assert!(open.notes.iter().any(|note| note.contains("subsystem id decides")), "{:?}", open.notes);
}

#[test]
fn a_subsystem_outside_the_drivers_table_is_said() {
    let identity = Catalogue::builtin().identify(&pci("8086:24fb:dead:beef")).expect("by its device id");
    assert_eq!(identity.chips[0].name, "iwl3168");
    assert!(identity.notes.iter().any(|note| note.contains("dead:beef")), "{:?}", identity.notes);
}

#[test]
fn two_drivers_for_one_id_are_both_named() {
    assert_eq!(chips(&pci("10ec:8139")), ["rtl8100-8139cp", "rtl8100-8139too"]);
    assert_eq!(chips(&pci("usb:148f:760a")).len(), 2);
}

#[test]
fn two_cards_with_one_id_stay_open_until_the_subsystem_is_known() {
    let open = Catalogue::builtin().identify(&pci("14e4:4365")).expect("in the table");
    assert_eq!(open.chips.iter().map(|chip| chip.name).collect::<Vec<_>>(), ["bcm43142", "bcm4365"]);
    assert_eq!(open.certainty, Certainty::Low);
    assert_eq!(chips(&pci("14e4:4365:14e4:4365")), ["bcm4365"]);
    assert_eq!(chips(&pci("14e4:4365:1028:0016")), ["bcm43142"]);
}

#[test]
fn a_class_that_is_shown_in_part_claims_no_stranger() {
    let mut stranger = pci("1af4:10ff");
    stranger.class = "0200".to_owned();
    assert!(chips(&stranger).is_empty());
}

#[test]
fn both_halves_of_a_combined_card_are_named() {
    let interface = |class| UsbInterface { number: None, class };
    let mut combined = pci("usb:0bda:b852");
    combined.interfaces = vec![interface([0xe0, 1, 1]), interface([0xff, 0xff, 0xff])];
    assert_eq!(chips(&combined), ["rtl8852bu", "realtek-bt"]);
}

#[test]
fn a_modem_without_its_interfaces_gets_its_vendors_drivers() {
    let modem = Catalogue::builtin().identify(&pci("usb:12d1:1506")).expect("by its vendor");
    assert!(modem.chips.iter().any(|chip| chip.name == "qmi-wwan") && modem.certainty == Certainty::Low);
    assert!(modem.notes[0].contains("interfaces decide"), "{:?}", modem.notes);
    assert_eq!(chips(&pci("usb:05ac:0250")), Vec::<&str>::new(), "a keyboard");
}

#[test]
fn a_modem_needs_the_drivers_of_all_its_interfaces() {
    assert_eq!(chips(&pci("usb:2c7c:0125")), ["option", "qmi-wwan"]);
    let interface = |number, class| UsbInterface { number: Some(number), class };
    let mut mbim = pci("usb:fff1:fff2");
    assert!(chips(&mbim).is_empty());
    mbim.interfaces = vec![interface(0, [2, 0x0e, 0]), interface(1, [0x0a, 0, 2])];
    assert_eq!(chips(&mbim), ["cdc-mbim"]);
    mbim.interfaces.push(interface(2, [2, 2, 1]));
    assert_eq!(chips(&mbim), ["cdc-acm", "cdc-mbim"]);
}

#[test]
fn a_modem_that_a_serial_driver_lists_still_needs_its_network_driver() {
    let mut modem = pci("usb:19d2:fff2");
    assert_eq!(
        chips(&modem),
        ["qcserial", "qmi-wwan", "rndis", "cdc-ether"],
        "what is usual, for want of more"
    );
    let identity = Catalogue::builtin().identify(&modem).expect("in the table");
    assert_eq!(identity.certainty, Certainty::Low);
    assert!(identity.notes[0].contains("only serial ports are known"), "{:?}", identity.notes);
    modem.interfaces = vec![UsbInterface { number: Some(0), class: [2, 2, 0xff] }];
    assert_eq!(chips(&modem), ["qcserial", "rndis"]);
}

#[test]
fn the_generic_driver_stands_back_behind_the_one_for_the_device() {
    let mut ethernet = pci("usb:0bda:8153");
    ethernet.interfaces = vec![UsbInterface { number: Some(0), class: [2, 6, 0] }];
    assert_eq!(chips(&ethernet), ["rtl8153"]);
}

#[test]
fn device_ids_are_read_as_users_write_them() {
    for (text, bus, shown, revision) in [
        ("8086:095a", Bus::Pci, "8086:095a", None),
        ("8086:095A", Bus::Pci, "8086:095a", None),
        ("pci:8086:095a:8086:5010@59", Bus::Pci, "8086:095a:8086:5010", Some(0x59)),
        ("usb:0bda:c811", Bus::Usb, "0bda:c811", None),
        ("0bda:c811", Bus::Usb, "0bda:c811", None),
        ("sdio:02d0:a9a6", Bus::Sdio, "02d0:a9a6", None),
        ("ffff:fffe", Bus::Pci, "ffff:fffe", None),
    ] {
        let id: DeviceId = text.parse().unwrap_or_else(|bad| panic!("{bad}"));
        assert_eq!((id.bus, id.to_string().as_str(), id.revision), (bus, shown, revision), "{text}");
    }
    for text in [
        "",
        ":",
        "8086",
        "8086:95a",
        "8086:095a:8086",
        "8086:095a@",
        "8086:095a@123",
        "usb:0bda:c811@01",
        "isa:1:2",
        "+086:095a",
        "8086:095a:8086:5010:1",
    ] {
        let bad = text.parse::<DeviceId>().expect_err(text);
        assert!(bad.help().is_some_and(|help| help.contains("8086:095a")), "{text}");
    }
}

#[test]
fn second_functions_are_of_the_chip_of_the_first() {
    let catalogue = Catalogue::builtin();
    let chips = |id| {
        let identity = catalogue.identify(&Device::of_id(id)).expect("an id of the table");
        identity.chips.iter().flat_map(|chip| chip.modules.iter()).collect::<Vec<_>>()
    };
    for (first, second, source) in owpkg::hardware::second_functions() {
        assert!(first != second && !source.is_empty());
        assert_eq!(chips(first), chips(second), "one module drives {first} and {second}");
    }
    assert!(owpkg::hardware::second_functions().count() >= 5);
}

#[test]
fn limits_are_about_chips_and_modules_that_exist() {
    let catalogue = Catalogue::builtin();
    for row in all_limits() {
        assert!(!row.limit.text.is_empty() && !row.limit.source.is_empty() && !row.limit.topic.is_empty());
        assert!(!(row.chips.is_empty() && row.modules.is_empty()), "{}", row.limit.text);
        let hosts: Vec<&str> = row.limit.hosts.split(',').filter(|host| !host.is_empty()).collect();
        assert!(hosts.iter().all(|host| ["bhyve", "kvm", "esxi", "xen"].contains(host)), "{hosts:?}");
        let is_of_guests = row.limit.topic == "passthrough";
        assert!(is_of_guests || hosts.is_empty() && !row.limit.forbids, "{}", row.limit.text);
        let is_month =
            |text: &str| text.len() == 7 && text.split('-').all(|part| part.parse::<u16>().is_ok());
        assert!(row.limit.read.is_empty() || is_month(row.limit.read), "{}", row.limit.read);
        for chip in row.chips {
            assert!(catalogue.chip(chip).is_some(), "limits.tsv: no chip {chip}");
        }
        for module in row.modules {
            assert!(
                catalogue.chips().iter().any(|chip| chip.modules.contains(module)),
                "limits.tsv: no module {module}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_id_is_written_as_it_is_read(vendor: u16, device: u16, subsystem: Option<(u16, u16)>, revision: Option<u8>) {
        let id = DeviceId { bus: Bus::Pci, vendor, device, subsystem, revision };
        let text = match revision {
            Some(revision) => format!("pci:{id}@{revision:02x}"),
            None => format!("pci:{id}"),
        };
        prop_assert_eq!(text.parse::<DeviceId>(), Ok(id));
    }

    #[test]
    fn reading_an_id_never_panics(text in "\\PC{0,40}") {
        let _ = text.parse::<DeviceId>();
    }
}
