//! Wrong input of every kind: the status, what is said of it, and a next step that helps.

use std::fs;

use crate::support::feeds::{FORMATS, wifi};
use crate::support::run::{Desk, Ran};

/// A desk with things that are not what a command wants.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("garbage", [0x40, 0x73, 0x27, 0xf2, 0x0a, 0x00, 0xff].repeat(500));
    desk.write("note.txt", "nothing of this is a lock\n");
    desk.write("cards.txt", "01:00.0 Network controller [0280]: Intel [8086:095a] (rev 59)\n");
    fs::create_dir(desk.path().join("folder")).unwrap();
    desk
}

/// It names a next step, and shows nothing of its insides.
#[track_caller]
fn is_helpful(line: &str, ran: Ran) {
    assert!(ran.err.contains(" help: "), "{line}:\n{}", ran.err);
    for inside in [".owpkg-", "Some(", "Os {", "Custom", "panicked", "see --help"] {
        assert!(!ran.err.contains(inside), "{line}: {inside} in\n{}", ran.err);
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_a_next_step() {
    let desk = desk();
    for (line, code, words) in [
        ("detect nowhere", 2, ["nowhere cannot be read", "is the name right?"]),
        ("detect folder", 2, ["folder is a folder, and no machine's /sys", "name a file"]),
        ("fill nowhere x", 2, ["nowhere cannot be read", "is the name right?"]),
        ("fill folder x", 2, ["folder cannot be read", "name a file, not a folder"]),
        ("fill note.txt x", 2, ["note.txt: it is no request", "owpkg request > request.sh"]),
        ("verify note.txt", 2, ["note.txt: it is not a lock", "owpkg resolve"]),
        ("verify garbage", 5, ["garbage is not a disk that can be read", "owpkg disk"]),
        ("verify nowhere", 2, ["nowhere cannot be read", "is the name right?"]),
        ("disk x --lock note.txt", 2, ["note.txt: it is not a lock", "owpkg resolve"]),
        ("diff note.txt note.txt", 2, ["note.txt: it is not a lock", "owpkg resolve"]),
        ("mirror m --lock note.txt", 2, ["note.txt: it is not a lock", "owpkg resolve"]),
        ("resolve --demo --add iw --key nowhere", 2, ["the key nowhere cannot be read", "right?"]),
        ("resolve --demo --add iw --key folder", 2, ["the key folder cannot be read", "name a file"]),
        ("resolve --demo --add iw --installed nowhere", 2, ["--installed nowhere cannot", "right?"]),
        ("resolve --demo --add iw --installed garbage", 2, ["--installed garbage: line 1", "opkg list-"]),
        ("disk x --demo --add iw --wifi a --wifi-key-file nowhere", 2, ["--wifi-key-file nowhere", "right?"]),
        ("disk x --demo --add iw --wifi a --wifi-key-file garbage", 2, ["printable ASCII", "the key alone"]),
        ("resolve --demo --add iw --release nonsense", 2, ["not a release", "latest stable one"]),
        ("resolve --demo --add iw --target nonsense", 2, ["not a target", "ath79/generic"]),
        ("resolve --mirror folder --add iw", 6, ["which release is the latest", "holds releases/"]),
        (
            "resolve --demo --chip iwl7265d --wpa nonsense",
            3,
            ["nonsense (--wpa) is not among the facts", "the release itself"],
        ),
        ("index nowhere --unsigned", 2, ["nowhere cannot be read", "name a folder"]),
        ("cache --cache-dir note.txt", 6, ["note.txt cannot be read", "--cache-dir"]),
        ("mirror note.txt --demo --add iw", 7, ["note.txt/.owpkg/lock", "name a folder"]),
        ("tree --demo --chip iwl7265d --invert zzzz", 3, ["zzzz is not in the plan", "without --invert"]),
        ("key new folder/", 2, ["is no name of a file", "like mine"]),
    ] {
        is_helpful(line, desk.owpkg(line).run().exits(code).says(&words));
    }
    let nameless = desk.owpkg(&["key", "new", ""]).run();
    is_helpful("key new", nameless.exits(2).says(&["\"\" is no name of a file"]));
}

#[cfg(unix)]
#[test]
fn where_nothing_can_be_written_is_said() {
    let desk = desk();
    // Like a device it is no plain file, and anybody can make it.
    let _socket = std::os::unix::net::UnixListener::bind(desk.path().join("socket")).unwrap();
    for (line, words) in [
        ("disk nowhere/x --demo --add iw", ["is there the folder", "nowhere?"]),
        ("disk nowhere/x --demo --add iw --format dir", ["is there the folder", "nowhere?"]),
        ("disk note.txt/x --demo --add iw", ["note.txt is no folder", "name another place"]),
        ("disk note.txt/x --demo --add iw --format dir", ["note.txt is no folder", "name another place"]),
        (
            "disk note.txt --demo --add iw --format dir",
            ["note.txt is there already, and is a file", "remove"],
        ),
        ("disk socket --demo --add iw", ["socket is there already, and is no plain file", "over the stick"]),
        ("disk socket --demo --add iw --format dir", ["is no plain file", "over the stick"]),
        ("resolve --demo --add iw --lock socket", ["is no plain file", "name a file"]),
        ("disk x --demo --add iw --fat 12 --size 1G", ["too large: FAT12", "smaller --size"]),
        ("resolve --demo --add iw --lock nowhere/x", ["nowhere/x cannot be written", "is there the folder"]),
        ("key new nowhere/x", ["nowhere/x.pem cannot be written", "is there the folder"]),
    ] {
        is_helpful(line, desk.owpkg(line).run().exits(7).says(&words));
    }
}

#[test]
fn the_next_step_works_as_it_is_printed() {
    for format in FORMATS {
        let site = wifi().on(format);
        let resolved = site.owpkg("resolve --chip iwl7265d --lock my.lock").run();
        let err = resolved.exits(0).err;
        let (_, next) = err.rsplit_once("next: owpkg ").unwrap();
        assert_eq!(next, "disk pkgs.img --lock my.lock --key key\n");
        site.desk.owpkg(next).run().exits(0);
    }
}

#[test]
fn an_index_names_the_key_that_its_disk_takes() {
    let desk = Desk::new();
    desk.owpkg("key new mine --format apk").run().exits(0);
    let apk = FORMATS.into_iter().find(|format| format.name() == "apk").unwrap();
    let site = wifi().on(apk);
    let package = site.files.0.iter().find(|(path, _)| path.ends_with(".apk")).unwrap();
    let (_, name) = package.0.rsplit_once('/').unwrap();
    desk.write(&format!("feed/{name}"), package.1);
    let beside = desk.owpkg("index feed --key mine.pem").run().exits(0).out;
    assert!(beside.ends_with(" --key mine.pub.pem\n"), "{beside}");
    fs::remove_file(desk.path().join("mine.pub.pem")).unwrap();
    let alone = desk.owpkg("index feed --key mine.pem").run().exits(0).out;
    assert!(alone.ends_with(" --key PUBLIC-KEY\n"), "{alone}");
}

#[test]
fn a_tree_of_another_release_than_is_asked_for_is_refused() {
    for format in FORMATS {
        let site = wifi().on(format);
        let other = site.owpkg("resolve --chip iwl7265d --release 25.12.9").run();
        is_helpful(
            "--release",
            other.exits(4).says(&["expected 25.12.9, found 25.12.0", "--release 25.12.0"]),
        );
    }
}

#[test]
fn a_list_without_images_says_so() {
    let none = Desk::new().owpkg("image --demo").run().exits(0).out;
    assert!(none.ends_with("no such image; the demo release has none, others do\n"), "{none}");
}

#[test]
fn a_mirror_says_each_thing_once_and_which_feeds_there_are() {
    for format in FORMATS {
        let site = wifi().on(format);
        let ran = site.owpkg("mirror m --full --feeds nonesuch").run().exits(3);
        ran.says(&["--feeds nonesuch: there is no feed of that name", "there are: core"]);
        site.owpkg("mirror m --full --feeds bse").run().exits(3).says(&["did you mean base?"]);
        let ran = site.owpkg("mirror m --chip iwl7265d").run().exits(0);
        let mut lines: Vec<&str> = ran.err.lines().collect();
        let all = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), all, "{}", ran.err);
    }
}

#[test]
fn serve_says_whether_it_is_the_folder_or_the_port() {
    let desk = desk();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    desk.owpkg("serve nowhere").run().exits(2).says(&["nowhere cannot be read", "name the folder"]);
    desk.owpkg("serve note.txt").run().exits(2).says(&["note.txt cannot be read", "name the folder"]);
    let line = format!("serve folder --listen 127.0.0.1:{port}");
    desk.owpkg(&line)
        .run()
        .exits(6)
        .says(&["cannot be served on 127.0.0.1", "another program has this port"]);
    desk.owpkg("serve folder --listen 192.0.2.1:0").run().exits(6).says(&["no such address"]);
    desk.owpkg("serve folder --listen eighty").run().exits(2).says(&["expected a port"]);
    // A port alone is understood; that of somebody else tells it, as a server that runs would not end.
    let everywhere = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = everywhere.local_addr().unwrap().port();
    desk.owpkg(&format!("serve folder --listen {port}")).run().exits(6).says(&[&format!("0.0.0.0:{port}")]);
}
