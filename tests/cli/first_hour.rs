//! What is typed in the first hour: short forms, lists from elsewhere, names that are nearly right.

use std::fs;

use crate::support::feeds::{FORMATS, Files, Site, public_key, release, signers, signers_of, wifi};
use crate::support::run::Desk;
use crate::support::server::Reply;

/// Releases of two series, below one folder.
fn releases(format: &'static dyn owpkg::format::Format) -> Files {
    let mut all = Files(Default::default());
    for name in ["24.10.1", "24.10.2", "25.12.0"] {
        let mut of = release().package("which", name);
        of.blueprint.release = name.into();
        all.0.extend(of.build(format).below(&format!("releases/{name}")).0);
    }
    all
}

#[test]
fn a_series_is_its_newest_release_and_a_folder_needs_no_list_of_releases() {
    for format in FORMATS {
        let site = Site::new(format, releases(format));
        for (asked, expected) in [("--release 24.10", "24.10.2"), ("", "25.12.0")] {
            let line = format!("--add which --key key --mirror tree {asked}");
            let ran = site.desk.owpkg(&format!("resolve {line} --json")).run().exits(0);
            assert_eq!(ran.json()["release"], expected, "{asked}");
            let note = format!("the newest release of 24.10 is {expected}");
            assert_eq!(ran.err.contains(&note), !asked.is_empty(), "{}", ran.err);
            site.desk.owpkg(&format!("disk {expected} --format dir {line}")).run().exits(0);
            assert!(
                site.read(&format!("{expected}/owpkg.lock")).contains(&format!("release = \"{expected}\""))
            );
            site.desk.owpkg(&format!("mirror m{expected} {line}")).run().exits(0);
            assert!(site.path().join(format!("m{expected}/releases/{expected}")).is_dir());
        }
    }
}

#[test]
fn a_name_that_is_nearly_right_is_told_the_right_one() {
    let site = wifi().on(FORMATS[0]);
    let disk = |flags: &str| site.owpkg(&format!("disk d --format dir --chip iwl7265d {flags}")).run();
    disk("--disable-service sysntp").exits(3).says(&["no service of that name", "did you mean sysntpd"]);
    disk("--disable-service zebra").exits(0).says(&["zebra"]);
    let country =
        site.owpkg("disk e --chip iwl7265d --wifi home --wifi-country XX").var("OWPKG_WIFI_KEY", "12345678");
    country.run().exits(2).says(&["\"XX\" is not a country that Wi-Fi has rules for"]);
    let demo = Desk::new().owpkg("resolve --demo --add iw --target ath79/generic").run().exits(2);
    demo.says(&["the demo release has no target ath79/generic", "x86/64"]);
}

/// A feed of one's own in the folder `elsewhere`.
fn with_own_feed(format: &'static dyn owpkg::format::Format) -> Site {
    let site = wifi().on(format);
    let own = release().feed("own").package("mine", "1").build(format);
    for (path, bytes) in own.0.iter().filter(|(path, _)| path.contains("/own/")) {
        site.write(&format!("elsewhere/{}", path.rsplit('/').next().unwrap()), bytes);
    }
    site
}

#[test]
fn a_feed_is_named_by_its_folder_its_index_or_a_line_of_the_router_s_list() {
    for format in FORMATS {
        let site = with_own_feed(format);
        let index = format.index_name();
        for (feed, name) in [
            ("own=elsewhere".to_owned(), "own"),
            (format!("own=./elsewhere/{index}"), "own"),
            (format!("own=elsewhere/{}", index.to_ascii_lowercase()), "own"),
            (format!("elsewhere/{index}"), "elsewhere"),
            ("src/gz own elsewhere".to_owned(), "own"),
            ("src own elsewhere/".to_owned(), "own"),
        ] {
            let ran = site.owpkg("resolve --add mine --json").arg("--feed").arg(&feed).run().exits(0);
            assert_eq!(ran.json()["packages"][0]["feed"], name, "{feed}");
        }
    }
}

