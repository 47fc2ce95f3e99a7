//! What making a disk of a lock would take, looked up before anything is fetched.

use std::collections::BTreeMap;

use super::Lock;
use super::bundle::{BundleError, want};
use crate::release::Upstream;
use crate::trust::Authority;

/// What making the bundle of a lock would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outlook {
    /// The package files that it is made of.
    pub packages: usize,
    /// Their bytes, as far as they are known.
    pub bytes: u64,
    /// Those of them that would be fetched.
    pub to_fetch: usize,
    /// Their bytes, as far as they are known.
    pub bytes_to_fetch: u64,
    /// The bytes of the indexes beside them.
    pub index_bytes: u64,
}

impl Outlook {
    /// Looks what of a lock is at hand; nothing is fetched for it.
    ///
    /// # Errors
    /// When a place is none, or the cache cannot be read.
    pub fn of(upstream: &Upstream, lock: &Lock) -> Result<Outlook, BundleError> {
        Outlook::of_all(upstream, [lock])
    }

    /// The same for several locks together: what they share counts once.
    ///
    /// # Errors
    /// As [`Outlook::of`].
    pub fn of_all<'l>(
        upstream: &Upstream,
        locks: impl IntoIterator<Item = &'l Lock>,
    ) -> Result<Outlook, BundleError> {
        let (mut packages, mut indexes) = (BTreeMap::new(), BTreeMap::new());
        for lock in locks {
            packages.extend(lock.carried().map(|package| ((package.digest, &package.file), package)));
            let files = lock.feeds.iter().flat_map(|feed| &feed.files);
            indexes.extend(files.map(|file| ((file.sha256, &file.name), file.size)));
        }
        // Only whether a file is there is looked for: nobody need vouch for it.
        let wants = packages.into_values().map(|package| want(upstream, package, Authority::Nobody));
        let wants = wants.collect::<Result<Vec<_>, _>>()?;
        let found = upstream.fetcher.each_at_hand(&wants)?.into_iter().map(Option::transpose);
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let sizes = wants.iter().map(|want| want.expected.size.unwrap_or(0));
        let absent = || wants.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(want, _)| want);
        Ok(Outlook {
            packages: wants.len(),
            bytes: sizes.sum(),
            to_fetch: absent().count(),
            bytes_to_fetch: absent().filter_map(|want| want.expected.size).sum(),
            index_bytes: indexes.values().sum(),
        })
    }
}
