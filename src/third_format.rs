//! A third format goes the whole way, from a feed to a disk that is checked, although nothing outside of its own file
//! ([`crate::format::toy`]) and of [`FORMATS`](crate::format::FORMATS) knows of it.

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::cli::{Env, ErrStream, Settings, View, exit_code};
use crate::demo::{self, Blueprint};
use crate::format::format_named;
use crate::release::Kernel;
use crate::trust::SecretKey;

const CORE: &str = "tree/targets/x86/64/packages";
const BASE: &str = "tree/packages/x86_64/base";

#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs the program in a folder: what it prints.
#[track_caller]
fn owpkg(folder: &Utf8Path, line: &str, status: u8) -> String {
    let (out, err) = (Said::default(), Said::default());
    let mut env = Env {
        args: ["owpkg"].into_iter().chain(line.split(' ')).map(Into::into).collect(),
        cwd: folder.to_owned(),
        vars: [("OWPKG_CACHE".to_owned(), folder.join("cache").to_string())].into(),
        in_is_terminal: false,
        ask_secret: Box::new(|_| Err(io::ErrorKind::UnexpectedEof.into())),
        stdin: Box::new(io::empty()),
        raw_out: None,
        told: Default::default(),
        aside: None,
        out: Box::new(out.clone()),
        err: ErrStream::new(err.clone()),
        out_is_terminal: false,
        err_is_terminal: false,
        now: 1_773_532_800,
        view: View::default(),
        settings: Settings::default(),
    };
    let found = exit_code(&mut env);
    let [out, err] = [out, err].map(|said| String::from_utf8(said.0.lock().unwrap().clone()).unwrap());
    assert_eq!(found, status, "{line}\n{out}{err}");
    out
}

fn write(path: Utf8PathBuf, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A release with two feeds of toys, indexed and signed by the program itself, below `tree`.
fn release() -> TempDir {
    let desk = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(desk.path()).unwrap();
    let signers = demo::signers().unwrap();
    let blueprint = Blueprint {
        release: "30.01.0".into(),
        target: "x86/64".into(),
        arch: "x86_64".into(),
        kernel: Kernel { version: "9.0".into(), release: "1".into(), vermagic: "0".repeat(32) },
        default_packages: vec!["base-files".into()],
        manifest: vec![("base-files".into(), "1".into())],
        feeds: Vec::new(),
        date: 1_772_668_800,
    };
    for (path, bytes) in blueprint.build(format_named("toy").unwrap(), &signers).unwrap() {
        write(folder.join("tree").join(path), bytes);
    }
    let feeds = "src/gz base https://downloads.example/packages/x86_64/base\n";
    write(folder.join("tree/packages/x86_64/feeds.conf"), feeds);
    write(folder.join(CORE).join("base-files@1.toy"), "base-files 1 any\n");
    write(folder.join(BASE).join("app@9.toy"), "app 9 x86_64 lib\nnine\n");
    write(folder.join(BASE).join("app@10.toy"), "app 10 x86_64 lib\nten\n");
    write(folder.join(BASE).join("lib@1.toy"), "lib 1 any base-files\n");
    write(folder.join("key.pub"), signers.usign.public().to_text());
    write(folder.join("key.sec"), SecretKey::Usign(signers.usign).to_text());
    for feed in [CORE, BASE] {
        owpkg(folder, &format!("index {feed} --key key.sec"), 0);
    }
    desk
}

#[test]
fn from_feed_to_disk() {
    let desk = release();
    let folder = Utf8Path::from_path(desk.path()).unwrap();
    let from = "--tree tree --key key.pub";
    let plan = owpkg(folder, &format!("resolve --add app --format names --no-lock {from}"), 0);
    assert_eq!(plan, "lib\napp\n");

    owpkg(folder, &format!("disk out --format dir --add app {from}"), 0);
    let read = |path: &str| fs::read_to_string(folder.join("out").join(path)).unwrap();
    assert!(read("install.sh").contains("\nclient=toy\n"));
    assert!(read("owpkg.lock").contains("format = \"toy\""));
    assert_eq!(read("feeds/base/app@10.toy"), "app 10 x86_64 lib\nten\n", "the newest is taken, whole");
    for file in ["feeds/base/toys", "feeds/base/toys.sig", "feeds/base/lib@1.toy"] {
        assert_eq!(read(file), fs::read_to_string(folder.join(BASE).join(&file[11..])).unwrap());
    }

    owpkg(folder, "verify out --key key.pub", 0);
    write(folder.join("out/feeds/base/lib@1.toy"), "lib 2 any base-files\n");
    owpkg(folder, "verify out --key key.pub", 5);
}

#[test]
fn what_the_router_holds_is_read_from_its_own_list() {
    let desk = release();
    let folder = Utf8Path::from_path(desk.path()).unwrap();
    write(folder.join("held"), "toy database\nbase-files@1\nlib@1\n");
    let line = "resolve --add app --format names --no-lock --tree tree --key key.pub --installed held";
    assert_eq!(owpkg(folder, line, 0), "app\n");
}

#[test]
fn keys_are_its_own() {
    let desk = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(desk.path()).unwrap();
    owpkg(folder, "key new mine --format toy", 0);
    assert!(folder.join("mine.sec").exists() && folder.join("mine.pub").exists());
}
