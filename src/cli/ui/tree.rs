//! A plan as a tree of lines, with sizes.

use std::collections::HashSet;
use std::io::{self, Write};

use super::style::Style;
use super::text::size;
use crate::resolve::{Graph, NodeId};

/// Levels that are printed if nobody says how many: deeper ones would be more indentation than names.
const DEEPEST: usize = 100;

/// Prints the packages below what they were asked for, to a depth if one is given. What a package needs is shown
/// where the package stands first.
pub(crate) fn print(
    out: &mut dyn Write,
    style: Style,
    graph: &Graph,
    depth: Option<usize>,
) -> io::Result<()> {
    let mut branches = Branches::new(graph, style, depth, false);
    for (because, roots) in graph.asked() {
        let total = graph.total_size(&roots).map(|bytes| format!(" {}", style.faint(&size(bytes))));
        writeln!(out, "{}{}", style.strong(because), total.unwrap_or_default())?;
        branches.print_below(out, roots)?;
    }
    Ok(())
}

/// Prints a package and above it, that is further down on the screen, who needs it.
pub(crate) fn print_inverted(
    out: &mut dyn Write,
    style: Style,
    graph: &Graph,
    of: NodeId,
    depth: Option<usize>,
) -> io::Result<()> {
    let mut branches = Branches::new(graph, style, depth, true);
    branches.shown.insert(of);
    writeln!(out, "{}", branches.label(of))?;
    branches.print_below(out, graph.needed_by(of))
}

/// What printing a tree goes by.
struct Branches<'a> {
    graph: &'a Graph,
    style: Style,
    depth: usize,
    inverted: bool,
    /// The packages whose own branches are on the screen.
    shown: HashSet<NodeId>,
}

impl Branches<'_> {
    fn new(graph: &Graph, style: Style, depth: Option<usize>, inverted: bool) -> Branches<'_> {
        Branches { graph, style, depth: depth.unwrap_or(DEEPEST), inverted, shown: HashSet::new() }
    }

    /// With an explicit stack: a chain of dependencies may be as long as an index.
    fn print_below(&mut self, out: &mut dyn Write, ids: Vec<NodeId>) -> io::Result<()> {
        let mut stack = vec![ids.into_iter().peekable()];
        // Whether each level above the one in work has more to come.
        let mut indent: Vec<bool> = Vec::new();
        while let Some(level) = stack.last_mut() {
            let Some(id) = level.next() else {
                stack.pop();
                indent.pop();
                continue;
            };
            let more = level.peek().is_some();
            indent
                .iter()
                .try_for_each(|&more| out.write_all(if more { "│   " } else { "    " }.as_bytes()))?;
            let (fork, label) = (if more { "├── " } else { "└── " }, self.label(id));
            let below = self.below(id);
            if self.shown.contains(&id) {
                writeln!(out, "{fork}{} {}", self.graph.node(id).name, self.style.faint("(above)"))?;
            } else if stack.len() >= self.depth && !below.is_empty() {
                writeln!(out, "{fork}{label} {}", self.style.faint("…"))?;
            } else {
                writeln!(out, "{fork}{label}")?;
                self.shown.insert(id);
                indent.push(more);
                stack.push(below.into_iter().peekable());
            }
        }
        Ok(())
    }

    fn below(&self, id: NodeId) -> Vec<NodeId> {
        if self.inverted { self.graph.needed_by(id) } else { self.graph.needs(id) }
    }

    /// Name, version, own size; then what it brings in altogether, or why it was asked for.
    fn label(&self, id: NodeId) -> String {
        let node = self.graph.node(id);
        let mut label = format!("{} {}", node.name, self.style.faint(&node.version));
        if let Some(bytes) = node.size {
            label += &format!(" {}", self.style.faint(&size(bytes)));
        }
        if let Some(feed) = &node.custom_feed {
            label += &format!(" {}", self.style.bad(&format!("(feed {feed})")));
        }
        let total = self.graph.total_size(&[id]).filter(|_| !self.graph.needs(id).is_empty());
        match (self.inverted, total) {
            (true, _) if !node.because.is_empty() => {
                label += &format!(" {}", self.style.strong(&format!("({})", node.because.join(", "))));
            }
            (false, Some(bytes)) => label += &self.style.faint(&format!(" ({} in all)", size(bytes))),
            _ => {}
        }
        label
    }
}
