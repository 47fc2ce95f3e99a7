//! A made-up router in a folder of its own, with a stand-in for its package manager, and a disk for it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use owpkg::disk::script::{FeedKey, Planned, Script, render};
use owpkg::lock::LockedConfiguration;
use owpkg::overlay::Item;
use owpkg::overlay::Overlay;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::support::judges::{tool, ways_to_stand_ins};

pub const KERNEL: &str = "5.15.137-1-adec7b9ab9fcf988b58011de28c60b3a";
pub const KEY: &str = "d95e275d41a63bff";

/// What a stock image has of the tools that the script calls; it gets no others.
pub const STOCK_TOOLS: [&str; 21] = [
    "ash",
    "awk",
    "cat",
    "chmod",
    "cp",
    "df",
    "dirname",
    "find",
    "grep",
    "hexdump",
    "ln",
    "mkdir",
    "mktemp",
    "mv",
    "readlink",
    "rm",
    "sed",
    "sh",
    "sha256sum",
    "sync",
    "tr",
];

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Client {
    Opkg,
    Apk,
}

pub const CLIENTS: [Client; 2] = [Client::Opkg, Client::Apk];

impl Client {
    pub fn name(self) -> &'static str {
        match self {
            Client::Opkg => "opkg",
            Client::Apk => "apk",
        }
    }

    /// The format's part of the script.
    pub fn steps(self) -> &'static str {
        match self {
            Client::Opkg => include_str!("../../../src/format/opkg/install.sh"),
            Client::Apk => include_str!("../../../src/format/apk/install.sh"),
        }
    }

    fn stand_in(self) -> &'static str {
        match self {
            Client::Opkg => include_str!("opkg.sh"),
            Client::Apk => include_str!("apk.sh"),
        }
    }
}

/// What `/etc/rc.common` makes of a service, as far as it concerns the script.
const SERVICE: &str = r#"#!/bin/sh
[ "$1" = disable ] || exit 99
rm -f "$ROUTER"/etc/rc.d/S??"${0##*/}" "$ROUTER"/etc/rc.d/K??"${0##*/}"
"#;

/// Not everyone who runs tests may give files away: it notes what it is told, in words.
const CHOWN: &str = "#!/bin/sh\n[ -e \"$2\" ] && echo \"$@\" >>\"$SEEN/chown\"\n";

/// A package of a feed.
#[derive(Debug, Clone)]
pub struct Offer {
    pub feed: &'static str,
    pub name: &'static str,
    pub version: &'static str,
    pub needs: &'static str,
    pub replaces: &'static str,
    pub provides: &'static str,
    pub conflicts: &'static str,
}

/// What ran and what came of it.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Outcome {
    /// Ended well, having said this.
    #[track_caller]
    pub fn is_done(&self, words: &str) {
        assert_eq!(self.code, Some(0), "{self:#?}");
        assert!(self.out.contains(words), "expected {words:?} in {self:#?}");
    }

    /// Refused, naming all this and a next step on standard error.
    #[track_caller]
    pub fn is_refused(&self, words: &[&str]) {
        self.is_refused_by("install.sh", words);
    }

    /// The same by another script.
    #[track_caller]
    pub fn is_refused_by(&self, script: &str, words: &[&str]) {
        assert_eq!(self.code, Some(1), "{self:#?}");
        for word in words.iter().chain(&[format!("{script}: ").as_str(), "next: "]) {
            assert!(self.err.contains(word), "expected {word:?} in {self:#?}");
        }
    }
}

pub struct Router {
    pub client: Client,
    folder: TempDir,
    pub offers: Vec<Offer>,
    pub names: Vec<&'static str>,
    /// Packages that make room, with their versions.
    pub replaced: Vec<(&'static str, &'static str)>,
    /// Names for further runs of the package manager.
    pub then: Vec<Vec<&'static str>>,
    pub plan: Vec<Planned<'static>>,
    pub release: Option<&'static str>,
    pub target: &'static str,
    pub arch: &'static str,
    pub kernel: Option<&'static str>,
    pub demo: bool,
    pub accepted_unsigned: bool,
    pub overlay: Overlay,
    pub services: Vec<String>,
    pub idle: Vec<String>,
    pub boot_delay: Option<u16>,
    pub own_keys: Vec<FeedKey<'static>>,
}

