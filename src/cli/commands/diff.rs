//! `owpkg diff`: what changes between two locks, or between two releases for a selection or for a router.

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::following;
use crate::cli::input;
use crate::cli::locks;
use crate::cli::planning::{self, Opened};
use crate::cli::selection;
use crate::cli::session::{self, Session};
use crate::cli::ui::json;
use crate::cli::ui::plan;
use crate::cli::ui::style::Style;
use crate::cli::ui::text::size;
use crate::cli::ui::upgrade::UpgradeJson;
use crate::cli::ui::warnings::warn_about;
use crate::format::Format;
use crate::release::Release;
use crate::resolve::{Change, Diff, Direction, Graph, Node};
use crate::upgrade::{self, Comparison, Side};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg diff old.lock owpkg.lock\n  owpkg diff 24.10.1 24.10.2 --chip iwl7265d\n  \
                        owpkg diff owpkg.lock 25.12.0 --chip iwl7265d\n  owpkg diff 24.10.2 25.12.0 --installed owpkg-request.txt"
)]
pub(crate) struct DiffArgs {
    /// What to compare from: a lock or, with a selection, a release
    #[arg(value_name = "A")]
    pub(crate) from: String,
    /// What to compare to
    #[arg(value_name = "B")]
    pub(crate) to: String,
    /// Print the differences as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// What to install.
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// `owpkg.diff/1`.
#[derive(Serialize)]
struct DiffJson<'a> {
    schema: &'static str,
    from: SideJson<'a>,
    to: SideJson<'a>,
    added: Vec<PackageJson<'a>>,
    removed: Vec<PackageJson<'a>>,
    /// Of the same name, with another version or other bytes.
    changed: Vec<ChangeJson<'a>>,
    /// Libraries whose name changed with their ABI.
    renamed: Vec<ChangeJson<'a>>,
    /// How many packages are the same.
    same: usize,
}

#[derive(Serialize)]
struct SideJson<'a> {
    /// The argument.
    name: &'a str,
    /// The version of the router's kernel; null if it is not known.
    kernel: Option<&'a str>,
    format: &'a str,
    packages: usize,
    /// The size of the plan in bytes; null if a size is not known.
    download_size: Option<u64>,
}

#[derive(Serialize)]
struct PackageJson<'a> {
    name: &'a str,
    version: &'a str,
    size: Option<u64>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    from: PackageJson<'a>,
    to: PackageJson<'a>,
    /// `up`, `down`, or `rebuilt` for the same version with other bytes.
    direction: Direction,
}

/// One of the two plans.
struct PlanSide {
    name: String,
    title: String,
    kernel: Option<String>,
    format: &'static dyn Format,
    graph: Graph,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &DiffArgs) -> Result<(), Failure> {
    let releases = [&args.from, &args.to].map(|side| is_release(env, side));
    check(args, releases)?;
    if releases == [true, true] && args.selection.is_empty() {
        return of_router(env, args);
    }
    let from = side(env, args, &args.from, releases[0])?;
    let to = side(env, args, &args.to, releases[1])?;
    let diff = Diff::between(&from.graph, &to.graph, to.format);
    match args.json {
        true => print_json(env, &from, &to, &diff),
        false => print(env, &from, &to, &diff),
    }
    .map_err(Failure::stdout)
}

/// A lock may be named after its release.
fn is_release(env: &Env, side: &str) -> bool {
    Release::parse(side).is_ok() && !side.ends_with(".lock") && !env.path(side).is_file()
}

fn check(args: &DiffArgs, releases: [bool; 2]) -> Result<(), Failure> {
    let release = [&args.from, &args.to].into_iter().zip(releases).find(|(_, is_release)| *is_release);
    match release {
        Some((release, _))
            if args.selection.is_empty() && (args.source.installed.is_none() || releases != [true, true]) =>
        {
            Err(Failure::usage(
                format!("{release} is a release, and nothing says what of it to compare"),
                format!(
                    "name a card with --chip, a package with --add, or what a router holds with --installed; a lock of that \
                 name is ./{release}"
                ),
            ))
        }
        Some(_) if args.source.release.is_some() || args.source.tree.is_some() || args.source.demo => {
            Err(Failure::usage(
                "releases are compared within one server, so --release, --tree and --demo make no sense here",
                "name the server or folder that holds both with --mirror, or compare two locks",
            ))
        }
        None if !args.selection.is_empty() => Err(Failure::usage(
            "a selection is for releases, and both sides are locks",
            "leave out --chip and --add, or name a release like 24.10.2",
        )),
        _ => Ok(()),
    }
}

/// What becomes of the packages that a router's user added to one release, in another.
fn of_router(env: &mut Env, args: &DiffArgs) -> Result<(), Failure> {
    let Some((installed, system)) = session::router(env, &args.source)? else { return Ok(()) };
    let source = |release: &String| SourceArgs {
        release: Some(release.clone()),
        installed: None,
        ..args.source.clone()
    };
    let session = Session::new(env, &args.source)?;
    let old = session.open(env, &source(&args.from))?;
    let had = following::had_in(&installed, &old.facts)?;
    let opened = Opened::release(session.open(env, &source(&args.to))?);
    let joined = opened.join()?;
    let series = old.facts.release.as_ref().and_then(Release::series);
    let mut followed = following::into_release(had, series, opened.release_of()?, &joined)?;
    let mut selection = selection::read(env, &args.selection, &args.source)?;
    // What is lost is shown here, and goes without.
    for name in upgrade::lost(&followed.successors) {
        selection = selection.omit(name);
    }
    let selection = followed.select(selection, &joined)?;
    let planned = joined.plan(env, &session.upstream, &selection)?;
    warn_about(env, &args.to, &planned.warnings)?;
    let from = Side { signed_by: old.signed_by(), ..Side::new(&old.facts, &installed) };
    let mut comparison = Comparison::new(from, followed.series, &followed.had, followed.successors, &planned);
    comparison.sizes.flash = system.flash_kb.map(|kb| kb << 10);
    match args.json {
        true => json::print(&mut env.out, &UpgradeJson::of(&comparison)),
        false => write!(env.out, "{comparison}"),
    }
    .map_err(Failure::stdout)
}

