//! Command lines that cannot be read, and errors for programs.

use crate::support::feeds::{FORMATS, wifi};
use crate::support::run::{Desk, owpkg};

#[test]
fn a_flag_takes_one_word_and_the_error_says_what_to_type() {
    for (line, typed) in [
        ("disk --chip a b pkgs.img", "owpkg disk --chip a --chip b pkgs.img\n"),
        ("disk pkgs.img --chip a b c --demo", "owpkg disk pkgs.img --chip a --chip b --chip c --demo\n"),
        ("why --add a b iw --demo", "owpkg why --add a --add b iw --demo\n"),
        ("fill --omit a b ask.txt pkgs.img", "owpkg fill --omit a --omit b ask.txt pkgs.img\n"),
        ("resolve --device 8086:095a dead:beef", "--device 8086:095a --device dead:beef\n"),
        ("mirror m --full --feeds base luci", "owpkg mirror m --full --feeds base --feeds luci\n"),
        ("mirror m --lock a.lock b.lock", "owpkg mirror m --lock a.lock --lock b.lock\n"),
        ("disk x --add iw --disable-service a b", "--disable-service a --disable-service b\n"),
    ] {
        let ran = owpkg(line).run().exits(2).says(&["takes one word", typed]);
        assert!(ran.out.is_empty(), "{}", ran.out);
    }
    // What is wrong otherwise is said as before.
    owpkg("disk x y z --chip a").run().exits(2).says(&["unexpected argument", "Usage"]);
    owpkg("resolve --chip=a b").run().exits(2).says(&["unexpected argument 'b'"]);
    owpkg("resolve --nonesuch a b").run().exits(2).says(&["--nonesuch"]);
}

#[test]
fn a_list_before_the_output_does_not_swallow_it() {
    for format in FORMATS {
        let site = wifi().on(format);
        site.owpkg("disk --chip iwl7265d --chip mt7921e pkgs.img").run().exits(0);
        assert!(site.holds("pkgs.img"));
        // Nothing is split at blanks and commas.
        let desk = Desk::new();
        let named = desk.owpkg(&["resolve", "--demo", "--chip", "iwl7265d, mt7921e"]).run().exits(3);
        named.says(&["iwl7265d, mt7921e"]);
    }
}

#[test]
fn every_failure_is_an_object_where_objects_are_asked_for() {
    let desk = Desk::new();
    desk.write("file", "");
    for (line, status, code) in [
        ("resolve --json", 2, "usage"),
        ("resolve --json --nonesuch", 2, "usage"),
        ("disk --chip a b pkgs.img --json", 2, "usage"),
        ("nonesuch --json", 2, "usage"),
        ("detect nowhere --json", 2, "usage"),
        ("disk x --demo --json --chip nonesuch", 3, "unknown"),
        ("tree --demo --json --chip iwl7265d --invert zzzz", 3, "unknown"),
        ("resolve --demo --format json --add iw --omit iw --add zzzz", 3, "unknown-package"),
        ("disk nowhere/x --demo --json --add iw", 7, "output"),
        ("update --mirror nowhere --release 24.10.2 --json", 6, "unavailable"),
        ("serve nowhere --json", 2, "usage"),
        ("man file/man1 --json", 7, "output"),
    ] {
        let ran = desk.owpkg(line).run().exits(status);
        let error = ran.json();
        assert_eq!(error["schema"], "owpkg.error/1", "{line}");
        assert_eq!((&error["status"], &error["code"]), (&status.into(), &code.into()), "{line}");
        assert!(error["facts"].is_object(), "{line}");
        let message = error["message"].as_str().unwrap();
        assert!(!message.is_empty() && ran.err.contains("error: "), "{line}: {}", ran.err);
    }
    // What was found wrong is the answer, and is not told a second time.
    desk.write("garbage", "x");
    desk.owpkg("disk d --format dir --demo --add iw").run().exits(0);
    desk.write("d/README.txt", "changed");
    let verified = desk.owpkg("verify d --demo --json").run().exits(5);
    assert_eq!(verified.json()["schema"], "owpkg.verify/1");
}
