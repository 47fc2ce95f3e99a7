//! Requests that were damaged on their way, or never came from a router.

use owpkg::format::Mark;
use owpkg::hardware::detect::MAX_DEVICES;
use owpkg::stick::{Boot, MAX_TEXT, Request, RequestError, System};
use proptest::prelude::*;

use super::router::CARD;
use crate::support::run::owpkg;

const REQUEST: &str = "\
owpkg-request 1
router: 0123456789abcdef0123456789abcdef
board: acme,far-away
release: 25.12.0
revision: r32713-f919e7899d
target: x86/64
arch: x86_64
client: apk
kernel: 6.12.71~d0e5da2d5bd0c1ff2b2c8ab5e0c06e6e-r1
free: 93184 kB

devices:
pci:v00008086d0000095Asv00008086sd00005010bc02sc80i00 (rev 59)

packages:
busybox 1.37.0-r1
kernel 6.12.71~d0e5da2d5bd0c1ff2b2c8ab5e0c06e6e-r1

end of the request
";

#[track_caller]
fn refused(text: &str, words: &str) {
    let error = Request::parse(text).expect_err(words).to_string();
    assert!(error.contains(words), "expected {words:?} in: {error}");
}

/// The request with a line in place of another.
fn with(line: &str, other: &str) -> String {
    assert_eq!(REQUEST.matches(&format!("{line}\n")).count(), 1, "{line}");
    REQUEST.replacen(&format!("{line}\n"), other, 1)
}

#[test]
fn one_that_is_cut_is_noticed_wherever_it_is_cut() {
    Request::parse(REQUEST).unwrap();
    let whole = REQUEST.trim_end();
    Request::parse(whole).unwrap();
    for (at, _) in whole.char_indices() {
        assert!(Request::parse(&whole[..at]).is_err(), "{:?}", &whole[..at]);
    }
    let lines: Vec<&str> = REQUEST.lines().collect();
    for kept in 11..lines.len() {
        assert_eq!(Request::parse(&lines[..kept].join("\n")), Err(RequestError::Cut), "{kept} lines");
    }
}

#[test]
fn a_missing_line_of_the_head_is_named() {
    for line in REQUEST.lines().skip(1).take(9) {
        let key = line.split(':').next().unwrap();
        refused(&with(line, ""), &format!("does not say {key:?}"));
        if ["board", "revision", "free"].contains(&key) {
            Request::parse(&with(line, &format!("{key}:\n"))).unwrap();
        } else {
            refused(&with(line, &format!("{key}: \n")), &format!("does not say {key:?}"));
        }
        refused(&with(line, &format!("{line}\n{line}\n")), &format!("{key:?} is said twice"));
    }
}

#[test]
fn what_editors_do_to_a_text_does_no_harm() {
    let expected = Request::parse(REQUEST).unwrap();
    for changed in [
        REQUEST.replace('\n', "\r\n"),
        format!("\u{feff}{}", REQUEST.replace('\n', "\r\n")),
        REQUEST.replace('\n', "  \n"),
        format!("{REQUEST}\r\n\r\n"),
    ] {
        assert_eq!(Request::parse(&changed).as_ref(), Ok(&expected), "{changed:?}");
    }
    let spread = Request::parse(&REQUEST.replace('\n', "\n\n")).unwrap();
    assert_eq!((spread.installed, spread.devices[0].line), (expected.installed, 25));
}

#[test]
fn a_value_that_cannot_be_is_named_with_its_line() {
    let digits = "router: 0123456789abcdef0123456789abcdef";
    for (line, other, words) in [
        (digits, "router: 0123456789ABCDEF0123456789ABCDEF", "line 2: \"0123456789ABCDEF"),
        (digits, "router: $(reboot)", "line 2: \"$(reboot)\" is not the id of a router"),
        ("target: x86/64", "target: x86/../../etc", "line 6: "),
        ("client: apk", "client: dpkg", "line 8: expected opkg or apk, found \"dpkg\""),
        ("free: 93184 kB", "free: a lot", "line 10: expected a number of kB"),
        ("free: 93184 kB", "free: -1 kB", "line 10: expected a number of kB"),
        ("free: 93184 kB", "free: 99999999999999999999 kB", "line 10: expected a number of kB"),
        ("arch: x86_64", "color: blue", "line 7: expected a key of the head"),
        ("arch: x86_64", "x86_64", "line 7: expected a key and a value, found \"x86_64\""),
        ("busybox 1.37.0-r1", "busybox", "line 16: expected a package and its version"),
        ("busybox 1.37.0-r1", "busybox 1 2", "line 16: expected a package and its version"),
        ("busybox 1.37.0-r1", "devices:", "line 16: expected a package and its version"),
        ("busybox 1.37.0-r1", "kernel 5.15", "the kernel is \"6.12"),
        ("end of the request", "end of the request\nmore", "line 20: expected nothing more, found \"more\""),
        ("devices:", "devices:\nsome card", "line 13: expected the modalias of a device"),
    ] {
        let removed = if other == "kernel 5.15" {
            REQUEST.replacen("\nkernel 6.12.71~d0e5da2d5bd0c1ff2b2c8ab5e0c06e6e-r1", "", 1)
        } else {
            REQUEST.to_owned()
        };
        refused(&removed.replacen(line, other, 1), words);
    }
}

