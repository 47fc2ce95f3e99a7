//! Which packages of kernel modules can be for a network card at all.

use super::firmware::matches;
use super::table;

const OTHERS: &str = include_str!("../../indexes/hardware/other-kmods.tsv");

/// Whether the modules of a package may drive a network card; only those that surely do not are ruled out.
pub(crate) fn may_drive_network(package: &str) -> bool {
    !table::rows::<2>(OTHERS).filter_map(Result::ok).any(|(_, [pattern, _])| matches(pattern, package))
}
