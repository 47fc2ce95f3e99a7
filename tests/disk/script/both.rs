//! What the script does whatever the package manager.

use std::fs;
use std::path::PathBuf;

use owpkg::disk::script::FeedKey;

use super::router::{CLIENTS, KEY, Router, offer, planned};

/// The same case on a router of each format.
fn each(case: impl Fn(Router)) {
    for client in CLIENTS {
        println!("{client:?}");
        case(Router::new(client));
    }
}

#[test]
fn installs_the_plan_and_cleans_up() {
    each(|router| {
        let outcome = router.install(&[]);
        outcome.is_done("3 packages installed");
        assert!(outcome.out.contains("Checking the disk... ok"), "{outcome:#?}");
        assert_eq!(router.installed(), ["kernel", "kmod-radio", "kmod-stack", "libc", "radio-firmware"]);
        assert_eq!(router.leftovers(), Vec::<PathBuf>::new());
    });
}

#[test]
fn a_second_run_changes_nothing() {
    each(|router| {
        router.install(&[]).is_done("Done");
        let before = router.state();
        router.run(&[]).is_done("Nothing to do");
        assert_eq!(router.state(), before);
    });
}

#[test]
fn a_run_goes_on_where_an_earlier_one_stopped() {
    each(|router| {
        router.hold("kmod-stack", "5.15.137-1");
        router.install(&[]).is_done("2 packages installed");
    });
}

#[test]
fn another_version_of_a_planned_package_is_left_alone_aloud() {
    each(|router| {
        router.hold("radio-firmware", "20230804-1.0");
        let outcome = router.install(&[]);
        outcome.is_done("2 packages installed");
        outcome.is_done("Left alone: radio-firmware 20230804-1.0 (the disk has 20230804-1)");
    });
}

#[test]
fn a_dry_run_changes_nothing() {
    each(|router| {
        router.make_disk();
        let before = router.state();
        let outcome = router.run(&["--dry-run"]);
        outcome.is_done("Dry run: nothing was changed.");
        assert!(outcome.out.contains("  kmod-radio 5.15.137-1\n"), "{outcome:#?}");
        assert_eq!(router.state(), before);
        assert_eq!(router.leftovers(), Vec::<PathBuf>::new());
    });
}

#[test]
fn help_and_wrong_arguments() {
    each(|router| {
        router.install(&["--help"]).is_done("Usage: sh install.sh");
        for arguments in [&["--force"][..], &["--dry-run", "now"], &[""], &["--help", "x"]] {
            router.run(arguments).is_refused(&["no such arguments"]);
        }
        assert_eq!(router.installed(), ["kernel", "libc"]);
    });
}

#[test]
fn finds_its_disk_from_any_folder() {
    each(|router| {
        router.make_disk();
        let dry = ["--dry-run"];
        router.run_as(&router.disk(), "install.sh".as_ref(), &dry).is_done("Dry run");
        router.run_as(&router.disk().join("feeds"), "../install.sh".as_ref(), &dry).is_done("Dry run");

        let above = router.disk().parent().unwrap().to_owned();
        let below = router.disk().file_name().unwrap().to_owned();
        // A folder of that name elsewhere, to which CDPATH would lead.
        fs::create_dir(router.root().join(&below)).unwrap();
        router.run_as(&above, &PathBuf::from(below).join("install.sh"), &dry).is_done("Dry run");

        let lonely = router.root().join("install.sh");
        fs::copy(router.disk().join("install.sh"), &lonely).unwrap();
        router.run_as(&router.root(), &lonely, &dry).is_refused(&["the disk is not here"]);
    });
}

#[test]
fn refuses_to_run_a_demo() {
    each(|mut router| {
        router.demo = true;
        router.refuses(&["DEMO"]);
    });
}

#[test]
fn refuses_another_release() {
    each(|mut router| {
        router.release = Some("22.03.5");
        router.refuses(&["another release", "expected: 22.03.5", "found:    23.05.2", "--release 23.05.2"]);
        router.release = None;
        router.install(&[]).is_done("Done");
    });
}

#[test]
fn refuses_another_target() {
    each(|mut router| {
        router.target = "x86/64";
        router.refuses(&["another target", "expected: x86/64", "found:    mvebu/cortexa9"]);
    });
}

#[test]
fn refuses_another_architecture() {
    each(|mut router| {
        router.arch = "x86_64";
        router.refuses(&["another architecture", "expected: x86_64", "found:    arm_cortex-a9_vfpv3-d16"]);
    });
}

#[test]
fn refuses_another_kernel_build() {
    each(|mut router| {
        router.kernel = Some("5.15.137-1-5693566370d6be70681d3c7511354060");
        let found = "found:    5.15.137-1-adec7b9ab9fcf988b58011de28c60b3a";
        router.refuses(&["another kernel", "expected: 5.15.137-1-5693566370d6be70681d3c7511354060", found]);
        router.kernel = None;
        router.install(&[]).is_done("Done");
    });
}

#[test]
fn refuses_what_is_no_openwrt() {
    each(|router| {
        fs::remove_file(router.root().join("etc/openwrt_release")).unwrap();
        router.refuses(&["this is no OpenWrt"]);
    });
}

#[test]
fn refuses_a_damaged_disk() {
    each(|router| {
        router.make_disk();
        let index = match router.client.name() {
            "opkg" => "feeds/core/Packages.gz",
            _ => "feeds/core/packages.adb",
        };
        let path = router.disk().join(index);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        router.refuses_as_it_is(&["the disk is damaged", index]);

        fs::remove_file(&path).unwrap();
        router.refuses_as_it_is(&["the disk is damaged", index]);
        fs::write(router.disk().join("SHA256SUMS"), "").unwrap();
        router.refuses_as_it_is(&["the disk is damaged", "SHA256SUMS itself"]);
    });
}

