//! The port for FreeBSD.

use std::collections::BTreeSet;

use super::{read, shared};

#[test]
fn the_port_lists_what_it_installs() {
    // Ports compress manual pages.
    let place = |name: String| format!("share/{name}{}", if name.ends_with(".1") { ".gz" } else { "" });
    let installed: BTreeSet<String> = shared().into_iter().map(place).chain(["bin/owpkg".into()]).collect();
    let list = read("packaging/freebsd/pkg-plist");
    let listed: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    let missing: Vec<_> = installed.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&installed).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "pkg-plist lacks {missing:?} and lists {gone:?}, which nothing makes"
    );
    assert!(list.lines().is_sorted(), "pkg-plist is not sorted");
}

#[test]
fn the_port_is_of_this_version_and_calls_what_is_packaged() {
    let makefile = read("packaging/freebsd/Makefile");
    assert!(makefile.contains(&format!("\nDISTVERSION=\t{}\n", env!("CARGO_PKG_VERSION"))), "{makefile}");
    let named = makefile.split("${WRKSRC}/").skip(1).map(|rest| rest.split_whitespace().next().unwrap());
    let named: Vec<&str> = named.collect();
    assert_eq!(named, ["LICENSE-APACHE", "LICENSE-MIT", "packaging/share.sh"]);
    for file in named {
        assert!(!read(file).is_empty());
    }
    let comment = makefile.lines().find_map(|line| line.strip_prefix("COMMENT=\t")).unwrap();
    assert!(comment.len() <= 70 && !comment.ends_with('.'), "{comment}");
}
