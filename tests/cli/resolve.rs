//! `owpkg resolve`: what it prints and writes.

use std::fs;

use owpkg::lock::Lock;
use serde_json::{Value, json};

use crate::support::feeds::{FORMATS, VERMAGIC, digest, key_id, release, signers, wifi};

const PLAN: [&str; 7] = [
    "hostapd-common",
    "iwlwifi-firmware-iwl7265d",
    "kmod-cfg80211",
    "kmod-mac80211",
    "kmod-iwlwifi",
    "libmbedtls21",
    "wpad-basic-mbedtls",
];

#[test]
fn a_chip_is_its_driver_its_firmware_and_the_default_wpad() {
    for format in FORMATS {
        assert_eq!(wifi().on(format).plan("--chip iwl7265d"), PLAN);
    }
}

#[test]
fn the_tree_shows_who_needs_whom() {
    for format in FORMATS {
        let ran = wifi().on(format).owpkg("resolve --chip iwl7265d").run().exits(0);
        // Sizes differ between the formats: "321 B" and, where something is brought in, "(951 B in all)".
        let sizeless = |line: &str| {
            let own = line.split_once(" (").map_or(line, |(own, _)| own);
            match own.ends_with(" B") || own.ends_with(" KiB") {
                true => own.rsplitn(3, ' ').last().unwrap().to_owned(),
                false => own.to_owned(),
            }
        };
        let mut lines: Vec<String> = ran.lines().into_iter().map(sizeless).collect();
        let shown = lines.split_off(lines.len() - 3);
        let unread = "  iwl7265d: not proved: kmod-iwlwifi is not read";
        assert_eq!(shown, ["", "what the packages' bytes show:", unread]);
        let total = lines.pop().unwrap();
        let key = key_id(format, &signers());
        assert_eq!(
            lines.join("\n"),
            format!(
                "OpenWrt 25.12.0, x86/64, kernel 6.12.71-1-{VERMAGIC}\n\
                 indexes signed by key {key}\n\
                 \n\
                 chip iwl7265d\n\
                 ├── iwlwifi-firmware-iwl7265d 20260110-r1\n\
                 ├── kmod-iwlwifi 6.12.71-r1\n\
                 │   └── kmod-mac80211 6.12.71-r1\n\
                 │       └── kmod-cfg80211 6.12.71-r1\n\
                 └── wpad-basic-mbedtls 2025.08.26~ca266cc2-r1\n    \
                     ├── hostapd-common 2025.08.26~ca266cc2-r1\n    \
                     └── libmbedtls21 3.6.5-r1\n"
            )
        );
        assert!(total.starts_with("7 packages to add, ") && total.ends_with(" to fetch"), "{total}");
    }
}

#[test]
fn what_several_need_is_shown_once_in_full() {
    for format in FORMATS {
        let ran = wifi().on(format).owpkg("resolve --chip iwl7265d --chip mt7921e --wpa none").run().exits(0);
        let shown = ran.lines().into_iter().filter(|line| line.contains("kmod-mac80211")).collect::<Vec<_>>();
        assert_eq!(shown.len(), 2, "{shown:?}");
        assert!(shown[1].ends_with("kmod-mac80211 (above)"), "{shown:?}");
        assert_eq!(ran.out.matches("kmod-cfg80211").count(), 1);
    }
}

#[test]
fn the_table_has_one_line_a_package_in_install_order() {
    for format in FORMATS {
        let ran = wifi().on(format).owpkg("resolve --chip iwl7265d --format table").run().exits(0);
        let rows: Vec<Vec<&str>> =
            ran.lines()[3..].iter().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["PACKAGE", "VERSION", "FEED", "SIZE", "WHY"]);
        let names: Vec<&str> = rows[1..=PLAN.len()].iter().map(|row| row[0]).collect();
        assert_eq!(names, PLAN);
        let driver = &rows[5];
        assert_eq!(driver[1..3], ["6.12.71-r1", "kmods"]);
        assert_eq!(driver[driver.len() - 2..], ["chip", "iwl7265d"]);
        assert_eq!(rows[4][rows[4].len() - 3..], ["needed", "by", "kmod-iwlwifi"]);
    }
}

#[test]
fn the_urls_are_the_package_files() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("resolve --chip iwl7265d --format urls").run().exits(0);
        assert_eq!(ran.lines().len(), PLAN.len());
        for (url, name) in ran.lines().into_iter().zip(PLAN) {
            assert!(fs::metadata(url).is_ok_and(|file| file.is_file()), "{url}");
            assert!(url.contains(name), "{url}");
        }
    }
}

/// The keys of an object, and of the first element of every list in it, as a text.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key}{}", shape(value))).collect();
            format!("{{{}}}", fields.join(" "))
        }
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        _ => String::new(),
    }
}

