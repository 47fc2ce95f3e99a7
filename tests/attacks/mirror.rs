//! A mirror that serves other bytes than were signed.

use super::{Attack, BOTH, OPKG};
use crate::support::feeds::{FORMATS, Site, signers_of, wifi};

/// Changes a file of the tree.
fn change(site: &Site, part: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let path = site.files.path_of(part);
    let mut bytes = site.files.0[&path].clone();
    change(&mut bytes);
    site.write(&format!("tree/{path}"), bytes);
}

fn remove(site: &Site, part: &str) {
    std::fs::remove_file(site.path().join("tree").join(site.files.path_of(part))).unwrap();
}

fn replace(site: &Site, part: &str, from: &str, to: &str) {
    change(site, part, |bytes| {
        let text = String::from_utf8(std::mem::take(bytes)).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        *bytes = text.replace(from, to).into_bytes();
    });
}

/// The files of a tree whose path holds a part, of a release that somebody else signed or that is another one.
fn swap(site: &Site, part: &str, others: &crate::support::feeds::Files) {
    let files = others.0.iter().filter(|(path, _)| path.contains(part));
    files.for_each(|(path, bytes)| drop(site.write(&format!("tree/{path}"), bytes)));
}

fn bomb() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![b'\n'; 1 << 20];
    (0..80).for_each(|_| std::io::Write::write_all(&mut packed, &zeros).unwrap());
    packed.finish().unwrap()
}

const CHIP: &str = "disk out.img --chip iwl7265d";

