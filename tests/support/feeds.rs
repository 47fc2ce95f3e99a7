//! Release trees in a line or two: the same description makes an opkg and an apk tree, signed.
//!
//! ```ignore
//! let site = release().package("a", "1.0").depends("b>=1").package("b", "1.0").on(format);
//! site.owpkg("resolve --add a").run().exits(0);
//! ```

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use owpkg::demo::{Blueprint, PackageSpec, SigningKeys};
use owpkg::format::Format;
use owpkg::format::measure;
use owpkg::release::Kernel;
use owpkg::trust::{self, Digest, DigestKind, ec, usign};

use super::run::{Desk, Run};
use super::server::{Reply, Request, Server};

pub use owpkg::format::FORMATS;

/// The vermagic of the release's kernel, and one of another build.
pub const VERMAGIC: &str = "0123456789abcdef0123456789abcdef";
pub const OTHER_VERMAGIC: &str = "fedcba9876543210fedcba9876543210";

/// 2026-03-05.
pub const DATE: u64 = 1_772_668_800;

/// A release to be made. Packages go to the feed named last, `base` at first.
#[derive(Clone)]
pub struct Builder {
    pub blueprint: Blueprint,
    feed: usize,
}

/// Files by their path.
#[derive(Clone)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

/// A release tree in the folder `tree` of a desk, and the public key of its indexes in the file `key`.
pub struct Site {
    pub desk: Desk,
    pub format: &'static dyn Format,
    pub files: Files,
}

/// A release of which the stock image holds no more than it must: kernel, libc, base-files, busybox, and what mounts FAT.
pub fn release() -> Builder {
    let kernel = Kernel { version: "6.12.71".into(), release: "1".into(), vermagic: VERMAGIC.into() };
    let blueprint = Blueprint {
        release: "25.12.0".into(),
        target: "x86/64".into(),
        arch: "x86_64".into(),
        kernel,
        default_packages: vec!["base-files".into(), "busybox".into()],
        manifest: Vec::new(),
        feeds: vec![("core".into(), Vec::new()), ("base".into(), Vec::new())],
        date: DATE,
    };
    let version = blueprint.kernel_version();
    let release = Builder { blueprint, feed: 0 }
        .package("base-files", "1700")
        .feed("base")
        .package("busybox", "1.37.0-r1");
    release
        .stock("kernel", &version)
        .stock("libc", "1.2.5-r4")
        .stock("base-files", "1700")
        .stock("busybox", "1.37.0-r1")
        .stock("kmod-fs-vfat", "6.12.71-r1")
        .stock("kmod-nls-cp437", "6.12.71-r1")
        .stock("kmod-nls-iso8859-1", "6.12.71-r1")
}

/// [`release`] with two Wi-Fi chips' worth of packages: `iwl7265d` and `mt7921e`.
pub fn wifi() -> Builder {
    let firmware = |name: &str| vec![(format!("/lib/firmware/{name}"), name.repeat(40).into_bytes())];
    release()
        .feed("kmods")
        .kmod("kmod-cfg80211", "")
        .kmod("kmod-mac80211", "kmod-cfg80211")
        .kmod("kmod-iwlwifi", "kmod-mac80211")
        .kmod("kmod-mt76-core", "kmod-mac80211")
        .kmod("kmod-mt7921e", "kmod-mt76-core")
        .feed("base")
        .package("iwlwifi-firmware-iwl7265d", "20260110-r1")
        .files(firmware("iwlwifi-7265D-29.ucode"))
        .package("kmod-mt7921-firmware", "20260110-r1")
        .files(firmware("mt7961.bin"))
        .package("hostapd-common", "2025.08.26~ca266cc2-r1")
        .package("wpad-basic-mbedtls", "2025.08.26~ca266cc2-r1")
        .depends("hostapd-common libmbedtls21")
        .package("wpad-openssl", "2025.08.26~ca266cc2-r1")
        .depends("hostapd-common")
        .conflicts("wpad-basic-mbedtls")
        .package("libmbedtls21", "3.6.5-r1")
        .provides("libmbedtls")
}

