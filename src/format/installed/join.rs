//! A list that is only a part, or has names alone, made whole from the stock image's manifest and the feeds.

use super::{Installed, InstalledPackage};
use crate::format::Universe;

/// What was joined, for a warning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Joined {
    /// Packages that the list left out and the manifest has.
    pub(crate) from_manifest: usize,
    /// Packages whose version is the manifest's.
    pub(crate) versions_from_manifest: usize,
    /// Packages that the manifest lacks, whose version is taken to be that of the feeds.
    pub(crate) versions_from_feeds: Vec<String>,
    /// Packages of which neither has a version; they count for nothing.
    pub(crate) unknown: Vec<String>,
}

impl Installed {
    /// Fills in what the list lacks.
    pub(crate) fn join(&mut self, stock: Option<&Installed>, universe: &Universe<'_>) -> Joined {
        let mut joined = Joined::default();
        let given = std::mem::take(&mut self.packages);
        for (listed, held) in given {
            let name = full_name(&listed, &held.version, stock, universe);
            let version = match held.version.as_str() {
                "" => version_of(&name, stock, universe, &mut joined),
                own => Some(own.to_owned()),
            };
            match version {
                Some(version) => self.insert(&name, InstalledPackage { version, ..held }),
                None => joined.unknown.push(listed),
            }
        }
        if self.partial {
            for (name, held) in stock.into_iter().flat_map(Installed::iter) {
                if self.get(name).is_none() {
                    self.insert(name, held.clone());
                    joined.from_manifest += 1;
                }
            }
        }
        joined
    }
}

fn version_of(
    name: &str,
    stock: Option<&Installed>,
    universe: &Universe<'_>,
    joined: &mut Joined,
) -> Option<String> {
    if let Some(held) = stock.and_then(|stock| stock.get(name)) {
        joined.versions_from_manifest += 1;
        return Some(held.version.clone());
    }
    let version = universe.named(name).last().map(|id| universe.package(id).version.to_owned())?;
    joined.versions_from_feeds.push(name.to_owned());
    Some(version)
}

/// The name with its ABI: rpcd lists `libubox` for `libubox20260213`.
fn full_name(listed: &str, version: &str, stock: Option<&Installed>, universe: &Universe<'_>) -> String {
    let known = |name: &str| {
        stock.is_some_and(|stock| stock.get(name).is_some()) || universe.named(name).next().is_some()
    };
    if known(listed) {
        return listed.to_owned();
    }
    let is_abi = |name: &str| {
        name.strip_prefix(listed).is_some_and(|abi| {
            let abi = abi.strip_prefix('-').unwrap_or(abi);
            abi.starts_with(|c: char| c.is_ascii_digit())
                && abi.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        })
    };
    let held = stock.into_iter().flat_map(Installed::iter).map(|(name, _)| name).find(|name| is_abi(name));
    let of_version = || {
        let packages = universe.packages().map(|(_, package)| package);
        let mut fitting = packages.filter(|package| is_abi(package.name));
        fitting.find(|package| version.is_empty() || package.version == version).map(|package| package.name)
    };
    held.or_else(of_version).unwrap_or(listed).to_owned()
}
