//! What the uci-default of an image does when a router starts, under busybox ash on a made-up router.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use owpkg::image::first_boot::{DEFAULTS, FOLDER, FirstBoot};

use crate::disk::script::router::{CLIENTS, Client, Outcome, Router};
use crate::support::judges::passes_shellcheck;

const FIRST: FirstBoot<'_> =
    FirstBoot { image: "openwrt-x86-64-ext4-combined-efi.img.gz", profile: "generic" };

/// `/etc/init.d/boot`'s `uci_apply_defaults`: all scripts are listed first, each runs in a shell of its own, and those that
/// succeeded go at the end.
pub const BOOT: &str = r#"
cd "$ROUTER/etc/uci-defaults" || exit 1
files="$(ls)"
applied=
for file in $files; do
	( . "./$file" ) && applied="$applied $file"
done
rm -f $applied
"#;

/// A second is short here.
pub const SLEEP: &str = "#!/bin/sh\nPATH=$HOST_PATH\necho x >>\"$SEEN/sleeps\"\nexec busybox usleep 20000\n";
const NOTED: &str = "#!/bin/sh\nPATH=$HOST_PATH\necho \"${0##*/} $*\" >>\"$SEEN/calls-of-${0##*/}\"\n";

struct Image {
    router: Router,
    patience: u32,
}

impl Image {
    /// A router whose image carries a disk with a Wi-Fi of sorts.
    fn new(client: Client) -> Image {
        let mut router = Router::new(client);
        let wifi = b"[ ! -e \"$ROUTER/no-radio\" ] && echo joined >>\"$ROUTER/wifi\"\n".to_vec();
        router.overlay.add("etc/uci-defaults/99-owpkg-wifi", 0o600, wifi, true).unwrap();
        router.overlay.add("etc/banner", 0o644, b"hello\n".to_vec(), false).unwrap();
        for name in ["ls", "sh", "tail"] {
            router.program(name, &format!("#!/bin/sh\nPATH=$PATH:$HOST_PATH exec busybox {name} \"$@\"\n"));
        }
        router.program("sleep", SLEEP);
        router.program("reboot", NOTED);
        router.program("uci", NOTED);
        for folder in ["etc/uci-defaults", "dev", "etc/owpkg"] {
            fs::create_dir_all(router.root().join(folder)).unwrap();
        }
        router.make_disk();
        let image = Image { router, patience: 900 };
        image.restore();
        image
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.router.root().join(path)
    }

    /// What 80_mount_root does with the archive.
    fn restore(&self) {
        let disk = self.path(FOLDER);
        copy(&self.router.disk(), &disk);
        let text = self.router.settle(&FIRST.to_text(), &["etc", "sys", "tmp", "root"]);
        let kmsg = format!("\nkmsg='{}'\n", self.path("dev/kmsg").display());
        let text = text.replace("\nkmsg=/dev/kmsg\n", &kmsg);
        let text = text.replace("\npatience=900\n", &format!("\npatience={}\n", self.patience));
        self.router.write(DEFAULTS, &text);
        self.router.write("sysupgrade.tgz", "");
    }

    /// Starts the router up to where its network would start.
    fn start(&self) -> Outcome {
        self.router.write("boot", BOOT);
        self.router.run_as(self.router.root().as_path(), &self.path("boot"), &[])
    }

    fn told(&self) -> String {
        fs::read_to_string(self.path("dev/kmsg")).unwrap_or_default()
    }

    fn log(&self) -> String {
        self.router.file("etc/owpkg/first-boot.log").0
    }

    fn restarts(&self) -> usize {
        self.router.seen("calls-of-reboot").lines().count()
    }

