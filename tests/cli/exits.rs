//! Exit statuses, one for every kind of ending, and the streams that words go to.

use std::io;

use crate::support::feeds::{FORMATS, public_key, signers_of, wifi};
use crate::support::run::owpkg;

#[test]
fn help_and_version_are_answers() {
    for line in ["--help", "--version", "resolve --help", "disk --help"] {
        let ran = owpkg(line).run().exits(0);
        assert!(!ran.out.is_empty() && ran.err.is_empty(), "{line}");
    }
    assert_eq!(owpkg("--version").run().out, format!("owpkg {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn mistakes_on_the_command_line_are_2() {
    for line in [
        "",
        "no-such-command",
        "resolve --no-such-flag",
        "resolve --add a --release nonsense --tree .",
        "resolve --add a --target nonsense --tree .",
        "resolve --add a --tree x --demo",
        "resolve --add a --tree x --mirror y",
        "resolve --add a --key nowhere --tree .",
        "resolve --add a --feed noequals --tree .",
        "resolve --add a --feed ../x=y --tree .",
        "resolve --add a --installed nowhere --tree .",
        "resolve --add a --tree gopher://host",
        "disk out --tree . --add a --size many",
        "disk out --tree . --add a --size 0",
        "disk out --tree . --add a --size 99999999999999G",
        "disk out --tree . --add a --fat 8",
        "disk out --tree . --add a --label much-too-long-a-label",
        "disk out --tree . --add a --format tar --size 5M",
        "disk out --lock nowhere",
    ] {
        let ran = owpkg(line).run().exits(2);
        assert!(ran.out.is_empty(), "{line}: {}", ran.out);
        assert!(!ran.err.is_empty(), "{line}");
    }
}

#[test]
fn every_kind_of_failure_has_its_status() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.write("foreign", public_key(format, &signers_of(9)));
        for (line, code) in [
            ("resolve --chip iwl7265d --tree tree --key key", 0),
            ("resolve --chip nothing --tree tree --key key", 3),
            ("resolve --add nothing --tree tree --key key", 3),
            ("resolve --chip mt7915e --tree tree --key key", 4),
            ("resolve --chip iwl7265d --omit kmod-cfg80211 --tree tree --key key", 4),
            ("resolve --chip iwl7265d --tree tree", 5),
            ("resolve --chip iwl7265d --tree tree --key foreign", 5),
            ("resolve --chip iwl7265d --tree nowhere --key key", 6),
            ("resolve --chip iwl7265d --offline", 0),
            ("disk out.img --chip iwl7265d --offline", 6),
            ("disk out.img --chip iwl7265d --tree tree --key key --size 4K", 7),
            ("disk no/folder/out.img --chip iwl7265d --tree tree --key key", 7),
        ] {
            let ran = site.desk.owpkg(line).run().exits(code);
            assert_eq!(ran.err.contains("error: "), code != 0, "{line}: {}", ran.err);
        }
        assert!(!site.holds("out.img"));
    }
}

#[test]
fn no_colour_where_nobody_sees_it() {
    for format in FORMATS {
        let ran = wifi().on(format).owpkg("resolve --chip iwl7265d").run();
        assert!(!ran.out.contains('\x1b') && !ran.err.contains('\x1b'));
    }
}

struct Fails(io::ErrorKind);

impl io::Write for Fails {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure_and_a_full_disk_is() {
    for format in FORMATS {
        let site = wifi().on(format);
        let run = |kind| site.owpkg("resolve --chip iwl7265d").stdout(Fails(kind)).run();
        let enough = run(io::ErrorKind::BrokenPipe).exits(0);
        assert!(!enough.err.contains("error"), "{}", enough.err);
        run(io::ErrorKind::StorageFull).exits(7).says(&["standard output cannot be written"]);
    }
}
