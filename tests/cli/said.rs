//! How much is said, in which colours, of what is done or would be done.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use super::keys;
use crate::support::feeds::{FORMATS, public_key, signers, wifi};
use crate::support::run::{Desk, Run, owpkg};

#[test]
fn more_and_less_is_said_as_it_is_asked_for() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = Desk::new();
        desk.write("key", public_key(format, &signers()));
        let line = format!("disk out.img --chip iwl7265d --tree {} --key key", server.url());
        let said = |more: &str| desk.owpkg(&format!("{line} {more}")).run().exits(0).err;
        assert!(!said("").contains("fetched"));
        let more = said("-v");
        assert!(more.contains(&format!("unchanged {}", server.url())), "{more}");
        assert!(more.contains("chosen: OpenWrt 25.12.0, x86/64, of http://"), "{more}");
        assert!(
            more.contains("chosen: wpad-basic-mbedtls") && !more.contains("chosen: hostapd-common"),
            "{more}"
        );
        assert!(!more.contains("at hand"), "{more}");
        let all = said("-vv");
        assert!(
            all.contains("chosen: hostapd-common") && all.contains("needed by wpad-basic-mbedtls"),
            "{all}"
        );
        assert!(all.contains("at hand http://"), "{all}");
        desk.owpkg("cache clear").run().exits(0);
        let anew = said("-v");
        for file in ["iwlwifi-firmware-iwl7265d", "profiles.json"] {
            let fetched = |line: &str| line.starts_with("fetched http://") && line.contains(file);
            assert!(anew.lines().any(fetched), "{file}: {anew}");
        }
        let resolve = "resolve --demo --add iw";
        assert!(desk.owpkg(resolve).run().exits(0).err.contains("wrote owpkg.lock"));
        assert_eq!(desk.owpkg(&format!("{resolve} -q")).run().exits(0).err, "");
        desk.owpkg("-q resolve --demo --chip nonesuch").run().exits(3).says(&["error:"]);
    }
}

#[test]
fn less_and_more_at_once_are_refused_wherever_they_stand() {
    for line in ["-q -v chips", "chips -q -v", "-q chips -v", "-v chips --quiet"] {
        owpkg(line).run().exits(2).says(&["--quiet", "--verbose"]);
    }
}

#[test]
fn colours_are_as_the_flag_and_the_variables_say() {
    let chips = |more: &str| owpkg(&format!("chips iwl7265d {more}"));
    let is_coloured = |run: Run| run.run().exits(0).out.contains("\u{1b}[");
    assert!(is_coloured(chips("").on_terminal()));
    assert!(!is_coloured(chips("")));
    assert!(is_coloured(chips("--color always")));
    assert!(is_coloured(chips("--color=always").var("NO_COLOR", "1")));
    assert!(!is_coloured(chips("--color never").on_terminal().var("CLICOLOR_FORCE", "1")));
    assert!(!is_coloured(chips("").on_terminal().var("NO_COLOR", "1").var("CLICOLOR_FORCE", "1")));
    assert!(is_coloured(chips("").var("CLICOLOR_FORCE", "1")));
    assert!(!is_coloured(chips("").var("CLICOLOR_FORCE", "0")));
    assert!(!is_coloured(chips("").on_terminal().var("CLICOLOR", "0")));
    assert!(!is_coloured(chips("").on_terminal().var("TERM", "dumb")));
    assert!(is_coloured(owpkg("--help --color always")));
    assert!(!is_coloured(owpkg("--help --color never").on_terminal()));
    owpkg("chips --color sometimes").run().exits(2).says(&["auto", "always", "never"]);
}

#[test]
fn a_dry_run_of_a_disk_tells_sizes_and_writes_nothing() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = Desk::new();
        desk.write("key", public_key(format, &signers()));
        let line = format!("disk out.img --chip iwl7265d --tree {} --key key", server.url());
        let dry = || desk.owpkg(&format!("{line} --dry-run --json")).run().exits(0).json();
        let before = dry();
        assert_eq!(
            keys(&before),
            ["schema", "out", "release", "target", "packages", "bytes", "to_fetch", "bytes_to_fetch"]
        );
        assert_eq!(before["packages"], before["to_fetch"]);
        assert!(before["bytes"].as_u64() > before["bytes_to_fetch"].as_u64());
        let package = |path: &str| path.contains("hostapd-common");
        assert!(!server.requests().iter().any(|request| package(&request.path)));
        assert!(!desk.holds("out.img") && !desk.holds("owpkg.lock"));
        // No key is asked for.
        desk.owpkg(&format!("{line} --dry-run --wifi home")).run().exits(0);
        desk.owpkg(&line).run().exits(0);
        let after = dry();
        assert_eq!((&after["to_fetch"], &after["bytes"]), (&0.into(), &before["bytes"]));
        let text = desk.owpkg(&format!("{line} --dry-run")).run().exits(0).out;
        assert!(text.contains("7 packages") && text.contains("0 packages of 0 B to fetch"), "{text}");
    }
}

