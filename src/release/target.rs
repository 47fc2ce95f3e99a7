//! Targets: `x86/64`, `ath79/generic`.

use std::fmt;
use std::str::FromStr;

use crate::fetch::{Fetcher, Location};

use super::{ReleaseError, versions};

/// A target and subtarget.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target(String);

/// A text that names no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a target: expected one like x86/64")]
pub struct NotATarget(String);

impl Target {
    /// The target as the server names its folder: `x86/64`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The target as file names hold it: `x86-64`.
    pub(crate) fn dashed(&self) -> String {
        self.0.replace('/', "-")
    }

    /// The target asked for, else the only one of a tree that can be listed, else x86/64, the guest's.
    pub(super) fn choose(
        fetcher: &Fetcher,
        root: &Location,
        asked: Option<&Target>,
    ) -> Result<Target, ReleaseError> {
        if let Some(target) = asked {
            return Ok(target.clone());
        }
        let at = root.to_string();
        let targets_folder = root.join("targets")?;
        let names = match fetcher.list(&targets_folder)? {
            Some(names) => names,
            None if targets_folder.is_remote() => {
                return "x86/64".parse().map_err(|_| ReleaseError::NoTarget { at });
            }
            None => Vec::new(),
        };
        let mut targets: Vec<Target> = Vec::new();
        for name in names {
            let subtargets = targets_folder.join(&name).ok();
            let subtargets = subtargets.map(|folder| fetcher.list(&folder)).transpose()?.flatten();
            let joined =
                subtargets.unwrap_or_default().into_iter().map(|sub| format!("{name}/{sub}").parse());
            targets.extend(joined.filter_map(Result::ok));
        }
        Target::only(targets, at)
    }

    /// Another target than the one that was taken where none was asked for, and that a server turned out to lack: the
    /// only one by the server's list, if it has one.
    pub(super) fn other(
        fetcher: &Fetcher,
        root: &Location,
        taken: &Target,
    ) -> Result<Option<Target>, ReleaseError> {
        if !root.is_remote() {
            return Ok(None);
        }
        let targets = versions::targets(fetcher, root)?;
        match targets.is_empty() || targets.contains_key(taken) {
            true => Ok(None),
            false => Target::only(targets.into_keys().collect(), root.to_string()).map(Some),
        }
    }

    /// The only one of these.
    fn only(mut targets: Vec<Target>, at: String) -> Result<Target, ReleaseError> {
        match targets.len() {
            0 => Err(ReleaseError::NoTarget { at }),
            1 => Ok(targets.swap_remove(0)),
            _ => Err(ReleaseError::WhichTarget {
                at,
                targets: targets.iter().map(ToString::to_string).collect(),
            }),
        }
    }
}

impl FromStr for Target {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Target, NotATarget> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let part = |part: &str| !part.is_empty() && part.len() <= 64 && part.bytes().all(plain);
        match text.split_once('/') {
            Some((target, subtarget)) if part(target) && part(subtarget) => Ok(Target(text.to_owned())),
            _ => Err(NotATarget(text.to_owned())),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
