//! Listings of every format and the chips and packages they must lead to.

use std::collections::BTreeSet;

use owpkg::hardware::{Availability, Catalogue, ChipNames, Series, detect};

use super::holds;

#[test]
fn every_listing_leads_to_its_chip_and_packages() {
    let series = Series::new(25, 12);
    let has = holds(series);
    let offer = Availability { has: &has, series: Some(series), variant: None };
    let mut cases = 0;
    for row in include_str!("cases.tsv").lines().filter(|line| !line.starts_with('#')).skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [format, input, chips, kmods, firmware, certainty] = columns[..] else {
            panic!("six columns: {row}")
        };
        let text = input.replace("\\n", "\n").replace("\\t", "\t");
        let report = Catalogue::builtin().report(&detect::read(&text), offer);
        let [device] = &report.devices[..] else {
            panic!("{format}: one device, not {:#?}\n{text}", report.devices)
        };
        let found: Vec<&str> = match &device.chip {
            ChipNames::None => vec![],
            ChipNames::One(chip) => vec![chip],
            ChipNames::Several(chips) => chips.clone(),
        };
        assert_eq!(set(found), set(chips.split('|')), "{format}: {text}");
        assert_eq!(set(device.kmods.iter().map(String::as_str)), set(kmods.split(',')), "{format}: {text}");
        assert_eq!(
            set(device.firmware.iter().map(String::as_str)),
            set(firmware.split(',')),
            "{format}: {text}"
        );
        assert_eq!(device.certainty.word(), certainty, "{format}: {text}");
        assert_eq!(device.line, 1 + usize::from(format == "lsusb -tv") * 3, "{format}");
        cases += 1;
    }
    assert!(cases > 40);
}

fn set<'t>(items: impl IntoIterator<Item = &'t str>) -> BTreeSet<&'t str> {
    items.into_iter().filter(|item| !item.is_empty()).collect()
}
