//! The page in a browser: from a listing to a disk that is checked, with scripts and without, for all.

use std::fs;

use super::{LISTING, Served};
use crate::support::browser::{Browser, WIDTHS};
use crate::support::feeds::FORMATS;

#[test]
fn from_a_pasted_listing_to_a_verified_disk_with_scripts_and_without() {
    let Some(browser) = Browser::start() else { return };
    for format in FORMATS {
        for scripts in [true, false] {
            let served = Served::of(format);
            browser.set_scripts(scripts);
            browser.set_width(WIDTHS[1]);
            browser.open(&served.url(""));
            browser.go(|browser| browser.click("#which-card ~ p a"));
            // A tabulator that is typed leaves the field.
            browser.fill("#listing", LISTING.lines().next().unwrap());
            browser.fill("#find", "kmod-mt7921e");
            if scripts {
                wait_for(&browser, "#found input", 1);
            } else {
                browser.go(|browser| browser.click("button.plain"));
            }
            browser.click("#found input");
            browser.go(|browser| browser.click("form.make > button"));
            let title = browser.texts("#result strong").join("\n");
            assert!(title.contains("OpenWrt 25.12.0, x86/64"), "{title}");
            assert_eq!(browser.texts("#result .good"), ["supported"]);
            let packages = browser.texts("#result tbody th").join(" ");
            assert!(packages.contains("kmod-mt7921e") && packages.contains("kmod-iwlwifi"), "{packages}");
            browser.photograph(&format!("make-{}-{scripts}", format.name()));
            let name = if scripts { "pkgs.img" } else { "pkgs.tar" };
            browser.click(&format!("form.take button{}", if scripts { "" } else { "[formaction$=tar]" }));
            let file = browser.downloaded(name);
            served.verify(name, &fs::read(&file).unwrap());
            fs::remove_file(file).unwrap();
            assert_eq!(browser.complaints(), [""; 0]);
        }
    }
}

#[test]
fn a_file_is_taken_and_what_is_shown_is_for_all() {
    let Some(browser) = Browser::start() else { return };
    let served = Served::of(FORMATS[1]);
    let cards = served.site.desk.write("cards.txt", LISTING);
    browser.open(&served.url("make"));
    browser.assert_good_for_all();
    browser.upload("#file", cards.as_std_path());
    browser.fill("#find", "kmod");
    wait_for(&browser, "#found input", 2);
    browser.go(|browser| browser.click("form.make > button"));
    assert!(browser.texts("#listing").len() == 1 && !browser.texts("#result figure").is_empty());
    browser.assert_good_for_all();
    for (width, name) in WIDTHS.into_iter().zip(["telephone", "desk"]) {
        browser.set_width(width);
        browser.photograph(&format!("make-{name}"));
    }
    // Refusals too.
    browser.open(&served.url("make?chip=nonesuch"));
    assert!(browser.texts("[role=alert]").iter().any(|said| said.contains("nonesuch")));
    browser.assert_good_for_all();
    browser.open(&served.url("make/pkgs.img?chip=nonesuch"));
    browser.assert_good_for_all();
    assert_eq!(
        browser.complaints().iter().filter(|said| !said.contains("Failed to load resource")).count(),
        0
    );
}

/// Waits until so many elements are there.
#[track_caller]
fn wait_for(browser: &Browser, selector: &str, count: usize) {
    for _ in 0..200 {
        if browser.texts(selector).len() >= count {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("no {count} {selector} in:\n{}", browser.source());
}