#[test]
fn the_json_has_the_documented_keys() {
    for format in FORMATS {
        let mut plan = wifi().on(format).owpkg("resolve --chip iwl7265d --json").run().exits(0).json();
        // Each kind of warning has fields of its own.
        let facts = plan.as_object_mut().unwrap().shift_remove("warning_facts").unwrap();
        let codes = facts.as_array().unwrap().iter().filter(|fact| fact["code"].is_string()).count();
        assert_eq!(codes, plan["warnings"].as_array().unwrap().len());
        assert_eq!(
            shape(&plan),
            "{schema release target arch format kernel{version release vermagic} \
             source{url verified_by[] snapshot} baseline{from packages} roots[{name because}] \
             packages[{name version feed file url size digest{kind value} depends[] needed_by[]}] \
             install[] upgrades[] replaced[] download_size warnings[] \
             cards[{card driver{state packages[]} ids{known listed not_listed[]} firmware{state}}] shared_ids[]}"
        );
    }
}

#[test]
fn the_json_says_what_the_plan_is() {
    for format in FORMATS {
        let site = wifi().on(format);
        let plan = site.owpkg("resolve --chip iwl7265d --json").run().exits(0).json();
        let expected = json!({
            "schema": "owpkg.plan/1", "release": "25.12.0", "target": "x86/64", "arch": "x86_64",
            "format": format.name(),
            "kernel": { "version": "6.12.71", "release": "1", "vermagic": VERMAGIC },
            "source": {
                "url": site.path().join("tree").as_str(), "verified_by": [key_id(format, &signers())], "snapshot": false
            },
            "baseline": { "from": "manifest", "packages": 7 },
            "roots": [
                { "name": "iwlwifi-firmware-iwl7265d", "because": "chip iwl7265d" },
                { "name": "kmod-iwlwifi", "because": "chip iwl7265d" },
                { "name": "wpad-basic-mbedtls", "because": "chip iwl7265d" },
            ],
        });
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&plan[key], value, "{key}");
        }
        let packages = plan["packages"].as_array().unwrap();
        let names: Vec<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
        assert_eq!(names, PLAN);

        let module = &packages[3];
        let file = site.files.path_of("kmod-mac80211");
        let bytes = &site.files.0[&file];
        assert_eq!(module["version"], "6.12.71-r1");
        assert_eq!(module["feed"], "kmods");
        assert_eq!(module["file"], file.rsplit('/').next().unwrap());
        assert_eq!(module["url"], site.path().join("tree").join(&file).as_str());
        assert_eq!(module["size"], bytes.len());
        assert_eq!(module["depends"], json!(["kernel", "kmod-cfg80211"]).clone());
        assert_eq!(module["needed_by"], json!(["kmod-iwlwifi"]));
        let digest = digest(format, bytes).unwrap();
        assert_eq!(module["digest"], json!({ "kind": digest.kind.name(), "value": digest.hex() }));
        let total: u64 = packages.iter().map(|package| package["size"].as_u64().unwrap()).sum();
        assert_eq!(plan["download_size"], total);
    }
}

#[test]
fn both_formats_give_the_same_plan() {
    let plans = FORMATS.map(|format| {
        let plan =
            wifi().on(format).owpkg("resolve --chip iwl7265d --chip mt7921e --json").run().exits(0).json();
        let field = |package: &Value, key: &str| package[key].to_string();
        let packages = plan["packages"].as_array().unwrap().iter();
        packages
            .map(|package| ["name", "version", "feed", "needed_by", "depends"].map(|key| field(package, key)))
            .collect::<Vec<_>>()
    });
    let [one, other] = plans;
    assert_eq!(one.len(), 10);
    let sorted = |mut depends: Vec<[String; 5]>| {
        // apk stores dependencies sorted, opkg as they were written.
        depends.iter_mut().for_each(|package| {
            let mut names: Vec<String> = serde_json::from_str(&package[4]).unwrap();
            names.sort();
            package[4] = names.join(" ");
        });
        depends
    };
    assert_eq!(sorted(one), sorted(other));
}

#[test]
fn every_reason_is_told() {
    for format in FORMATS {
        let site = wifi().on(format);
        let line = "resolve --chip iwl7265d --chip mt7921e --add kmod-mac80211 --add hostapd-common --json";
        let plan = site.owpkg(line).run().exits(0).json();
        let because = |name: &str| {
            let roots = plan["roots"].as_array().unwrap();
            roots.iter().find(|root| root["name"] == name).map(|root| root["because"].clone())
        };
        assert_eq!(because("kmod-iwlwifi"), Some("chip iwl7265d".into()));
        assert_eq!(because("kmod-mt7921e"), Some("chip mt7921e".into()));
        assert_eq!(because("hostapd-common"), Some("--add".into()));
        assert_eq!(because("kmod-cfg80211"), None);
        let packages = plan["packages"].as_array().unwrap();
        let mac80211 = packages.iter().find(|package| package["name"] == "kmod-mac80211").unwrap();
        assert_eq!(mac80211["needed_by"], json!(["kmod-iwlwifi", "kmod-mt76-core"]));
    }
}

