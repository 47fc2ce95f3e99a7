//! From the request to a disk, and back on a router.

use std::fs;

use owpkg::lock::Lock;

use super::router::{VIRTUAL, each};
use crate::disk::script::router::Router;
use crate::support::feeds::{Site, release, wifi};

const FILL: &str = "fill owpkg-request.txt";

/// The lock of a disk in a folder.
fn lock(site: &Site, disk: &str) -> Lock {
    Lock::parse(&site.read(&format!("{disk}/owpkg.lock"))).unwrap()
}

#[test]
fn the_router_that_asked_installs_what_it_asked_for() {
    each(|asker, site| {
        let request = asker.request();
        site.write("owpkg-request.txt", &request);
        let ran = site.owpkg(&format!("{FILL} disk --format dir")).run().exits(0);
        assert!(ran.out.starts_with("wrote disk: 7 packages, "), "{}", ran.out);
        assert_eq!(lock(&site, "disk").router, Some(asker.parsed().router));

        let outcome = asker.install(&site.path().join("disk").into_std_path_buf());
        outcome.is_done("Done: 7 packages installed, nothing else changed.");
        let installed = asker.router.installed();
        for name in ["kmod-iwlwifi", "iwlwifi-firmware-iwl7265d", "wpad-basic-mbedtls"] {
            assert!(installed.iter().any(|held| held == name), "{name} in {installed:?}");
        }
        let before = asker.router.state();
        asker.install(site.path().join("disk").as_std_path()).is_done("Nothing to do");
        assert_eq!(asker.router.state(), before, "a second run");
    });
}

#[test]
fn no_other_router_takes_the_disk() {
    each(|asker, site| {
        site.write("owpkg-request.txt", asker.request());
        site.owpkg(&format!("{FILL} disk --format dir")).run().exits(0);
        let disk = site.path().join("disk").into_std_path_buf();
        let own = asker.parsed().router.to_string();
        let refuses = |router: &Router, found: &str| {
            let before = router.state();
            let outcome = asker.install(&disk);
            outcome.is_refused(&[
                "the request of another router",
                &own,
                found,
                "owpkg fill owpkg-request.txt",
            ]);
            assert_eq!(router.state(), before);
        };
        let other = "0123456789abcdef0123456789abcdef";
        asker.router.write("etc/owpkg/router", other);
        refuses(&asker.router, other);
        asker.router.write("etc/owpkg/router", "");
        refuses(&asker.router, "no id in ");
        fs::remove_dir_all(asker.router.root().join("etc/owpkg")).unwrap();
        refuses(&asker.router, "no id in ");

        site.write("owpkg-request.txt", asker.request());
        site.owpkg(&format!("{FILL} anew --format dir")).run().exits(0);
        asker.install(site.path().join("anew").as_std_path()).is_done("Done: 7 packages");
    });
}

#[test]
fn a_disk_that_answers_nobody_asks_for_no_id() {
    each(|asker, site| {
        site.owpkg("disk disk --format dir --device pci:8086:095a:8086:5010@59").run().exits(0);
        assert_eq!(lock(&site, "disk").router, None);
        asker.install(site.path().join("disk").as_std_path()).is_done("Done: 7 packages");
    });
}

#[test]
fn the_same_request_gives_the_same_image() {
    each(|asker, site| {
        let request = asker.request();
        site.write("owpkg-request.txt", &request);
        let image = |line: &str, name: &str| {
            site.owpkg(line).run().exits(0);
            fs::read(site.path().join(name)).unwrap()
        };
        let first = image(&format!("{FILL} one.img"), "one.img");
        assert!(image(&format!("{FILL} two.img"), "two.img") == first, "once more");
        site.write("windows.txt", request.replace('\n', "\r\n"));
        assert!(image("fill windows.txt three.img", "three.img") == first, "by way of an editor");
        let ran = site.owpkg("fill - four.img").stdin(request).run().exits(0);
        assert!(ran.out.contains("grep -q 'OWPKG *FAT' && mount -t vfat /dev/$d /tmp/pkgs"), "{}", ran.out);
        assert!(fs::read(site.path().join("four.img")).unwrap() == first, "through a pipe");

        site.owpkg(&format!("{FILL} disk --format dir")).run().exits(0);
        site.write("owpkg.lock", site.read("disk/owpkg.lock"));
        assert!(image("disk five.img", "five.img") == first, "from the lock of the disk");
        site.desk.owpkg("verify five.img --key key").run().exits(0);
    });
}

