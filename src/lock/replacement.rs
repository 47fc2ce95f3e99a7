//! The packages of the router that make room for those of a lock.

use serde::{Deserialize, Serialize};

use super::{LockedPackage, PlanError};
use crate::release::ReleaseFacts;
use crate::resolve::{Plan, Replaced};

/// A package of the router that makes room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedReplacement {
    pub name: String,
    /// The version that the router holds.
    pub version: String,
    /// The package that takes its place.
    pub by: String,
    /// What the client is told besides, so that this package goes and nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
    /// The same package, for the way back where the other cannot be installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<LockedPackage>,
}

impl LockedReplacement {
    /// What of it is given to a script or a client.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        [&self.name, &self.version, &self.by].into_iter().chain(&self.told)
    }

    /// What a plan takes away.
    pub(super) fn of(
        facts: &ReleaseFacts,
        plan: &Plan<'_>,
        replaced: &Replaced,
    ) -> Result<LockedReplacement, PlanError> {
        let Replaced { name, version, by, told, back } = replaced.clone();
        let back = back.map(|id| LockedPackage::of(facts, plan.universe.package(id))).transpose()?;
        Ok(LockedReplacement { name, version, by, told, back })
    }
}
