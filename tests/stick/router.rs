//! A made-up router with a stick in it, and the release tree that its answer comes from.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use owpkg::demo::Blueprint;
use owpkg::format::format_named;
use owpkg::lock::Lock;
use owpkg::stick::{Request, SCRIPT};
use sha2::{Digest, Sha256};

use crate::disk::script::router::{CLIENTS, Client, Outcome, Router};
use crate::support::feeds::{Site, key_id, signers, wifi};

/// An iwl7265d: only its revision tells it from an iwl7265.
pub const CARD: &str = "pci:v00008086d0000095Asv00008086sd00005010bc02sc80i00";
/// The network card of a virtual machine, whose driver is part of the kernel.
pub const VIRTUAL: &str = "pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00";

/// A router of each format, with the card, and the release it runs.
pub fn each(case: impl Fn(Asker, Site)) {
    for client in CLIENTS {
        println!("{client:?}");
        let site = wifi().on(format_named(client.name()).unwrap());
        case(Asker::new(client), site);
    }
}

pub struct Asker {
    pub router: Router,
}

impl Asker {
    /// A router that holds what the stock image of [`wifi`] does.
    pub fn new(client: Client) -> Asker {
        Asker::of(client, &wifi().blueprint)
    }

    /// The same of another release.
    pub fn of(client: Client, of: &Blueprint) -> Asker {
        let asker = Asker { router: Router::new(client) };
        let router = &asker.router;
        let database = if client == Client::Opkg { "usr/lib/opkg/status" } else { "lib/apk/db/installed" };
        router.write(database, "");
        for (name, version) in &of.manifest {
            router.hold(name, version);
        }
        let (release, target, arch) = (&of.release, &of.target, &of.arch);
        router.write(
            "etc/openwrt_release",
            &format!(
                "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='{release}'\nDISTRIB_REVISION='r32713-f919e7899d'\n\
                 DISTRIB_TARGET='{target}'\nDISTRIB_ARCH='{arch}'\nDISTRIB_TAINTS=''\n"
            ),
        );
        let key = key_id(format_named(client.name()).unwrap(), &signers());
        router.write(&format!("etc/{}/keys/{key}", client.name()), "");
        fs::create_dir_all(router.root().join("tmp/sysinfo")).unwrap();
        router.write("tmp/sysinfo/board_name", "acme,far-away\n");
        asker.plug("pci", "0000:02:00.0", CARD);
        router.write("sys/bus/pci/devices/0000:02:00.0/revision", "0x59\n");
        asker
    }

    /// Puts a device into the router.
    pub fn plug(&self, bus: &str, slot: &str, modalias: &str) -> PathBuf {
        let path = format!("sys/bus/{bus}/devices/{slot}");
        let folder = self.router.root().join(&path);
        fs::create_dir_all(&folder).unwrap();
        self.router.write(&format!("{path}/modalias"), &format!("{modalias}\n"));
        folder
    }

    /// The same for one that a driver has.
    pub fn plug_driven(&self, bus: &str, slot: &str, modalias: &str, driver: &str) {
        let folder = self.plug(bus, slot, modalias);
        symlink(format!("../../drivers/{driver}"), folder.join("driver")).unwrap();
    }

    /// Takes the card out.
    pub fn unplug(&self) {
        fs::remove_dir_all(self.router.root().join("sys/bus/pci/devices/0000:02:00.0")).unwrap();
    }

    /// Where the stick is mounted: a path with a blank and other signs that shells take for their own.
    pub fn stick(&self) -> PathBuf {
        self.router.root().parent().unwrap().join("the stick (1) $HOME'")
    }

    /// Runs request.sh from the stick.
    pub fn ask(&self, arguments: &[&str]) -> Outcome {
        let stick = self.stick();
        fs::create_dir_all(&stick).unwrap();
        let script = self.router.settle(SCRIPT, &["etc", "tmp", "sys", "proc", "root", "rom", "overlay"]);
        fs::write(stick.join("request.sh"), script).unwrap();
        self.router.run_as(&stick, &stick.join("request.sh"), arguments)
    }

    /// Asks, and answers with what was written.
    #[track_caller]
    pub fn request(&self) -> String {
        self.ask(&[]).is_done("owpkg fill owpkg-request.txt");
        fs::read_to_string(self.stick().join("owpkg-request.txt")).unwrap()
    }

    /// The same, read.
    #[track_caller]
    pub fn parsed(&self) -> Request {
        Request::parse(&self.request()).unwrap()
    }

    /// Runs the install script of a disk, its indexes put into the words of the router's stand-in client.
    pub fn install(&self, disk: &Path) -> Outcome {
        let here = self.router.root().parent().unwrap().join("disk");
        let _ = fs::remove_dir_all(&here);
        self.settle_disk(disk, &here);
        self.router.run_as(&here, &here.join("install.sh"), &[])
    }

    /// Copies a disk, its indexes put into the words of the router's stand-in client and its script at home there.
    pub fn settle_disk(&self, disk: &Path, here: &Path) {
        let script = fs::read_to_string(disk.join("install.sh")).unwrap();
        let lock = Lock::parse(&fs::read_to_string(disk.join("owpkg.lock")).unwrap()).unwrap();
        let mut files = BTreeMap::new();
        for feed in &lock.feeds {
            for (name, bytes) in self.index(&lock, &feed.name, &feed.signed_by[0]) {
                files.insert(format!("feeds/{}/{name}", feed.name), bytes);
            }
        }
        let mut places = vec!["etc", "tmp", "root", "overlay"];
        if let Some(configuration) = &lock.configuration {
            places.extend(["sys", "mounts"]);
            for file in &configuration.files {
                let path = format!("files/{}", file.path);
                files.insert(path.clone(), fs::read(disk.join(path)).unwrap());
            }
        }
        let sums =
            files.iter().map(|(path, bytes)| format!("{}  {path}\n", hex::encode(Sha256::digest(bytes))));
        let sums = sums.collect::<String>().into_bytes();
        let script = self.router.settle(&script, &places).into_bytes();
        files.extend([("SHA256SUMS".to_owned(), sums), ("install.sh".to_owned(), script)]);
        for (path, bytes) in files {
            let path = here.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    /// The files of a feed's index, as the stand-ins read them.
    pub fn index(&self, lock: &Lock, feed: &str, key: &str) -> Vec<(&'static str, Vec<u8>)> {
        let needs = |name: &String| -> Vec<&str> {
            let all = lock.packages.iter().filter(|package| package.needed_by.contains(name));
            all.map(|package| package.name.as_str()).collect()
        };
        let offers = lock.packages.iter().filter(|package| package.feed == feed);
        match self.router.client {
            Client::Opkg => {
                let stanza = |package: &owpkg::lock::LockedPackage| {
                    let needs = needs(&package.name).join(", ");
                    format!("Package: {}\nVersion: {}\nDepends: {needs}\n\n", package.name, package.version)
                };
                let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
                gzip.write_all(offers.map(stanza).collect::<String>().as_bytes()).unwrap();
                vec![("Packages.gz", gzip.finish().unwrap()), ("Packages.sig", key.as_bytes().to_vec())]
            }
            Client::Apk => {
                let line = |package: &owpkg::lock::LockedPackage| {
                    format!("{} {} {}\n", package.name, package.version, needs(&package.name).join(" "))
                };
                let lines: String = offers.map(line).collect();
                vec![("packages.adb", format!("{key}\n{lines}").into_bytes())]
            }
        }
    }
}
