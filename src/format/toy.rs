//! A third format, of tests alone: as plain as a format can be, to show that all that there is to one stands in its own
//! folder and in one line of [`FORMATS`](super::FORMATS).
//!
//! ```text
//! toys              a line a package: NAME VERSION ARCH SIZE SHA256 DEPENDENCY…; versions are numbers
//! toys.sig          usign's signature over it
//! NAME@VERSION.toy  its first line: NAME VERSION ARCH DEPENDENCY…
//! ```

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;
use std::io::{self, Read};

use super::{
    Choice, Constraint, Dependency, Duplicate, FeedId, Format, FormatFacts, Indescribable, IndexEntry,
    IndexError, IndexFile, IndexFiles, Installed, InstalledLists, InstalledPackage, Package, PackageFiles,
    PackageId, Parsed, Provenance, Relation, Universe, UnpackBudget, Versions, VisitFile,
};
use crate::trust::{Digest, Scheme, SecretKey, Signature, Signed, SignedFile, Verified, sha256, usign};

const INDEX: &str = "toys";
const SIGNATURE: &str = "toys.sig";
/// The first line of the client's database.
const DATABASE: &str = "toy database";

#[derive(Debug)]
pub(crate) struct Toy;

static FACTS: FormatFacts = FormatFacts {
    name: "toy",
    index_files: &[IndexFile { name: INDEX, cap: 1 << 20 }, IndexFile { name: SIGNATURE, cap: 4 << 10 }],
    plain_index: None,
    package_ending: ".toy",
    scheme: Scheme::Usign,
    any_arch: &["any"],
    duplicate: Duplicate::FirstWins,
    conflicts_hit_providers: false,
    heeds_recommends: false,
    implied: &[],
    unlisted: &[],
    keys_folder: "/etc/toy/keys",
    key_ending: ".key",
    feeds_file: "/etc/toy/feeds",
    custom_feeds_file: "/etc/toy/customfeeds",
    installed_lists: &["toy database"],
    install_steps: "client=toy\nlisting='toy list'\nconfigure() { :; }\ninstalled() { toy list >\"$1\"; }\n\
                    rehearse() { :; }\ninstall() { with_names toy add; }\nfiles_of() { :; }\n",
};

impl Format for Toy {
    fn facts(&self) -> &'static FormatFacts {
        &FACTS
    }
}

impl Versions for Toy {
    fn compare(&self, a: &str, b: &str) -> Ordering {
        number(a).cmp(&number(b))
    }

    fn satisfies(&self, version: &str, constraint: &Constraint<'_>) -> bool {
        constraint.relation == Relation::Equal && version == constraint.version
    }

    fn provided_version<'v>(&self, _: &'v str, provided: Option<&'v str>) -> Option<&'v str> {
        provided
    }
}

impl Choice for Toy {
    fn prefer(
        &self,
        universe: &Universe<'_>,
        _: &Dependency<'_>,
        _: &HashSet<&str>,
        candidates: &mut [PackageId],
    ) {
        candidates.sort_by_key(|&id| Reverse(number(universe.package(id).version)));
    }

    fn install(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
        let mut chosen = Vec::new();
        for name in names.iter().filter(|name| installed.get(name).is_none()) {
            let newest = universe.named(name).max_by_key(|&id| number(universe.package(id).version));
            let Some(id) = newest else { continue };
            let needs: Vec<&str> = universe.package(id).depends.iter().map(|need| need.first.name).collect();
            chosen.extend(self.install(universe, installed, &needs));
            chosen.push(id);
        }
        chosen
    }
}

impl IndexFiles for Toy {
    fn open_within(&self, files: Vec<SignedFile>, _: &UnpackBudget) -> Result<Signed, IndexError> {
        let bytes = |name| files.iter().find(|file| file.name == name).map(|file| &file.bytes[..]);
        let message = bytes(INDEX).unwrap_or_default().to_vec();
        let signature = bytes(SIGNATURE).map(usign::Signature::parse).transpose();
        let signature = signature.map_err(|source| IndexError::Signature { file: SIGNATURE, source })?;
        Ok(Signed { message, signatures: signature.map(Signature::Usign).into_iter().collect(), files })
    }

