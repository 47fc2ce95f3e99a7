//! A plan as a picture: Graphviz source for those who have its tools, and an SVG for those who want to look.

mod block;
mod curve;
mod dot;
mod layout;
mod panels;
mod svg;

use crate::resolve::{Graph, PackageKind};

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'a> {
    /// The packages.
    pub graph: &'a Graph,
    /// What it is a plan of: the release, the target, the kernel.
    pub title: &'a str,
    /// Whether the packages are real, so that their sizes mean something.
    pub sizes: bool,
}

/// A picture that nobody could read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{packages} packages are too many for a picture: it is readable up to {MOST_PACKAGES}")]
pub struct TooManyPackages {
    /// How many the plan has.
    pub packages: usize,
}

/// How many packages a picture has room for.
const MOST_PACKAGES: usize = 300;

impl Drawing<'_> {
    /// Graphviz source, with every edge.
    pub fn dot(&self) -> String {
        dot::write(self)
    }

    /// An SVG, layered from the request down. It follows the reader's light or dark scheme, and leaves out the edges
    /// that a longer way makes superfluous.
    ///
    /// # Errors
    /// When there are too many packages for a picture.
    pub fn svg(&self) -> Result<String, TooManyPackages> {
        match self.graph.len() {
            packages if packages > MOST_PACKAGES => Err(TooManyPackages { packages }),
            _ => Ok(svg::write(self)),
        }
    }
}

/// The colours of a kind: fill and line in light, fill and line in dark.
fn colours(kind: PackageKind) -> [&'static str; 4] {
    match kind {
        PackageKind::Driver => ["#dbeafe", "#2563eb", "#172f57", "#60a5fa"],
        PackageKind::Firmware => ["#ffedd5", "#ea580c", "#4a2410", "#fb923c"],
        PackageKind::Userspace => ["#dcfce7", "#16a34a", "#123a22", "#4ade80"],
        PackageKind::Library => ["#f1f5f9", "#94a3b8", "#262f3d", "#64748b"],
    }
}