#[test]
fn refuses_where_space_is_short() {
    each(|mut router| {
        router.plan[0].installed_size = Some(u64::MAX);
        router.refuses(&["too little space", "expected: 18014398509481992 kB"]);
        // What is there already takes no more.
        router.hold("kmod-stack", "5.15.137-1");
        router.install(&[]).is_done("Checking the free space... ok, 8 of ");
    });
}

#[test]
fn refuses_without_the_key() {
    each(|router| {
        let name = router.client.name();
        let keys = router.root().join(format!("etc/{name}/keys"));
        fs::rename(keys.join("d95e275d41a63bff"), keys.join("0123456789abcdef")).unwrap();
        router.refuses(&[
            &format!("{name} does not trust"),
            "d95e275d41a63bff",
            "found:    0123456789abcdef",
        ]);
    });
}

#[test]
fn what_the_client_says_of_errors_may_come_amid_its_lines() {
    each(|router| {
        router.write("mood/chatty", "");
        router.install(&[]).is_done("3 packages installed");
    });
}

#[test]
fn a_bad_signature_is_no_missing_key() {
    each(|mut router| {
        router.own_keys = ["core", "base"].map(|feed| FeedKey { feed, file: KEY }).to_vec();
        router.write("mood/tampered", "");
        router.refuses(&["does not trust", "the signature is bad", KEY, "write it anew"]);
        assert!(!router.run(&[]).err.contains("cp "));
    });
}

#[test]
fn says_how_a_key_that_official_images_lack_is_added_and_goes_on_with_it() {
    each(|mut router| {
        router.own_keys = ["core", "base"].map(|feed| FeedKey { feed, file: KEY }).to_vec();
        let name = router.client.name();
        let keys = router.root().join(format!("etc/{name}/keys"));
        fs::remove_file(keys.join(KEY)).unwrap();
        router.refuses(&[
            &format!("{name} does not trust"),
            "the router lacks its key",
            "found:    no key",
            "if you trust who made the feed core",
        ]);
        // The command is one that a shell takes as it stands, whatever the disk's folder is called.
        let said = router.run(&["--dry-run"]).err;
        let command = said.lines().find_map(|line| line.trim().strip_prefix("cp ")).unwrap();
        assert!(command.ends_with(&format!("/etc/{name}/keys/")), "{said}");
        assert!(router.root().join(format!("etc/{name}/keys")).read_dir().unwrap().next().is_none());
        let ash =
            std::process::Command::new("busybox").args(["ash", "-c", &format!("cp {command}")]).status();
        assert!(ash.unwrap().success(), "{command}");
        router.run(&[]).is_done("3 packages installed");
    });
}

#[test]
fn a_router_that_holds_the_key_hears_nothing_of_it() {
    each(|mut router| {
        router.own_keys = vec![FeedKey { feed: "base", file: KEY }];
        let outcome = router.install(&[]);
        outcome.is_done("3 packages installed");
        assert!(!outcome.out.contains("keys/") && outcome.err.is_empty(), "{outcome:#?}");
    });
}

#[test]
fn a_missing_key_of_official_feeds_is_not_to_be_added() {
    each(|mut router| {
        router.own_keys = vec![FeedKey { feed: "mine", file: "another" }];
        let keys = router.root().join(format!("etc/{}/keys", router.client.name()));
        fs::remove_file(keys.join(KEY)).unwrap();
        router.refuses(&["use the image of the release whose keys signed it"]);
        assert!(!router.run(&[]).err.contains("cp "));
    });
}

#[test]
fn refuses_what_the_plan_does_not_list() {
    each(|mut router| {
        router.offers[1].needs = "kmod-extra";
        router.offers.push(offer("core", "kmod-extra", "1-1", ""));
        router.refuses(&["not on the plan: kmod-extra 1-1"]);
    });
}

#[test]
fn refuses_another_version_than_planned() {
    each(|mut router| {
        // Equal as numbers, not as versions.
        router.offers.push(offer("core", "kmod-late", "1.0", ""));
        router.plan.push(planned("kmod-late", "1.00"));
        router.names.push("kmod-late");
        router.refuses(&["another version: kmod-late 1.0, planned 1.00"]);
    });
}

#[test]
fn refuses_to_leave_out_a_planned_package() {
    each(|mut router| {
        router.offers[0].needs = "kmod-stack";
        router.refuses(&["would not install: radio-firmware 20230804-1"]);
    });
}

#[test]
fn refuses_an_unknown_name() {
    each(|mut router| {
        router.names.push("kmod-absent");
        router.refuses(&["cannot install the packages of the disk", "kmod-absent"]);
    });
}

#[test]
fn says_when_the_client_did_not_do_what_it_said() {
    each(|router| {
        router.write("mood/forgetful", "");
        router.refuses(&[
            "did not do what it rehearsed",
            "not installed: kmod-stack radio-firmware kmod-radio",
        ]);
    });
}

#[test]
fn hostile_names_stay_words() {
    let hostile = ["it's", "$(touch${IFS}pwned)", "`reboot`", "a;b&c|d", "*", "\\n\"%s\"", "#no", "~root"];
    each(|mut router| {
        for name in hostile {
            router.offers.push(offer("base", name, "1'$x-1", ""));
            router.plan.push(planned(name, "1'$x-1"));
            router.names.push(name);
        }
        router.install(&[]).is_done("11 packages installed");
        let installed = router.installed();
        for name in hostile {
            assert!(installed.iter().any(|held| held == name), "{name} in {installed:?}");
        }
    });
}
