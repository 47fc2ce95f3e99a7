//! What is asked for.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::hardware::WantedFor;

/// A package that the plan must bring, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its name, or a name that packages provide.
    pub name: String,
    /// Who asks for it.
    pub because: RootReason,
}

/// Who asks for a root. Shown, written into locks and read from cases as `--add`, `chip iwl7265d`, ….
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootReason {
    /// The user, who named the package.
    Add,
    /// The user, who named it as the wpad to take.
    Wpa,
    /// The user, who named it to take the place of this package of the router.
    Replace(String),
    /// A chip that is to work.
    Chip(String),
    /// A family of chips that are to work.
    Family(String),
    /// A device that is to work, by its id.
    Device(String),
    /// A driver that asked for this firmware file in vain.
    Firmware(String),
    /// The release, whose images hold it by default.
    DefaultPackages,
    /// The router, which holds this package or had it before an upgrade.
    Held(String),
}

/// A text that is no reason of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a reason: --add, --wpa, in place of NAME, chip NAME, family NAME, device ID, firmware FILE, the router's NAME"
)]
pub struct NotAReason;

impl RootReason {
    /// Whether the user named the very package, as opposed to hardware that wants it.
    pub fn is_named(&self) -> bool {
        matches!(self, RootReason::Add | RootReason::Wpa | RootReason::Replace(_))
    }
}

impl From<WantedFor> for RootReason {
    fn from(wanted: WantedFor) -> RootReason {
        match wanted {
            WantedFor::Chip(name) => RootReason::Chip(name.to_owned()),
            WantedFor::Family(name) => RootReason::Family(name.to_owned()),
            WantedFor::Device(id) => RootReason::Device(id.to_string()),
        }
    }
}

impl fmt::Display for RootReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RootReason::Add => f.write_str("--add"),
            RootReason::Wpa => f.write_str("--wpa"),
            RootReason::Replace(old) => write!(f, "in place of {old}"),
            RootReason::Chip(name) => write!(f, "chip {name}"),
            RootReason::Family(name) => write!(f, "family {name}"),
            RootReason::Device(id) => write!(f, "device {id}"),
            RootReason::Firmware(file) => write!(f, "firmware {file}"),
            RootReason::DefaultPackages => f.write_str("the default packages"),
            RootReason::Held(name) => write!(f, "the router's {name}"),
        }
    }
}

impl FromStr for RootReason {
    type Err = NotAReason;

    fn from_str(text: &str) -> Result<RootReason, NotAReason> {
        Ok(match (text, text.split_once(' ')) {
            ("--add", _) => RootReason::Add,
            ("--wpa", _) => RootReason::Wpa,
            (_, Some(("in", rest))) => {
                RootReason::Replace(rest.strip_prefix("place of ").ok_or(NotAReason)?.to_owned())
            }
            (_, Some(("chip", name))) => RootReason::Chip(name.to_owned()),
            (_, Some(("family", name))) => RootReason::Family(name.to_owned()),
            (_, Some(("device", id))) => RootReason::Device(id.to_owned()),
            (_, Some(("the", rest))) => {
                RootReason::Held(rest.strip_prefix("router's ").ok_or(NotAReason)?.to_owned())
            }
            (_, Some(("firmware", file))) => RootReason::Firmware(file.to_owned()),
            _ => return Err(NotAReason),
        })
    }
}

impl Serialize for RootReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// What the plan must bring, in the order in which it was asked for.
    pub roots: Vec<Root>,
    /// Packages that must not be chosen.
    pub omit: BTreeSet<String>,
    /// Whether packages that the router holds may be replaced by other versions where there is no plan without.
    pub allow_upgrade: bool,
}

impl Request {
    /// The packages of the router that are to make room, each with the one that takes its place.
    pub(crate) fn replacements(&self) -> impl Iterator<Item = (&str, &str)> {
        self.roots.iter().filter_map(|root| match &root.because {
            RootReason::Replace(old) => Some((old.as_str(), root.name.as_str())),
            _ => None,
        })
    }
}
