//! What the script does with the user's files and with services.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use super::router::{CLIENTS, Outcome, Router};

const NETWORK: &str = "config interface 'lan'\n";

/// The same case on a router of each format.
fn each(case: impl Fn(Router)) {
    for client in CLIENTS {
        println!("{client:?}");
        case(Router::new(client));
    }
}

fn add(router: &mut Router, path: &str, mode: u32, text: &str) {
    router.overlay.add(path, mode, text.as_bytes().to_vec(), false).unwrap();
}

/// A second run does nothing and says so.
#[track_caller]
fn does_nothing_more(router: &Router) -> Outcome {
    let before = router.state();
    let again = router.run(&[]);
    again.is_done("Nothing to do");
    assert!(router.state() == before, "the router is as it was");
    again
}

#[test]
fn files_are_put_in_place_with_their_permissions_and_belong_to_root() {
    each(|mut router| {
        add(&mut router, "etc/config/network", 0o644, NETWORK);
        add(&mut router, "usr/bin/a new/tool", 0o755, "#!/bin/sh\n");
        add(&mut router, "etc/private", 0o600, "");
        let outcome = router.install(&[]);
        outcome.is_done("To configure:\n  write /etc/config/network\n  write /etc/private\n");
        outcome.is_done("Done: 3 packages installed, 3 settings made, nothing else changed.");
        assert_eq!(router.file("etc/config/network"), (NETWORK.to_owned(), 0o644));
        assert_eq!(router.file("usr/bin/a new/tool"), ("#!/bin/sh\n".to_owned(), 0o755));
        assert_eq!(router.file("etc/private"), (String::new(), 0o600));
        assert_eq!(router.given_away().matches("0:0 ").count(), 3, "{}", router.given_away());
        assert_eq!(router.leftovers(), Vec::<PathBuf>::new());
        does_nothing_more(&router);
    });
}

#[test]
fn the_longest_name_leaves_room_for_what_it_replaces() {
    for client in CLIENTS {
        let mut router = Router::new(client);
        for folder in ["etc/config", "etc/uci-defaults"] {
            let path = format!("{folder}/{}", "x".repeat(240));
            router.overlay.add(&path, 0o644, b"new".to_vec(), false).unwrap();
            fs::create_dir_all(router.root().join(folder)).unwrap();
            router.write(&path, "old");
            router.overlay.add(&format!("{path}x"), 0o644, Vec::new(), false).unwrap_err();
        }
        router.install(&[]).is_done("2 settings made");
        for folder in ["etc/config", "etc/uci-defaults"] {
            assert_eq!(router.names_in(folder).len(), 2);
        }
    }
}

#[test]
fn files_are_put_in_place_when_all_packages_are_there() {
    each(|mut router| {
        router.install(&[]).is_done("Done");
        add(&mut router, "etc/config/network", 0o644, NETWORK);
        let outcome = router.install(&[]);
        outcome.is_done("Done: 0 packages installed, 1 setting made");
        assert!(!outcome.out.contains("To install"), "{outcome:#?}");
        assert_eq!(router.file("etc/config/network").0, NETWORK);
    });
}

#[test]
fn names_stay_words() {
    let names =
        ["it's", "$(touch pwned)", " blank first", "`reboot`", "a;b&c", "#no", "~root", "-rf", "%s[a]{b}!"];
    each(|mut router| {
        for name in names {
            add(&mut router, &format!("etc/{name}/{name}"), 0o640, name);
            router.overlay.add_link(&format!("etc/{name}/link"), &format!("{name}\\ \"x\"")).unwrap();
        }
        router.install(&[]).is_done("18 settings made");
        for name in names {
            assert_eq!(router.file(&format!("etc/{name}/{name}")), (name.to_owned(), 0o640));
            let target = fs::read_link(router.root().join(format!("etc/{name}/link"))).unwrap();
            assert_eq!(target.to_str().unwrap(), format!("{name}\\ \"x\""));
        }
        does_nothing_more(&router);
    });
}

#[test]
fn a_file_that_is_there_is_kept_and_the_first_one_for_good() {
    each(|mut router| {
        router.write("etc/banner", "stock");
        fs::set_permissions(router.root().join("etc/banner"), fs::Permissions::from_mode(0o444)).unwrap();
        add(&mut router, "etc/banner", 0o644, "first");
        let outcome = router.install(&[]);
        outcome.is_done("  replace /etc/banner, and keep what is there as banner.before-owpkg\n");
        assert_eq!(router.file("etc/banner"), ("first".to_owned(), 0o644));
        assert_eq!(router.file("etc/banner.before-owpkg"), ("stock".to_owned(), 0o444));

        router.overlay = Default::default();
        add(&mut router, "etc/banner", 0o644, "second");
        router.install(&[]).is_done("  replace /etc/banner\n");
        assert_eq!(router.file("etc/banner").0, "second");
        assert_eq!(router.file("etc/banner.before-owpkg").0, "stock");
        does_nothing_more(&router);
    });
}

