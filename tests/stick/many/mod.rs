//! One disk for many routers: what is made of their requests, which part of it each takes, and how it is checked.

mod making;
mod router;
mod sets;
mod verifying;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use owpkg::format::format_named;
use owpkg::lock::Lock;
use sha2::{Digest, Sha256};

use super::router::Asker;
use crate::disk::script::router::{CLIENTS, Client};
use crate::support::feeds::{Builder, Files, OTHER_VERMAGIC, VERMAGIC, public_key, signers, wifi};
use crate::support::run::{Desk, Run};

/// The kinds of routers: the client, the release, the target.
const KINDS: [(Client, &str, &str); 3] = [
    (Client::Opkg, "24.10.2", "x86/64"),
    (Client::Apk, "25.12.0", "x86/64"),
    // Of another target with the same architecture, whose feeds both share.
    (Client::Apk, "25.12.0", "x86/generic"),
];

/// What a kind of router runs.
fn kind((_, release, target): (Client, &str, &str)) -> Builder {
    let mut builder = wifi();
    (builder.blueprint.release, builder.blueprint.target) = (release.to_owned(), target.to_owned());
    if target == KINDS[2].2 {
        // Another build of the kernel, so that its modules are others too.
        let blueprint = &mut builder.blueprint;
        blueprint.kernel.vermagic = OTHER_VERMAGIC.to_owned();
        let versions = blueprint.manifest.iter_mut().map(|(_, version)| version);
        let needs =
            blueprint.feeds.iter_mut().flat_map(|(_, packages)| packages).map(|package| &mut package.depends);
        versions.chain(needs).for_each(|text| *text = text.replace(VERMAGIC, OTHER_VERMAGIC));
    }
    builder
}

/// A router of a kind.
fn asker(at: usize) -> Asker {
    Asker::of(KINDS[at].0, &kind(KINDS[at]).blueprint)
}

/// The files of a server with the releases of all kinds.
fn mirror() -> Files {
    let mut files = Files(BTreeMap::new());
    for of in KINDS {
        let tree = kind(of).build(format_named(of.0.name()).unwrap());
        files.0.extend(tree.below(&format!("releases/{}", of.1)).0);
    }
    files
}

/// Many routers of all kinds, and a mirror of their releases with the keys of both formats.
struct Crowd {
    desk: Desk,
    /// Of each kind one that really asks.
    askers: Vec<Asker>,
}

impl Crowd {
    /// So many routers, whose requests are in the folder `requests`.
    fn new(count: usize) -> Crowd {
        let crowd = Crowd { desk: Desk::new(), askers: (0..KINDS.len()).map(asker).collect() };
        for (path, bytes) in &mirror().0 {
            crowd.desk.write(&format!("mirror/{path}"), bytes);
        }
        for client in CLIENTS {
            let name = client.name();
            crowd.desk.write(name, public_key(format_named(name).unwrap(), &signers()));
        }
        let requests: Vec<String> = crowd.askers.iter().map(Asker::request).collect();
        for at in 0..count {
            let request = &requests[at % KINDS.len()];
            let text = match at < KINDS.len() {
                true => request.clone(),
                false => with_id(request, &id(at)),
            };
            crowd.desk.write(&format!("requests/{at:02}.txt"), text);
        }
        crowd
    }

    /// A run with the mirror and its keys.
    fn owpkg(&self, line: &str) -> Run {
        self.desk.owpkg(&format!("{line} --mirror mirror --key opkg --key apk"))
    }

    fn request(&self, at: usize) -> String {
        self.desk.read(&format!("requests/{at:02}.txt"))
    }

    /// The folder of a request on a disk, by its id.
    fn folder(&self, disk: &str, at: usize) -> String {
        let id = id_of(&self.request(at));
        let folders = folders(self.desk.path().join(disk).as_std_path());
        let is_its =
            |folder: &&String| self.desk.read(&format!("{disk}/routers/{folder}/README.txt")).contains(&id);
        folders.iter().find(is_its).unwrap_or_else(|| panic!("{id} in {folders:?}")).clone()
    }
}

/// An id of which all digits differ from those of others.
fn id(at: usize) -> String {
    hex::encode(&Sha256::digest(at.to_string())[..16])
}

fn id_of(request: &str) -> String {
    request.lines().find_map(|line| line.strip_prefix("router: ")).unwrap().to_owned()
}

fn with_id(request: &str, id: &str) -> String {
    request.replace(&id_of(request), id)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn folders(disk: &Path) -> Vec<String> {
    names(&disk.join("routers"))
}

/// Copies a disk, the indexes of one of its folders put into the words of the router's stand-in client, and the scripts
/// at home there.
fn settle(asker: &Asker, disk: &Path, folder: &str) -> PathBuf {
    let here = asker.router.root().parent().unwrap().join("a disk (1) $HOME'");
    let _ = fs::remove_dir_all(&here);
    copy(disk, &here);
    let own = here.join("routers").join(folder);
    let lock = Lock::parse(&fs::read_to_string(own.join("owpkg.lock")).unwrap()).unwrap();
    let script = fs::read_to_string(own.join("install.sh")).unwrap();
    let pool: BTreeMap<String, String> = pool(&script).into_iter().collect();
    for feed in &lock.feeds {
        for (name, bytes) in asker.index(&lock, &feed.name, &feed.signed_by[0]) {
            fs::write(here.join("pool").join(&pool[&format!("{}/{name}", feed.name)]), bytes).unwrap();
        }
    }
    let mut places = vec!["etc", "tmp", "root", "overlay"];
    if lock.configuration.is_some() {
        places.extend(["sys", "mounts"]);
    }
    fs::write(own.join("install.sh"), asker.router.settle(&script, &places)).unwrap();
    let top = fs::read_to_string(here.join("install.sh")).unwrap();
    fs::write(here.join("install.sh"), asker.router.settle(&top, &["etc"])).unwrap();
    sum(&own);
    here
}

/// Writes the sums of a folder anew.
fn sum(folder: &Path) {
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let line = |line: &str| {
        let path = line.split_once("  ").unwrap().1;
        let bytes = fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        format!("{}  {path}\n", hex::encode(Sha256::digest(bytes)))
    };
    fs::write(folder.join("SHA256SUMS"), sums.lines().map(line).collect::<String>()).unwrap();
}

/// What a script of a folder takes from the pool: place in the feeds, name in the pool.
fn pool(script: &str) -> Vec<(String, String)> {
    let (_, rest) = script.split_once("\npool() {\n").expect("the script has a pool");
    let lines = rest.split_once("\n}\n").unwrap().0.lines().skip(1);
    let words = |line: &str| {
        let words = line.trim_end_matches('\\').replace('\'', "");
        let (place, name) = words.trim().split_once(' ').unwrap();
        (place.to_owned(), name.to_owned())
    };
    lines.map(words).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in names(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}