fn side(env: &mut Env, args: &DiffArgs, name: &str, is_release: bool) -> Result<PlanSide, Failure> {
    if !is_release {
        return lock_side(env, name);
    }
    let source = SourceArgs { release: Some(name.to_owned()), ..args.source.clone() };
    let (selection, session, opened) = planning::open(env, &args.selection, &source)?;
    let joined = opened.join()?;
    let planned = joined.plan(env, &session.upstream, &selection)?;
    warn_about(env, name, &planned.warnings)?;
    Ok(PlanSide {
        name: name.to_owned(),
        title: plan::short_title(&planned),
        kernel: planned.baseline.installed.get("kernel").map(|held| held.version.clone()),
        format: planned.facts().format,
        graph: Graph::of(&planned.plan),
    })
}

fn lock_side(env: &Env, name: &str) -> Result<PlanSide, Failure> {
    let lock = input::read_lock(env, name, |error| {
        Failure::usage(
            format!("the lock {name} cannot be read: {error}"),
            "give two locks, or two releases like 24.10.1 24.10.2 with a --chip",
        )
    })?;
    Ok(PlanSide {
        name: name.to_owned(),
        title: locks::title(&lock),
        format: lock.format()?,
        graph: lock.graph(),
        kernel: lock.kernel,
    })
}

fn print(env: &mut Env, from: &PlanSide, to: &PlanSide, diff: &Diff<'_>) -> io::Result<()> {
    let style = Style::new(env.out_is_terminal, env);
    let out = &mut env.out;
    writeln!(
        out,
        "{}",
        style.strong(&format!("{} ({}) → {} ({})", from.title, from.name, to.title, to.name))
    )?;
    let unknown = || "unknown".to_owned();
    let kernels = [from, to].map(|side| side.kernel.clone().unwrap_or_else(unknown));
    match kernels[0] == kernels[1] {
        true => writeln!(out, "kernel {}, in both", kernels[0])?,
        false => writeln!(out, "kernel {} → {}", kernels[0], kernels[1])?,
    }
    if from.format.name() != to.format.name() {
        writeln!(out, "format {} → {}", from.format.name(), to.format.name())?;
    }
    for (heading, mark, nodes) in [("added", '+', &diff.added), ("removed", '-', &diff.removed)] {
        if !nodes.is_empty() {
            writeln!(out, "\n{}", style.strong(heading))?;
        }
        for node in nodes {
            let bytes = node.size.map(size).unwrap_or_default();
            writeln!(out, "  {mark} {} {} {}", node.name, node.version, style.faint(&bytes))?;
        }
    }
    for (heading, changes) in [("changed", &diff.changed), ("renamed", &diff.renamed)] {
        if !changes.is_empty() {
            writeln!(out, "\n{}", style.strong(heading))?;
        }
        for change in changes {
            writeln!(out, "  ~ {}", words(change))?;
        }
    }
    let totals = [from, to].map(|side| side.graph.total_size(&side.graph.roots()));
    writeln!(
        out,
        "\n{} added, {} removed, {} changed, {} renamed, {} the same{}",
        diff.added.len(),
        diff.removed.len(),
        diff.changed.len(),
        diff.renamed.len(),
        diff.same,
        growth(totals)
    )
}

fn words(change: &Change<'_>) -> String {
    let Change { from, to, direction } = change;
    let versions = match direction {
        Direction::Up => format!("{} → {}", from.version, to.version),
        Direction::Down => format!("{} → {} (earlier)", from.version, to.version),
        Direction::Rebuilt => format!("{} (built anew)", to.version),
    };
    match from.name == to.name {
        true => format!("{} {versions}", from.name),
        false => format!("{} → {}: {versions}", from.name, to.name),
    }
}

/// What both come to in bytes, and the difference.
fn growth(totals: [Option<u64>; 2]) -> String {
    let [Some(from), Some(to)] = totals else { return String::new() };
    let sign = if to < from { '-' } else { '+' };
    format!("; {} → {} ({sign}{})", size(from), size(to), size(from.abs_diff(to)))
}

fn print_json(env: &mut Env, from: &PlanSide, to: &PlanSide, diff: &Diff<'_>) -> io::Result<()> {
    let json = DiffJson {
        schema: "owpkg.diff/1",
        from: side_json(from),
        to: side_json(to),
        added: diff.added.iter().map(|node| package(node)).collect(),
        removed: diff.removed.iter().map(|node| package(node)).collect(),
        changed: diff.changed.iter().map(change).collect(),
        renamed: diff.renamed.iter().map(change).collect(),
        same: diff.same,
    };
    json::print(&mut env.out, &json)
}

fn side_json(side: &PlanSide) -> SideJson<'_> {
    SideJson {
        name: &side.name,
        kernel: side.kernel.as_deref(),
        format: side.format.name(),
        packages: side.graph.len(),
        download_size: side.graph.total_size(&side.graph.roots()),
    }
}

fn package(node: &Node) -> PackageJson<'_> {
    PackageJson { name: &node.name, version: &node.version, size: node.size }
}

fn change<'a>(change: &Change<'a>) -> ChangeJson<'a> {
    ChangeJson { from: package(change.from), to: package(change.to), direction: change.direction }
}
