//! What changes between two plans: added, removed, changed and renamed packages.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Serialize;

use super::graph::{Graph, Node};
use crate::format::Format;

/// What changes from one plan to another; every list is sorted by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff<'g> {
    /// Packages of the second alone.
    pub added: Vec<&'g Node>,
    /// Packages of the first alone.
    pub removed: Vec<&'g Node>,
    /// Packages of both in another version, or with other bytes.
    pub changed: Vec<Change<'g>>,
    /// Libraries whose name changed with their ABI.
    pub renamed: Vec<Change<'g>>,
    /// How many packages are the same in both.
    pub same: usize,
}

/// A package before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'g> {
    /// In the first plan.
    pub from: &'g Node,
    /// In the second plan.
    pub to: &'g Node,
    /// How the version moves.
    pub direction: Direction,
}

/// How a version moves, by its format's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To a later version.
    Up,
    /// To an earlier version.
    Down,
    /// Not at all: the same version was built anew.
    Rebuilt,
}

impl<'g> Diff<'g> {
    /// Compares two plans; `format` tells the order of versions.
    pub fn between(from: &'g Graph, to: &'g Graph, format: &dyn Format) -> Diff<'g> {
        let missing = |these: &'g Graph, others: &Graph| -> Vec<&'g Node> {
            let nodes = these.nodes().map(|id| these.node(id));
            nodes.filter(|node| others.find(&node.name).is_none()).collect()
        };
        let change = |from: &'g Node, to: &'g Node| Change {
            from,
            to,
            direction: match format.compare(&from.version, &to.version) {
                Ordering::Less => Direction::Up,
                Ordering::Greater => Direction::Down,
                Ordering::Equal => Direction::Rebuilt,
            },
        };
        let both = from.nodes().filter_map(|id| {
            let before = from.node(id);
            Some((before, to.node(to.find(&before.name)?)))
        });
        let (same, other): (Vec<_>, Vec<_>) = both.partition(|(before, after)| is_same(before, after));
        let (mut removed, mut added) = (missing(from, to), missing(to, from));
        let renamed = pair_by_base_name(&mut removed, &mut added);
        Diff {
            added,
            removed,
            changed: other.into_iter().map(|(before, after)| change(before, after)).collect(),
            renamed: renamed.into_iter().map(|(before, after)| change(before, after)).collect(),
            same: same.len(),
        }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.renamed.is_empty()
    }
}

/// Digests of two kinds, or only one, tell nothing about the bytes.
fn is_same(before: &Node, after: &Node) -> bool {
    let differ = match (before.digest, after.digest) {
        (Some(before), Some(after)) => before.kind == after.kind && before.value != after.value,
        _ => false,
    };
    before.version == after.version && !differ
}

/// Takes out of both lists the libraries that are alone there with their base name.
fn pair_by_base_name<'g>(
    removed: &mut Vec<&'g Node>,
    added: &mut Vec<&'g Node>,
) -> Vec<(&'g Node, &'g Node)> {
    let mut bases: BTreeMap<&str, (Vec<&'g Node>, Vec<&'g Node>)> = BTreeMap::new();
    for &node in removed.iter() {
        bases.entry(base_name(&node.name)).or_default().0.push(node);
    }
    for &node in added.iter() {
        bases.entry(base_name(&node.name)).or_default().1.push(node);
    }
    let pairs: Vec<(&Node, &Node)> = bases
        .into_values()
        .filter_map(|(before, after)| match (&before[..], &after[..]) {
            ([before], [after]) => Some((*before, *after)),
            _ => None,
        })
        .collect();
    removed.retain(|node| !pairs.iter().any(|(before, _)| before.name == node.name));
    added.retain(|node| !pairs.iter().any(|(_, after)| after.name == node.name));
    pairs
}

/// The name of a library without the ABI version that OpenWrt's build appends: `libubox20230523` is `libubox`,
/// `libwolfssl5.7.2.e624513f` is `libwolfssl`, and `libnl-3-200` is `libnl-3`, since a dash keeps the version off a name
/// that ends with a digit. Packages that are no libraries keep their name.
pub fn base_name(name: &str) -> &str {
    let Some(rest) = name.strip_prefix("lib") else { return name };
    let of_version = |byte: u8| byte.is_ascii_digit() || b".abcdef".contains(&byte);
    let starts = rest.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).map(|(at, _)| at);
    let mut starts = starts.filter(|&at| rest.bytes().skip(at).all(of_version));
    let Some(base) = starts.next().filter(|&at| at > 0).map(|at| &name[.."lib".len() + at]) else {
        return name;
    };
    match base.strip_suffix('-') {
        Some(shorter) if shorter.ends_with(|c: char| c.is_ascii_digit()) => shorter,
        _ => base,
    }
}