    fn parse<'i>(&self, index: &'i Verified<Signed>, feed: FeedId) -> Result<Parsed<'i>, IndexError> {
        let text = std::str::from_utf8(&index.message).unwrap_or_default();
        let lines = (1..).zip(text.lines());
        let malformed = |at| IndexError::Malformed { unit: "line", at, why: "no package".to_owned() };
        let packages = lines.map(|(at, line)| self.package(line, feed).ok_or_else(|| malformed(at)));
        Ok(packages.collect::<Result<Vec<_>, _>>()?.into())
    }

    fn make_index(&self, packages: &[IndexEntry], key: Option<&SecretKey>) -> io::Result<Vec<SignedFile>> {
        let text: Vec<u8> = packages.iter().flat_map(|package| package.metadata.clone()).collect();
        let signature = match key {
            None => None,
            Some(SecretKey::Usign(key)) => Some(key.sign(&text).to_text().into_bytes()),
            Some(_) => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let signature = signature.map(|bytes| SignedFile { name: SIGNATURE, bytes });
        Ok([SignedFile { name: INDEX, bytes: text }].into_iter().chain(signature).collect())
    }

    fn feed_line(&self, name: &str, url: &str) -> String {
        format!("{name} {url}/{INDEX}")
    }
}

impl Toy {
    fn package<'i>(&self, line: &'i str, feed: FeedId) -> Option<Package<'i>> {
        let mut words = line.split(' ');
        let (name, version, arch) = (words.next()?, words.next()?, words.next()?);
        let (size, digest) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some(Package {
            name,
            version,
            arch,
            feed,
            depends: words.map(|name| Dependency::on(name).into()).collect(),
            recommends: Vec::new(),
            conflicts: Vec::new(),
            provides: Vec::new(),
            supersedes: Vec::new(),
            install_if: Vec::new(),
            provider_priority: 0,
            file: Cow::Owned(self.file_name(name, version, arch)),
            size: Some(size),
            installed_size: Some(size),
            digest: Some(digest),
            description: Cow::Borrowed("a toy"),
            provenance: Provenance::default(),
        })
    }
}

impl PackageFiles for Toy {
    fn visit_files(&self, package: &mut dyn Read, _: &mut VisitFile<'_>) -> io::Result<()> {
        io::copy(package, &mut io::sink()).map(drop)
    }

    fn file_name(&self, name: &str, version: &str, _: &str) -> String {
        format!("{name}@{version}.toy")
    }

    fn describe(&self, file_name: &str, file: &mut dyn Read) -> Result<IndexEntry, Indescribable> {
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| error.to_string())?;
        let head: Vec<&str> = text.lines().next().unwrap_or_default().split(' ').collect();
        let [name, version, arch, depends @ ..] = &head[..] else { return Err("no toy".into()) };
        let (size, digest) = (text.len() as u64, Digest::sha256(sha256(text.as_bytes())));
        let mut entry = format!("{name} {version} {arch} {size} {}", digest.hex());
        depends.iter().for_each(|name| entry.extend([" ", name]));
        Ok(IndexEntry {
            file: file_name.to_owned(),
            name: (*name).to_owned(),
            version: (*version).to_owned(),
            arch: (*arch).to_owned(),
            size,
            digest,
            metadata: (entry + "\n").into_bytes(),
        })
    }
}

impl InstalledLists for Toy {
    fn read_database(&self, text: &str) -> Option<Installed> {
        let lines = text.strip_prefix(DATABASE)?.lines();
        let mut installed = Installed::default();
        for (name, version) in lines.filter_map(|line| line.split_once('@')) {
            let package = InstalledPackage { version: version.to_owned(), ..InstalledPackage::default() };
            installed.insert(name, package);
        }
        Some(installed)
    }
}

fn number(version: &str) -> u64 {
    version.parse().unwrap_or_default()
}