impl Router {
    /// A router with a kernel, and a disk with a driver, what it needs and its firmware.
    pub fn new(client: Client) -> Router {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let router = Router {
            client,
            folder,
            offers: vec![
                offer("core", "kmod-radio", "5.15.137-1", "kmod-stack radio-firmware"),
                offer("core", "kmod-stack", "5.15.137-1", ""),
                offer("base", "radio-firmware", "20230804-1", ""),
            ],
            names: vec!["kmod-radio"],
            then: Vec::new(),
            replaced: Vec::new(),
            plan: vec![
                planned("kmod-stack", "5.15.137-1"),
                planned("radio-firmware", "20230804-1"),
                planned("kmod-radio", "5.15.137-1"),
            ],
            release: Some("23.05.2"),
            target: "mvebu/cortexa9",
            arch: "arm_cortex-a9_vfpv3-d16",
            kernel: Some(KERNEL),
            demo: false,
            accepted_unsigned: false,
            overlay: Overlay::default(),
            services: Vec::new(),
            idle: Vec::new(),
            boot_delay: None,
            own_keys: Vec::new(),
        };
        router.furnish();
        router
    }

    fn furnish(&self) {
        for folder in ["etc/opkg/keys", "etc/apk/keys", "usr/lib/opkg", "lib/apk/db", "tmp", "mood"] {
            fs::create_dir_all(self.root().join(folder)).unwrap();
        }
        for folder in ["etc/init.d", "etc/rc.d", "etc/modules.d", "etc/modules-boot.d", "proc", "sys"] {
            fs::create_dir_all(self.root().join(folder)).unwrap();
        }
        self.write("proc/mounts", "/dev/root / ext4 rw,noatime 0 0\n");
        for folder in ["bin", "seen"] {
            fs::create_dir_all(self.folder.path().join(folder)).unwrap();
        }
        self.write(
            "etc/openwrt_release",
            "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='23.05.2'\nDISTRIB_TARGET='mvebu/cortexa9'\n\
             DISTRIB_ARCH='arm_cortex-a9_vfpv3-d16'\nDISTRIB_TAINTS=''\n",
        );
        self.write(&format!("etc/{}/keys/{KEY}", self.client.name()), "");
        self.hold("kernel", KERNEL);
        self.hold("libc", "1.2.4-4");

        let busybox = tool("busybox");
        let bin = self.folder.path().join("bin");
        for name in STOCK_TOOLS {
            symlink(&busybox, bin.join(name)).unwrap();
        }
        for (name, text) in [(self.client.name(), self.client.stand_in()), ("chown", CHOWN)] {
            fs::write(bin.join(name), text).unwrap();
            fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    /// Where the router's root is.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Where the disk is mounted: a path with a blank and other signs that shells take for their own.
    pub fn disk(&self) -> PathBuf {
        self.folder.path().join("my disk (1) $HOME'")
    }

    /// Writes a file of the router.
    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).unwrap();
    }

    /// Enters a package in the router's database.
    pub fn hold(&self, name: &str, version: &str) {
        match self.client {
            Client::Opkg => self.hold_as(name, version, "installed"),
            Client::Apk => self.append("lib/apk/db/installed", &format!("P:{name}\nV:{version}\n\n")),
        }
    }

    /// Enters a package in opkg's database in that state.
    pub fn hold_as(&self, name: &str, version: &str, state: &str) {
        let stanza = format!("Package: {name}\nVersion: {version}\nStatus: install ok {state}\n\n");
        self.append("usr/lib/opkg/status", &stanza);
    }

