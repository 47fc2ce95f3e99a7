//! The line that finds the disk by its label, run by busybox ash on a stand-in for the router's devices.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use camino::Utf8PathBuf;
use owpkg::disk::mount_command;
use owpkg::fat::Label;

use crate::support::judges::{passes_shellcheck, tool};
use crate::support::run::Desk;

/// Devices by name, with what is in them.
struct Router {
    desk: Desk,
    log: Utf8PathBuf,
}

impl Router {
    fn new() -> Router {
        let desk = Desk::new();
        for folder in ["dev", "block", "bin"] {
            fs::create_dir(desk.path().join(folder)).unwrap();
        }
        for name in ["ls", "head", "grep", "mkdir"] {
            symlink(tool("busybox"), desk.path().join("bin").join(name)).unwrap();
        }
        let log = desk.path().join("mounted");
        let router = Router { desk, log };
        router.program("mount", "echo \"$*\" >>\"$LOG\"");
        for (name, bytes) in [("loop0", &b""[..]), ("vda", &[0; 4096]), ("vda1", b"\xeb\x3c\x90mkfs.fat")] {
            router.device(name, bytes);
        }
        router
    }

    fn program(&self, name: &str, text: &str) {
        let path =
            self.desk.write(&format!("bin/{name}"), format!("#!{} ash\n{text}\n", tool("busybox").display()));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn device(&self, name: &str, bytes: &[u8]) {
        self.desk.write(&format!("dev/{name}"), bytes);
        self.desk.write(&format!("block/{name}"), "");
    }

    /// A disk that owpkg writes, with these further words.
    fn disk(&self, words: &str) -> Vec<u8> {
        self.desk.owpkg(&format!("disk pkgs.img --demo --add iw {words}")).run().exits(0);
        fs::read(self.desk.path().join("pkgs.img")).unwrap()
    }

    /// Types the line; answers with what was mounted, and how it ended.
    fn types(&self, line: &str) -> (String, bool) {
        let here = |folder: &str| self.desk.path().join(folder).to_string();
        let line =
            line.replace("/sys/class/block", &here("block")).replace("/dev/", &format!("{}/", here("dev")));
        let line = line
            .replace("/tmp/pkgs", &here("pkgs"))
            .replace("mount -t", &format!("{}/mount -t", here("bin")));
        let mut shell = Command::new(tool("busybox"));
        shell.args(["ash", "-c", &line]).env("PATH", here("bin")).env("LOG", &self.log);
        let output = shell.output().unwrap();
        let mounted = fs::read_to_string(&self.log).unwrap_or_default();
        (mounted.replace(self.desk.path().as_str(), ""), output.status.success())
    }
}

fn line() -> String {
    mount_command(&Label::new("OWPKG").unwrap())
}

/// What `mount` was told for a device.
fn mounted(device: &str) -> (String, bool) {
    (format!("-t vfat /dev/{device} /pkgs\n"), true)
}

#[test]
fn the_whole_disk_is_found_of_every_kind_of_fat() {
    for size in ["", "--size 20M", "--size 40M --fat 32"] {
        let router = Router::new();
        router.device("vdb", &router.disk(size));
        router.device("vdc", &[0xff; 2048]);
        assert_eq!(router.types(&line()), mounted("vdb"), "{size}");
    }
}

#[test]
fn a_partition_is_found_and_not_the_disk_around_it() {
    let router = Router::new();
    let disk = router.disk("--partition");
    router.device("sda", &disk);
    router.device("sda1", &disk[1 << 20..]);
    assert_eq!(router.types(&line()), mounted("sda1"));
}

#[test]
fn it_needs_no_blkid_and_believes_none() {
    let router = Router::new();
    router.device("mmcblk0p1", &router.disk(""));
    for blkid in ["blkid", "block", "findfs"] {
        router.program(blkid, "echo '/dev/vda1: LABEL=\"OWPKG\" TYPE=\"vfat\"'");
    }
    assert_eq!(router.types(&line()), mounted("mmcblk0p1"));
}

#[test]
fn of_two_the_first_is_mounted_and_of_none_nothing() {
    let router = Router::new();
    assert_eq!(router.types(&line()), (String::new(), false));
    let disk = router.disk("");
    router.device("sda", &disk);
    router.device("sdb", &disk);
    assert_eq!(router.types(&line()), mounted("sda"));
}

#[test]
fn another_label_is_another_disk() {
    for label in ["OWPKG2", "OW", "O'$HO`^{}#"] {
        let router = Router::new();
        router.desk.owpkg("disk pkgs.img --demo --add iw --label").arg(label).run().exits(0);
        router.device("sdc", &fs::read(router.desk.path().join("pkgs.img")).unwrap());
        assert_eq!(router.types(&line()), (String::new(), false), "{label}");
        assert_eq!(router.types(&mount_command(&Label::new(label).unwrap())), mounted("sdc"), "{label}");
    }
}

#[test]
fn the_readme_has_the_line_and_what_is_printed_too() {
    let router = Router::new();
    let ran = router.desk.owpkg("disk pkgs.img --demo --add iw").run().exits(0);
    assert!(ran.out.contains(&format!("  {}\n  sh /tmp/pkgs/install.sh\n", line())), "{}", ran.out);
    for line in
        ["  dd if=pkgs.img of=/dev/sdX bs=1M conv=fsync\n", "  dd if=pkgs.img of=/dev/daX bs=1m", "loses all"]
    {
        assert!(ran.out.contains(line), "{line} in {}", ran.out);
    }
    router.desk.owpkg("disk pkgs --format dir --demo --add iw").run().exits(0);
    assert!(router.desk.read("pkgs/README.txt").contains(&format!("  {}\n", line())));
    let other = router.desk.owpkg("disk --demo --add iw --label STICK").arg("my disk.img").run().exits(0);
    for part in ["grep -q 'STICK *FAT'", "dd if='my disk.img' of="] {
        assert!(other.out.contains(part), "{}", other.out);
    }
    passes_shellcheck(&line().replace("$(ls /sys/class/block)", "a b"));
}
