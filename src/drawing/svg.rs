//! The SVG: boxes in layers, coloured by kind, with a legend.

use std::fmt::Write as _;

use indicatif::HumanBytes;

use super::layout::{Pair, Placed};
use super::panels::{self, Panel, Reference};
use super::{Drawing, colours, curve};
use crate::markup::escape;
use crate::resolve::{Node, NodeId, PackageKind};

/// Width of a character, in parts of the font's size: what the monospaced fonts of all systems keep to.
const CHARACTER: f64 = 0.61;
const NAME: f64 = 12.0;
const DETAIL: f64 = 10.0;
const MARGIN: f64 = 24.0;
const HEAD: f64 = 76.0;
const BOX_HEIGHT: f64 = 38.0;
const REQUEST_HEIGHT: f64 = 28.0;
const REFERENCE_HEIGHT: f64 = 20.0;
/// The title of the panel of what several requests need.
const SHARED: &str = "what several need";
/// Longer versions are cut in the box; the tooltip has them whole.
const LONGEST_VERSION: usize = 17;

pub(super) fn write(drawing: &Drawing<'_>) -> String {
    let picture = Picture::of(drawing);
    let mut svg = picture.start();
    picture.legend(&mut svg);
    picture.panels(&mut svg);
    picture.frames(&mut svg);
    picture.edges(&mut svg);
    picture.references(&mut svg);
    picture.boxes(&mut svg);
    svg + "</svg>\n"
}

struct Picture<'a> {
    drawing: &'a Drawing<'a>,
    /// What was asked for; their boxes come before the packages'.
    requests: Vec<&'a str>,
    nodes: Vec<NodeId>,
    sizes: Vec<Pair>,
    placed: Placed,
    panels: Vec<Panel>,
    references: Vec<Reference>,
    width: f64,
    height: f64,
}

