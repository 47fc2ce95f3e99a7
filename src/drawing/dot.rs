//! Graphviz source: <https://graphviz.org/doc/info/lang.html>.

use std::fmt::Write as _;

use indicatif::HumanBytes;

use super::{Drawing, colours};

/// Writing to a string does not fail.
pub(super) fn write(drawing: &Drawing<'_>) -> String {
    let Drawing { graph, title, sizes } = drawing;
    let mut dot = format!(
        "digraph plan {{\n  label={};\n  labelloc=t;\n  node [shape=box, style=filled, fontname=\"monospace\"];\n",
        quoted(title)
    );
    for id in graph.nodes() {
        let node = graph.node(id);
        let [fill, line, ..] = colours(node.kind);
        let bytes = node.size.filter(|_| *sizes).map(|bytes| format!("\n{}", HumanBytes(bytes)));
        let label = format!("{}\n{}{}", node.name, node.version, bytes.unwrap_or_default());
        let width = if node.because.is_empty() { 1 } else { 3 };
        let _ = writeln!(
            dot,
            "  {} [label={}, fillcolor={fill:?}, color={line:?}, penwidth={width}];",
            quoted(&node.name),
            quoted(&label)
        );
    }
    for (from, to) in graph.edges() {
        let _ = writeln!(dot, "  {} -> {};", quoted(&graph.node(from).name), quoted(&graph.node(to).name));
    }
    // A reason may have the name of a package, so its own starts with what no package name holds.
    for (because, roots) in graph.asked() {
        let request = quoted(&format!("? {because}"));
        let _ = writeln!(dot, "  {request} [label={}, shape=oval, style=solid];", quoted(because));
        for root in roots {
            let _ = writeln!(dot, "  {request} -> {};", quoted(&graph.node(root).name));
        }
    }
    dot + "}\n"
}

/// A quoted string: in it, Graphviz gives meaning to quotes and backslashes alone.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push('\u{fffd}'),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
