//! Who needs whom among the packages of a plan, as a graph: what explanations and drawings are made of.

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Dfs;

use super::paths::{self, Paths};
use super::{PackageKind, Plan};
use crate::trust::Digest;

/// A package of the graph. Nodes are numbered in the order of their names.
pub type NodeId = NodeIndex;

/// The packages of a plan; an edge leads from a package to one that it needs.
#[derive(Debug, Clone)]
pub struct Graph {
    graph: DiGraph<Node, ()>,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub name: String,
    pub version: String,
    /// The size of its file in bytes, where the index states it.
    pub size: Option<u64>,
    /// The digest that the index states.
    pub digest: Option<Digest>,
    /// The feed that it comes from, where that is not the release's.
    pub custom_feed: Option<String>,
    /// What it is for.
    pub kind: PackageKind,
    /// Why it was asked for, where it was: `chip iwl7265d`, `--add`.
    pub because: Vec<String>,
}

impl Graph {
    /// The graph of packages, each with the names of those that need it; names that are not in it count for nothing.
    pub fn new(packages: impl IntoIterator<Item = (Node, Vec<String>)>) -> Graph {
        let mut packages: Vec<(Node, Vec<String>)> = packages.into_iter().collect();
        packages.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        packages.dedup_by(|a, b| a.0.name == b.0.name);
        let mut graph = Graph { graph: DiGraph::new() };
        let mut links = Vec::new();
        for (node, needed_by) in packages {
            links.push((graph.graph.add_node(node), needed_by));
        }
        for (needed, by) in links {
            for from in by.iter().filter_map(|name| graph.find(name)).collect::<Vec<_>>() {
                graph.graph.update_edge(from, needed, ());
            }
        }
        graph
    }

    /// The graph of a plan.
    pub fn of(plan: &Plan<'_>) -> Graph {
        Graph::new(plan.steps.iter().map(|step| {
            let package = plan.package(step);
            let node = Node {
                name: package.name.to_owned(),
                version: package.version.to_owned(),
                size: package.size,
                digest: package.digest,
                custom_feed: Some(plan.universe.feed(package.feed))
                    .filter(|feed| feed.custom)
                    .map(|feed| feed.name.clone()),
                kind: PackageKind::of(package.name),
                because: step.because.iter().map(ToString::to_string).collect(),
            };
            (node, step.needed_by.clone())
        }))
    }

    /// A package.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.graph[id]
    }

    /// Every package, by name.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeId> + use<> {
        self.graph.node_indices()
    }

    /// The number of packages.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there is no package.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The package of that name.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        let nodes = self.graph.raw_nodes();
        nodes.binary_search_by(|node| node.weight.name.as_str().cmp(name)).ok().map(NodeIndex::new)
    }

    /// What a package needs, by name.
    pub fn needs(&self, id: NodeId) -> Vec<NodeId> {
        self.neighbours(id, Direction::Outgoing)
    }

    /// The packages that need a package, by name.
    pub fn needed_by(&self, id: NodeId) -> Vec<NodeId> {
        self.neighbours(id, Direction::Incoming)
    }

    fn neighbours(&self, id: NodeId, direction: Direction) -> Vec<NodeId> {
        let mut ids: Vec<NodeId> = self.graph.neighbors_directed(id, direction).collect();
        ids.sort();
        ids
    }

    /// Every pair of a package and one that it needs, by name.
    pub fn edges(&self) -> Vec<(NodeId, NodeId)> {
        self.nodes().flat_map(|from| self.needs(from).into_iter().map(move |to| (from, to))).collect()
    }

    /// The reasons for which packages were asked for, each with those packages.
    pub(crate) fn asked(&self) -> BTreeMap<&str, Vec<NodeId>> {
        let mut asked: BTreeMap<&str, Vec<NodeId>> = BTreeMap::new();
        for id in self.nodes() {
            for because in &self.node(id).because {
                asked.entry(because).or_default().push(id);
            }
        }
        asked
    }

    /// The packages that were asked for, by name.
    pub fn roots(&self) -> Vec<NodeId> {
        self.nodes().filter(|&id| !self.node(id).because.is_empty()).collect()
    }

    /// Packages and all that they bring in, in bytes, each counted once; nothing if a size is not known.
    pub fn total_size(&self, of: &[NodeId]) -> Option<u64> {
        let mut walk = Dfs::empty(&self.graph);
        walk.stack = of.to_vec();
        let mut total = 0_u64;
        while let Some(id) = walk.next(&self.graph) {
            total = total.checked_add(self.node(id).size?)?;
        }
        Some(total)
    }

    /// The ways by which the request comes to a package, the shortest first; of equally long ones by name. At most
    /// `limit` are worked out: a dense graph has more of them than anybody can read, or count.
    pub fn paths_to(&self, target: NodeId, limit: usize) -> Paths {
        paths::shortest(self, target, limit)
    }

    /// The edges without those that a longer way makes superfluous: who reaches whom stays the same.
    pub fn essential_edges(&self) -> Vec<(NodeId, NodeId)> {
        let mut reduced = self.graph.clone();
        for (from, to) in self.edges() {
            let Some(edge) = reduced.find_edge(from, to) else { continue };
            reduced.remove_edge(edge);
            let mut walk = Dfs::new(&reduced, from);
            let mut reached = false;
            while let Some(id) = walk.next(&reduced) {
                reached |= id == to;
            }
            if !reached {
                reduced.add_edge(from, to, ());
            }
        }
        Graph { graph: reduced }.edges()
    }

    pub(super) fn inner(&self) -> &DiGraph<Node, ()> {
        &self.graph
    }
}
