//! Release trees made here, from one description, in either format: the demo release and the releases of tests.
//!
//! A [`Blueprint`] says what a release holds; [`Blueprint::build`] makes its files as a server has them, indexes
//! signed. The same blueprint gives the same logical feeds in both formats, and always the same bytes.

use std::collections::BTreeMap;
use std::io;

use serde_json::json;

use super::feed;
use crate::format::{Format, Relation};
use crate::release::Kernel;
use crate::trust::{self, Digest, ec, usign};

/// A release to be made.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// `25.12.0`.
    pub release: String,
    /// `x86/64`.
    pub target: String,
    /// `x86_64`.
    pub arch: String,
    /// The kernel of its images; modules depend on [`Blueprint::kernel_version`].
    pub kernel: Kernel,
    /// What `profiles.json` calls the default packages.
    pub default_packages: Vec<String>,
    /// What the stock image holds, by name and version; nothing: the tree has no manifest.
    pub manifest: Vec<(String, String)>,
    /// The feeds, `core` and `kmods` or those of the architecture, with their packages.
    pub feeds: Vec<(String, Vec<PackageSpec>)>,
    /// The time of everything in it, in seconds since 1970.
    pub date: u64,
}

/// A package to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageSpec {
    pub name: String,
    pub version: String,
    /// Whether it is for every architecture.
    pub any_arch: bool,
    /// What it depends on: `libc kernel=6.12.71~…-r1 b>=1.0`; `v*` on all that provide `v`, which only opkg knows.
    pub depends: String,
    /// What is to be installed with it where it can be, which only opkg does.
    pub recommends: String,
    /// What it provides: `v` virtually, `v=1.0` at a version, which opkg does not know.
    pub provides: String,
    /// Names that it excludes.
    pub conflicts: String,
    /// Names that it takes over, if it excludes them too (opkg).
    pub replaces: String,
    /// apk's rank among providers.
    pub provider_priority: u32,
    /// What it is.
    pub description: String,
    /// Its files: absolute paths and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The keys that sign a release to be made.
pub struct SigningKeys {
    /// Signs `Packages`.
    pub usign: usign::SecretKey,
    /// Signs `packages.adb`.
    pub ec: ec::SecretKey,
}

impl Blueprint {
    /// The version of the `kernel` package, vermagic and all.
    #[doc(hidden)]
    pub fn kernel_version(&self) -> String {
        let Kernel { version, release, vermagic } = &self.kernel;
        format!("{version}~{vermagic}-r{release}")
    }

    /// Makes the release: its files by their path in the tree.
    ///
    /// # Errors
    /// When a package cannot be packed: a path twice, a list that breaks the grammar.
    pub fn build(&self, format: &dyn Format, signers: &SigningKeys) -> io::Result<BTreeMap<String, Vec<u8>>> {
        let mut tree = BTreeMap::new();
        let target = format!("targets/{}", self.target);
        tree.insert(format!("{target}/profiles.json"), self.profiles());
        if !self.manifest.is_empty() {
            let name =
                format!("{target}/openwrt-{}-{}.manifest", self.release, self.target.replace('/', "-"));
            tree.insert(name, self.manifest_text().into_bytes());
        }
        let sums: String = tree
            .iter()
            .map(|(path, bytes): (&String, &Vec<u8>)| {
                let name = path.rsplit('/').next().unwrap_or(path);
                format!("{} *{name}\n", Digest::sha256(trust::sha256(bytes)).hex())
            })
            .collect();
        let signature = signers.usign.sign(sums.as_bytes());
        tree.insert(format!("{target}/sha256sums"), sums.into_bytes());
        tree.insert(format!("{target}/sha256sums.sig"), signature.to_text().into_bytes());
        let mut folders = String::new();
        for (name, packages) in &self.feeds {
            let folder = match name.as_str() {
                "core" => format!("{target}/packages"),
                "kmods" => format!("{target}/kmods/{}", self.kernel.folder()),
                name => {
                    folders +=
                        &format!("src/gz {name} https://downloads.example/packages/{}/{name}\n", self.arch);
                    format!("packages/{}/{name}", self.arch)
                }
            };
            let made = feed::make(format, self, packages, signers)?;
            tree.extend(made.into_iter().map(|file| (format!("{folder}/{}", file.name), file.bytes)));
        }
        tree.insert(format!("packages/{}/feeds.conf", self.arch), folders.into_bytes());
        Ok(tree)
    }

    fn profiles(&self) -> Vec<u8> {
        json!({
            "arch_packages": self.arch,
            "default_packages": self.default_packages,
            "linux_kernel": self.kernel,
            "metadata_version": 1,
            "profiles": { "generic": { "device_packages": [] } },
            "source_date_epoch": self.date,
            "target": self.target,
            "version_number": self.release,
        })
        .to_string()
        .into_bytes()
    }

    fn manifest_text(&self) -> String {
        self.manifest.iter().map(|(name, version)| format!("{name} - {version}\n")).collect()
    }
}

impl PackageSpec {
    /// Its architecture, where `any` is the format's word for every one.
    pub(super) fn arch<'a>(&self, blueprint: &'a Blueprint, any: &'a str) -> &'a str {
        if self.any_arch { any } else { &blueprint.arch }
    }
}

/// Splits `name>=1.0` into its parts.
pub(super) fn clause(text: &str) -> (&str, Option<(Relation, &str)>) {
    let Some(at) = text.find(['<', '=', '>']) else { return (text, None) };
    let (name, rest) = text.split_at(at);
    let version = rest.trim_start_matches(['<', '=', '>']);
    let relation = match &rest[..rest.len() - version.len()] {
        "<" => Relation::Less,
        "<=" => Relation::LessEqual,
        ">=" => Relation::GreaterEqual,
        ">" => Relation::Greater,
        _ => Relation::Equal,
    };
    (name, Some((relation, version)))
}