#[test]
fn a_dry_run_of_a_mirror_tells_sizes_and_writes_nothing() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = Desk::new();
        desk.write("key", public_key(format, &signers()));
        let line = format!("mirror m --chip iwl7265d --tree {} --key key", server.url());
        let dry = || desk.owpkg(&format!("{line} --dry-run --json")).run().exits(0).json();
        let before = dry();
        assert_eq!(
            keys(&before),
            [
                "schema",
                "dest",
                "new",
                "kept",
                "bytes",
                "to_fetch",
                "bytes_to_fetch",
                "unsized_files",
                "folders"
            ]
        );
        assert!(!desk.holds("m"));
        let done = desk.owpkg(&format!("{line} --json")).run().exits(0).json();
        assert_eq!(done["new"], before["new"]);
        let told = |json: &serde_json::Value, key: &str| json[key].as_u64().unwrap();
        // What nothing tells the size of is not counted, and that is said.
        let all_told = told(&before, "bytes") == told(&done, "bytes");
        assert!(told(&before, "bytes") <= told(&done, "bytes"), "{before} {done}");
        assert_eq!(all_told, told(&before, "unsized_files") == 0, "{before} {done}");
        let after = dry();
        assert_eq!((&after["new"], &after["kept"], &after["to_fetch"]), (&0.into(), &done["new"], &0.into()));
        let text = desk.owpkg(&format!("{line} --dry-run")).run().exits(0).out;
        assert!(text.contains("would get 0 new files"), "{text}");
    }
}

#[test]
fn the_short_help_fits_a_screen_and_the_long_one_has_everything() {
    let help = owpkg("--help").run().exits(0).out;
    let names = help.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    let names = || names.iter().filter(|name| !name.starts_with('-') && **name != "help");
    assert!(names().count() > 20);
    for name in names().copied().chain([""]) {
        let short = owpkg(&format!("{name} -h")).run().exits(0).out;
        assert!(short.lines().count() <= 40, "{name}:\n{short}");
        assert!(short.matches("\n  owpkg ").count() <= 2 || name == "completions", "{name}:\n{short}");
    }
    let (short, long) = (owpkg("disk -h").run().out, owpkg("disk --help").run().out);
    for flag in ["--chip", "--detect", "--add", "--release", "--wifi"] {
        assert!(short.contains(flag) && long.contains(flag), "{flag}");
    }
    for flag in ["--lock", "--accept-unsigned", "--max-time", "--color", "--dry-run"] {
        assert!(!short.contains(&format!("{flag} ")) && long.contains(flag), "{flag}");
    }
    assert!(long.contains("Where from:") && long.contains("Global options:"), "{long}");
}

#[test]
fn a_socks_proxy_is_gone_through() {
    let server = wifi().build(FORMATS[0]).serve();
    let address = server.url().trim_start_matches("http://").to_owned();
    let proxy = socks(address);
    let desk = Desk::new();
    desk.write("key", public_key(FORMATS[0], &signers()));
    // Only the proxy knows this host.
    let output = Command::new(env!("CARGO_BIN_EXE_owpkg"))
        .args(["update", "--tree", "http://mirror.invalid", "--key", "key", "--cache-dir", "cache"])
        .current_dir(desk.path())
        .env("ALL_PROXY", format!("socks5h://{proxy}"))
        .env("HOME", desk.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!server.requests().is_empty());
}

/// A proxy that leads to one server, whatever host is asked for (RFC 1928).
fn socks(server: String) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let server = server.clone();
            thread::spawn(move || -> std::io::Result<()> {
                let mut client = client?;
                let mut head = [0; 2];
                client.read_exact(&mut head)?;
                client.read_exact(&mut vec![0; head[1].into()])?;
                client.write_all(&[5, 0])?;
                let mut request = [0; 5];
                client.read_exact(&mut request)?;
                assert_eq!((request[1], request[3]), (1, 3), "a connection to a host by its name");
                client.read_exact(&mut vec![0; usize::from(request[4]) + 2])?;
                let mut server = TcpStream::connect(server)?;
                client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0])?;
                let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
                thread::spawn(move || std::io::copy(&mut from, &mut to));
                std::io::copy(&mut server, &mut client).map(drop)
            });
        }
    });
    address
}