pub const ATTACKS: &[Attack] = &[
    Attack {
        what: "a bit of a package is flipped",
        formats: BOTH,
        set: |site| change(site, "kmod-cfg80211", |bytes| *bytes.last_mut().unwrap() ^= 1),
        line: CHIP,
        exit: 5,
        says: &["kmod-cfg80211", "is not the file that the index describes"],
    },
    Attack {
        what: "a package is cut",
        formats: BOTH,
        set: |site| change(site, "kmod-cfg80211", |bytes| bytes.truncate(100)),
        line: CHIP,
        exit: 5,
        says: &["kmod-cfg80211"],
    },
    Attack {
        what: "a package is longer",
        formats: BOTH,
        set: |site| change(site, "kmod-cfg80211", |bytes| bytes.push(0)),
        line: CHIP,
        exit: 5,
        says: &["kmod-cfg80211"],
    },
    Attack {
        what: "a package is another one",
        formats: BOTH,
        set: |site| {
            let other = site.files.0[&site.files.path_of("kmod-mac80211")].clone();
            change(site, "kmod-cfg80211", |bytes| *bytes = other);
        },
        line: CHIP,
        exit: 5,
        says: &["kmod-cfg80211"],
    },
    Attack {
        what: "a package is gone",
        formats: BOTH,
        set: |site| remove(site, "kmod-cfg80211"),
        line: CHIP,
        exit: 6,
        says: &["kmod-cfg80211", "does not exist"],
    },
    Attack {
        what: "a feed is of a release that somebody else signed",
        formats: BOTH,
        set: |site| swap(site, "/base/", &wifi().build_signed(site.format, &signers_of(9))),
        line: CHIP,
        exit: 5,
        says: &["which is not trusted"],
    },
    Attack {
        what: "the whole release is somebody else's",
        formats: BOTH,
        set: |site| swap(site, "", &wifi().build_signed(site.format, &signers_of(9))),
        line: CHIP,
        exit: 5,
        says: &["which is not trusted"],
    },
    Attack {
        what: "the signature of an index is withheld",
        formats: OPKG,
        set: |site| remove(site, "base/Packages.sig"),
        line: CHIP,
        exit: 5,
        says: &["is not signed"],
    },
    Attack {
        what: "the signature of an index is nonsense",
        formats: OPKG,
        set: |site| {
            change(site, "base/Packages.sig", |bytes| *bytes = b"untrusted comment: \nnone\n".to_vec())
        },
        line: CHIP,
        exit: 5,
        says: &["is not a signature"],
    },
    Attack {
        what: "an index has the signature of another one",
        formats: OPKG,
        set: |site| {
            let other = site.files.0[&site.files.path_of("x86/64/packages/Packages.sig")].clone();
            change(site, "base/Packages.sig", |bytes| *bytes = other);
        },
        line: CHIP,
        exit: 5,
        says: &["does not have the bytes that key"],
    },
    Attack {
        what: "an accepted feed covers for the release's own",
        formats: OPKG,
        set: |site| remove(site, "base/Packages.sig"),
        line: "disk out.img --chip iwl7265d --accept-unsigned core",
        exit: 5,
        says: &["/base", "is not signed"],
    },
    Attack {
        what: "an accepted feed is none",
        formats: BOTH,
        set: |_| {},
        line: "disk out.img --chip iwl7265d --accept-unsigned nine",
        exit: 2,
        says: &["there is no feed nine"],
    },
    Attack {
        what: "an index unpacks to more than all of them may",
        formats: OPKG,
        set: |site| change(site, "base/Packages.gz", |bytes| *bytes = bomb()),
        line: CHIP,
        exit: 5,
        says: &["unpacks to more than"],
    },
    Attack {
        what: "an index is no index",
        formats: BOTH,
        set: |site| {
            let name = if site.format.name() == "opkg" { "base/Packages.gz" } else { "base/packages.adb" };
            change(site, name, |bytes| *bytes = b"<html>".to_vec());
        },
        line: CHIP,
        exit: 5,
        says: &["base"],
    },
    Attack {
        what: "the tree lists feeds without end",
        formats: BOTH,
        set: |site| {
            let feeds: String =
                (0..40).map(|number| format!("src/gz f{number} http://x/f{number}\n")).collect();
            change(site, "feeds.conf", |bytes| *bytes = feeds.into_bytes());
        },
        line: CHIP,
        exit: 6,
        says: &["and at most 32 are read"],
    },
    Attack {
        what: "the manifest claims that the router holds a package",
        formats: BOTH,
        set: |site| {
            change(site, ".manifest", |bytes| bytes.extend_from_slice(b"kmod-cfg80211 - 6.12.71-r1\n"))
        },
        line: CHIP,
        exit: 5,
        says: &[".manifest is not the file that the signed sha256sums lists"],
    },
    Attack {
        what: "profiles.json names another release",
        formats: BOTH,
        set: |site| replace(site, "profiles.json", "25.12.0", "25.12.9"),
        line: CHIP,
        exit: 5,
        says: &["profiles.json is not the file that the signed sha256sums lists"],
    },
    Attack {
        what: "the list of digests is changed along with the manifest",
        formats: BOTH,
        set: |site| {
            let path = site.files.path_of("sha256sums.sig").replace(".sig", "");
            let text = String::from_utf8(site.files.0[&path].clone()).unwrap();
            site.write(&format!("tree/{path}"), text + &"0".repeat(64) + " *x\n");
        },
        line: CHIP,
        exit: 5,
        says: &["does not have the bytes that key"],
    },
    Attack {
        what: "the signature of the list of digests is withheld",
        formats: BOTH,
        set: |site| remove(site, "sha256sums.sig"),
        line: "disk out.img --chip iwl7265d",
        exit: 0,
        says: &["no key vouches for what says", "what the router holds"],
    },
    Attack {
        what: "the list of digests is somebody else's",
        formats: BOTH,
        set: |site| swap(site, "sha256sums.sig", &wifi().build_signed(site.format, &signers_of(9))),
        line: "disk out.img --chip iwl7265d",
        exit: 0,
        says: &["no key vouches for what says", "which is not trusted"],
    },
];

#[test]
fn a_lying_mirror() {
    super::try_all(ATTACKS);
}

#[test]
fn what_nobody_vouches_for_is_said_wherever_the_disk_goes() {
    for format in FORMATS {
        let site = super::site(format);
        remove(&site, "sha256sums.sig");
        let line = format!("disk out --format dir --chip iwl7265d --tree tree {}", super::KEYS);
        site.desk.owpkg(&line).run().exits(0);
        assert!(site.read("out/owpkg.lock").contains("unvouched = ["));
        let script = site.read("out/install.sh");
        assert!(script.contains("\nunvouched='") && script.contains("no key vouches for what decided"));
    }
}
