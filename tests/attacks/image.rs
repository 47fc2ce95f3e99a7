//! A disk that was changed after it was made.

use super::{Attack, BOTH};
use crate::support::feeds::Site;

fn made(site: &Site, line: &str) {
    site.owpkg(&format!("disk {line} --chip iwl7265d")).run().exits(0);
}

/// An image with bytes changed.
fn image(site: &Site, change: impl FnOnce(&mut Vec<u8>)) {
    made(site, "changed.img");
    let mut bytes = std::fs::read(site.path().join("changed.img")).unwrap();
    change(&mut bytes);
    site.write("changed.img", bytes);
}

/// A folder with a file changed.
fn folder(site: &Site, file: &str, change: impl FnOnce(String) -> String) {
    made(site, "changed --format dir");
    let text = site.read(&format!("changed/{file}"));
    let changed = change(text.clone());
    assert_ne!(changed, text);
    site.write(&format!("changed/{file}"), changed);
}

/// The lock of a folder changed, and everything that is made of a lock with it.
fn lock(site: &Site, change: impl FnOnce(String) -> String) {
    folder(site, "owpkg.lock", change);
}

const IMAGE: &str = "verify changed.img";
const FOLDER: &str = "verify changed";

pub const ATTACKS: &[Attack] = &[
    Attack {
        what: "it is cut",
        formats: BOTH,
        set: |site| image(site, |bytes| bytes.truncate(bytes.len() / 2)),
        line: IMAGE,
        exit: 5,
        says: &["only", "are there"],
    },
    Attack {
        what: "its first folder goes in a circle",
        formats: BOTH,
        set: |site| {
            image(site, |bytes| {
                let reserved = usize::from(bytes[14]) * 512;
                let table = usize::from(u16::from_le_bytes([bytes[22], bytes[23]])) * 512;
                for start in [reserved, reserved + table] {
                    bytes[start + 3] = 2;
                    bytes[start + 4] &= 0xf0;
                }
            })
        },
        line: IMAGE,
        exit: 5,
        says: &["used twice"],
    },
    Attack {
        what: "its tables differ",
        formats: BOTH,
        set: |site| {
            image(site, |bytes| {
                let table = usize::from(bytes[14]) * 512;
                bytes[table + 3] ^= 1;
            })
        },
        line: IMAGE,
        exit: 5,
        says: &["tables differ"],
    },
    Attack {
        what: "its boot sector is nonsense",
        formats: BOTH,
        set: |site| image(site, |bytes| bytes[13] = 3),
        line: IMAGE,
        exit: 5,
        says: &["it is no FAT image"],
    },
    Attack {
        what: "a bit of it is flipped",
        formats: BOTH,
        set: |site| {
            image(site, |bytes| {
                let at = bytes.len() - 700;
                let last = bytes[..at].iter().rposition(|byte| *byte != 0).unwrap();
                bytes[last] ^= 1;
            })
        },
        line: IMAGE,
        exit: 5,
        says: &["fault"],
    },
    Attack {
        what: "a file is added",
        formats: BOTH,
        set: |site| {
            made(site, "changed --format dir");
            site.write("changed/feeds/base/evil.sh", "rm -rf /");
        },
        line: FOLDER,
        exit: 5,
        says: &["does not belong here"],
    },
    Attack {
        what: "the script is changed",
        formats: BOTH,
        set: |site| folder(site, "install.sh", |text| text.replace("signed=yes", "signed=no")),
        line: FOLDER,
        exit: 5,
        says: &["install.sh", "is not what this owpkg writes"],
    },
    Attack {
        what: "the lock says that nothing is signed",
        formats: BOTH,
        set: |site| lock(site, |text| text.replacen("install = ", "accepted_unsigned = true\ninstall = ", 1)),
        line: FOLDER,
        exit: 5,
        says: &["the lock says accepted_unsigned = \"true\""],
    },
    Attack {
        what: "the lock is for another kernel",
        formats: BOTH,
        set: |site| lock(site, |text| text.replace("kernel = \"6.12.71", "kernel = \"6.12.70")),
        line: FOLDER,
        exit: 5,
        says: &["the lock says kernel", "6.12.70"],
    },
    Attack {
        what: "the lock is for another architecture",
        formats: BOTH,
        set: |site| lock(site, |text| text.replace("arch = \"x86_64\"", "arch = \"mips_24kc\"")),
        line: FOLDER,
        exit: 5,
        says: &["the lock says arch"],
    },
    Attack {
        what: "the lock is for another target",
        formats: BOTH,
        set: |site| lock(site, |text| text.replace("target = \"x86/64\"", "target = \"ath79/generic\"")),
        line: FOLDER,
        exit: 5,
        says: &["the lock says target"],
    },
];

#[test]
fn a_changed_disk() {
    super::try_all(ATTACKS);
}

#[test]
fn images_that_libraries_never_end_on() {
    let images = ["attacks/loop-deleted.img", "attacks/fat-overflow-min.bin"];
    for path in images {
        let Some(bytes) = crate::shared::read(path) else { return };
        let desk = crate::support::run::Desk::new();
        desk.write("disk.img", bytes);
        desk.owpkg("verify disk.img").run().exits(5);
    }
}
