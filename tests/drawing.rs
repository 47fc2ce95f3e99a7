//! Plans drawn: `resolve --format svg` and `dot`.

use owpkg::cli::Help;
use owpkg::drawing::Drawing;
use owpkg::resolve::{Graph, Node};

use crate::cli::explain::{graph, node};
use crate::support::run::owpkg;

/// The command that makes `docs/plan-iwl7265d.svg`, less its `> docs/plan-iwl7265d.svg`.
const EXAMPLE: &str = "resolve --demo --chip iwl7265d --no-lock --format svg";

fn drawing(graph: &Graph) -> Drawing<'_> {
    Drawing { graph, title: "OpenWrt 25.12.0, x86/64", sizes: true }
}

/// The number after `key="` in a tag.
fn number(tag: &str, key: &str) -> f64 {
    let (_, rest) = tag.split_once(&format!(" {key}=\"")).unwrap_or_else(|| panic!("no {key} in {tag}"));
    rest.split('"').next().unwrap().parse().unwrap()
}

/// Corners of the boxes of packages, as left, top, right, bottom.
fn boxes(svg: &str) -> Vec<[f64; 4]> {
    let tags = svg.split("<g><title>").skip(1).map(|group| group.split("<rect").nth(1).unwrap());
    tags.map(|tag| {
        let [x, y, width, height] = ["x", "y", "width", "height"].map(|key| number(tag, key));
        [x, y, x + width, y + height]
    })
    .collect()
}

#[test]
fn the_example_in_the_documents_is_what_the_command_draws() {
    let drawn = owpkg(EXAMPLE).run().exits(0).out;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plan-iwl7265d.svg");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(drawn == kept, "docs/plan-iwl7265d.svg is out of date: make it anew with\n  owpkg {EXAMPLE}");
}

#[test]
fn every_package_has_a_box_of_its_own_within_the_sheet() {
    for selection in ["iwl7265d", "mt7921e --chip ath10k"] {
        let run = |format: &str| {
            owpkg(&format!("resolve --demo --no-lock --format {format} --chip {selection}"))
                .run()
                .exits(0)
                .out
        };
        let (svg, names) = (run("svg"), run("names"));
        for name in names.lines() {
            assert_eq!(svg.matches(&format!(">{name}</text>")).count(), 1, "{name}");
        }
        let boxes = boxes(&svg);
        assert_eq!(boxes.len(), names.lines().count());
        let sheet = svg.split('>').next().unwrap();
        let (width, height) = (number(sheet, "width"), number(sheet, "height"));
        for (position, a) in boxes.iter().enumerate() {
            assert!(a[0] >= 0.0 && a[1] >= 0.0 && a[2] <= width && a[3] <= height, "{a:?}");
            for b in &boxes[position + 1..] {
                assert!(a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1], "{a:?} and {b:?} overlap");
            }
        }
        assert_eq!(svg, run("svg"));
    }
}

#[test]
fn it_is_legible_in_light_and_in_dark() {
    let svg =
        drawing(&graph(&["*kmod-a: libb iw x-firmware-1", "libb:", "iw:", "x-firmware-1:"])).svg().unwrap();
    let (light, dark) = svg.split_once("@media(prefers-color-scheme:dark)").unwrap();
    for class in ["driver", "firmware", "userspace", "library", "sheet", "edge"] {
        assert!(light.contains(&format!(".{class}{{")) && dark.contains(&format!(".{class}{{")), "{class}");
    }
    for legend in
        ["driver 1, 10 B", "firmware 1, 10 B", "userspace 1, 10 B", "library 1, 10 B", "4 packages, 40 B"]
    {
        assert!(svg.contains(legend), "{legend}");
    }
}

