//! What a release tree says of itself, and what is done where it says less: kernel, stock image, feeds.

use crate::support::feeds::{FORMATS, Files, OTHER_VERMAGIC, Site, VERMAGIC, release, wifi};

const CHIP: &str = "resolve --chip iwl7265d --json";

/// What the synthetic router holds, as `opkg list-installed` or a manifest would say.
fn list() -> String {
    format!("base-files - 1700\nbusybox - 1.37.0-r1\nkernel - 6.12.71~{VERMAGIC}-r1\nlibc - 1.2.5-r4\n")
}

/// The release with its modules in the target's own feed, as up to 23.05.
fn modules_in_core() -> crate::support::feeds::Builder {
    let mut release = wifi();
    let kmods = release.blueprint.feeds.iter().position(|(name, _)| name == "kmods").unwrap();
    let (_, modules) = release.blueprint.feeds.remove(kmods);
    release.blueprint.feeds[0].1.extend(modules);
    release
}

#[test]
fn the_kernel_is_the_manifests_where_profiles_name_none() {
    for format in FORMATS {
        let files = wifi().build(format).with_profiles(|profiles| drop(profiles.remove("linux_kernel")));
        let plan = Site::new(format, files).owpkg(&format!("{CHIP} --key sums.pub")).run().exits(0).json();
        assert_eq!(plan["kernel"]["vermagic"], VERMAGIC);
        assert_eq!(plan["warnings"].as_array().unwrap().len(), 1, "{}", plan["warnings"]);
    }
}

#[test]
fn the_kernel_is_the_profiles_where_a_list_names_none() {
    for format in FORMATS {
        let list = "base-files - 1700\nlibc - 1\n";
        let ran = wifi().on(format).owpkg(CHIP).arg("--installed").arg("-").stdin(list).run().exits(0);
        assert_eq!(ran.json()["kernel"]["vermagic"], VERMAGIC);
    }
}

#[test]
fn the_kernel_is_that_of_most_modules_where_nothing_else_tells() {
    for format in FORMATS {
        let mut release = modules_in_core().feed("core").package("kmod-stray", "6.12.70-r1");
        let stray = release.blueprint.feeds[0].1.last_mut().unwrap();
        stray.depends = format!("kernel=6.12.70~{OTHER_VERMAGIC}-r1");
        let files = release.build(format).with_profiles(|profiles| drop(profiles.remove("linux_kernel")));
        let site = Site::new(format, files);
        let run = |line: &str| site.owpkg(line).arg("--installed").arg("-").stdin("libc - 1\n").run();
        let ran = run(CHIP).exits(0);
        assert_eq!(ran.json()["kernel"]["vermagic"], VERMAGIC);
        ran.says(&["nothing says which kernel the router runs", VERMAGIC]);
        run("resolve --add kmod-stray").exits(4).says(&[VERMAGIC, OTHER_VERMAGIC]);
    }
}

#[test]
fn a_bare_tree_will_do_with_a_list_and_a_target() {
    for format in FORMATS {
        let bare = |path: &str| path.ends_with("profiles.json") || path.ends_with(".manifest");
        let mut files = modules_in_core().build(format);
        files.0.retain(|path, _| !bare(path));
        let site = Site::new(format, files);
        let ran =
            site.owpkg(CHIP).arg("--installed").arg("-").arg("--target").arg("x86/64").stdin(list()).run();
        let plan = ran.exits(0).json();
        assert_eq!((&plan["arch"], &plan["release"]), (&"x86_64".into(), &serde_json::Value::Null));
        assert_eq!(plan["baseline"], serde_json::json!({ "from": "installed", "packages": 4 }));

        let ran = site.owpkg(CHIP).run().exits(4);
        ran.says(&["does not say what its image holds", "--installed FILE", "/usr/lib/opkg/status"]);
    }
}

#[test]
fn without_a_manifest_the_default_packages_and_their_needs_are_held() {
    for format in FORMATS {
        let mut release = wifi().feed("base").package("firewall", "1").depends("hostapd-common");
        release.blueprint.manifest.clear();
        release.blueprint.default_packages = vec!["base-files".into(), "firewall".into(), "gone".into()];
        let site = release.on(format);
        let ran = site.owpkg("resolve --chip iwl7265d --add firewall --format names").run().exits(0);
        ran.says(&["worked out from the release's default packages, without gone, which no feed holds"])
            .says(&["has no manifest of its stock image"]);
        let plan = site.plan("--chip iwl7265d");
        assert!(
            plan.contains(&"wpad-basic-mbedtls".to_owned()) && !plan.contains(&"hostapd-common".to_owned())
        );
        let json = site.owpkg(CHIP).run().exits(0).json();
        assert_eq!(json["baseline"]["from"], "default-packages");
    }
}

#[test]
fn default_packages_that_do_not_go_together_are_told() {
    for format in FORMATS {
        let mut release = wifi();
        release.blueprint.manifest.clear();
        release.blueprint.default_packages = vec!["wpad-openssl".into(), "wpad-basic-mbedtls".into()];
        let ran = release.on(format).owpkg(CHIP).run().exits(4);
        ran.says(&["the default packages of", "do not go together", "--installed"]);
    }
}

