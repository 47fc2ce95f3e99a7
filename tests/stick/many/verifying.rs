//! A disk for many routers is checked to the last byte: every folder, the pool, and what is left over.

use std::fs;

use super::{Crowd, names, pool};

struct Checked {
    crowd: Crowd,
    folder: String,
}

impl Checked {
    fn new() -> Checked {
        let crowd = Crowd::new(6);
        crowd.owpkg("fill requests disk/").run().exits(0);
        let folder = crowd.folder("disk", 1);
        Checked { crowd, folder }
    }

    /// A disk at fault, and what is said of it.
    #[track_caller]
    fn faults(&self, words: &[&str]) -> Vec<String> {
        let ran = self.crowd.desk.owpkg("verify disk --key opkg --key apk").run().exits(5);
        for word in words {
            assert!(ran.out.contains(word), "expected {word:?} in:\n{}", ran.out);
        }
        let lines = ran.out.lines().filter(|line| !line.contains(" checked in "));
        lines.map(str::to_owned).collect()
    }

    fn flip(&self, path: &str) {
        let path = self.crowd.desk.path().join("disk").join(path);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    }

    fn in_folder(&self, name: &str) -> String {
        format!("routers/{}/{name}", self.folder)
    }

    fn in_pool(&self, name: &str) -> String {
        let script = self.crowd.desk.read(&format!("disk/{}", self.in_folder("install.sh")));
        let (_, file) = pool(&script).into_iter().find(|(place, _)| place.contains(name)).unwrap();
        format!("pool/{file}")
    }
}

#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    let checked = Checked::new();
    let files = [
        checked.in_pool("kmod-iwlwifi"),
        checked.in_pool("packages.adb"),
        checked.in_folder("install.sh"),
        checked.in_folder("README.txt"),
        checked.in_folder("SHA256SUMS"),
        "install.sh".to_owned(),
        "README.txt".to_owned(),
        "SHA256SUMS".to_owned(),
    ];
    for path in &files {
        checked.flip(path);
        let said = checked.faults(&[&format!("{path}: ")]);
        // What many share is told once.
        assert_eq!(said.iter().filter(|line| line.starts_with(&format!("{path}: "))).count(), 1, "{said:#?}");
        checked.flip(path);
    }
    checked.crowd.desk.owpkg("verify disk --key opkg --key apk").run().exits(0);
}

#[test]
fn what_is_missing_or_left_over_is_found() {
    let checked = Checked::new();
    let desk = &checked.crowd.desk;
    let at = |path: &str| desk.path().join("disk").join(path);
    for path in [
        "pool/left",
        "left",
        "routers/left",
        &checked.in_folder("left"),
        &checked.in_folder("feeds/base/left"),
    ] {
        desk.write(&format!("disk/{path}"), "over");
        checked.faults(&[&format!("{path}: does not belong here")]);
        fs::remove_file(at(path)).unwrap();
    }
    let _ = fs::remove_dir_all(at(&checked.in_folder("feeds")));
    for path in [checked.in_pool("kmod-iwlwifi"), checked.in_folder("owpkg.lock"), "install.sh".to_owned()] {
        let bytes = fs::read(at(&path)).unwrap();
        fs::remove_file(at(&path)).unwrap();
        checked.faults(&[&format!("{path}: missing")]);
        fs::write(at(&path), bytes).unwrap();
    }
    desk.owpkg("verify disk --key opkg --key apk").run().exits(0);
    let part = format!("verify disk/routers/{}", checked.folder);
    desk.owpkg(&part).run().exits(2).says(&["a part of a disk for many routers"]);
    // The folder of a router that is taken away leaves what only it needed, and the texts that speak of it.
    fs::remove_dir_all(at(&format!("routers/{}", checked.folder))).unwrap();
    checked.faults(&["install.sh: is not what", "README.txt: is not what"]);
}

#[test]
fn a_lock_that_was_changed_is_at_fault() {
    let checked = Checked::new();
    let desk = &checked.crowd.desk;
    let path = format!("disk/{}", checked.in_folder("owpkg.lock"));
    let lock = desk.read(&path);
    desk.write(&path, lock.replace("target = \"x86/64\"", "target = \"x86/geode\""));
    checked.faults(&["owpkg.lock: "]);
    desk.write(&path, "no lock");
    checked.faults(&["owpkg.lock: damaged"]);
    desk.write(&path, &lock);
    desk.owpkg("verify disk --key opkg --key apk").run().exits(0);
    // One of the two keys vouches for nothing of the other kind.
    let ran = desk.owpkg("verify disk --key apk").run().exits(5);
    assert!(ran.out.contains("not vouched for") && ran.out.contains("-Packages.gz"), "{}", ran.out);
}

#[test]
fn a_pool_of_another_disk_does_not_do() {
    let checked = Checked::new();
    let desk = &checked.crowd.desk;
    let (one, two) = (checked.in_pool("wpad-basic-mbedtls"), checked.in_pool("hostapd-common"));
    let at = |path: &str| desk.path().join("disk").join(path);
    let bytes = fs::read(at(&one)).unwrap();
    fs::write(at(&one), fs::read(at(&two)).unwrap()).unwrap();
    checked.faults(&[&format!("{one}: damaged")]);
    fs::write(at(&one), bytes).unwrap();
    assert!(names(at("pool").as_std_path()).len() > 10);
}
