//! The JSON of the page: the schemas of the command line.

use serde_json::{Value, json};

use super::{LISTING, PLACE, Served, told};
use crate::support::feeds::FORMATS;

#[test]
fn each_answer_is_that_of_its_command() {
    for format in FORMATS {
        let served = Served::of(format);
        let desk = &served.site.desk;
        desk.write("cards.txt", LISTING);
        let at = format!("--release 25.12.0 --target x86/64 --mirror http://{}", served.host);
        let fields = [("listing", LISTING), ("release", "25.12.0"), ("target", "x86/64")];

        let devices = served.post("api/devices", &fields).is(200).json();
        let said = desk.owpkg("detect cards.txt --release 25.12.0 --json").run().exits(0).json();
        assert_eq!(devices, said);
        assert_eq!(devices["schema"], "owpkg.devices/1");

        let plan = served.post("api/plan", &fields).is(200).json();
        assert_eq!(plan, told(desk, &format!("resolve --no-lock --detect cards.txt {at}")));
        assert_eq!(plan["schema"], "owpkg.plan/1");

        let images = served.get("api/images", &[("place", PLACE)]).is(200).json();
        assert_eq!(images, told(desk, &format!("image {at}")));

        for name in ["pkgs.img", "pkgs.tar"] {
            let file = served.post(&format!("api/{name}"), &fields).is(200);
            served.verify(&format!("api-{name}"), &file.body);
        }
        served.get("api/owpkg.lock", &[("chip", "iwl7265d"), ("place", PLACE)]).is(200);
    }
}

#[test]
fn what_the_mirror_holds_is_told() {
    for format in FORMATS {
        let served = Served::of(format);
        let releases = served.get("api/releases", &[]).is(200).json();
        assert_eq!(releases["schema"], "owpkg.releases/1");
        let release = &releases["releases"][0];
        assert_eq!(
            [&release["release"], &release["target"], &release["arch"], &release["format"]],
            [&json!("25.12.0"), &json!("x86/64"), &json!("x86_64"), &json!(format.name())]
        );
        let search =
            |words: &str| served.get("api/packages", &[("place", PLACE), ("q", words)]).is(200).json();
        let found = search("MT7921");
        assert_eq!((&found["schema"], &found["found"]), (&json!("owpkg.packages/1"), &json!(2)));
        let names: Vec<&Value> =
            found["packages"].as_array().unwrap().iter().map(|package| &package["name"]).collect();
        assert_eq!(names, ["kmod-mt7921e", "kmod-mt7921-firmware"]);
        assert_eq!(found["packages"][0]["feed"], "kmods");
        assert_eq!(search("the wpad")["found"], 2, "descriptions are searched");
        assert_eq!(search("")["packages"], json!([]));
        assert_eq!(search("nothing like it")["found"], 0);
    }
}

#[test]
fn errors_are_objects_with_a_fitting_status() {
    for format in FORMATS {
        let served = Served::of(format);
        for (path, fields, status, code) in [
            ("api/plan", &[("chip", "nonesuch"), ("place", PLACE)][..], 404, "unknown"),
            ("api/plan", &[("add", "nonesuch"), ("place", PLACE)], 404, "unknown-package"),
            ("api/plan", &[("add", "wpad-openssl wpad-basic-mbedtls"), ("place", PLACE)], 422, "conflict"),
            ("api/plan", &[("place", PLACE)], 400, "usage"),
            ("api/pkgs.img", &[("place", PLACE)], 400, "usage"),
            ("api/openwrt.img", &[("place", PLACE)], 400, "usage"),
            ("api/devices", &[], 400, "usage"),
            (
                "api/plan",
                &[("chip", "iwl7265d"), ("release", "24.10.0"), ("target", "x86/64")],
                404,
                "unavailable",
            ),
            ("api/plan", &[("chip", "iwl7265d"), ("release", "x"), ("target", "x86/64")], 400, "usage"),
            ("api/plan", &[("nonesuch", "1")], 400, "usage"),
        ] {
            for answer in [served.get(path, fields), served.post(path, fields)] {
                let error = answer.is(status).json();
                assert_eq!(
                    (&error["schema"], &error["code"]),
                    (&json!("owpkg.error/1"), &json!(code)),
                    "{error}"
                );
            }
        }
    }
}
