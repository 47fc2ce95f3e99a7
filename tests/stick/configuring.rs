//! A disk that answers a request and brings a configuration.

use std::path::Path;

use super::router::{Asker, each};
use crate::support::feeds::Site;
use crate::support::run::Ran;

const KEY: &str = "correct horse battery";
const BANNER: &str = "far away\n";

fn fill(site: &Site, line: &str) -> Ran {
    site.owpkg(&format!("fill owpkg-request.txt {line}")).var("OWPKG_WIFI_KEY", KEY).run()
}

fn with_request(asker: &Asker, site: &Site) {
    site.write("files/etc/banner", BANNER);
    site.write("owpkg-request.txt", asker.request());
}

#[test]
fn the_router_that_asked_is_given_its_files_and_its_wifi() {
    each(|asker, site| {
        with_request(&asker, &site);
        let ran =
            fill(&site, "disk --format dir --files files --wifi home --disable-service uhttpd").exits(0);
        assert!(ran.out.contains("joins the Wi-Fi \"home\" (sae-mixed)"), "{}", ran.out);
        site.desk.owpkg("verify disk --key key").run().exits(0);
        asker.router.serve("uhttpd", true);

        let disk = site.path().join("disk").into_std_path_buf();
        let outcome = asker.install(&disk);
        outcome.is_done("Done: 7 packages installed, 3 settings made, nothing else changed.");
        assert_eq!(asker.router.file("etc/banner"), (BANNER.to_owned(), 0o644));
        let (script, mode) = asker.router.file("etc/uci-defaults/99-owpkg-wifi");
        assert!(script.contains(KEY) && mode == 0o600, "{mode:o}");
        assert!(!asker.router.starts("uhttpd"));
        assert!(!outcome.out.contains(KEY) && !ran.out.contains(KEY) && !ran.err.contains(KEY));
        does_nothing_more(&asker, &disk);
    });
}

#[test]
fn a_router_that_holds_all_packages_is_given_a_configuration_alone() {
    each(|asker, site| {
        with_request(&asker, &site);
        fill(&site, "disk --format dir").exits(0);
        asker.install(site.path().join("disk").as_std_path()).is_done("Done: 7 packages");
        with_request(&asker, &site);
        fill(&site, "none --format dir").exits(3).says(&["the router needs nothing"]);
        fill(&site, "later --format dir --files files").exits(0);
        let later = site.path().join("later").into_std_path_buf();
        asker.install(&later).is_done("Done: 0 packages installed, 1 setting made");
        assert_eq!(asker.router.file("etc/banner").0, BANNER);
        does_nothing_more(&asker, &later);
    });
}

#[test]
fn the_files_take_space_too() {
    each(|asker, site| {
        let request = asker.request();
        let free = request.lines().find(|line| line.starts_with("free: ")).unwrap();
        let with =
            |kb: u64| site.write("owpkg-request.txt", request.replace(free, &format!("free: {kb} kB")));
        let needed = |line: &str| -> u64 {
            with(0);
            let ran = fill(&site, line).exits(4).says(&["too little space"]);
            ran.err.split("expected ").nth(1).unwrap().split(" kB").next().unwrap().parse().unwrap()
        };
        site.write("files/etc/large", [0; 5 << 10]);
        site.write("files/etc/small", "x");
        let (packages, all) = (needed("d.img"), needed("d.img --files files"));
        assert_eq!(all, packages + 5 + 1);
        with(all);
        fill(&site, "disk --format dir --files files").exits(0);
        let outcome = asker.install(site.path().join("disk").as_std_path());
        assert!(outcome.out.contains(&format!("Checking the free space... ok, {all} of ")), "{outcome:#?}");
    });
}

#[track_caller]
fn does_nothing_more(asker: &Asker, disk: &Path) {
    let before = asker.router.state();
    asker.install(disk).is_done("Nothing to do");
    assert!(asker.router.state() == before, "the router is as it was");
}