    /// Everything is in place, and nothing is left of the disk.
    #[track_caller]
    fn is_installed(&self) {
        let added = ["kmod-radio", "kmod-stack", "radio-firmware"];
        let installed = self.router.installed();
        assert!(added.iter().all(|name| installed.contains(&(*name).to_owned())), "{installed:?}");
        assert_eq!(self.router.file("etc/banner"), ("hello\n".to_owned(), 0o644));
        assert!(self.router.file("wifi").0.lines().all(|line| line == "joined"));
        assert_eq!(self.router.names_in("etc/uci-defaults"), [""; 0]);
        assert_eq!(self.router.names_in("etc/owpkg"), ["applied", "first-boot.log"]);
        assert!(!self.path("sysupgrade.tgz").exists());
    }
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

#[test]
fn the_first_start_installs_configures_and_clears_away() {
    for client in CLIENTS {
        let image = Image::new(client);
        image.start();
        image.is_installed();
        assert_eq!(image.restarts(), 0);
        let told = image.told();
        assert!(
            told.contains("owpkg: First start of openwrt-x86-64-ext4-combined-efi.img.gz (generic)"),
            "{told}"
        );
        assert!(told.contains("owpkg: Installed. See "), "{told}");
        assert_eq!(image.router.file("wifi").0, "joined\n", "once");
        assert!(image.log().contains("Done: 3 packages installed"), "{}", image.log());
        let state = image.router.state();
        image.start();
        assert_eq!(image.router.state(), state, "the next start finds nothing to do");
    }
}

#[test]
fn what_is_restored_twice_is_installed_once() {
    for client in CLIENTS {
        let image = Image::new(client);
        image.start();
        image.restore();
        image.start();
        image.is_installed();
        assert!(image.log().contains("Nothing to do: all that this disk brings is there."));
    }
}

#[test]
fn a_refusal_is_told_and_the_next_start_tries_again() {
    for client in CLIENTS {
        let image = Image::new(client);
        let release = image.router.file("etc/openwrt_release").0;
        image.router.write("etc/openwrt_release", &release.replace("23.05.2", "23.05.3"));
        for _ in 0..2 {
            image.start();
            assert!(image.path(FOLDER).join("install.sh").exists());
            assert_eq!(image.router.names_in("etc/uci-defaults"), ["97-owpkg-first-boot"]);
            assert!(!image.path("wifi").exists());
        }
        let told = image.told();
        let why = "owpkg: Not installed: this router has another release than the disk was made for. The next start";
        assert_eq!(told.matches(why).count(), 2, "{told}");
        assert!(image.log().contains("expected: 23.05.2") && image.log().contains("found:    23.05.3"));
        image.router.write("etc/openwrt_release", &release);
        image.start();
        image.is_installed();
    }
}

#[test]
fn a_folder_that_came_by_half_is_told_and_nothing_is_installed() {
    for lost in ["install.sh", "SHA256SUMS", "feeds/core"] {
        let image = Image::new(Client::Apk);
        let lost = image.path(FOLDER).join(lost);
        if lost.is_dir() {
            fs::remove_dir_all(lost).unwrap()
        } else {
            fs::remove_file(lost).unwrap()
        }
        let before = image.router.installed();
        image.start();
        assert_eq!(image.router.installed(), before);
        assert!(image.told().contains("owpkg: Not installed: "), "{}", image.told());
    }
}

/// Power fails at every step in turn; the start after that brings it to its end.
#[test]
fn killed_at_any_step_it_goes_on_at_the_next_start() {
    for client in CLIENTS {
        for tool in ["sync", "mv", "rm"] {
            let mut call = 1;
            loop {
                let image = Image::new(client);
                image.router.kill_at(tool, call);
                image.start();
                image.router.spare(tool);
                let done = image.router.seen("calls").lines().count() < call;
                if image.path("sysupgrade.tgz").exists() {
                    image.restore();
                }
                image.start();
                image.is_installed();
                if done {
                    assert!(call > 2, "{tool} is called");
                    break;
                }
                call += 1;
            }
        }
    }
}

#[test]
fn what_waits_for_a_restart_gets_one() {
    let image = Image::new(Client::Opkg);
    image.router.write("no-radio", "");
    image.start();
    assert_eq!(image.restarts(), 1);
    assert!(
        image.told().contains("owpkg: Installed. Restarting once: a setting waits for it."),
        "{}",
        image.told()
    );
    for _ in 0..2 {
        image.start();
        assert_eq!(
            (image.restarts(), image.router.names_in("etc/uci-defaults")),
            (1, vec!["99-owpkg-wifi".into()])
        );
    }
    fs::remove_file(image.path("no-radio")).unwrap();
    image.start();
    image.is_installed();
}

#[test]
fn a_driver_that_came_before_its_firmware_is_asked_once_more() {
    let image = Image::new(Client::Apk);
    let bus = image.path("sys/bus/pci");
    fs::create_dir_all(bus.join("devices/0000:00:07.0")).unwrap();
    fs::create_dir_all(bus.join("devices/0000:00:02.0/driver")).unwrap();
    fs::write(bus.join("drivers_probe"), "").unwrap();
    fs::create_dir_all(image.path("sys/class/ieee80211")).unwrap();
    image.start();
    assert_eq!(fs::read_to_string(bus.join("drivers_probe")).unwrap(), "0000:00:07.0\n");
    assert_eq!(image.restarts(), 1, "there is no radio yet");
    assert!(image.told().contains("Restarting once: the drivers show no radio yet."), "{}", image.told());
    let there = Image::new(Client::Apk);
    fs::create_dir_all(there.path("sys/class/ieee80211/phy0")).unwrap();
    there.start();
    assert_eq!(there.restarts(), 0);
}

#[test]
fn no_start_waits_for_ever() {
    let mut image = Image::new(Client::Opkg);
    image.patience = 0;
    image.restore();
    image.start();
    assert!(
        image.told().contains("Still installing after a long while: the start goes on."),
        "{}",
        image.told()
    );
    let since = Instant::now();
    while image.restarts() == 0 {
        assert!(since.elapsed() < Duration::from_secs(60), "{}", image.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    image.start();
    image.is_installed();
    assert!(image.told().contains("Restarting once: the start did not wait so long."), "{}", image.told());
}

#[test]
fn the_log_does_not_grow_for_ever() {
    let image = Image::new(Client::Opkg);
    image.router.write("etc/owpkg/first-boot.log", &"an old line\n".repeat(5000));
    image.start();
    assert!(image.log().lines().count() < 600);
}

#[test]
fn shellcheck_has_nothing_to_say() {
    passes_shellcheck(&FIRST.to_text());
}
