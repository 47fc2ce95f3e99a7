//! Where a package is known to be, beside the feeds at hand: from the facts built into owpkg.

use serde::Serialize;

use crate::format::Universe;
use crate::hardware::history;
use crate::release::snapshot::Snapshot;
use crate::resolve::base_name;

/// Where a package is known to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Known {
    /// The release series that have it, as ranges: `17.01-22.03 24.10-`.
    pub releases: Option<String>,
    /// A release and the feed that has it there.
    pub feed: Option<(String, String)>,
}

impl Known {
    /// What is known of a package.
    pub(super) fn of(name: &str) -> Option<Known> {
        let releases = history(name).map(|ranges| ranges.to_string());
        let snapshot = Snapshot::read().ok();
        let feed = snapshot.and_then(|snapshot| {
            let row = snapshot.rows.iter().find(|row| row.name == name)?;
            Some((snapshot.about.release, row.feed.to_owned()))
        });
        (releases.is_some() || feed.is_some()).then_some(Known { releases, feed })
    }

    /// The feed of a release that has a package, whatever its binary interface, if none of that feed's packages is at
    /// hand.
    pub(super) fn missing_feed(name: &str, universe: &Universe<'_>) -> Option<Box<str>> {
        let snapshot = Snapshot::read().ok()?;
        let row = snapshot.rows.iter().find(|row| base_name(row.name) == base_name(name))?;
        let feed = row.feed;
        let is_here = universe.feeds().iter().any(|here| here.name == feed)
            || snapshot.rows.iter().any(|row| row.feed == feed && universe.holds(row.name));
        (!is_here).then(|| feed.into())
    }
}
