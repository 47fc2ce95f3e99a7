//! The packages of a lock.

use serde::{Deserialize, Serialize};

use super::PlanError;
use crate::format::{Package, is_plain, is_word};
use crate::release::ReleaseFacts;
use crate::resolve::{Plan, Step};
use crate::trust::{self, Digest, DigestKind};

/// The largest number of bytes that a lock can state: TOML has no larger numbers.
const MOST_BYTES: u64 = i64::MAX as u64;

/// A package of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedPackage {
    pub name: String,
    pub version: String,
    /// The feed that lists it.
    pub feed: String,
    /// The name of its file.
    pub file: String,
    /// Where the file is.
    pub url: String,
    /// The file's size in bytes, where the index states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The size of what it unpacks to, in bytes, where the index states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed_size: Option<u64>,
    /// What the digest is taken over.
    pub digest_kind: DigestKind,
    /// The digest that the index states.
    #[serde(with = "trust::hex_bytes")]
    pub digest: [u8; 32],
    /// Why it was asked for, where it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// The packages of the plan that need it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed_by: Vec<String>,
}

impl LockedPackage {
    /// What a step of a plan adds.
    pub(super) fn added(
        facts: &ReleaseFacts,
        plan: &Plan<'_>,
        step: &Step,
    ) -> Result<LockedPackage, PlanError> {
        let because = step.because.iter().map(ToString::to_string).collect();
        let needed_by = step.needed_by.clone();
        Ok(LockedPackage { because, needed_by, ..LockedPackage::of(facts, plan.package(step))? })
    }

    /// A package of the release.
    pub(super) fn of(facts: &ReleaseFacts, package: &Package<'_>) -> Result<LockedPackage, PlanError> {
        let feed = &facts.feeds[usize::from(package.feed.0)];
        let no_digest = || PlanError::NoDigest { package: package.name.to_owned() };
        let digest = package.digest.ok_or_else(no_digest)?;
        let sizes = [package.size, package.installed_size].into_iter().flatten();
        let is_whole = is_plain(package.name) && is_plain(&package.file) && is_word(package.version);
        if !is_whole || sizes.into_iter().any(|size| size > MOST_BYTES) {
            return Err(PlanError::Odd { package: package.name.to_owned() });
        }
        Ok(LockedPackage {
            name: package.name.to_owned(),
            version: package.version.to_owned(),
            feed: feed.name.clone(),
            file: package.file.to_string(),
            url: feed.location.join(&package.file)?.to_string(),
            size: package.size,
            installed_size: package.installed_size,
            digest_kind: digest.kind,
            digest: digest.value,
            because: Vec::new(),
            needed_by: Vec::new(),
        })
    }

    /// Whether it is this package of an index.
    pub(crate) fn is(&self, package: &Package<'_>) -> bool {
        package.name == self.name
            && package.version == self.version
            && package.file == self.file
            && package.digest == Some(self.digest())
    }

    /// The digest that the index states.
    pub fn digest(&self) -> Digest {
        Digest { kind: self.digest_kind, value: self.digest }
    }
}