#[test]
fn a_key_of_the_other_format_is_said_to_be_one() {
    for format in FORMATS {
        let other = *FORMATS.iter().find(|other| other.name() != format.name()).unwrap();
        let desk = Desk::new();
        desk.write("wrong", public_key(other, &signers()));
        wifi().build(format).0.iter().for_each(|(path, bytes)| {
            desk.write(&format!("tree/{path}"), bytes);
        });
        let ran = desk.owpkg("resolve --add iw --tree tree --key wrong").run().exits(5);
        let ran = ran.says(&["of another kind: opkg's keys are usign's, apk's are PEM"]);
        let id = crate::support::feeds::key_id(other, &signers());
        assert!(ran.err.matches(&id).count() <= 2, "the given key, and no list of all: {}", ran.err);
    }
}

#[test]
fn feeds_that_no_list_names_are_found_where_a_place_can_tell() {
    for format in FORMATS {
        let files = wifi().feed("passwall").package("pw", "1").build(format);
        let files = files.without("feeds.conf");
        Site::new(format, files.clone()).owpkg("resolve --add pw").run().exits(0);
        let built = "src-git passwall https://example.org/passwall.git^0123\n";
        let desk = Desk::new();
        desk.write("key", public_key(format, &signers()));
        for (files, code) in [(files.clone(), 3), (files.with("targets/x86/64/feeds.buildinfo", built), 0)] {
            let server = files.serve();
            desk.owpkg(&format!("resolve --add pw --no-lock --key key --tree {}", server.url()))
                .run()
                .exits(code);
        }
    }
}

#[test]
fn a_feed_that_was_left_unread_is_named_where_a_package_is_missing() {
    for format in FORMATS {
        let mut files = wifi().build(format);
        let foreign = release().feed("foreign").package("pw", "1").build_signed(format, &signers_of(9));
        files.0.extend(foreign.0.into_iter().filter(|(path, _)| path.contains("/foreign/")));
        let site = Site::new(format, files);
        let ran = site.owpkg("resolve --add pw --json").run().exits(3);
        let ran = ran.says(&[
            "no feed of this release holds pw",
            "/foreign is in no list of feeds and is left unread",
        ]);
        assert_eq!(ran.err.matches("left unread").count(), 1, "{}", ran.err);
        let help = ran.json()["help"].as_str().unwrap().to_owned();
        assert!(help.contains("left unread") && help.contains("--feed foreign="), "{help}");
    }
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    for format in FORMATS {
        let site = release()
            .package("a", "1")
            .depends("lack-one middle")
            .package("middle", "1")
            .depends("lack-two")
            .on(format);
        let ran = site.owpkg("resolve --add a --json").run().exits(4);
        let both = |text: &str| text.contains("lack-one") && text.contains("lack-two");
        assert!(both(&ran.err) && ran.err.contains("missing too: "), "{}", ran.err);
        assert_eq!(ran.json()["facts"]["also"].as_array().unwrap().len(), 1);
        let ran = site.owpkg("resolve --add nope --add nada --add a").run().exits(3);
        let ran = ran.says(&["holds nope", "missing too: nada", "lack-one (for a"]);
        assert!(both(&ran.err) && ran.err.matches("nada").count() == 1, "{}", ran.err);
    }
}

#[test]
fn packages_come_from_a_list_that_was_saved() {
    for format in FORMATS {
        let site = wifi().on(format);
        let added = |list: &str| {
            site.write("list", list);
            site.plan("--add-file list")
        };
        let both = ["hostapd-common", "libmbedtls21"];
        for list in [
            "# mine\nhostapd-common\n\nlibmbedtls21 # and why\n",
            "hostapd-common>2020\nlibmbedtls21\n!wpad-openssl\n",
            "hostapd-common - 2025.08.26\nlibmbedtls21 - 3.6.5-r1\n",
            "hostapd-common\toverlay\nbusybox\trom\nlibmbedtls21\toverlay\n",
            "config auto\n\tlist ipkg 'hostapd-common'\n\tlist ipkg 'libmbedtls21'\n",
        ] {
            let mut found = added(list);
            found.sort();
            assert_eq!(found, both, "{list}");
        }
        site.write("list", "hostapd-common\nnot a name !\n");
        site.owpkg("resolve --add-file list").run().exits(2).says(&["list", "line 2"]);
        site.owpkg("resolve --add-file nowhere").run().exits(2).says(&["nowhere"]);
    }
}

