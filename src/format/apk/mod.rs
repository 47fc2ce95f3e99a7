//! apk, the package manager of OpenWrt since 25.12: `packages.adb`, one file that carries its own signatures.

pub mod adb;
mod choice;
pub mod depends;
mod feed;
mod installed;
mod local;
pub mod matching;
pub mod package;
mod read;
pub mod schema;
mod solver;
pub mod version;
mod write;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::{self, Read};

use super::{
    Constraint, Dependency, Described, Duplicate, FeedId, Format, IndexError, IndexFile, Installed, Package,
    PackageId, Parsed, Universe,
};
use crate::demo::{Blueprint, FeedFile, PackageSpec, SigningKeys};
use crate::trust::{Scheme, SecretKey, Signature, Signed, SignedFile, Verified, ec};
use adb::{BlockKind, Blocks, Defect, Error, Malformed};

pub use installed::{is_list_line, name_and_version, read_database};
pub use write::{Content, Entry, File, WriteError, Written, write_index, write_package};

const INDEX: &str = "packages.adb";

/// The largest payload of an index that is read, in bytes: thirty times that of the largest official feed.
const PAYLOAD_CAP: u64 = 128 << 20;
/// The longest signature block that is read, and the most of them: apk itself writes at most 2 KiB.
const SIGNATURE_CAP: u64 = 4 << 10;
const MOST_SIGNATURES: usize = 64;

/// The apk format.
#[derive(Debug)]
pub struct Apk;

impl Format for Apk {
    fn name(&self) -> &'static str {
        "apk"
    }

    fn index_files(&self) -> &'static [IndexFile] {
        &[IndexFile { name: INDEX, cap: 32 << 20 }]
    }

    fn open(&self, files: Vec<SignedFile>) -> Result<Signed, IndexError> {
        let packed = files.iter().find(|file| file.name == INDEX);
        let (message, signatures) = open(packed.map(|file| &file.bytes[..]).unwrap_or_default())?;
        Ok(Signed { message, signatures, files })
    }

    fn parse<'i>(&self, index: &'i Verified<Signed>, feed: FeedId) -> Result<Parsed<'i>, IndexError> {
        read::parse(&index.message, feed)
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        version::compare(a, b)
    }

    fn satisfies(&self, version: &str, constraint: &Constraint<'_>) -> bool {
        version::satisfies(version, constraint.relation, constraint.version)
    }

    /// A virtual name is of no version, which precedes every other: it meets `<2` and no other constraint.
    fn provided_version<'v>(&self, _: &'v str, provided: Option<&'v str>) -> Option<&'v str> {
        Some(provided.unwrap_or_default())
    }

    fn identifies(&self, package: &Package<'_>, identity: &str) -> bool {
        package.digest.is_some_and(|digest| depends::is_identity(identity, &digest))
    }

    /// A name that has a version belongs to one package alone.
    fn may_share(&self, a: Option<&str>, b: Option<&str>) -> bool {
        a.is_none() && b.is_none()
    }

    fn conflicts_hit_providers(&self) -> bool {
        true
    }

    fn heeds_recommends(&self) -> bool {
        false
    }

    fn fits(&self, package_arch: &str, release_arch: &str) -> bool {
        package_arch == release_arch || package_arch == "noarch" || package_arch.is_empty()
    }

    fn duplicate(&self) -> Duplicate {
        Duplicate::FirstWins
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

    fn may_choose(&self, universe: &Universe<'_>, dependency: &Dependency<'_>, candidate: PackageId) -> bool {
        choice::may_choose(universe.package(candidate), dependency.name)
    }

    fn exactly(&self, package: &Package<'_>) -> Option<String> {
        Some(format!("{}={}", package.name, package.version))
    }

    fn install(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
        choice::install(universe, installed, names)
    }

    fn make_feed(
        &self,
        of: &Blueprint,
        articles: &[PackageSpec],
        signers: &SigningKeys,
    ) -> io::Result<Vec<FeedFile>> {
        feed::feed(of, articles, &signers.ec)
    }

    fn package_ending(&self) -> &'static str {
        ".apk"
    }

    fn describe(&self, name: &str, file: &mut dyn Read) -> Result<Described, String> {
        local::describe(name, file)
    }

    fn make_index(&self, packages: &[Described], key: Option<&SecretKey>) -> io::Result<Vec<SignedFile>> {
        let key = match key {
            None => None,
            Some(SecretKey::Ec(key)) => Some(key),
            Some(SecretKey::Usign(_)) => return Err(io::ErrorKind::InvalidInput.into()),
        };
        local::write_index(packages, key).map(|file| vec![file]).map_err(io::Error::other)
    }

    fn scheme(&self) -> Scheme {
        Scheme::Ec
    }

    /// apk reads every key that is there, whatever its name; the id keeps the keys of several builders apart.
    fn key_file(&self, id: &str) -> String {
        format!("{id}.pem")
    }

    fn keys_folder(&self) -> &'static str {
        "/etc/apk/keys"
    }

    fn own_feeds_file(&self) -> &'static str {
        "/etc/apk/repositories.d/customfeeds.list"
    }

    fn feeds_file(&self) -> &'static str {
        "/etc/apk/repositories.d/distfeeds.list"
    }

    fn feed_line(&self, _: &str, url: &str) -> String {
        format!("{url}/{INDEX}")
    }

    fn install_steps(&self) -> &'static str {
        include_str!("install.sh")
    }
}

/// Unpacks an index into its payload and its signatures.
fn open(packed: &[u8]) -> Result<(Vec<u8>, Vec<Signature>), IndexError> {
    let mut blocks = Blocks::open(adb::unpack(packed)?)?;
    let schema = blocks.schema();
    if schema != schema::INDEX {
        let why = format!("{} where an index belongs", schema::schema_name(schema));
        return Err(IndexError::Malformed { unit: "offset", at: 4, why });
    }
    let (mut payload, mut signatures) = (Vec::new(), Vec::new());
    while let Some(block) = blocks.next_block()? {
        let at = block.at;
        match block.kind {
            BlockKind::Adb => payload = block.into_bytes(PAYLOAD_CAP)?,
            BlockKind::Signature if signatures.len() == MOST_SIGNATURES => {
                let why = format!("more than {MOST_SIGNATURES} signatures");
                return Err(IndexError::Malformed { unit: "offset", at, why });
            }
            BlockKind::Signature => {
                signatures.extend(ec::Signature::parse(schema, &block.into_bytes(SIGNATURE_CAP)?))
            }
            BlockKind::Data => {
                return Err(IndexError::Malformed { unit: "offset", at, why: "data in an index".to_owned() });
            }
        }
    }
    Ok((payload, signatures.into_iter().map(Signature::Ec).collect()))
}

impl From<Malformed> for IndexError {
    fn from(error: Malformed) -> IndexError {
        let unit = match error.place {
            adb::Place::File => "offset",
            adb::Place::Payload => "payload offset",
        };
        IndexError::Malformed { unit, at: error.at, why: error.defect.to_string() }
    }
}

impl From<Error> for IndexError {
    fn from(error: Error) -> IndexError {
        match error {
            Error::Malformed(Malformed { defect: Defect::BlockTooLarge { cap, .. }, .. }) => {
                IndexError::TooLarge { file: INDEX, cap }
            }
            Error::Malformed(error) => error.into(),
            Error::Io(error) => IndexError::Packing { file: INDEX, why: error.to_string() },
        }
    }
}
