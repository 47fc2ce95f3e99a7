//! The ways from the request to a package: Yen's algorithm for the shortest paths without a loop, over breadth-first
//! search. It answers in polynomial time where listing every path would not, and it lists cyclic graphs rightly.

use std::collections::{BTreeSet, HashSet, VecDeque};

use petgraph::Direction;
use petgraph::algo::toposort;

use super::graph::{Graph, NodeId};

/// The ways to a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// From a package that was asked for to the one in question, the shortest first.
    pub shortest: Vec<Vec<NodeId>>,
    /// How many there are beside these.
    pub left_out: LeftOut,
}

/// How many paths are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// This many.
    Exactly(u64),
    /// Some: the graph has cycles, or more paths than a number holds.
    Some,
}

pub(super) fn shortest(graph: &Graph, target: NodeId, limit: usize) -> Paths {
    let roots = graph.roots();
    let mut shortest: Vec<Vec<NodeId>> = Vec::new();
    // Sorted by length, then by name.
    let mut candidates: BTreeSet<(usize, Vec<NodeId>)> = BTreeSet::new();
    let first = complete(graph, &roots, target, &[], &HashSet::new());
    candidates.extend(first.map(|path| (path.len(), path)));
    while shortest.len() < limit {
        let Some((_, path)) = candidates.pop_first() else { break };
        shortest.push(path);
        let path = &shortest[shortest.len() - 1];
        // Further paths leave this one somewhere, by a step that no path so far takes from there.
        for at in 0..path.len() {
            let prefix = &path[..at];
            let taken = shortest.iter().filter(|other| other.starts_with(prefix));
            let taken: HashSet<NodeId> = taken.filter_map(|other| other.get(at).copied()).collect();
            let next = complete(graph, &roots, target, prefix, &taken);
            candidates.extend(next.map(|path| (path.len(), path)));
        }
    }
    let left_out = match candidates.is_empty() {
        true => LeftOut::Exactly(0),
        false => count(graph, target)
            .and_then(|all| all.checked_sub(shortest.len() as u64))
            .map_or(LeftOut::Some, LeftOut::Exactly),
    };
    Paths { shortest, left_out }
}

/// The shortest path that starts with `prefix`, goes on with no node of `taken`, and ends at the target. Neighbours are
/// searched by name, so that among equals the first by name is found.
fn complete(
    graph: &Graph,
    roots: &[NodeId],
    target: NodeId,
    prefix: &[NodeId],
    taken: &HashSet<NodeId>,
) -> Option<Vec<NodeId>> {
    let starts = match prefix.last() {
        Some(&last) => graph.needs(last),
        None => roots.to_vec(),
    };
    let mut reached_from: Vec<Option<Option<NodeId>>> = vec![None; graph.len()];
    // What the prefix holds must not be entered again.
    prefix.iter().for_each(|id| reached_from[id.index()] = Some(None));
    let mut open = VecDeque::new();
    for start in starts {
        if !taken.contains(&start) && reached_from[start.index()].is_none() {
            reached_from[start.index()] = Some(None);
            open.push_back(start);
        }
    }
    while let Some(id) = open.pop_front() {
        if id == target {
            let mut path = vec![id];
            while let Some(from) = reached_from[path[path.len() - 1].index()].flatten() {
                path.push(from);
            }
            path.extend(prefix.iter().rev());
            path.reverse();
            return Some(path);
        }
        for next in graph.needs(id) {
            let entry = &mut reached_from[next.index()];
            if entry.is_none() {
                *entry = Some(Some(id));
                open.push_back(next);
            }
        }
    }
    None
}

/// The number of all paths to a package, if the graph has no cycle and the number is not beyond all bounds.
fn count(graph: &Graph, target: NodeId) -> Option<u64> {
    let inner = graph.inner();
    let mut ways = vec![0_u64; graph.len()];
    for id in toposort(inner, None).ok()? {
        let mut own = u64::from(!graph.node(id).because.is_empty());
        for from in inner.neighbors_directed(id, Direction::Incoming) {
            own = own.checked_add(ways[from.index()])?;
        }
        ways[id.index()] = own;
    }
    Some(ways[target.index()])
}
