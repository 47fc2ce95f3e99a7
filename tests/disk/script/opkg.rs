//! What the script does with opkg.

use super::router::{Client, Offer, Router, offer, planned};

fn router() -> Router {
    Router::new(Client::Opkg)
}

#[test]
fn its_configuration_holds_the_disk_alone() {
    let router = router();
    router.write(
        "etc/opkg.conf",
        "dest root /\noption check_signature\narch all 1\nlists_dir ext /var/opkg-lists\n",
    );
    router
        .write("etc/opkg/customfeeds.conf", "src/gz far https://example.org/far\n\tarch arm_cortex-a9 10\n");
    router.install(&["--dry-run"]).is_done("Dry run");

    let conf = router.seen_conf();
    let lines: Vec<&str> = conf.lines().collect();
    assert!(lines.contains(&"option check_signature"), "{conf}");
    assert!(lines.contains(&"arch all 1") && lines.contains(&"\tarch arm_cortex-a9 10"), "{conf}");
    assert!(!conf.contains("far") && !conf.contains("/var/opkg-lists"), "{conf}");
    assert!(!conf.contains("overlay_root"), "{conf}");
    let feeds: Vec<&&str> = lines.iter().filter(|line| line.starts_with("src/gz")).collect();
    assert!(
        feeds.len() == 2 && feeds.iter().all(|line| line.contains(" file:") && !line.contains("my disk")),
        "{conf}"
    );
}

#[test]
fn it_measures_the_overlay_where_there_is_one() {
    let router = router();
    std::fs::create_dir(router.root().join("overlay")).unwrap();
    router.install(&[]).is_done("Done");
    assert!(router.seen_conf().contains("\noption overlay_root "), "{}", router.seen_conf());
}

#[test]
fn refuses_an_upgrade() {
    let mut router = router();
    router.offers.push(offer("core", "dnsmasq", "2.90-1", ""));
    router.hold("dnsmasq", "2.89-4");
    router.names.push("dnsmasq");
    router.refuses(&["would do: Upgrading dnsmasq on root from 2.89-4 to 2.90-1..."]);
}

#[test]
fn refuses_a_removal() {
    let mut router = router();
    router.hold("wpad-mini", "1-1");
    router.offers[1].replaces = "wpad-mini";
    router.refuses(&["would do: Removing package wpad-mini from root..."]);
}

#[test]
fn finishes_a_planned_package_that_was_only_unpacked() {
    let router = router();
    router.hold_as("kmod-stack", "5.15.137-1", "unpacked");
    router.make_disk();
    router.run(&["--dry-run"]).is_done("  kmod-stack 5.15.137-1\n");
}

#[test]
fn refuses_to_finish_a_foreign_package() {
    let router = router();
    router.hold_as("luci", "1-1", "unpacked");
    router.refuses(&["not on the plan: luci"]);
}

#[test]
fn says_when_opkg_is_busy() {
    let router = router();
    router.write("mood/busy", "");
    router.refuses(&["opkg is busy"]);
}

#[test]
fn cleans_up_when_interrupted() {
    let router = router();
    router.make_disk();
    router.write("mood/interrupted", "");
    let before = router.state();
    let outcome = router.run(&[]);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    assert!(router.leftovers().is_empty(), "{:?}", router.leftovers());
    assert_eq!(router.state(), before);
}

#[test]
fn refuses_a_feed_without_signature() {
    let router = router();
    router.make_disk();
    std::fs::remove_file(router.disk().join("feeds/core/Packages.sig")).unwrap();
    drop_sum(&router, "feeds/core/Packages.sig");
    router.refuses_as_it_is(&["cannot read the feeds", "Signature file download failed."]);
}

#[test]
fn an_accepted_unsigned_disk_installs_and_says_so_loudly() {
    let mut router = router();
    router.accepted_unsigned = true;
    router.make_disk();
    std::fs::remove_file(router.disk().join("feeds/core/Packages.sig")).unwrap();
    drop_sum(&router, "feeds/core/Packages.sig");
    router.run(&[]).is_done("WARNING: UNSIGNED");
    assert!(!router.seen_conf().contains("check_signature"), "{}", router.seen_conf());
}

#[test]
fn a_newer_package_on_the_router_stays() {
    let mut router = router();
    router.offers.push(offer("base", "libc", "1.2.5-1", ""));
    router.offers[0].needs = "kmod-stack radio-firmware libc";
    router.plan[0] = planned("kmod-stack", "5.15.137-1");
    router.install(&[]).is_done("3 packages installed, nothing else changed");
}

/// `oo` provides `pp`, which `aa` needs and is a package too; `bb` needs `oo`. Only a run of its own puts `oo` there before a
/// rehearsal looks for `pp`.
fn with_a_shadowed_provider() -> Router {
    let mut router = router();
    let provider = Offer { provides: "pp", ..offer("base", "oo", "1-1", "") };
    let rest =
        [offer("base", "aa", "1-1", "pp"), offer("base", "bb", "1-1", "oo"), offer("base", "pp", "1-1", "")];
    router.offers = std::iter::once(provider).chain(rest).collect();
    router.plan = ["oo", "aa", "bb"].map(|name| planned(name, "1-1")).to_vec();
    router.names = vec!["oo"];
    router.then = vec![vec!["aa", "bb"]];
    router
}

#[test]
fn each_run_is_rehearsed_on_what_the_runs_before_it_bring() {
    let router = with_a_shadowed_provider();
    let before = router.state();
    router.install(&["--dry-run"]).is_done("Dry run");
    assert_eq!(router.state(), before);
    router.run(&[]).is_done("3 packages installed");
    assert_eq!(router.installed(), ["aa", "bb", "kernel", "libc", "oo"]);
    router.run(&[]).is_done("Nothing to do");
}

#[test]
fn in_one_run_the_rehearsal_would_choose_otherwise() {
    let mut router = with_a_shadowed_provider();
    router.names.extend(router.then.remove(0));
    router.refuses(&["not on the plan: pp 1-1"]);
}

#[test]
fn a_run_that_fails_is_the_last() {
    let mut router = with_a_shadowed_provider();
    router.names.push("nowhere");
    router.refuses(&["opkg cannot install the packages of the disk", "Unknown package 'nowhere'"]);
}

/// Takes a file off SHA256SUMS, as if the disk had been made without it.
fn drop_sum(router: &Router, path: &str) {
    let sums = router.disk().join("SHA256SUMS");
    let text = std::fs::read_to_string(&sums).unwrap();
    let rest: String =
        text.lines().filter(|line| !line.ends_with(path)).map(|line| format!("{line}\n")).collect();
    std::fs::write(sums, rest).unwrap();
}
