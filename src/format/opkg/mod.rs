//! opkg, the package manager of OpenWrt up to 24.10: `Packages.gz` with a detached usign signature.

mod choice;
mod depends;
#[doc(hidden)]
pub mod ipk;
mod local;
mod stanza;
mod status;
mod version;
mod write;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;

use super::{
    Choice, Constraint, Dependency, Duplicate, FeedId, Format, FormatFacts, Indescribable, IndexEntry,
    IndexError, IndexFile, IndexFiles, Installed, InstalledLists, Names, Package, PackageFiles, PackageId,
    Parsed, Relation, Universe, UnpackBudget, Versions, VisitFile,
};
use crate::trust::{Scheme, SecretKey, Signature, Signed, SignedFile, Verified, usign};

pub(crate) use write::{Entry, write_index};

const INDEX: &str = "Packages.gz";
const SIGNATURE: &str = "Packages.sig";

/// The largest index that is read, inflated, in bytes: fifteen times that of the largest official feed.
const INFLATED_CAP: u64 = 64 << 20;

/// The most bytes that deflate can make of one.
const MOST_INFLATED: usize = 1032;

/// The opkg format.
#[derive(Debug)]
pub struct Opkg;

/// Nearly everything depends on libc, which OpenWrt leaves out of its indexes, as it does the kernel: every router holds
/// them. Only real packages are in conflict, of the versions that the conflict names.
static FACTS: FormatFacts = FormatFacts {
    name: "opkg",
    index_files: &[IndexFile { name: INDEX, cap: 16 << 20 }, IndexFile { name: SIGNATURE, cap: 4 << 10 }],
    plain_index: Some("Packages"),
    package_ending: ".ipk",
    scheme: Scheme::Usign,
    any_arch: &["all", "noarch"],
    duplicate: Duplicate::LastWins,
    conflicts_hit_providers: false,
    heeds_recommends: true,
    implied: &["libc"],
    unlisted: &["kernel", "libc"],
    keys_folder: "/etc/opkg/keys",
    key_ending: "",
    feeds_file: "/etc/opkg/distfeeds.conf",
    custom_feeds_file: "/etc/opkg/customfeeds.conf",
    installed_lists: &["opkg list-installed", "opkg status file"],
    install_steps: include_str!("install.sh"),
};

impl Format for Opkg {
    fn facts(&self) -> &'static FormatFacts {
        &FACTS
    }
}

impl Versions for Opkg {
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
}

impl Choice for Opkg {
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
}

impl IndexFiles for Opkg {
    fn open_within(&self, files: Vec<SignedFile>, budget: &UnpackBudget) -> Result<Signed, IndexError> {
        let bytes = |name| files.iter().find(|file| file.name == name).map(|file| file.bytes.as_slice());
        let message = inflate(bytes(INDEX).unwrap_or_default(), budget)?;
        let signature = bytes(SIGNATURE).map(usign::Signature::parse).transpose();
        let signature = signature.map_err(|source| IndexError::Signature { file: SIGNATURE, source })?;
        Ok(Signed { message, signatures: signature.map(Signature::Usign).into_iter().collect(), files })
    }

    fn parse<'i>(&self, index: &'i Verified<Signed>, feed: FeedId) -> Result<Parsed<'i>, IndexError> {
        stanza::parse(&index.message, feed)
    }

    fn find<'i>(
        &self,
        index: &'i Verified<Signed>,
        names: &Names<'_>,
        feed: FeedId,
    ) -> Result<Vec<Package<'i>>, IndexError> {
        stanza::find(&index.message, names, feed)
    }

    fn make_index(&self, packages: &[IndexEntry], key: Option<&SecretKey>) -> io::Result<Vec<SignedFile>> {
        let key = match key {
            None => None,
            Some(SecretKey::Usign(key)) => Some(key),
            Some(SecretKey::Ec(_)) => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let text = |package| std::str::from_utf8(package).map_err(|_| io::ErrorKind::InvalidData.into());
        let stanzas =
            packages.iter().map(|package| text(&package.metadata)).collect::<io::Result<Vec<_>>>()?;
        write::pack(&write::text(stanzas), key)
    }

    fn feed_line(&self, name: &str, url: &str) -> String {
        format!("src/gz {name} {url}")
    }
}

impl PackageFiles for Opkg {
    fn file_name(&self, name: &str, version: &str, arch: &str) -> String {
        format!("{name}_{version}_{arch}.ipk")
    }

    fn describe(&self, name: &str, file: &mut dyn Read) -> Result<IndexEntry, Indescribable> {
        local::describe(name, file)
    }

    fn visit_files(&self, package: &mut dyn Read, visit: &mut VisitFile<'_>) -> io::Result<()> {
        ipk::visit(package, &ipk::Limits::default(), visit)?;
        Ok(())
    }
}

impl InstalledLists for Opkg {
    fn read_database(&self, text: &str) -> Option<Installed> {
        text.lines().any(|line| line.starts_with("Package:")).then(|| status::read_status(text))
    }
}

/// Inflates `Packages.gz`. Several gzip members count as one text, as they do for zcat and so for the signature.
fn inflate(packed: &[u8], budget: &UnpackBudget) -> Result<Vec<u8>, IndexError> {
    // The last member ends with the size of its text, which nothing can unpack to if it is no more than a lie.
    let stated = packed.last_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize);
    let most = packed.len().saturating_mul(MOST_INFLATED).min(INFLATED_CAP as usize);
    let mut text = Vec::with_capacity(stated.min(most) + 1);
    let packing = |error: io::Error| match UnpackBudget::is_spent(&error) {
        true => IndexError::Budget { file: INDEX, budget: UnpackBudget::BYTES },
        false => IndexError::Packing { file: INDEX, why: error.to_string() },
    };
    let unpacked = budget.within(MultiGzDecoder::new(packed));
    unpacked.take(INFLATED_CAP + 1).read_to_end(&mut text).map_err(packing)?;
    match text.len() as u64 > INFLATED_CAP {
        true => Err(IndexError::TooLarge { file: INDEX, cap: INFLATED_CAP }),
        false => Ok(text),
    }
}
