//! Images laid out as OpenWrt lays them out (`scripts/gen_image_generic.sh`), made by Debian's own tools.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::support::judges::tool;

pub const SECTOR: u64 = 512;
pub const MIB: u64 = 1 << 20;
const GUID: &str = "DA1D4F0B-0C1E-4A2B-9C3D-6E5F4A3B2C00";

/// How an image starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boot {
    /// GPT and a FAT.
    Efi,
    /// MBR and an ext4.
    Bios,
    /// MBR and a FAT, as on boards with SD cards.
    Card,
    /// No table: the root alone.
    None,
}

/// The root file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    Ext4,
    Squashfs,
}

/// An image to be made.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub boot: Boot,
    pub root: Root,
    /// The bits of the FAT; none: as mkfs.fat chooses.
    pub fat: Option<u8>,
    pub boot_mib: u64,
    pub root_mib: u64,
    /// The files of the root.
    pub files: Vec<(String, Vec<u8>)>,
    /// Another folder to make the root of.
    pub tree: Option<PathBuf>,
    /// Whether the GPT has its copy at the end, which OpenWrt leaves out.
    pub copy: bool,
}

/// An image in a folder of its own.
pub struct Made {
    folder: TempDir,
    pub boot: u64,
    pub boot_size: u64,
    pub root: u64,
    pub root_size: u64,
}

pub fn recipe(boot: Boot, root: Root) -> Recipe {
    let files = vec![("etc/openwrt_release".to_owned(), b"DISTRIB_ID='OpenWrt'\n".to_vec())];
    Recipe { boot, root, tree: None, fat: None, boot_mib: 4, root_mib: 16, files, copy: false }
}

impl Recipe {
    pub fn make(&self) -> Made {
        let folder = tempfile::tempdir().unwrap();
        // As ptgen aligns to 256 KiB.
        let boot = if self.boot == Boot::None { 0 } else { 512 * SECTOR };
        let boot_size = if self.boot == Boot::None { 0 } else { self.boot_mib * MIB };
        let made = Made { folder, boot, boot_size, root: boot + boot_size, root_size: self.root_mib * MIB };
        let image = made.path();
        // Behind the root gen_image_generic.sh leaves 63 sectors.
        let behind = if self.boot == Boot::Efi { 63 * SECTOR } else { 0 };
        File::create(&image).unwrap().set_len(made.root + made.root_size + behind).unwrap();
        match self.boot {
            Boot::None => {}
            Boot::Efi => self.gpt(&made),
            Boot::Bios => made.mbr("83"),
            Boot::Card => made.mbr("c"),
        }
        match self.boot {
            Boot::None => {}
            Boot::Bios => {
                let tree = made.tree(&[("boot/vmlinuz".into(), vec![7; 9000])]);
                made.put(made.boot, &made.ext4(&tree, boot_size));
            }
            Boot::Efi | Boot::Card => made.put(made.boot, &self.fat(&made)),
        }
        let tree = self.tree.clone().unwrap_or_else(|| made.tree(&self.files));
        let root = match self.root {
            Root::Ext4 => made.ext4(&tree, made.root_size),
            Root::Squashfs => made.squashfs(&tree),
        };
        assert!(root.len() as u64 <= made.root_size);
        made.put(made.root, &root);
        made
    }

    fn gpt(&self, made: &Made) {
        let sectors = |bytes: u64| bytes / SECTOR;
        let part = |number: u32, at: u64, size: u64| {
            format!("--new={number}:{}:{}", sectors(at), sectors(at + size) - 1)
        };
        done(
            Command::new(tool("sgdisk"))
                .args(["--clear", "--set-alignment=1", &format!("--disk-guid={GUID}")])
                .args([part(1, made.boot, made.boot_size), part(2, made.root, made.root_size)])
                .args(["--typecode=1:ef00", "--typecode=2:8300"])
                .arg(made.path()),
        );
        if !self.copy {
            let end = fs::metadata(made.path()).unwrap().len();
            made.put(end - 33 * SECTOR, &[0; 33 * SECTOR as usize]);
        }
    }

