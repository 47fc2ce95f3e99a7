//! What an output is made of, as a CycloneDX 1.6 SBOM (<https://cyclonedx.org/docs/1.6/json/>), for programs that compare
//! it with lists of known weaknesses.
//!
//! Licences, origins and CPEs are those of the verified indexes. The same output gives the same text: there is no serial
//! number, and the time is the lock's.

mod document;

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;

use self::document::{Component, Document, Hash, Kind, Metadata, Needs, Property, Reference, Tools};
use crate::format::{FORMATS, FeedId, Package};
use crate::lock::{Bundle, BundleError, LockedPackage};
use crate::mirror::MirrorFolder;
use crate::release::{Upstream, feeds};
use crate::resolve::PackageKind;
use crate::trust::{Digest, DigestKind, Signed, SignedFile, Verified};

/// The name by which an SBOM refers to the output itself.
const SUBJECT: &str = "output";

/// The SBOM of an output.
#[derive(Debug)]
pub struct Sbom {
    document: Document,
}

/// The official image that a disk is put into.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// Its file's name.
    pub name: &'a str,
    /// The release that it is of.
    pub release: Option<&'a str>,
    /// SHA-256 of the file, where anybody states it.
    pub sha256: Option<[u8; 32]>,
    /// Where it is.
    pub url: &'a str,
}

impl Sbom {
    /// Of a disk, by what goes onto it.
    ///
    /// # Errors
    /// When an index cannot be read again.
    pub fn of_disk(upstream: &Upstream, bundle: &Bundle) -> Result<Sbom, BundleError> {
        let lock = &bundle.lock;
        let mut components = BTreeMap::new();
        for feed in &bundle.feeds {
            let index = reopen(upstream, &feed.name, &feed.index)?;
            let Some(index) = index else { continue };
            let taken = |package: &Package<'_>| {
                lock.carried().find(|locked| locked.feed == feed.name && locked.is(package))
            };
            each_package(&index, &feed.name, |package| {
                let Some(locked) = taken(package) else { return };
                let artifact = feed.packages.iter().find(|(file, _)| *file == locked.file);
                let sha256 = artifact.map(|(_, artifact)| Digest::sha256(artifact.sha256()));
                let digests = sha256.into_iter().chain([locked.digest()]);
                let component = Component::of(package, &feed.name, digests, Some(&locked.url));
                components.insert(component.bom_ref.clone(), component);
            })?;
        }
        let subject = Component::plain(
            Kind::File,
            SUBJECT,
            &format!("disk for OpenWrt on {}", lock.target),
            lock.release.as_deref(),
        );
        let reference = |locked: &LockedPackage| component_ref(&locked.feed, &locked.name, &locked.version);
        let needs = |name: &str| {
            let needed = lock.packages.iter().filter(|other| other.needed_by.iter().any(|by| by == name));
            needed.map(reference).collect()
        };
        let asked = lock.packages.iter().filter(|package| lock.install.contains(&package.name));
        let root = Needs { reference: SUBJECT.to_owned(), depends_on: asked.map(reference).collect() };
        let each = lock.packages.iter();
        let each =
            each.map(|package| Needs { reference: reference(package), depends_on: needs(&package.name) });
        Ok(Sbom::new(subject, Some(lock.date), components, [root].into_iter().chain(each).collect()))
    }

    /// Of an image alone.
    pub fn of_image(base: Base<'_>) -> Sbom {
        Sbom::new(base.component(SUBJECT), None, BTreeMap::new(), Vec::new())
    }

    /// The same for the image that carries this disk.
    #[must_use]
    pub fn within(mut self, base: Base<'_>) -> Sbom {
        let image = base.component("image");
        let subject = Component::plain(
            Kind::Firmware,
            SUBJECT,
            &format!("{} with a disk in it", base.name),
            base.release,
        );
        if let Some(root) = self.document.dependencies.first_mut() {
            root.depends_on.push(image.bom_ref.clone());
        }
        self.document.metadata.component = subject;
        self.document.components.push(image);
        self
    }

    /// Of what a mirror is to hold. It has no date of its own, so the SBOM has none.
    ///
    /// # Errors
    /// When an index cannot be read again.
    pub fn of_mirror(upstream: &Upstream, folders: &[MirrorFolder]) -> Result<Sbom, BundleError> {
        let mut components = BTreeMap::new();
        for folder in folders {
            let feed = &folder.folder;
            let at = |name: &str| format!("{}/{name}", folder.source);
            let Some(index) = reopen(upstream, feeds::name_of(feed), &folder.index)? else {
                for file in &folder.files {
                    let name = component_ref(feed, &file.name, "");
                    let component = Component::plain(Kind::File, &name, &file.name, None);
                    let component = component.digested([file.digest]).at(feed, Some(&at(&file.name)));
                    components.insert(component.bom_ref.clone(), component);
                }
                continue;
            };
            each_package(&index, feed, |package| {
                let listed = folder.files.binary_search_by(|file| file.name.as_str().cmp(&package.file));
                let Some(file) = listed.ok().and_then(|at| folder.files.get(at)) else { return };
                if package.digest == Some(file.digest) {
                    let component = Component::of(package, feed, [file.digest], Some(&at(&file.name)));
                    components.insert(component.bom_ref.clone(), component);
                }
            })?;
        }
        let subject = Component::plain(Kind::File, SUBJECT, "mirror of OpenWrt's feeds", None);
        Ok(Sbom::new(subject, None, components, Vec::new()))
    }

    fn new(
        subject: Component,
        date: Option<i64>,
        components: BTreeMap<String, Component>,
        dependencies: Vec<Needs>,
    ) -> Sbom {
        let tool = Component::plain(Kind::Application, "tool", "owpkg", Some(env!("CARGO_PKG_VERSION")));
        let metadata = Metadata {
            // What no calendar has is left out.
            timestamp: date.and_then(|date| Timestamp::from_second(date).ok()).map(|time| time.to_string()),
            tools: Tools { components: vec![tool] },
            component: subject,
        };
        Sbom { document: Document::new(metadata, components.into_values().collect(), dependencies) }
    }

    /// Writes it, as indented JSON that ends in a newline.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, &self.document)?;
        out.write_all(b"\n")
    }
}