#[test]
fn the_lock_is_the_plan_written_down() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0).says(&["wrote owpkg.lock"]);
        let lock = Lock::parse(&site.read("owpkg.lock")).unwrap();
        let names: Vec<&str> = lock.packages.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, PLAN);
        assert_eq!(lock.format, format.name());
        assert_eq!(lock.release.as_deref(), Some("25.12.0"));
        assert_eq!(lock.kernel.as_deref(), Some(&*wifi().blueprint.kernel_version()));
        let feeds: Vec<&str> = lock.feeds.iter().map(|feed| feed.name.as_str()).collect();
        assert_eq!(feeds, ["kmods", "base"], "feeds of which the plan uses nothing are no part of it");
        assert!(lock.feeds.iter().all(|feed| feed.signed_by == [key_id(format, &signers())]));
        assert_eq!(lock.install, ["iwlwifi-firmware-iwl7265d", "kmod-iwlwifi", "wpad-basic-mbedtls"]);
        assert!(!lock.demo && !lock.accepted_unsigned);
    }
}

#[test]
fn the_lock_goes_where_it_is_told() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d --no-lock").run().exits(0);
        assert!(!site.holds("owpkg.lock"));
        site.write("other.lock", "old");
        site.owpkg("resolve --chip iwl7265d --lock other.lock").run().exits(0).says(&["wrote other.lock"]);
        assert!(!site.holds("owpkg.lock"));
        assert!(Lock::parse(&site.read("other.lock")).is_ok());
        site.owpkg("resolve --chip iwl7265d --lock gone/other.lock").run().exits(7);
        site.owpkg("resolve --chip iwl7265d --lock x.lock --no-lock").run().exits(2);
        assert!(!site.holds("x.lock"));
    }
}

#[test]
fn a_refusal_leaves_the_old_lock_alone() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("resolve --chip iwl7265d").run().exits(0);
        let before = site.read("owpkg.lock");
        site.owpkg("resolve --add nothing-like-it").run().exits(3);
        assert_eq!(site.read("owpkg.lock"), before);
    }
}

#[test]
fn the_same_question_gets_the_same_lock() {
    for format in FORMATS {
        let site = wifi().on(format);
        let lock = |line: &str| {
            site.owpkg(line).run().exits(0);
            site.read("owpkg.lock")
        };
        let first = lock("resolve --chip iwl7265d --add libmbedtls");
        assert_eq!(lock("resolve --add libmbedtls --chip iwl7265d --cache-dir elsewhere"), first);
    }
}

#[test]
fn what_the_router_holds_is_not_added() {
    for format in FORMATS {
        let site = wifi().stock("kmod-cfg80211", "6.12.71-r1").stock("hostapd-common", "2").on(format);
        let plan = site.plan("--chip iwl7265d");
        assert!(!plan.iter().any(|name| name == "kmod-cfg80211" || name == "hostapd-common"), "{plan:?}");
        assert_eq!(plan.len(), PLAN.len() - 2);
    }
}

#[test]
fn a_router_that_holds_all_of_it_needs_nothing() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("resolve --add busybox --add base-files").run().exits(0);
        assert!(ran.out.contains("already on the router: busybox, base-files"), "{}", ran.out);
        assert!(ran.out.contains("nothing to add: the router holds all of it"), "{}", ran.out);
        let plan = site.owpkg("resolve --add busybox --json").run().exits(0).json();
        assert_eq!(plan["packages"], json!([]));
        assert_eq!(plan["download_size"], 0);
        assert!(Lock::parse(&site.read("owpkg.lock")).unwrap().packages.is_empty());
    }
}

#[test]
fn one_package_is_not_several() {
    for format in FORMATS {
        let ran = wifi().on(format).owpkg("resolve --add hostapd-common").run().exits(0);
        assert!(ran.out.contains("\n1 package to add, "), "{}", ran.out);
    }
}

#[test]
fn a_long_chain_is_one_branch() {
    const LENGTH: usize = 120;
    let mut long = release();
    for step in 0..LENGTH {
        long = long.package(&format!("p{step}"), "1").depends(&format!("p{}", step + 1)).files(Vec::new());
    }
    long = long.package(&format!("p{LENGTH}"), "1");
    for format in FORMATS {
        let site = long.on(format);
        let plan = site.plan("--add p0");
        assert_eq!((plan.len(), plan[0].as_str()), (LENGTH + 1, "p120"));
        let tree = site.owpkg("resolve --add p0").run().exits(0);
        assert!(
            tree.out.contains("p99 ") && !tree.out.contains("p101 "),
            "it stops at 100 levels: {}",
            tree.out
        );
        let deep = site.owpkg("tree --add p0 --depth 200").run().exits(0);
        assert!(deep.out.contains(&format!("p{LENGTH} ")), "{}", deep.out);
    }
}
