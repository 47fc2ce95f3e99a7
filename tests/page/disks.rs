//! What is made: the same as by the command line.

use std::fs;

use super::{LISTING, PLACE, Served};
use crate::stick::router::each;
use crate::support::feeds::FORMATS;

#[test]
fn a_pasted_listing_becomes_a_plan_and_the_very_disk_of_the_command_line() {
    for format in FORMATS {
        let served = Served::of(format);
        let fields = [("listing", LISTING), ("place", PLACE), ("add", "hostapd-common")];
        let page = served.post("make", &fields).is(200);
        page.shows(&[
            "Intel Corporation Wireless 7265",
            "<span class=\"good\">supported</span>",
            "OpenWrt 25.12.0, x86/64, kernel 6.12.71",
            "iwlwifi-firmware-iwl7265d",
            "indexes signed by key",
            "data:image/svg+xml;base64,",
            "packages to add",
            "--wifi NAME",
        ]);
        let line = format!(
            "owpkg disk pkgs.img --detect cards.txt --add hostapd-common --release 25.12.0 --target x86/64 \
             --mirror http://{} --key key --key usign",
            served.host
        );
        page.shows(&[&line]);

        served.site.desk.write("cards.txt", LISTING);
        let ran = served.site.desk.owpkg(line.strip_prefix("owpkg ").unwrap()).run().exits(0);
        assert!(ran.out.starts_with("wrote pkgs.img: "), "{}", ran.out);
        let image = served.post("make/pkgs.img", &fields).is(200);
        assert_eq!(image.header("content-disposition"), Some("attachment; filename=\"pkgs.img\""));
        assert_eq!(image.header("content-length"), Some(image.body.len().to_string().as_str()));
        assert!(image.body == fs::read(served.site.path().join("pkgs.img")).unwrap(), "other bytes");
        served.verify("page.img", &image.body);
        let tar = served.post("make/pkgs.tar", &fields).is(200);
        served.verify("page.tar", &tar.body);
        let lock = served.post("make/owpkg.lock", &fields).is(200);
        served.site.desk.write("owpkg.lock", &lock.body);
        // The lock alone makes the disk elsewhere: it names the server, no folder of its machine.
        assert!(!lock.text().contains(served.site.path().as_str()), "{}", lock.text());
        served.site.desk.owpkg("disk of-lock.img --key key").run().exits(0);
        assert!(image.body == fs::read(served.site.path().join("of-lock.img")).unwrap(), "other bytes");
        let picture = served.post("make/plan.svg", &fields).is(200);
        assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
        assert!(picture.text().starts_with("<svg"));
    }
}

#[test]
fn cards_can_be_typed_and_the_address_says_all_of_it() {
    for format in FORMATS {
        let served = Served::of(format);
        let page = served
            .get("make", &[("chip", "mt7921e, 8086:095a@59"), ("place", PLACE), ("wpa", "none")])
            .is(200);
        page.shows(&[
            "mt7921e (Wi-Fi)",
            "kmod-mt7921-firmware",
            "--chip mt7921e --device 8086:095a@59",
            "--wpa none",
        ]);
        assert!(!page.text().contains("libmbedtls21</th>"), "no wpad is wanted");
        let found = served.get("make", &[("q", "wpad openssl"), ("place", PLACE)]).is(200);
        found.shows(&["1 found", "name=\"add\" value=\"wpad-openssl\"", "The wpad-openssl"]);
        served.get("make", &[]).is(200).shows(&[
            "Which card?",
            "25.12.0 for x86/64",
            "<option>wpad-openssl</option>",
        ]);
    }
}

#[test]
fn an_image_installs_all_of_it_where_the_mirror_holds_one() {
    for format in FORMATS {
        let served = Served::of(format);
        let fields = [("chip", "iwl7265d"), ("place", PLACE), ("image", "combined-efi squashfs")];
        let page = served.post("make", &fields).is(200);
        page.shows(&["One-boot image", "--kind combined-efi --filesystem squashfs"]);
        let image = served.post("make/openwrt.img", &fields).is(200);
        let name = "openwrt-25.12.0-x86-64-generic-squashfs-combined-efi.img";
        assert_eq!(
            image.header("content-disposition"),
            Some(format!("attachment; filename=\"{name}\"").as_str())
        );
        let said = served.verify("image.img", &image.body);
        assert!(said.contains("all good"), "{said}");
    }
}

