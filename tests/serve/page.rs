//! The pages for people, in a browser.

use std::fs;

use owpkg::release::snapshot::Snapshot;

use super::Site;
use crate::support::browser::{Browser, ENTER, Scheme, TAB};

/// A site with the demo release's files, as a mirror has them.
fn site() -> Site {
    let site = Site::new();
    let snapshot = Snapshot::read().unwrap();
    let signers = owpkg::demo::signers().unwrap();
    let tree = owpkg::demo::blueprint(&snapshot).build(&owpkg::format::apk::Apk, &signers).unwrap();
    for (path, bytes) in tree {
        site.put(&format!("releases/25.12.0/{path}"), &bytes);
    }
    site
}

#[test]
fn a_browser_shows_releases_feeds_lines_and_finds_packages_without_asking_elsewhere() {
    let Some(browser) = Browser::start() else { return };
    let site = site();
    let url = format!("http://{}/", site.server.address());
    browser.open(&url);
    assert_eq!(browser.title(), "OpenWrt packages");
    assert!(browser.texts("h2").contains(&"25.12.0 for x86/64".to_owned()));
    let line = format!("http://{}/releases/25.12.0/packages/x86_64/base/packages.adb", site.server.address());
    let dom = browser.source();
    assert!(dom.contains(&line) && dom.contains("/etc/apk/repositories.d/distfeeds.list"), "{dom}");
    browser.assert_good_for_all();

    browser.fill("#search", "iwlwifi firmware");
    browser.go(|browser| browser.click("form.search button"));
    let dom = browser.source();
    assert!(dom.contains("iwlwifi-firmware-iwl7265d") && dom.contains("id=\"hits\""), "{dom}");
    assert!(!dom.contains(">kmod-ath10k"));
    browser.assert_good_for_all();
    assert_eq!(browser.complaints(), [""; 0]);
    let asked: Vec<String> = site.log.lock().unwrap().iter().map(|access| access.path.clone()).collect();
    assert_eq!(asked, ["/", "/"]);
}

#[test]
fn what_is_searched_for_stays_text() {
    let site = site();
    let page = String::from_utf8(site.get("/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", &[]).body).unwrap();
    assert!(page.contains("&#34;&#62;&#60;script&#62;") && !page.contains("<script"));
    let evil = site.raw("GET / HTTP/1.1\r\nHost: <b>evil\r\nConnection: close\r\n\r\n");
    assert!(evil.status == 400 || !String::from_utf8(evil.body).unwrap().contains("<b>evil"));
}

#[test]
fn a_folder_without_feeds_says_so() {
    let page = String::from_utf8(Site::new().get("/", &[]).body).unwrap();
    assert!(page.contains("no feeds here"));
}

#[test]
fn without_scripts_and_without_a_mouse_the_way_leads_from_a_search_to_a_file() {
    let Some(browser) = Browser::start() else { return };
    let site = site();
    browser.set_scripts(false);
    browser.open(&format!("http://{}/", site.server.address()));
    let tab = || {
        browser.press(TAB);
        browser.focused()
    };
    let way = [tab(), tab(), tab()];
    assert_eq!(way, ["a Skip to content", "a owpkg", "input#search"]);
    browser.press("iwl7265d");
    browser.go(|browser| browser.press(ENTER));
    assert_eq!(browser.texts("#hits"), ["1 package found"]);
    assert_eq!(tab(), "a Skip to content");
    browser.press(ENTER);
    assert_eq!(browser.focused(), "main#content");
    browser.click("ul.hits a");
    let name = "iwlwifi-firmware-iwl7265d-20251125-r1.apk";
    let served = site.root().join("releases/25.12.0/packages/x86_64/base").join(name);
    assert_eq!(fs::read(browser.downloaded(name)).unwrap(), fs::read(served).unwrap());
}

/// Pictures of pages, to be looked at: `OWPKG_PAGES` holds their addresses, with blanks between them.
#[test]
#[ignore = "for people"]
fn pictures() {
    let pages = std::env::var("OWPKG_PAGES").expect("OWPKG_PAGES");
    let browser = Browser::start().unwrap();
    for (number, page) in pages.split_whitespace().enumerate() {
        browser.open(page);
        for (width, scheme) in
            [(360, Scheme::Light), (1400, Scheme::Light), (360, Scheme::Dark), (1400, Scheme::Dark)]
        {
            browser.set_width(width);
            browser.set_scheme(scheme);
            browser.photograph(&format!("{number}-{width}-{scheme:?}"));
        }
    }
}
