//! `upgrade.sh` and the first start of the new release, under busybox ash.

use std::fs;

use super::releases::{STEPS, Server};
use super::router::Far;
use crate::support::judges::passes_shellcheck;

/// A router with a stick that leads it from one release to another.
fn ready(server: &Server, from: &str, to: &str, added: &[&str]) -> (Far, Far) {
    let far = Far::new(from).add(added);
    let new = Far::new(to).of_revision("r1-new");
    far.ask(server);
    let _ = fs::remove_dir_all(server.desk.path().join("stick"));
    let line = format!("fill owpkg-request.txt stick/ --with-image --release {to}");
    server.owpkg(&line).run().exits(0);
    far.take(server.desk.path().join("stick").as_std_path(), &new);
    (far, new)
}

#[test]
fn shellcheck_has_nothing_to_say() {
    let server = Server::new();
    ready(&server, "24.10.2", "25.12.0", &["tcpdump"]);
    for name in ["upgrade.sh", "first-start"] {
        passes_shellcheck(&fs::read_to_string(server.desk.path().join("stick").join(name)).unwrap());
    }
}

#[test]
fn each_step_brings_the_packages_and_the_configuration_along() {
    let server = Server::new();
    for (from, to) in STEPS.windows(2).map(|pair| (pair[0], pair[1])).chain([(STEPS[0], STEPS[3])]) {
        println!("{from} to {to}");
        let list = if from < "24" { "luci-app-opkg" } else { "luci-app-package-manager" };
        let (far, new) = ready(&server, from, to, &["tcpdump", "libpcap1", "kmod-fs-ntfs", list]);
        let outcome = far.upgrade(&["--yes"]);
        outcome.is_done("The router restarts with OpenWrt");
        assert!(far.router().seen("sysupgrade").lines().last().unwrap().ends_with(".img.gz"));

        new.restore(&far);
        assert!(new.has_start() && new.holds("etc/owpkg/disk/install.sh"));
        new.start();
        let installed = new.router().installed();
        let list = if to < "24" { "luci-app-opkg" } else { "luci-app-package-manager" };
        let ntfs = if to < "25" { "kmod-fs-ntfs" } else { "kmod-fs-ntfs3" };
        for name in ["tcpdump", "libpcap1", list, ntfs] {
            assert!(installed.iter().any(|held| held == name), "{name} in {installed:?}");
        }
        assert_eq!(new.router().file("etc/config/network").0, "config interface 'lan'\n");
        assert!(new.holds("etc/config/tcpdumpd"), "what a later package will read was kept");
        assert!(!new.has_start() && !new.holds("etc/owpkg/disk"), "nothing is left");
        assert!(new.router().file("etc/owpkg/first-boot.log").0.contains("Done: "));
        let state = new.kept();
        new.start();
        assert_eq!(new.kept(), state, "the next start finds nothing to do");
    }
}

#[test]
fn a_dry_run_and_every_refusal_leave_the_router_as_it_was() {
    let server = Server::new();
    let (far, _) = ready(&server, "24.10.2", "25.12.0", &["tcpdump"]);
    let before = far.kept();
    far.upgrade(&["--dry-run"]).is_done("Dry run: nothing was changed.");
    let unchanged = |words: &[&str], arguments: &[&str]| {
        let outcome = far.upgrade(arguments);
        outcome.is_refused_by("upgrade.sh", words);
        assert_eq!(far.kept(), before, "{words:?}");
        assert!(!far.holds("tmp/sysupgrade.img") && !far.holds("tmp/owpkg-fresh.tgz"), "{words:?}");
    };
    unchanged(&["was not answered by y"], &[]);
    unchanged(&["no such argument: --now"], &["--now"]);

    far.router().write("mood/unfit", "");
    unchanged(
        &["sysupgrade does not take the image", "sysupgrade: Device acme,far not supported"],
        &["--yes"],
    );
    fs::remove_file(far.router().root().join("mood/unfit")).unwrap();

    far.router().write("mood/layout", "");
    unchanged(&["all that is on it beside OpenWrt would be lost", "--whole-disk"], &["--yes"]);
    far.upgrade(&["--whole-disk", "--dry-run"]).is_done("Dry run");
    fs::remove_file(far.router().root().join("mood/layout")).unwrap();

    far.router().write("mood/late", "");
    unchanged(&["sysupgrade failed (4)", "Command failed: Not found"], &["--yes"]);
    unchanged(&["sysupgrade failed (4)"], &["--yes", "--fresh"]);
    fs::remove_file(far.router().root().join("mood/late")).unwrap();

    far.router().write("proc/meminfo", "MemAvailable: 4000 kB\n");
    unchanged(&["too little memory", "4000 KiB", "--omit"], &["--yes"]);
    far.router().write("proc/meminfo", "MemAvailable: 500000 kB\n");

    let release = far.router().file("etc/openwrt_release").0;
    far.router().write("etc/openwrt_release", &release.replace("24.10.2", "24.10.1"));
    far.upgrade(&["--yes"]).is_refused_by("upgrade.sh", &["another release", "24.10.2", "24.10.1"]);
    far.router().write("etc/openwrt_release", &release.replace("x86/64", "x86/legacy"));
    far.upgrade(&["--yes"]).is_refused_by("upgrade.sh", &["another target", "x86/legacy"]);
    far.router().write("etc/openwrt_release", &release);

    far.router().write("tmp/sysinfo/board_name", "acme,other");
    unchanged(&["another board", "acme,far", "acme,other"], &["--yes"]);
    far.router().write("tmp/sysinfo/board_name", "acme,far");

    let id = far.router().file("etc/owpkg/router").0;
    for other in ["0123456789abcdef0123456789abcdef\n", ""] {
        far.router().write("etc/owpkg/router", other);
        far.upgrade(&["--yes"])
            .is_refused_by("upgrade.sh", &["another request.sh id", id.trim(), "request.sh"]);
    }
    far.router().write("etc/owpkg/router", &id);

    far.damage("disk/install.sh");
    unchanged(&["the stick is damaged", "disk/install.sh"], &["--yes"]);
}