#[test]
fn a_disk_whose_router_was_changed_by_hand_is_at_fault() {
    each(|asker, site| {
        site.write("owpkg-request.txt", asker.request());
        site.owpkg(&format!("{FILL} disk --format dir")).run().exits(0);
        site.desk.owpkg("verify disk --key key").run().exits(0);
        let own = asker.parsed().router.to_string();
        let script = site.read("disk/install.sh");
        site.write("disk/install.sh", script.replace(&own, "0123456789abcdef0123456789abcdef"));
        site.desk.owpkg("verify disk --key key").run().exits(5);
        site.write("disk/install.sh", script);
        let lock = site.read("disk/owpkg.lock").replace(&own, "$(reboot)");
        assert!(
            Lock::parse(&lock).is_err_and(|error| error.to_string().contains("is not the id of a router"))
        );
    });
}

#[test]
fn what_was_written_is_told_as_json() {
    each(|asker, site| {
        site.write("owpkg-request.txt", asker.request());
        let told = site.owpkg(&format!("{FILL} out.img --json")).run().exits(0).json();
        assert_eq!((&told["schema"], &told["packages"]), (&"owpkg.disk/1".into(), &7.into()));
        assert_eq!(told["router"], asker.parsed().router.as_str());
    });
}

#[test]
fn more_or_less_can_be_asked_for() {
    each(|asker, site| {
        site.write("owpkg-request.txt", asker.request());
        let names = |line: &str| -> Vec<String> {
            let _ = fs::remove_dir_all(site.path().join("disk"));
            site.owpkg(&format!("{FILL} disk --format dir {line}")).run().exits(0);
            lock(&site, "disk").packages.into_iter().map(|package| package.name).collect()
        };
        let has = |names: &[String], name: &str| names.iter().any(|own| own == name);
        assert!(has(&names("--chip mt7921e"), "kmod-mt7921e"));
        assert!(has(&names("--wpa wpad-openssl"), "wpad-openssl"));
        assert!(!has(&names("--wpa none"), "hostapd-common"));
        assert!(has(&names("--wpa none --add libmbedtls21"), "libmbedtls21"));
    });
}

#[test]
fn what_the_request_says_is_not_said_again() {
    each(|asker, site| {
        site.write("owpkg-request.txt", asker.request());
        for flag in
            ["--release 25.12.0", "--target x86/64", "--profile generic", "--installed f", "--detect f"]
        {
            let ran = site.owpkg(&format!("{FILL} out.img {flag}")).run().exits(2);
            let name = flag.split(' ').next().unwrap();
            ran.says(&[&format!("{name} is answered by the request"), "leave it out"]);
        }
    });
}

#[test]
fn a_router_without_a_card_gets_no_disk_but_what_is_named() {
    each(|asker, site| {
        asker.unplug();
        asker.plug_driven("pci", "0000:00:03.0", VIRTUAL, "virtio-pci");
        asker.plug("usb", "1-0:1.0", "usb:v1D6Bp0002d0606dc09dsc00dp01ic09isc00ip00in00");
        site.write("owpkg-request.txt", asker.request());
        let ran = site.owpkg(&format!("{FILL} out.img")).run().exits(3);
        ran.says(&[
            "no network card that needs a package",
            "pci 1af4:1000:1af4:0001",
            "usb 1d6b:0002",
            "--add",
        ]);
        assert!(!site.holds("out.img"));
        site.owpkg(&format!("{FILL} out.img --add libmbedtls21")).run().exits(0);

        asker.plug("pci", "0000:04:00.0", "pci:v00001234d00005678sv00000000sd00000000bc02sc80i00");
        site.write("owpkg-request.txt", asker.request());
        let ran = site.owpkg(&format!("{FILL} out.img")).run().exits(3);
        ran.says(&["no row for the pci device 1234:5678"]);
        fs::remove_dir_all(asker.router.root().join("sys/bus")).unwrap();
        site.write("owpkg-request.txt", asker.request());
        site.owpkg(&format!("{FILL} out.img")).run().exits(3).says(&["it shows no device"]);
    });
}

#[test]
fn a_driven_device_that_no_row_is_for_is_passed_over() {
    each(|asker, site| {
        asker.plug_driven("pci", "0000:00:03.0", VIRTUAL, "virtio-pci");
        site.write("owpkg-request.txt", asker.request());
        let ran = site.owpkg(&format!("{FILL} out.img")).run().exits(0);
        assert!(!ran.err.contains("1af4"), "{}", ran.err);
    });
}

#[test]
fn a_router_that_holds_all_it_needs_gets_no_disk() {
    each(|asker, site| {
        site.write("owpkg-request.txt", asker.request());
        site.owpkg(&format!("{FILL} disk --format dir")).run().exits(0);
        asker.install(site.path().join("disk").as_std_path()).is_done("Done");
        site.write("owpkg-request.txt", asker.request());
        let ran = site.owpkg(&format!("{FILL} out.img")).run().exits(3);
        ran.says(&["the router needs nothing", "--chip"]);
        assert!(!site.holds("out.img"));
    });
}