#[test]
fn what_the_router_holds_is_read_in_every_form() {
    let status = format!(
        "Package: libc\nVersion: 1\nStatus: install ok installed\n\n\
         Package: kernel\nVersion: 6.12.71~{VERMAGIC}-r1\nStatus: install user installed\n\n\
         Package: hostapd-common\nVersion: 1\nStatus: install ok installed\n\n\
         Package: libmbedtls21\nVersion: 1\nStatus: deinstall ok not-installed\n"
    );
    let pairs = [
        ("libc", "1".to_owned()),
        ("kernel", format!("6.12.71~{VERMAGIC}-r1")),
        ("hostapd-common", "1".into()),
    ];
    let lines = |separator: &str| -> String {
        pairs.iter().map(|(name, version)| format!("{name}{separator}{version}\n")).collect()
    };
    for format in FORMATS {
        let site = wifi().on(format);
        for (form, text) in [("opkg's", lines(" - ")), ("apk's", lines(" ")), ("status", status.clone())] {
            site.write("held", &text);
            let from_file = site.plan("--chip iwl7265d --installed held");
            assert!(!from_file.contains(&"hostapd-common".to_owned()), "{form}: {from_file:?}");
            assert!(from_file.contains(&"libmbedtls21".to_owned()), "{form}: {from_file:?}");
            let line = "resolve --chip iwl7265d --format names --no-lock --installed -";
            let ran = site.owpkg(line).stdin(text.replace('\n', "\r\n")).run();
            if form != "status" {
                assert_eq!(ran.exits(0).lines(), from_file, "{form} with the line ends of another system");
            }
        }
        for (bad, words) in
            [("", "it lists no package"), ("a b c d\n", "line 1: \"a b c d\""), ("libc - 1\nx\n", "line 2")]
        {
            site.owpkg("resolve --chip iwl7265d --installed -")
                .stdin(bad)
                .run()
                .exits(2)
                .says(&["--installed -", words]);
        }
    }
}

#[test]
fn the_manifest_is_read_with_either_separator() {
    for format in FORMATS {
        // The signed sha256sums would tell of the change.
        let files = wifi().build(format).without("sha256sums");
        let path = files.path_of(".manifest");
        let spaced = String::from_utf8(files.0[&path].clone()).unwrap().replace(" - ", " ");
        let site = Site::new(format, files.with(&path, spaced));
        assert_eq!(site.owpkg(CHIP).run().exits(0).json()["baseline"]["packages"], 7);
        let broken = wifi().build(format).without("sha256sums").with(&path, "<html> what is this? </html>");
        Site::new(format, broken).owpkg(CHIP).run().exits(6).says(&[".manifest", "line 1"]);
    }
}

#[test]
fn the_manifest_of_the_device_is_preferred() {
    for format in FORMATS {
        // The signed sha256sums would tell of the change.
        let files = wifi().build(format).without("sha256sums");
        let small = serde_json::json!({});
        let files = files.with_forged_profiles(|profiles| profiles["profiles"]["small"] = small);
        let path = files.path_of(".manifest");
        let folder = path.rsplit_once('/').unwrap().0.to_owned();
        let device = format!("{}hostapd-common - 1\n", list());
        let site =
            Site::new(format, files.with(&format!("{folder}/openwrt-25.12.0-x86-64-small.manifest"), device));
        assert!(site.plan("--chip iwl7265d").contains(&"hostapd-common".to_owned()));
        assert!(!site.plan("--chip iwl7265d --profile small").contains(&"hostapd-common".to_owned()));
        let mistyped = site.owpkg("resolve --chip iwl7265d --profile smal").run().exits(3);
        mistyped.says(&["profiles.json knows no profile smal", "did you mean small"]);
    }
}

#[test]
fn the_arch_is_that_of_most_packages_where_profiles_are_silent() {
    for format in FORMATS {
        let files =
            modules_in_core().build(format).with_profiles(|profiles| drop(profiles.remove("arch_packages")));
        assert_eq!(Site::new(format, files).owpkg(CHIP).run().exits(0).json()["arch"], "x86_64");
    }
}

#[test]
fn profiles_that_are_no_json_are_refused() {
    for format in FORMATS {
        for text in ["", "{", "3", "{\"profiles\": 3}"] {
            let files = wifi().build(format);
            let files = files.with_vouched("profiles.json", text.into());
            let ran = Site::new(format, files).owpkg(CHIP).run().exits(6);
            ran.says(&["profiles.json is not what it should be"]);
        }
    }
}

#[test]
fn hostile_names_in_feeds_conf_are_passed_over() {
    for format in FORMATS {
        let files = wifi().build(format);
        let path = files.path_of("feeds.conf");
        let conf = "src/gz base https://x/base\nsrc/gz up https://x/..\nsrc/gz q https://x/a?b\nsrc/gz\n\0\n";
        let site = Site::new(format, files.with(&path, conf));
        site.owpkg(CHIP).run().exits(0);
    }
}

#[test]
fn packages_of_another_architecture_are_none() {
    for format in FORMATS {
        let mut other = release().feed("base").package("alien", "1");
        other.blueprint.arch = "mips_24kc".into();
        let folder = |files: Files| {
            let renamed = files
                .0
                .into_iter()
                .map(|(path, bytes)| (path.replace("mips_24kc/base", "x86_64/base"), bytes));
            Files(renamed.filter(|(path, _)| path.contains("x86_64/base")).collect())
        };
        let mut files = release().build(format);
        files.0.extend(folder(other.build(format)).0);
        let ran = Site::new(format, files).owpkg("resolve --add alien").run();
        assert!(ran.code == 3 || ran.code == 4, "{}", ran.err);
        ran.says(&["alien"]);
    }
}
