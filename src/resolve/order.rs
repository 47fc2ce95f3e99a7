//! The order in which the chosen packages install: dependencies first, cycles allowed.

use std::cmp::Reverse;
use std::collections::HashMap;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::index::PackageId;

/// Sorts packages so that what a package needs comes before it; members of a cycle, and packages that do not need
/// each other, keep the order they are given in. `edges` are pairs of a package and one that it needs.
pub(super) fn install_order(packages: &[PackageId], edges: &[(PackageId, PackageId)]) -> Vec<PackageId> {
    let mut graph = DiGraph::<PackageId, ()>::new();
    let nodes: HashMap<PackageId, NodeIndex> = packages.iter().map(|&id| (id, graph.add_node(id))).collect();
    let position: HashMap<PackageId, usize> = packages.iter().copied().zip(0..).collect();
    // petgraph follows the edges of a node from the one that was added last.
    let mut edges: Vec<&(PackageId, PackageId)> = edges.iter().collect();
    edges.sort_by_key(|(_, to)| Reverse(position[to]));
    for (from, to) in edges {
        graph.update_edge(nodes[from], nodes[to], ());
    }
    // Tarjan's components come in post-order: each after all that it needs.
    let mut components = tarjan_scc(&graph);
    for component in &mut components {
        component.sort_by_key(|&node| position[&graph[node]]);
    }
    components.into_iter().flatten().map(|node| graph[node]).collect()
}
