//! The names under which releases hold the content of packages, which moves from one to another.

use super::{Ranges, Series, former_holders, history};

/// What a release holds, as far as choosing package names needs it.
pub(super) struct Release<'a> {
    pub(super) has: &'a dyn Fn(&str) -> bool,
    pub(super) series: Option<Series>,
}

/// The name under which a release holds a package's content.
pub(super) enum Name {
    /// This one. It may be missing from the feeds all the same: the plan then names it.
    Is(&'static str),
    /// None: it came later, or is gone.
    None,
}

impl Release<'_> {
    /// Real lists first, the moves of content between packages second, the history of names last.
    pub(super) fn name(&self, package: &'static str) -> Name {
        if (self.has)(package) {
            return Name::Is(package);
        }
        let in_series = |ranges: Ranges| self.series.is_none_or(|series| ranges.contain(series));
        let mut holders =
            former_holders(package).filter(|(_, releases)| in_series(*releases)).map(|(holder, _)| holder);
        if let Some(holder) = holders.find(|holder| (self.has)(holder)) {
            return Name::Is(holder);
        }
        match self.series {
            Some(series) if !existed(package, series) => Name::None,
            _ => Name::Is(package),
        }
    }
}

/// Whether `package` or a former holder of it existed in `series`; packages outside the tables are taken to.
pub(super) fn existed(package: &str, series: Series) -> bool {
    history(package).is_none_or(|releases| releases.contain(series))
        || former_holders(package).any(|(_, releases)| releases.contain(series))
}
