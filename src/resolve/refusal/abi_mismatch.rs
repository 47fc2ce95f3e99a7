//! Feeds that moved on: the name of a library tells its binary interface (`libubox20230523`), and the arch feeds of
//! a point release are built anew after it, while only `targets/` stays as it was.

use serde::Serialize;

use crate::format::{Installed, Package, Universe};

/// The same library with another binary interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AbiMismatch {
    /// The package that is wanted.
    pub wanted: String,
    /// The package of the same library that the router holds.
    pub held: Option<String>,
    /// The package of the same library that the feeds have.
    pub listed: Option<String>,
}

impl AbiMismatch {
    /// Looks for the same library under another interface, for a package that no feed has.
    pub(super) fn of_missing(
        wanted: &str,
        universe: &Universe<'_>,
        installed: &Installed,
    ) -> Option<AbiMismatch> {
        let base = library(wanted)?;
        let other = |name: &&str| *name != wanted && is_interface_of(name, base);
        let held = installed.iter().map(|(name, _)| name).find(other).map(str::to_owned);
        let mut listed: Vec<&str> =
            universe.packages().map(|(_, package)| package.name).filter(other).collect();
        listed.sort_unstable();
        let listed = listed.last().map(|name| (*name).to_owned());
        (held.is_some() || listed.is_some()).then(|| AbiMismatch { wanted: wanted.to_owned(), held, listed })
    }

    /// Whether a package of the plan is a library that the router holds with another interface.
    pub(in crate::resolve) fn beside_held(
        package: &Package<'_>,
        installed: &Installed,
    ) -> Option<AbiMismatch> {
        let provides = package.provides.iter().map(|provide| provide.name);
        let base = provides.into_iter().find(|base| is_interface_of(package.name, base))?;
        let mut held = installed.iter().map(|(name, _)| name);
        let held = held.find(|name| *name != package.name && is_interface_of(name, base))?;
        let own = package.name.to_owned();
        Some(AbiMismatch { wanted: own.clone(), held: Some(held.to_owned()), listed: Some(own) })
    }
}

/// The library that a package name with an interface is of.
fn library(name: &str) -> Option<&str> {
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    (name.starts_with("lib") && base != name && base.len() > 3).then_some(base)
}

/// Whether a name is that of a library with an interface behind it: `libubox20230523`, `libevent2-7` for `libevent2`.
fn is_interface_of(name: &str, library: &str) -> bool {
    let Some(interface) = name.strip_prefix(library) else { return false };
    let interface = interface.strip_prefix('-').unwrap_or(interface);
    let digits = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    interface.starts_with(|first: char| first.is_ascii_digit()) && interface.bytes().all(digits)
}