#[test]
fn misnamed_packages_are_named_or_renamed() {
    for format in FORMATS {
        let site = with_own_feed(format);
        let package = fs::read_dir(site.path().join("elsewhere")).unwrap().map(|entry| entry.unwrap().path());
        let ending = format.facts().package_ending;
        let package = package.into_iter().find(|path| path.to_str().unwrap().ends_with(ending)).unwrap();
        let right = package.file_name().unwrap().to_str().unwrap();
        site.write(&format!("odd/wrong{ending}"), fs::read(&package).unwrap());
        let renamed = site.desk.owpkg("index odd --unsigned --rename").run().exits(0);
        // opkg finds a file by what the index says, apk by the package's name and version.
        if format.name() == "opkg" {
            assert!(site.path().join(format!("odd/wrong{ending}")).is_file());
            continue;
        }
        renamed.says(&[&format!("renamed wrong{ending} to {right}")]);
        assert!(site.path().join("odd").join(right).is_file());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_named_and_no_file_of_owpkg_s_own() {
    let desk = Desk::new();
    for line in ["disk /sys/pkgs.img --demo --add iw", "resolve --demo --add iw --lock /sys/owpkg.lock"] {
        let ran = desk.owpkg(line).run().exits(7).says(&["/sys/"]);
        assert!(!ran.err.contains(".owpkg-") && !ran.err.contains(".tmp"), "{}", ran.err);
    }
}

#[test]
fn a_cause_is_told_once_and_first_however_often_it_comes() {
    for format in FORMATS {
        let files = wifi().build(format);
        let server = files.serve_but(|_, request| {
            (request.earlier == 0).then(|| Reply::status(503).with("Retry-After", "0"))
        });
        let desk = Desk::new();
        desk.write("key", public_key(format, &signers()));
        let line = format!("resolve --chip iwl7265d --no-lock --key key --tree {}", server.url());
        let ran = desk.owpkg(&line).run().exits(0);
        let told: Vec<&str> = ran.err.lines().filter(|line| line.contains("trying again")).collect();
        assert_eq!(told.len(), 1, "{}", ran.err);
        assert!(told[0].starts_with("the server answered with status 503: http"), "{}", told[0]);
    }
}

#[test]
fn a_key_that_cannot_be_one_is_typed_again() {
    let site = wifi().on(FORMATS[0]);
    let line = "disk d --format dir --chip iwl7265d --wifi home";
    let ran = site.owpkg(line).typing_each(&["short", "long enough"]).run().exits(0);
    assert_eq!(ran.err.matches("Key of the Wi-Fi \"home\" (not shown): ").count(), 2, "{}", ran.err);
    assert!(ran.err.contains("this one has 5") && !ran.err.contains("long enough"), "{}", ran.err);
    assert!(site.read("d/files/etc/uci-defaults/99-owpkg-wifi").contains("key='long enough'"));
    site.owpkg(line).typing_each(&["a", "b", "c", "long enough"]).run().exits(2).says(&["this one has 1"]);
    let two = "disk two --format dir --chip iwl7265d --wifi home --wifi guests --wifi-mode ap";
    site.owpkg(two).typing_each(&["key of home", "key of guests"]).run().exits(0);
    assert!(site.read("two/files/etc/uci-defaults/99-owpkg-wifi-2").contains("key='key of guests'"));
    // Nothing is asked where something else is wrong.
    let ran = site.owpkg("disk x --add nonesuch --wifi home").typing_each(&[]).run().exits(3);
    assert!(!ran.err.contains("Key of the Wi-Fi"), "{}", ran.err);
}

#[test]
fn the_boot_menu_is_in_the_lock_the_script_and_the_report() {
    let site = wifi().on(FORMATS[1]);
    let ran = site.owpkg("disk d --format dir --chip iwl7265d --boot-delay 0").run().exits(0);
    assert!(ran.out.contains("lets the boot menu wait 0 s"), "{}", ran.out);
    assert!(site.read("d/owpkg.lock").contains("boot_delay = 0"));
    assert!(site.read("d/install.sh").contains("\nboot_delay=0\n"));
    let json = site.owpkg("disk e --chip iwl7265d --boot-delay 3 --json").run().exits(0).json();
    assert_eq!(json["configuration"]["boot_delay"], 3);
    site.owpkg("disk f --chip iwl7265d --boot-delay soon").run().exits(2);
}
