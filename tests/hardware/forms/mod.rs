//! Every form in which programs write a device gives what the plain form of the same fields gives.
//!
//! A new form is one row, in the file of its system.

mod bsd;
mod linux_pci;
mod linux_usb;
mod macos;
mod sample;
mod windows;

use owpkg::hardware::Bus::{Pci, Usb};
use owpkg::hardware::{Availability, Catalogue, DeviceReport, Series, detect};

use super::holds;
use sample::{Form, Sample, samples, shown};

/// How somebody writes it who lists nothing.
const SENTENCES: &[Form] = &[
    Form {
        name: "an id in a sentence",
        bus: Pci,
        shows: &[],
        write: |s| format!("I have a card ({:04x}:{:04x}), does it work?", s.v(), s.d()),
    },
    Form {
        name: "an id in a sentence",
        bus: Usb,
        shows: &[],
        write: |s| format!("It says `{:04x}:{:04x}` in the device manager.", s.v(), s.d()),
    },
];

fn forms() -> impl Iterator<Item = &'static Form> {
    [linux_pci::FORMS, linux_usb::FORMS, windows::FORMS, bsd::FORMS, macos::FORMS, SENTENCES]
        .into_iter()
        .flatten()
}

fn report(devices: detect::Detected) -> Vec<DeviceReport> {
    let series = Series::new(25, 12);
    let has = holds(series);
    Catalogue::builtin()
        .report(&devices, Availability { has: &has, series: Some(series), variant: None })
        .devices
}

/// What a report says of what the device is and needs.
fn facts(report: &DeviceReport) -> String {
    let DeviceReport { bus, id, revision, chip, kmods, firmware, userspace, status, certainty, .. } = report;
    format!(
        "{bus:?} {id:?} {revision:?} {chip:?} {kmods:?} {firmware:?} {userspace:?} {status:?} {certainty:?}"
    )
}

fn expected(form: &Form, sample: &Sample) -> String {
    let devices = vec![shown(form, sample)];
    let plain = report(detect::Detected { devices, ..detect::Detected::default() });
    plain
        .first()
        .map(facts)
        .unwrap_or_else(|| panic!("{}: {:?} is in the table", form.name, sample.device.id))
}

fn read_as(form: &Form, sample: &Sample, text: &str, what: &str) {
    let found = report(detect::read(text));
    let facts: Vec<String> = found.iter().map(facts).collect();
    assert_eq!(facts, [expected(form, sample)], "{} ({what}):\n{text}", form.name);
}

#[test]
fn every_form_gives_what_the_plain_one_gives() {
    for form in forms() {
        let samples = samples(form.bus);
        assert!(samples.len() >= 30);
        for sample in &samples {
            read_as(form, sample, &(form.write)(sample), "as written");
        }
    }
    assert!(forms().count() > 55);
}

/// Does something to a text.
type Noise = fn(&str) -> String;

/// What mail, forums and terminals do to a text.
const NOISES: &[(&str, Noise)] = &[
    ("CRLF", |text| text.replace('\n', "\r\n")),
    ("quoted", |text| text.lines().map(|line| format!("> {line}\n")).collect()),
    ("quoted twice", |text| text.lines().map(|line| format!(">> {line}\n")).collect()),
    ("fenced", |text| format!("Hello,\n```\n{text}\n```\nthanks")),
    ("HTML", |text| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    }),
    ("HTML twice", |text| text.replace('&', "&amp;").replace('"', "&quot;").replace('&', "&amp;")),
    ("coloured", |text| {
        text.lines()
            .map(|line| format!("\x1b[1;32m{}\x1b[0m\x1b[K\n", line.replacen(':', "\x1b[0m:", 1)))
            .collect()
    }),
    ("tabs as blanks", |text| text.replace('\t', "    ")),
    ("hard blanks", |text| text.replace("  ", "\u{a0}\u{a0}")),
    ("a mark of bytes", |text| format!("\u{feff}{text}")),
    ("UTF-16", |text| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        detect::decode(&units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
    }),
    ("UTF-16, big end first", |text| {
        detect::decode(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>())
    }),
    ("indented", |text| text.lines().map(|line| format!("        {line}\n")).collect()),
];

#[test]
fn every_form_is_read_through_noise() {
    for form in forms() {
        let samples = samples(form.bus);
        for (at, (noise, add)) in NOISES.iter().enumerate() {
            for sample in samples.iter().skip(at % 7).step_by(7) {
                read_as(form, sample, &add(&(form.write)(sample)), noise);
            }
        }
    }
}

/// Forms of web pages join the lines of a listing.
#[test]
fn devices_joined_into_one_line_are_told_apart() {
    let joined = [
        "lspci -nn",
        "lspci -nnk",
        "lspci -n",
        "lspci -mm -nn",
        "pciconf -l",
        "modalias",
        "Windows",
        "lsusb",
        "/sys/kernel/debug/usb/devices",
    ];
    let forms = forms().filter(|form| joined.contains(&form.name));
    for form in forms {
        let samples: Vec<Sample> = samples(form.bus).into_iter().step_by(3).collect();
        let text: Vec<String> =
            samples.iter().map(|sample| (form.write)(sample).replace('\n', " ")).collect();
        let found: Vec<String> = report(detect::read(&text.join(" "))).iter().map(facts).collect();
        let expected: Vec<String> = samples.iter().map(|sample| expected(form, sample)).collect();
        assert_eq!(found, expected, "{}", form.name);
    }
}

/// Listings of several devices, one after the other.
#[test]
fn devices_of_one_listing_are_told_apart() {
    for form in forms() {
        // The same sentence twice is one device.
        let samples: Vec<Sample> = samples(form.bus).into_iter().step_by(3).collect();
        let text: Vec<String> = samples.iter().map(form.write).collect();
        for between in ["\n", "\n\n"] {
            let found: Vec<String> = report(detect::read(&text.join(between))).iter().map(facts).collect();
            let expected: Vec<String> = samples.iter().map(|sample| expected(form, sample)).collect();
            assert_eq!(found, expected, "{}\n{}", form.name, text.join(between));
        }
    }
}
