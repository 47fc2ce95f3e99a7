//! A release, or a feed of one's own, that its owner signed and means badly.

use owpkg::trust::sha256;

use super::{Attack, BOTH, OPKG};
use crate::support::feeds::{Site, public_key, release, signers, signers_of};

fn hex(bytes: &[u8]) -> String {
    owpkg::trust::Digest::sha256(sha256(bytes)).hex()
}

/// The stanza of a package.
fn stanza(name: &str, more: &str) -> String {
    format!(
        "Package: {name}\nVersion: 1\nArchitecture: x86_64\nFilename: {name}.ipk\nSize: 1\nSHA256sum: {}\n{more}\n",
        hex(b"x")
    )
}

/// Signs a text as the index of the feed `base`.
fn base(site: &Site, text: &str) {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    let folder = site.files.path_of("base/Packages.gz").replace("Packages.gz", "");
    site.write(&format!("tree/{folder}Packages.gz"), packed.finish().unwrap());
    site.write(&format!("tree/{folder}Packages.sig"), signers().usign.sign(text.as_bytes()).to_text());
    site.write(&format!("tree/{folder}x.ipk"), b"x");
}

/// A feed `mine` of somebody whose key is trusted, made of the packages of the feed `base` of a release.
fn mine(site: &Site, of: crate::support::feeds::Builder) {
    let files = of.build_signed(site.format, &signers_of(5));
    for (path, bytes) in files.0.iter().filter(|(path, _)| path.contains("/base/")) {
        site.write(&format!("mine/{}", path.rsplit('/').next().unwrap()), bytes);
    }
    site.write("mine.pub", public_key(site.format, &signers_of(5)));
}

fn pigeons(holes: usize) -> String {
    let all: Vec<String> = (0..=holes).map(|pigeon| format!("v{pigeon}")).collect();
    let mut text = stanza("a", &format!("Depends: {}\n", all.join(", ")));
    for pigeon in 0..=holes {
        for hole in 0..holes {
            let others: Vec<String> = (0..=holes)
                .filter(|other| *other != pigeon)
                .map(|other| format!("p{other}x{hole}"))
                .collect();
            let more = format!("Provides: v{pigeon}\nConflicts: {}\n", others.join(", "));
            text += &stanza(&format!("p{pigeon}x{hole}"), &more);
        }
    }
    text
}

const MINE: &str = "--feed mine=mine --key mine.pub";

pub const ATTACKS: &[Attack] = &[
    Attack {
        what: "a feed of one's own has a newer package of the release's name",
        formats: BOTH,
        set: |site| mine(site, release().package("libmbedtls21", "99.0-r1").provides("libmbedtls")),
        line: "disk out.img --chip iwl7265d --feed mine=mine --key mine.pub",
        exit: 4,
        says: &[
            "libmbedtls21 99.0-r1 of the feed mine would take the place of the release's own 3.6.5-r1",
            "--prefer mine",
        ],
    },
    Attack {
        what: "the same, as the user prefers it",
        formats: BOTH,
        set: |site| mine(site, release().package("libmbedtls21", "99.0-r1").provides("libmbedtls")),
        line: "disk out.img --chip iwl7265d --feed mine=mine --key mine.pub --prefer mine",
        exit: 0,
        says: &[],
    },
    Attack {
        what: "a module of one's own feed takes the place of the release's",
        formats: BOTH,
        set: |site| mine(site, release().package("kmod-cfg80211", "99-r1")),
        line: "disk out.img --chip iwl7265d --feed mine=mine --key mine.pub",
        exit: 4,
        says: &["kmod-cfg80211", "of the feed mine"],
    },
    Attack {
        what: "a preferred feed is none",
        formats: BOTH,
        set: |_| {},
        line: "disk out.img --chip iwl7265d --prefer mine",
        exit: 2,
        says: &["there is no --feed of that name"],
    },
    Attack {
        what: "a name moves the cursor",
        formats: OPKG,
        set: |site| base(site, &(stanza("good", "") + &stanza("ev\u{1b}[2Jil", ""))),
        line: "resolve --add good --no-lock",
        exit: 0,
        says: &["base/Packages.gz, at 8: passed over: a package name"],
    },
    Attack {
        what: "what was passed over is asked for",
        formats: OPKG,
        set: |site| base(site, &(stanza("good", "") + &stanza("evil\u{85}", ""))),
        line: "resolve --add evil\u{85} --no-lock",
        exit: 3,
        says: &["no feed of this release holds evil"],
    },
    Attack {
        what: "a file name has a sign that no terminal shows",
        formats: OPKG,
        set: |site| base(site, &stanza("x", "").replace("x.ipk", "x\u{9b}.ipk")),
        line: "disk out.img --add x",
        exit: 3,
        says: &["Filename is not a plain file name"],
    },
    Attack {
        what: "a version turns the line",
        formats: OPKG,
        set: |site| base(site, &stanza("x", "").replace("Version: 1", "Version: 1\u{202e}")),
        line: "disk out.img --add x",
        exit: 3,
        says: &["passed over: a Version or Architecture"],
    },
    Attack {
        what: "a dependency moves the cursor",
        formats: OPKG,
        set: |site| base(site, &stanza("x", "Depends: ab\u{1b}[2Jsent\n")),
        line: "disk out.img --add x",
        exit: 4,
        says: &["x (--add) needs ab\u{fffd}[2Jsent"],
    },
    Attack {
        what: "a size is no number that a lock can hold",
        formats: OPKG,
        set: |site| base(site, &stanza("x", "").replace("Size: 1", "Size: 18446744073709551615")),
        line: "disk out.img --add x",
        exit: 4,
        says: &["cannot be written down"],
    },
    Attack {
        what: "its search would never end",
        formats: OPKG,
        set: |site| base(site, &pigeons(13)),
        line: "disk out.img --add a",
        exit: 4,
        says: &["no plan for a was found in", "million steps"],
    },
];

#[test]
fn a_hostile_tree() {
    super::try_all(ATTACKS);
}

#[test]
fn what_is_not_the_releases_is_shown() {
    for format in crate::support::feeds::FORMATS {
        let site = super::site(format);
        mine(&site, release().package("my-tool", "1.0-r1"));
        let ran = site.owpkg(&format!("resolve --add my-tool --no-lock {MINE}")).run().exits(0);
        assert!(ran.out.contains("(feed mine)"), "{}", ran.out);
    }
}
