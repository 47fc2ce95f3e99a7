//! apk, the package manager of OpenWrt since 25.12: `packages.adb`, one file that carries its own signatures.

#[doc(hidden)]
pub mod adb;
mod choice;
mod depends;
mod installed;
mod local;
mod matching;
#[doc(hidden)]
pub mod package;
mod read;
mod schema;
mod solver;
#[doc(hidden)]
pub mod version;
mod write;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::{self, Read};

use super::{
    Choice, Constraint, Dependency, Duplicate, FeedId, Format, FormatFacts, Indescribable, IndexEntry,
    IndexError, IndexFile, IndexFiles, Installed, InstalledLists, ListedLine, Names, Package, PackageFiles,
    PackageId, Parsed, Universe, UnpackBudget, Versions, VisitFile,
};
use crate::trust::{Scheme, SecretKey, Signature, Signed, SignedFile, Verified, ec};
use adb::{BlockKind, Blocks, Defect, Error, Malformed};

#[doc(hidden)]
pub use write::{Entry, File, FileContent, WriteError, WrittenPackage, write_index, write_package};

const INDEX: &str = "packages.adb";

/// The largest payload of an index that is read, in bytes: fifteen times that of the largest official feed.
const PAYLOAD_CAP: u64 = 64 << 20;
/// The longest signature block that is read, and the most of them: apk itself writes at most 2 KiB.
const SIGNATURE_CAP: u64 = 4 << 10;
const MOST_SIGNATURES: usize = 64;

/// The apk format.
#[derive(Debug)]
pub struct Apk;

/// A key file's name is the id alone, which keeps the keys of several builders apart: apk reads every key that is there.
static FACTS: FormatFacts = FormatFacts {
    name: "apk",
    index_files: &[IndexFile { name: INDEX, cap: 16 << 20 }],
    plain_index: None,
    package_ending: ".apk",
    scheme: Scheme::Ec,
    any_arch: &["noarch", ""],
    duplicate: Duplicate::FirstWins,
    conflicts_hit_providers: true,
    heeds_recommends: false,
    implied: &[],
    unlisted: &[],
    keys_folder: "/etc/apk/keys",
    key_ending: ".pem",
    feeds_file: "/etc/apk/repositories.d/distfeeds.list",
    custom_feeds_file: "/etc/apk/repositories.d/customfeeds.list",
    installed_lists: &["apk list", "apk info -v", "apk's installed database"],
    install_steps: include_str!("install.sh"),
};

impl Format for Apk {
    fn facts(&self) -> &'static FormatFacts {
        &FACTS
    }
}

impl Versions for Apk {
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
}

impl Choice for Apk {
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

    fn without(&self, name: &str) -> Option<String> {
        Some(format!("!{name}"))
    }

    fn install(&self, universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
        choice::install(universe, installed, names)
    }
}

impl IndexFiles for Apk {
    fn open_within(&self, files: Vec<SignedFile>, budget: &UnpackBudget) -> Result<Signed, IndexError> {
        let packed = files.iter().find(|file| file.name == INDEX);
        let (message, signatures) = open(packed.map(|file| &file.bytes[..]).unwrap_or_default(), budget)?;
        Ok(Signed { message, signatures, files })
    }

    fn parse<'i>(&self, index: &'i Verified<Signed>, feed: FeedId) -> Result<Parsed<'i>, IndexError> {
        read::parse(&index.message, feed)
    }

    fn find<'i>(
        &self,
        index: &'i Verified<Signed>,
        names: &Names<'_>,
        feed: FeedId,
    ) -> Result<Vec<Package<'i>>, IndexError> {
        read::find(&index.message, names, feed)
    }

    fn make_index(&self, packages: &[IndexEntry], key: Option<&SecretKey>) -> io::Result<Vec<SignedFile>> {
        let key = match key {
            None => None,
            Some(SecretKey::Ec(key)) => Some(key),
            Some(SecretKey::Usign(_)) => return Err(io::ErrorKind::InvalidInput.into()),
        };
        local::write_index(packages, key).map(|file| vec![file]).map_err(io::Error::other)
    }

    fn feed_line(&self, _: &str, url: &str) -> String {
        format!("{url}/{INDEX}")
    }
}

impl PackageFiles for Apk {
    fn file_name(&self, name: &str, version: &str, _: &str) -> String {
        format!("{name}-{version}.apk")
    }

    fn describe(&self, name: &str, file: &mut dyn Read) -> Result<IndexEntry, Indescribable> {
        local::describe(name, file)
    }

    fn visit_files(&self, package: &mut dyn Read, visit: &mut VisitFile<'_>) -> io::Result<()> {
        package::visit(package, visit)?;
        Ok(())
    }
}

impl InstalledLists for Apk {
    fn read_database(&self, text: &str) -> Option<Installed> {
        text.lines().any(|line| line.starts_with("P:")).then(|| installed::read_database(text))
    }

    fn read_line<'l>(&self, line: &'l str) -> Option<ListedLine<'l>> {
        installed::listed(line)
    }
}

/// Unpacks an index into its payload and its signatures.
fn open(packed: &[u8], budget: &UnpackBudget) -> Result<(Vec<u8>, Vec<Signature>), IndexError> {
    let mut blocks = Blocks::open(budget.within(adb::unpack(packed)?))?;
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
            Error::Io(error) if UnpackBudget::is_spent(&error) => {
                IndexError::Budget { file: INDEX, budget: UnpackBudget::BYTES }
            }
            Error::Io(error) => IndexError::Packing { file: INDEX, why: error.to_string() },
        }
    }
}
