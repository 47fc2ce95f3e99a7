//! What a lock says of the router, held against the verified indexes: the install script believes the lock, and a lock
//! may have been changed by hand.

use std::fmt;

use super::{Lock, LockedIndex};
use crate::format::{Format, Package, Relation};
use crate::trust::{Authority, Signed, Verified};

/// A fact that the lock has otherwise than the verified indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// What it is about.
    pub fact: Fact,
    /// What the lock says; none: nothing.
    pub lock: Option<String>,
    /// What it must say.
    pub found: String,
}

/// What the install script checks on the router, or tells it not to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Whether an index is in it that no trusted key vouches for.
    AcceptedUnsigned,
    /// The keys that signed a feed's index.
    SignedBy,
    Release,
    Target,
    /// The architecture.
    Arch,
    /// The version of the package `kernel`.
    Kernel,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fact::AcceptedUnsigned => "accepted_unsigned",
            Fact::SignedBy => "signed_by",
            Fact::Release => "release",
            Fact::Target => "target",
            Fact::Arch => "arch",
            Fact::Kernel => "kernel",
        })
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Contradiction { fact, lock, found } = self;
        write!(f, "the lock says {fact} = {:?}, and it is {found:?}", lock.as_deref().unwrap_or(""))
    }
}

impl Lock {
    /// What the lock has otherwise than the verified index of one of its feeds; `packages` are those of the index that the
    /// lock takes.
    pub(crate) fn contradicts_index<'p, 'i: 'p>(
        &self,
        feed: &LockedIndex,
        format: &dyn Format,
        index: &Verified<Signed>,
        packages: impl IntoIterator<Item = &'p Package<'i>>,
    ) -> Option<Contradiction> {
        let differs = |fact, lock: Option<&str>, found: &str| {
            Some(Contradiction { fact, lock: lock.map(str::to_owned), found: found.to_owned() })
        };
        let signed_by = index.by().key_ids();
        if !signed_by.iter().all(|id| feed.signed_by.contains(id))
            || signed_by.is_empty() != feed.signed_by.is_empty()
        {
            return differs(Fact::SignedBy, Some(&feed.signed_by.join(", ")), &signed_by.join(", "));
        }
        for package in packages {
            if !format.fits(package.arch, &self.arch) {
                return differs(Fact::Arch, Some(&self.arch), package.arch);
            }
            if let Some(kernel) = kernel_of(package)
                && self.kernel.as_deref() != Some(kernel)
            {
                return differs(Fact::Kernel, self.kernel.as_deref(), kernel);
            }
        }
        None
    }

    /// What the lock has otherwise than all its verified indexes together, and the places that they came from.
    pub(crate) fn contradicts_itself<'b>(
        &self,
        by: impl IntoIterator<Item = &'b Authority>,
    ) -> Option<Contradiction> {
        let unsigned = by.into_iter().any(|by| *by == Authority::Nobody);
        let differs = |fact, lock: Option<String>, found: &str| {
            Some(Contradiction { fact, lock, found: found.to_owned() })
        };
        if unsigned != self.accepted_unsigned {
            return differs(
                Fact::AcceptedUnsigned,
                Some(self.accepted_unsigned.to_string()),
                &unsigned.to_string(),
            );
        }
        let targets = format!("{}/targets/", self.source.trim_end_matches('/'));
        for folder in self.feeds.iter().filter_map(|feed| feed.url.strip_prefix(&targets)) {
            if !folder.strip_prefix(&self.target).is_some_and(|rest| rest.starts_with('/')) {
                let found: Vec<&str> = folder.split('/').take(2).collect();
                return differs(Fact::Target, Some(self.target.clone()), &found.join("/"));
            }
        }
        // A server's layout: `releases/23.05.2`.
        let mut parts = self.source.trim_end_matches('/').rsplit('/');
        if let (Some(version), Some("releases")) = (parts.next(), parts.next())
            && self.release.as_deref() != Some(version)
        {
            return differs(Fact::Release, self.release.clone(), version);
        }
        None
    }
}

/// The very kernel that a package of modules is built for.
fn kernel_of<'i>(package: &Package<'i>) -> Option<&'i str> {
    let needs = package.depends.iter().flat_map(|requirement| requirement.alternatives());
    let kernel = needs.filter(|need| need.name == "kernel").find_map(|need| need.constraint);
    kernel.filter(|constraint| constraint.relation == Relation::Equal).map(|constraint| constraint.version)
}
