//! What is asked for: `--chip`, `--add`, `--omit`, `--wpa`.

use crate::support::feeds::{FORMATS, OTHER_VERMAGIC, Site, VERMAGIC, wifi};

#[test]
fn an_unknown_chip_has_near_names() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("resolve --chip iwl7256d").run().exits(3);
        ran.says(&["no chip or family named \"iwl7256d\"", "did you mean", "iwl7265d"]);
        site.owpkg("disk x.img --chip iwl7256d").run().exits(3);
        assert!(!site.holds("x.img") && !site.holds("owpkg.lock"));
    }
}

#[test]
fn an_unknown_package_has_near_names() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("resolve --add hostapd-comon").run().exits(3);
        ran.says(&["hostapd-comon", "--add", "did you mean hostapd-common"]);
        site.owpkg("resolve --add qqq").run().exits(3).says(&["--feed NAME=URL"]);
    }
}

#[test]
fn names_of_chips_are_taken_as_people_write_them() {
    for format in FORMATS {
        let site = wifi().on(format);
        assert_eq!(site.plan("--chip IWL-7265D"), site.plan("--chip iwl7265d"));
    }
}

#[test]
fn a_provided_name_is_a_package_to_ask_for() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("resolve --add libmbedtls --format names").run();
        match format.name() {
            "opkg" => assert_eq!(ran.exits(0).out, "libmbedtls21\n"),
            // Nobody is taken for a virtual name by itself; the builder's provides have no version.
            _ => drop(ran),
        }
    }
}

#[test]
fn an_omitted_root_is_left_out_aloud() {
    for format in FORMATS {
        let site = wifi().on(format);
        let line = "resolve --chip iwl7265d --omit iwlwifi-firmware-iwl7265d --omit wpad-basic-mbedtls --format names";
        let ran = site.owpkg(line).run().exits(0);
        assert_eq!(ran.lines(), ["kmod-cfg80211", "kmod-mac80211", "kmod-iwlwifi"]);
        ran.says(&["iwlwifi-firmware-iwl7265d is left out, as --omit says, although chip iwl7265d wants it"]);
    }
}

#[test]
fn an_omitted_package_that_is_needed_is_a_refusal() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("resolve --chip iwl7265d --omit kmod-cfg80211").run().exits(4);
        ran.says(&[
            "kmod-iwlwifi",
            "→ kmod-mac80211 needs kmod-cfg80211",
            "is omitted",
            "omit what needs it",
        ]);
        assert!(!site.holds("owpkg.lock"));
    }
}

#[test]
fn wpad_is_none_another_or_the_one_there_is() {
    for format in FORMATS {
        let site = wifi().on(format);
        let wpads =
            |plan: Vec<String>| plan.into_iter().filter(|name| name.starts_with("wpad")).collect::<Vec<_>>();
        assert_eq!(wpads(site.plan("--chip iwl7265d")), ["wpad-basic-mbedtls"]);
        assert!(wpads(site.plan("--chip iwl7265d --wpa none")).is_empty());
        assert_eq!(wpads(site.plan("--chip iwl7265d --chip mt7921e --wpa wpad-openssl")), ["wpad-openssl"]);
        let mistyped = site.owpkg("resolve --chip iwl7265d --wpa wpad-opensll").run().exits(3);
        mistyped.says(&["no feed of this release holds wpad-opensll (--wpa)", "did you mean wpad-openssl"]);

        let holds_one = wifi().stock("wpad-mesh-openssl", "1").on(format);
        assert!(wpads(holds_one.plan("--chip iwl7265d")).is_empty());
    }
}

#[test]
fn two_that_exclude_each_other_are_named() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("resolve --add wpad-openssl --add wpad-basic-mbedtls").run().exits(4);
        ran.says(&["wpad-openssl", "wpad-basic-mbedtls", "exclude each other", "ask for only one of"]);
    }
}

#[test]
fn what_excludes_a_held_package_is_refused() {
    for format in FORMATS {
        let site = wifi().stock("wpad-basic-mbedtls", "2025.08.26~ca266cc2-r1").on(format);
        let ran = site.owpkg("resolve --add wpad-openssl").run().exits(4);
        ran.says(&[
            "wpad-openssl",
            "the installed wpad-basic-mbedtls",
            "--replace wpad-basic-mbedtls=wpad-openssl",
        ]);
    }
}