#[test]
fn where_openwrt_runs_whatever_it_sees_what_is_kept_is_hidden() {
    each(|mut router| {
        fs::create_dir_all(router.root().join("etc/hotplug.d/net")).unwrap();
        router.write("etc/hotplug.d/net/10-x", "stock");
        add(&mut router, "etc/hotplug.d/net/10-x", 0o644, "own");
        router.install(&[]).is_done("Done");
        assert_eq!(router.names_in("etc/hotplug.d/net"), [".10-x.before-owpkg", "10-x"]);
    });
}

#[test]
fn the_same_file_is_only_given_its_permissions() {
    each(|mut router| {
        router.write("etc/banner", "same");
        fs::set_permissions(router.root().join("etc/banner"), fs::Permissions::from_mode(0o666)).unwrap();
        add(&mut router, "etc/banner", 0o600, "same");
        router.install(&[]).is_done("note /etc/banner, which is there already");
        assert_eq!(router.file("etc/banner").1, 0o600);
        assert!(!router.root().join("etc/banner.before-owpkg").exists());
    });
}

#[test]
fn what_changed_after_it_was_put_there_is_left_alone() {
    each(|mut router| {
        add(&mut router, "etc/uci-defaults/99-own", 0o755, "uci commit\n");
        add(&mut router, "etc/config/network", 0o644, NETWORK);
        add(&mut router, "etc/gone", 0o644, "x");
        router.install(&[]).is_done("Done");
        // The next start of the router, and its user.
        fs::remove_file(router.root().join("etc/uci-defaults/99-own")).unwrap();
        fs::remove_file(router.root().join("etc/gone")).unwrap();
        router.write("etc/config/network", "changed");
        let again = does_nothing_more(&router);
        assert!(again.out.contains("Left alone: /etc/config/network, which changed"), "{again:#?}");
        assert!(again.out.contains("Left alone: /etc/gone, which changed"), "{again:#?}");
        assert!(!again.out.contains("uci-defaults"), "{again:#?}");
    });
}

#[test]
fn links_are_links_whatever_is_there() {
    each(|mut router| {
        router.write("etc/resolv.conf", "stock");
        router.write("tmp/inside", "");
        symlink("tmp", router.root().join("data")).unwrap();
        router.overlay.add_link("etc/resolv.conf", "/tmp/resolv.conf").unwrap();
        // A file for where a link to a folder is, and one through such a link.
        symlink("tmp", router.root().join("var")).unwrap();
        add(&mut router, "data", 0o644, "a file now");
        add(&mut router, "var/through", 0o644, "x");
        router.install(&[]).is_done("Done");
        let link = |path: &str| fs::read_link(router.root().join(path)).unwrap();
        assert_eq!(link("etc/resolv.conf").to_str(), Some("/tmp/resolv.conf"));
        assert_eq!(router.file("etc/resolv.conf.before-owpkg").0, "stock");
        assert_eq!(router.file("data").0, "a file now");
        assert_eq!(link("data.before-owpkg").to_str(), Some("tmp"));
        assert_eq!(router.names_in("tmp"), ["inside", "through"]);
        does_nothing_more(&router);
    });
}

#[test]
fn a_run_that_was_killed_is_finished_by_the_next() {
    each(|router| {
        let client = router.client;
        let furnished = || {
            let mut router = Router::new(client);
            router.write("etc/banner", "stock");
            add(&mut router, "etc/banner", 0o600, "own");
            add(&mut router, "etc/new/file", 0o644, "new");
            router.overlay.add_link("etc/new/link", "file").unwrap();
            router
        };
        let state = |router: &Router| {
            let mut state = router.state();
            // What is killed leaves its work folder there.
            state.retain(|path, _| !path.starts_with("tmp/"));
            state
        };
        let whole = furnished();
        whole.install(&[]).is_done("Done");
        for at in 1.. {
            let router = furnished();
            router.make_disk();
            router.kill_at("mv", at);
            let killed = router.run(&[]).code != Some(0);
            router.spare("mv");
            router.run(&[]).is_done(if killed { "Done" } else { "Nothing to do" });
            assert!(state(&router) == state(&whole), "killed at {at}: {:#?}", router.state().keys());
            if !killed {
                // Every place where a file is moved was a place to die.
                assert_eq!(at, 8, "moves: an original, three files, three notes");
                break;
            }
        }
    });
}

