//! The id of a router.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What tells a router from others: 128 random bits that it drew when it first asked.
///
/// They say nothing of the router. One that is flashed anew draws others, as it should: it no longer holds what it said
/// it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RouterId(String);

/// A text that is no router's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the id of a router: expected 32 digits of 0-9 and a-f")]
pub struct NotARouterId(String);

impl RouterId {
    /// Its 32 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RouterId {
    type Err = NotARouterId;

    fn from_str(text: &str) -> Result<RouterId, NotARouterId> {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match text.len() == 32 && text.bytes().all(is_digit) {
            true => Ok(RouterId(text.to_owned())),
            false => Err(NotARouterId(text.chars().take(60).collect())),
        }
    }
}

impl TryFrom<String> for RouterId {
    type Error = NotARouterId;

    fn try_from(text: String) -> Result<RouterId, NotARouterId> {
        text.parse()
    }
}

impl From<RouterId> for String {
    fn from(id: RouterId) -> String {
        id.0
    }
}

impl fmt::Display for RouterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
