//! Plans explained: the graph, `why`, `tree`, `diff` and the drawings.

mod diff;
mod graph;
mod tree;
mod why;

use owpkg::resolve::{Graph, Node, NodeId, PackageKind};

/// A package of 10 bytes that was not asked for.
pub fn node(name: &str) -> Node {
    Node {
        name: name.to_owned(),
        version: "1.0-r1".to_owned(),
        size: Some(10),
        digest: None,
        custom_feed: None,
        kind: PackageKind::of(name),
        because: Vec::new(),
    }
}

/// A graph of lines `a: b c`, a package and what it needs; those with a `*` were asked for.
pub fn graph(lines: &[&str]) -> Graph {
    let lines: Vec<(&str, Vec<&str>)> = lines
        .iter()
        .map(|line| {
            let (name, needs) = line.split_once(':').unwrap_or((line, ""));
            (name, needs.split_whitespace().collect())
        })
        .collect();
    Graph::new(lines.iter().map(|(name, _)| {
        let plain = name.trim_start_matches('*');
        let because = if plain == *name { vec![] } else { vec!["--add".to_owned()] };
        let needed_by = lines.iter().filter(|(_, needs)| needs.contains(&plain));
        let needed_by = needed_by.map(|(name, _)| name.trim_start_matches('*').to_owned()).collect();
        (Node { because, ..node(plain) }, needed_by)
    }))
}

fn id(graph: &Graph, name: &str) -> NodeId {
    graph.find(name).unwrap_or_else(|| panic!("no {name}"))
}

/// Paths as `a b c`.
fn words(graph: &Graph, paths: &[Vec<NodeId>]) -> Vec<String> {
    let words = |path: &Vec<NodeId>| {
        let names: Vec<&str> = path.iter().map(|&id| graph.node(id).name.as_str()).collect();
        names.join(" ")
    };
    paths.iter().map(words).collect()
}
