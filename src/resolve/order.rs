//! The order in which the chosen packages install: dependencies first, cycles allowed.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use petgraph::Direction;
use petgraph::algo::condensation;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::format::PackageId;

/// Sorts packages so that what a package needs comes before it; members of a cycle, and packages that do not need
/// each other, keep the order they are given in. `edges` are pairs of a package and one that it needs.
pub(super) fn install_order(packages: &[PackageId], edges: &[(PackageId, PackageId)]) -> Vec<PackageId> {
    let mut graph = DiGraph::<usize, ()>::new();
    let nodes: HashMap<PackageId, NodeIndex> =
        packages.iter().enumerate().map(|(position, &id)| (id, graph.add_node(position))).collect();
    for (from, to) in edges {
        graph.update_edge(nodes[from], nodes[to], ());
    }
    // A cycle becomes one node, known by its first member. Tarjan's way to it would be shorter, and petgraph's is
    // recursive: a chain of dependencies may be as long as an index.
    let mut cycles = condensation(graph, true);
    cycles.node_weights_mut().for_each(|members| members.sort_unstable());
    let mut missing: Vec<usize> = cycles.node_indices().map(|node| cycles.neighbors(node).count()).collect();
    let ready = cycles.node_indices().filter(|node| missing[node.index()] == 0);
    let mut ready: BinaryHeap<_> = ready.map(|node| Reverse((cycles[node].first().copied(), node))).collect();
    let mut order = Vec::with_capacity(packages.len());
    while let Some(Reverse((_, node))) = ready.pop() {
        order.extend(cycles[node].iter().map(|&position| packages[position]));
        for dependent in cycles.neighbors_directed(node, Direction::Incoming) {
            missing[dependent.index()] -= 1;
            if missing[dependent.index()] == 0 {
                ready.push(Reverse((cycles[dependent].first().copied(), dependent)));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::install_order;
    use crate::format::PackageId;

    fn order(packages: &[u32], edges: &[(u32, u32)]) -> Vec<u32> {
        let packages: Vec<PackageId> = packages.iter().copied().map(PackageId).collect();
        let edges: Vec<_> = edges.iter().map(|&(from, to)| (PackageId(from), PackageId(to))).collect();
        install_order(&packages, &edges).into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn what_is_needed_comes_first_and_all_else_stays_in_place() {
        assert_eq!(order(&[4, 2, 9, 1], &[]), [4, 2, 9, 1]);
        assert_eq!(order(&[4, 2, 9, 1], &[(2, 1)]), [4, 9, 1, 2]);
        assert_eq!(order(&[4, 2, 9, 1], &[(2, 1), (4, 9), (2, 9)]), [9, 4, 1, 2]);
    }

    #[test]
    fn a_cycle_stays_together() {
        assert_eq!(order(&[1, 2, 3, 4], &[(1, 3), (3, 1), (3, 4), (2, 1)]), [4, 1, 3, 2]);
        assert_eq!(order(&[1], &[(1, 1)]), [1]);
    }

    #[test]
    fn a_chain_as_long_as_an_index_overflows_no_stack() {
        let edges: Vec<(u32, u32)> = (0..100_000).map(|at| (at, at + 1)).collect();
        let packages: Vec<u32> = (0..=100_000).collect();
        assert!(order(&packages, &edges).into_iter().eq((0..=100_000).rev()));
    }
}