impl<'a> Picture<'a> {
    fn of(drawing: &'a Drawing<'a>) -> Picture<'a> {
        let graph = drawing.graph;
        let asked = graph.asked();
        let requests: Vec<&str> = asked.keys().copied().collect();
        let nodes: Vec<NodeId> = graph.nodes().collect();
        let place_of = |id: NodeId| requests.len() + id.index();
        let mut sizes: Vec<Pair> =
            requests.iter().map(|text| (text_width(text, NAME) + 28.0, REQUEST_HEIGHT)).collect();
        sizes.extend(nodes.iter().map(|&id| box_size(drawing, graph.node(id))));
        let mut links: Vec<(usize, usize)> = Vec::new();
        for (position, roots) in asked.values().enumerate() {
            links.extend(roots.iter().map(|&root| (position, place_of(root))));
        }
        links.extend(graph.essential_edges().into_iter().map(|(from, to)| (place_of(from), place_of(to))));
        let referred = |position: usize| {
            let name = &graph.node(nodes[position - requests.len()]).name;
            (text_width(&reference(name), DETAIL) + 14.0, REFERENCE_HEIGHT)
        };
        let panels::Sheet { placed, panels, references } =
            panels::place(&sizes, &links, requests.len(), referred);
        let head = [text_width(drawing.title, 15.0), legend_width(drawing)];
        let width = head.into_iter().fold(placed.size.0, f64::max) + 2.0 * MARGIN;
        let height = HEAD + placed.size.1 + 2.0 * MARGIN;
        Picture { drawing, requests, nodes, sizes, placed, panels, references, width, height }
    }

    fn at(&self, position: usize) -> Pair {
        let (x, y) = self.placed.boxes[position];
        (x + self.left(), y + HEAD + MARGIN)
    }

    /// The layers stand in the middle below a head that is wider.
    fn left(&self) -> f64 {
        (self.width - self.placed.size.0) / 2.0
    }

    fn start(&self) -> String {
        let title = escape(self.drawing.title);
        let (width, height) = (self.width.ceil(), self.height.ceil());
        let mut light = String::new();
        let mut dark = String::new();
        for kind in PackageKind::ALL {
            let [fill, line, dark_fill, dark_line] = colours(kind);
            let _ = write!(light, ".{}{{fill:{fill};stroke:{line}}}", kind.word());
            let _ = write!(dark, ".{}{{fill:{dark_fill};stroke:{dark_line}}}", kind.word());
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">{title}</title>\n<style>\n\
             text{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#0f172a}}\n\
             .head{{font-size:15px;font-weight:600}}.name{{font-size:{NAME}px}}.detail{{font-size:{DETAIL}px}}\n\
             .faint{{fill:#64748b}}.sheet{{fill:#ffffff;stroke:#e2e8f0}}.request{{fill:#0f172a}}.asked{{fill:#ffffff}}\n\
             .edge{{fill:none;stroke:#94a3b8;stroke-width:1.2}}.tip{{fill:#94a3b8}}\
             .frame{{fill:none;stroke:#94a3b8;stroke-dasharray:3 4}}.root{{stroke-width:2.5}}\
             .panel{{fill:#f8fafc;stroke:#cbd5e1}}.reference{{stroke-dasharray:3 3}}\n{light}\n\
             @media(prefers-color-scheme:dark){{text{{fill:#e2e8f0}}.faint{{fill:#94a3b8}}\
             .sheet{{fill:#0d1117;stroke:#30363d}}.request{{fill:#e2e8f0}}.asked{{fill:#0f172a}}\
             .edge{{stroke:#64748b}}.tip{{fill:#64748b}}.frame{{stroke:#64748b}}.panel{{fill:#111827;stroke:#30363d}}{dark}}}\n</style>\n<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" \
             refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"tip\" \
             d=\"M0 0.8L8 4L0 7.2z\"/></marker></defs>\n\
             <rect class=\"sheet\" x=\"0.5\" y=\"0.5\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\"/>\n\
             <text class=\"head\" x=\"{MARGIN}\" y=\"34\">{title}</text>\n",
            width - 1.0,
            height - 1.0,
        )
    }

    /// Each kind with its number of packages and their size, then what the marks mean.
    fn legend(&self, svg: &mut String) {
        let mut x = MARGIN;
        for (kind, text) in kinds(self.drawing) {
            let _ = writeln!(
                svg,
                "<rect class=\"{}\" x=\"{x:.1}\" y=\"49\" width=\"14\" height=\"12\" rx=\"3\"/>\
                 <text class=\"detail\" x=\"{:.1}\" y=\"59\">{text}</text>",
                kind.word(),
                x + 20.0
            );
            x += 20.0 + text_width(&text, DETAIL) + 18.0;
        }
        let _ = writeln!(
            svg,
            "<text class=\"detail faint\" x=\"{MARGIN}\" y=\"78\">{}</text>",
            note(self.drawing)
        );
    }

    fn panels(&self, svg: &mut String) {
        for Panel { corner, size: (width, height), is_shared } in &self.panels {
            let (x, y) = (corner.0 + self.left(), corner.1 + HEAD + MARGIN);
            let _ = writeln!(
                svg,
                "<rect class=\"panel\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                 rx=\"10\"/>"
            );
            if *is_shared {
                let _ = writeln!(
                    svg,
                    "<text class=\"name faint\" x=\"{:.1}\" y=\"{:.1}\">{SHARED}</text>",
                    x + 16.0,
                    y + 26.0
                );
            }
        }
    }

    /// What stands in the panel of what several need.
    fn references(&self, svg: &mut String) {
        for Reference { to, at: (x, y), size: (width, height) } in &self.references {
            let node = self.drawing.graph.node(self.nodes[to - self.requests.len()]);
            let (x, y) = (x + self.left(), y + HEAD + MARGIN);
            let _ = writeln!(
                svg,
                "<rect class=\"reference {}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                 rx=\"10\"/><text class=\"detail\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                node.kind.word(),
                x - width / 2.0,
                y - height / 2.0,
                y + 3.5,
                escape(&reference(&node.name))
            );
        }
    }

    fn frames(&self, svg: &mut String) {
        for ((x, y), (width, height)) in &self.placed.frames {
            let (left, top) = (x - width / 2.0 + self.left(), y - height / 2.0 + HEAD + MARGIN);
            let _ = writeln!(
                svg,
                "<rect class=\"frame\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
                 height=\"{height:.1}\" rx=\"9\"/>"
            );
        }
    }

    fn edges(&self, svg: &mut String) {
        let (left, top) = (self.left(), HEAD + MARGIN);
        for points in &self.placed.edges {
            let points: Vec<Pair> = points.iter().map(|(x, y)| (x + left, y + top)).collect();
            let _ = writeln!(
                svg,
                "<path class=\"edge\" d=\"{}\" marker-end=\"url(#tip)\"/>",
                curve::along(&points)
            );
        }
    }

    fn boxes(&self, svg: &mut String) {
        for (position, request) in self.requests.iter().enumerate() {
            let ((x, y), (width, height)) = (self.at(position), self.sizes[position]);
            let _ = writeln!(
                svg,
                "<rect class=\"request\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                 rx=\"14\"/><text class=\"name asked\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                x - width / 2.0,
                y - height / 2.0,
                y + 4.0,
                escape(request)
            );
        }
        for (offset, &id) in self.nodes.iter().enumerate() {
            let position = self.requests.len() + offset;
            self.package(svg, self.drawing.graph.node(id), self.at(position), self.sizes[position]);
        }
    }

    fn package(&self, svg: &mut String, node: &Node, (x, y): Pair, (width, height): Pair) {
        let root = if node.because.is_empty() { "" } else { " root" };
        let _ = writeln!(
            svg,
            "<g><title>{} {}</title><rect class=\"{}{root}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\" rx=\"5\"/><text class=\"name\" x=\"{x:.1}\" y=\"{:.1}\" \
             text-anchor=\"middle\">{}</text><text class=\"detail faint\" x=\"{x:.1}\" y=\"{:.1}\" \
             text-anchor=\"middle\">{}</text></g>",
            escape(&node.name),
            escape(&node.version),
            node.kind.word(),
            x - width / 2.0,
            y - height / 2.0,
            y - 2.0,
            escape(&node.name),
            y + 12.0,
            escape(&detail(self.drawing, node))
        );
    }
}