#[test]
fn the_second_version_says_more_and_each_word_of_it_is_checked() {
    let more = "boot: efi\nroot: squashfs\ncompat: 1.1\nmemory: 1000 kB\nflash: 2000 kB\n\ndevices:";
    let second = REQUEST
        .replace("owpkg-request 1", "owpkg-request 2")
        .replace("\ndevices:", more)
        .replace("busybox 1.37.0-r1", "busybox 1.37.0-r1 image")
        .replace("-r1\n\nend", "-r1 unknown\n\nend");
    let read = Request::parse(&second).unwrap();
    assert_eq!(read.installed.mark_of("busybox"), Some(Mark::Image));
    assert_eq!(read.installed.mark_of("kernel"), None);
    let System { boot, root, compat, memory_kb, flash_kb } = read.system;
    assert_eq!((boot, root.as_deref(), compat.as_deref()), (Some(Boot::Efi), Some("squashfs"), Some("1.1")));
    assert_eq!((memory_kb, flash_kb), (Some(1000), Some(2000)));
    for (text, other, words) in [
        ("boot: efi", "boot: uboot", "expected efi or bios, found \"uboot\""),
        ("flash: 2000 kB", "flash: -1 kB", "expected a number of kB"),
        ("busybox 1.37.0-r1 image", "busybox 1.37.0-r1", "expected a package and its version"),
        ("busybox 1.37.0-r1 image", "busybox 1.37.0-r1 rom", "expected a package and its version"),
        ("root: squashfs\n", "", "does not say \"root\""),
    ] {
        assert_eq!(second.matches(text).count(), 1, "{text}");
        refused(&second.replace(text, other), words);
    }
    refused(&REQUEST.replace("\ndevices:", more), "expected a key of the head");
}

#[test]
fn nothing_but_plain_text_is_taken() {
    for odd in ["\0", "\x1b[31m", "\t", "\u{7f}", "\u{202e}", "é", "\r0", "\u{85}", "\u{2028}"] {
        for (at, line) in REQUEST.lines().enumerate().filter(|(at, line)| *at > 0 && !line.is_empty()) {
            let error = Request::parse(&with(line, &format!("{}{odd}{}\n", &line[..3], &line[3..])));
            let error = error.expect_err(line).to_string();
            let words = format!("line {}: expected plain text, found the character", at + 1);
            assert!(error.starts_with(&words), "{error}");
            assert!(!error.contains(odd) || odd == "é", "{error:?} repeats it");
        }
    }
}

#[test]
fn too_much_of_anything_is_refused() {
    refused(&REQUEST.replace("\ndevices", &"\n".repeat(MAX_TEXT)), "larger than any request");
    let long = format!("busybox {}\n", "1".repeat(1024));
    refused(&with("busybox 1.37.0-r1", &long), "line 16: expected at most 1024 bytes, found 1032");
    let cards = format!("devices:\n{}", format!("{CARD}\n").repeat(MAX_DEVICES));
    refused(&with("devices:", &cards), "more devices than any router has");
    let most = format!("devices:\n{}", format!("{CARD}\n").repeat(MAX_DEVICES - 1));
    assert_eq!(Request::parse(&with("devices:", &most)).unwrap().devices.len(), MAX_DEVICES);
}

#[test]
fn something_else_is_no_request() {
    for (text, words) in [
        ("", "expected owpkg-request 1 in its first line, found \"\""),
        ("#!/bin/sh\n", "is no request of a router"),
        ("owpkg-request", "is no request of a router"),
        ("owpkg-requests 1", "is no request of a router"),
        ("owpkg-request 3\n", "a request of version \"3\", and this owpkg reads versions 1 and 2"),
        ("owpkg-request 1 \x1b[2J", "a request of version \"1 \\u{1b}[2J\""),
    ] {
        refused(text, words);
    }
}

#[test]
fn fill_says_what_is_wrong_and_what_to_do() {
    let cut = &REQUEST[..REQUEST.len() - 30];
    let utf16: Vec<u8> = REQUEST.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (request, words) in [
        (cut.as_bytes(), ["cut off", "run request.sh on the router once more"]),
        (b"owpkg-request 9\n", ["version \"9\"", "owpkg request > request.sh"]),
        (b"\xff\xfe", ["no request of a router", "owpkg request > request.sh"]),
        (&utf16, ["no request of a router", "owpkg request > request.sh"]),
    ] {
        let ran = owpkg("fill - out.img --demo").stdin(request).run().exits(2);
        ran.says(&words);
    }
    owpkg("fill nowhere.txt out.img").run().exits(2).says(&["nowhere.txt cannot be read"]);
}

proptest! {
    #[test]
    fn no_text_is_too_odd_to_be_read(text in "(owpkg-request 1\n)?[a-z:\\-\n \r]{0,60}\\PC{0,80}") {
        let _ = Request::parse(&text);
    }

    #[test]
    fn no_change_is_too_odd_to_be_read(at in 0..REQUEST.len(), to in ".{0,3}") {
        let changed = format!("{}{to}{}", &REQUEST[..at], &REQUEST[at + 1..]);
        if let Ok(request) = Request::parse(&changed) {
            prop_assert!(request.installed.len() <= 3 && request.devices.len() <= 2);
        }
    }
}
