//! Where boxes and edges go: `dagre` decides, this speaks to it.

use dagre::graph::{Graph as Sheet, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir, Ranker};

/// A size or a place, in pixels; places are centres.
pub(super) type Pair = (f64, f64);

/// Boxes and edges in their places.
pub(super) struct Placed {
    /// The room that they take.
    pub(super) size: Pair,
    /// The centre of each box, in the order they were given in.
    pub(super) centres: Vec<Pair>,
    /// The points of each edge, in the order they were given in.
    pub(super) edges: Vec<Vec<Pair>>,
}

/// Places boxes of these sizes, and edges between them, in layers from the top down.
pub(super) fn place(boxes: &[Pair], edges: &[(usize, usize)]) -> Placed {
    let mut placed =
        Placed { size: (0.0, 0.0), centres: vec![(0.0, 0.0); boxes.len()], edges: vec![Vec::new(); edges.len()] };
    if boxes.is_empty() {
        return placed;
    }
    let mut sheet: Sheet<NodeLabel, EdgeLabel> =
        Sheet::with_options(GraphOptions { directed: true, multigraph: false, compound: false });
    let name = |position: usize| format!("box{position}");
    for (position, &(width, height)) in boxes.iter().enumerate() {
        sheet.set_node(name(position), Some(NodeLabel { width, height, ..NodeLabel::default() }));
    }
    for &(from, to) in edges {
        sheet.set_edge(name(from), name(to), Some(EdgeLabel::default()), None);
    }
    let options = LayoutOptions {
        rankdir: RankDir::TB,
        nodesep: 14.0,
        edgesep: 12.0,
        ranksep: 34.0,
        ranker: Ranker::NetworkSimplex,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut sheet, Some(options));
    for (position, &(width, height)) in boxes.iter().enumerate() {
        let centre = sheet.node(&name(position)).and_then(|node| Some((node.x?, node.y?)));
        let (x, y) = centre.unwrap_or_default();
        placed.centres[position] = (x, y);
        placed.size = (placed.size.0.max(x + width / 2.0), placed.size.1.max(y + height / 2.0));
    }
    for (position, &(from, to)) in edges.iter().enumerate() {
        let label = sheet.edge(&name(from), &name(to), None);
        let points: Vec<Pair> =
            label.map(|label| label.points.iter().map(|point| (point.x, point.y)).collect()).unwrap_or_default();
        let widest = points.iter().map(|(x, _)| *x).fold(placed.size.0, f64::max);
        placed.size.0 = widest;
        placed.edges[position] = points;
    }
    placed
}