impl Builder {
    /// The feed to which the packages that follow belong.
    pub fn feed(mut self, name: &str) -> Builder {
        let feeds = &mut self.blueprint.feeds;
        self.feed = feeds.iter().position(|(own, _)| own == name).unwrap_or_else(|| {
            feeds.push((name.to_owned(), Vec::new()));
            feeds.len() - 1
        });
        self
    }

    pub fn package(mut self, name: &str, version: &str) -> Builder {
        let article = PackageSpec {
            name: name.to_owned(),
            version: version.to_owned(),
            description: format!("The {name}"),
            files: vec![(format!("/usr/share/{name}"), format!("{name} {version}\n").into_bytes())],
            ..PackageSpec::default()
        };
        self.blueprint.feeds[self.feed].1.push(article);
        self
    }

    /// A module for the release's kernel.
    pub fn kmod(self, name: &str, depends: &str) -> Builder {
        let kernel = self.blueprint.kernel_version();
        self.package(name, "6.12.71-r1").depends(&format!("kernel={kernel} {depends}"))
    }

    pub fn depends(self, list: &str) -> Builder {
        self.set(|last| last.depends = list.to_owned())
    }

    pub fn provides(self, list: &str) -> Builder {
        self.set(|last| last.provides = list.to_owned())
    }

    pub fn conflicts(self, list: &str) -> Builder {
        self.set(|last| last.conflicts = list.to_owned())
    }

    pub fn recommends(self, list: &str) -> Builder {
        self.set(|last| last.recommends = list.to_owned())
    }

    pub fn replaces(self, list: &str) -> Builder {
        self.set(|last| last.replaces = list.to_owned())
    }

    pub fn priority(self, priority: u32) -> Builder {
        self.set(|last| last.provider_priority = priority)
    }

    pub fn files(self, files: Vec<(String, Vec<u8>)>) -> Builder {
        self.set(|last| last.files = files)
    }

    /// What the stock image holds.
    pub fn stock(mut self, name: &str, version: &str) -> Builder {
        self.blueprint.manifest.push((name.to_owned(), version.to_owned()));
        self
    }

    fn set(mut self, change: impl FnOnce(&mut PackageSpec)) -> Builder {
        change(self.blueprint.feeds[self.feed].1.last_mut().expect("a package comes first"));
        self
    }

    /// Its files, signed by [`signers`].
    pub fn build(&self, format: &'static dyn Format) -> Files {
        self.build_signed(format, &signers())
    }

    pub fn build_signed(&self, format: &'static dyn Format, signers: &SigningKeys) -> Files {
        Files(self.blueprint.build(format, signers).unwrap())
    }

    /// The release at a desk of its own.
    pub fn on(&self, format: &'static dyn Format) -> Site {
        Site::new(format, self.build(format))
    }
}

/// What `profiles.json` holds.
type Profiles = serde_json::Map<String, serde_json::Value>;

impl Files {
    /// The path of the only file whose path holds `part`.
    #[track_caller]
    pub fn path_of(&self, part: &str) -> String {
        let found: Vec<&String> = self.0.keys().filter(|path| path.contains(part)).collect();
        assert_eq!(found.len(), 1, "{part} in {found:?}");
        found[0].clone()
    }

    /// Without the files whose path holds `part`.
    pub fn without(mut self, part: &str) -> Files {
        let before = self.0.len();
        self.0.retain(|path, _| !path.contains(part));
        assert!(self.0.len() < before, "nothing is like {part}");
        self
    }

    pub fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Files {
        self.0.insert(path.to_owned(), content.into());
        self
    }

    /// With `profiles.json` changed.
    pub fn with_profiles(self, change: impl FnOnce(&mut Profiles)) -> Files {
        let profiles = self.changed_profiles(change);
        self.with_vouched("profiles.json", profiles)
    }

    /// The same, where the signed list still vouches for what was there before.
    pub fn with_forged_profiles(self, change: impl FnOnce(&mut Profiles)) -> Files {
        let (path, profiles) = (self.path_of("profiles.json"), self.changed_profiles(change));
        self.with(&path, profiles)
    }

    fn changed_profiles(&self, change: impl FnOnce(&mut Profiles)) -> Vec<u8> {
        let mut profiles = serde_json::from_slice(&self.0[&self.path_of("profiles.json")]).unwrap();
        change(&mut profiles);
        serde_json::to_vec(&profiles).unwrap()
    }