/// How a box names the one that it stands for.
fn reference(name: &str) -> String {
    format!("→ {name}")
}

fn text_width(text: &str, font: f64) -> f64 {
    text.chars().count() as f64 * font * CHARACTER
}

fn box_size(drawing: &Drawing<'_>, node: &Node) -> Pair {
    let detail = text_width(&detail(drawing, node), DETAIL);
    (text_width(&node.name, NAME).max(detail) + 16.0, BOX_HEIGHT)
}

/// The second line of a box: the size where it is known, else the version.
fn detail(drawing: &Drawing<'_>, node: &Node) -> String {
    if let Some(bytes) = node.size.filter(|_| drawing.sizes) {
        return HumanBytes(bytes).to_string();
    }
    let mut version: String = node.version.chars().take(LONGEST_VERSION).collect();
    if version.len() < node.version.len() {
        version.pop();
        version.push('…');
    }
    version
}

/// The kinds that occur, each in words.
fn kinds(drawing: &Drawing<'_>) -> Vec<(PackageKind, String)> {
    let graph = drawing.graph;
    let of_kind = |kind: PackageKind| {
        let nodes: Vec<&Node> =
            graph.nodes().map(|id| graph.node(id)).filter(|node| node.kind == kind).collect();
        let bytes: Option<u64> = nodes.iter().map(|node| node.size).sum();
        let bytes = bytes.filter(|_| drawing.sizes).map(|bytes| format!(", {}", HumanBytes(bytes)));
        let text = format!("{} {}{}", kind.word(), nodes.len(), bytes.unwrap_or_default());
        (!nodes.is_empty()).then_some((kind, text))
    };
    PackageKind::ALL.into_iter().filter_map(of_kind).collect()
}

fn legend_width(drawing: &Drawing<'_>) -> f64 {
    let kinds: f64 = kinds(drawing).iter().map(|(_, text)| text_width(text, DETAIL) + 38.0).sum();
    kinds.max(text_width(&note(drawing), DETAIL))
}

fn note(drawing: &Drawing<'_>) -> String {
    let graph = drawing.graph;
    let total = graph.total_size(&graph.roots()).filter(|_| drawing.sizes);
    let total = total.map(|bytes| format!(", {}", HumanBytes(bytes)));
    format!(
        "{} package{}{}; thick border: asked for; an arrow leads to what a package needs, unless others lead there already{}",
        graph.len(),
        if graph.len() == 1 { "" } else { "s" },
        total.unwrap_or_default(),
        if graph.asked().len() > 1 { "; →: it stands among what several need" } else { "" }
    )
}
