//! A file added to a FAT that others made, judged by others.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use owpkg::fat::Timestamp;
use owpkg::fat::in_place::{InPlaceError, Volume};
use proptest::prelude::*;
use tempfile::TempDir;

use super::image::TIME;
use crate::support::judges::tool;

struct Fat(TempDir);

impl Fat {
    /// mkfs.fat's, with these words.
    fn new(kib: u32, words: &[&str]) -> Fat {
        let fat = Fat(tempfile::tempdir().unwrap());
        run(Command::new(tool("mkfs.fat"))
            .args(["--invariant", "-C"])
            .args(words)
            .arg(fat.path())
            .arg(kib.to_string()));
        fat
    }

    fn file(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.0.path()).unwrap().join(name)
    }

    fn path(&self) -> Utf8PathBuf {
        self.file("fat")
    }

    fn mtools(&self, name: &str) -> Command {
        let mut command = Command::new(tool(name));
        command.arg("-i").arg(self.path());
        command
    }

    fn put(&self, name: &str, size: usize) {
        fs::write(self.file("in"), vec![b'x'; size]).unwrap();
        run(self.mtools("mcopy").arg(self.file("in")).arg(format!("::{name}")));
    }

    fn remove(&self, name: &str) {
        run(self.mtools("mdel").arg(format!("::{name}")));
    }

    fn open(&self) -> Result<Volume, InPlaceError> {
        let mut file = File::open(self.path()).unwrap();
        let size = file.metadata().unwrap().len();
        Volume::open(&mut file, 0..size)
    }

    /// Adds a file; what was free before.
    fn add(&self, name: &str, bytes: &[u8]) -> Result<u64, InPlaceError> {
        let volume = self.open()?;
        let added = volume.add(name, bytes.len() as u64, Timestamp::from_unix(TIME))?;
        let mut file = File::options().write(true).open(self.path()).unwrap();
        let parts =
            added.file.iter().map(|run| (run.at, &bytes[run.bytes.start as usize..run.bytes.end as usize]));
        for (at, bytes) in added.made.iter().map(|(at, bytes)| (*at, &bytes[..])).chain(parts) {
            file.seek(SeekFrom::Start(at)).unwrap();
            file.write_all(bytes).unwrap();
        }
        Ok(volume.free())
    }

    /// fsck.fat has nothing to say, mtools and owpkg read the file.
    #[track_caller]
    fn holds(&self, name: &str, bytes: &[u8]) {
        let said = run(Command::new(tool("fsck.fat")).arg("-n").arg(self.path()));
        assert_eq!(said.lines().count(), 2, "{said}");
        run(self.mtools("mcopy").args(["-n", &format!("::{name}")]).arg(self.file("out")));
        assert!(fs::read(self.file("out")).unwrap() == bytes, "mtools reads other bytes");
        let place = self.open().unwrap().find(name).unwrap().unwrap();
        let image = fs::read(self.path()).unwrap();
        let parts = place
            .runs
            .iter()
            .map(|run| &image[run.at as usize..][..(run.bytes.end - run.bytes.start) as usize]);
        assert!(parts.collect::<Vec<_>>().concat() == bytes, "owpkg reads other bytes");
    }
}

#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

fn noise(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * at / 7) as u8).collect()
}

const KINDS: [(u32, &[&str]); 4] = [
    (1440, &["-F", "12"]),
    (16_384, &["-F", "16"]),
    (40_000, &["-F", "32", "-s", "1"]),
    (40_000, &["-F", "32", "-s", "1", "-f", "1"]),
];

#[test]
fn gaps_are_filled() {
    for (kib, words) in KINDS {
        let fat = Fat::new(kib, words);
        for index in 0..12 {
            fat.put(&format!("file number {index}"), 5000 + index * 700);
        }
        for index in (0..12).step_by(2) {
            fat.remove(&format!("file number {index}"));
        }
        let bytes = noise(70_000);
        fat.add("sysupgrade.tgz", &bytes).unwrap();
        fat.holds("sysupgrade.tgz", &bytes);
        assert!(fat.open().unwrap().find("sysupgrade.tgz").unwrap().unwrap().runs.len() > 3, "{words:?}");
        fat.add("EMPTY", b"").unwrap();
        fat.holds("EMPTY", b"");
        fat.holds("SysUpgrade.TGZ", &bytes);
    }
}

