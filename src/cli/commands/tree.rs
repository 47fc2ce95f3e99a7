//! `owpkg tree`: who needs whom in a plan, with sizes.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::locks;
use crate::cli::planning;
use crate::cli::sets::{self, SetArgs};
use crate::cli::ui::json;
use crate::cli::ui::plan;
use crate::cli::ui::style::Style;
use crate::cli::ui::tree;
use crate::cli::ui::warnings::warn;
use crate::lock::Lock;
use crate::resolve::{Graph, NodeId, PackageKind};
use crate::suggest::near;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  owpkg tree --chip iwl7265d\n  owpkg tree --invert kmod-crypto-aead\n  \
                        owpkg tree --depth 2")]
pub(crate) struct TreeArgs {
    /// The lock to read when nothing is selected
    #[arg(long, value_name = "FILE", default_value = locks::DEFAULT)]
    pub(crate) lock: String,
    /// Print who needs this package, instead of what packages need
    #[arg(long, value_name = "PKG")]
    pub(crate) invert: Option<String>,
    /// How many levels to print
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) depth: Option<u16>,
    /// Print the tree as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Which set.
    #[command(flatten)]
    pub(crate) set: SetArgs,
    /// What to install.
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// `owpkg.tree/1`.
#[derive(Serialize)]
struct TreeJson<'a> {
    schema: &'static str,
    /// The package whose dependants these are; null for the tree from the request down.
    invert: Option<&'a str>,
    /// What was asked for.
    roots: Vec<RootJson<'a>>,
    /// The packages of the tree, by name, as far as its depth goes.
    packages: Vec<PackageJson<'a>>,
    /// The size of the whole plan in bytes; null if a size is not known.
    download_size: Option<u64>,
}

#[derive(Serialize)]
struct RootJson<'a> {
    because: &'a str,
    packages: Vec<&'a str>,
}

#[derive(Serialize)]
struct PackageJson<'a> {
    name: &'a str,
    version: &'a str,
    kind: PackageKind,
    /// The size of its file in bytes; null if it is not known.
    size: Option<u64>,
    /// The same with all that it brings in.
    total_size: Option<u64>,
    needs: Vec<&'a str>,
    needed_by: Vec<&'a str>,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, mut args: TreeArgs) -> Result<(), Failure> {
    let set = sets::take(env, &args.set, &args.lock, &mut args.selection, &mut args.source)?;
    let args = &args;
    let lock = sets::lock(env, set.as_ref(), &args.lock, &args.selection, &args.source)?;
    let (title, graph) = subject(env, args, lock)?;
    let of = args.invert.as_deref().map(|name| find(&graph, name)).transpose()?;
    match args.json {
        true => print_json(env, args, &graph, of),
        false => print(env, args, &title, &graph, of),
    }
    .map_err(Failure::stdout)
}

/// The plan of the lock, or of the selection: what it is of, and its packages.
fn subject(env: &mut Env, args: &TreeArgs, lock: Option<Lock>) -> Result<(String, Graph), Failure> {
    if let Some(lock) = lock {
        return Ok((locks::title(&lock), lock.graph()));
    }
    let (selection, session, opened) = planning::open(env, &args.selection, &args.source)?;
    let joined = opened.join()?;
    let planned = joined.plan(env, &session.upstream, &selection)?;
    warn(env, planned.warnings.iter().cloned())?;
    Ok((plan::short_title(&planned), Graph::of(&planned.plan)))
}

fn find(graph: &Graph, name: &str) -> Result<NodeId, Failure> {
    graph.find(name).ok_or_else(|| {
        let known = graph.nodes().map(|id| graph.node(id).name.as_str());
        let near = near(name, known);
        let help = match near.is_empty() {
            true => "owpkg tree without --invert shows all that is".to_owned(),
            false => format!("did you mean {}?", near.join(", ")),
        };
        Failure::new(Exit::Unknown, format!("{name} is not in the plan"), Some(help))
    })
}

fn print(env: &mut Env, args: &TreeArgs, title: &str, graph: &Graph, of: Option<NodeId>) -> io::Result<()> {
    let style = Style::new(env.out_is_terminal, env);
    let depth = args.depth.map(usize::from);
    writeln!(env.out, "{}\n", style.strong(title))?;
    match of {
        Some(of) => tree::print_inverted(&mut env.out, style, graph, of, depth),
        None => tree::print(&mut env.out, style, graph, depth),
    }
}

fn print_json(env: &mut Env, args: &TreeArgs, graph: &Graph, of: Option<NodeId>) -> io::Result<()> {
    let names = |ids: Vec<NodeId>| ids.into_iter().map(|id| graph.node(id).name.as_str()).collect::<Vec<_>>();
    let package = |id| {
        let node = graph.node(id);
        PackageJson {
            name: &node.name,
            version: &node.version,
            kind: node.kind,
            size: node.size,
            total_size: graph.total_size(&[id]),
            needs: names(graph.needs(id)),
            needed_by: names(graph.needed_by(id)),
        }
    };
    let json = TreeJson {
        schema: "owpkg.tree/1",
        invert: args.invert.as_deref(),
        roots: graph
            .asked()
            .into_iter()
            .map(|(because, roots)| RootJson { because, packages: names(roots) })
            .collect(),
        packages: within(args, graph, of).into_iter().map(package).collect(),
        download_size: graph.total_size(&graph.roots()),
    };
    json::print(&mut env.out, &json)
}

/// The packages that the tree shows, by name.
fn within(args: &TreeArgs, graph: &Graph, of: Option<NodeId>) -> Vec<NodeId> {
    // The first level of lines is what was asked for, or what stands below the package itself.
    let depth = args.depth.map_or(usize::MAX, usize::from);
    let start: Vec<(NodeId, usize)> = match of {
        Some(of) => vec![(of, 0)],
        None => graph.roots().into_iter().map(|id| (id, 1)).collect(),
    };
    let mut level: BTreeMap<NodeId, usize> = start.iter().copied().collect();
    let mut open = VecDeque::from(start);
    while let Some((id, at)) = open.pop_front() {
        let next = if of.is_some() { graph.needed_by(id) } else { graph.needs(id) };
        for id in next.into_iter().filter(|_| at < depth) {
            if level.insert(id, at + 1).is_none() {
                open.push_back((id, at + 1));
            }
        }
    }
    level.into_keys().collect()
}
