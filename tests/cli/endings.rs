//! What a disk is written as: by the ending of its name, by `--format`, or to standard output.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use crate::support::run::Desk;

/// What stands at the beginning of each form.
fn form(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x1f, 0x8b, ..] => "tar.gz",
        _ if bytes.get(257..262) == Some(b"ustar") => "tar",
        _ if bytes.get(510..512) == Some(&[0x55, 0xaa]) => "fat",
        _ => "?",
    }
}

#[test]
fn the_ending_decides_unless_the_format_is_named() {
    let desk = Desk::new();
    for (out, more, expected) in [
        ("a.img", "", "fat"),
        ("a.tar", "", "tar"),
        ("a.tar.gz", "", "tar.gz"),
        ("a.TGZ", "", "tar.gz"),
        ("a", "", "fat"),
        ("b.tar", " --format fat", "fat"),
        ("b.img", " --format tar.gz", "tar.gz"),
    ] {
        desk.owpkg(&format!("disk {out} --demo --chip iwl7265d{more}")).run().exits(0);
        assert_eq!(form(&std::fs::read(desk.path().join(out)).unwrap()), expected, "{out}{more}");
        desk.owpkg(&format!("verify {out} --demo")).run().exits(0);
    }
    desk.owpkg("disk folder/ --demo --chip iwl7265d").run().exits(0);
    assert!(desk.holds("folder/install.sh"));
    // A size is an image's.
    desk.owpkg("disk c.tar --demo --chip iwl7265d --size 5M").run().exits(2).says(&["--format fat"]);
}

#[test]
fn a_packed_tar_is_the_same_each_time() {
    let desk = Desk::new();
    let write = |out: &str| {
        desk.owpkg(&format!("disk {out} --demo --chip iwl7265d")).run().exits(0);
        std::fs::read(desk.path().join(out)).unwrap()
    };
    assert_eq!(write("a.tar.gz"), write("b.tar.gz"));
}

#[derive(Clone, Default)]
struct Bytes(Arc<Mutex<Vec<u8>>>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_dash_is_standard_output() {
    let desk = Desk::new();
    for (more, format) in [("", "fat"), (" --format tar", "tar"), (" --format tar.gz", "tar.gz")] {
        let out = Bytes::default();
        let line = format!("disk - --demo --chip iwl7265d{more}");
        let ran = desk.owpkg(&line).stdout(out.clone()).run().exits(0);
        assert!(ran.err.contains("wrote the disk to standard output"), "{}", ran.err);
        let bytes = out.0.lock().unwrap().clone();
        assert_eq!(form(&bytes), format);
        desk.owpkg(&format!("disk same --demo --chip iwl7265d{more}")).run().exits(0);
        assert!(std::fs::read(desk.path().join("same")).unwrap() == bytes, "{format}: as in a file");
    }
    assert!(!desk.holds("-"));
    for more in [" --json", " --format dir"] {
        desk.owpkg(&format!("disk - --demo --chip iwl7265d{more}")).run().exits(2).says(&["standard output"]);
    }
    desk.owpkg("disk - --demo --chip iwl7265d").on_terminal().run().exits(2).says(&["a terminal"]);
}
