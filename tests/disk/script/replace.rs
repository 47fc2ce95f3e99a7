//! A package that takes the place of one that the router holds.

use super::router::{CLIENTS, Client, Offer, Router, offer, planned};

/// A router that holds `dnsmasq`.
fn router(client: Client) -> Router {
    let router = Router::new(client);
    router.hold("dnsmasq", "2.90-4");
    with_disk(router)
}

/// With a disk that brings `dnsmasq-full` in its place, and what that needs; the two exclude each other.
fn with_disk(mut router: Router) -> Router {
    let full = Offer { conflicts: "dnsmasq", ..offer("base", "dnsmasq-full", "2.90-4", "libnettle") };
    router.offers =
        vec![full, offer("base", "libnettle", "3.9-1", ""), offer("base", "dnsmasq", "2.90-4", "")];
    router.plan = vec![planned("libnettle", "3.9-1"), planned("dnsmasq-full", "2.90-4")];
    router.names = vec!["dnsmasq-full"];
    if router.client == Client::Apk {
        router.names.push("!dnsmasq");
    }
    router.replaced = vec![("dnsmasq", "2.90-4")];
    router
}

#[test]
fn it_is_said_before_it_happens_and_nothing_else_goes() {
    for client in CLIENTS {
        let router = router(client);
        let before = router.state();
        let said = "To remove, as these make room:\n  dnsmasq 2.90-4\nTo install:\n  libnettle 3.9-1\n  dnsmasq-full 2.90-4\n";
        router.install(&["--dry-run"]).is_done(said);
        assert_eq!(router.state(), before);
        router.run(&[]).is_done("Done: 2 packages installed, 1 removed, nothing else changed.");
        assert_eq!(router.installed(), ["dnsmasq-full", "kernel", "libc", "libnettle"]);
        if client == Client::Apk {
            assert_eq!(router.file("etc/apk/world").0, "dnsmasq-full\n");
        }
        router.run(&[]).is_done("Nothing to do");
    }
}

#[test]
fn a_router_without_the_old_one_just_gets_the_new_one() {
    for client in CLIENTS {
        let router = with_disk(Router::new(client));
        router.install(&[]).is_done("Done: 2 packages installed, nothing else changed.");
    }
}

#[test]
fn a_removal_that_was_not_planned_is_refused() {
    for client in CLIENTS {
        let mut router = router(client);
        router.replaced = vec![("odhcpd", "1-1")];
        router.hold("odhcpd", "1-1");
        router.offers.push(offer("base", "odhcpd", "1-1", ""));
        router.refuses(match client {
            Client::Opkg => &["conflict with dnsmasq-full: dnsmasq"],
            Client::Apk => &["would remove: dnsmasq", "would not remove: odhcpd"],
        });
    }
}

#[test]
fn whatever_step_fails_the_router_is_as_it_was() {
    let steps = [
        "remove dnsmasq",
        "install libnettle",
        "install dnsmasq-full",
        "configure libnettle",
        "configure dnsmasq-full",
    ];
    for step in steps {
        let router = router(Client::Opkg);
        router.write("mood/fails", &format!("{step}\n"));
        let before = router.installed();
        let outcome = router.install(&[]);
        outcome.is_refused(&["opkg failed", ", and the router holds what it held before"]);
        assert_eq!(router.installed(), before, "{step}: {outcome:#?}");
        assert!(router.leftovers().is_empty());
        // When it is mended, the same disk does it.
        router.write("mood/fails", "");
        router.run(&[]).is_done("2 packages installed, 1 removed");
    }
}

#[test]
fn a_way_back_that_fails_too_is_not_hidden() {
    let router = router(Client::Opkg);
    router.write("mood/fails", "install dnsmasq-full\ninstall dnsmasq\n");
    router.install(&[]).is_refused(&["the router is NOT as it was: -dnsmasq 2.90-4"]);
    // Once more, and there is nothing to remove any more.
    router.write("mood/fails", "");
    router.run(&[]).is_done("Done: 2 packages installed, nothing else changed.");
}

#[test]
fn a_version_that_cannot_be_put_back_is_not_removed() {
    let mut router = router(Client::Opkg);
    router.replaced = vec![("dnsmasq", "2.91-1")];
    router.refuses(&["cannot put back", "dnsmasq 2.90-4 (the disk has 2.91-1)"]);
}

#[test]
fn what_opkg_would_not_remove_or_put_back_is_refused_by_the_rehearsal() {
    let mut without_it = router(Client::Opkg);
    without_it.offers.pop();
    without_it.refuses(&["opkg could not put back what is to make room", "Unknown package 'dnsmasq'"]);
    let mut more = router(Client::Opkg);
    more.offers[2].needs = "libc odhcpd";
    more.offers.push(offer("base", "odhcpd", "1-1", ""));
    more.refuses(&["would do: Installing odhcpd (1-1) to root..., to put back what makes room"]);
}