#[test]
fn a_held_package_of_another_version_stays() {
    for format in FORMATS {
        let release =
            wifi().stock("libmbedtls21", "3.6.4-r1").package("new", "1").depends("libmbedtls21>=3.6.5");
        let ran = release.on(format).owpkg("resolve --add new").run().exits(4);
        ran.says(&["needs libmbedtls21 >= 3.6.5", "would replace the installed version 3.6.4-r1"]);
    }
}

#[test]
fn a_module_for_another_kernel_is_refused_with_both_kernels() {
    let wanted = wifi().blueprint.kernel_version();
    let other = format!("6.12.71~{OTHER_VERMAGIC}-r1");
    for format in FORMATS {
        // Modules in the target's own feed, as up to 23.05.
        let mut release = wifi();
        let kmods = release.blueprint.feeds.iter().position(|(name, _)| name == "kmods").unwrap();
        let (_, modules) = release.blueprint.feeds.remove(kmods);
        release.blueprint.feeds[0].1.extend(modules);
        let site = release.on(format);
        let manifest = format!("kernel - {other}\nlibc - 1\nbase-files - 1700\n");
        let run = || site.owpkg("resolve --chip iwl7265d --installed -").stdin(manifest.clone()).run();
        run().exits(4).says(&[&wanted, &other, "never forced"]);
        assert!(!site.holds("owpkg.lock"));
        let own = manifest.replace(OTHER_VERMAGIC, VERMAGIC);
        site.owpkg("resolve --chip iwl7265d --installed -").stdin(own).run().exits(0);
    }
}

#[test]
fn a_router_of_another_build_hears_of_both_kernels_where_modules_lie_apart() {
    let wanted = wifi().blueprint.kernel_version();
    let other = format!("6.12.71~{OTHER_VERMAGIC}-r1");
    for format in FORMATS {
        let site = wifi().on(format);
        let run = site
            .owpkg("resolve --chip iwl7265d --installed -")
            .stdin(format!("kernel - {other}\nlibc - 1\n"));
        run.run().exits(4).says(&[&wanted, &other, "never forced"]);
    }
}

fn modules_of(site: &Site) -> String {
    site.owpkg("resolve --chip iwl7265d --format urls").run().exits(0).out
}

#[test]
fn of_several_kernels_modules_the_routers_own_are_taken() {
    let mut other = wifi();
    other.blueprint.kernel.vermagic = OTHER_VERMAGIC.into();
    for (_, packages) in &mut other.blueprint.feeds {
        packages
            .iter_mut()
            .for_each(|package| package.depends = package.depends.replace(VERMAGIC, OTHER_VERMAGIC));
    }
    for format in FORMATS {
        let mut files = wifi().build(format);
        files.0.extend(other.build(format).0.into_iter().filter(|(path, _)| path.contains(OTHER_VERMAGIC)));
        let site = Site::new(format, files);
        let kernels = |urls: &str| {
            (
                urls.matches(&format!("/{}", folder(VERMAGIC))).count(),
                urls.matches(&folder(OTHER_VERMAGIC)).count(),
            )
        };
        assert_eq!(kernels(&modules_of(&site)), (3, 0));
        let list = format!("kernel - 6.12.71~{OTHER_VERMAGIC}-r1\nlibc - 1\n");
        let ran =
            site.owpkg("resolve --chip iwl7265d --format urls --installed -").stdin(list).run().exits(0);
        assert_eq!(kernels(&ran.out), (0, 3));
        assert!(site.read("owpkg.lock").contains(&format!("kernel = \"6.12.71~{OTHER_VERMAGIC}-r1\"")));
    }
}

fn folder(vermagic: &str) -> String {
    format!("6.12.71-1-{vermagic}/")
}

#[test]
fn nothing_selected_is_a_mistake() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve").run().exits(2).says(&["nothing is selected", "--chip"]);
        site.owpkg("resolve --omit busybox").run().exits(2);
        site.owpkg("disk x.img").run().exits(2).says(&["nothing is selected", "owpkg.lock"]);
    }
}
