//! Small releases with one question each.

use owpkg::format::Format;

use crate::support::feeds::{Builder, FORMATS, release};

fn is_opkg(format: &dyn Format) -> bool {
    format.name() == "opkg"
}

/// The plan in each format: opkg's, then apk's.
fn plans(release: &Builder, selection: &str) -> [Vec<String>; 2] {
    let mut plans = FORMATS.map(|format| release.on(format).plan(selection));
    if !is_opkg(FORMATS[0]) {
        plans.reverse();
    }
    plans
}

#[test]
fn dependencies_come_first() {
    let release = release()
        .package("a", "1")
        .depends("d c")
        .package("b", "1")
        .package("c", "1")
        .depends("b")
        .package("d", "1")
        .depends("b");
    let expected = ["b", "c", "d", "a"];
    assert_eq!(plans(&release, "--add a"), [expected, expected]);
}

#[test]
fn cycles_close_and_stay_together() {
    let release = release()
        .package("a", "1")
        .depends("b")
        .package("b", "1")
        .depends("c")
        .package("c", "1")
        .depends("a d")
        .package("d", "1")
        .package("self", "1")
        .depends("self");
    for plan in plans(&release, "--add b --add self") {
        assert_eq!(plan, ["d", "a", "b", "c", "self"]);
    }
    for format in FORMATS {
        let tree = release.on(format).owpkg("resolve --add a").run().exits(0);
        assert!(tree.out.contains("(above)"), "{}", tree.out);
        release.on(format).owpkg("disk out.img --add a").run().exits(0);
    }
}

#[test]
fn the_highest_version_that_fits_is_taken() {
    let release = release()
        .package("a", "1")
        .depends("b<=2")
        .package("b", "1")
        .package("b", "2")
        .package("b", "10")
        .package("c", "1")
        .depends("b>=2");
    for format in FORMATS {
        let versions = |line: &str| {
            let plan = release.on(format).owpkg(&format!("resolve --json {line}")).run().exits(0).json();
            let packages = plan["packages"].as_array().unwrap().clone();
            let of_b = packages.into_iter().find(|package| package["name"] == "b").unwrap();
            of_b["version"].as_str().unwrap().to_owned()
        };
        assert_eq!(versions("--add b"), "10");
        assert_eq!(versions("--add c"), "10");
        assert_eq!(versions("--add a"), "2");
        assert_eq!(versions("--add a --add c"), "2");
    }
}

#[test]
fn a_version_that_no_feed_holds_is_named_beside_those_they_do() {
    let release = release().package("a", "1").depends("b>=3").package("b", "2");
    for format in FORMATS {
        let ran = release.on(format).owpkg("resolve --add a").run().exits(4);
        ran.says(&["needs b >= 3", "the feeds hold only b 2"]);
    }
}

#[test]
fn a_missing_dependency_is_named_with_the_way_to_it() {
    let release = release().package("a", "1").depends("b").package("b", "1").depends("nowhere");
    for format in FORMATS {
        let ran = release.on(format).owpkg("resolve --add a").run().exits(4);
        ran.says(&["→ b needs nowhere, and no feed holds it", "--feed"]);
    }
}

#[test]
fn a_virtual_name_goes_to_each_clients_own_favourite() {
    let release = release()
        .package("a", "1")
        .depends("v")
        .package("p1", "1")
        .provides("v")
        .priority(20)
        .package("p2", "1")
        .provides("v")
        .priority(10);
    let [opkg, apk] = plans(&release, "--add a");
    assert_eq!((opkg, apk), (vec!["p2".to_owned(), "a".into()], vec!["p1".to_owned(), "a".into()]));
    // What is asked for anyway is taken by both.
    for plan in plans(&release, "--add a --add p1") {
        assert_eq!(plan, ["p1", "a"]);
    }
}

#[test]
fn a_real_package_is_preferred_to_one_that_provides_its_name() {
    let release = release().package("a", "1").depends("v").package("v", "1").package("z", "9").provides("v");
    let expected = ["v", "a"];
    assert_eq!(plans(&release, "--add a"), [expected, expected]);
}

