//! What packages become in later releases.

use std::collections::BTreeSet;

use owpkg::format::{Installed, Mark, Universe};
use owpkg::hardware::Series;
use owpkg::release::{Became, ReleaseSpec, Upstream, became, renames};
use owpkg::upgrade::{Fate, Guess, Had, follow};

use super::releases::{STEPS, format, series};
use crate::support::feeds::Site;

#[test]
fn every_row_of_the_table_can_be_read_and_none_stands_twice() {
    let rows: Vec<_> = renames().map(|row| row.unwrap_or_else(|bad| panic!("{bad}"))).collect();
    assert!(rows.len() > 30, "{}", rows.len());
    let mut seen = BTreeSet::new();
    for row in &rows {
        assert!(seen.insert((row.old, row.since)), "{} stands twice", row.old);
        assert!(!row.source.is_empty(), "{} has no source", row.old);
        assert_eq!(row.new.is_empty(), row.how == Became::Needless, "{}", row.old);
        assert!(row.old.matches('*').count() <= 1, "{}", row.old);
        assert_eq!(
            row.old.contains('*'),
            row.new.contains('*') || (row.old.contains('*') && row.new.is_empty())
        );
    }
    assert!(rows.is_sorted_by_key(|row| row.old), "sorted by the earlier name");
}

#[test]
fn rows_count_between_the_series_before_and_after() {
    let [old, mid, new] = ["22.03", "23.05", "25.12"].map(|text| Series::of_release(text).unwrap());
    let all = |_: &str| true;
    let of = |name: &str, series: [Series; 2]| became(name, name, series, all);
    let one = |name: &str, how| Some((vec![name.to_owned()], how));
    assert_eq!(of("auc", [old, new]), one("owut", Became::Replaced));
    assert_eq!(of("auc", [old, mid]), None);
    assert_eq!(of("auc", [new, new]), None);
    assert_eq!(of("wpad-basic-wolfssl", [old, mid]), one("wpad-basic-mbedtls", Became::Default));
    assert_eq!(
        of("luci-i18n-opkg-pt-br", [mid, new]),
        one("luci-i18n-package-manager-pt-br", Became::Renamed)
    );
    assert_eq!(of("kmod-ledtrig-audio", [mid, new]), Some((Vec::new(), Became::Needless)));
    assert_eq!(
        became("libustream-wolfssl20201210", "libustream-wolfssl", [old, mid], all).unwrap().0,
        ["libustream-mbedtls"]
    );
    assert_eq!(
        became("auc", "auc", [old, new], |name| name == "auc"),
        None,
        "what is not offered counts not"
    );
}

/// Follows marked packages through a release.
fn followed(names: &[(&str, Option<Mark>)], from: &str, to: &str) -> Vec<(Vec<String>, Fate)> {
    let site = Site::new(format(to), series(to).build(format(to)));
    let mut installed = Installed::default();
    for (name, mark) in names {
        installed.insert(name, owpkg::format::InstalledPackage { version: "1".into(), provides: Vec::new() });
        mark.iter().for_each(|mark| installed.mark(name, *mark));
    }
    let had = Had::of(&installed, Some(&Installed::default()), &[]).unwrap();
    let fetcher = owpkg::fetch::Fetcher::new(
        owpkg::fetch::Options::new(site.path().join("cache")),
        std::sync::Arc::new(owpkg::fetch::Silent),
    );
    let mut keyring = owpkg::trust::Keyring::empty();
    for file in ["key", "sums.pub"] {
        keyring.add(site.read(file).as_bytes(), file).unwrap();
    }
    let upstream = Upstream::new(fetcher, keyring);
    let root = owpkg::fetch::Location::parse("tree", site.path()).unwrap();
    let open = upstream.open(ReleaseSpec::of_tree(root)).unwrap();
    let (universe, _): (Universe<'_>, _) = open.universe().unwrap();
    let stock = open.facts.stock.clone().unwrap();
    let series = [from, to].map(|text| Series::of_release(text).unwrap());
    let found = follow(&had, series, &universe, &stock);
    // In the order of `names`.
    let one = |name: &str| found.iter().find(|one| one.old == name).unwrap();
    names.iter().map(|(name, _)| (one(name).new.clone(), one(name).fate)).collect()
}

#[test]
fn each_fate_is_told_from_the_others() {
    let added = Some(Mark::Added);
    let found = followed(
        &[
            ("tcpdump", added),
            ("auc", None),
            ("kmod-fs-ntfs", added),
            ("plainmqtt", None),
            ("libfar202322", added),
            ("libfar202323", None),
            ("libpcap0", Some(Mark::Needed)),
            ("oldthing", added),
            ("dnsmasq", added),
        ],
        "22.03.7",
        "25.12.0",
    );
    let one = |name: &str, fate| (vec![name.to_owned()], fate);
    assert_eq!(
        found,
        [
            one("tcpdump", Fate::Kept),
            one("owut", Fate::Became(Became::Replaced)),
            one("kmod-fs-ntfs3", Fate::Became(Became::Replaced)),
            one("plainmqtt-ssl", Fate::Guessed(Guess::Provides)),
            one("libfar202325", Fate::Guessed(Guess::BaseName)),
            (Vec::new(), Fate::Needed),
            (Vec::new(), Fate::Needed),
            (Vec::new(), Fate::Gone),
            one("dnsmasq", Fate::Kept),
        ]
    );
}

#[test]
fn every_step_between_releases_is_found() {
    for pair in STEPS.windows(2).map(|pair| (pair[0], pair[1])).chain([(STEPS[0], STEPS[3])]) {
        let (from, to) = pair;
        let wpad = followed(&[("wpad-basic-wolfssl", Some(Mark::Added))], from, to);
        let expected = if from < "23" { "wpad-basic-mbedtls" } else { "wpad-basic-wolfssl" };
        assert_eq!(wpad[0].0, [expected], "{from} to {to}");
        let list = if from < "24" { "luci-app-opkg" } else { "luci-app-package-manager" };
        let expected = if to < "24" { "luci-app-opkg" } else { "luci-app-package-manager" };
        assert_eq!(followed(&[(list, None)], from, to)[0].0, [expected], "{from} to {to}");
    }
}

#[test]
fn what_a_user_added_is_told_by_marks_or_by_the_image() {
    let held = |names: &[&str]| {
        let mut list = Installed::default();
        names.iter().for_each(|name| list.insert(name, owpkg::format::InstalledPackage::default()));
        list
    };
    let names = |had: &Had| had.added.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let image = held(&["busybox", "dnsmasq"]);
    let router = held(&["busybox", "dnsmasq-full", "kmod-radio", "tcpdump"]);
    let had = Had::of(&router, Some(&image), &["kmod-radio".to_owned()]).unwrap();
    assert_eq!(
        (names(&had), had.removed),
        (vec!["dnsmasq-full".into(), "tcpdump".into()], vec!["dnsmasq".into()])
    );

    let error = Had::of(&router, None, &[]).unwrap_err();
    assert!(error.to_string().contains("which of the router's 4 packages its user added"), "{error}");

    let marked = Installed::parse("busybox\trom\ntcpdump\toverlay\n").unwrap();
    assert_eq!(names(&Had::of(&marked, None, &[]).unwrap()), ["tcpdump"]);
    let unknown = Installed::parse("busybox\tunknown\ntcpdump\tunknown\n").unwrap();
    assert!(Had::of(&unknown, None, &[]).is_err());
    assert_eq!(names(&Had::of(&unknown, Some(&image), &[]).unwrap()), ["tcpdump"]);
}
