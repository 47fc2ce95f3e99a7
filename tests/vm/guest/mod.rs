//! A tiny guest for QEMU: Debian's kernel, busybox, and a stand-in for the package manager, on a FAT image that an EFI
//! shell starts.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::disk::script::router::STOCK_TOOLS;
use crate::fat::image;
use crate::support::judges::tool;

/// What a stock image loads before anyone can mount the disk; what a kernel has built in is passed over.
const MODULES: [&str; 12] = [
    "virtio_ring",
    "virtio",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "virtio_blk",
    "nls_cp437",
    "nls_ascii",
    "nls_iso8859-1",
    "nls_utf8",
    "fat",
    "vfat",
];

/// Of busybox, beside what install.sh needs: for the guest's first process.
const MORE_TOOLS: [&str; 9] = ["chown", "cp", "head", "insmod", "ls", "mount", "poweroff", "sh", "umount"];

/// A kernel of Debian's and its modules.
pub struct Kernel {
    pub image: PathBuf,
    modules: PathBuf,
}

impl Kernel {
    /// The kernel that `./check` unpacked, or one that is installed; none, said, where a guest cannot be started.
    pub fn found() -> Option<Kernel> {
        let has = |name: &str| Command::new(name).arg("--version").output().is_ok();
        if !has("qemu-system-x86_64") || !Path::new("/usr/share/OVMF/OVMF_CODE_4M.fd").is_file() {
            crate::support::judges::skipped("no QEMU: install the packages qemu-system-x86 and ovmf");
            return None;
        }
        let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/guest");
        let found = [&unpacked, Path::new("/")].into_iter().find_map(Kernel::below);
        if found.is_none() {
            crate::support::judges::skipped(
                "no kernel to start: install the package linux-image-cloud-amd64",
            );
        }
        found
    }

    fn below(root: &Path) -> Option<Kernel> {
        let boot = fs::read_dir(root.join("boot")).ok()?;
        boot.filter_map(|entry| {
            let image = entry.ok()?.path();
            let release = image.file_name()?.to_str()?.strip_prefix("vmlinuz-")?.to_owned();
            let modules = root.join("lib/modules").join(&release).join("kernel");
            (release.ends_with("-amd64") && modules.is_dir()).then_some(Kernel { image, modules })
        })
        .max_by_key(|kernel| kernel.image.clone())
    }

    /// A module's file, unpacked.
    fn module(&self, name: &str) -> Option<Vec<u8>> {
        let mut open = vec![self.modules.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else if path.ends_with(format!("{name}.ko")) {
                    return Some(fs::read(path).unwrap());
                } else if path.ends_with(format!("{name}.ko.xz")) {
                    return Some(Command::new("xz").arg("-dc").arg(path).output().unwrap().stdout);
                }
            }
        }
        None
    }
}

/// The root folder of a guest to be.
pub struct Guest(tempfile::TempDir);

impl Guest {
    /// A guest with the modules and tools that it needs to mount a disk and run its script.
    pub fn new(kernel: &Kernel) -> Guest {
        Guest::that_runs(kernel, include_str!("init.sh"), &[], &[])
    }

    /// A guest with another first process, which needs these further modules and tools.
    pub fn that_runs(kernel: &Kernel, init: &str, modules: &[&str], tools: &[&str]) -> Guest {
        let guest = Guest(tempfile::tempdir().unwrap());
        guest.program("init", init);
        let busybox = tool("busybox");
        let libraries = Command::new("ldd").arg(&busybox).output().unwrap().stdout;
        let libraries = String::from_utf8(libraries).unwrap();
        let libraries = libraries.split_whitespace().filter(|word| word.starts_with('/'));
        for file in libraries.map(Path::new) {
            guest.program(&file.to_str().unwrap()[1..], fs::read(file).unwrap());
        }
        guest.program("bin/busybox", fs::read(&busybox).unwrap());
        for name in STOCK_TOOLS.iter().chain(&MORE_TOOLS).chain(tools) {
            let link = guest.path(&format!("bin/{name}"));
            if !link.exists() {
                symlink("busybox", link).unwrap();
            }
        }
        for (order, &name) in MODULES.iter().chain(modules).enumerate() {
            if let Some(module) = kernel.module(name) {
                guest.write(&format!("modules/{order:02}-{name}.ko"), &module);
            }
        }
        guest
    }

    /// A path of the guest's.
    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Writes a file of the guest.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes a program of the guest.
    pub fn program(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The stand-in for the package manager, and what it is to know.
    pub fn client(&self, name: &str, installed: &str, offers: &str, sums: &str) {
        self.program(&format!("bin/{name}"), include_str!("client.sh"));
        self.write("client/installed", installed);
        self.write("client/offers", offers);
        self.write("client/sums", sums);
    }

    /// Its disk: EFI starts the shell, the shell the kernel, the kernel the first process, and that types these lines.
    pub fn disk(&self, kernel: &Kernel, typed: &[&str]) -> Vec<u8> {
        self.write("typed", typed.join("\n") + "\n");
        let start = r"vmlinuz initrd=\initrd console=ttyS0 loglevel=4 panic=-1";
        image::bytes(
            &vec![
                ("startup.nsh".to_owned(), format!("{start}\r\nreset -s\r\n").into_bytes()),
                ("vmlinuz".to_owned(), fs::read(&kernel.image).unwrap()),
                ("initrd".to_owned(), self.initrd()),
            ],
            &image::smallest(),
        )
    }

    /// All of it as the kernel unpacks it.
    pub fn initrd(&self) -> Vec<u8> {
        let pack = "find . | busybox cpio -o -H newc 2>/dev/null";
        let initrd = Command::new("sh").args(["-c", pack]).current_dir(self.0.path()).output().unwrap();
        assert!(initrd.status.success(), "busybox cannot pack the guest");
        initrd.stdout
    }
}
