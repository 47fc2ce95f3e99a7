//! opkg, the package manager of OpenWrt up to 24.10: `Packages.gz` with a detached usign signature.

mod choice;
pub mod depends;
mod feed;
pub mod ipk;
mod local;
mod stanza;
mod status;
pub mod version;
mod write;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;

use super::{
    Constraint, Dependency, Described, Duplicate, FeedId, Format, IndexError, IndexFile, Installed,
    PackageId, Parsed, Relation, Universe,
};
use crate::demo::{Blueprint, FeedFile, PackageSpec, SigningKeys};
use crate::trust::{Scheme, SecretKey, Signature, Signed, SignedFile, Verified, usign};

pub use status::read_status;
pub use write::{Entry, write_index};

const INDEX: &str = "Packages.gz";
const SIGNATURE: &str = "Packages.sig";

/// The largest index that is read, inflated, in bytes: thirty times that of the largest official feed.
const INFLATED_CAP: u64 = 128 << 20;

/// The opkg format.
#[derive(Debug)]
pub struct Opkg;

impl Format for Opkg {
    fn name(&self) -> &'static str {
        "opkg"
    }

    fn index_files(&self) -> &'static [IndexFile] {
        &[IndexFile { name: INDEX, cap: 32 << 20 }, IndexFile { name: SIGNATURE, cap: 4 << 10 }]
    }

    fn open(&self, files: Vec<SignedFile>) -> Result<Signed, IndexError> {
        let bytes = |name| files.iter().find(|file| file.name == name).map(|file| file.bytes.as_slice());
        let message = inflate(bytes(INDEX).unwrap_or_default())?;
        let signature = bytes(SIGNATURE).map(usign::Signature::parse).transpose();
        let signature = signature.map_err(|source| IndexError::Signature { file: SIGNATURE, source })?;
        Ok(Signed { message, signatures: signature.map(Signature::Usign).into_iter().collect(), files })
    }

    fn parse<'i>(&self, index: &'i Verified<Signed>, feed: FeedId) -> Result<Parsed<'i>, IndexError> {
        stanza::parse(&index.message, feed)
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        version::compare(a, b)
    }

    /// Equal versions satisfy every constraint, `<<` and `>>` too: opkg's own behaviour.
    fn satisfies(&self, version: &str, constraint: &Constraint<'_>) -> bool {
        let order = version::compare(version, constraint.version);
        match constraint.relation {
            Relation::Equal => order.is_eq(),
            Relation::Less | Relation::LessEqual => order.is_le(),
            Relation::Greater | Relation::GreaterEqual => order.is_ge(),
            // opkg's grammar has none of apk's.
            Relation::Fuzzy | Relation::LessFuzzy | Relation::GreaterFuzzy | Relation::Identity => false,
        }
    }

    /// A constraint on a virtual name is compared with the provider's own version.
    fn provided_version<'v>(&self, own: &'v str, _: Option<&'v str>) -> Option<&'v str> {
        Some(own)
    }

    /// Only real packages are in conflict, of the versions that the conflict names.
    fn conflicts_hit_providers(&self) -> bool {
        false
    }

    fn heeds_recommends(&self) -> bool {
        true
    }

    fn fits(&self, package_arch: &str, release_arch: &str) -> bool {
        package_arch == release_arch || package_arch == "all" || package_arch == "noarch"
    }

    /// Nearly everything depends on libc, which OpenWrt leaves out of its indexes.
    fn implied(&self) -> &'static [&'static str] {
        &["libc"]
    }

    fn duplicate(&self) -> Duplicate {
        Duplicate::LastWins
    }

    fn prefer(
        &self,
        universe: &Universe<'_>,
        dependency: &Dependency<'_>,
        asked: &HashSet<&str>,
        candidates: &mut [PackageId],
    ) {
        choice::prefer(universe, dependency.name, asked, candidates);
    }

    fn install(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
        choice::run(universe, installed, names, choice::Run::Install)
    }

    fn rehearse(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
        choice::run(universe, installed, names, choice::Run::Rehearsal)
    }

    fn make_feed(
        &self,
        of: &Blueprint,
        articles: &[PackageSpec],
        signers: &SigningKeys,
    ) -> io::Result<Vec<FeedFile>> {
        feed::feed(of, articles, &signers.usign)
    }

    fn package_ending(&self) -> &'static str {
        ".ipk"
    }

    /// OpenWrt's own indexer leaves these out, as every router holds them.
    fn unlisted(&self) -> &'static [&'static str] {
        &["kernel", "libc"]
    }

    fn describe(&self, name: &str, file: &mut dyn Read) -> Result<Described, String> {
        local::describe(name, file)
    }

    fn make_index(&self, packages: &[Described], key: Option<&SecretKey>) -> io::Result<Vec<SignedFile>> {
        let key = match key {
            None => None,
            Some(SecretKey::Usign(key)) => Some(key),
            Some(SecretKey::Ec(_)) => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let stanzas = packages.iter().filter_map(|package| std::str::from_utf8(&package.told).ok());
        write::pack(&write::text(stanzas), key)
    }

    fn plain_index(&self) -> Option<&'static str> {
        Some("Packages")
    }

    fn scheme(&self) -> Scheme {
        Scheme::Usign
    }

    fn key_file(&self, id: &str) -> String {
        id.to_owned()
    }

    fn keys_folder(&self) -> &'static str {
        "/etc/opkg/keys"
    }

    fn feeds_file(&self) -> &'static str {
        "/etc/opkg/distfeeds.conf"
    }

    fn own_feeds_file(&self) -> &'static str {
        "/etc/opkg/customfeeds.conf"
    }

    fn feed_line(&self, name: &str, url: &str) -> String {
        format!("src/gz {name} {url}")
    }

    fn install_steps(&self) -> &'static str {
        include_str!("install.sh")
    }
}

/// Inflates `Packages.gz`. Several gzip members count as one text, as they do for zcat and so for the signature.
fn inflate(packed: &[u8]) -> Result<Vec<u8>, IndexError> {
    let mut text = Vec::with_capacity(packed.len().saturating_mul(5).min(INFLATED_CAP as usize));
    MultiGzDecoder::new(packed)
        .take(INFLATED_CAP + 1)
        .read_to_end(&mut text)
        .map_err(|error| IndexError::Packing { file: INDEX, why: error.to_string() })?;
    match text.len() as u64 > INFLATED_CAP {
        true => Err(IndexError::TooLarge { file: INDEX, cap: INFLATED_CAP }),
        false => Ok(text),
    }
}
