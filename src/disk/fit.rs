//! Whether the disk that a lock tells of is one for the router that made a request.

use crate::lock::Lock;
use crate::stick::Request;

/// Why a disk is none for a router.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// It is made from a release tree for other routers.
    #[error("{tree} is of another {what}: expected the router's {expected}, found {found}")]
    OtherTree {
        tree: String,
        /// What tells them apart: `release`, `architecture`, `package format`.
        what: &'static str,
        /// The router's.
        expected: String,
        /// The tree's.
        found: String,
    },
    /// It would bring nothing.
    #[error("the router needs nothing: it holds all that its cards take")]
    Nothing,
    /// It brings more than the router has room for, in units of 1024 bytes.
    #[error("the router has too little space: expected {needed} kB for the plan, found {free} kB")]
    Space {
        /// What the packages and files take.
        needed: u64,
        /// What is free.
        free: u64,
    },
}

/// Holds a lock against the request of the router that its disk is for.
///
/// # Errors
/// When the disk would be refused by the router, bring nothing, or not have room there.
pub(crate) fn check_fit(request: &Request, lock: &Lock) -> Result<(), Misfit> {
    let release = lock.release.as_deref().unwrap_or(&request.release);
    for (what, expected, found) in [
        ("release", request.release.as_str(), release),
        ("architecture", &request.arch, &lock.arch),
        ("package format", request.format, &lock.format),
    ] {
        if expected != found {
            let (expected, found) = (expected.to_owned(), found.to_owned());
            return Err(Misfit::OtherTree { tree: lock.source.clone(), what, expected, found });
        }
    }
    if lock.packages.is_empty() && lock.configuration.is_none() {
        return Err(Misfit::Nothing);
    }
    let needed = needed_kb(lock);
    match request.free_kb {
        Some(free) if needed > free => Err(Misfit::Space { needed, free }),
        _ => Ok(()),
    }
}

/// What the packages and the files of the configuration take, in units of 1024 bytes. Unpacked sizes count, as in the
/// install script, although a flash that compresses may hold more: where the disk is going, nobody can make a smaller one.
pub(crate) fn needed_kb(lock: &Lock) -> u64 {
    let packages = lock.packages.iter().map(|package| package.installed_size.or(package.size).unwrap_or(0));
    let files = lock.configuration.iter().flat_map(|own| &own.files).map(|file| file.size);
    packages.chain(files).map(|bytes| bytes.div_ceil(1024)).sum()
}