impl Base<'_> {
    fn component(&self, reference: &str) -> Component {
        let digest = self.sha256.map(Digest::sha256);
        Component::plain(Kind::Firmware, reference, self.name, self.release)
            .digested(digest)
            .at("", Some(self.url))
    }
}

/// An index, verified anew; none: the files are no index of packages.
fn reopen(
    upstream: &Upstream,
    feed: &str,
    files: &[Verified<SignedFile>],
) -> Result<Option<Verified<Signed>>, BundleError> {
    let is_of = |name: &str| files.iter().any(|file| file.name == name);
    let Some(format) = FORMATS.into_iter().find(|format| is_of(format.index_name())) else { return Ok(None) };
    let files = files.iter().map(|file| SignedFile::clone(file)).collect();
    let failed = |source| BundleError::Index { at: feed.to_owned(), source };
    let signed = format.open(files).map_err(failed)?;
    Ok(Some(upstream.keyring.verify(signed, feed, upstream.unsigned.policy(feed))?))
}

fn each_package(
    index: &Verified<Signed>,
    feed: &str,
    mut take: impl FnMut(&Package<'_>),
) -> Result<(), BundleError> {
    let name = index.files.first().map(|file| file.name).unwrap_or_default();
    let Some(format) = FORMATS.into_iter().find(|format| format.index_name() == name) else { return Ok(()) };
    let parsed = format.parse(index, FeedId(0));
    let parsed = parsed.map_err(|source| BundleError::Index { at: feed.to_owned(), source })?;
    parsed.into_packages().for_each(|package| take(&package));
    Ok(())
}

fn component_ref(feed: &str, name: &str, version: &str) -> String {
    let version = if version.is_empty() { String::new() } else { format!("@{version}") };
    format!("{feed}/{name}{version}")
}

impl Component {
    fn of(
        package: &Package<'_>,
        feed: &str,
        digests: impl IntoIterator<Item = Digest>,
        url: Option<&str>,
    ) -> Component {
        let kind = match PackageKind::of(package.name) {
            PackageKind::Driver => Kind::DeviceDriver,
            PackageKind::Firmware => Kind::Firmware,
            PackageKind::Library => Kind::Library,
            PackageKind::Userspace => Kind::Application,
        };
        let reference = component_ref(feed, package.name, package.version);
        let mut component = Component::plain(kind, &reference, package.name, Some(package.version));
        let stated = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        component.set_license(stated(&package.provenance.license));
        component.cpe = stated(&package.provenance.cpe).map(|cpe| with_version(&cpe, package));
        let origin = stated(&package.provenance.origin);
        component.properties.extend(origin.map(|value| Property { name: "owpkg:origin", value }));
        component.digested(digests).at(feed, url)
    }

    fn digested(mut self, digests: impl IntoIterator<Item = Digest>) -> Component {
        for digest in digests {
            match digest.kind {
                DigestKind::Sha256 => {
                    let content = digest.hex();
                    if !self.hashes.iter().any(|hash| hash.content == content) {
                        self.hashes.push(Hash { alg: "SHA-256", content });
                    }
                }
                // apk's digest is of a part of the file, which no algorithm of CycloneDX says.
                kind => self.properties.push(Property { name: kind.property(), value: digest.hex() }),
            }
        }
        self
    }

    fn at(mut self, feed: &str, url: Option<&str>) -> Component {
        if !feed.is_empty() {
            self.properties.push(Property { name: "owpkg:feed", value: feed.to_owned() });
        }
        let reference = url.map(|url| Reference { kind: "distribution", url: url.to_owned() });
        self.external_references.extend(reference);
        self
    }
}

impl DigestKind {
    fn property(self) -> &'static str {
        match self {
            DigestKind::Sha256 => "owpkg:sha256",
            DigestKind::AdbSha256 => "owpkg:adb-sha256",
        }
    }
}

/// A CPE with the version as upstream's own list of a feed's packages has it: without the package's release, and for
/// kernel modules the kernel's.
fn with_version(cpe: &str, package: &Package<'_>) -> String {
    let version = package.version;
    let kernel = || {
        let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
        &version[..end]
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let version = match version.rsplit_once('-') {
        _ if package.name.starts_with("kmod-") => kernel(),
        Some((own, release)) if is_number(release.strip_prefix('r').unwrap_or(release)) => own,
        _ => version,
    };
    // Signs that a CPE gives a meaning to are escaped by their number.
    let escape = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => c.to_string(),
        _ => format!("%{:02x}", u32::from(c)),
    };
    format!("{cpe}:{}", version.chars().map(escape).collect::<String>())
}