#[test]
fn a_name_goes_where_there_is_room_for_it() {
    for (kib, words) in KINDS {
        let fat = Fat::new(kib, words);
        for index in 0..30 {
            fat.put(&format!("F{index}"), 10);
        }
        // Room for one slot, and for two.
        for gone in ["F3", "F9", "F10"] {
            fat.remove(gone);
        }
        fat.add("sysupgrade.tgz", b"long").unwrap();
        fat.add("ONE", b"short").unwrap();
        fat.add("two slots", b"two").unwrap();
        for (name, bytes) in [("sysupgrade.tgz", &b"long"[..]), ("ONE", b"short"), ("two slots", b"two")] {
            fat.holds(name, bytes);
        }
        let listed = run(fat.mtools("mdir").args(["-a", "::"]));
        assert!(listed.contains("SYSUPG~1 TGZ"), "{listed}");
    }
}

#[test]
fn a_short_name_that_is_taken_stays_whose_it_is() {
    let fat = Fat::new(1440, &[]);
    fat.put("sysupgrade.tgz.old", 10);
    fat.put("SYSUPG~1.TGZ", 20);
    fat.add("sysupgrade.tgz", b"own").unwrap();
    fat.holds("sysupgrade.tgz", b"own");
    fat.holds("SYSUPG~1.TGZ", &[b'x'; 20]);
}

#[test]
fn a_root_folder_of_clusters_grows_and_another_is_full() {
    for (kib, words) in KINDS {
        let fat = Fat::new(kib, words);
        let grows = words[1] == "32";
        let most = if grows { 16 } else { 600 };
        let full = (0..most).find(|index| {
            fs::write(fat.file("in"), b"x").unwrap();
            let put = fat.mtools("mcopy").arg(fat.file("in")).arg(format!("::F{index}")).output().unwrap();
            !put.status.success()
        });
        assert_eq!(full.is_none(), grows);
        match fat.add("sysupgrade.tgz", b"more") {
            Ok(_) if grows => fat.holds("sysupgrade.tgz", b"more"),
            Err(InPlaceError::Full { .. }) if !grows => {}
            other => panic!("{words:?}: {other:?}"),
        }
    }
}

#[test]
fn all_that_is_free_can_be_taken_and_no_byte_more() {
    for (kib, words) in &KINDS[..2] {
        let fat = Fat::new(*kib, words);
        fat.put("some", 3000);
        let free = fat.open().unwrap().free();
        match fat.add("a", &noise(free as usize + 1)) {
            Err(InPlaceError::Full { needed, free: found }) => assert!(found == free && needed > free),
            other => panic!("{other:?}"),
        }
        let bytes = noise(free as usize);
        assert_eq!(fat.add("a", &bytes).unwrap(), free);
        fat.holds("a", &bytes);
        assert_eq!(fat.open().unwrap().free(), 0);
        assert!(matches!(fat.add("A", b"x"), Err(InPlaceError::Taken { .. })));
    }
}

#[test]
fn chains_that_lead_nowhere_are_refused() {
    let fat = Fat::new(1440, &["-F", "12"]);
    fat.put("some", 3000);
    let image = fs::read(fat.path()).unwrap();
    // Its first cluster is 2: the entry is in the bytes 3 and 4 of the table. A circle, an end too soon, nowhere.
    for entry in [2_u8, 0, 1] {
        let mut bytes = image.clone();
        let at = 512 + 3;
        bytes[at] = entry;
        bytes[at + 1] &= 0xf0;
        fs::write(fat.path(), &bytes).unwrap();
        assert!(matches!(fat.open().unwrap().find("some"), Err(InPlaceError::Damaged(_))), "{entry}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn no_bytes_make_it_fail_otherwise(flips in prop::collection::vec((0..3000_usize, any::<u8>()), 1..20)) {
        let fat = Fat::new(160, &["-F", "12"]);
        fat.put("some", 3000);
        let mut image = fs::read(fat.path()).unwrap();
        for (at, byte) in flips {
            image[at] = byte;
        }
        fs::write(fat.path(), image).unwrap();
        if let Ok(volume) = fat.open() {
            let _ = volume.find("some");
            let _ = volume.add("sysupgrade.tgz", 9000, Timestamp::from_unix(TIME));
        }
    }
}