#[test]
fn a_held_provider_is_enough() {
    let release = release()
        .package("a", "1")
        .depends("v")
        .package("p1", "1")
        .provides("v")
        .package("p2", "1")
        .provides("v")
        .stock("p1", "1");
    assert_eq!(plans(&release, "--add a"), [["a"], ["a"]]);
}

#[test]
fn a_provider_that_cannot_stay_is_not_the_only_one() {
    let release = release()
        .package("a", "1")
        .depends("v c")
        .package("c", "1")
        .package("p1", "1")
        .provides("v")
        .priority(1)
        .package("p2", "1")
        .provides("v")
        .priority(2)
        .conflicts("c");
    for plan in plans(&release, "--add a") {
        assert_eq!(plan, ["c", "p1", "a"]);
    }
}

#[test]
fn what_the_client_would_not_find_by_itself_is_named_to_it() {
    // p2 would be taken and then not installed: what it needs is nowhere.
    let release = release()
        .package("a", "1")
        .depends("v")
        .package("p1", "1")
        .provides("v")
        .priority(1)
        .package("p2", "1")
        .provides("v")
        .priority(2)
        .depends("q")
        .package("q", "1")
        .depends("nowhere");
    for format in FORMATS {
        let site = release.on(format);
        assert_eq!(site.plan("--add a"), ["p1", "a"]);
        let told = site.owpkg("disk out.img --add a --json").run().exits(0).json();
        assert_eq!(told["install"], serde_json::json!(["p1", "a"]));
    }
}

#[test]
fn greedy_dependencies_take_all_that_can_be_had() {
    let release = release()
        .package("a", "1")
        .depends("v*")
        .package("p1", "1")
        .provides("v")
        .package("p2", "1")
        .provides("v")
        .package("p3", "1")
        .provides("v")
        .depends("nowhere");
    let site = release.on(*FORMATS.iter().find(|format| is_opkg(**format)).unwrap());
    assert_eq!(site.plan("--add a"), ["p1", "p2", "a"]);
}

#[test]
fn recommended_packages_come_along_where_they_can() {
    let release = release()
        .package("a", "1")
        .recommends("b c nowhere held")
        .package("b", "1")
        .depends("d")
        .package("c", "1")
        .depends("nothing-like-it")
        .package("d", "1")
        .stock("held", "1");
    let site = release.on(*FORMATS.iter().find(|format| is_opkg(**format)).unwrap());
    assert_eq!(site.plan("--add a"), ["d", "b", "a"]);
    assert_eq!(site.plan("--add a --omit b"), ["a"]);
    let plan = site.owpkg("resolve --add a --json").run().exits(0).json();
    assert_eq!(plan["packages"][1]["needed_by"], serde_json::json!(["a"]));
}

#[test]
fn a_package_that_takes_over_another_stands_for_it_in_opkg() {
    let release = release()
        .package("a", "1")
        .depends("old")
        .package("old", "1")
        .package("new", "1")
        .provides("old")
        .conflicts("old")
        .replaces("old");
    let site = release.on(*FORMATS.iter().find(|format| is_opkg(**format)).unwrap());
    assert_eq!(site.plan("--add a"), ["new", "a"]);
}

#[test]
fn a_package_without_a_digest_is_never_taken() {
    // Only a hand-made index lacks one; the builder's never do, so an edited one stands in, unsigned.
    let release = release().package("a", "1").depends("b").package("b", "1");
    let format = *FORMATS.iter().find(|format| is_opkg(**format)).unwrap();
    let site = release.on(format);
    let path = site.files.path_of("base/Packages.gz");
    let mut text = String::new();
    let packed = site.files.0[&path].as_slice();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| line.starts_with("SHA256sum")).unwrap();
    let without: String =
        lines.iter().enumerate().filter(|(at, _)| *at != last).map(|(_, line)| format!("{line}\n")).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, without.as_bytes()).unwrap();
    site.write(&format!("tree/{path}"), packed.finish().unwrap());
    std::fs::remove_file(site.path().join("tree").join(path.replace(".gz", ".sig"))).unwrap();
    let ran = site.owpkg("resolve --add a --accept-unsigned all").run().exits(4);
    ran.says(&["b 1 has no digest in its index, so it cannot be verified"]);
}
