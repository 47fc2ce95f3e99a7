//! Keeps a picture narrow: many small ends of one box, such as the firmware of a family, stand in a block of their own
//! beside the layers, instead of side by side in one of them.

use super::layout::Pair;

/// More small ends than this make a block.
const MOST_IN_LAYERS: usize = 4;
/// How many rows a block has before it goes on in the next column.
const ROWS: usize = 12;
/// The space around its frame's contents, and between rows.
const PADDING: f64 = 12.0;
/// The space between boxes of a row, which an arrow crosses.
const ARROW: f64 = 26.0;

/// A block: chains that begin at one box.
pub(super) struct Block {
    /// The box that leads to every chain.
    pub(super) owner: usize,
    /// The chains, each a row, from left to right.
    pub(super) chains: Vec<Vec<usize>>,
}

impl Block {
    /// The blocks of so many boxes with these links between them.
    pub(super) fn find(boxes: usize, links: &[(usize, usize)]) -> Vec<Block> {
        let mut below = vec![Vec::new(); boxes];
        let mut above = vec![0_usize; boxes];
        for &(from, to) in links {
            below[from].push(to);
            above[to] += 1;
        }
        let block = |owner: usize| {
            let chains = below[owner].iter().filter_map(|&start| chain(&below, &above, start)).collect();
            Block { owner, chains }
        };
        // What ends blind is in no cycle, and what a chain holds owns no block: it has one end at most.
        (0..boxes).map(block).filter(|block| block.chains.len() > MOST_IN_LAYERS).collect()
    }

    /// Puts the boxes in their places with the block's upper left corner at `corner`, and tells the frame's size.
    pub(super) fn place(&self, boxes: &[Pair], corner: Pair, centres: &mut [Pair]) -> Pair {
        let (mut x, mut lowest) = (corner.0 + PADDING, corner.1);
        for column in self.chains.chunks(ROWS) {
            let longest = column.iter().map(Vec::len).max().unwrap_or(0);
            let mut y = corner.1 + PADDING;
            for chain in column {
                let height = chain.iter().map(|&member| boxes[member].1).fold(0.0, f64::max);
                let mut left = x;
                for (place, &member) in chain.iter().enumerate() {
                    centres[member] = (left + boxes[member].0 / 2.0, y + height / 2.0);
                    left += width_at(column, place, boxes) + ARROW;
                }
                y += height + PADDING;
            }
            lowest = f64::max(lowest, y);
            x += (0..longest).map(|place| width_at(column, place, boxes) + ARROW).sum::<f64>() - ARROW
                + PADDING;
        }
        (x - corner.0, lowest - corner.1)
    }
}

/// The width of the widest box at a place of the chains.
fn width_at(chains: &[Vec<usize>], place: usize, boxes: &[Pair]) -> f64 {
    chains.iter().filter_map(|chain| chain.get(place)).map(|&member| boxes[member].0).fold(0.0, f64::max)
}

/// The chain that starts with a box and ends blind, if nothing else leads into it.
fn chain(below: &[Vec<usize>], above: &[usize], start: usize) -> Option<Vec<usize>> {
    let mut chain = vec![start];
    // A chain without a blind end is a cycle.
    while chain.len() <= below.len() {
        let at = chain[chain.len() - 1];
        match (above[at], &below[at][..]) {
            (1, []) => return Some(chain),
            (1, [next]) => chain.push(*next),
            _ => return None,
        }
    }
    None
}
