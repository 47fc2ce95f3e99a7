//! `owpkg why`.

use serde_json::json;

use crate::support::run::{Desk, owpkg};

const DEMO: &str = "--demo --chip iwl7265d";

#[test]
fn every_way_from_the_request_is_printed() {
    let ran = owpkg(&format!("why kmod-crypto-null {DEMO}")).run().exits(0);
    let lines = ran.lines();
    assert!(lines[0].starts_with("kmod-crypto-null 6.12.71-r1"), "{}", lines[0]);
    assert_eq!(
        lines[1],
        "  chip iwl7265d → kmod-iwlwifi → kmod-mac80211 → kmod-crypto-gcm → kmod-crypto-null"
    );
    let lengths: Vec<usize> = lines[1..].iter().map(|line| line.matches('→').count()).collect();
    assert!(lengths.is_sorted() && lengths.len() > 5, "{}", ran.out);
}

#[test]
fn ways_beyond_the_limit_are_counted() {
    let all = owpkg(&format!("why kmod-crypto-null {DEMO}")).run().exits(0).lines().len() - 1;
    let ran = owpkg(&format!("why kmod-crypto-null --limit 2 {DEMO}")).run().exits(0);
    assert_eq!(ran.lines().len(), 4);
    assert_eq!(ran.lines()[3], format!("  and {} more ways; --limit N prints more", all - 2));
}

#[test]
fn what_was_asked_for_is_its_own_shortest_way() {
    let ran = owpkg(&format!("why kmod-iwlwifi {DEMO}")).run().exits(0);
    assert_eq!(ran.lines()[1..], ["  chip iwl7265d → kmod-iwlwifi"]);
}

#[test]
fn a_provided_name_is_explained_by_its_provider() {
    let ran = owpkg(&format!("why hostapd {DEMO}")).run().exits(0);
    assert!(ran.lines()[0].starts_with("wpad-basic-mbedtls "), "{}", ran.out);
    assert!(ran.lines()[0].ends_with(", provides hostapd"), "{}", ran.out);
}

#[test]
fn what_the_router_holds_is_not_in_the_plan() {
    let ran = owpkg(&format!("why libc {DEMO}")).run().exits(0);
    assert_eq!(ran.out, "the router holds libc 1.2.5-r5 already; the plan does not add it\n");
    let ran = owpkg(&format!("why libmbedtls {DEMO}")).run().exits(0);
    assert!(ran.out.contains("the router holds libmbedtls21"), "{}", ran.out);
    assert!(ran.out.contains("which provides libmbedtls"), "{}", ran.out);
}

#[test]
fn what_nobody_holds_or_needs_is_unknown() {
    owpkg(&format!("why kmod-mac8021 {DEMO}")).run().exits(3).says(&["no feed holds it", "kmod-mac80211"]);
    owpkg(&format!("why wpad-openssl {DEMO}"))
        .run()
        .exits(3)
        .says(&["the feeds hold wpad-openssl", "--add wpad-openssl"]);
}

#[test]
fn without_a_selection_the_lock_is_read() {
    let desk = Desk::new();
    desk.owpkg("why iw").run().exits(2).says(&["owpkg.lock", "--chip"]);
    desk.owpkg(&format!("resolve --lock other.lock {DEMO}")).run().exits(0);
    let by_lock = desk.owpkg("why iw --lock other.lock --json").run().exits(0);
    let by_selection = desk.owpkg(&format!("why iw --json {DEMO}")).run().exits(0);
    assert_eq!(by_lock.json(), by_selection.json());
    desk.owpkg("why libc --lock other.lock").run().exits(3).says(&["not in other.lock", "--chip"]);
    desk.owpkg("why kmod-iwlwif --lock other.lock").run().exits(3).says(&["did you mean kmod-iwlwifi"]);
}

#[test]
fn json_has_stable_keys() {
    let ran = owpkg(&format!("why iw --json {DEMO}")).run().exits(0);
    let mut json = ran.json();
    assert!(json["answers"][0]["size"].take().is_u64());
    assert_eq!(
        json,
        json!({
            "schema": "owpkg.why/1", "package": "iw", "status": "planned",
            "answers": [{
                "name": "iw", "version": "6.17-r1", "size": null,
                "paths": [{
                    "because": ["chip iwl7265d"],
                    "packages": ["kmod-iwlwifi", "kmod-mac80211", "kmod-cfg80211", "iw"],
                }],
                "left_out": 0,
            }],
        })
    );
    let held = owpkg(&format!("why libc --json {DEMO}")).run().exits(0);
    assert_eq!(held.json()["status"], "held");
    assert_eq!(held.json()["answers"][0]["paths"], json!([]));
}
