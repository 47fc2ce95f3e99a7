//! `owpkg why`: every way from the request to a package.

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
use crate::cli::ui::style::Style;
use crate::cli::ui::text::size;
use crate::cli::ui::warnings::warn;
use crate::format::Dependency;
use crate::resolve::{Graph, LeftOut, NodeId, Paths};
use crate::selection::Planned;
use crate::suggest::near;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg why kmod-crypto-gf128\n  owpkg why hostapd-common --chip iwl7265d --demo"
)]
pub(crate) struct WhyArgs {
    /// The package
    #[arg(value_name = "PKG")]
    pub(crate) package: String,
    /// The lock to read when nothing is selected
    #[arg(long, value_name = "FILE", default_value = locks::DEFAULT)]
    pub(crate) lock: String,
    /// How many ways to print, of which there may be very many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Print the answer as JSON
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

/// `owpkg.why/1`.
#[derive(Serialize)]
struct WhyJson<'a> {
    schema: &'static str,
    /// What was asked about.
    package: &'a str,
    /// `planned`, or `held` if the router holds it already.
    status: &'static str,
    /// The packages of that name, or those that provide it.
    answers: Vec<AnswerJson<'a>>,
}

#[derive(Serialize)]
struct AnswerJson<'a> {
    name: &'a str,
    version: &'a str,
    /// The size of its file in bytes; null if it is not known.
    size: Option<u64>,
    /// The shortest first; none for a package that is held.
    paths: Vec<PathJson<'a>>,
    /// How many further paths there are; null if they were not counted.
    left_out: Option<u64>,
}

#[derive(Serialize)]
struct PathJson<'a> {
    /// Why the first package was asked for.
    because: &'a [String],
    /// From that package to the one asked about.
    packages: Vec<&'a str>,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, mut args: WhyArgs) -> Result<(), Failure> {
    let set = sets::take(env, &args.set, &args.lock, &mut args.selection, &mut args.source)?;
    let args = &args;
    if let Some(lock) = sets::lock(env, set.as_ref(), &args.lock, &args.selection, &args.source)? {
        let graph = lock.graph();
        return match graph.find(&args.package) {
            Some(id) => tell(env, args, &graph, vec![id]),
            None => Err(not_in_lock(args, &graph)),
        };
    }
    let (selection, session, opened) = planning::open(env, &args.selection, &args.source)?;
    let joined = opened.join()?;
    let planned = joined.plan(env, &session.upstream, &selection)?;
    warn(env, planned.warnings.iter().cloned())?;
    let graph = Graph::of(&planned.plan);
    match in_plan(&planned, &graph, &args.package) {
        found if found.is_empty() => not_in_plan(env, args, &planned),
        found => tell(env, args, &graph, found),
    }
}

/// Prints the ways to some packages.
fn tell(env: &mut Env, args: &WhyArgs, graph: &Graph, packages: Vec<NodeId>) -> Result<(), Failure> {
    let limit = usize::from(args.limit);
    let found: Vec<(NodeId, Paths)> =
        packages.into_iter().map(|id| (id, graph.paths_to(id, limit))).collect();
    let style = Style::new(env.out_is_terminal, env);
    match args.json {
        true => print_json(env, "planned", &args.package, answers(graph, &found)),
        false => found.iter().try_for_each(|(id, paths)| print(env, style, args, graph, *id, paths)),
    }
    .map_err(Failure::stdout)
}

/// The package of the plan of that name, else those that provide it.
fn in_plan(planned: &Planned<'_>, graph: &Graph, name: &str) -> Vec<NodeId> {
    match graph.find(name) {
        Some(id) => vec![id],
        None => {
            let packages = planned.plan.steps.iter().map(|step| planned.plan.package(step));
            let providing = packages.filter(|package| package.answers_to(name));
            providing.filter_map(|package| graph.find(package.name)).collect()
        }
    }
}

fn not_in_lock(args: &WhyArgs, graph: &Graph) -> Failure {
    let known = graph.nodes().map(|id| graph.node(id).name.as_str());
    let help = suggestion(near(&args.package, known)).unwrap_or_else(|| {
        "a lock does not tell what the router holds: with --chip or --add the answer knows that too"
            .to_owned()
    });
    Failure::new(Exit::Unknown, format!("{} is not in {}", args.package, args.lock), Some(help))
}

