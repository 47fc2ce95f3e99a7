//! Where boxes and edges go: `dagre` decides over the layers, blocks stand to the left of them.

use dagre::graph::{Graph as Sheet, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};

use super::block::Block;

/// A size or a place, in pixels; the place of a box is its centre.
pub(super) type Pair = (f64, f64);

/// The part of a box's side that edges share.
const SHARED_SIDE: f64 = 0.7;
/// The space between layers, which edges cross.
const BETWEEN_LAYERS: f64 = 38.0;
/// The space between a block and what stands right of it.
const BESIDE_BLOCK: f64 = 36.0;

/// Boxes and edges in their places.
pub(super) struct Placed {
    /// The room that they take.
    pub(super) size: Pair,
    /// The place of each box, in the order they were given in.
    pub(super) boxes: Vec<Pair>,
    /// The frames of blocks: places and sizes.
    pub(super) frames: Vec<(Pair, Pair)>,
    /// The points of each edge.
    pub(super) edges: Vec<Vec<Pair>>,
}

/// An edge on its way: between boxes, or from a box to a frame, which counts as a box after all others.
struct Edge {
    from: usize,
    to: usize,
    points: Vec<Pair>,
}

/// Places boxes of these sizes, and links between them, in layers from the top down.
pub(super) fn place(sizes: &[Pair], links: &[(usize, usize)]) -> Placed {
    let blocks = Block::find(sizes.len(), links);
    let mut in_block = vec![false; sizes.len()];
    blocks.iter().flat_map(|block| block.chains.iter().flatten()).for_each(|&member| in_block[member] = true);
    let in_layers: Vec<(usize, usize)> = links.iter().copied().filter(|&(_, to)| !in_block[to]).collect();
    let (mut boxes, mut edges) = layers(sizes, &in_block, &in_layers);

    let mut frames = Vec::new();
    let mut x = 0.0;
    for block in &blocks {
        let owner = (boxes[block.owner], sizes[block.owner]);
        let top = owner.0.1 + owner.1.1 / 2.0 + BETWEEN_LAYERS;
        let size = block.place(sizes, (x, top), &mut boxes);
        frames.push(((x + size.0 / 2.0, top + size.1 / 2.0), size));
        x += size.0 + BESIDE_BLOCK;
    }
    // Where nothing but its owner would stand beside a block, that stands above.
    let is_alone = in_block.iter().filter(|held| !**held).count() == 1;
    if let (true, [block], [(centre, _)]) = (is_alone, &blocks[..], &frames[..]) {
        x = centre.0 - boxes[block.owner].0;
    }
    for (_, place) in boxes.iter_mut().enumerate().filter(|(position, _)| !in_block[*position]) {
        place.0 += x;
    }
    edges.iter_mut().flat_map(|edge| &mut edge.points).for_each(|point| point.0 += x);
    for (position, block) in blocks.iter().enumerate() {
        let (place, size) = frames[position];
        let above = (place.0, place.1 - size.1 / 2.0 - BETWEEN_LAYERS / 2.0);
        edges.push(Edge { from: block.owner, to: sizes.len() + position, points: vec![place, above, place] });
    }

    let all: Vec<(Pair, Pair)> =
        boxes.iter().copied().zip(sizes.iter().copied()).chain(frames.clone()).collect();
    attach(&all, &mut edges);
    let mut edges: Vec<Vec<Pair>> = edges.into_iter().map(|edge| direct(edge.points)).collect();
    for pair in blocks.iter().flat_map(|block| &block.chains).flat_map(|chain| chain.windows(2)) {
        let ((from, y), (to, _)) = (boxes[pair[0]], boxes[pair[1]]);
        edges.push(vec![(from + sizes[pair[0]].0 / 2.0, y), (to - sizes[pair[1]].0 / 2.0, y)]);
    }
    let corners = all.iter().map(|((x, y), (width, height))| (x + width / 2.0, y + height / 2.0));
    let points = edges.iter().flatten().copied();
    let size = corners.chain(points).fold((0.0, 0.0), |(x, y), (a, b)| (f64::max(x, a), f64::max(y, b)));
    Placed { size, boxes, frames, edges }
}

/// The places of the boxes that are in no block, and the edges between them.
fn layers(sizes: &[Pair], in_block: &[bool], links: &[(usize, usize)]) -> (Vec<Pair>, Vec<Edge>) {
    let mut sheet: Sheet<NodeLabel, EdgeLabel> =
        Sheet::with_options(GraphOptions { directed: true, multigraph: false, compound: false });
    let name = |position: usize| format!("box{position}");
    for (position, &(width, height)) in sizes.iter().enumerate().filter(|(position, _)| !in_block[*position])
    {
        sheet.set_node(name(position), Some(NodeLabel { width, height, ..NodeLabel::default() }));
    }
    for &(from, to) in links {
        sheet.set_edge(name(from), name(to), Some(EdgeLabel::default()), None);
    }
    if sheet.node_count() > 0 {
        let options = LayoutOptions {
            nodesep: 16.0,
            edgesep: 14.0,
            ranksep: BETWEEN_LAYERS,
            ..LayoutOptions::default()
        };
        dagre::layout(&mut sheet, Some(options));
    }
    let place = |position| sheet.node(&name(position)).and_then(|node| Some((node.x?, node.y?)));
    let edge = |&(from, to): &(usize, usize)| {
        let label = sheet.edge(&name(from), &name(to), None);
        let points = label.into_iter().flat_map(|label| &label.points).map(|point| (point.x, point.y));
        Edge { from, to, points: points.collect() }
    };
    let places = (0..sizes.len()).map(|position| place(position).unwrap_or_default());
    (places.collect(), links.iter().map(edge).collect())
}

/// An edge to the next layer goes straight there: nothing stands in its way.
fn direct(points: Vec<Pair>) -> Vec<Pair> {
    match points[..] {
        [first, .., last] if last.1 - first.1 < 1.5 * BETWEEN_LAYERS => vec![first, last],
        _ => points,
    }
}

/// Lets edges leave boxes by the lower side and enter them by the upper one, spread in the order in which they come,
/// so that they do not meet before they must.
fn attach(boxes: &[(Pair, Pair)], edges: &mut [Edge]) {
    for (position, &((x, y), (width, height))) in boxes.iter().enumerate() {
        for (is_end, side) in [(false, y + height / 2.0), (true, y - height / 2.0)] {
            let here = |edge: &&mut Edge| position == if is_end { edge.to } else { edge.from };
            let mut own: Vec<&mut Edge> = edges.iter_mut().filter(here).collect();
            let bend = |edge: &Edge| {
                let next = if is_end { edge.points.len().checked_sub(2) } else { Some(1) };
                next.and_then(|next| edge.points.get(next)).map_or(x, |point| point.0)
            };
            own.sort_by(|a, b| bend(a).total_cmp(&bend(b)));
            let count = own.len() as f64;
            for (place, edge) in own.into_iter().enumerate() {
                let part = (place as f64 + 0.5) / count - 0.5;
                let end = if is_end { edge.points.last_mut() } else { edge.points.first_mut() };
                if let Some(end) = end {
                    *end = (x + part * width * SHARED_SIDE, side);
                }
            }
        }
    }
}
