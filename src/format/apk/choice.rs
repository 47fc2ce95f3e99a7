//! Which package apk takes where several would do.
//!
//! A package answers to its own name at its version, and to the names that it provides at the versions it provides
//! them at; without one it does so virtually. A name that has a version belongs to one package; virtual names are
//! shared, and nobody is taken for one without a priority unless it is required by a name of its own.
//!
//! | rule | case in `tests/resolve/case` |
//! |---|---|
//! | an installed provider is kept | `met-by-the-router` |
//! | a name that has a version belongs to one package | `wpad-conflict-apk` |
//! | nobody is taken for a virtual name without a priority | `apk-virtual-name-has-no-default` |
//! | unless something requires it by another name | `apk-virtual-name-met-by-another-need` |
//! | the version under the name decides before the priority | `apk-version-before-priority` |
//! | the higher priority wins | `apk-priority` |
//! | `!b` hits the providers of b too | `apk-conflict-with-a-virtual-name` |
//! | the favourite is not left for what it lacks itself | `apk-favourite-lacks-something`, `apk-provider-lacks-something` |
//! | a package comes unasked once its conditions hold | `apk-install-if` |
//! | what is recommended is not heeded | `apk-recommends` |

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;

use super::solver::Solver;
use super::version;
use crate::format::{FeedId, Installed, Package, PackageId, Universe};

/// Sorts candidates for a dependency on `name`, apk's favourite first: what is asked for anyway, then the latest
/// version under that very name, then the latest version of one package, then priority, then the order of the feeds
/// and their indexes.
pub(crate) fn prefer(
    universe: &Universe<'_>,
    name: &str,
    asked: &HashSet<&str>,
    candidates: &mut [PackageId],
) {
    candidates.sort_by(|&a, &b| {
        let (x, y) = (universe.package(a), universe.package(b));
        let wanted = |package: &Package<'_>| asked.contains(package.name);
        let better = || standing(y, name).compare(&standing(x, name));
        wanted(y).cmp(&wanted(x)).then_with(better).then(a.cmp(&b))
    });
}

/// What the choice between two providers of a name looks at.
#[derive(Debug)]
pub(crate) struct ProviderRank<'a> {
    pub(crate) name: &'a str,
    /// The version at which it answers to the name in question; empty: virtually, which is before every version.
    pub(crate) answers_at: &'a str,
    pub(crate) version: &'a str,
    /// Its stated rank.
    pub(crate) priority: u32,
    pub(crate) installed: bool,
    /// The position of its feed; none: no feed has it.
    pub(crate) feed: Option<FeedId>,
}

impl ProviderRank<'_> {
    /// The order of two providers, the better one greater.
    pub(crate) fn compare(&self, other: &ProviderRank<'_>) -> Ordering {
        let same_package = || match self.name == other.name {
            true => version::compare(self.version, other.version),
            false => Ordering::Equal,
        };
        version::compare(self.answers_at, other.answers_at)
            .then_with(same_package)
            .then(self.priority.cmp(&other.priority))
            .then(self.installed.cmp(&other.installed))
            .then(Reverse(self.feed).cmp(&Reverse(other.feed)))
    }
}

fn standing<'a>(package: &Package<'a>, name: &str) -> ProviderRank<'a> {
    ProviderRank {
        name: package.name,
        answers_at: version_as(package, name).flatten().unwrap_or_default(),
        version: package.version,
        priority: package.provider_priority,
        installed: false,
        feed: Some(package.feed),
    }
}

/// The version at which a package answers to a name, none inside if virtually, none at all if it does not.
fn version_as<'i>(package: &Package<'i>, name: &str) -> Option<Option<&'i str>> {
    if package.name == name {
        return Some(Some(package.version));
    }
    let provides = package.provides.iter().filter(|provide| provide.name == name);
    provides.map(|provide| provide.version).reduce(Option::or)
}

/// Whether apk takes a package for `name` by itself.
pub(crate) fn may_choose(package: &Package<'_>, name: &str) -> bool {
    package.provider_priority > 0 || version_as(package, name).flatten().is_some()
}

/// What `apk add` would install for `names`, in its order; nothing if it would fail.
pub(crate) fn install(universe: &Universe<'_>, installed: &Installed, names: &[&str]) -> Vec<PackageId> {
    Solver::new(universe, installed, names).solve().unwrap_or_default()
}
