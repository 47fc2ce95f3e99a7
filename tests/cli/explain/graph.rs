//! The graph as a value: paths, sizes, essential edges.

use std::collections::BTreeSet;

use owpkg::resolve::{Graph, LeftOut, Node, NodeId, PackageKind};
use proptest::prelude::*;

use super::{graph, id, node, words};

#[test]
fn paths_come_shortest_first_and_then_by_name() {
    let graph = graph(&["*root: b a c", "a: target", "b: target", "c: a", "*target:"]);
    let paths = graph.paths_to(id(&graph, "target"), 10);
    assert_eq!(
        words(&graph, &paths.shortest),
        ["target", "root a target", "root b target", "root c a target"]
    );
    assert_eq!(paths.left_out, LeftOut::Exactly(0));
}

#[test]
fn paths_left_out_are_counted() {
    let graph = graph(&["*root: b a c", "a: target", "b: target", "c: a", "*target:"]);
    let paths = graph.paths_to(id(&graph, "target"), 1);
    assert_eq!(words(&graph, &paths.shortest), ["target"]);
    assert_eq!(paths.left_out, LeftOut::Exactly(3));
}

#[test]
fn cycles_are_not_gone_round() {
    let graph = graph(&["*root: a", "a: b", "b: a c", "c: b"]);
    let paths = graph.paths_to(id(&graph, "c"), 10);
    assert_eq!(words(&graph, &paths.shortest), ["root a b c"]);
    assert_eq!(paths.left_out, LeftOut::Exactly(0));
}

/// `layers` pairs of packages, each needing both of the next pair: 2^layers paths.
fn ladder(layers: usize) -> Graph {
    let name = |layer: usize, side: char| format!("layer{layer:03}{side}");
    let packages = (0..layers).flat_map(|layer| {
        ['a', 'b'].map(|side| {
            let above = layer.checked_sub(1);
            let needed_by = above.map_or(vec![], |above| vec![name(above, 'a'), name(above, 'b')]);
            let because = if layer == 0 { vec!["--add".to_owned()] } else { vec![] };
            (Node { because, ..node(&name(layer, side)) }, needed_by)
        })
    });
    Graph::new(packages)
}

#[test]
fn a_graph_with_more_paths_than_anybody_could_list_is_answered() {
    let graph = ladder(60);
    let paths = graph.paths_to(id(&graph, "layer059a"), 5);
    assert_eq!(paths.shortest.len(), 5);
    assert_eq!(paths.left_out, LeftOut::Exactly((1 << 59) - 5));

    let graph = ladder(80);
    assert_eq!(graph.paths_to(id(&graph, "layer079a"), 5).left_out, LeftOut::Some);
}

#[test]
fn a_chain_as_long_as_an_index_is_walked() {
    const LENGTH: usize = 30_000;
    let name = |number: usize| format!("p{number:06}");
    let graph = Graph::new((0..LENGTH).map(|number| {
        let because = if number == 0 { vec!["--add".to_owned()] } else { vec![] };
        let needed_by = number.checked_sub(1).map(name).into_iter().collect();
        (Node { because, ..node(&name(number)) }, needed_by)
    }));
    assert_eq!(graph.total_size(&graph.roots()), Some(10 * LENGTH as u64));
    let paths = graph.paths_to(id(&graph, &name(40)), 3);
    assert_eq!(paths.shortest.len(), 1);
    assert_eq!(paths.shortest[0].len(), 41);
}

#[test]
fn shared_parts_count_once_and_an_unknown_size_makes_the_sum_unknown() {
    let shared = graph(&["*root: a b", "a: c", "b: c", "c:"]);
    assert_eq!(shared.total_size(&[id(&shared, "root")]), Some(40));
    assert_eq!(shared.total_size(&[id(&shared, "a"), id(&shared, "b")]), Some(30));
    let unknown = Graph::new([
        (node("a"), vec![]),
        (Node { size: None, ..node("b") }, vec!["a".to_owned()]),
        (node("c"), vec![]),
    ]);
    assert_eq!(unknown.total_size(&[id(&unknown, "a")]), None);
    assert_eq!(unknown.total_size(&[id(&unknown, "c")]), Some(10));
}