#[test]
fn a_dry_run_tells_and_changes_nothing() {
    each(|mut router| {
        router.serve("dnsmasq", true);
        router.write("etc/banner", "stock");
        add(&mut router, "etc/banner", 0o600, "own");
        router.services = vec!["dnsmasq".to_owned()];
        router.make_disk();
        let before = router.state();
        let outcome = router.run(&["--dry-run"]);
        outcome.is_done("  replace /etc/banner, and keep what is there as banner.before-owpkg\n");
        outcome.is_done("  disable the service dnsmasq\n");
        outcome.is_done("Dry run: nothing was changed.");
        assert!(router.state() == before);
        assert_eq!(router.leftovers(), Vec::<PathBuf>::new());
    });
}

#[test]
fn the_files_count_as_space_until_they_are_there() {
    each(|mut router| {
        add(&mut router, "etc/a", 0o644, &"x".repeat(1025));
        add(&mut router, "etc/b", 0o644, "x");
        router.install(&["--dry-run"]).is_done("Checking the free space... ok, 15 of ");
        router.install(&[]).is_done("Done");
        add(&mut router, "etc/c", 0o644, "x");
        router.install(&[]).is_done("Checking the free space... ok, 1 of ");
    });
}

#[test]
fn refuses_a_folder_in_the_way_before_anything_is_changed() {
    each(|mut router| {
        fs::create_dir(router.root().join("etc/banner")).unwrap();
        add(&mut router, "etc/banner", 0o644, "own");
        router.refuses(&["/etc/banner is a folder on this router"]);
    });
}

#[test]
fn says_where_a_file_cannot_be_written_and_goes_on_later() {
    each(|mut router| {
        router.write("etc/file", "");
        add(&mut router, "etc/a", 0o644, "a");
        add(&mut router, "etc/file/below", 0o644, "x");
        router.install(&[]).is_refused(&["/etc/file/below cannot be written", "goes on where it stopped"]);
        assert_eq!(router.leftovers(), Vec::<PathBuf>::new());
        fs::remove_file(router.root().join("etc/file")).unwrap();
        router.run(&[]).is_done("Done: 0 packages installed, 1 setting made");
        assert_eq!(router.file("etc/file/below").0, "x");
    });
}

#[test]
fn refuses_a_damaged_file() {
    each(|mut router| {
        add(&mut router, "etc/banner", 0o644, "own");
        router.make_disk();
        fs::write(router.disk().join("files/etc/banner"), "owm").unwrap();
        router.refuses_as_it_is(&["the disk is damaged", "files/etc/banner"]);
    });
}

#[test]
fn a_secret_is_spoken_of_but_never_told() {
    each(|mut router| {
        router.overlay.add("etc/uci-defaults/wifi", 0o600, b"key=hunter2\n".to_vec(), true).unwrap();
        let head = router.script().lines().take(10).collect::<Vec<_>>().join("\n");
        assert!(head.contains("THIS DISK HOLDS SECRETS"), "{head}");
        for arguments in [&["--dry-run"][..], &[], &[]] {
            let outcome = router.install(arguments);
            outcome.is_done("Wipe it when the router has them");
            assert!(!outcome.out.contains("hunter2") && !outcome.err.contains("hunter2"), "{outcome:#?}");
        }
        assert!(!router.script().contains("hunter2"));
        assert_eq!(router.file("etc/uci-defaults/wifi"), ("key=hunter2\n".to_owned(), 0o600));
    });
}

#[test]
fn services_are_disabled_where_they_are_and_named_where_not() {
    each(|mut router| {
        for (name, enabled) in [("dnsmasq", true), ("uhttpd", false), ("umount", false), ("dropbear", true)] {
            router.serve(name, enabled);
        }
        // Only the end of the router heeds it.
        symlink("../init.d/umount", router.root().join("etc/rc.d/K90umount")).unwrap();
        router.services = ["dnsmasq", "gpio_switch", "uhttpd", "umount"].map(str::to_owned).to_vec();
        let outcome = router.install(&[]);
        outcome.is_done(
            "To configure:\n  disable the service dnsmasq\n  disable the service umount\nInstalling",
        );
        assert_eq!(router.names_in("etc/rc.d"), ["S50dropbear"]);
        outcome.is_done("Left alone: this router has no service gpio_switch.");
        assert!(!router.starts("dnsmasq") && !router.starts("uhttpd") && router.starts("dropbear"));
        let again = does_nothing_more(&router);
        assert!(again.out.contains("no service gpio_switch"), "{again:#?}");
    });
}

#[test]
fn a_service_that_cannot_be_disabled_is_a_failure() {
    each(|mut router| {
        router.serve("dnsmasq", true);
        router.write("etc/init.d/dnsmasq", "#!/bin/sh\nexit 1\n");
        router.services = vec!["dnsmasq".to_owned()];
        router.install(&[]).is_refused(&["the service dnsmasq cannot be disabled"]);
    });
}