    fn append(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Writes the disk: script, feeds and sums.
    pub fn make_disk(&self) {
        let disk = self.disk();
        if disk.exists() {
            fs::remove_dir_all(&disk).unwrap();
        }
        for feed in ["core", "base"] {
            let folder = disk.join("feeds").join(feed);
            fs::create_dir_all(&folder).unwrap();
            let offers: Vec<&Offer> = self.offers.iter().filter(|offer| offer.feed == feed).collect();
            match self.client {
                Client::Opkg => {
                    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
                    gzip.write_all(offers.iter().map(|offer| offer.stanza()).collect::<String>().as_bytes())
                        .unwrap();
                    fs::write(folder.join("Packages.gz"), gzip.finish().unwrap()).unwrap();
                    fs::write(folder.join("Packages.sig"), KEY).unwrap();
                }
                Client::Apk => {
                    let lines: String = offers.iter().map(|offer| offer.line()).collect();
                    fs::write(folder.join("packages.adb"), format!("{KEY}\n{lines}")).unwrap();
                }
            }
        }
        for (path, item) in self.overlay.iter() {
            if let Item::File { contents, .. } = item {
                let to = disk.join("files").join(path);
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::write(to, &contents[..]).unwrap();
            }
        }
        for key in &self.own_keys {
            fs::create_dir_all(disk.join("keys")).unwrap();
            fs::write(disk.join("keys").join(key.file), "").unwrap();
        }
        fs::write(disk.join("install.sh"), self.script()).unwrap();
        let mut sums = String::new();
        for (path, bytes) in files(&disk) {
            sums += &format!("{}  {path}\n", hex::encode(Sha256::digest(bytes)));
        }
        fs::write(disk.join("SHA256SUMS"), sums).unwrap();
    }

    /// The script, with its folders in this router.
    pub fn script(&self) -> String {
        let configuration =
            LockedConfiguration::of(&self.overlay, &self.services, self.idle.clone(), self.boot_delay)
                .unwrap();
        let install: Vec<&[&str]> =
            std::iter::once(&self.names).chain(&self.then).map(Vec::as_slice).collect();
        let text = render(&Script {
            demo: self.demo,
            release: self.release,
            target: self.target,
            arch: self.arch,
            kernel: self.kernel,
            router: None,
            feeds: &["core", "base"],
            install: &install,
            replaced: &self.replaced,
            plan: &self.plan,
            accepted_unsigned: self.accepted_unsigned,
            unvouched: &[],
            key_ids: &[KEY.to_owned()],
            configuration: configuration.as_ref(),
            signers: &["core", "base"].map(|feed| FeedKey { feed, file: KEY }),
            own_keys: &self.own_keys,
            pool: &[],
            steps: self.client.steps(),
        })
        .unwrap();
        let mut places = vec!["etc", "tmp", "root", "overlay"];
        if configuration.is_some() {
            places.extend(["sys", "mounts", "loaded", "menu"]);
        }
        self.settle(&text, &places)
    }

    /// A script with its folders in this router.
    pub fn settle(&self, text: &str, folders: &[&str]) -> String {
        let mut text = text.to_owned();
        for name in folders {
            let stock = match *name {
                "root" => "",
                "mounts" => "proc/mounts",
                "loaded" => "proc/modules",
                "menu" => "boot/grub/grub.cfg",
                name => name,
            };
            let line = format!("\n{name}=/{stock}\n");
            assert_eq!(text.matches(&line).count(), 1, "the script sets {name}");
            let here = self.root().join(stock);
            text = text.replace(&line, &format!("\n{name}='{}'\n", here.display()));
        }
        text
    }

    /// Makes the disk and runs its script.
    pub fn install(&self, arguments: &[&str]) -> Outcome {
        self.make_disk();
        self.run(arguments)
    }

    /// Runs the script of the disk as it is.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_as(&self.disk(), &self.disk().join("install.sh"), arguments)
    }