    fn fat(&self, made: &Made) -> Vec<u8> {
        let path = made.file("fat");
        let mut mkfs = Command::new(tool("mkfs.fat"));
        mkfs.args(["--invariant", "-n", "kernel", "-S", "512", "-C"]);
        if let Some(bits) = self.fat {
            mkfs.arg("-F").arg(bits.to_string());
        }
        done(mkfs.arg(&path).arg((made.boot_size / 1024).to_string()));
        let vmlinuz = made.file("vmlinuz");
        fs::write(&vmlinuz, vec![7; 90_000]).unwrap();
        for folder in ["::boot", "::efi", "::efi/boot"] {
            done(mtools("mmd", &path).arg(folder));
        }
        done(mtools("mcopy", &path).arg(&vmlinuz).arg("::boot/vmlinuz"));
        done(mtools("mcopy", &path).arg(&vmlinuz).arg("::efi/boot/bootx64.efi"));
        fs::read(path).unwrap()
    }
}

impl Made {
    pub fn file(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.folder.path()).unwrap().join(name)
    }

    /// The image.
    pub fn path(&self) -> Utf8PathBuf {
        self.file("openwrt.img")
    }

    pub fn open(&self) -> File {
        File::options().read(true).write(true).open(self.path()).unwrap()
    }

    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }

    pub fn put(&self, at: u64, bytes: &[u8]) {
        let mut image = self.open();
        image.seek(SeekFrom::Start(at)).unwrap();
        image.write_all(bytes).unwrap();
    }

    /// A part of the image as a file of its own, for who reads no images.
    pub fn part(&self, at: u64, size: u64) -> Utf8PathBuf {
        let mut image = self.open();
        image.seek(SeekFrom::Start(at)).unwrap();
        let mut bytes = Vec::new();
        image.take(size).read_to_end(&mut bytes).unwrap();
        let path = self.file("part");
        fs::write(&path, bytes).unwrap();
        path
    }

    fn mbr(&self, boot_type: &str) {
        let script = format!(
            "label: dos\nlabel-id: 0x2c3d4e5f\nstart={}, size={}, type={boot_type}, bootable\nstart={}, size={}, type=83\n",
            self.boot / SECTOR,
            self.boot_size / SECTOR,
            self.root / SECTOR,
            self.root_size / SECTOR
        );
        let mut sfdisk = Command::new(tool("sfdisk"));
        sfdisk.arg("--quiet").arg(self.path()).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut sfdisk = sfdisk.spawn().unwrap();
        sfdisk.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(sfdisk.wait().unwrap().success());
    }

    fn tree(&self, files: &[(String, Vec<u8>)]) -> PathBuf {
        let tree = self.file("tree");
        let _ = fs::remove_dir_all(&tree);
        fs::create_dir(&tree).unwrap();
        for (path, bytes) in files {
            let path = tree.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        tree.into()
    }

    fn ext4(&self, tree: &Path, size: u64) -> Vec<u8> {
        let path = self.file("ext4");
        let _ = fs::remove_file(&path);
        done(
            Command::new(tool("mkfs.ext4"))
                .args(["-q", "-F", "-b", "4096", "-E", "root_owner=0:0", "-d"])
                .arg(tree)
                .arg(&path)
                .arg(format!("{}k", size / 1024)),
        );
        fs::read(path).unwrap()
    }

    fn squashfs(&self, tree: &Path) -> Vec<u8> {
        let path = self.file("squashfs");
        done(Command::new(tool("mksquashfs")).arg(tree).arg(&path).args([
            "-noappend",
            "-quiet",
            "-no-progress",
            "-all-root",
            "-mkfs-time",
            "0",
        ]));
        fs::read(path).unwrap()
    }
}

/// A tool of mtools on a FAT that is a file.
pub fn mtools(name: &str, fat: &Utf8Path) -> Command {
    let mut command = Command::new(tool(name));
    command.arg("-i").arg(fat).env("MTOOLS_SKIP_CHECK", "1");
    command
}

/// Runs it; it must end well. What it says on standard output.
#[track_caller]
pub fn done(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