#[test]
fn without_the_configuration_the_packages_alone_ride_along() {
    let server = Server::new();
    let (far, new) = ready(&server, "24.10.2", "25.12.0", &["tcpdump"]);
    far.upgrade(&["--yes", "--fresh"]).is_done("The configuration is not kept");
    assert!(far.router().seen("sysupgrade").contains("--ignore-minor-compat-version -f "));
    fs::remove_file(new.router().root().join("etc/config/network")).unwrap();
    new.restore(&far);
    assert!(!new.holds("etc/config/network"));
    new.start();
    assert!(new.router().installed().contains(&"tcpdump".to_owned()));
    assert!(!new.has_start() && !new.holds("etc/owpkg/disk"));
}

#[test]
fn killed_at_any_point_before_the_upgrade_the_next_start_takes_everything_away() {
    let server = Server::new();
    let (base, _) = ready(&server, "24.10.2", "25.12.0", &["tcpdump"]);
    drop(base);
    let stick = server.desk.path().join("stick");
    let points =
        [("mkdir", 1), ("cp", 1), ("sync", 1), ("rm", 1), ("cp", 2), ("rm", 2), ("mv", 1), ("sync", 2)];
    for (tool, call) in points.into_iter().chain([("sysupgrade", 1), ("sysupgrade", 2)]) {
        println!("{tool} {call}");
        let far = Far::new("24.10.2").add(&["tcpdump"]);
        let id = server.desk.read("owpkg-request.txt").lines().nth(1).unwrap().replace("router: ", "");
        fs::create_dir_all(far.router().root().join("etc/owpkg")).unwrap();
        far.router().write("etc/owpkg/router", &format!("{id}\n"));
        // What is killed starts with the old release.
        far.take(stick.as_std_path(), &far);
        let before = far.kept();
        match tool {
            "sysupgrade" if call == 2 => far.router().write("mood/cut", ""),
            "sysupgrade" => far.router().program("sysupgrade", "#!/bin/sh\nkill -9 $PPID\n"),
            _ => far.router().kill_at(tool, call),
        }
        let outcome = far.upgrade(&["--yes"]);
        assert_ne!(outcome.code, Some(0), "{tool} {call}: {outcome:?}");
        if tool != "sysupgrade" {
            far.router().spare(tool);
        }
        far.start();
        assert_eq!(far.kept(), before, "{tool} {call}: {outcome:?}");
        far.start();
        assert_eq!(far.kept(), before, "{tool} {call}: once more");
    }
}

#[test]
fn killed_while_the_first_start_installs_the_next_one_goes_on() {
    let server = Server::new();
    for call in [1, 3, 5] {
        let (far, new) = ready(&server, "24.10.2", "25.12.0", &["tcpdump", "luci-app-package-manager"]);
        far.upgrade(&["--yes"]).is_done("restarts");
        new.restore(&far);
        new.router().kill_at("awk", call);
        new.start();
        new.router().spare("awk");
        new.start();
        assert!(new.router().installed().contains(&"tcpdump".to_owned()), "{call}");
        assert!(!new.has_start() && !new.holds("etc/owpkg/disk"), "{call}");
    }
}

#[test]
fn after_a_reset_the_same_release_takes_its_stick_without_an_id() {
    let server = Server::new();
    let (far, new) = ready(&server, "25.12.0", "25.12.0", &["tcpdump"]);
    fs::remove_dir_all(far.router().root().join("etc/owpkg")).unwrap();
    far.upgrade(&["--yes"]).is_done("The router restarts with OpenWrt 25.12.0");
    new.restore(&far);
    new.start();
    assert!(new.router().installed().contains(&"tcpdump".to_owned()));
}