#[test]
fn text_cannot_break_out_of_the_picture() {
    let hostile = Node {
        version: "<script>alert('&')</script>\u{1}\u{1b}[0m\"".to_owned(),
        because: vec!["\"]; evil -> \"\\".to_owned()],
        ..node("a\"><b>&")
    };
    let graph = Graph::new([(hostile, vec![])]);
    let drawing = Drawing { graph: &graph, title: "</title><x>", sizes: false };
    let svg = drawing.svg().unwrap();
    for forbidden in ["<script", "<b>", "<x>", "\u{1}", "\u{1b}"] {
        assert!(!svg.contains(forbidden), "{forbidden:?}");
    }
    assert!(svg.contains("a&quot;&gt;&lt;b&gt;&amp;"));
    let dot = drawing.dot();
    assert!(dot.contains(r#""a\"><b>&""#), "{dot}");
    assert!(dot.contains(r#""\"]; evil -> \"\\""#), "{dot}");
}

/// Statements outside of quoted strings, each on its line; quotes are all closed.
fn statements(dot: &str) -> Vec<String> {
    let mut plain = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in dot.chars() {
        match c {
            '"' if !escaped => {
                quoted = !quoted;
                plain.push('"');
            }
            c if !quoted => plain.push(c),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    assert!(!quoted, "a quote is left open");
    plain.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn dot_states_every_package_and_every_edge() {
    let graph = graph(&["*a: b c", "b: c", "c: b"]);
    let dot = drawing(&graph).dot();
    let statements = statements(&dot);
    assert_eq!(statements.first().unwrap(), "digraph plan {");
    assert_eq!(statements.last().unwrap(), "}");
    assert!(statements[1..statements.len() - 1].iter().all(|line| line.ends_with(';')), "{dot}");
    for edge in
        ["\"a\" -> \"b\";", "\"a\" -> \"c\";", "\"b\" -> \"c\";", "\"c\" -> \"b\";", "\"? --add\" -> \"a\";"]
    {
        assert!(dot.contains(edge), "{edge} in {dot}");
    }
    for name in ["a", "b", "c"] {
        assert!(dot.contains(&format!("  \"{name}\" [label=\"{name}\\n1.0-r1\\n10 B\"")), "{dot}");
    }
}

#[test]
fn many_small_ends_stand_in_a_block_of_their_own() {
    let draw = |ends: usize| {
        let needs: Vec<String> = (0..ends).map(|end| format!("x-firmware-{end:02}")).collect();
        let mut lines = vec![format!("*kmod-x: {}", needs.join(" "))];
        lines.extend(needs);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let svg = drawing(&graph(&lines)).svg().unwrap();
        let mut columns: Vec<String> =
            boxes(&svg).iter().skip(1).map(|corners| format!("{:.1}", corners[0])).collect();
        columns.sort();
        columns.dedup();
        (svg.matches("class=\"frame\"").count(), svg.matches("class=\"edge\"").count(), columns.len())
    };
    assert_eq!(draw(4), (0, 5, 4));
    assert_eq!(draw(5), (1, 2, 1));
    assert_eq!(draw(12), (1, 2, 1));
    assert_eq!(draw(13), (1, 2, 2));
}

#[test]
fn several_requests_have_a_panel_each_and_one_of_what_they_share() {
    let asked = |name: &str, needs: &str, because: &[&str]| {
        let because = because.iter().map(|because| (*because).to_owned()).collect();
        (Node { because, ..node(name) }, needs.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    // needed_by is the way round that a graph is made of.
    let graph = Graph::new(
        [
            asked("kmod-a", "", &["chip a"]),
            asked("kmod-b", "", &["chip b"]),
            asked("only-a", "kmod-a", &[]),
            asked("common", "kmod-a kmod-b", &[]),
            asked("wpad", "", &["chip a", "chip b"]),
        ]
        .map(|(node, needed_by)| (node, needed_by)),
    );
    let svg = drawing(&graph).svg().unwrap();
    let panels: Vec<[f64; 4]> = svg
        .split("<rect class=\"panel\"")
        .skip(1)
        .map(|tag| {
            let [x, y, width, height] = ["x", "y", "width", "height"].map(|key| number(tag, key));
            [x, y, x + width, y + height]
        })
        .collect();
    assert_eq!(panels.len(), 3);
    let names: Vec<&str> =
        svg.split("<g><title>").skip(1).map(|group| group.split(' ').next().unwrap()).collect();
    let panel_of = |name: &str| {
        let corners = boxes(&svg)[names.iter().position(|own| *own == name).unwrap()];
        let within = |panel: &[f64; 4]| {
            panel[0] <= corners[0]
                && panel[1] <= corners[1]
                && corners[2] <= panel[2]
                && corners[3] <= panel[3]
        };
        panels.iter().position(within).unwrap_or_else(|| panic!("{name} is in no panel"))
    };
    assert_eq!((panel_of("kmod-a"), panel_of("only-a"), panel_of("kmod-b")), (0, 0, 1));
    assert_eq!((panel_of("common"), panel_of("wpad")), (2, 2));
    assert_eq!(svg.matches(">→ common</text>").count(), 2, "each panel says what it needs of the shared");
    assert_eq!(svg.matches(">→ wpad</text>").count(), 2);
}

/// How much of the sheet the panels take.
#[test]
fn the_sheet_of_five_devices_is_well_filled() {
    let chips = ["iwl7265d", "mt7921e", "ath10k", "rtl8812au", "mt7612e"];
    let chips: String = chips.iter().map(|chip| format!(" --chip {chip}")).collect();
    let svg = owpkg(&format!("resolve --demo --no-lock --format svg{chips}")).run().exits(0).out;
    let area = |tag: &str| number(tag, "width") * number(tag, "height");
    let panels: f64 = svg.split("<rect class=\"panel\"").skip(1).map(area).sum();
    let sheet = svg.split('>').next().unwrap();
    assert!(panels / area(sheet) > 0.55, "{}", panels / area(sheet));
    assert!(number(sheet, "width") / number(sheet, "height") < 3.0);
}

#[test]
fn empty_and_cyclic_plans_are_drawn() {
    assert!(drawing(&graph(&[])).svg().unwrap().contains("0 packages"));
    let cyclic = graph(&["a: b", "b: a c d e f g", "c: a", "d:", "e:", "f:", "g: g"]);
    assert_eq!(boxes(&drawing(&cyclic).svg().unwrap()).len(), 7);
}

#[test]
fn a_picture_that_nobody_could_read_is_refused() {
    let names: Vec<String> = (0..301).map(|number| format!("p{number}")).collect();
    let many = Graph::new(names.iter().map(|name| (node(name), vec![])));
    let error = drawing(&many).svg().unwrap_err();
    assert_eq!(error.packages, 301);
    assert!(error.help().unwrap().contains("--format dot"));
    assert_eq!(drawing(&many).dot().matches("fillcolor").count(), 301);
}
