//! A request that no router made.

use super::{Attack, BOTH};
use crate::support::feeds::{Site, VERMAGIC};

fn request(site: &Site, change: impl FnOnce(String) -> String) {
    let client = site.format.name();
    let kernel = format!("6.12.71~{VERMAGIC}-r1");
    let text = format!(
        "owpkg-request 1\nrouter: 0123456789abcdef0123456789abcdef\nboard: acme,far-away\nrelease: 25.12.0\n\
         revision: r1-0\ntarget: x86/64\narch: x86_64\nclient: {client}\nkernel: {kernel}\nfree: 93184 kB\n\ndevices:\n\
         pci:v00008086d0000095Asv00008086sd00005010bc02sc80i00 (rev 59)\n\npackages:\nbase-files 1700\nbusybox 1.37.0-r1\n\
         kernel {kernel}\nlibc 1.2.5-r4\n\nend of the request\n"
    );
    site.write("request.txt", change(text));
}

const FILL: &str = "fill request.txt out.img";

pub const ATTACKS: &[Attack] = &[
    Attack {
        what: "it is cut",
        formats: BOTH,
        set: |site| request(site, |text| text[..text.len() - 30].to_owned()),
        line: FILL,
        exit: 2,
        says: &["request.txt"],
    },
    Attack {
        what: "a line moves the cursor",
        formats: BOTH,
        set: |site| request(site, |text| text.replace("acme", "\u{1b}[2Jacme")),
        line: FILL,
        exit: 2,
        says: &["request.txt"],
    },
    Attack {
        what: "its target leaves the tree",
        formats: BOTH,
        set: |site| request(site, |text| text.replace("x86/64", "../..")),
        line: FILL,
        exit: 2,
        says: &["target"],
    },
    Attack {
        what: "its router is a command",
        formats: BOTH,
        set: |site| request(site, |text| text.replace("router: 0123", "router: $(rm")),
        line: FILL,
        exit: 2,
        says: &["router"],
    },
    Attack {
        what: "its kernel is of another build",
        formats: BOTH,
        set: |site| request(site, |text| text.replace(VERMAGIC, &"f".repeat(32))),
        line: FILL,
        exit: 4,
        says: &["kernel"],
    },
];

#[test]
fn a_forged_request() {
    super::try_all(ATTACKS);
}
