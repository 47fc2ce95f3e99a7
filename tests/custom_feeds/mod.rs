//! Feeds of one's own: their keys, their indexes, and the disks and mirrors that carry them.

mod disks;
mod hostile;
mod indexes;
mod keys;
mod killed;
mod mirrors;

use owpkg::format::Format;

use crate::support::feeds::{FORMATS, Site, release, wifi};
use crate::support::run::Desk;

/// Runs a test for each format.
fn each(test: impl Fn(&'static dyn Format)) {
    for format in FORMATS {
        println!("{}", format.name());
        test(format);
    }
}

/// The names of a pair's files: the secret one, the public one.
fn pair(format: &dyn Format, name: &str) -> (String, String) {
    match format.name() {
        "opkg" => (format!("{name}.sec"), format!("{name}.pub")),
        _ => (format!("{name}.pem"), format!("{name}.pub.pem")),
    }
}

/// Makes a key pair of that name, and answers with its id.
fn new_key(desk: &Desk, format: &dyn Format, name: &str) -> String {
    let made = desk.owpkg(&format!("key new {name} --format {} --json", format.name())).run().exits(0);
    made.json()["id"].as_str().unwrap().to_owned()
}

/// The packages `mine`, which needs one of [`wifi`]'s, and `other`, as files without an index.
fn packages(format: &'static dyn Format) -> Vec<(String, Vec<u8>)> {
    let own = release()
        .feed("own")
        .package("mine", "1.0")
        .depends("hostapd-common other>=1")
        .provides("any-mine")
        .package("other", "1.2")
        .conflicts("nobody")
        .build(format);
    let files = own.0.into_iter().filter(|(path, _)| path.contains("/own/"));
    let named = files.map(|(path, bytes)| (path.rsplit('/').next().unwrap().to_owned(), bytes));
    named.filter(|(name, _)| name.ends_with(format.facts().package_ending)).collect()
}

/// A desk with a release, and a folder `packages` with packages of one's own.
fn with_packages(format: &'static dyn Format) -> Site {
    let site = wifi().on(format);
    for (name, bytes) in packages(format) {
        site.write(&format!("packages/{name}"), bytes);
    }
    site
}

/// The same with a key pair `mine`, whose id comes with it, and the index made.
fn with_feed(format: &'static dyn Format) -> (Site, String) {
    let site = with_packages(format);
    let id = new_key(&site, format, "mine");
    index(&site);
    (site, id)
}

/// Makes the index of `packages` with the key `mine`.
fn index(site: &Site) {
    let (secret, _) = pair(site.format, "mine");
    site.desk.owpkg(&format!("index packages --key {secret}")).run().exits(0);
}

/// The arguments that name the feed and its key.
fn feed(site: &Site) -> String {
    format!("--feed mine=packages --key {}", pair(site.format, "mine").1)
}
