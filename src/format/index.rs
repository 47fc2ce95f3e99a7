//! What reading a feed's index comes to.

use super::Package;
use crate::trust::usign::UsignError;

/// What a feed's index holds.
#[derive(Debug, Default)]
pub struct Parsed<'i> {
    /// The packages, in the index's order.
    pub packages: Vec<Package<'i>>,
    /// What was passed over.
    pub warnings: Vec<Warning>,
}

impl Parsed<'_> {
    /// How many dependencies of all kinds it has, and packages, of which each counts for four: what it costs to hold it.
    pub fn entries(&self) -> usize {
        let of_package = |package: &Package<'_>| {
            let lists = package.depends.len() + package.recommends.len() + package.conflicts.len();
            4 + lists + package.provides.len() + package.install_if.len()
        };
        self.packages.iter().map(of_package).sum()
    }
}

/// An entry that was passed over, as the client would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where, in the inflated index: a line, counted from 1, or an offset in the ADB payload.
    pub at: u64,
    pub why: &'static str,
}

/// An index that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// It does not unpack.
    #[error("{file} does not unpack: {why}")]
    Packing {
        file: &'static str,
        /// What the unpacker says.
        why: String,
    },
    /// It unpacks to more than an index may hold.
    #[error("{file} unpacks to more than {cap} bytes")]
    TooLarge {
        file: &'static str,
        /// The limit in bytes.
        cap: u64,
    },
    /// All indexes together unpack to more than there is memory set aside for.
    #[error("{file} unpacks to more than the {budget} bytes that all indexes may have together")]
    Budget {
        /// The file that was one too many.
        file: &'static str,
        /// The limit in bytes.
        budget: u64,
    },
    /// All indexes together list more than there is memory set aside for.
    #[error("the feeds together list more packages and dependencies than owpkg reads")]
    TooManyEntries,
    /// It breaks the format.
    #[error("{unit} {at}: {why}")]
    Malformed {
        /// `line`, `offset` in the inflated file, or `payload offset` in its ADB payload.
        unit: &'static str,
        /// Where, in the inflated index.
        at: u64,
        why: String,
    },
    /// Its signature file is none.
    #[error("{file} is not a signature: {source}")]
    Signature { file: &'static str, source: UsignError },
}