#[test]
fn names_that_are_not_in_the_graph_and_doubles_count_for_nothing() {
    let graph = Graph::new([(node("a"), vec!["stranger".to_owned()]), (node("a"), vec![])]);
    assert_eq!(graph.len(), 1);
    assert!(graph.edges().is_empty());
}

#[test]
fn kinds_are_told_by_name() {
    for (kind, names) in [
        (PackageKind::Driver, &["kmod-iwlwifi", "kmod-mac80211", "kmod-usb-core"][..]),
        (
            PackageKind::Firmware,
            &["iwlwifi-firmware-iwl7265d", "kmod-mt7921-firmware", "ath10k-board-qca988x", "wireless-regdb"],
        ),
        (PackageKind::Userspace, &["wpad-basic-mbedtls", "iw", "hostapd-common", "wifi-scripts"]),
        (PackageKind::Library, &["libmbedtls21", "kmod-crypto-aead", "ucode-mod-nl80211", "kmod-lib-crc32c"]),
    ] {
        for name in names {
            assert_eq!(PackageKind::of(name), kind, "{name}");
        }
    }
}

/// Up to eight packages with any edges, cycles too; the first was asked for.
fn any_graph() -> impl Strategy<Value = Graph> {
    prop::collection::vec((0..8_usize, 0..8_usize), 0..24).prop_map(|edges| {
        let name = |number: usize| format!("p{number}");
        Graph::new((0..8).map(|number| {
            let because = if number == 0 { vec!["--add".to_owned()] } else { vec![] };
            let from = edges.iter().filter(|(from, to)| *to == number && from != to);
            (Node { because, ..node(&name(number)) }, from.map(|(from, _)| name(*from)).collect())
        }))
    })
}

/// Every path without a loop, the slow way.
fn all_paths(graph: &Graph, path: Vec<NodeId>, target: NodeId, found: &mut Vec<(usize, Vec<NodeId>)>) {
    let last = path[path.len() - 1];
    if last == target {
        found.push((path.len(), path));
        return;
    }
    for next in graph.needs(last) {
        if !path.contains(&next) {
            all_paths(graph, [&path[..], &[next]].concat(), target, found);
        }
    }
}

fn reach(edges: &[(NodeId, NodeId)], from: NodeId) -> BTreeSet<NodeId> {
    let mut reached = BTreeSet::from([from]);
    loop {
        let before = reached.len();
        reached.extend(
            edges.iter().filter(|(from, _)| reached.contains(from)).map(|(_, to)| *to).collect::<Vec<_>>(),
        );
        if reached.len() == before {
            return reached;
        }
    }
}

proptest! {
    #[test]
    fn the_paths_are_those_that_an_exhaustive_search_finds(graph in any_graph(), target in 0..8_usize) {
        let target = graph.nodes().nth(target).unwrap();
        let mut expected = Vec::new();
        all_paths(&graph, graph.roots(), target, &mut expected);
        expected.sort();
        let expected: Vec<Vec<NodeId>> = expected.into_iter().map(|(_, path)| path).collect();
        let all = graph.paths_to(target, 100_000);
        prop_assert_eq!(&all.shortest, &expected);
        prop_assert_eq!(all.left_out, LeftOut::Exactly(0));
        let three = graph.paths_to(target, 3);
        prop_assert_eq!(&three.shortest[..], &expected[..expected.len().min(3)]);
        match three.left_out {
            LeftOut::Exactly(count) => prop_assert_eq!(count as usize, expected.len() - three.shortest.len()),
            LeftOut::Some => prop_assert!(expected.len() > 3),
        }
    }

    #[test]
    fn essential_edges_reach_what_all_edges_reach_and_none_can_be_spared(graph in any_graph()) {
        let (all, essential) = (graph.edges(), graph.essential_edges());
        prop_assert!(essential.iter().all(|edge| all.contains(edge)));
        for from in graph.nodes() {
            prop_assert_eq!(reach(&all, from), reach(&essential, from));
        }
        for (position, (from, to)) in essential.iter().enumerate() {
            let mut fewer = essential.clone();
            fewer.remove(position);
            prop_assert!(!reach(&fewer, *from).contains(to));
        }
    }
}
