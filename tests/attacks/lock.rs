//! A lock that was changed by hand, or never was one.

use super::{Attack, BOTH};
use crate::support::feeds::Site;

/// Makes a lock and changes it.
fn tampered(site: &Site, change: impl FnOnce(&str) -> String) {
    site.owpkg("resolve --chip iwl7265d").run().exits(0);
    let lock = site.read("owpkg.lock");
    let changed = change(&lock);
    assert_ne!(changed, lock, "nothing was changed");
    site.write("owpkg.lock", changed);
}

fn replaced(site: &Site, from: &str, to: &str) {
    tampered(site, |lock| lock.replacen(from, to, 1));
}

fn without_line(site: &Site, start: &str) {
    tampered(site, |lock| {
        lock.lines()
            .filter(|line| !line.starts_with(start))
            .fold(String::new(), |text, line| text + line + "\n")
    });
}

fn with_line(site: &Site, start: &str, line: &str) {
    tampered(site, |lock| {
        let lines = lock.lines().map(|own| if own.starts_with(start) { line } else { own });
        lines.fold(String::new(), |text, line| text + line + "\n")
    });
}

const DISK: &str = "disk out.img";
const SAYS: &str = "the lock says";

pub const ATTACKS: &[Attack] = &[
    Attack {
        what: "the router is not to check signatures",
        formats: BOTH,
        set: |site| with_line(site, "date = ", "date = 1772668800\naccepted_unsigned = true"),
        line: DISK,
        exit: 5,
        says: &[SAYS, "accepted_unsigned = \"true\"", "\"false\""],
    },
    Attack {
        what: "the kernel is another one",
        formats: BOTH,
        set: |site| with_line(site, "kernel = ", "kernel = \"6.12.99~0123456789abcdef0123456789abcdef-r1\""),
        line: DISK,
        exit: 5,
        says: &[SAYS, "6.12.99", "6.12.71"],
    },
    Attack {
        what: "no kernel is checked for",
        formats: BOTH,
        set: |site| without_line(site, "kernel = "),
        line: DISK,
        exit: 5,
        says: &[SAYS, "kernel", "6.12.71"],
    },
    Attack {
        what: "the architecture is another one",
        formats: BOTH,
        set: |site| with_line(site, "arch = ", "arch = \"mips_24kc\""),
        line: DISK,
        exit: 5,
        says: &[SAYS, "mips_24kc", "x86_64"],
    },
    Attack {
        what: "the target is another one",
        formats: BOTH,
        set: |site| with_line(site, "target = ", "target = \"ath79/generic\""),
        line: DISK,
        exit: 5,
        says: &[SAYS, "ath79/generic", "x86/64"],
    },
    Attack {
        what: "the release is another one",
        formats: BOTH,
        set: |site| with_line(site, "release = ", "release = \"25.12.9\""),
        line: DISK,
        exit: 5,
        says: &[SAYS, "25.12.9", "25.12.0"],
    },
    Attack {
        what: "no release is checked for",
        formats: BOTH,
        set: |site| without_line(site, "release = "),
        line: DISK,
        exit: 5,
        says: &[SAYS, "release", "25.12.0"],
    },
    Attack {
        what: "a feed is said to be unsigned",
        formats: BOTH,
        set: |site| with_line(site, "signed_by = ", "signed_by = []"),
        line: DISK,
        exit: 5,
        says: &[SAYS, "signed_by"],
    },
    Attack {
        what: "a feed is said to be signed by somebody else",
        formats: BOTH,
        set: |site| with_line(site, "signed_by = ", "signed_by = [\"0123456789abcdef\"]"),
        line: DISK,
        exit: 5,
        says: &[SAYS, "0123456789abcdef"],
    },
    Attack {
        what: "a version is another one",
        formats: BOTH,
        set: |site| replaced(site, "version = \"6.12.71-r1\"", "version = \"6.12.72-r1\""),
        line: DISK,
        exit: 5,
        says: &["is not in the index of the feed"],
    },
    Attack {
        what: "a digest is another one",
        formats: BOTH,
        set: |site| with_line(site, "digest = ", &format!("digest = \"{}\"", "ab".repeat(32))),
        line: DISK,
        exit: 5,
        says: &["is not in the index of the feed"],
    },
    Attack {
        what: "a package comes from another feed",
        formats: BOTH,
        set: |site| replaced(site, "feed = \"kmods\"", "feed = \"base\""),
        line: DISK,
        exit: 5,
        says: &["is not in the index of the feed"],
    },
    Attack {
        what: "an index is another one",
        formats: BOTH,
        set: |site| with_line(site, "sha256 = ", &format!("sha256 = \"{}\"", "ab".repeat(32))),
        line: DISK,
        exit: 6,
        says: &["the feed has moved on"],
    },
    Attack {
        what: "a key is planted",
        formats: BOTH,
        set: |site| {
            tampered(site, |lock| {
                lock.to_owned()
                    + "\n[[key]]\nid = \"0123456789abcdef\"\nfeeds = [\"base\"]\nin_image = false\n"
            })
        },
        line: DISK,
        exit: 5,
        says: &["0123456789abcdef", "not trusted"],
    },
    Attack {
        what: "a file leaves its folder",
        formats: BOTH,
        set: |site| with_line(site, "file = ", "file = \"../../evil\""),
        line: DISK,
        exit: 2,
        says: &["is not a plain file name"],
    },
    Attack {
        what: "a feed leaves the disk",
        formats: BOTH,
        set: |site| replaced(site, "name = \"kmods\"", "name = \"..\""),
        line: DISK,
        exit: 2,
        says: &["is not a plain file name"],
    },
    Attack {
        what: "an option is given to the client",
        formats: BOTH,
        set: |site| replaced(site, "install = [", "install = [\"--allow-untrusted\", "),
        line: DISK,
        exit: 2,
        says: &["which is not one of its packages"],
    },
    Attack {
        what: "a version turns the line",
        formats: BOTH,
        set: |site| replaced(site, "version = \"6.12.71-r1\"", "version = \"6.12.71\\u202E-r1\""),
        line: DISK,
        exit: 2,
        says: &["is no word"],
    },
    Attack {
        what: "a release moves the cursor",
        formats: BOTH,
        set: |site| with_line(site, "release = ", "release = \"\\u001B[2J25.12.0\""),
        line: "tree",
        exit: 2,
        says: &["is no word"],
    },
    Attack {
        what: "it has feeds without end",
        formats: BOTH,
        set: |site| {
            tampered(site, |lock| {
                let feeds = (0..100).map(|number| {
                    format!("\n[[feed]]\nname = \"f{number}\"\nurl = \"/x\"\nsigned_by = []\nfile = []\n")
                });
                lock.to_owned() + &feeds.collect::<String>()
            })
        },
        line: DISK,
        exit: 2,
        says: &["feeds, and a disk takes at most"],
    },
    Attack {
        what: "it is another schema's",
        formats: BOTH,
        set: |site| replaced(site, "owpkg.lock/1", "owpkg.lock/9"),
        line: DISK,
        exit: 2,
        says: &["schema"],
    },
    Attack {
        what: "it has no end",
        formats: BOTH,
        set: |_| {},
        line: "disk out.img --lock /dev/zero",
        exit: 2,
        says: &["/dev/zero", "larger than"],
    },
    Attack {
        what: "a key has no end",
        formats: BOTH,
        set: |_| {},
        line: "disk out.img --chip iwl7265d --key /dev/zero",
        exit: 2,
        says: &["/dev/zero", "larger than"],
    },
];

#[test]
fn a_changed_lock() {
    super::try_all(ATTACKS);
}
