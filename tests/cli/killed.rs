//! The program killed at any moment while it writes: what stands at its output is what was there before or what should
//! come, never a half, and the next run makes it as if nothing had happened.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;

use crate::image::command::site;
use crate::support::feeds::{FORMATS, Site};

/// How often each command is killed in each format; more with `OWPKG_TEST_KILLS`.
const KILLS: usize = 8;

/// What writes, and where. `{}` is a package: another in the disk that is there before.
const WRITERS: [(&str, &str); 5] = [
    ("disk out.img --add {}", "out.img"),
    ("disk out.tar.gz --add {}", "out.tar.gz"),
    ("disk out/ --add {}", "out"),
    ("image openwrt.img --add {} --key sums.pub", "openwrt.img"),
    ("resolve --add {} --lock my.lock", "my.lock"),
];
const PACKAGES: [&str; 2] = ["libmbedtls21", "wpad-basic-mbedtls"];

/// Starts the program in a process of its own, after a folder at its output is gone: one never takes the place of another.
fn start(site: &Site, out: &Utf8Path, line: &str) -> Child {
    if out.is_dir() {
        fs::remove_dir_all(out).unwrap();
    }
    Command::new(env!("CARGO_BIN_EXE_owpkg"))
        .args(line.split(' '))
        .args(["--tree", "tree", "--key", "key", "--cache-dir", "cache"])
        .current_dir(site.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn finish(site: &Site, out: &Utf8Path, line: &str) -> Duration {
    let started = Instant::now();
    assert!(start(site, out, line).wait().unwrap().success(), "{line}");
    started.elapsed()
}

/// The bytes of a file, or of all files of a folder; nothing where there is neither.
fn state(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut left = vec![path.to_owned()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.exists() {
            files.insert(path.to_str().unwrap().to_owned(), fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn killed_at_any_moment_an_output_is_the_old_one_or_the_new_one() {
    let kills = env::var("OWPKG_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut random: u64 = 5;
    for format in FORMATS {
        let site = site(format);
        for (writer, out) in WRITERS {
            let out = site.path().join(out);
            let lines = PACKAGES.map(|package| writer.replace("{}", package));
            let mut length = Duration::ZERO;
            let whole = lines.each_ref().map(|line| {
                length = finish(&site, &out, line);
                state(out.as_std_path())
            });
            assert!(whole[0] != whole[1] && !whole[0].is_empty());
            for turn in 0..kills {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let mut child = start(&site, &out, &lines[turn % 2]);
                thread::sleep(length.mul_f64((random >> 33) as f64 / f64::from(1_u32 << 31)));
                // It may have ended.
                let _ = child.kill();
                child.wait().unwrap();
                let found = state(out.as_std_path());
                let is_gone = found.is_empty() && writer.starts_with("disk out/");
                assert!(is_gone || whole.contains(&found), "{} of {writer:?} is a half", format.name());
            }
            for (line, whole) in lines.iter().zip(&whole) {
                finish(&site, &out, line);
                assert!(state(out.as_std_path()) == *whole, "{line} after the kills");
            }
        }
    }
}