/// A package that the router holds is an answer; any other is not known here.
fn not_in_plan(env: &mut Env, args: &WhyArgs, planned: &Planned<'_>) -> Result<(), Failure> {
    let name = args.package.as_str();
    let installed = &planned.baseline.installed;
    if let Some(holder) = installed.meeting(planned.facts().format, &Dependency::on(name)) {
        let version = installed.get(holder).map_or("", |held| &held.version);
        return held(env, args, holder, version).map_err(Failure::stdout);
    }
    let universe = planned.plan.universe;
    let offered: Vec<String> =
        universe.answering(name).iter().map(|&id| universe.package(id).to_string()).collect();
    Err(match offered.is_empty() {
        false => Failure::new(
            Exit::Unknown,
            format!("{name} is neither in the plan nor on the router; the feeds hold {}", offered.join(", ")),
            Some(format!("--add {name} asks for it")),
        ),
        true => Failure::new(
            Exit::Unknown,
            format!("{name} is neither in the plan nor on the router, and no feed holds it"),
            suggestion(near(
                name,
                universe
                    .packages()
                    .map(|(_, package)| package.name)
                    .chain(installed.iter().map(|(name, _)| name)),
            )),
        ),
    })
}

fn suggestion(near: Vec<String>) -> Option<String> {
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(", ")))
}

fn held(env: &mut Env, args: &WhyArgs, holder: &str, version: &str) -> io::Result<()> {
    if args.json {
        let answer = AnswerJson { name: holder, version, size: None, paths: Vec::new(), left_out: Some(0) };
        return print_json(env, "held", &args.package, vec![answer]);
    }
    let as_what =
        if holder == args.package { String::new() } else { format!(", which provides {}", args.package) };
    let at = if version.is_empty() { String::new() } else { format!(" {version}") };
    writeln!(env.out, "the router holds {holder}{at} already{as_what}; the plan does not add it")
}

fn print(
    env: &mut Env,
    style: Style,
    args: &WhyArgs,
    graph: &Graph,
    id: NodeId,
    paths: &Paths,
) -> io::Result<()> {
    let node = graph.node(id);
    let bytes = node.size.map(|bytes| format!(", {}", size(bytes))).unwrap_or_default();
    let as_what =
        if node.name == args.package { String::new() } else { format!(", provides {}", args.package) };
    let title = format!("{} {}{bytes}{as_what}", node.name, node.version);
    writeln!(env.out, "{}", style.strong(&title))?;
    for path in &paths.shortest {
        let because = path.first().map(|&root| graph.node(root).because.join(", ")).unwrap_or_default();
        let names: Vec<&str> = path.iter().map(|&id| graph.node(id).name.as_str()).collect();
        writeln!(env.out, "  {} → {}", style.faint(&because), names.join(" → "))?;
    }
    match (paths.left_out, paths.shortest.is_empty()) {
        (_, true) => writeln!(env.out, "  nothing in the plan leads to it"),
        (LeftOut::Exactly(0), _) => Ok(()),
        (LeftOut::Exactly(1), _) => writeln!(env.out, "  and 1 more way; --limit N prints more"),
        (LeftOut::Exactly(more), _) => writeln!(env.out, "  and {more} more ways; --limit N prints more"),
        (LeftOut::Some, _) => writeln!(env.out, "  and more ways; --limit N prints more"),
    }
}

fn answers<'a>(graph: &'a Graph, found: &[(NodeId, Paths)]) -> Vec<AnswerJson<'a>> {
    let path = |path: &Vec<NodeId>| PathJson {
        because: path.first().map_or(&[], |&root| &graph.node(root).because),
        packages: path.iter().map(|&id| graph.node(id).name.as_str()).collect(),
    };
    let answer = |(id, paths): &(NodeId, Paths)| {
        let node = graph.node(*id);
        AnswerJson {
            name: &node.name,
            version: &node.version,
            size: node.size,
            paths: paths.shortest.iter().map(path).collect(),
            left_out: match paths.left_out {
                LeftOut::Exactly(count) => Some(count),
                LeftOut::Some => None,
            },
        }
    };
    found.iter().map(answer).collect()
}

fn print_json(
    env: &mut Env,
    status: &'static str,
    package: &str,
    answers: Vec<AnswerJson<'_>>,
) -> io::Result<()> {
    json::print(&mut env.out, &WhyJson { schema: "owpkg.why/1", package, status, answers })
}
