//! Targets: `x86/64`, `ath79/generic`.

use std::fmt;
use std::str::FromStr;

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
    pub fn dashed(&self) -> String {
        self.0.replace('/', "-")
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
