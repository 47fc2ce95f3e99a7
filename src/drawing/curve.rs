//! A smooth line along the points that a layout gives.

use std::fmt::Write as _;

/// How far an edge leaves a box, and enters one, straight down.
const STUB: f64 = 8.0;

/// The path data of the line: level, or it starts at the first point and ends at the last, and is drawn towards the others.
pub(super) fn along(points: &[(f64, f64)]) -> String {
    let [first, inner @ .., last] = points else { return String::new() };
    let mut path = format!("M{:.1} {:.1}", first.0, first.1);
    if first.1 == last.1 {
        return path + &format!("H{:.1}", last.0);
    }
    let mut bends = vec![(first.0, first.1 + STUB)];
    bends.extend(inner);
    bends.push((last.0, last.1 - STUB));
    for (position, bend) in bends.iter().enumerate() {
        let end = match bends.get(position + 1) {
            Some(next) => ((bend.0 + next.0) / 2.0, (bend.1 + next.1) / 2.0),
            None => *last,
        };
        // Writing to a string does not fail.
        let _ = write!(path, "Q{:.1} {:.1} {:.1} {:.1}", bend.0, bend.1, end.0, end.1);
    }
    path
}