#[test]
fn a_request_says_itself_for_which_router_and_gets_its_disk() {
    each(|asker, site| {
        let format = site.format;
        let served = Served::of(format);
        let request = asker.request();
        // The place that is chosen in the form does not count.
        let fields = [("listing", request.as_str()), ("place", "23.05.0 ath79/generic")];
        let page = served.post("make", &fields).is(200);
        page.shows(&[
            "The request says which: 25.12.0 x86/64",
            "owpkg fill owpkg-request.txt pkgs.img --mirror",
        ]);
        let image = served.post("make/pkgs.img", &fields).is(200);
        served.verify("page.img", &image.body);
        let lock = served.post("make/owpkg.lock", &fields).is(200);
        let router = asker.parsed().router.to_string();
        assert!(lock.text().contains(&router), "{}", lock.text());
        served.site.desk.write("owpkg-request.txt", &request);
        let line = format!(
            "fill owpkg-request.txt of-line.img --mirror http://{} --key key --key usign",
            served.host
        );
        served.site.desk.owpkg(&line).run().exits(0);
        assert!(image.body == fs::read(served.site.path().join("of-line.img")).unwrap(), "other bytes");
    });
}

#[test]
fn refusals_are_those_of_the_command_line() {
    for format in FORMATS {
        let served = Served::of(format);
        let at = format!("--release 25.12.0 --target x86/64 --mirror http://{}", served.host);
        for (field, value, flag) in [
            ("chip", "nonesuch", "--chip nonesuch"),
            ("add", "wpad-opensl", "--add wpad-opensl"),
            ("chip", "ath10k", "--chip ath10k"),
        ] {
            let line = format!("resolve {flag} {at} --no-lock --key key --key usign");
            let said = served.site.desk.owpkg(&line).run();
            assert_ne!(said.code, 0);
            let error = said.err.lines().find_map(|line| line.strip_prefix("error: ")).unwrap();
            let page = served.post("make", &[(field, value), ("place", PLACE)]).is(422);
            page.shows(&[&escaped(error), &format!("owpkg disk pkgs.img {flag} ")]);
            let refused = served.post("make/pkgs.img", &[(field, value), ("place", PLACE)]);
            assert!((400..500).contains(&refused.status), "{}", refused.status);
            refused.shows(&[&escaped(error)]);
        }
        served
            .post("make", &[("listing", "no card in here"), ("place", PLACE)])
            .is(422)
            .shows(&["no network device"]);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

#[test]
fn nothing_is_made_unless_that_is_turned_on() {
    let served = Served::with(FORMATS[0], "");
    served.get("", &[]).is(200).shows(&["--build"]);
    served.get("make", &[]).is(403).shows(&["makes no disks", "owpkg serve DIR --build"]);
    let refused = served.post("api/pkgs.img", &[("chip", "iwl7265d"), ("place", PLACE)]).is(403).json();
    assert_eq!(refused["schema"], "owpkg.error/1");
    assert!(!served.site.holds("scratch"));
}

#[test]
fn what_no_trusted_key_vouches_for_is_refused_unless_the_server_was_told() {
    for format in FORMATS {
        let served = Served::with(format, "--build");
        let fields = [("chip", "iwl7265d"), ("place", PLACE)];
        let refused = served.get("api/plan", &fields).is(500).json();
        assert_eq!(refused["code"], "untrusted", "{refused}");
        served.get("make", &fields).is(422).shows(&["error:"]);
        drop(served);
        let served = Served::with(format, "--build --accept-unsigned all");
        let plan = served.get("api/plan", &fields).is(200).json();
        assert_eq!(plan["source"]["verified_by"].as_array().unwrap().len(), 0);
        served.get("make", &fields).is(200).shows(&["NOT SIGNED", "--accept-unsigned all"]);
    }
}
