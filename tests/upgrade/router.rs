//! A router far from any network, before its upgrade and after.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use owpkg::image::first_boot::DEFAULTS;
use sha2::{Digest, Sha256};

use super::releases::{Server, format, series};
use crate::disk::script::router::{Client, Outcome, Router};
use crate::image::first_boot::{BOOT, SLEEP, copy};
use crate::stick::router::Asker;
use crate::support::judges::tool;

pub const BOARD: &str = "acme,far";
const NOTED: &str = "#!/bin/sh\nPATH=$HOST_PATH\necho \"${0##*/} $*\" >>\"$SEEN/calls-of-${0##*/}\"\n";

/// A router that runs a release.
pub struct Far {
    pub asker: Asker,
}

pub fn client(version: &str) -> Client {
    if format(version).name() == "opkg" { Client::Opkg } else { Client::Apk }
}

impl Far {
    /// A router as its image made it, with a configuration of its own.
    pub fn new(version: &str) -> Far {
        let asker = Asker::of(client(version), &series(version).blueprint);
        asker.unplug();
        let router = &asker.router;
        router.write("tmp/sysinfo/board_name", BOARD);
        let rom = router.root().join("rom");
        let mounts =
            format!("/dev/root {} squashfs ro 0 0\noverlayfs:/overlay / overlay rw 0 0\n", rom.display());
        router.write("proc/meminfo", "MemTotal: 999999 kB\nMemAvailable:     500000 kB\n");
        router.write("proc/mounts", &mounts);
        let bin = router.root().parent().unwrap().join("bin");
        for name in ["du", "rmdir", "tar", "gzip"] {
            symlink(tool("busybox"), bin.join(name)).unwrap();
        }
        for name in ["ls", "sh", "tail"] {
            router.program(name, &format!("#!/bin/sh\nPATH=$PATH:$HOST_PATH exec busybox {name} \"$@\"\n"));
        }
        router.program("sysupgrade", include_str!("sysupgrade.sh"));
        router.program("sleep", SLEEP);
        router.program("reboot", NOTED);
        router.program("uci", NOTED);
        for folder in ["etc/uci-defaults", "etc/config", "dev", "lib/upgrade/keep.d"] {
            fs::create_dir_all(router.root().join(folder)).unwrap();
        }
        router.write("etc/config/network", "config interface 'lan'\n");
        router.write("etc/config/tcpdumpd", "config of a package that comes later\n");
        router.write(
            "lib/upgrade/keep.d/base-files",
            &format!("{}\n", router.root().join("etc/config").display()),
        );
        let far = Far { asker };
        let stock = far.router().installed();
        far.mark_as_image(&stock);
        far
    }

    pub fn router(&self) -> &Router {
        &self.asker.router
    }

    /// Lets its root be an image apart, which holds these.
    fn mark_as_image(&self, names: &[String]) {
        let rom = |path: &str| {
            let path = self.router().root().join("rom").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            path
        };
        match self.router().client {
            Client::Opkg => names.iter().for_each(|name| {
                fs::write(rom(&format!("usr/lib/opkg/info/{name}.control")), "").unwrap();
            }),
            Client::Apk => {
                let database: String = names.iter().map(|name| format!("P:{name}\n\n")).collect();
                fs::write(rom("lib/apk/db/installed"), database).unwrap();
            }
        }
    }

    /// A router whose root is ext4: nothing tells what its user added.
    pub fn without_marks(self) -> Far {
        fs::remove_dir_all(self.router().root().join("rom")).unwrap();
        self.router().write("proc/mounts", "/dev/root / ext4 rw 0 0\n");
        self
    }

    /// Its user installs a package.
    pub fn add(self, names: &[&str]) -> Far {
        names.iter().for_each(|name| self.router().hold(name, "1.0-r1"));
        self
    }

    /// Asks, and writes the request beside the releases.
    pub fn ask(&self, server: &Server) {
        server.desk.write("owpkg-request.txt", self.asker.request());
    }

    /// Where the stick is mounted.
    fn stick(&self) -> PathBuf {
        self.router().root().parent().unwrap().join("my stick")
    }

    /// Takes the stick that was written, its scripts at home on this router and on the one that it becomes.
    pub fn take(&self, stick: &Path, becomes: &Far) {
        let here = self.stick();
        let _ = fs::remove_dir_all(&here);
        copy(stick, &here);
        fs::remove_dir_all(here.join("disk")).unwrap();
        becomes.asker.settle_disk(&stick.join("disk"), &here.join("disk"));
        let text = |name: &str| fs::read_to_string(stick.join(name)).unwrap();
        let places = ["etc", "lib", "tmp", "proc", "root", "overlay"];
        fs::write(here.join("upgrade.sh"), self.router().settle(&text("upgrade.sh"), &places)).unwrap();
        fs::write(here.join("first-start"), becomes.settle_start(&text("first-start"))).unwrap();
        self.sum_up();
    }

    pub fn settle_start(&self, text: &str) -> String {
        let text = self.router().settle(text, &["etc", "sys", "tmp", "root", "lib"]);
        let kmsg = self.router().root().join("dev/kmsg");
        text.replace("\nkmsg=/dev/kmsg\n", &format!("\nkmsg='{}'\n", kmsg.display()))
    }

    /// Writes the stick's list of digests anew.
    pub fn sum_up(&self) {
        let here = self.stick();
        let _ = fs::remove_file(here.join("SHA256SUMS"));
        let mut sums = String::new();
        let mut open = vec![here.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    open.push(entry.path());
                } else {
                    let path = entry.path().strip_prefix(&here).unwrap().display().to_string();
                    sums += &format!(
                        "{}  {path}\n",
                        hex::encode(Sha256::digest(fs::read(entry.path()).unwrap()))
                    );
                }
            }
        }
        fs::write(here.join("SHA256SUMS"), sums).unwrap();
    }

    /// Breaks a file of the stick.
    pub fn damage(&self, name: &str) {
        fs::write(self.stick().join(name), "damaged").unwrap();
    }

    pub fn upgrade(&self, arguments: &[&str]) -> Outcome {
        self.router().run_as(&self.stick(), &self.stick().join("upgrade.sh"), arguments)
    }

    /// What 80_mount_root does with the archive of an upgrade.
    pub fn restore(&self, old: &Far) {
        let archive = fs::File::open(old.router().root().join("tmp/sysupgrade.tgz")).unwrap();
        tar::Archive::new(GzDecoder::new(archive)).unpack(self.router().root()).unwrap();
    }

    /// A start: its uci-defaults run.
    pub fn start(&self) {
        self.router().write("boot", BOOT);
        self.router().run_as(&self.router().root(), &self.router().root().join("boot"), &[]);
        fs::remove_file(self.router().root().join("boot")).unwrap();
    }

    /// Its files, but for the memory that goes with a start.
    pub fn kept(&self) -> Vec<(String, Vec<u8>)> {
        let passing = ["tmp/", "dev/", "proc/", "mood/"];
        let is_kept = |path: &String| !passing.iter().any(|folder| path.starts_with(folder));
        self.router().state().into_iter().filter(|(path, _)| is_kept(path)).collect()
    }

    pub fn holds(&self, path: &str) -> bool {
        self.router().root().join(path).exists()
    }

    /// Sets the revision of its build.
    pub fn of_revision(self, revision: &str) -> Far {
        let text = self.router().file("etc/openwrt_release").0;
        self.router().write("etc/openwrt_release", &text.replace("r32713-f919e7899d", revision));
        self
    }

    /// The first start's script, as the upgrade keeps it.
    pub fn has_start(&self) -> bool {
        self.holds(DEFAULTS)
    }
}
