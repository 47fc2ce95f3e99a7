//! Which release series hold a package, and what held its content before it existed.

use super::series::Ranges;
use super::table;

const HISTORY: &str = include_str!("../../indexes/hardware/history.tsv");
const MOVED: &str = include_str!("../../indexes/hardware/moved.tsv");

/// The series in which `package` exists; `None` when the catalogue does not follow it.
pub fn history(package: &str) -> Option<Ranges> {
    let line = table::lines_with(HISTORY, &format!("{package}\t")).next()?;
    line.split('\t').nth(1).map(Ranges::new)
}

/// Packages that held the modules or files of `package` in earlier series.
pub fn former_holders(package: &str) -> impl Iterator<Item = (&'static str, Ranges)> + use<> {
    table::lines_with(MOVED, &format!("{package}\t")).filter_map(|line| {
        let mut columns = line.split('\t').skip(1);
        Some((columns.next()?, Ranges::new(columns.next()?)))
    })
}

/// Every package whose history is known, with its series.
pub fn packages_with_history() -> impl Iterator<Item = (&'static str, Ranges)> {
    table::rows::<2>(HISTORY)
        .filter_map(Result::ok)
        .map(|(_, [package, releases])| (package, Ranges::new(releases)))
}

/// Every move: package, former holder, series.
pub fn moves() -> impl Iterator<Item = (&'static str, &'static str, Ranges)> {
    table::rows::<3>(MOVED)
        .filter_map(Result::ok)
        .map(|(_, [package, holder, releases])| (package, holder, Ranges::new(releases)))
}