    /// A file of the target's folder with other bytes, for which the signed list vouches.
    pub fn with_vouched(self, name: &str, bytes: Vec<u8>) -> Files {
        let path = self.path_of(name);
        let list = self.0.keys().find(|path| path.ends_with("/sha256sums")).unwrap().clone();
        let digest = Digest::sha256(trust::sha256(&bytes)).hex();
        let lines = String::from_utf8(self.0[&list].clone()).unwrap();
        let other = lines.lines().filter(|line| !line.ends_with(&format!("*{name}")));
        let lines: String = other.map(|line| format!("{line}\n")).collect();
        let lines = format!("{lines}{digest} *{name}\n");
        let signature = signers().usign.sign(lines.as_bytes()).to_text();
        self.with(&path, bytes).with(&list, lines).with(&format!("{list}.sig"), signature)
    }

    /// All of it below a folder.
    pub fn below(self, folder: &str) -> Files {
        Files(self.0.into_iter().map(|(path, bytes)| (format!("{folder}/{path}"), bytes)).collect())
    }

    /// An honest server of these files.
    pub fn serve(self) -> Server {
        self.serve_but(|_, _| None)
    }

    /// An honest server, but where `lie` has another answer. It gets the decoded path.
    pub fn serve_but(self, lie: impl Fn(&str, &Request) -> Option<Reply> + Send + Sync + 'static) -> Server {
        let files = Arc::new(self.0);
        Server::start(move |request| {
            let path = percent_encoding::percent_decode_str(&request.path).decode_utf8_lossy();
            let path = path.trim_start_matches('/');
            let honest = || match files.get(path) {
                Some(bytes) => Reply::honest(request, bytes, &format!("\"{}\"", hex(bytes))),
                None => Reply::status(404),
            };
            lie(path, request).unwrap_or_else(honest)
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    owpkg::trust::Digest::sha256(owpkg::trust::sha256(bytes)).hex()
}

impl Site {
    pub fn new(format: &'static dyn Format, files: Files) -> Site {
        let site = Site { desk: Desk::new(), format, files };
        site.write_tree();
        site.desk.write("key", public_key(format, &signers()));
        // Lists of digests are signed by usign in both formats.
        site.desk.write("sums.pub", signers().usign.public().to_text());
        site
    }

    /// Writes the tree anew.
    pub fn write_tree(&self) {
        for (path, bytes) in &self.files.0 {
            self.desk.write(&format!("tree/{path}"), bytes);
        }
    }

    /// A run with the tree as its source and its key trusted.
    pub fn owpkg(&self, line: &str) -> Run {
        self.desk.owpkg(&format!("{line} --tree tree --key key"))
    }

    /// The names of the plan, in order.
    #[track_caller]
    pub fn plan(&self, selection: &str) -> Vec<String> {
        let ran = self.owpkg(&format!("resolve --format names --no-lock {selection}")).run().exits(0);
        ran.lines().into_iter().map(str::to_owned).collect()
    }
}

impl Deref for Site {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

/// The digest of a package file, as the format's indexes state it; an error where the file is no package.
pub fn digest(format: &dyn Format, mut file: &[u8]) -> std::io::Result<Digest> {
    let kind = if format.name() == "opkg" { DigestKind::Sha256 } else { DigestKind::AdbSha256 };
    measure(kind, &mut file)
}

/// The keys that sign every tree but the foreign ones.
pub fn signers() -> SigningKeys {
    signers_of(7)
}

pub fn signers_of(seed: u8) -> SigningKeys {
    SigningKeys {
        usign: usign::SecretKey::from_seed([seed; 8], &[seed; 32]),
        ec: ec::SecretKey::from_seed(&[seed; 32]).unwrap(),
    }
}

/// The public key that a format's indexes are signed with, as the text of its file.
pub fn public_key(format: &dyn Format, signers: &SigningKeys) -> String {
    match format.name() {
        "opkg" => signers.usign.public().to_text(),
        _ => signers.ec.public().to_pem(),
    }
}

/// The same key's id.
pub fn key_id(format: &dyn Format, signers: &SigningKeys) -> String {
    match format.name() {
        "opkg" => signers.usign.public().id().to_string(),
        _ => signers.ec.public().id().to_string(),
    }
}