#[test]
fn too_little_space_is_said_before_the_way() {
    each(|asker, site| {
        let request = asker.request();
        let free = request.lines().find(|line| line.starts_with("free: ")).unwrap();
        site.write("owpkg-request.txt", request.replace(free, "free: 3 kB"));
        let ran = site.owpkg(&format!("{FILL} out.img")).run().exits(4);
        ran.says(&["too little space", "found 3 kB", "--omit"]);
        let ran = site.owpkg(&format!("{FILL} out.img")).run();
        let needed = ran.err.split("expected ").nth(1).unwrap().split(" kB").next().unwrap();
        assert!(!site.holds("out.img"));
        site.write("owpkg-request.txt", request.replace(free, &format!("free: {needed} kB")));
        site.owpkg(&format!("{FILL} out.img")).run().exits(0);
        site.write("owpkg-request.txt", request.replace(free, "free:"));
        let ran = site.owpkg(&format!("{FILL} out.img")).run().exits(0);
        ran.says(&["warning: ", "does not say how much space"]);
    });
}

#[test]
fn a_kernel_or_a_release_that_the_feeds_are_not_of_is_refused() {
    each(|asker, site| {
        let request = asker.request();
        let kernel = wifi().blueprint.kernel_version();
        let other = kernel.replace("6.12.71", "6.12.70");
        site.write("owpkg-request.txt", request.replace(&kernel, &other));
        let ran = site.owpkg(&format!("{FILL} out.img")).run().exits(4);
        ran.says(&["is built for kernel", "the router runs 6.12.70"]);

        for (line, changed, words) in [
            (
                "release: 25.12.0",
                "release: 25.12.1",
                "another release: expected the router's 25.12.1, found 25.12.0",
            ),
            ("arch: x86_64", "arch: i386_pentium4", "another architecture"),
        ] {
            assert!(request.contains(line));
            site.write("owpkg-request.txt", request.replace(line, changed));
            let ran = site.owpkg(&format!("{FILL} out.img")).run().exits(4);
            ran.says(&[words, "--tree"]);
        }
        let client = format!("client: {}\n", site.format.name());
        let other = if site.format.name() == "apk" { "client: opkg\n" } else { "client: apk\n" };
        site.write("owpkg-request.txt", request.replace(&client, other));
        site.owpkg(&format!("{FILL} out.img")).run().exits(4).says(&["another package format"]);
        site.write("owpkg-request.txt", request.replace("target: x86/64", "target: ath79/generic"));
        site.owpkg(&format!("{FILL} out.img")).run().exits(6);
        assert!(!site.holds("out.img"));
    });
}

#[test]
fn a_tree_that_does_not_state_its_release_is_taken_for_the_routers() {
    each(|asker, site| {
        let site = Site::new(
            site.format,
            site.files.clone().with_profiles(|profiles| {
                profiles.remove("version_number").unwrap();
            }),
        );
        site.write("owpkg-request.txt", asker.request());
        site.owpkg(&format!("{FILL} disk --format dir")).run().exits(0);
        assert_eq!(lock(&site, "disk").release.as_deref(), Some("25.12.0"));
        assert!(site.read("disk/README.txt").contains(asker.parsed().router.as_str()));
    });
}

#[test]
fn a_server_is_asked_for_the_routers_own_release() {
    each(|asker, site| {
        let of = release().blueprint.release;
        let tree = site.files.clone().below(&format!("releases/{of}"));
        for (path, bytes) in &tree.0 {
            site.write(&format!("mirror/{path}"), bytes);
        }
        let request = asker.request();
        site.write("owpkg-request.txt", &request);
        let fill = || site.desk.owpkg(&format!("{FILL} out.img --mirror mirror --key key"));
        fill().run().exits(0);
        site.write("owpkg-request.txt", request.replace("release: 25.12.0", "release: 24.10.9"));
        fill().run().exits(6).says(&["24.10.9"]);
        site.write("owpkg-request.txt", request.replace("release: 25.12.0", "release: acme-1"));
        fill().run().exits(2).says(&["\"acme-1\" is not a release", "--tree DIR"]);
    });
}

#[test]
fn the_plan_of_a_request_is_seen_before_its_disk() {
    each(|asker, site| {
        site.write("owpkg-request.txt", asker.request());
        site.owpkg(&format!("{FILL} disk --format dir")).run().exits(0);
        let seen = site.owpkg("resolve --from-request owpkg-request.txt --lock seen.lock").run().exits(0);
        assert!(seen.out.contains("iwlwifi-firmware-iwl7265d"), "{}", seen.out);
        assert_eq!(site.read("seen.lock"), site.read("disk/owpkg.lock"));
        let answered = site.owpkg("resolve --from-request owpkg-request.txt --target x86/64").run();
        answered.exits(2).says(&["--target is answered by the request"]);
    });
}
