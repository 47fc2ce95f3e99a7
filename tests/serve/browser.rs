//! What the tests of pages rely on: that the browser finds faults, and does what it is told.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

use crate::support::browser::{Browser, Scheme, WIDTHS};

/// A page of this body, as an address.
fn page(body: &str) -> String {
    let head = "<meta name=viewport content=width=device-width><title>t</title>";
    format!("data:text/html,<!doctype html><html lang=en>{head}<main>{body}</main>")
}

/// With which words something fails.
fn failure(judge: impl FnOnce()) -> String {
    let failed = catch_unwind(AssertUnwindSafe(judge));
    failed.err().map(|words| *words.downcast::<String>().unwrap()).unwrap_or_default()
}

#[test]
fn a_page_that_is_too_wide_is_found_and_what_makes_it_so() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&page("<p style='width:500px'>a</p>"));
    browser.assert_fits();
    browser.set_width(WIDTHS[0]);
    let said = failure(|| browser.assert_fits());
    assert!(said.contains("of 360 pixels") && said.contains("<p style=\"width:500px\">"), "{said}");
}

#[test]
fn a_page_that_not_all_can_use_is_found_by_night_alone_too() {
    let Some(browser) = Browser::start() else { return };
    let style = "<style>@media(prefers-color-scheme:dark){h1{color:silver}}</style>";
    browser.open(&page(&format!("{style}<h1>By night</h1>")));
    browser.assert_accessible();
    browser.set_scheme(Scheme::Dark);
    let said = failure(|| browser.assert_accessible());
    let judged = std::fs::exists(concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe")).unwrap();
    assert!(!judged || said.contains("color-contrast: <h1>"), "{said}");
}

#[test]
fn scripts_can_be_turned_off_and_files_given() {
    let Some(browser) = Browser::start() else { return };
    let own =
        page("<p>still</p><script>document.querySelector('p').textContent='ran'</script><input type=file>");
    browser.open(&own);
    assert_eq!(browser.texts("p"), ["ran"]);
    browser.set_scripts(false);
    browser.open(&own);
    assert_eq!(browser.texts("p"), ["still"]);
    browser.upload("input", concat!(env!("CARGO_MANIFEST_DIR"), "/README.md").as_ref());
    assert_eq!(browser.run("return document.querySelector('input').files[0].name"), json!("README.md"));
    browser.open(&page("<script>nonesuch()</script>"));
    assert_eq!(browser.complaints(), [""; 0]);
    browser.set_scripts(true);
    browser.open(&page("<script>nonesuch()</script>"));
    assert!(browser.complaints()[0].contains("nonesuch is not defined"));
}
