//! Releases of four series in one folder, as a server has them.

use owpkg::format::{Format, format_named};
use serde_json::{Value, json};

use crate::cli::image::{fwtool, gzip};
use crate::support::feeds::{Builder, Files, public_key, release, signers};
use crate::support::run::{Desk, Run};

/// The releases, each one step from the one before.
pub const STEPS: [&str; 4] = ["22.03.7", "23.05.5", "24.10.2", "25.12.0"];

/// A folder with releases, and the keys that vouch for them.
pub struct Server {
    pub desk: Desk,
}

/// The format of a release's packages.
pub fn format(version: &str) -> &'static dyn Format {
    format_named(if version < "25" { "opkg" } else { "apk" }).unwrap()
}

/// A release of x86/64 with what its image holds and what users add.
pub fn series(version: &str) -> Builder {
    let mut builder = release();
    let blueprint = &mut builder.blueprint;
    blueprint.release = version.to_owned();
    blueprint.kernel.version = match &version[..2] {
        "22" => "5.10.221",
        "23" => "5.15.167",
        "24" => "6.6.93",
        _ => "6.12.71",
    }
    .to_owned();
    let kernel = blueprint.kernel_version();
    for (name, held) in &mut blueprint.manifest {
        if name == "kernel" {
            held.clone_from(&kernel);
        }
    }
    let until = |last: &str| version[..5] <= *last;
    let of = |builder: Builder, there: bool, name: &str, depends: &str| match there {
        true => builder.package(name, &format!("{}-r1", &version[..5])).depends(depends),
        false => builder,
    };
    let builder = builder
        .feed("base")
        .package("dnsmasq", "2.90-r1")
        .conflicts("dnsmasq-full")
        .stock("dnsmasq", "2.90-r1")
        .package("dnsmasq-full", "2.90-r1")
        .provides("dnsmasq")
        .conflicts("dnsmasq")
        .package("tcpdump", &format!("4.99.{}-r1", &version[..2]))
        .depends("libpcap1")
        .package("libpcap1", "1.10.4-r1")
        .feed("kmods")
        .kmod("kmod-usb-core", "")
        .feed("packages");
    let builder = of(builder, until("22.03"), "oldthing", "");
    let builder = of(builder, until("22.03"), "luci-app-simple-adblock", "");
    let builder = of(builder, !until("22.03"), "luci-app-adblock-fast", "");
    let builder = of(builder, true, "wpad-basic-wolfssl", "");
    let builder = of(builder, !until("22.03"), "wpad-basic-mbedtls", "");
    let builder = of(builder, until("23.05"), "auc", "");
    let builder = of(builder, !until("23.05"), "owut", "rpcd-newer");
    let builder = of(builder, !until("23.05"), "rpcd-newer", "");
    let builder = of(builder, until("23.05"), "luci-app-opkg", "");
    let builder = of(builder, !until("23.05"), "luci-app-package-manager", "");
    let builder = of(builder, until("24.10"), "kmod-fs-ntfs", "");
    let builder = of(builder, !until("22.03"), "kmod-fs-ntfs3", "");
    let builder = of(builder, until("24.10"), "plainmqtt", "");
    let builder = of(builder, !until("24.10"), "plainmqtt-ssl", "").provides_if(!until("24.10"), "plainmqtt");
    let library = format!("libfar2023{}", &version[..2]);
    builder.package(&library, "1.0-r1")
}

trait ProvidesIf {
    fn provides_if(self, there: bool, list: &str) -> Self;
}

impl ProvidesIf for Builder {
    fn provides_if(self, there: bool, list: &str) -> Builder {
        if there { self.provides(list) } else { self }
    }
}

/// An image, and what it says of itself.
pub fn image(target: &str, about: &Value) -> Vec<u8> {
    let mut said = json!({"metadata_version": "1.1", "compat_version": "1.0",
        "version": {"dist": "OpenWrt", "version": "x", "revision": "r1-ab", "target": target}});
    said.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
    let bytes = format!("an image of {target}").into_bytes();
    fwtool(bytes, 1, &[&[0; 8], said.to_string().as_bytes()].concat())
}

/// Gives a release devices and images: `(device, supported, [(file, kind, file system, bytes)])`.
pub type Images<'a> = &'a [(&'a str, &'a [&'a str], &'a [(&'a str, &'a str, &'a str, Vec<u8>)])];

pub fn with_images(files: Files, target: &str, devices: Images<'_>) -> Files {
    let mut profiles = serde_json::Map::new();
    for (device, supported, images) in devices {
        let images: Vec<Value> = images
            .iter()
            .map(|(name, kind, fs, _)| json!({"name": name, "type": kind, "filesystem": fs, "sha256": "00"}))
            .collect();
        profiles.insert(
            (*device).to_owned(),
            json!({"device_packages": [], "supported_devices": supported, "images": images, "titles": []}),
        );
    }
    let mut files = files.with_profiles(|all| {
        all.insert("profiles".into(), profiles.into());
        all.insert("version_code".into(), json!("r1-new"));
    });
    for (name, _, _, bytes) in devices.iter().flat_map(|(_, _, images)| *images) {
        let path = format!("targets/{target}/{name}");
        files = files.with(&path, bytes.as_slice()).with_vouched(name, bytes.clone());
    }
    files
}

/// The images of x86, which say nothing of devices.
pub fn x86(version: &str) -> Vec<(String, &'static str, &'static str, Vec<u8>)> {
    let mut images = Vec::new();
    for fs in ["ext4", "squashfs"] {
        for kind in ["combined", "combined-efi"] {
            let name = format!("openwrt-{version}-x86-64-generic-{fs}-{kind}.img.gz");
            let bytes = fwtool(
                gzip(name.as_bytes()),
                1,
                &[&[0; 8], br#"{"version":{"target":"x86/64"}}"#.as_slice()].concat(),
            );
            images.push((name, kind, fs, bytes));
        }
    }
    images
}

impl Server {
    /// All four, for x86.
    pub fn new() -> Server {
        let server = Server::empty();
        for version in STEPS {
            let images = x86(version);
            let images: Vec<_> = images
                .iter()
                .map(|(name, kind, fs, bytes)| (name.as_str(), *kind, *fs, bytes.clone()))
                .collect();
            let files = series(version).build(format(version));
            server.put(version, &with_images(files, "x86/64", &[("generic", &[], &images)]));
        }
        server
    }

    pub fn empty() -> Server {
        let desk = Desk::new();
        desk.write("usign", signers().usign.public().to_text());
        desk.write("ec", public_key(format("25.12.0"), &signers()));
        Server { desk }
    }

    /// Puts a release there.
    pub fn put(&self, version: &str, files: &Files) {
        for (path, bytes) in &files.0 {
            self.desk.write(&format!("server/releases/{version}/{path}"), bytes);
        }
    }

    pub fn owpkg(&self, line: &str) -> Run {
        self.desk.owpkg(&format!("{line} --mirror server --key usign --key ec"))
    }
}