    /// Runs a script from a folder.
    pub fn run_as(&self, folder: &Path, script: &Path, arguments: &[&str]) -> Outcome {
        let bin = self.folder.path().join("bin");
        let ways = ways_to_stand_ins(&bin);
        let mut shell = Command::new(bin.join("ash"));
        if !ways.is_empty() {
            shell.args(["-c", &format!("{ways}. \"$0\"")]);
        }
        let output = shell
            .arg(script)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", &bin)
            .env("HOST_PATH", std::env::var_os("PATH").unwrap())
            .env("CDPATH", self.root())
            .env("ROUTER", self.root())
            .env("SEEN", self.folder.path().join("seen"))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8 output");
        Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Gives the router a service, which notes its calls; `enabled` as told.
    pub fn serve(&self, name: &str, enabled: bool) {
        let script = self.root().join("etc/init.d").join(name);
        fs::write(&script, SERVICE).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        if enabled {
            symlink(format!("../init.d/{name}"), self.root().join(format!("etc/rc.d/S50{name}"))).unwrap();
        }
    }

    /// Whether a service starts with the router.
    pub fn starts(&self, name: &str) -> bool {
        self.root().join(format!("etc/rc.d/S50{name}")).is_symlink()
    }

    /// Enters a package of modules that loads these, in a file of its name; `at_boot` as OpenWrt marks it.
    pub fn load(&self, package: &str, modules: &str, at_boot: bool) {
        self.hold(package, "5.15.137-1");
        let name = package.strip_prefix("kmod-").unwrap();
        self.write(&format!("etc/modules.d/{name}"), modules);
        let mut owned = vec![format!("/lib/modules/5.15.137/{name}.ko"), format!("/etc/modules.d/{name}")];
        if at_boot {
            let link = self.root().join("etc/modules-boot.d").join(name);
            symlink(format!("../modules.d/{name}"), link).unwrap();
            owned.push(format!("/etc/modules-boot.d/{name}"));
        }
        let folder = self.root().join(match self.client {
            Client::Opkg => "usr/lib/opkg/info",
            Client::Apk => "lib/apk/packages",
        });
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{package}.list")), owned.join("\n") + "\n").unwrap();
    }

    /// Binds a device of that bus to the driver of a module.
    pub fn bind(&self, bus: &str, device: &str, module: &str) {
        let folder = self.root().join("sys/bus").join(bus).join("devices").join(device).join("driver");
        fs::create_dir_all(&folder).unwrap();
        symlink(format!("../../../../module/{module}"), folder.join("module")).unwrap();
    }

    /// The names in a folder of the router, sorted; none if there is no such folder.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root().join(folder)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A file of the router as text, and its permissions.
    #[track_caller]
    pub fn file(&self, path: &str) -> (String, u32) {
        let path = self.root().join(path);
        let mode = fs::symlink_metadata(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        (fs::read_to_string(&path).unwrap(), mode.permissions().mode() & 0o7777)
    }

    /// Lets a tool kill the script at its so-manieth call, before it does anything.
    pub fn kill_at(&self, tool: &str, call: usize) {
        let path = self.folder.path().join("bin").join(tool);
        fs::remove_file(&path).unwrap();
        let text = format!(
            "#!/bin/sh\nPATH=$HOST_PATH\necho x >>\"$SEEN/calls\"\n\
             if [ \"$(wc -l <\"$SEEN/calls\")\" -eq {call} ]; then kill -9 $PPID; exit 1; fi\nexec busybox {tool} \"$@\"\n"
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Gives the router a program of its own.
    pub fn program(&self, name: &str, text: &str) {
        let path = self.folder.path().join("bin").join(name);
        // What is there may be a link to busybox.
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Makes it a tool like the others again.
    pub fn spare(&self, name: &str) {
        let path = self.folder.path().join("bin").join(name);
        fs::remove_file(&path).unwrap();
        symlink(tool("busybox"), path).unwrap();
    }

    /// What was given to whom, a line each.
    pub fn given_away(&self) -> String {
        self.seen("chown")
    }

    /// What a stand-in noted.
    pub fn seen(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("seen").join(name)).unwrap_or_default()
    }

    /// Every file of the router.
    pub fn state(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.root())
    }

    /// What stands in the router's /tmp.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        fs::read_dir(self.root().join("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// Makes the disk, runs its script, and expects a refusal with these words that leaves no trace.
    #[track_caller]
    pub fn refuses(&self, words: &[&str]) {
        self.make_disk();
        self.refuses_as_it_is(words);
    }

    /// The same with the disk as it is.
    #[track_caller]
    pub fn refuses_as_it_is(&self, words: &[&str]) {
        let before = self.state();
        let outcome = self.run(&[]);
        outcome.is_refused(words);
        assert_eq!(self.state(), before, "the router is as it was");
        assert_eq!(self.leftovers(), Vec::<PathBuf>::new());
    }

    /// The private configuration that the stand-in was last given.
    pub fn seen_conf(&self) -> String {
        fs::read_to_string(self.folder.path().join("seen/opkg.conf")).unwrap()
    }

    /// The packages in the router's database.
    pub fn installed(&self) -> Vec<String> {
        let (path, prefix) = match self.client {
            Client::Opkg => ("usr/lib/opkg/status", "Package: "),
            Client::Apk => ("lib/apk/db/installed", "P:"),
        };
        let text = fs::read_to_string(self.root().join(path)).unwrap();
        let mut names: Vec<String> =
            text.lines().filter_map(|line| line.strip_prefix(prefix)).map(str::to_owned).collect();
        names.sort();
        names
    }
}

impl Offer {
    fn stanza(&self) -> String {
        let Offer { name, version, replaces, provides, conflicts, .. } = self;
        let needs = self.needs.replace(' ', ", ");
        format!(
            "Package: {name}\nVersion: {version}\nDepends: {needs}\nProvides: {provides}\nReplaces: {replaces}\n\
             Conflicts: {conflicts}\nArchitecture: all\n\n"
        )
    }

    fn line(&self) -> String {
        format!("{} {} {}\n", self.name, self.version, self.needs)
    }
}

pub fn offer(feed: &'static str, name: &'static str, version: &'static str, needs: &'static str) -> Offer {
    Offer { feed, name, version, needs, replaces: "", provides: "", conflicts: "" }
}

pub fn planned(name: &'static str, version: &'static str) -> Planned<'static> {
    Planned { name, version, installed_size: Some(4096) }
}

/// The files below a folder, by their path in it; links count with a mark for content.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => open.push(path),
                kind if kind.is_symlink() => {
                    let target = fs::read_link(&path).unwrap();
                    found.insert(name, format!("a link to {}", target.display()).into_bytes());
                }
                _ => drop(found.insert(name, fs::read(path).unwrap())),
            }
        }
    }
    found
}
