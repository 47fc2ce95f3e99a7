//! What a request comes to besides a plan: a refusal as an object, a saved case, an upgrade that was allowed.

use crate::support::feeds::{FORMATS, wifi};

#[test]
fn a_refusal_is_an_object_where_objects_are_asked_for() {
    for format in FORMATS {
        let ran = wifi().on(format).owpkg("resolve --add hostapd-comon --json").run().exits(3);
        let error = ran.json();
        assert_eq!((&error["schema"], &error["status"]), (&"owpkg.error/1".into(), &3.into()));
        assert_eq!(
            (&error["code"], &error["facts"]["schema"]),
            (&"unknown-package".into(), &"owpkg.refusal/1".into())
        );
        assert_eq!(
            (&error["message"], &error["help"]),
            (&error["facts"]["message"], &error["facts"]["help"])
        );
        assert_eq!(error["facts"]["kind"], "unknown-package");
        assert!(ran.out.contains("hostapd-common"), "near names are data too: {}", ran.out);
    }
}

#[test]
fn a_saved_case_holds_the_request_also_where_it_is_refused() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d --save-case good.case").run().exits(0);
        site.owpkg("resolve --add kmod-iwlwifi --omit kmod-mac80211 --save-case bad.case").run().exits(4);
        let (good, bad) = (site.desk.read("good.case"), site.desk.read("bad.case"));
        assert!(good.contains("kmod-cfg80211") && good.contains("iwlwifi-firmware-iwl7265d"), "{good}");
        assert!(bad.contains("kmod-mac80211"), "{bad}");
    }
}

#[test]
fn an_upgrade_is_planned_only_when_allowed_and_makes_no_lock() {
    for format in FORMATS {
        let release =
            wifi().stock("libmbedtls21", "3.6.4-r1").package("new", "1").depends("libmbedtls21>=3.6.5");
        let site = release.on(format);
        site.owpkg("resolve --add new").run().exits(4);
        let ran = site.owpkg("resolve --add new --allow-upgrade --json").run().exits(0);
        assert_eq!(ran.json()["upgrades"].as_array().map(Vec::len), Some(1), "{}", ran.out);
        assert!(!site.holds("owpkg.lock"));
        site.owpkg("disk x.img --add new --allow-upgrade").run().exits(4);
        assert!(!site.holds("x.img"));
    }
}
